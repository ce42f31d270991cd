-- The first schema, as the file beside this one has it for the embedded engine; a test compares the two.
-- Texts compare by their bytes on both (COLLATE "C"). Rows that change leave room on their page (fillfactor),
-- so that a new version needs no new index entry.

CREATE TABLE setting (
  name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  value TEXT COLLATE "C" NOT NULL
);

-- One row: the order of all commits, and the version of what the door caches.
CREATE TABLE ledger_head (
  id             BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  commit_number  BIGINT NOT NULL,
  policy_version BIGINT NOT NULL
) WITH (fillfactor = 50);
INSERT INTO ledger_head (id, commit_number, policy_version) VALUES (1, 0, 1);

CREATE TABLE counter (
  name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
) WITH (fillfactor = 50);
INSERT INTO counter (name, value) VALUES ('number', 0), ('chunk', 0), ('account', 0), ('holder', 0);

CREATE TABLE asset (
  id         BIGINT NOT NULL PRIMARY KEY,
  code       TEXT COLLATE "C" NOT NULL,
  scale      BIGINT NOT NULL CHECK (scale BETWEEN 0 AND 8),
  created_at BIGINT NOT NULL,
  CONSTRAINT asset_code UNIQUE (code)
);

CREATE TABLE holder (
  id         BIGINT NOT NULL PRIMARY KEY,
  name       TEXT COLLATE "C" NOT NULL,
  email      TEXT COLLATE "C",
  uid        TEXT COLLATE "C",
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX holder_email ON holder (email) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX holder_uid ON holder (uid) WHERE uid IS NOT NULL;
-- A holder with neither is known by its name.
CREATE INDEX holder_name ON holder (name) WHERE email IS NULL AND uid IS NULL;

CREATE TABLE account (
  id        BIGINT NOT NULL PRIMARY KEY,
  number    TEXT COLLATE "C" NOT NULL,
  holder    BIGINT REFERENCES holder (id),
  asset     BIGINT NOT NULL REFERENCES asset (id),
  kind      BIGINT NOT NULL,
  stripe    BIGINT NOT NULL DEFAULT 0,
  opened_at BIGINT NOT NULL,
  CONSTRAINT account_number UNIQUE (number),
  CHECK ((kind = 1) = (holder IS NOT NULL))
);
CREATE INDEX account_holder ON account (holder) WHERE holder IS NOT NULL;
CREATE UNIQUE INDEX account_system ON account (asset, kind, stripe) WHERE kind <> 1;

-- What a posting decision reads and writes: narrow, one row an account. `asset`, `holder` and `kind`
-- repeat the account's, which never change, so that a decision touches no other table.
CREATE TABLE balance (
  account   BIGINT NOT NULL PRIMARY KEY REFERENCES account (id),
  asset     BIGINT NOT NULL,
  holder    BIGINT,
  kind      BIGINT NOT NULL,
  status    BIGINT NOT NULL,
  overdraft BIGINT NOT NULL CHECK (overdraft >= 0),
  balance   BIGINT NOT NULL,
  held      BIGINT NOT NULL CHECK (held >= 0),
  head      BIGINT,
  day       BIGINT NOT NULL,
  day_out   BIGINT NOT NULL,
  month     BIGINT NOT NULL,
  month_out BIGINT NOT NULL,
  CONSTRAINT balance_floor CHECK (kind <> 1 OR balance - held + overdraft >= 0)
) WITH (fillfactor = 50);

-- Keyed by its own number, which for a batch item is the item's number: settled once is the key.
CREATE TABLE transfer (
  number        BIGINT NOT NULL PRIMARY KEY,
  kind          BIGINT NOT NULL,
  status        BIGINT NOT NULL,
  code          BIGINT,
  source        BIGINT NOT NULL,
  target        BIGINT NOT NULL,
  amount        BIGINT NOT NULL,
  fee           BIGINT NOT NULL CHECK (fee >= 0),
  first_posting BIGINT,
  posting_count BIGINT NOT NULL,
  value_date    BIGINT NOT NULL,
  created_at    BIGINT NOT NULL,
  memo          TEXT COLLATE "C",
  CHECK ((status = 1) = (first_posting IS NOT NULL)),
  CHECK ((status = 1) = (code IS NULL)),
  CHECK (status <> 1 OR (amount > 0 AND posting_count > 0 AND source <> target))
);

CREATE TABLE transfer_exchange (
  transfer      BIGINT NOT NULL PRIMARY KEY REFERENCES transfer (number),
  target_amount BIGINT NOT NULL,
  rate          TEXT COLLATE "C" NOT NULL,
  rate_source   TEXT COLLATE "C" NOT NULL,
  rate_at       BIGINT NOT NULL,
  rounding      BIGINT NOT NULL,
  residual      TEXT COLLATE "C" NOT NULL
);

-- Append-only, in commit order, no second index: each posting points to the one before it of both of its
-- accounts, and the account's balance row keeps its head, so a statement is a walk.
CREATE TABLE posting (
  id           BIGINT NOT NULL PRIMARY KEY,
  transfer     BIGINT NOT NULL,
  kind         BIGINT NOT NULL,
  debit        BIGINT NOT NULL,
  credit       BIGINT NOT NULL,
  amount       BIGINT NOT NULL CHECK (amount > 0),
  debit_after  BIGINT NOT NULL,
  credit_after BIGINT NOT NULL,
  debit_prev   BIGINT CHECK (debit_prev < id),
  credit_prev  BIGINT CHECK (credit_prev < id),
  value_date   BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  CHECK (debit <> credit)
);

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
-- reached by the walk.
CREATE TABLE history (
  account    BIGINT NOT NULL,
  value_date BIGINT NOT NULL,
  posting    BIGINT NOT NULL,
  PRIMARY KEY (account, value_date, posting)
);
CREATE TABLE history_mark (
  id      BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  posting BIGINT NOT NULL
) WITH (fillfactor = 50);
INSERT INTO history_mark (id, posting) VALUES (1, 0);

-- Operation ids of single requests, for ever.
CREATE TABLE operation (
  id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  fingerprint TEXT COLLATE "C" NOT NULL,
  transfer    BIGINT NOT NULL,
  created_at  BIGINT NOT NULL
);

CREATE TABLE batch (
  id             BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  day            BIGINT NOT NULL,
  day_number     BIGINT NOT NULL,
  name           TEXT COLLATE "C" NOT NULL,
  type           BIGINT NOT NULL,
  mode           BIGINT NOT NULL,
  state          BIGINT NOT NULL,
  intent         BIGINT NOT NULL,
  ready          BIGINT NOT NULL,
  asset          BIGINT NOT NULL REFERENCES asset (id),
  account        BIGINT REFERENCES account (id),
  remarks        TEXT COLLATE "C",
  file_hash      TEXT COLLATE "C",
  content_hash   TEXT COLLATE "C",
  first_number   BIGINT NOT NULL,
  last_number    BIGINT NOT NULL,
  refused_count  BIGINT NOT NULL,
  total_count    BIGINT NOT NULL,
  total_amount   BIGINT NOT NULL,
  success_count  BIGINT NOT NULL,
  success_amount BIGINT NOT NULL,
  failed_count   BIGINT NOT NULL,
  failed_amount  BIGINT NOT NULL,
  skipped_count  BIGINT NOT NULL,
  fee_amount     BIGINT NOT NULL,
  created_by     TEXT COLLATE "C" NOT NULL,
  created_at     BIGINT NOT NULL,
  submitted_at   BIGINT,
  started_at     BIGINT,
  interrupted_at BIGINT,
  completed_at   BIGINT,
  CONSTRAINT batch_number UNIQUE (day, day_number),
  CHECK (success_count + failed_count + skipped_count <= total_count)
) WITH (fillfactor = 50);
CREATE INDEX batch_state ON batch (state);
CREATE INDEX batch_file ON batch (file_hash) WHERE file_hash IS NOT NULL;

CREATE TABLE item (
  number    BIGINT NOT NULL PRIMARY KEY,
  batch     BIGINT NOT NULL,
  line      BIGINT NOT NULL,
  source    BIGINT NOT NULL,
  target    BIGINT NOT NULL,
  amount    BIGINT NOT NULL CHECK (amount > 0),
  state     BIGINT NOT NULL,
  code      BIGINT,
  memo      TEXT COLLATE "C",
  reference TEXT COLLATE "C"
) WITH (fillfactor = 50);

-- Every failed try, for ever, so that digests and success rates stay true after a retry.
CREATE TABLE item_failure (
  id     BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  batch  BIGINT NOT NULL,
  item   BIGINT NOT NULL,
  code   BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  chunk  BIGINT NOT NULL,
  at     BIGINT NOT NULL
);
CREATE INDEX item_failure_item ON item_failure (item);

CREATE TABLE import_problem (
  id          BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  batch       BIGINT NOT NULL,
  line        BIGINT NOT NULL,
  column_name TEXT COLLATE "C",
  code        BIGINT NOT NULL,
  value       TEXT COLLATE "C" NOT NULL
);
CREATE INDEX import_problem_batch ON import_problem (batch);

-- For people: the batch's moves, with who, when and why.
CREATE TABLE batch_history (
  id     BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  batch  BIGINT NOT NULL REFERENCES batch (id),
  item   BIGINT,
  state  BIGINT NOT NULL,
  event  TEXT COLLATE "C" NOT NULL,
  detail TEXT COLLATE "C",
  actor  TEXT COLLATE "C" NOT NULL,
  at     BIGINT NOT NULL
);
CREATE INDEX batch_history_batch ON batch_history (batch);

CREATE TABLE lease (
  batch      BIGINT NOT NULL PRIMARY KEY,
  owner      TEXT COLLATE "C" NOT NULL,
  epoch      BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
) WITH (fillfactor = 50);

-- account 0: what holds for the whole currency.
CREATE TABLE policy (
  asset         BIGINT NOT NULL REFERENCES asset (id),
  account       BIGINT NOT NULL,
  min           BIGINT NOT NULL,
  max           BIGINT NOT NULL,
  day           BIGINT NOT NULL,
  month         BIGINT NOT NULL,
  batch_max     BIGINT NOT NULL,
  fee_threshold BIGINT NOT NULL,
  fee_rate_ppm  BIGINT NOT NULL,
  fee_min       BIGINT NOT NULL,
  fee_max       BIGINT NOT NULL,
  PRIMARY KEY (asset, account)
);

CREATE TABLE fx_rate (
  id     BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  source BIGINT NOT NULL REFERENCES asset (id),
  target BIGINT NOT NULL REFERENCES asset (id),
  rate   TEXT COLLATE "C" NOT NULL,
  origin TEXT COLLATE "C" NOT NULL,
  at     BIGINT NOT NULL
);
CREATE INDEX fx_rate_pair ON fx_rate (source, target, id);

-- Who, what, from where, result. A single request has a row of its own, a batch run one a chunk.
CREATE TABLE audit (
  id         BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  at         BIGINT NOT NULL,
  actor      TEXT COLLATE "C" NOT NULL,
  origin     TEXT COLLATE "C" NOT NULL,
  action     TEXT COLLATE "C" NOT NULL,
  subject    TEXT COLLATE "C" NOT NULL,
  subject_id BIGINT,
  result     TEXT COLLATE "C" NOT NULL,
  detail     TEXT COLLATE "C" NOT NULL,
  digest     TEXT COLLATE "C"
);
CREATE INDEX audit_subject ON audit (subject, subject_id);

-- What is written stays: postings, transfers, failures, rates and audit rows are never changed. One trigger
-- a statement, so that a million new rows cost nothing.
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
CREATE TRIGGER item_failure_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON item_failure
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('item_failure is append-only');
CREATE TRIGGER fx_rate_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fx_rate
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('fx_rate is append-only');
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('audit is append-only');
CREATE TRIGGER operation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON operation
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('operation is append-only');
CREATE TRIGGER account_no_delete BEFORE DELETE OR TRUNCATE ON account
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('accounts are closed, not deleted');
CREATE TRIGGER account_identity BEFORE UPDATE OF id, asset, holder, kind ON account
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('an account keeps its identity');

-- The legal moves of `domain::batch` and `domain::item`. The condition is worked out without a call; only a
-- row that breaks it calls the function.
CREATE TRIGGER batch_moves BEFORE UPDATE OF state ON batch FOR EACH ROW
  WHEN (OLD.state <> NEW.state AND NOT (
       (OLD.state = 2 AND NEW.state IN (3, 11))
    OR (OLD.state = 3 AND NEW.state IN (4, 5, 6, 11))
    OR (OLD.state = 4 AND NEW.state IN (6, 11))
    OR (OLD.state = 6 AND NEW.state IN (7, 8, 9, 10))
    OR (OLD.state = 7 AND NEW.state IN (6, 8, 9, 10))
    OR (OLD.state IN (9, 10) AND NEW.state = 6)))
  EXECUTE FUNCTION refuse('batch: illegal change of state');
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

-- Completed asks for the transfer of the item's number; looked at once a statement, for all its rows.
CREATE FUNCTION item_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM changed c
             WHERE c.state = 4 AND NOT EXISTS (SELECT 1 FROM transfer t WHERE t.number = c.number)) THEN
    RAISE EXCEPTION 'item: completed without a transfer';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER item_settled AFTER UPDATE ON item REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION item_settled();

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
