-- Many nodes on one ledger.

-- Which chunk was committed when. With several nodes the numbers of chunks, and so of postings, are not in
-- the order of commits; what follows behind (history, copies) follows the commit number. A chunk whose
-- COMMIT got no answer is looked for here.
CREATE TABLE chunk (
  number        INTEGER NOT NULL PRIMARY KEY,
  commit_number INTEGER NOT NULL,
  postings      INTEGER NOT NULL,
  CONSTRAINT chunk_commit UNIQUE (commit_number)
) STRICT;
-- So far one node wrote, in the order of numbers.
INSERT INTO chunk (number, commit_number, postings)
  SELECT id / 262144, id / 262144, COUNT(*) FROM posting GROUP BY id / 262144;

-- Who is at work, by the database's clock. A lease belongs to a node that stands here.
CREATE TABLE node (
  name       TEXT NOT NULL PRIMARY KEY,
  stripe     INTEGER NOT NULL,
  worker     INTEGER NOT NULL,
  joined_at  INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

ALTER TABLE lease DROP COLUMN expires_at;

-- The history follows commits now; it is made again from the start.
DELETE FROM history;
DROP TABLE history_mark;
CREATE TABLE history_mark (
  id            INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  commit_number INTEGER NOT NULL
) STRICT;
INSERT INTO history_mark (id, commit_number) VALUES (1, 0);

-- A row to lock where two nodes must not do the same thing at once; nothing else is ever done to it.
CREATE TABLE turn (
  name TEXT NOT NULL PRIMARY KEY
) STRICT;
INSERT INTO turn (name) VALUES ('directory'), ('batch');
