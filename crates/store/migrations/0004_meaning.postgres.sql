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

-- Accounts and holders: numbers that look alike share a skeleton (UTS 39, computed by the program), a number keeps its
-- meaning, and e-mail and uid of a holder mean one account a currency: its default.
ALTER TABLE account ADD COLUMN skeleton TEXT;
CREATE INDEX account_skeleton ON account (skeleton) WHERE skeleton IS NOT NULL;
CREATE TRIGGER account_number_kept BEFORE UPDATE OF number ON account
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('an account keeps its identity');
CREATE TABLE holder_default (
  holder  BIGINT NOT NULL REFERENCES holder (id),
  asset   BIGINT NOT NULL REFERENCES asset (id),
  account BIGINT NOT NULL REFERENCES account (id),
  PRIMARY KEY (holder, asset),
  CONSTRAINT holder_default_account UNIQUE (account)
);
INSERT INTO holder_default (holder, asset, account)
  SELECT a.holder, a.asset, MIN(a.id) FROM account a JOIN balance b ON b.account = a.id
  WHERE a.kind = 1 AND b.status <> 3 GROUP BY a.holder, a.asset;
