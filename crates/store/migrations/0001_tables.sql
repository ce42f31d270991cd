-- The tables, one text for both engines. `migration.rs` translates the words that differ: NUMBER is a 64-bit integer,
-- TEXT compares by its bytes, BYTES are bytes, and the engine draws a DRAWN KEY itself. CHANGING rows leave room on their
-- page on a server, so that a new version needs no new index entry; a table that is COMPACT is its primary key's tree and
-- nothing else in a file. Time is microseconds UTC; dates are days since 1970-01-01. Stored enums are the numbers of
-- `domain`, never reused.

CREATE TABLE setting (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

-- One row: the order of all commits, the versions of what the door caches (policies, and what accounts are apart from
-- their balances), what tells this ledger from all others, up to which commit it may be written (0 while it is not
-- sealed), and the chain's last hash: that of the last `commit_link`; before the first one it is the ledger's id.
CREATE TABLE ledger_head (
  id             NUMBER NOT NULL PRIMARY KEY CHECK (id = 1),
  commit_number  NUMBER NOT NULL,
  policy_version NUMBER NOT NULL,
  ledger_id      TEXT,
  sealed_at      NUMBER NOT NULL DEFAULT 0,
  accounts_version NUMBER NOT NULL DEFAULT 1,
  chain          TEXT NOT NULL DEFAULT ''
) CHANGING;

-- Everything that people name by its number is counted here, so that the counters can be set above what a loss took with
-- it. No batch of the day `batch_day` is numbered up to `batch_day_number`, which a loss took with it.
CREATE TABLE counter (
  name  TEXT NOT NULL PRIMARY KEY,
  value NUMBER NOT NULL
) CHANGING;
INSERT INTO counter (name, value) VALUES
  ('number', 0), ('chunk', 0), ('account', 0), ('holder', 0), ('batch', 0), ('batch_day', 0), ('batch_day_number', 0);

-- A row to lock where two nodes must not do the same thing at once; nothing else is ever done to it.
CREATE TABLE named_lock (
  name TEXT NOT NULL PRIMARY KEY
);
INSERT INTO named_lock (name) VALUES ('directory'), ('batch'), ('submit');

-- The live nodes, by the database's clock. A lease belongs to a node that has a row here.
CREATE TABLE node (
  name       TEXT NOT NULL PRIMARY KEY,
  stripe     NUMBER NOT NULL,
  worker     NUMBER NOT NULL,
  joined_at  NUMBER NOT NULL,
  expires_at NUMBER NOT NULL
);

-- Accounts.

CREATE TABLE asset (
  id         NUMBER NOT NULL PRIMARY KEY,
  code       TEXT NOT NULL,
  scale      NUMBER NOT NULL CHECK (scale BETWEEN 0 AND 8),
  created_at NUMBER NOT NULL,
  CONSTRAINT asset_code UNIQUE (code)
);

CREATE TABLE holder (
  id         NUMBER NOT NULL PRIMARY KEY,
  name       TEXT NOT NULL,
  email      TEXT,
  uid        TEXT,
  created_at NUMBER NOT NULL
);
CREATE UNIQUE INDEX holder_email ON holder (email) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX holder_uid ON holder (uid) WHERE uid IS NOT NULL;
-- A holder with neither is known by its name.
CREATE INDEX holder_name ON holder (name) WHERE email IS NULL AND uid IS NULL;

-- Groups of holders. `name_key`: the name as it is compared (`domain::holder_group::key_of`); `members` is counted again
-- whenever somebody joins or leaves.
CREATE TABLE holder_group (
  id              DRAWN KEY,
  name            TEXT NOT NULL,
  name_key        TEXT NOT NULL,
  description     TEXT NOT NULL,
  members         NUMBER NOT NULL,
  created_by      TEXT NOT NULL,
  created_at      NUMBER NOT NULL,
  created_by_kind NUMBER NOT NULL,
  created_by_id   NUMBER,
  CONSTRAINT holder_group_name UNIQUE (name_key)
);

CREATE TABLE holder_group_member (
  holder_group NUMBER NOT NULL REFERENCES holder_group (id),
  holder       NUMBER NOT NULL REFERENCES holder (id),
  PRIMARY KEY (holder_group, holder)
) COMPACT;
CREATE INDEX holder_group_member_holder ON holder_group_member (holder);

-- Who an account belongs to, what it is for, and whether it may take part: what people set, never a posting. Numbers that
-- look alike share a skeleton (UTS 39, computed by the program). The status is changed under the lock of the balance.
CREATE TABLE account (
  id        NUMBER NOT NULL PRIMARY KEY,
  number    TEXT NOT NULL,
  holder    NUMBER REFERENCES holder (id),
  asset     NUMBER NOT NULL REFERENCES asset (id),
  kind      NUMBER NOT NULL,
  stripe    NUMBER NOT NULL DEFAULT 0,
  status    NUMBER NOT NULL,
  opened_at NUMBER NOT NULL,
  skeleton  TEXT,
  CONSTRAINT account_number UNIQUE (number),
  CHECK ((kind = 1) = (holder IS NOT NULL))
);
CREATE INDEX account_holder ON account (holder) WHERE holder IS NOT NULL;
CREATE UNIQUE INDEX account_system ON account (asset, kind, stripe) WHERE kind <> 1;
CREATE INDEX account_skeleton ON account (skeleton) WHERE skeleton IS NOT NULL;

-- What postings change, one row an account, and what bounds it: nothing else, because every chunk rewrites these rows.
-- Without an overdraft (NULL) there is no lower bound: the ledger's own accounts.
CREATE TABLE balance (
  account   NUMBER NOT NULL PRIMARY KEY REFERENCES account (id),
  balance   NUMBER NOT NULL,
  head      NUMBER,
  overdraft NUMBER CHECK (overdraft >= 0),
  held      NUMBER NOT NULL CHECK (held >= 0),
  day       NUMBER NOT NULL,
  day_out   NUMBER NOT NULL,
  month     NUMBER NOT NULL,
  month_out NUMBER NOT NULL,
  CONSTRAINT balance_floor CHECK (balance - held + overdraft >= 0)
) CHANGING;

-- E-mail and uid of a holder mean one account a currency: its default.
CREATE TABLE holder_default (
  holder  NUMBER NOT NULL REFERENCES holder (id),
  asset   NUMBER NOT NULL REFERENCES asset (id),
  account NUMBER NOT NULL REFERENCES account (id),
  PRIMARY KEY (holder, asset),
  CONSTRAINT holder_default_account UNIQUE (account)
);

-- Account 0: what holds for the whole currency. `shipped`: the policy that a currency came with; it limits the paying side
-- only.
CREATE TABLE policy (
  asset         NUMBER NOT NULL REFERENCES asset (id),
  account       NUMBER NOT NULL,
  min           NUMBER NOT NULL,
  max           NUMBER NOT NULL,
  day           NUMBER NOT NULL,
  month         NUMBER NOT NULL,
  batch_max     NUMBER NOT NULL,
  fee_threshold NUMBER NOT NULL,
  fee_rate_ppm  NUMBER NOT NULL,
  fee_min       NUMBER NOT NULL,
  fee_max       NUMBER NOT NULL,
  shipped       NUMBER NOT NULL DEFAULT 0,
  PRIMARY KEY (asset, account)
);

CREATE TABLE fx_rate (
  id     DRAWN KEY,
  source NUMBER NOT NULL REFERENCES asset (id),
  target NUMBER NOT NULL REFERENCES asset (id),
  rate   TEXT NOT NULL,
  origin TEXT NOT NULL,
  at     NUMBER NOT NULL
);
CREATE INDEX fx_rate_pair ON fx_rate (source, target, id);

-- The rules of a pair of currencies; without a row the shipped ones hold. 0 switches a limit off.
CREATE TABLE fx_policy (
  source        NUMBER NOT NULL REFERENCES asset (id),
  target        NUMBER NOT NULL REFERENCES asset (id),
  tolerance_ppm NUMBER NOT NULL CHECK (tolerance_ppm >= 0),
  rounding      NUMBER NOT NULL,
  minimum       NUMBER NOT NULL CHECK (minimum >= 0),
  max_age_h     NUMBER NOT NULL CHECK (max_age_h >= 0),
  PRIMARY KEY (source, target),
  CHECK (source <> target)
);

-- Second factors of accounts, and secrets that are read again.

-- An account's second factor: valid once it was confirmed by a code. `automatic`: whether the server may generate codes.
CREATE TABLE account_totp (
  account      NUMBER NOT NULL PRIMARY KEY REFERENCES account (id),
  automatic    NUMBER NOT NULL CHECK (automatic IN (0, 1)),
  begun_at     NUMBER NOT NULL,
  confirmed_at NUMBER
);

-- Secrets that the server reads again, encrypted under the master key that `key_id` names and bound to `owner`: `user:7`,
-- `account:18`. A rotation of the key rewrites these rows and no others.
CREATE TABLE sealed_secret (
  owner  TEXT NOT NULL PRIMARY KEY,
  key_id TEXT NOT NULL,
  sealed TEXT NOT NULL
);
CREATE INDEX sealed_secret_key ON sealed_secret (key_id);

-- The time steps whose codes were used, by the owner of the secret: a code works once.
CREATE TABLE totp_step (
  owner   TEXT NOT NULL,
  step    NUMBER NOT NULL,
  used_at NUMBER NOT NULL,
  PRIMARY KEY (owner, step)
) COMPACT;

-- Money.

-- Which chunk was committed when, and which transfers it holds, in short: lists skip chunks in which nothing can match.
-- With several nodes the numbers of chunks, and so of postings, are not in the order of commits; what follows behind
-- (history, copies) follows the commit number. A chunk whose COMMIT got no answer is looked up here. `digest`: SHA-256 over
-- its postings, failed attempts and exchanges; the row is part of its commit's link.
CREATE TABLE chunk (
  number         NUMBER NOT NULL PRIMARY KEY,
  commit_number  NUMBER NOT NULL,
  postings       NUMBER NOT NULL,
  first_transfer NUMBER NOT NULL DEFAULT 0,
  last_transfer  NUMBER NOT NULL DEFAULT 0,
  first_date     NUMBER NOT NULL DEFAULT 0,
  last_date      NUMBER NOT NULL DEFAULT 0,
  refused        NUMBER NOT NULL DEFAULT 0,
  least_amount   NUMBER NOT NULL DEFAULT 0,
  most_amount    NUMBER NOT NULL DEFAULT 0,
  digest         TEXT NOT NULL DEFAULT '',
  CONSTRAINT chunk_commit UNIQUE (commit_number)
);

-- Keyed by its own number, which for a batch item is the item's number: settled once is the key.
CREATE TABLE transfer (
  number        NUMBER NOT NULL PRIMARY KEY,
  kind          NUMBER NOT NULL,
  status        NUMBER NOT NULL,
  code          NUMBER,
  source        NUMBER NOT NULL,
  target        NUMBER NOT NULL,
  amount        NUMBER NOT NULL,
  fee           NUMBER NOT NULL CHECK (fee >= 0),
  first_posting NUMBER,
  posting_count NUMBER NOT NULL,
  value_date    NUMBER NOT NULL,
  created_at    NUMBER NOT NULL,
  memo          TEXT,
  CHECK ((status = 1) = (first_posting IS NOT NULL)),
  CHECK ((status = 1) = (code IS NULL)),
  CHECK (status <> 1 OR (amount > 0 AND posting_count > 0 AND source <> target))
);

CREATE TABLE transfer_exchange (
  transfer      NUMBER NOT NULL PRIMARY KEY REFERENCES transfer (number),
  target_amount NUMBER NOT NULL,
  rate          TEXT NOT NULL,
  rate_source   TEXT NOT NULL,
  rate_at       NUMBER NOT NULL,
  rounding      NUMBER NOT NULL,
  residual      TEXT NOT NULL
);

-- Where the vouchers of a transfer are, as a JSON array.
CREATE TABLE transfer_voucher (
  transfer NUMBER NOT NULL PRIMARY KEY REFERENCES transfer (number),
  urls     TEXT NOT NULL
);

-- Append-only, no second index: each posting points to the one before it of both of its accounts, and the account's
-- balance row keeps its head, so a statement is a walk.
CREATE TABLE posting (
  id           NUMBER NOT NULL PRIMARY KEY,
  transfer     NUMBER NOT NULL,
  kind         NUMBER NOT NULL,
  debit        NUMBER NOT NULL,
  credit       NUMBER NOT NULL,
  amount       NUMBER NOT NULL CHECK (amount > 0),
  debit_after  NUMBER NOT NULL,
  credit_after NUMBER NOT NULL,
  debit_prev   NUMBER CHECK (debit_prev < id),
  credit_prev  NUMBER CHECK (credit_prev < id),
  value_date   NUMBER NOT NULL,
  created_at   NUMBER NOT NULL,
  CHECK (debit <> credit)
);

CREATE VIEW account_entry AS
  SELECT debit AS account, id AS posting, transfer, kind, 1 AS is_debit, -amount AS amount,
         debit_after + amount AS balance_before, debit_after AS balance_after,
         debit_prev AS prev, credit AS other, value_date, created_at
    FROM posting
  UNION ALL
  SELECT credit, id, transfer, kind, 0, amount, credit_after - amount, credit_after,
         credit_prev, debit, value_date, created_at
    FROM posting;

-- Entries by account and value date, added asynchronously in the order of commits. The walk reaches what is newer than
-- the mark.
CREATE TABLE history (
  account    NUMBER NOT NULL,
  value_date NUMBER NOT NULL,
  posting    NUMBER NOT NULL,
  PRIMARY KEY (account, value_date, posting)
) COMPACT;
CREATE TABLE history_mark (
  id            NUMBER NOT NULL PRIMARY KEY CHECK (id = 1),
  commit_number NUMBER NOT NULL
);
INSERT INTO history_mark (id, commit_number) VALUES (1, 0);

-- Totals of all transfers, and of the refused attempts of batch items by quarter of an hour, so that a report reads what it
-- shows. Each chunk adds to them in its own transaction, under the stripe of its node. A total may exceed a NUMBER, so
-- billions and the rest are apart.
CREATE TABLE day_sum (
  value_date      NUMBER NOT NULL,
  asset           NUMBER NOT NULL,
  kind            NUMBER NOT NULL,
  status          NUMBER NOT NULL,
  stripe          NUMBER NOT NULL,
  transfers       NUMBER NOT NULL,
  amount_billions NUMBER NOT NULL,
  amount_rest     NUMBER NOT NULL,
  fee_billions    NUMBER NOT NULL,
  fee_rest        NUMBER NOT NULL,
  PRIMARY KEY (value_date, asset, kind, status, stripe)
) CHANGING;
CREATE TABLE failure_count (
  quarter  NUMBER NOT NULL,
  asset    NUMBER NOT NULL,
  stripe   NUMBER NOT NULL,
  failures NUMBER NOT NULL,
  PRIMARY KEY (quarter, asset, stripe)
) CHANGING;

-- The ids of requests, permanently.
CREATE TABLE operation (
  id          TEXT NOT NULL PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  transfer    NUMBER NOT NULL,
  created_at  NUMBER NOT NULL
);

-- The first outcome of a request that had an Idempotency-Key, permanently. A request that became a transfer has none:
-- its transfer tells.
CREATE TABLE answer (
  operation TEXT NOT NULL PRIMARY KEY REFERENCES operation (id),
  outcome   TEXT NOT NULL
);

-- Batches.

-- `convert`: whether rows in another currency are exchanged: 1 at the rates kept in `batch_rate`, 2 at the rates stored
-- at execution. `allow_repeat`: whether a payee may appear twice, in rows that differ in reference or external id.
-- `version` is raised by every edit of the draft, `runs` by every start, `edition` by every change of its items' states
-- outside the door: a slice that was read under another edition may hold items that are no longer pending.
CREATE TABLE batch (
  id              DRAWN KEY,
  day             NUMBER NOT NULL,
  day_number      NUMBER NOT NULL,
  name            TEXT NOT NULL,
  kind            NUMBER NOT NULL,
  mode            NUMBER NOT NULL,
  state           NUMBER NOT NULL,
  intent          NUMBER NOT NULL,
  ready           NUMBER NOT NULL,
  asset           NUMBER NOT NULL REFERENCES asset (id),
  account         NUMBER REFERENCES account (id),
  remarks         TEXT,
  file_hash       TEXT,
  content_hash    TEXT,
  first_number    NUMBER NOT NULL,
  last_number     NUMBER NOT NULL,
  refused_count   NUMBER NOT NULL,
  total_count     NUMBER NOT NULL,
  total_amount    NUMBER NOT NULL,
  success_count   NUMBER NOT NULL,
  success_amount  NUMBER NOT NULL,
  failed_count    NUMBER NOT NULL,
  failed_amount   NUMBER NOT NULL,
  skipped_count   NUMBER NOT NULL,
  fee_amount      NUMBER NOT NULL,
  flight_count    NUMBER NOT NULL DEFAULT 0,
  flight_amount   NUMBER NOT NULL DEFAULT 0,
  unknown_count   NUMBER NOT NULL DEFAULT 0,
  created_by      TEXT NOT NULL,
  created_at      NUMBER NOT NULL,
  submitted_at    NUMBER,
  started_at      NUMBER,
  interrupted_at  NUMBER,
  completed_at    NUMBER,
  convert         NUMBER NOT NULL DEFAULT 0,
  created_by_kind NUMBER NOT NULL DEFAULT 2,
  created_by_id   NUMBER,
  allow_repeat    NUMBER NOT NULL DEFAULT 0,
  called_off_at   NUMBER,
  version         NUMBER NOT NULL DEFAULT 1,
  runs            NUMBER NOT NULL DEFAULT 0,
  edition         NUMBER NOT NULL DEFAULT 0,
  CONSTRAINT batch_number UNIQUE (day, day_number),
  CHECK (success_count + failed_count + skipped_count + flight_count <= total_count),
  CHECK (unknown_count >= 0 AND unknown_count <= flight_count)
) CHANGING;
CREATE INDEX batch_state ON batch (state, id);
CREATE INDEX batch_submitted ON batch (submitted_at) WHERE submitted_at IS NOT NULL;

-- An amount of 0 is one that a draft still waits for. `state` is the item's own: an item that a run covers stays pending
-- here. `item_now` has the state that counts.
CREATE TABLE item (
  number    NUMBER NOT NULL PRIMARY KEY,
  batch     NUMBER NOT NULL,
  line      NUMBER NOT NULL,
  source    NUMBER NOT NULL,
  target    NUMBER NOT NULL,
  amount    NUMBER NOT NULL CHECK (amount >= 0),
  state     NUMBER NOT NULL,
  code      NUMBER,
  memo      TEXT,
  reference TEXT
);

-- Which items chunks completed: consecutive numbers of one batch, one row for each stretch without a failure. The rows of
-- the items are not touched. No two runs overlap.
CREATE TABLE item_run (
  first_number NUMBER NOT NULL PRIMARY KEY,
  last_number  NUMBER NOT NULL,
  batch        NUMBER NOT NULL,
  chunk        NUMBER NOT NULL,
  CHECK (first_number <= last_number)
);

-- The items with the states that count: a pending one (2) that a run covers is completed (4). Any other own state wins.
-- The run that may cover a number is the last that begins at or before it.
CREATE VIEW item_now AS
  SELECT i.number, i.batch, i.line, i.source, i.target, i.amount,
         CASE WHEN i.state = 2 AND (SELECT r.last_number FROM item_run r WHERE r.first_number <= i.number
                                    ORDER BY r.first_number DESC LIMIT 1) >= i.number
              THEN 4 ELSE i.state END AS state,
         i.code, i.memo, i.reference
    FROM item i;

-- Where a batch's items are: ranges of numbers, a handful a batch, written as items are added. Without them the items of a
-- draft that stays open lie between everybody's.
CREATE TABLE item_extent (
  batch        NUMBER NOT NULL,
  first_number NUMBER NOT NULL,
  last_number  NUMBER NOT NULL,
  PRIMARY KEY (batch, first_number),
  CHECK (first_number <= last_number)
) COMPACT;

-- Where a batch's items are as they were added, page by page, and SHA-256 over the content of each page's items and the names
-- that were written for their payees. Deleting items from a draft changes the digests of their pages.
CREATE TABLE item_page (
  batch        NUMBER NOT NULL,
  first_number NUMBER NOT NULL,
  last_number  NUMBER NOT NULL,
  digest       TEXT NOT NULL,
  PRIMARY KEY (batch, first_number),
  CHECK (first_number <= last_number)
) COMPACT;

-- Which items were moved to another state outside the door: those of a batch that `items` lists (`store::item_mark`), when its
-- edition was raised to `edition`. With the runs and the failed attempts of chunks they tell the state of each item.
CREATE TABLE item_mark (
  batch   NUMBER NOT NULL,
  edition NUMBER NOT NULL,
  at      NUMBER NOT NULL,
  state   NUMBER NOT NULL,
  items   TEXT NOT NULL,
  PRIMARY KEY (batch, edition)
);

-- How an item's own side was written: only items for which that is not the account's number have a row.
CREATE TABLE item_contact (
  item    NUMBER NOT NULL PRIMARY KEY,
  kind    NUMBER NOT NULL,
  written TEXT NOT NULL
);

-- The ids that payments have in the client's system: only items that have one have a row. Held while the item is paid or
-- can still be paid.
CREATE TABLE external_id (
  item  NUMBER NOT NULL PRIMARY KEY,
  batch NUMBER NOT NULL,
  id    TEXT NOT NULL,
  held  NUMBER NOT NULL CHECK (held IN (0, 1))
);
CREATE UNIQUE INDEX external_id_held ON external_id (id) WHERE held = 1;

-- Every failed attempt, permanently, so that digests and success rates stay true after a retry.
CREATE TABLE item_failure (
  id     DRAWN KEY,
  batch  NUMBER NOT NULL,
  item   NUMBER NOT NULL,
  code   NUMBER NOT NULL,
  amount NUMBER NOT NULL,
  chunk  NUMBER NOT NULL,
  at     NUMBER NOT NULL
);
CREATE INDEX item_failure_item ON item_failure (item);

-- A refused row of a file: what it said, and since when it is settled: corrected, where an item took its place, or
-- dropped. Its id is drawn from the items' numbers, so that the key of one batch's row is never another's.
CREATE TABLE refused_row (
  id         NUMBER NOT NULL PRIMARY KEY,
  batch      NUMBER NOT NULL,
  line       NUMBER NOT NULL,
  content    TEXT,
  settled_at NUMBER,
  item       NUMBER
);
CREATE INDEX refused_row_batch ON refused_row (batch);
CREATE INDEX refused_row_line ON refused_row (batch, line);

CREATE TABLE import_problem (
  id          DRAWN KEY,
  batch       NUMBER NOT NULL,
  line        NUMBER NOT NULL,
  column_name TEXT,
  code        NUMBER NOT NULL,
  value       TEXT NOT NULL,
  refused_row NUMBER NOT NULL DEFAULT 0,
  suggestion  TEXT
);
CREATE INDEX import_problem_batch ON import_problem (batch);
CREATE INDEX import_problem_line ON import_problem (batch, line);

-- The rates at which a batch that converts is paid: kept when it is submitted or repriced. `at` is since when the rate was
-- stored. A batch that follows the stored rates has no row.
CREATE TABLE batch_rate (
  batch   NUMBER NOT NULL REFERENCES batch (id),
  source  NUMBER NOT NULL REFERENCES asset (id),
  target  NUMBER NOT NULL REFERENCES asset (id),
  rate    TEXT NOT NULL,
  origin  TEXT NOT NULL,
  at      NUMBER NOT NULL,
  kept_at NUMBER NOT NULL,
  PRIMARY KEY (batch, source, target)
);

-- The unpaid items of an earlier batch that a draft is to pay instead: its submission skips them there.
CREATE TABLE batch_origin (
  batch  NUMBER NOT NULL REFERENCES batch (id),
  item   NUMBER NOT NULL,
  origin NUMBER NOT NULL REFERENCES batch (id),
  PRIMARY KEY (batch, item)
);

-- What the rows of submitted batches pay, in 64 bits each, so that a batch is compared with earlier ones without reading
-- their items. Rebuilt from the items where it is missing; deleted when it is too old to matter.
CREATE TABLE batch_print (
  batch     NUMBER NOT NULL REFERENCES batch (id),
  part      NUMBER NOT NULL,
  at        NUMBER NOT NULL,
  row_count NUMBER NOT NULL,
  prints    BYTES NOT NULL,
  PRIMARY KEY (batch, part)
);
CREATE INDEX batch_print_at ON batch_print (at);

-- What is different about a submitted batch: against an earlier one, and about the accounts that it pays. Made once a
-- submission. `counts` has a line a kind: its number, how many changes, how many of them listed, what they pay.
CREATE TABLE change_report (
  batch        NUMBER NOT NULL PRIMARY KEY REFERENCES batch (id),
  submitted_at NUMBER NOT NULL,
  made_at      NUMBER NOT NULL,
  base         NUMBER,
  recent_since NUMBER NOT NULL,
  counts       TEXT NOT NULL
);
-- The changes of a kind, a thousand in a part, a line each: account, account before, amount before and after, origin, time.
CREATE TABLE change_part (
  batch   NUMBER NOT NULL REFERENCES batch (id),
  kind    NUMBER NOT NULL,
  part    NUMBER NOT NULL,
  changes TEXT NOT NULL,
  PRIMARY KEY (batch, kind, part)
);

-- For people: the batch's transitions, with who, when and why.
CREATE TABLE batch_history (
  id         DRAWN KEY,
  batch      NUMBER NOT NULL REFERENCES batch (id),
  item       NUMBER,
  state      NUMBER NOT NULL,
  event      TEXT NOT NULL,
  detail     TEXT,
  actor      TEXT NOT NULL,
  at         NUMBER NOT NULL,
  actor_kind NUMBER NOT NULL DEFAULT 2,
  actor_id   NUMBER
);
CREATE INDEX batch_history_batch ON batch_history (batch);

-- Which node does a piece of work: its kind (a batch's run, its import) and the id of what it is done to.
CREATE TABLE lease (
  kind  NUMBER NOT NULL,
  id    NUMBER NOT NULL,
  owner TEXT NOT NULL,
  epoch NUMBER NOT NULL,
  PRIMARY KEY (kind, id)
) CHANGING;

-- Which node alone moves money for a while and may therefore carry balances from chunk to chunk; empty: none does. Every
-- chunk on a server locks the row against a change of owner.
CREATE TABLE balance_owner (
  id    NUMBER NOT NULL PRIMARY KEY CHECK (id = 1),
  node  TEXT NOT NULL,
  epoch NUMBER NOT NULL
) CHANGING;
INSERT INTO balance_owner (id, node, epoch) VALUES (1, '', 0);

-- People and keys.

-- `user` is a reserved word on a server, hence the table's name.
CREATE TABLE app_user (
  id              DRAWN KEY,
  login           TEXT NOT NULL,
  name            TEXT NOT NULL,
  role            NUMBER NOT NULL,
  -- Argon2id with its parameters and salt; none before the invitation was accepted.
  password        TEXT,
  password_at     NUMBER,
  -- 1 from the acceptance of an invitation, or the set-up, until the next sign-in: the session that then begins is the
  -- one in which the user takes possession.
  is_new          NUMBER NOT NULL DEFAULT 0 CHECK (is_new IN (0, 1)),
  disabled_at     NUMBER,
  created_by      TEXT NOT NULL,
  created_at      NUMBER NOT NULL,
  created_by_kind NUMBER NOT NULL DEFAULT 2,
  created_by_id   NUMBER,
  CONSTRAINT app_user_login UNIQUE (login)
);

-- Tokens are random; only their SHA-256 is stored.
CREATE TABLE session (
  id         DRAWN KEY,
  token      TEXT NOT NULL,
  app_user   NUMBER NOT NULL REFERENCES app_user (id),
  address    TEXT NOT NULL,
  agent      TEXT NOT NULL,
  created_at NUMBER NOT NULL,
  seen_at    NUMBER NOT NULL,
  -- When a one-time code was last accepted in it.
  factor_at  NUMBER,
  -- Whether it is the first one after an invitation was accepted, or after the set-up.
  is_first   NUMBER NOT NULL DEFAULT 0 CHECK (is_first IN (0, 1)),
  -- The token before a one-time code was last accepted, and until when requests that were on their way may use it.
  former_token TEXT,
  former_until NUMBER,
  CONSTRAINT session_token UNIQUE (token)
);
CREATE INDEX session_of_user ON session (app_user);
CREATE INDEX session_former ON session (former_token);

-- The networks that users have signed in from, each with the latest time.
CREATE TABLE seen_network (
  app_user NUMBER NOT NULL REFERENCES app_user (id),
  network  TEXT NOT NULL,
  seen_at  NUMBER NOT NULL,
  PRIMARY KEY (app_user, network)
) COMPACT;

-- Where users receive e-mails; a user without a row receives none.
CREATE TABLE mail_address (
  app_user NUMBER NOT NULL PRIMARY KEY REFERENCES app_user (id),
  email    TEXT NOT NULL,
  language NUMBER NOT NULL
);

-- Second factors of people. Their secrets are in sealed_secret, as `user:ID`, and as `enrolment:ID` until confirmed.

-- A user's confirmed factor. `is_initial`: it was enrolled in the user's first session.
CREATE TABLE factor (
  app_user   NUMBER NOT NULL PRIMARY KEY REFERENCES app_user (id),
  since      NUMBER NOT NULL,
  is_initial NUMBER NOT NULL CHECK (is_initial IN (0, 1))
);

-- A factor whose secret was shown and is not confirmed yet. Only the session that began it can confirm it.
CREATE TABLE enrolment (
  app_user NUMBER NOT NULL PRIMARY KEY REFERENCES app_user (id),
  session  NUMBER NOT NULL,
  begun_at NUMBER NOT NULL
);

-- Unused recovery codes. The code's first characters find its row; the rest is hashed like a password.
CREATE TABLE recovery_code (
  app_user NUMBER NOT NULL REFERENCES app_user (id),
  selector TEXT NOT NULL,
  hash     TEXT NOT NULL,
  PRIMARY KEY (app_user, selector)
) COMPACT;

-- A sign-in whose password was right and whose code has not been given yet. Only the hash of its token is stored.
CREATE TABLE challenge (
  token       TEXT NOT NULL PRIMARY KEY,
  app_user    NUMBER NOT NULL REFERENCES app_user (id),
  -- When the password that was given had been set.
  password_at NUMBER NOT NULL,
  tries       NUMBER NOT NULL,
  expires_at  NUMBER NOT NULL
);
CREATE INDEX challenge_of_user ON challenge (app_user);

-- Who added a user, raised the user's role, or reset the user's password or factor, and when last: for a while such a user
-- approves nothing, and never what that principal had made by then. `actor_id` is 0 for principals without an id.
CREATE TABLE sponsor (
  app_user   NUMBER NOT NULL REFERENCES app_user (id),
  actor_kind NUMBER NOT NULL,
  actor_id   NUMBER NOT NULL,
  deed       NUMBER NOT NULL,
  at         NUMBER NOT NULL,
  PRIMARY KEY (app_user, actor_kind, actor_id)
) COMPACT;

CREATE TABLE api_key (
  id              DRAWN KEY,
  name            TEXT NOT NULL,
  token           TEXT NOT NULL,
  -- The first characters, so that people can tell keys apart.
  hint            TEXT NOT NULL,
  scopes          TEXT NOT NULL,
  addresses       TEXT NOT NULL,
  created_by      TEXT NOT NULL,
  created_at      NUMBER NOT NULL,
  expires_at      NUMBER,
  revoked_at      NUMBER,
  created_by_kind NUMBER NOT NULL DEFAULT 2,
  created_by_id   NUMBER,
  CONSTRAINT api_key_name UNIQUE (name),
  CONSTRAINT api_key_token UNIQUE (token)
);

-- Earlier secrets of an API key: each is valid until its time, under the same id as the present one.
CREATE TABLE api_key_secret (
  token   TEXT NOT NULL PRIMARY KEY,
  api_key NUMBER NOT NULL REFERENCES api_key (id),
  until   NUMBER NOT NULL
) COMPACT;
CREATE INDEX api_key_secret_key ON api_key_secret (api_key);

-- A one-time link for setting a password. Without a user: for creating the first administrator.
CREATE TABLE invitation (
  token      TEXT NOT NULL PRIMARY KEY,
  app_user   NUMBER REFERENCES app_user (id),
  created_at NUMBER NOT NULL,
  expires_at NUMBER NOT NULL
);

-- Failed logins by user and by address: the prefix of `name` tells which.
CREATE TABLE login_failure (
  name     TEXT NOT NULL PRIMARY KEY,
  failures NUMBER NOT NULL,
  last_at  NUMBER NOT NULL
);

-- Approvals. What a batch needs is frozen when it is submitted; whatever voids its approvals begins another round, and the
-- last round counts.

-- Every version of a currency's approval policy. In force is the highest version with `in_force_at`; one that loosens waits
-- until `due_at` or for a second administrator. `lowest` is its lowest band.
CREATE TABLE approval_policy (
  asset        NUMBER NOT NULL REFERENCES asset (id),
  version      NUMBER NOT NULL,
  content      TEXT NOT NULL,
  lowest       NUMBER,
  set_by       TEXT NOT NULL,
  set_by_kind  NUMBER NOT NULL,
  set_by_id    NUMBER,
  set_at       NUMBER NOT NULL,
  due_at       NUMBER NOT NULL,
  in_force_at  NUMBER,
  confirmed_by NUMBER,
  PRIMARY KEY (asset, version)
);

-- `needed`: how many approvals the levels ask for. `maker`: who submitted it; with `day`, `asset` and `account` it tells what
-- counts together when a band is chosen.
CREATE TABLE approval_round (
  batch          NUMBER NOT NULL REFERENCES batch (id),
  round          NUMBER NOT NULL,
  levels         TEXT NOT NULL,
  needed         NUMBER NOT NULL CHECK (needed >= 0),
  valid_h        NUMBER NOT NULL,
  policy_version NUMBER NOT NULL,
  content_hash   TEXT NOT NULL,
  day            NUMBER NOT NULL,
  asset          NUMBER NOT NULL,
  account        NUMBER,
  amount         NUMBER NOT NULL,
  same_day       NUMBER NOT NULL,
  maker          TEXT NOT NULL,
  cause          NUMBER NOT NULL,
  opened_at      NUMBER NOT NULL,
  PRIMARY KEY (batch, round)
);
CREATE INDEX approval_round_day ON approval_round (day, asset);

-- `action`: 1 approved, 2 rejected. `role`: the approver's at that time.
CREATE TABLE approval (
  batch        NUMBER NOT NULL REFERENCES batch (id),
  round        NUMBER NOT NULL,
  app_user     NUMBER NOT NULL REFERENCES app_user (id),
  role         NUMBER NOT NULL,
  action       NUMBER NOT NULL,
  content_hash TEXT NOT NULL,
  note         TEXT,
  factor       TEXT NOT NULL,
  at           NUMBER NOT NULL,
  PRIMARY KEY (batch, round, app_user)
);
CREATE INDEX approval_user ON approval (app_user, at);

-- Who created, edited, repriced or submitted a batch, the person behind it (0: none), and when for the first time.
CREATE TABLE batch_editor (
  batch  NUMBER NOT NULL,
  kind   NUMBER NOT NULL,
  id     NUMBER NOT NULL,
  person NUMBER NOT NULL,
  at     NUMBER NOT NULL,
  PRIMARY KEY (batch, kind, id, person)
) COMPACT;

-- Who, what, from where, result. A single request has a row of its own, a batch run one a chunk. Rows come in the order of
-- time, so the index by time only grows at its end.
CREATE TABLE audit (
  id         DRAWN KEY,
  at         NUMBER NOT NULL,
  actor      TEXT NOT NULL,
  origin     TEXT NOT NULL,
  action     TEXT NOT NULL,
  subject    TEXT NOT NULL,
  subject_id NUMBER,
  result     TEXT NOT NULL,
  detail     TEXT NOT NULL,
  digest     TEXT,
  actor_kind NUMBER NOT NULL DEFAULT 2,
  actor_id   NUMBER
);
CREATE INDEX audit_subject ON audit (subject, subject_id);
CREATE INDEX audit_at ON audit (at);

-- The chain of commits (ADR 51). `digest`: SHA-256 over the commit's audit rows; `images`: over its images, empty without
-- any; `chain`: over the chain's hash before it, its number and these two. Its audit rows are those after the previous
-- link's `last_audit`, up to its own: their numbers are drawn under the head's lock.
CREATE TABLE commit_link (
  commit_number NUMBER NOT NULL PRIMARY KEY,
  digest        TEXT NOT NULL,
  images        TEXT NOT NULL,
  chain         TEXT NOT NULL,
  last_audit    NUMBER NOT NULL
);

-- What a row was after a commit that changed it: SHA-256 over its values, empty if it was deleted. The last image of a key
-- is the row as it must be. Triggers add to `pending_image`, under the number of the writing transaction, and the end of
-- the commit moves its rows to `image`.
CREATE TABLE image (
  commit_number NUMBER NOT NULL,
  place         NUMBER NOT NULL,
  table_name    TEXT NOT NULL,
  row_key       TEXT NOT NULL,
  digest        TEXT NOT NULL,
  PRIMARY KEY (commit_number, place)
) COMPACT;
CREATE TABLE pending_image (
  writer     NUMBER NOT NULL,
  place      NUMBER NOT NULL,
  table_name TEXT NOT NULL,
  row_key    TEXT NOT NULL,
  digest     TEXT NOT NULL,
  PRIMARY KEY (writer, place)
) COMPACT;

-- What people and programs outside are told, written in the transaction of what it tells. `kind` is a number of
-- `domain::event`, `audience` a word of it, `detail` a JSON object. `spread_at`: when it became notices, e-mails and
-- deliveries.
CREATE TABLE outbox (
  id         DRAWN KEY,
  at         NUMBER NOT NULL,
  kind       NUMBER NOT NULL,
  batch      NUMBER,
  subject    TEXT NOT NULL,
  subject_id NUMBER,
  detail     TEXT NOT NULL,
  audience   TEXT NOT NULL,
  spread_at  NUMBER
);
CREATE INDEX outbox_unspread ON outbox (id) WHERE spread_at IS NULL;

-- Which user is told of which event, and when the user read it.
CREATE TABLE notice (
  app_user NUMBER NOT NULL REFERENCES app_user (id),
  event    NUMBER NOT NULL REFERENCES outbox (id),
  read_at  NUMBER,
  PRIMARY KEY (app_user, event)
) COMPACT;
CREATE INDEX notice_unread ON notice (app_user, event) WHERE read_at IS NULL;

-- Notices that somebody asked for, at a time. `person`: whom it is for; none: the approvers of the batch.
CREATE TABLE reminder (
  id              DRAWN KEY,
  due_at          NUMBER NOT NULL,
  person          NUMBER REFERENCES app_user (id),
  batch           NUMBER REFERENCES batch (id),
  content         TEXT,
  created_by      TEXT NOT NULL,
  created_at      NUMBER NOT NULL,
  created_by_kind NUMBER NOT NULL,
  created_by_id   NUMBER,
  done_at         NUMBER,
  CONSTRAINT reminder_for CHECK (person IS NOT NULL OR batch IS NOT NULL)
);
CREATE INDEX reminder_due ON reminder (due_at) WHERE done_at IS NULL;
CREATE INDEX reminder_maker ON reminder (created_by_kind, created_by_id, created_at);

-- E-mails about events. `state` is a number of `domain::mail`; one that is being sent is sent again if what became of it
-- is not known.
CREATE TABLE mail (
  app_user NUMBER NOT NULL REFERENCES app_user (id),
  event    NUMBER NOT NULL REFERENCES outbox (id),
  state    NUMBER NOT NULL,
  tries    NUMBER NOT NULL,
  next_at  NUMBER NOT NULL,
  error    TEXT,
  PRIMARY KEY (app_user, event)
) CHANGING;
CREATE INDEX mail_due ON mail (next_at) WHERE state IN (1, 2);
-- Where events are sent to by HTTP. `events`: the names of the event types, separated by spaces. The secret and, until
-- `former_until`, the one before it are in `sealed_secret`.
CREATE TABLE webhook (
  id              DRAWN KEY,
  url             TEXT NOT NULL,
  events          TEXT NOT NULL,
  description     TEXT NOT NULL,
  enabled         NUMBER NOT NULL CHECK (enabled IN (0, 1)),
  former_until    NUMBER,
  created_by      TEXT NOT NULL,
  created_at      NUMBER NOT NULL,
  removed_at      NUMBER,
  created_by_kind NUMBER NOT NULL,
  created_by_id   NUMBER
);

-- Which event is sent to which webhook, and how far it is. Of the deliveries of a batch to a webhook that wait, only the
-- first has a time at which it is due; the others wait for it.
CREATE TABLE webhook_delivery (
  id       DRAWN KEY,
  webhook  NUMBER NOT NULL REFERENCES webhook (id),
  event    NUMBER NOT NULL REFERENCES outbox (id),
  batch    NUMBER,
  state    NUMBER NOT NULL,
  attempts NUMBER NOT NULL,
  due_at   NUMBER,
  tried_at NUMBER,
  ended_at NUMBER,
  status   NUMBER,
  failure  NUMBER,
  CONSTRAINT webhook_delivery_event UNIQUE (webhook, event)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook, due_at) WHERE state = 1;
CREATE INDEX webhook_delivery_list ON webhook_delivery (webhook, id);
CREATE INDEX webhook_delivery_state ON webhook_delivery (webhook, state, id);
CREATE INDEX webhook_delivery_chain ON webhook_delivery (batch, webhook) WHERE state = 1;
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (event) WHERE state = 1;

-- Saved templates of batches. `name_key`: as for groups of holders; `convert`: as for batches; `items` and `amount` are
-- counted again whenever the payments change.
CREATE TABLE batch_template (
  id              DRAWN KEY,
  name            TEXT NOT NULL,
  name_key        TEXT NOT NULL,
  description     TEXT NOT NULL,
  kind            NUMBER NOT NULL,
  mode            NUMBER NOT NULL,
  asset           NUMBER NOT NULL REFERENCES asset (id),
  account         NUMBER REFERENCES account (id),
  convert         NUMBER NOT NULL CHECK (convert IN (0, 1)),
  follows_rates   NUMBER NOT NULL CHECK (follows_rates IN (0, 1)),
  allow_repeat    NUMBER NOT NULL CHECK (allow_repeat IN (0, 1)),
  remarks         TEXT,
  holder_group    NUMBER REFERENCES holder_group (id),
  items           NUMBER NOT NULL,
  amount          NUMBER NOT NULL,
  version         NUMBER NOT NULL,
  created_by      TEXT NOT NULL,
  created_at      NUMBER NOT NULL,
  changed_at      NUMBER NOT NULL,
  created_by_kind NUMBER NOT NULL,
  created_by_id   NUMBER,
  CONSTRAINT batch_template_name UNIQUE (name_key)
);
CREATE INDEX batch_template_group ON batch_template (holder_group) WHERE holder_group IS NOT NULL;

-- The payments of a template; an amount of 0 was not saved.
CREATE TABLE batch_template_item (
  template     NUMBER NOT NULL REFERENCES batch_template (id),
  place        NUMBER NOT NULL,
  source       NUMBER NOT NULL,
  target       NUMBER NOT NULL,
  contact_kind NUMBER,
  contact      TEXT,
  amount       NUMBER NOT NULL CHECK (amount >= 0),
  memo         TEXT,
  reference    TEXT,
  PRIMARY KEY (template, place)
) COMPACT;

-- The batches that were made from a template, and the one that it was saved from.
CREATE TABLE batch_template_use (
  template NUMBER NOT NULL REFERENCES batch_template (id),
  batch    NUMBER NOT NULL,
  PRIMARY KEY (template, batch)
) COMPACT;

-- Who saved or changed a template, as for batches: none of them approves what is made from it.
CREATE TABLE batch_template_editor (
  template NUMBER NOT NULL REFERENCES batch_template (id),
  kind     NUMBER NOT NULL,
  id       NUMBER NOT NULL,
  person   NUMBER NOT NULL,
  at       NUMBER NOT NULL,
  PRIMARY KEY (template, kind, id, person)
) COMPACT;

-- Where the proof of a batch is, in order.
CREATE TABLE batch_voucher (
  batch NUMBER NOT NULL,
  place NUMBER NOT NULL,
  url   TEXT NOT NULL,
  PRIMARY KEY (batch, place)
) COMPACT;

-- Files that people uploaded and tasks made. Their bytes are in the file store `place`, under `object`, until `gone_at`.
CREATE TABLE upload (
  id              DRAWN KEY,
  place           TEXT NOT NULL,
  object          TEXT NOT NULL,
  name            TEXT NOT NULL,
  kind            NUMBER NOT NULL,
  size            NUMBER NOT NULL CHECK (size >= 0),
  sha256          TEXT NOT NULL,
  batch           NUMBER,
  task            NUMBER,
  created_by      TEXT NOT NULL,
  created_by_kind NUMBER NOT NULL,
  created_by_id   NUMBER,
  created_at      NUMBER NOT NULL,
  expires_at      NUMBER,
  gone_at         NUMBER,
  CONSTRAINT upload_object UNIQUE (object)
);
CREATE INDEX upload_expires ON upload (expires_at) WHERE gone_at IS NULL;
CREATE INDEX upload_of_batch ON upload (batch, id);
CREATE INDEX upload_of_task ON upload (task);

-- Tasks. Which node is at one is in `lease`. `place`: the file store with the file that it reads; empty if it reads none.
-- `so_far`: what one that works in several commits did in those before the present one.
-- `header_set`: of a completed import whose columns somebody decided, the headers for which that is remembered.
CREATE TABLE task (
  id              DRAWN KEY,
  kind            NUMBER NOT NULL,
  state           NUMBER NOT NULL,
  input           TEXT NOT NULL,
  batch           NUMBER,
  upload          NUMBER REFERENCES upload (id),
  place           TEXT NOT NULL,
  total           NUMBER,
  processed       NUMBER NOT NULL,
  steps           TEXT NOT NULL,
  takes           NUMBER NOT NULL,
  so_far          TEXT,
  result          TEXT,
  problems        TEXT,
  made            NUMBER REFERENCES upload (id),
  code            NUMBER,
  message         TEXT,
  created_by      TEXT NOT NULL,
  created_by_kind NUMBER NOT NULL,
  created_by_id   NUMBER,
  created_at      NUMBER NOT NULL,
  started_at      NUMBER,
  cancel_at       NUMBER,
  completed_at    NUMBER,
  removed_at      NUMBER,
  header_set      TEXT
) CHANGING;
CREATE INDEX task_open ON task (id) WHERE state IN (1, 2);
CREATE INDEX task_own ON task (created_by_kind, created_by_id, id);
CREATE INDEX task_of_batch ON task (batch, id);
CREATE INDEX task_remembered ON task (kind, created_by_kind, COALESCE(created_by_id, 0), header_set, id)
  WHERE header_set IS NOT NULL;
CREATE INDEX task_reads ON task (upload) WHERE state IN (1, 2);
