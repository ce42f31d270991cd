-- People and keys, first answers, and what an API adds to batches and transfers.

-- `user` is a reserved word on a server, hence the table's name.
CREATE TABLE app_user (
  id          INTEGER NOT NULL PRIMARY KEY,
  login       TEXT NOT NULL,
  name        TEXT NOT NULL,
  role        INTEGER NOT NULL,
  -- Argon2id with its parameters and salt; none before the invitation was accepted.
  password    TEXT,
  password_at INTEGER,
  disabled_at INTEGER,
  created_by  TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  CONSTRAINT app_user_login UNIQUE (login)
) STRICT;

-- Tokens are random; only their SHA-256 stands here.
CREATE TABLE session (
  id         INTEGER NOT NULL PRIMARY KEY,
  token      TEXT NOT NULL,
  app_user   INTEGER NOT NULL REFERENCES app_user (id),
  address    TEXT NOT NULL,
  agent      TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL,
  CONSTRAINT session_token UNIQUE (token)
) STRICT;
CREATE INDEX session_of_user ON session (app_user);

CREATE TABLE api_key (
  id         INTEGER NOT NULL PRIMARY KEY,
  name       TEXT NOT NULL,
  token      TEXT NOT NULL,
  -- The first characters, so that people can tell keys apart.
  hint       TEXT NOT NULL,
  scopes     TEXT NOT NULL,
  addresses  TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  CONSTRAINT api_key_name UNIQUE (name),
  CONSTRAINT api_key_token UNIQUE (token)
) STRICT;

-- A one-time link by which a person sets a password. Without a user: the first administrator's.
CREATE TABLE invitation (
  token      TEXT NOT NULL PRIMARY KEY,
  app_user   INTEGER REFERENCES app_user (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

-- Failed logins by user and by address: what `name` stands for is in its prefix.
CREATE TABLE login_failure (
  name     TEXT NOT NULL PRIMARY KEY,
  failures INTEGER NOT NULL,
  last_at  INTEGER NOT NULL
) STRICT;

-- The first outcome of a request that had an Idempotency-Key, for ever. A request that became a transfer has
-- none: its transfer tells.
CREATE TABLE answer (
  operation TEXT NOT NULL PRIMARY KEY REFERENCES operation (id),
  outcome   TEXT NOT NULL
) STRICT;

-- Where the vouchers of a transfer are, as a JSON array.
CREATE TABLE transfer_voucher (
  transfer INTEGER NOT NULL PRIMARY KEY REFERENCES transfer (number),
  urls     TEXT NOT NULL
) STRICT;

-- Whether rows in another currency are exchanged at the stored rate.
ALTER TABLE batch ADD COLUMN convert INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER answer_no_update BEFORE UPDATE ON answer BEGIN SELECT RAISE(ABORT, 'answer is append-only'); END;
CREATE TRIGGER answer_no_delete BEFORE DELETE ON answer BEGIN SELECT RAISE(ABORT, 'answer is append-only'); END;
CREATE TRIGGER voucher_no_update BEFORE UPDATE ON transfer_voucher BEGIN SELECT RAISE(ABORT, 'transfer_voucher is append-only'); END;
CREATE TRIGGER voucher_no_delete BEFORE DELETE ON transfer_voucher BEGIN SELECT RAISE(ABORT, 'transfer_voucher is append-only'); END;
CREATE TRIGGER user_no_delete BEFORE DELETE ON app_user BEGIN SELECT RAISE(ABORT, 'users are disabled, not deleted'); END;
CREATE TRIGGER api_key_no_delete BEFORE DELETE ON api_key BEGIN SELECT RAISE(ABORT, 'keys are revoked, not deleted'); END;
