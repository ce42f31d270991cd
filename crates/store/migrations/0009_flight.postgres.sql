-- Items in flight: handed to an external rail that has neither settled nor refused them. Unknown ones are among them.
ALTER TABLE batch ADD COLUMN flight_count BIGINT NOT NULL DEFAULT 0
  CHECK (success_count + failed_count + skipped_count + flight_count <= total_count);
ALTER TABLE batch ADD COLUMN flight_amount BIGINT NOT NULL DEFAULT 0;
ALTER TABLE batch ADD COLUMN unknown_count BIGINT NOT NULL DEFAULT 0
  CHECK (unknown_count >= 0 AND unknown_count <= flight_count);
