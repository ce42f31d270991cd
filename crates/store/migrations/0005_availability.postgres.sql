-- The audit log by day. Rows come in the order of time, so the index only grows at its end.
CREATE INDEX audit_at ON audit (at);
