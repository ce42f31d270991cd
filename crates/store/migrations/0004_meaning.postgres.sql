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

-- Payees and refused rows.

-- Whether a payee may be in the batch twice, in rows that differ in reference or external id.
ALTER TABLE batch ADD COLUMN allow_repeat BIGINT NOT NULL DEFAULT 0;
-- How an item's own side was written: only items for which that is not the account's number have a row.
CREATE TABLE item_contact (
  item    BIGINT PRIMARY KEY,
  kind    BIGINT NOT NULL,
  written TEXT COLLATE "C" NOT NULL
);
-- A refused row of a file: what it said, and since when it is settled: corrected, where an item took its place, or
-- dropped. Its id is drawn from the items' numbers, so that the key of one batch's row is never another's.
CREATE TABLE refused_row (
  id         BIGINT PRIMARY KEY,
  batch      BIGINT NOT NULL,
  line       BIGINT NOT NULL,
  content    TEXT COLLATE "C",
  settled_at BIGINT,
  item       BIGINT
);
CREATE INDEX refused_row_batch ON refused_row (batch);
ALTER TABLE import_problem ADD COLUMN refused_row BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import_problem ADD COLUMN suggestion TEXT COLLATE "C";
