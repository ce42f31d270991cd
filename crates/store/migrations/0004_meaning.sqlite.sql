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

-- Rates and conversions.

-- The rules of a pair of currencies; without a row the shipped ones hold. 0 switches a bound off.
CREATE TABLE fx_policy (
  source        INTEGER NOT NULL REFERENCES asset (id),
  target        INTEGER NOT NULL REFERENCES asset (id),
  tolerance_ppm INTEGER NOT NULL CHECK (tolerance_ppm >= 0),
  rounding      INTEGER NOT NULL,
  minimum       INTEGER NOT NULL CHECK (minimum >= 0),
  max_age_h     INTEGER NOT NULL CHECK (max_age_h >= 0),
  PRIMARY KEY (source, target),
  CHECK (source <> target)
) STRICT;

-- Whether a currency's policy is the one that it came with: that one bounds the paying side alone.
ALTER TABLE policy ADD COLUMN shipped INTEGER NOT NULL DEFAULT 0;
UPDATE policy SET shipped = 1
  WHERE account = 0 AND min = 1 AND max = batch_max / 10 AND day = 9223372036854775807
    AND month = 9223372036854775807 AND fee_threshold = 9223372036854775807 AND fee_rate_ppm = 0
    AND fee_min = 0 AND fee_max = 9223372036854775807;

-- Accounts and holders: numbers that look alike share a skeleton (UTS 39, computed by the program), a number keeps its
-- meaning, and e-mail and uid of a holder mean one account a currency: its default.
ALTER TABLE account ADD COLUMN skeleton TEXT;
CREATE INDEX account_skeleton ON account (skeleton) WHERE skeleton IS NOT NULL;
CREATE TRIGGER account_number_kept BEFORE UPDATE OF number ON account BEGIN SELECT RAISE(ABORT, 'an account keeps its identity'); END;
CREATE TABLE holder_default (
  holder  INTEGER NOT NULL REFERENCES holder (id),
  asset   INTEGER NOT NULL REFERENCES asset (id),
  account INTEGER NOT NULL REFERENCES account (id),
  PRIMARY KEY (holder, asset),
  CONSTRAINT holder_default_account UNIQUE (account)
) STRICT;
INSERT INTO holder_default (holder, asset, account)
  SELECT a.holder, a.asset, MIN(a.id) FROM account a JOIN balance b ON b.account = a.id
  WHERE a.kind = 1 AND b.status <> 3 GROUP BY a.holder, a.asset;

-- Payees and refused rows.

-- Whether a payee may be in the batch twice, in rows that differ in reference or external id.
ALTER TABLE batch ADD COLUMN allow_repeat INTEGER NOT NULL DEFAULT 0;
-- How an item's own side was written: only items for which that is not the account's number have a row.
CREATE TABLE item_contact (
  item    INTEGER NOT NULL PRIMARY KEY,
  kind    INTEGER NOT NULL,
  written TEXT NOT NULL
) STRICT;
-- A refused row of a file: what it said, and since when it is settled: corrected, where an item took its place, or
-- dropped. Its id is drawn from the items' numbers, so that the key of one batch's row is never another's.
CREATE TABLE refused_row (
  id         INTEGER NOT NULL PRIMARY KEY,
  batch      INTEGER NOT NULL,
  line       INTEGER NOT NULL,
  content    TEXT,
  settled_at INTEGER,
  item       INTEGER
) STRICT;
CREATE INDEX refused_row_batch ON refused_row (batch);
ALTER TABLE import_problem ADD COLUMN refused_row INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import_problem ADD COLUMN suggestion TEXT;

-- The rates at which a batch that converts is paid: kept when it is submitted or repriced. `at` is since when the
-- rate was stored. A batch that follows the stored rates (`convert` is 2) has no row.
CREATE TABLE batch_rate (
  batch   INTEGER NOT NULL REFERENCES batch (id),
  source  INTEGER NOT NULL REFERENCES asset (id),
  target  INTEGER NOT NULL REFERENCES asset (id),
  rate    TEXT NOT NULL,
  origin  TEXT NOT NULL,
  at      INTEGER NOT NULL,
  kept_at INTEGER NOT NULL,
  PRIMARY KEY (batch, source, target)
) STRICT;

-- The unpaid items of an earlier batch that a draft is to pay instead: its submission skips them there.
CREATE TABLE batch_origin (
  batch  INTEGER NOT NULL REFERENCES batch (id),
  item   INTEGER NOT NULL,
  origin INTEGER NOT NULL REFERENCES batch (id),
  PRIMARY KEY (batch, item)
) STRICT;

-- Ends and drafts. When a person called the batch off for good; the draft's version, raised by every edit; how many
-- times a run began.
ALTER TABLE batch ADD COLUMN called_off_at INTEGER;
ALTER TABLE batch ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE batch ADD COLUMN runs INTEGER NOT NULL DEFAULT 0;
-- The legal moves of `domain::batch`, as they are now. Repricing voids approvals: approved -> pending.
DROP TRIGGER batch_moves;
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
-- The last failed item of a batch could be skipped without moving it on.
UPDATE batch SET state = 8 WHERE state = 9 AND failed_count = 0 AND ready = 1;

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
