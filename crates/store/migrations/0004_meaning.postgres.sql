-- What is paid is what was meant. One section a subject.

-- Who acts, by identity: the kind and id of `domain::principal`, beside the name of that time.
ALTER TABLE audit ADD COLUMN actor_kind BIGINT NOT NULL DEFAULT 2;
ALTER TABLE audit ADD COLUMN actor_id BIGINT;
ALTER TABLE batch ADD COLUMN created_by_kind BIGINT NOT NULL DEFAULT 2;
ALTER TABLE batch ADD COLUMN created_by_id BIGINT;
ALTER TABLE batch_history ADD COLUMN actor_kind BIGINT NOT NULL DEFAULT 2;
ALTER TABLE batch_history ADD COLUMN actor_id BIGINT;
ALTER TABLE app_user ADD COLUMN created_by_kind BIGINT NOT NULL DEFAULT 2;
ALTER TABLE app_user ADD COLUMN created_by_id BIGINT;
ALTER TABLE api_key ADD COLUMN created_by_kind BIGINT NOT NULL DEFAULT 2;
ALTER TABLE api_key ADD COLUMN created_by_id BIGINT;

-- Ends and drafts. When a person called the batch off for good; the draft's version, raised by every edit; how many
-- times a run began.
ALTER TABLE batch ADD COLUMN called_off_at BIGINT;
ALTER TABLE batch ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE batch ADD COLUMN runs BIGINT NOT NULL DEFAULT 0;
-- The legal moves of `domain::batch`, as they are now.
DROP TRIGGER batch_moves ON batch;
CREATE TRIGGER batch_moves BEFORE UPDATE OF state ON batch FOR EACH ROW
  WHEN (OLD.state <> NEW.state AND NOT (
       (OLD.state = 2 AND NEW.state IN (3, 11))
    OR (OLD.state = 3 AND NEW.state IN (4, 5, 6, 11))
    OR (OLD.state = 4 AND NEW.state IN (6, 11))
    OR (OLD.state = 6 AND NEW.state IN (7, 8, 9, 10, 11))
    OR (OLD.state = 7 AND NEW.state IN (6, 8, 9, 10, 11))
    OR (OLD.state = 9 AND NEW.state IN (6, 8))
    OR (OLD.state = 10 AND NEW.state IN (6, 11))))
  EXECUTE FUNCTION refuse('batch: illegal change of state');
-- The last failed item of a batch could be skipped without moving it on.
UPDATE batch SET state = 8 WHERE state = 9 AND failed_count = 0 AND ready = 1;
