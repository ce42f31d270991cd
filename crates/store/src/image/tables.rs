//! The tables whose every row has an image, and what has none, with the reason.
//!
//! A table with a row here needs three triggers on a server (`migrations/…_guards.postgres.sql` lists the same
//! tables; a test compares the lists). For a file, the writer's connection makes them from this list.

/// A table whose rows have images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imaged {
    /// The table.
    pub table: &'static str,
    /// How many of the first columns are the key.
    pub keys: usize,
    /// The columns that the image covers, the key's first.
    pub columns: &'static [&'static str],
    /// Which rows have one, as a condition on `row`; empty: all.
    pub(crate) when: &'static str,
}

impl Imaged {
    /// The query for its rows, from the first on or behind a key.
    pub(crate) fn select(&self, is_behind: bool) -> String {
        let keys = self.columns.iter().take(self.keys).copied().collect::<Vec<_>>().join(", ");
        let places = (1..=self.keys).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
        let mut conditions = Vec::new();
        if is_behind {
            conditions.push(format!("({keys}) > ({places})"));
        }
        if !self.when.is_empty() {
            conditions.push(self.when.replace("row.", "t."));
        }
        let condition = if conditions.is_empty() { "1 = 1".to_owned() } else { conditions.join(" AND ") };
        let limit = if is_behind { self.keys + 1 } else { 1 };
        let (table, columns) = (self.table, self.columns.join(", "));
        format!("SELECT {columns} FROM {table} t WHERE {condition} ORDER BY {keys} LIMIT ${limit}")
    }

    /// The triggers of a file's writer: on a new, a changed and a deleted row.
    pub(crate) fn triggers(&self) -> String {
        let Self { table, columns, .. } = self;
        let keys: Vec<&str> = columns.iter().take(self.keys).copied().collect();
        let changed = format!("UPDATE OF {}", columns.join(", "));
        let mut text = String::new();
        for (name, event, row) in
            [("new", "INSERT", "NEW"), ("changed", changed.as_str(), "NEW"), ("gone", "DELETE", "OLD")]
        {
            let when = match self.when {
                "" => String::new(),
                when => format!("WHEN {} ", when.replace("row.", &format!("{row}."))),
            };
            let digest = match row {
                "OLD" => "''".to_owned(),
                _ => format!("text_hash({})", part(row, columns)),
            };
            text += &format!(
                "CREATE TEMP TRIGGER {table}_image_{name} AFTER {event} ON main.{table} {when}BEGIN
                   INSERT INTO pending_image (writer, place, table_name, row_key, digest)
                   SELECT this_writer(), COALESCE(MAX(place), 0) + 1, '{table}', {}, {digest}
                   FROM pending_image WHERE writer = this_writer();
                 END;\n",
                part(row, &keys)
            );
        }
        text
    }
}

/// The expression of a row's values as text, as the triggers of a server compute it.
fn part(row: &str, columns: &[&str]) -> String {
    let value = |column: &&str| format!("COALESCE(LENGTH({row}.{column}) || ':' || {row}.{column}, '-')");
    columns.iter().map(value).collect::<Vec<_>>().join(" || ',' || ")
}

const fn imaged(
    table: &'static str,
    keys: usize,
    columns: &'static [&'static str],
    when: &'static str,
) -> Imaged {
    Imaged { table, keys, columns, when }
}

/// The tables whose rows have images.
pub static IMAGED: &[Imaged] = &[
    imaged("setting", 1, &["name", "value"], "row.name <> 'moved_to' AND substr(row.name, 1, 5) <> 'copy.'"),
    imaged("asset", 1, &["id", "code", "scale", "created_at"], ""),
    imaged("holder", 1, &["id", "name", "email", "uid", "created_at"], ""),
    imaged(
        "account",
        1,
        &["id", "number", "holder", "asset", "kind", "stripe", "status", "opened_at", "skeleton"],
        "",
    ),
    imaged("holder_default", 2, &["holder", "asset", "account"], ""),
    imaged("account_totp", 1, &["account", "automatic", "begun_at", "confirmed_at"], ""),
    imaged("sealed_secret", 1, &["owner", "key_id", "sealed"], ""),
    imaged(
        "policy",
        2,
        &[
            "asset",
            "account",
            "min",
            "max",
            "day",
            "month",
            "batch_max",
            "fee_threshold",
            "fee_rate_ppm",
            "fee_min",
            "fee_max",
            "shipped",
        ],
        "",
    ),
    imaged("fx_policy", 2, &["source", "target", "tolerance_ppm", "rounding", "minimum", "max_age_h"], ""),
    imaged("fx_rate", 1, &["id", "source", "target", "rate", "origin", "at"], ""),
    imaged("operation", 1, &["id", "fingerprint", "transfer", "created_at"], ""),
    imaged("answer", 1, &["operation", "outcome"], ""),
    imaged(
        "app_user",
        1,
        &[
            "id",
            "login",
            "name",
            "role",
            "password",
            "password_at",
            "is_new",
            "disabled_at",
            "created_by",
            "created_at",
            "created_by_kind",
            "created_by_id",
        ],
        "",
    ),
    imaged("factor", 1, &["app_user", "since", "is_initial"], ""),
    imaged("recovery_code", 2, &["app_user", "selector", "hash"], ""),
    imaged("sponsor", 3, &["app_user", "actor_kind", "actor_id", "deed", "at"], ""),
    imaged(
        "api_key",
        1,
        &[
            "id",
            "name",
            "token",
            "hint",
            "scopes",
            "addresses",
            "created_by",
            "created_at",
            "expires_at",
            "revoked_at",
            "created_by_kind",
            "created_by_id",
        ],
        "",
    ),
    imaged("api_key_secret", 1, &["token", "api_key", "until"], ""),
    imaged(
        "batch",
        1,
        &[
            "id",
            "day",
            "day_number",
            "name",
            "kind",
            "mode",
            "state",
            "intent",
            "ready",
            "asset",
            "account",
            "remarks",
            "file_hash",
            "content_hash",
            "first_number",
            "last_number",
            "refused_count",
            "created_by",
            "created_at",
            "submitted_at",
            "started_at",
            "interrupted_at",
            "completed_at",
            "convert",
            "created_by_kind",
            "created_by_id",
            "allow_repeat",
            "called_off_at",
            "version",
            "runs",
            "edition",
        ],
        "row.ready = 1",
    ),
    imaged("batch_editor", 4, &["batch", "kind", "id", "person", "at"], ""),
    imaged("batch_rate", 3, &["batch", "source", "target", "rate", "origin", "at", "kept_at"], ""),
    imaged("batch_origin", 2, &["batch", "item", "origin"], ""),
    imaged(
        "approval_policy",
        2,
        &[
            "asset",
            "version",
            "content",
            "lowest",
            "set_by",
            "set_by_kind",
            "set_by_id",
            "set_at",
            "due_at",
            "in_force_at",
            "confirmed_by",
        ],
        "",
    ),
    imaged(
        "approval_round",
        2,
        &[
            "batch",
            "round",
            "levels",
            "needed",
            "valid_h",
            "policy_version",
            "content_hash",
            "day",
            "asset",
            "account",
            "amount",
            "maker",
            "cause",
            "opened_at",
        ],
        "",
    ),
    imaged(
        "approval",
        3,
        &["batch", "round", "app_user", "role", "action", "content_hash", "note", "factor", "at"],
        "",
    ),
    imaged("change_report", 1, &["batch", "submitted_at", "made_at", "base", "recent_since", "counts"], ""),
    imaged("change_part", 3, &["batch", "kind", "part", "changes"], ""),
    imaged(
        "import_problem",
        1,
        &["id", "batch", "line", "column_name", "code", "value", "refused_row", "suggestion"],
        "",
    ),
    imaged("refused_row", 1, &["id", "batch", "line", "content", "settled_at", "item"], ""),
    imaged(
        "batch_history",
        1,
        &["id", "batch", "item", "state", "event", "detail", "actor", "at", "actor_kind", "actor_id"],
        "",
    ),
];

/// What has no image: a table, or `table.column`, and why.
pub static APART: &[(&str, &str)] = &[
    (
        "balance",
        "`balance` and `head` are recomputed from the postings; nothing changes `overdraft` and `held` after the account is opened, which is checked; the windows of limits count what was spent today and this month",
    ),
    (
        "transfer",
        "compared with its postings, field by field, and with the totals of its day; `memo` and the code of a refused one decide nothing",
    ),
    ("transfer_exchange", "written once with its transfer, by statements that change nothing"),
    ("transfer_voucher", "written once with its transfer, by statements that change nothing"),
    ("posting", "chained by account, compared with its transfer, and covered by the digest of its chunk"),
    ("chunk", "each posting's chunk must have its row"),
    (
        "item",
        "covered by the content hash of its batch once that is submitted; its state is compared with its transfer, and with the counters",
    ),
    ("item_run", "its items must have transfers of its chunk"),
    ("item_extent", "ranges that find items; every item must be in one"),
    ("item_contact", "how the file wrote the payee, for people; the item names the account"),
    ("item_failure", "counted, and covered by the digest of its chunk"),
    (
        "external_id",
        "covered by the content hash of its batch once that is submitted; whether it is held follows from the item",
    ),
    ("day_sum", "recomputed from the transfers"),
    ("failure_count", "recomputed from the failed attempts"),
    ("history", "recomputed from the postings"),
    ("history_mark", "how far `history` has come"),
    ("batch_print", "recomputed from the items"),
    ("audit", "covered by the chain"),
    ("commit_link", "the chain"),
    ("image", "covered by the chain"),
    ("pending_image", "empty between commits"),
    ("ledger_head.policy_version", "tells caches that something changed; any value will do"),
    ("ledger_head.accounts_version", "tells caches that something changed; any value will do"),
    ("ledger_head.sealed_at", "while the ledger is being copied"),
    (
        "counter",
        "drawn outside of transactions; a gap is allowed, and a number that was used is refused by its key",
    ),
    ("named_lock", "rows to lock; nothing is ever done to them"),
    ("refinery_schema_history", "the schema's versions, checked by the program that opens the ledger"),
    ("node", "live processes"),
    ("lease", "what live processes are doing"),
    ("balance_owner", "which live process carries balances"),
    ("session", "a sign-in, for hours"),
    ("invitation", "a one-time link, for hours"),
    ("challenge", "a sign-in between password and code, for minutes"),
    ("enrolment", "a factor between its display and its confirmation, for minutes"),
    ("login_failure", "counts that slow guessing down, for a day"),
    ("totp_step", "codes that were used, for minutes"),
    ("batch.total_count", "recomputed from the items"),
    ("batch.total_amount", "recomputed from the items"),
    ("batch.success_count", "recomputed from the items"),
    ("batch.success_amount", "recomputed from the items"),
    ("batch.failed_count", "recomputed from the items"),
    ("batch.failed_amount", "recomputed from the items"),
    ("batch.skipped_count", "recomputed from the items"),
    ("batch.fee_amount", "recomputed from the items"),
    ("batch.flight_count", "recomputed from the items"),
    ("batch.flight_amount", "recomputed from the items"),
    ("batch.unknown_count", "recomputed from the items"),
];
