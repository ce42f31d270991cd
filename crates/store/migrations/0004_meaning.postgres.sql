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

-- Nobody is paid twice.

-- The ids that payments have in the client's system: only items that have one have a row. Held while the item is
-- paid or can still be paid.
CREATE TABLE external_id (
  item  BIGINT NOT NULL PRIMARY KEY,
  batch BIGINT NOT NULL,
  id    TEXT COLLATE "C" NOT NULL,
  held  BIGINT NOT NULL CHECK (held IN (0, 1))
);
CREATE UNIQUE INDEX external_id_held ON external_id (id) WHERE held = 1;

-- What the rows of submitted batches pay, in 64 bits each, so that a batch is compared with earlier ones without
-- reading their items. Made again from the items where it is missing; forgotten when it is too old to matter.
CREATE TABLE batch_print (
  batch     BIGINT NOT NULL REFERENCES batch (id),
  part      BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  prints    BYTEA NOT NULL,
  PRIMARY KEY (batch, part)
);
CREATE INDEX batch_print_at ON batch_print (at);
CREATE INDEX batch_submitted ON batch (submitted_at) WHERE submitted_at IS NOT NULL;
-- Batches are compared by content and no longer by the bytes of their file.
DROP INDEX batch_file;
-- Two batches are not submitted at once: each would look before the other is there.
INSERT INTO turn (name) VALUES ('submit');
