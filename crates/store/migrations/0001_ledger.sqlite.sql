-- The first schema. Alphabet: i64, text, blob, null. Time is microseconds UTC; dates are days since
-- 1970-01-01. Stored enums are the numbers of `domain`, never reused.

CREATE TABLE setting (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- One row: the order of all commits, and the version of what the door caches.
CREATE TABLE ledger_head (
  id             INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  commit_number  INTEGER NOT NULL,
  policy_version INTEGER NOT NULL
) STRICT;
INSERT INTO ledger_head (id, commit_number, policy_version) VALUES (1, 0, 1);

CREATE TABLE counter (
  name  TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;
INSERT INTO counter (name, value) VALUES ('number', 0), ('chunk', 0), ('account', 0), ('holder', 0);

CREATE TABLE asset (
  id         INTEGER NOT NULL PRIMARY KEY,
  code       TEXT NOT NULL,
  scale      INTEGER NOT NULL CHECK (scale BETWEEN 0 AND 8),
  created_at INTEGER NOT NULL,
  CONSTRAINT asset_code UNIQUE (code)
) STRICT;

CREATE TABLE holder (
  id         INTEGER NOT NULL PRIMARY KEY,
  name       TEXT NOT NULL,
  email      TEXT,
  uid        TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX holder_email ON holder (email) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX holder_uid ON holder (uid) WHERE uid IS NOT NULL;
-- A holder with neither is known by its name.
CREATE INDEX holder_name ON holder (name) WHERE email IS NULL AND uid IS NULL;

CREATE TABLE account (
  id        INTEGER NOT NULL PRIMARY KEY,
  number    TEXT NOT NULL,
  holder    INTEGER REFERENCES holder (id),
  asset     INTEGER NOT NULL REFERENCES asset (id),
  kind      INTEGER NOT NULL,
  stripe    INTEGER NOT NULL DEFAULT 0,
  opened_at INTEGER NOT NULL,
  CONSTRAINT account_number UNIQUE (number),
  CHECK ((kind = 1) = (holder IS NOT NULL))
) STRICT;
CREATE INDEX account_holder ON account (holder) WHERE holder IS NOT NULL;
CREATE UNIQUE INDEX account_system ON account (asset, kind, stripe) WHERE kind <> 1;

-- What a posting decision reads and writes: narrow, one row an account. `asset`, `holder` and `kind`
-- repeat the account's, which never change, so that a decision touches no other table.
CREATE TABLE balance (
  account   INTEGER NOT NULL PRIMARY KEY REFERENCES account (id),
  asset     INTEGER NOT NULL,
  holder    INTEGER,
  kind      INTEGER NOT NULL,
  status    INTEGER NOT NULL,
  overdraft INTEGER NOT NULL CHECK (overdraft >= 0),
  balance   INTEGER NOT NULL,
  held      INTEGER NOT NULL CHECK (held >= 0),
  head      INTEGER,
  day       INTEGER NOT NULL,
  day_out   INTEGER NOT NULL,
  month     INTEGER NOT NULL,
  month_out INTEGER NOT NULL,
  CONSTRAINT balance_floor CHECK (kind <> 1 OR balance - held + overdraft >= 0)
) STRICT;

-- Keyed by its own number, which for a batch item is the item's number: settled once is the key.
CREATE TABLE transfer (
  number        INTEGER NOT NULL PRIMARY KEY,
  kind          INTEGER NOT NULL,
  status        INTEGER NOT NULL,
  code          INTEGER,
  source        INTEGER NOT NULL,
  target        INTEGER NOT NULL,
  amount        INTEGER NOT NULL,
  fee           INTEGER NOT NULL CHECK (fee >= 0),
  first_posting INTEGER,
  posting_count INTEGER NOT NULL,
  value_date    INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  memo          TEXT,
  CHECK ((status = 1) = (first_posting IS NOT NULL)),
  CHECK ((status = 1) = (code IS NULL)),
  CHECK (status <> 1 OR (amount > 0 AND posting_count > 0 AND source <> target))
) STRICT;

CREATE TABLE transfer_exchange (
  transfer      INTEGER NOT NULL PRIMARY KEY REFERENCES transfer (number),
  target_amount INTEGER NOT NULL,
  rate          TEXT NOT NULL,
  rate_source   TEXT NOT NULL,
  rate_at       INTEGER NOT NULL,
  rounding      INTEGER NOT NULL,
  residual      TEXT NOT NULL
) STRICT;

-- Append-only, in commit order, no second index: each posting points to the one before it of both of its
-- accounts, and the account's balance row keeps its head, so a statement is a walk.
CREATE TABLE posting (
  id           INTEGER NOT NULL PRIMARY KEY,
  transfer     INTEGER NOT NULL,
  kind         INTEGER NOT NULL,
  debit        INTEGER NOT NULL,
  credit       INTEGER NOT NULL,
  amount       INTEGER NOT NULL CHECK (amount > 0),
  debit_after  INTEGER NOT NULL,
  credit_after INTEGER NOT NULL,
  debit_prev   INTEGER CHECK (debit_prev < id),
  credit_prev  INTEGER CHECK (credit_prev < id),
  value_date   INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,
  CHECK (debit <> credit)
) STRICT;

CREATE VIEW account_entry AS
  SELECT debit AS account, id AS posting, transfer, kind, 1 AS is_debit, -amount AS amount,
         debit_after + amount AS balance_before, debit_after AS balance_after,
         debit_prev AS prev, credit AS other, value_date, created_at
    FROM posting
  UNION ALL
  SELECT credit, id, transfer, kind, 0, amount, credit_after - amount, credit_after,
         credit_prev, debit, value_date, created_at
    FROM posting;

-- Entries by account and value date. Follows behind in sorted runs; what is newer than the mark is
-- reached by the walk. One b-tree and nothing else, hence no row id.
CREATE TABLE history (
  account    INTEGER NOT NULL,
  value_date INTEGER NOT NULL,
  posting    INTEGER NOT NULL,
  PRIMARY KEY (account, value_date, posting)
) STRICT, WITHOUT ROWID;
CREATE TABLE history_mark (
  id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  posting INTEGER NOT NULL
) STRICT;
INSERT INTO history_mark (id, posting) VALUES (1, 0);

-- Operation ids of single requests, for ever.
CREATE TABLE operation (
  id          TEXT NOT NULL PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  transfer    INTEGER NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE batch (
  id             INTEGER NOT NULL PRIMARY KEY,
  day            INTEGER NOT NULL,
  day_number     INTEGER NOT NULL,
  name           TEXT NOT NULL,
  type           INTEGER NOT NULL,
  mode           INTEGER NOT NULL,
  state          INTEGER NOT NULL,
  intent         INTEGER NOT NULL,
  ready          INTEGER NOT NULL,
  asset          INTEGER NOT NULL REFERENCES asset (id),
  account        INTEGER REFERENCES account (id),
  remarks        TEXT,
  file_hash      TEXT,
  content_hash   TEXT,
  first_number   INTEGER NOT NULL,
  last_number    INTEGER NOT NULL,
  refused_count  INTEGER NOT NULL,
  total_count    INTEGER NOT NULL,
  total_amount   INTEGER NOT NULL,
  success_count  INTEGER NOT NULL,
  success_amount INTEGER NOT NULL,
  failed_count   INTEGER NOT NULL,
  failed_amount  INTEGER NOT NULL,
  skipped_count  INTEGER NOT NULL,
  fee_amount     INTEGER NOT NULL,
  created_by     TEXT NOT NULL,
  created_at     INTEGER NOT NULL,
  submitted_at   INTEGER,
  started_at     INTEGER,
  interrupted_at INTEGER,
  completed_at   INTEGER,
  CONSTRAINT batch_number UNIQUE (day, day_number),
  CHECK (success_count + failed_count + skipped_count <= total_count)
) STRICT;
CREATE INDEX batch_state ON batch (state);
CREATE INDEX batch_file ON batch (file_hash) WHERE file_hash IS NOT NULL;

CREATE TABLE item (
  number    INTEGER NOT NULL PRIMARY KEY,
  batch     INTEGER NOT NULL,
  line      INTEGER NOT NULL,
  source    INTEGER NOT NULL,
  target    INTEGER NOT NULL,
  amount    INTEGER NOT NULL CHECK (amount > 0),
  state     INTEGER NOT NULL,
  code      INTEGER,
  memo      TEXT,
  reference TEXT
) STRICT;

-- Every failed try, for ever, so that digests and success rates stay true after a retry.
CREATE TABLE item_failure (
  id     INTEGER NOT NULL PRIMARY KEY,
  batch  INTEGER NOT NULL,
  item   INTEGER NOT NULL,
  code   INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  chunk  INTEGER NOT NULL,
  at     INTEGER NOT NULL
) STRICT;
CREATE INDEX item_failure_item ON item_failure (item);

CREATE TABLE import_problem (
  id          INTEGER NOT NULL PRIMARY KEY,
  batch       INTEGER NOT NULL,
  line        INTEGER NOT NULL,
  column_name TEXT,
  code        INTEGER NOT NULL,
  value       TEXT NOT NULL
) STRICT;
CREATE INDEX import_problem_batch ON import_problem (batch);

-- For people: the batch's moves, with who, when and why.
CREATE TABLE batch_history (
  id     INTEGER NOT NULL PRIMARY KEY,
  batch  INTEGER NOT NULL REFERENCES batch (id),
  item   INTEGER,
  state  INTEGER NOT NULL,
  event  TEXT NOT NULL,
  detail TEXT,
  actor  TEXT NOT NULL,
  at     INTEGER NOT NULL
) STRICT;
CREATE INDEX batch_history_batch ON batch_history (batch);

CREATE TABLE lease (
  batch      INTEGER NOT NULL PRIMARY KEY,
  owner      TEXT NOT NULL,
  epoch      INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

-- account 0: what holds for the whole currency.
CREATE TABLE policy (
  asset         INTEGER NOT NULL REFERENCES asset (id),
  account       INTEGER NOT NULL,
  min           INTEGER NOT NULL,
  max           INTEGER NOT NULL,
  day           INTEGER NOT NULL,
  month         INTEGER NOT NULL,
  batch_max     INTEGER NOT NULL,
  fee_threshold INTEGER NOT NULL,
  fee_rate_ppm  INTEGER NOT NULL,
  fee_min       INTEGER NOT NULL,
  fee_max       INTEGER NOT NULL,
  PRIMARY KEY (asset, account)
) STRICT;

CREATE TABLE fx_rate (
  id     INTEGER NOT NULL PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES asset (id),
  target INTEGER NOT NULL REFERENCES asset (id),
  rate   TEXT NOT NULL,
  origin TEXT NOT NULL,
  at     INTEGER NOT NULL
) STRICT;
CREATE INDEX fx_rate_pair ON fx_rate (source, target, id);

-- Who, what, from where, result. A single request has a row of its own, a batch run one a chunk.
CREATE TABLE audit (
  id         INTEGER NOT NULL PRIMARY KEY,
  at         INTEGER NOT NULL,
  actor      TEXT NOT NULL,
  origin     TEXT NOT NULL,
  action     TEXT NOT NULL,
  subject    TEXT NOT NULL,
  subject_id INTEGER,
  result     TEXT NOT NULL,
  detail     TEXT NOT NULL,
  digest     TEXT
) STRICT;
CREATE INDEX audit_subject ON audit (subject, subject_id);

-- What is written stays: postings, transfers, failures, rates and audit rows are never changed.
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'posting is append-only'); END;
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'posting is append-only'); END;
CREATE TRIGGER transfer_no_update BEFORE UPDATE ON transfer BEGIN SELECT RAISE(ABORT, 'transfer is append-only'); END;
CREATE TRIGGER transfer_no_delete BEFORE DELETE ON transfer BEGIN SELECT RAISE(ABORT, 'transfer is append-only'); END;
CREATE TRIGGER exchange_no_update BEFORE UPDATE ON transfer_exchange BEGIN SELECT RAISE(ABORT, 'transfer_exchange is append-only'); END;
CREATE TRIGGER exchange_no_delete BEFORE DELETE ON transfer_exchange BEGIN SELECT RAISE(ABORT, 'transfer_exchange is append-only'); END;
CREATE TRIGGER failure_no_update BEFORE UPDATE ON item_failure BEGIN SELECT RAISE(ABORT, 'item_failure is append-only'); END;
CREATE TRIGGER failure_no_delete BEFORE DELETE ON item_failure BEGIN SELECT RAISE(ABORT, 'item_failure is append-only'); END;
CREATE TRIGGER rate_no_update BEFORE UPDATE ON fx_rate BEGIN SELECT RAISE(ABORT, 'fx_rate is append-only'); END;
CREATE TRIGGER rate_no_delete BEFORE DELETE ON fx_rate BEGIN SELECT RAISE(ABORT, 'fx_rate is append-only'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER operation_no_update BEFORE UPDATE ON operation BEGIN SELECT RAISE(ABORT, 'operation is append-only'); END;
CREATE TRIGGER operation_no_delete BEFORE DELETE ON operation BEGIN SELECT RAISE(ABORT, 'operation is append-only'); END;
CREATE TRIGGER account_no_delete BEFORE DELETE ON account BEGIN SELECT RAISE(ABORT, 'accounts are closed, not deleted'); END;
CREATE TRIGGER account_identity BEFORE UPDATE OF id, asset, holder, kind ON account BEGIN SELECT RAISE(ABORT, 'an account keeps its identity'); END;

-- The legal moves of `domain::batch` and `domain::item`.
CREATE TRIGGER batch_moves BEFORE UPDATE OF state ON batch
  WHEN OLD.state <> NEW.state AND NOT (
       (OLD.state = 2 AND NEW.state IN (3, 11))
    OR (OLD.state = 3 AND NEW.state IN (4, 5, 6, 11))
    OR (OLD.state = 4 AND NEW.state IN (6, 11))
    OR (OLD.state = 6 AND NEW.state IN (7, 8, 9, 10))
    OR (OLD.state = 7 AND NEW.state IN (6, 8, 9, 10))
    OR (OLD.state IN (9, 10) AND NEW.state = 6))
  BEGIN SELECT RAISE(ABORT, 'batch: illegal change of state'); END;
-- One trigger, equalities only: it fires for each item of a run, and an IN list or a second trigger
-- doubles what a run costs (measured: 3.2 us an item with IN lists, 1.2 us so).
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
CREATE TRIGGER item_content BEFORE UPDATE OF number, batch, source, target, amount ON item
  BEGIN SELECT RAISE(ABORT, 'item: content is replaced, never changed'); END;
CREATE TRIGGER item_frozen_insert BEFORE INSERT ON item
  WHEN NOT EXISTS (SELECT 1 FROM batch WHERE id = NEW.batch AND state = 2)
  BEGIN SELECT RAISE(ABORT, 'item: the batch is frozen'); END;
CREATE TRIGGER item_frozen_delete BEFORE DELETE ON item
  WHEN NOT EXISTS (SELECT 1 FROM batch WHERE id = OLD.batch AND state = 2)
  BEGIN SELECT RAISE(ABORT, 'item: the batch is frozen'); END;
