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
