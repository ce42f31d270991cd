-- What tells this ledger from all others, and up to which commit it may be written: 0 while it is not sealed.
ALTER TABLE ledger_head ADD COLUMN ledger_id TEXT COLLATE "C";
ALTER TABLE ledger_head ADD COLUMN sealed_at BIGINT NOT NULL DEFAULT 0;
UPDATE ledger_head SET ledger_id = replace(CAST(gen_random_uuid() AS TEXT), '-', '');
UPDATE ledger_head SET sealed_at = commit_number WHERE EXISTS (SELECT 1 FROM setting WHERE name = 'moved_to');
-- Batches are counted like everything else that people name by its number, so that the counters can be set above what a loss
-- took with it; and no batch of a day is numbered up to this number of that day, which a loss took with it.
INSERT INTO counter (name, value) SELECT 'batch', COALESCE(MAX(id), 0) FROM batch;
INSERT INTO counter (name, value) VALUES ('batch_day', 0), ('batch_day_number', 0);
