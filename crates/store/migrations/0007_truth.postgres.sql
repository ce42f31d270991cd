-- What tells this ledger from all others, and up to which commit it may be written: 0 while it is not sealed.
ALTER TABLE ledger_head ADD COLUMN ledger_id TEXT COLLATE "C";
ALTER TABLE ledger_head ADD COLUMN sealed_at BIGINT NOT NULL DEFAULT 0;
UPDATE ledger_head SET ledger_id = replace(CAST(gen_random_uuid() AS TEXT), '-', '');
UPDATE ledger_head SET sealed_at = commit_number WHERE EXISTS (SELECT 1 FROM setting WHERE name = 'moved_to');
