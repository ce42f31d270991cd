-- What PostgreSQL guards itself, and the ledger's random id.

INSERT INTO ledger_head (id, commit_number, policy_version, ledger_id)
  VALUES (1, 0, 1, replace(CAST(gen_random_uuid() AS TEXT), '-', ''));
UPDATE ledger_head SET chain = ledger_id;

-- `store::chain::link`; for SQLite the program registers it.
CREATE FUNCTION chain_link(chain TEXT, number BIGINT, digest TEXT) RETURNS TEXT LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS
$$ SELECT encode(sha256(convert_to(chain || '|' || number || '|' || digest, 'UTF8')), 'hex') $$;

-- What is written stays: these rows are never changed or deleted. One trigger a statement, so that a million new rows cost
-- nothing.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0];
END $$;
CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('posting is append-only');
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('transfer is append-only');
CREATE TRIGGER transfer_exchange_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer_exchange
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('transfer_exchange is append-only');
CREATE TRIGGER transfer_voucher_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer_voucher
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('transfer_voucher is append-only');
CREATE TRIGGER item_failure_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON item_failure
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('item_failure is append-only');
CREATE TRIGGER item_run_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON item_run
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('item_run is append-only');
CREATE TRIGGER fx_rate_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fx_rate
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('fx_rate is append-only');
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('audit is append-only');
CREATE TRIGGER commit_link_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON commit_link
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('commit_link is append-only');
CREATE TRIGGER operation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON operation
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('operation is append-only');
CREATE TRIGGER answer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON answer
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('answer is append-only');
CREATE TRIGGER approval_round_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON approval_round
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('approval_round is append-only');
CREATE TRIGGER approval_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON approval
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('approval is append-only');
CREATE TRIGGER batch_editor_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON batch_editor
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('batch_editor is append-only');
CREATE TRIGGER approval_policy_content
  BEFORE UPDATE OF asset, version, content, lowest, set_by, set_by_kind, set_by_id, set_at, due_at ON approval_policy
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('approval_policy: a version is replaced, never changed');
CREATE TRIGGER approval_policy_no_delete BEFORE DELETE OR TRUNCATE ON approval_policy
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('approval_policy: versions are kept');
CREATE TRIGGER account_no_delete BEFORE DELETE OR TRUNCATE ON account
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('accounts are closed, not deleted');
CREATE TRIGGER account_identity BEFORE UPDATE OF id, number, asset, holder, kind ON account
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('an account keeps its identity');
CREATE TRIGGER user_no_delete BEFORE DELETE OR TRUNCATE ON app_user
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('users are disabled, not deleted');
CREATE TRIGGER api_key_no_delete BEFORE DELETE OR TRUNCATE ON api_key
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('keys are revoked, not deleted');

-- The legal transitions of `domain::batch` and `domain::item`. Repricing, withdrawing and expiry void approvals:
-- approved -> pending. The
-- condition is evaluated without a call; only a row that breaks it calls the function.
CREATE TRIGGER batch_moves BEFORE UPDATE OF state ON batch FOR EACH ROW
  WHEN (OLD.state <> NEW.state AND NOT (
       (OLD.state = 2 AND NEW.state IN (3, 11))
    OR (OLD.state = 3 AND NEW.state IN (2, 4, 5, 6, 11))
    OR (OLD.state = 4 AND NEW.state IN (2, 3, 6, 11))
    OR (OLD.state = 5 AND NEW.state = 2)
    OR (OLD.state = 6 AND NEW.state IN (7, 8, 9, 10, 11))
    OR (OLD.state = 7 AND NEW.state IN (6, 8, 9, 10, 11))
    OR (OLD.state = 9 AND NEW.state IN (6, 8))
    OR (OLD.state = 10 AND NEW.state IN (6, 11))))
  EXECUTE FUNCTION refuse('batch: illegal change of state');
-- No batch runs with fewer approvals than its last round needs, and none of its makers approves it.
CREATE FUNCTION batch_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  asked RECORD;
BEGIN
  SELECT r.round, r.needed INTO asked FROM approval_round r WHERE r.batch = NEW.id ORDER BY r.round DESC LIMIT 1;
  IF FOUND AND asked.needed > (SELECT COUNT(*) FROM approval a
                               WHERE a.batch = NEW.id AND a.round = asked.round AND a.action = 1) THEN
    RAISE EXCEPTION 'batch: approvals are missing';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER batch_approved BEFORE UPDATE OF state ON batch FOR EACH ROW
  WHEN (OLD.state = 3 AND NEW.state IN (4, 6) OR OLD.state = 4 AND NEW.state = 6)
  EXECUTE FUNCTION batch_approved();
CREATE FUNCTION approval_maker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM batch_editor e WHERE e.batch = NEW.batch AND e.person = NEW.app_user) THEN
    RAISE EXCEPTION 'approval: the approver made the batch';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER approval_maker BEFORE INSERT ON approval FOR EACH ROW EXECUTE FUNCTION approval_maker();
CREATE TRIGGER item_moves BEFORE UPDATE OF state ON item FOR EACH ROW
  WHEN (OLD.state <> NEW.state AND NOT CASE NEW.state
    WHEN 4 THEN OLD.state = 2 OR OLD.state = 3 OR OLD.state = 6
    WHEN 5 THEN OLD.state = 2 OR OLD.state = 3 OR OLD.state = 6
    WHEN 7 THEN OLD.state = 2 OR OLD.state = 5
    WHEN 2 THEN OLD.state = 5
    WHEN 3 THEN OLD.state = 2
    WHEN 6 THEN OLD.state = 3
    ELSE FALSE END)
  EXECUTE FUNCTION refuse('item: illegal change of state');
CREATE TRIGGER item_content BEFORE UPDATE OF number, batch, source, target, amount ON item
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('item: content is replaced, never changed');

-- A completed item needs the transfer of its number, and what a run completed is not failed, skipped or sent off,
-- although its own state is pending; checked once a statement, for all its rows. A plan made while there were few runs would
-- scan them all for each row, and a session keeps it: hence no such scans.
CREATE FUNCTION item_settled() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM changed c
             WHERE c.state = 4 AND NOT EXISTS (SELECT 1 FROM transfer t WHERE t.number = c.number)) THEN
    RAISE EXCEPTION 'item: completed without a transfer';
  END IF;
  IF EXISTS (SELECT 1 FROM changed c
             WHERE c.state <> 2 AND (SELECT r.last_number FROM item_run r WHERE r.first_number <= c.number
                                     ORDER BY r.first_number DESC LIMIT 1) >= c.number) THEN
    RAISE EXCEPTION 'item: a run completed it';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER item_settled AFTER UPDATE ON item REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION item_settled();

-- A run's items have their transfers, counted in one scan for each run; and no run before or after it has them too.
CREATE FUNCTION run_settled() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM added a
             WHERE (SELECT COUNT(*) FROM transfer t
                    WHERE t.number BETWEEN a.first_number AND a.last_number AND t.status = 1)
                   <> a.last_number - a.first_number + 1) THEN
    RAISE EXCEPTION 'item_run: completed without a transfer';
  END IF;
  IF EXISTS (SELECT 1 FROM added a
             WHERE (SELECT r.last_number FROM item_run r WHERE r.first_number < a.first_number
                    ORDER BY r.first_number DESC LIMIT 1) >= a.first_number
                OR (SELECT r.first_number FROM item_run r WHERE r.first_number > a.first_number
                    ORDER BY r.first_number LIMIT 1) <= a.last_number) THEN
    RAISE EXCEPTION 'item_run: runs overlap';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER run_settled AFTER INSERT ON item_run REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION run_settled();

CREATE FUNCTION item_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM (SELECT DISTINCT batch FROM changed) c
             WHERE NOT EXISTS (SELECT 1 FROM batch b WHERE b.id = c.batch AND b.state = 2)) THEN
    RAISE EXCEPTION 'item: the batch is frozen';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER item_frozen_insert AFTER INSERT ON item REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION item_frozen();
CREATE TRIGGER item_frozen_delete AFTER DELETE ON item REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION item_frozen();
CREATE TRIGGER item_no_truncate BEFORE TRUNCATE ON item
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('item: the batch is frozen');
