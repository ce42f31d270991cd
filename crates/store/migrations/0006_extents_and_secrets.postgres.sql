-- Where a batch's items are: runs of numbers, a handful a batch, written as items are added. Without them the items of a
-- draft that stays open lie between everybody's.
CREATE TABLE item_extent (
  batch        BIGINT NOT NULL,
  first_number BIGINT NOT NULL,
  last_number  BIGINT NOT NULL,
  PRIMARY KEY (batch, first_number),
  CHECK (first_number <= last_number)
);
-- Batches that are there: one run from their first item to their last.
INSERT INTO item_extent (batch, first_number, last_number)
  SELECT id, first_number, last_number FROM batch WHERE first_number > 0 AND last_number >= first_number;

-- Secrets that an API key had before: each opens the door until its time, under the same id as the present one.
CREATE TABLE api_key_secret (
  token   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  api_key BIGINT NOT NULL REFERENCES api_key (id),
  until   BIGINT NOT NULL
);
CREATE INDEX api_key_secret_key ON api_key_secret (api_key);
