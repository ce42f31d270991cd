-- What SQLite guards itself, and the ledger's random id.

INSERT INTO ledger_head (id, commit_number, policy_version, ledger_id) VALUES (1, 0, 1, lower(hex(randomblob(16))));
UPDATE ledger_head SET chain = ledger_id;

-- What is written stays: these rows are never changed or deleted.
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'posting is append-only'); END;
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'posting is append-only'); END;
CREATE TRIGGER transfer_no_update BEFORE UPDATE ON transfer BEGIN SELECT RAISE(ABORT, 'transfer is append-only'); END;
CREATE TRIGGER transfer_no_delete BEFORE DELETE ON transfer BEGIN SELECT RAISE(ABORT, 'transfer is append-only'); END;
CREATE TRIGGER exchange_no_update BEFORE UPDATE ON transfer_exchange BEGIN SELECT RAISE(ABORT, 'transfer_exchange is append-only'); END;
CREATE TRIGGER exchange_no_delete BEFORE DELETE ON transfer_exchange BEGIN SELECT RAISE(ABORT, 'transfer_exchange is append-only'); END;
CREATE TRIGGER voucher_no_update BEFORE UPDATE ON transfer_voucher BEGIN SELECT RAISE(ABORT, 'transfer_voucher is append-only'); END;
CREATE TRIGGER voucher_no_delete BEFORE DELETE ON transfer_voucher BEGIN SELECT RAISE(ABORT, 'transfer_voucher is append-only'); END;
CREATE TRIGGER failure_no_update BEFORE UPDATE ON item_failure BEGIN SELECT RAISE(ABORT, 'item_failure is append-only'); END;
CREATE TRIGGER failure_no_delete BEFORE DELETE ON item_failure BEGIN SELECT RAISE(ABORT, 'item_failure is append-only'); END;
CREATE TRIGGER mark_no_update BEFORE UPDATE ON item_mark BEGIN SELECT RAISE(ABORT, 'item_mark is append-only'); END;
CREATE TRIGGER mark_no_delete BEFORE DELETE ON item_mark BEGIN SELECT RAISE(ABORT, 'item_mark is append-only'); END;
CREATE TRIGGER run_no_update BEFORE UPDATE ON item_run BEGIN SELECT RAISE(ABORT, 'item_run is append-only'); END;
CREATE TRIGGER run_no_delete BEFORE DELETE ON item_run BEGIN SELECT RAISE(ABORT, 'item_run is append-only'); END;
CREATE TRIGGER rate_no_update BEFORE UPDATE ON fx_rate BEGIN SELECT RAISE(ABORT, 'fx_rate is append-only'); END;
CREATE TRIGGER rate_no_delete BEFORE DELETE ON fx_rate BEGIN SELECT RAISE(ABORT, 'fx_rate is append-only'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER link_no_update BEFORE UPDATE ON commit_link BEGIN SELECT RAISE(ABORT, 'commit_link is append-only'); END;
CREATE TRIGGER link_no_delete BEFORE DELETE ON commit_link BEGIN SELECT RAISE(ABORT, 'commit_link is append-only'); END;
CREATE TRIGGER image_no_update BEFORE UPDATE ON image BEGIN SELECT RAISE(ABORT, 'image is append-only'); END;
CREATE TRIGGER image_no_delete BEFORE DELETE ON image BEGIN SELECT RAISE(ABORT, 'image is append-only'); END;
CREATE TRIGGER operation_no_update BEFORE UPDATE ON operation BEGIN SELECT RAISE(ABORT, 'operation is append-only'); END;
CREATE TRIGGER operation_no_delete BEFORE DELETE ON operation BEGIN SELECT RAISE(ABORT, 'operation is append-only'); END;
CREATE TRIGGER answer_no_update BEFORE UPDATE ON answer BEGIN SELECT RAISE(ABORT, 'answer is append-only'); END;
CREATE TRIGGER answer_no_delete BEFORE DELETE ON answer BEGIN SELECT RAISE(ABORT, 'answer is append-only'); END;
CREATE TRIGGER round_no_update BEFORE UPDATE ON approval_round BEGIN SELECT RAISE(ABORT, 'approval_round is append-only'); END;
CREATE TRIGGER round_no_delete BEFORE DELETE ON approval_round BEGIN SELECT RAISE(ABORT, 'approval_round is append-only'); END;
CREATE TRIGGER approval_no_update BEFORE UPDATE ON approval BEGIN SELECT RAISE(ABORT, 'approval is append-only'); END;
CREATE TRIGGER approval_no_delete BEFORE DELETE ON approval BEGIN SELECT RAISE(ABORT, 'approval is append-only'); END;
CREATE TRIGGER editor_no_update BEFORE UPDATE ON batch_editor BEGIN SELECT RAISE(ABORT, 'batch_editor is append-only'); END;
CREATE TRIGGER editor_no_delete BEFORE DELETE ON batch_editor BEGIN SELECT RAISE(ABORT, 'batch_editor is append-only'); END;
CREATE TRIGGER approval_policy_content BEFORE UPDATE OF asset, version, content, lowest, set_by, set_by_kind, set_by_id, set_at, due_at ON approval_policy BEGIN SELECT RAISE(ABORT, 'approval_policy: a version is replaced, never changed'); END;
CREATE TRIGGER approval_policy_no_delete BEFORE DELETE ON approval_policy BEGIN SELECT RAISE(ABORT, 'approval_policy: versions are kept'); END;
CREATE TRIGGER account_no_delete BEFORE DELETE ON account BEGIN SELECT RAISE(ABORT, 'accounts are closed, not deleted'); END;
CREATE TRIGGER account_identity BEFORE UPDATE OF id, number, asset, holder, kind ON account BEGIN SELECT RAISE(ABORT, 'an account keeps its identity'); END;
CREATE TRIGGER user_no_delete BEFORE DELETE ON app_user BEGIN SELECT RAISE(ABORT, 'users are disabled, not deleted'); END;
CREATE TRIGGER api_key_no_delete BEFORE DELETE ON api_key BEGIN SELECT RAISE(ABORT, 'keys are revoked, not deleted'); END;

-- The legal transitions of `domain::batch` and `domain::item`. Repricing, withdrawing and expiry void approvals:
-- approved -> pending.
CREATE TRIGGER batch_moves BEFORE UPDATE OF state ON batch
  WHEN OLD.state <> NEW.state AND NOT (
       (OLD.state = 2 AND NEW.state IN (3, 11))
    OR (OLD.state = 3 AND NEW.state IN (2, 4, 5, 6, 11))
    OR (OLD.state = 4 AND NEW.state IN (2, 3, 6, 11))
    OR (OLD.state = 5 AND NEW.state = 2)
    OR (OLD.state = 6 AND NEW.state IN (7, 8, 9, 10, 11))
    OR (OLD.state = 7 AND NEW.state IN (6, 8, 9, 10, 11))
    OR (OLD.state = 9 AND NEW.state IN (6, 8))
    OR (OLD.state = 10 AND NEW.state IN (6, 11)))
  BEGIN SELECT RAISE(ABORT, 'batch: illegal change of state'); END;
-- No batch runs with fewer approvals than its last round needs, and none of its makers approves it.
CREATE TRIGGER batch_approved BEFORE UPDATE OF state ON batch
  WHEN (OLD.state = 3 AND NEW.state IN (4, 6) OR OLD.state = 4 AND NEW.state = 6)
   AND (SELECT r.needed FROM approval_round r WHERE r.batch = NEW.id ORDER BY r.round DESC LIMIT 1)
       > (SELECT COUNT(*) FROM approval a WHERE a.batch = NEW.id AND a.action = 1
             AND a.round = (SELECT MAX(round) FROM approval_round WHERE batch = NEW.id))
  BEGIN SELECT RAISE(ABORT, 'batch: approvals are missing'); END;
CREATE TRIGGER approval_maker BEFORE INSERT ON approval
  WHEN EXISTS (SELECT 1 FROM batch_editor e WHERE e.batch = NEW.batch AND e.person = NEW.app_user)
  BEGIN SELECT RAISE(ABORT, 'approval: the approver made the batch'); END;
-- Equalities only: it fires for each item of a range, and IN lists triple what a range costs.
CREATE TRIGGER item_moves BEFORE UPDATE OF state ON item
  WHEN OLD.state <> NEW.state AND NOT CASE NEW.state
    WHEN 4 THEN (OLD.state = 2 OR OLD.state = 3 OR OLD.state = 6)
                AND EXISTS (SELECT 1 FROM transfer WHERE number = NEW.number)
    WHEN 5 THEN (OLD.state = 2 OR OLD.state = 3 OR OLD.state = 6)
    WHEN 7 THEN (OLD.state = 2 OR OLD.state = 5)
    WHEN 2 THEN OLD.state = 5
    WHEN 3 THEN OLD.state = 2
    WHEN 6 THEN OLD.state = 3
    ELSE 0 END
  BEGIN SELECT RAISE(ABORT, 'item: illegal change of state, or completed without a transfer'); END;
-- What a run completed is not failed, skipped or sent off, although its own state is pending.
CREATE TRIGGER item_of_run BEFORE UPDATE OF state ON item
  WHEN OLD.state = 2 AND NEW.state <> 2
   AND (SELECT last_number FROM item_run WHERE first_number <= NEW.number ORDER BY first_number DESC LIMIT 1) >= NEW.number
  BEGIN SELECT RAISE(ABORT, 'item: a run completed it'); END;
-- A run's items have their transfers, counted in one scan; and no other run has them.
CREATE TRIGGER run_settled BEFORE INSERT ON item_run
  WHEN (SELECT COUNT(*) FROM transfer WHERE number BETWEEN NEW.first_number AND NEW.last_number AND status = 1)
       <> NEW.last_number - NEW.first_number + 1
  BEGIN SELECT RAISE(ABORT, 'item_run: completed without a transfer'); END;
CREATE TRIGGER run_overlaps BEFORE INSERT ON item_run
  WHEN (SELECT last_number FROM item_run WHERE first_number <= NEW.last_number ORDER BY first_number DESC LIMIT 1)
       >= NEW.first_number
  BEGIN SELECT RAISE(ABORT, 'item_run: runs overlap'); END;
CREATE TRIGGER item_content BEFORE UPDATE OF number, batch, source, target, amount ON item
  BEGIN SELECT RAISE(ABORT, 'item: content is replaced, never changed'); END;
CREATE TRIGGER item_frozen_insert BEFORE INSERT ON item
  WHEN NOT EXISTS (SELECT 1 FROM batch WHERE id = NEW.batch AND state = 2)
  BEGIN SELECT RAISE(ABORT, 'item: the batch is frozen'); END;
CREATE TRIGGER item_frozen_delete BEFORE DELETE ON item
  WHEN NOT EXISTS (SELECT 1 FROM batch WHERE id = OLD.batch AND state = 2)
  BEGIN SELECT RAISE(ABORT, 'item: the batch is frozen'); END;
