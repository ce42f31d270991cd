-- What a ledger of schema 1 held: dumped by sqlite3 from one that the program of that time made, with a batch
-- whose run was killed after its commit and a history that is two postings behind.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE refinery_schema_history(
             version int4 PRIMARY KEY,
             name VARCHAR(255),
             applied_on VARCHAR(255),
             checksum VARCHAR(255));
INSERT INTO refinery_schema_history VALUES(1,'ledger','2026-11-21T05:52:44.804022295Z','6966076051111802183');
CREATE TABLE setting (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
INSERT INTO setting VALUES('time_zone','UTC');
CREATE TABLE ledger_head (
  id             INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  commit_number  INTEGER NOT NULL,
  policy_version INTEGER NOT NULL
) STRICT;
INSERT INTO ledger_head VALUES(1,17,4);
CREATE TABLE counter (
  name  TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;
INSERT INTO counter VALUES('number',7);
INSERT INTO counter VALUES('chunk',5);
INSERT INTO counter VALUES('account',7);
INSERT INTO counter VALUES('holder',3);
CREATE TABLE asset (
  id         INTEGER NOT NULL PRIMARY KEY,
  code       TEXT NOT NULL,
  scale      INTEGER NOT NULL CHECK (scale BETWEEN 0 AND 8),
  created_at INTEGER NOT NULL,
  CONSTRAINT asset_code UNIQUE (code)
) STRICT;
INSERT INTO asset VALUES(1,'USD',2,1795240380377976);
CREATE TABLE holder (
  id         INTEGER NOT NULL PRIMARY KEY,
  name       TEXT NOT NULL,
  email      TEXT,
  uid        TEXT,
  created_at INTEGER NOT NULL
) STRICT;
INSERT INTO holder VALUES(1,'Acme Ltd','acme@example.com',NULL,1795240380378545);
INSERT INTO holder VALUES(2,'Anna 安娜','anna@example.com',NULL,1795240380392445);
INSERT INTO holder VALUES(3,'Bert','bert@example.com',NULL,1795240380405983);
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
INSERT INTO account VALUES(1,'world-USD',NULL,1,2,0,1795240380377976);
INSERT INTO account VALUES(2,'fee_income-USD',NULL,1,3,0,1795240380377976);
INSERT INTO account VALUES(3,'fx_clearing-USD',NULL,1,4,0,1795240380377976);
INSERT INTO account VALUES(4,'rail_clearing-USD',NULL,1,5,0,1795240380377976);
INSERT INTO account VALUES(5,'ACME',1,1,1,0,1795240380378646);
INSERT INTO account VALUES(6,'ANNA',2,1,1,0,1795240380392546);
INSERT INTO account VALUES(7,'BERT',3,1,1,0,1795240380406084);
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
INSERT INTO balance VALUES(1,1,NULL,2,1,0,-100000,0,262144,0,0,0,0);
INSERT INTO balance VALUES(2,1,NULL,3,1,0,200,0,524289,0,0,0,0);
INSERT INTO balance VALUES(3,1,NULL,4,1,0,0,0,NULL,0,0,0,0);
INSERT INTO balance VALUES(4,1,NULL,5,1,0,0,0,NULL,0,0,0,0);
INSERT INTO balance VALUES(5,1,1,1,1,0,69800,0,1310721,20778,30000,24322,30000);
INSERT INTO balance VALUES(6,1,2,1,1,0,24000,0,1310720,0,0,0,0);
INSERT INTO balance VALUES(7,1,3,1,1,0,6000,0,1310721,0,0,0,0);
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
INSERT INTO transfer VALUES(1,3,1,NULL,1,5,100000,0,262144,1,20778,1795240380419301,NULL);
INSERT INTO transfer VALUES(2,1,1,NULL,5,6,20000,200,524288,2,20778,1795240380446020,NULL);
INSERT INTO transfer VALUES(3,1,2,22,6,7,500000,0,NULL,0,20778,1795240380460492,NULL);
INSERT INTO transfer VALUES(4,2,1,NULL,5,6,1000,0,1048576,1,20778,1795240407462871,NULL);
INSERT INTO transfer VALUES(5,2,1,NULL,5,7,2000,0,1048577,1,20778,1795240407462871,NULL);
INSERT INTO transfer VALUES(6,2,1,NULL,5,6,3000,0,1310720,1,20778,1795240407502776,NULL);
INSERT INTO transfer VALUES(7,2,1,NULL,5,7,4000,0,1310721,1,20778,1795240407502776,NULL);
CREATE TABLE transfer_exchange (
  transfer      INTEGER NOT NULL PRIMARY KEY REFERENCES transfer (number),
  target_amount INTEGER NOT NULL,
  rate          TEXT NOT NULL,
  rate_source   TEXT NOT NULL,
  rate_at       INTEGER NOT NULL,
  rounding      INTEGER NOT NULL,
  residual      TEXT NOT NULL
) STRICT;
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
INSERT INTO posting VALUES(262144,1,1,1,5,100000,-100000,100000,NULL,NULL,20778,1795240380419301);
INSERT INTO posting VALUES(524288,2,1,5,6,20000,80000,20000,262144,NULL,20778,1795240380446020);
INSERT INTO posting VALUES(524289,2,2,5,2,200,79800,200,524288,NULL,20778,1795240380446020);
INSERT INTO posting VALUES(1048576,4,1,5,6,1000,78800,21000,524289,524288,20778,1795240407462871);
INSERT INTO posting VALUES(1048577,5,1,5,7,2000,76800,2000,1048576,NULL,20778,1795240407462871);
INSERT INTO posting VALUES(1310720,6,1,5,6,3000,73800,24000,1048577,1048576,20778,1795240407502776);
INSERT INTO posting VALUES(1310721,7,1,5,7,4000,69800,6000,1310720,1048577,20778,1795240407502776);
CREATE TABLE history (
  account    INTEGER NOT NULL,
  value_date INTEGER NOT NULL,
  posting    INTEGER NOT NULL,
  PRIMARY KEY (account, value_date, posting)
) STRICT, WITHOUT ROWID;
INSERT INTO history VALUES(1,20778,262144);
INSERT INTO history VALUES(2,20778,524289);
INSERT INTO history VALUES(5,20778,262144);
INSERT INTO history VALUES(5,20778,524288);
INSERT INTO history VALUES(5,20778,524289);
INSERT INTO history VALUES(5,20778,1048576);
INSERT INTO history VALUES(5,20778,1048577);
INSERT INTO history VALUES(6,20778,524288);
INSERT INTO history VALUES(6,20778,1048576);
INSERT INTO history VALUES(7,20778,1048577);
CREATE TABLE history_mark (
  id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  posting INTEGER NOT NULL
) STRICT;
INSERT INTO history_mark VALUES(1,1048577);
CREATE TABLE operation (
  id          TEXT NOT NULL PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  transfer    INTEGER NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT;
INSERT INTO operation VALUES('op-1','ae96b01612ccfb8a059bc0910ad5a5fdb5dd9c0508871956a2265266356ba849',2,1795240380446020);
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
INSERT INTO batch VALUES(1,20261121,1,'March',1,1,8,2,1,1,5,NULL,'672b9333a656524d60156a069d03916cbd17422c1ac8b9ec265ecd8a535b383d','1f5f37e04dd7f5b2142c8b5f6f3930cd9c428fb16778c0cfc78cf5073f083d23',4,5,1,2,3000,2,3000,0,0,0,0,'unknown',1795240407442087,1795240407445333,1795240407461007,NULL,1795240407466190);
INSERT INTO batch VALUES(2,20261121,2,'April',1,1,6,2,1,1,5,NULL,'451b6c9e7151005c91b32530114d898ec0f5e352c17e1800498cb70062b8ded0','ca96997df6a91d196c114315f4cb56e0ca37ea0b42f6d70588b457d4cfa35473',6,7,0,2,7000,2,7000,0,0,0,0,'unknown',1795240407482955,1795240407485848,1795240407500880,NULL,NULL);
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
INSERT INTO item VALUES(4,1,2,5,6,1000,4,NULL,'三月',NULL);
INSERT INTO item VALUES(5,1,3,5,7,2000,4,NULL,NULL,NULL);
INSERT INTO item VALUES(6,2,2,5,6,3000,4,NULL,NULL,NULL);
INSERT INTO item VALUES(7,2,3,5,7,4000,4,NULL,NULL,NULL);
CREATE TABLE item_failure (
  id     INTEGER NOT NULL PRIMARY KEY,
  batch  INTEGER NOT NULL,
  item   INTEGER NOT NULL,
  code   INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  chunk  INTEGER NOT NULL,
  at     INTEGER NOT NULL
) STRICT;
CREATE TABLE import_problem (
  id          INTEGER NOT NULL PRIMARY KEY,
  batch       INTEGER NOT NULL,
  line        INTEGER NOT NULL,
  column_name TEXT,
  code        INTEGER NOT NULL,
  value       TEXT NOT NULL
) STRICT;
INSERT INTO import_problem VALUES(1,1,4,'account',60,'BERT2');
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
INSERT INTO batch_history VALUES(1,1,NULL,2,'created',NULL,'unknown',1795240407444394);
INSERT INTO batch_history VALUES(2,1,NULL,3,'submitted',NULL,'unknown',1795240407445456);
INSERT INTO batch_history VALUES(3,1,NULL,6,'started',NULL,'unknown',1795240407461159);
INSERT INTO batch_history VALUES(4,1,NULL,8,'completed','{"completed":2,"failed":0,"skipped":0,"waiting":0}','unknown',1795240407466260);
INSERT INTO batch_history VALUES(5,2,NULL,2,'created',NULL,'unknown',1795240407484977);
INSERT INTO batch_history VALUES(6,2,NULL,3,'submitted',NULL,'unknown',1795240407485958);
INSERT INTO batch_history VALUES(7,2,NULL,6,'started',NULL,'unknown',1795240407501024);
CREATE TABLE lease (
  batch      INTEGER NOT NULL PRIMARY KEY,
  owner      TEXT NOT NULL,
  epoch      INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
INSERT INTO lease VALUES(1,'',1,0);
INSERT INTO lease VALUES(2,'process-16556-fa62e7db4017de23',1,1795240417502102);
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
INSERT INTO policy VALUES(1,0,1,1000000,9223372036854775807,9223372036854775807,10000000,10000,10000,0,9223372036854775807);
CREATE TABLE fx_rate (
  id     INTEGER NOT NULL PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES asset (id),
  target INTEGER NOT NULL REFERENCES asset (id),
  rate   TEXT NOT NULL,
  origin TEXT NOT NULL,
  at     INTEGER NOT NULL
) STRICT;
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
INSERT INTO audit VALUES(1,1795240364816099,'unknown','cli','setting.set','setting',NULL,'ok','{"time_zone":"UTC"}',NULL);
INSERT INTO audit VALUES(2,1795240380378741,'unknown','cli','account.open','account',5,'ok','{"currency":"USD","number":"ACME"}',NULL);
INSERT INTO audit VALUES(3,1795240380392675,'unknown','cli','account.open','account',6,'ok','{"currency":"USD","number":"ANNA"}',NULL);
INSERT INTO audit VALUES(4,1795240380406223,'unknown','cli','account.open','account',7,'ok','{"currency":"USD","number":"BERT"}',NULL);
INSERT INTO audit VALUES(5,1795240380419301,'unknown','cli','transfer.create','transfer',1,'ok','{"amount":100000,"fee":0,"kind":"deposit","operation":null,"source":{"account":1,"balance":-100000,"status":"active"},"target":{"account":5,"balance":100000,"status":"active"},"value_date":null}',NULL);
INSERT INTO audit VALUES(6,1795240380434035,'unknown','cli','policy.set','policy',NULL,'ok','{"account":null,"currency":"USD","policy":"Policy { limit: LimitPolicy { min: 1, max: 1000000, day: 9223372036854775807, month: 9223372036854775807 }, fee: FeePolicy { threshold: 10000, rate_ppm: 10000, min: 0, max: 9223372036854775807 }, batch_max: 10000000 }"}',NULL);
INSERT INTO audit VALUES(7,1795240380446020,'unknown','cli','transfer.create','transfer',2,'ok','{"amount":20000,"fee":200,"kind":"transfer","operation":"op-1","source":{"account":5,"balance":79800,"status":"active"},"target":{"account":6,"balance":20000,"status":"active"},"value_date":null}',NULL);
INSERT INTO audit VALUES(8,1795240380460492,'unknown','cli','transfer.create','transfer',3,'INSUFFICIENT_BALANCE','{"amount":500000,"fee":0,"kind":"transfer","operation":null,"source":{"account":6,"balance":20000,"status":"active"},"target":{"account":7,"balance":0,"status":"active"},"value_date":null}',NULL);
INSERT INTO audit VALUES(9,1795240407444469,'unknown','cli','batch.import','batch',1,'ok','{"file_hash":"672b9333a656524d60156a069d03916cbd17422c1ac8b9ec265ecd8a535b383d","refused":1,"taken":2}',NULL);
INSERT INTO audit VALUES(10,1795240407445491,'unknown','cli','batch.submit','batch',1,'ok','{"content_hash":"1f5f37e04dd7f5b2142c8b5f6f3930cd9c428fb16778c0cfc78cf5073f083d23","items":2}',NULL);
INSERT INTO audit VALUES(11,1795240407461238,'unknown','cli','batch.execute','batch',1,'ok','{"content_hash":"1f5f37e04dd7f5b2142c8b5f6f3930cd9c428fb16778c0cfc78cf5073f083d23","from":"pending"}',NULL);
INSERT INTO audit VALUES(12,1795240407462871,'unknown','cli','batch.chunk','batch',1,'ok','{"chunk":4,"completed":2,"epoch":1,"failed":0,"first":4,"last":5}','880e325af7dbbf70b977907e83b5c9b648a2f82eff623b6fc0144b42344aa6a2');
INSERT INTO audit VALUES(13,1795240407466294,'unknown','cli','batch.end','batch',1,'ok','{"completed":2,"failed":0,"skipped":0,"waiting":0}',NULL);
INSERT INTO audit VALUES(14,1795240407485061,'unknown','cli','batch.import','batch',2,'ok','{"file_hash":"451b6c9e7151005c91b32530114d898ec0f5e352c17e1800498cb70062b8ded0","refused":0,"taken":2}',NULL);
INSERT INTO audit VALUES(15,1795240407485993,'unknown','cli','batch.submit','batch',2,'ok','{"content_hash":"ca96997df6a91d196c114315f4cb56e0ca37ea0b42f6d70588b457d4cfa35473","items":2}',NULL);
INSERT INTO audit VALUES(16,1795240407501100,'unknown','cli','batch.execute','batch',2,'ok','{"content_hash":"ca96997df6a91d196c114315f4cb56e0ca37ea0b42f6d70588b457d4cfa35473","from":"pending"}',NULL);
INSERT INTO audit VALUES(17,1795240407502776,'unknown','cli','batch.chunk','batch',2,'ok','{"chunk":5,"completed":2,"epoch":1,"failed":0,"first":6,"last":7}','8b15619de1e424d3602240dc7122a4936d3be10f754f281ef8611f4109b9fb72');
CREATE UNIQUE INDEX holder_email ON holder (email) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX holder_uid ON holder (uid) WHERE uid IS NOT NULL;
CREATE INDEX holder_name ON holder (name) WHERE email IS NULL AND uid IS NULL;
CREATE INDEX account_holder ON account (holder) WHERE holder IS NOT NULL;
CREATE UNIQUE INDEX account_system ON account (asset, kind, stripe) WHERE kind <> 1;
CREATE VIEW account_entry AS
  SELECT debit AS account, id AS posting, transfer, kind, 1 AS is_debit, -amount AS amount,
         debit_after + amount AS balance_before, debit_after AS balance_after,
         debit_prev AS prev, credit AS other, value_date, created_at
    FROM posting
  UNION ALL
  SELECT credit, id, transfer, kind, 0, amount, credit_after - amount, credit_after,
         credit_prev, debit, value_date, created_at
    FROM posting;
CREATE INDEX batch_state ON batch (state);
CREATE INDEX batch_file ON batch (file_hash) WHERE file_hash IS NOT NULL;
CREATE INDEX item_failure_item ON item_failure (item);
CREATE INDEX import_problem_batch ON import_problem (batch);
CREATE INDEX batch_history_batch ON batch_history (batch);
CREATE INDEX fx_rate_pair ON fx_rate (source, target, id);
CREATE INDEX audit_subject ON audit (subject, subject_id);
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
CREATE TRIGGER batch_moves BEFORE UPDATE OF state ON batch
  WHEN OLD.state <> NEW.state AND NOT (
       (OLD.state = 2 AND NEW.state IN (3, 11))
    OR (OLD.state = 3 AND NEW.state IN (4, 5, 6, 11))
    OR (OLD.state = 4 AND NEW.state IN (6, 11))
    OR (OLD.state = 6 AND NEW.state IN (7, 8, 9, 10))
    OR (OLD.state = 7 AND NEW.state IN (6, 8, 9, 10))
    OR (OLD.state IN (9, 10) AND NEW.state = 6))
  BEGIN SELECT RAISE(ABORT, 'batch: illegal change of state'); END;
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
COMMIT;
