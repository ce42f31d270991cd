-- Which transfers a chunk holds, in short: lists pass over chunks in which nothing can fit. Of chunks that were written
-- before, all five are 0, and anything may be true.
ALTER TABLE chunk ADD COLUMN first_transfer BIGINT NOT NULL DEFAULT 0;
ALTER TABLE chunk ADD COLUMN last_transfer BIGINT NOT NULL DEFAULT 0;
ALTER TABLE chunk ADD COLUMN first_date BIGINT NOT NULL DEFAULT 0;
ALTER TABLE chunk ADD COLUMN last_date BIGINT NOT NULL DEFAULT 0;
ALTER TABLE chunk ADD COLUMN refused BIGINT NOT NULL DEFAULT 0;
