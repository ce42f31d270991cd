-- What is paid is what was meant. One section a subject.

-- Who acts, by identity: the kind and id of `domain::principal`, beside the name of that time.
ALTER TABLE audit ADD COLUMN actor_kind INTEGER NOT NULL DEFAULT 2;
ALTER TABLE audit ADD COLUMN actor_id INTEGER;
ALTER TABLE batch ADD COLUMN created_by_kind INTEGER NOT NULL DEFAULT 2;
ALTER TABLE batch ADD COLUMN created_by_id INTEGER;
ALTER TABLE batch_history ADD COLUMN actor_kind INTEGER NOT NULL DEFAULT 2;
ALTER TABLE batch_history ADD COLUMN actor_id INTEGER;
ALTER TABLE app_user ADD COLUMN created_by_kind INTEGER NOT NULL DEFAULT 2;
ALTER TABLE app_user ADD COLUMN created_by_id INTEGER;
ALTER TABLE api_key ADD COLUMN created_by_kind INTEGER NOT NULL DEFAULT 2;
ALTER TABLE api_key ADD COLUMN created_by_id INTEGER;

-- Nobody is paid twice.

-- The ids that payments have in the client's system: only items that have one have a row. Held while the item is
-- paid or can still be paid.
CREATE TABLE external_id (
  item  INTEGER NOT NULL PRIMARY KEY,
  batch INTEGER NOT NULL,
  id    TEXT NOT NULL,
  held  INTEGER NOT NULL CHECK (held IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX external_id_held ON external_id (id) WHERE held = 1;

-- What the rows of submitted batches pay, in 64 bits each, so that a batch is compared with earlier ones without
-- reading their items. Made again from the items where it is missing; forgotten when it is too old to matter.
CREATE TABLE batch_print (
  batch     INTEGER NOT NULL REFERENCES batch (id),
  part      INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  prints    BLOB NOT NULL,
  PRIMARY KEY (batch, part)
) STRICT;
CREATE INDEX batch_print_at ON batch_print (at);
CREATE INDEX batch_submitted ON batch (submitted_at) WHERE submitted_at IS NOT NULL;
-- Batches are compared by content and no longer by the bytes of their file.
DROP INDEX batch_file;
-- Two batches are not submitted at once: each would look before the other is there.
INSERT INTO turn (name) VALUES ('submit');
