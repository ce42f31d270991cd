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
