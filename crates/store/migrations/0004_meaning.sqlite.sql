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
