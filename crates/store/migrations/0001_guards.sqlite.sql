-- What SQLite guards itself, and the ledger's random id.

INSERT INTO ledger_head (id, commit_number, policy_version, ledger_id) VALUES (1, 0, 1, lower(hex(randomblob(16))));

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
CREATE TRIGGER run_no_update BEFORE UPDATE ON item_run BEGIN SELECT RAISE(ABORT, 'item_run is append-only'); END;
CREATE TRIGGER run_no_delete BEFORE DELETE ON item_run BEGIN SELECT RAISE(ABORT, 'item_run is append-only'); END;
CREATE TRIGGER rate_no_update BEFORE UPDATE ON fx_rate BEGIN SELECT RAISE(ABORT, 'fx_rate is append-only'); END;
CREATE TRIGGER rate_no_delete BEFORE DELETE ON fx_rate BEGIN SELECT RAISE(ABORT, 'fx_rate is append-only'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER operation_no_update BEFORE UPDATE ON operation BEGIN SELECT RAISE(ABORT, 'operation is append-only'); END;
CREATE TRIGGER operation_no_delete BEFORE DELETE ON operation BEGIN SELECT RAISE(ABORT, 'operation is append-only'); END;
CREATE TRIGGER answer_no_update BEFORE UPDATE ON answer BEGIN SELECT RAISE(ABORT, 'answer is append-only'); END;
CREATE TRIGGER answer_no_delete BEFORE DELETE ON answer BEGIN SELECT RAISE(ABORT, 'answer is append-only'); END;
CREATE TRIGGER account_no_delete BEFORE DELETE ON account BEGIN SELECT RAISE(ABORT, 'accounts are closed, not deleted'); END;
CREATE TRIGGER account_identity BEFORE UPDATE OF id, number, asset, holder, kind ON account BEGIN SELECT RAISE(ABORT, 'an account keeps its identity'); END;
CREATE TRIGGER user_no_delete BEFORE DELETE ON app_user BEGIN SELECT RAISE(ABORT, 'users are disabled, not deleted'); END;
CREATE TRIGGER api_key_no_delete BEFORE DELETE ON api_key BEGIN SELECT RAISE(ABORT, 'keys are revoked, not deleted'); END;

-- The legal transitions of `domain::batch` and `domain::item`. Repricing voids approvals: approved -> pending.
CREATE TRIGGER batch_moves BEFORE UPDATE OF state ON batch
  WHEN OLD.state <> NEW.state AND NOT (
       (OLD.state = 2 AND NEW.state IN (3, 11))
    OR (OLD.state = 3 AND NEW.state IN (4, 5, 6, 11))
    OR (OLD.state = 4 AND NEW.state IN (3, 6, 11))
    OR (OLD.state = 6 AND NEW.state IN (7, 8, 9, 10, 11))
    OR (OLD.state = 7 AND NEW.state IN (6, 8, 9, 10, 11))
    OR (OLD.state = 9 AND NEW.state IN (6, 8))
    OR (OLD.state = 10 AND NEW.state IN (6, 11)))
  BEGIN SELECT RAISE(ABORT, 'batch: illegal change of state'); END;
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
