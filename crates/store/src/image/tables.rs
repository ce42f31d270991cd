//! The tables whose every row has an image; what has none is listed beside it (`apart`).
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
                   INSERT INTO pending_image (table_name, row_key, digest) VALUES ('{table}', {}, {digest});
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

type Columns = &'static [&'static str];

const fn imaged(table: &'static str, keys: usize, columns: Columns, when: &'static str) -> Imaged {
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
    imaged(
        "holder_group",
        1,
        &[
            "id",
            "name",
            "name_key",
            "description",
            "members",
            "created_by",
            "created_at",
            "created_by_kind",
            "created_by_id",
        ],
        "",
    ),
    imaged("holder_group_member", 2, &["holder_group", "holder"], ""),
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
    imaged("item_page", 2, &["batch", "first_number", "last_number", "digest"], ""),
    imaged("item_mark", 2, &["batch", "edition", "at", "state", "items"], ""),
    imaged("batch_editor", 4, &["batch", "kind", "id", "person", "at"], ""),
    imaged("batch_rate", 3, &["batch", "source", "target", "rate", "origin", "at", "kept_at"], ""),
    imaged("batch_origin", 2, &["batch", "item", "origin"], ""),
    imaged(
        "batch_template",
        1,
        &[
            "id",
            "name",
            "name_key",
            "description",
            "kind",
            "mode",
            "asset",
            "account",
            "convert",
            "follows_rates",
            "allow_repeat",
            "remarks",
            "holder_group",
            "items",
            "amount",
            "version",
            "created_by",
            "created_at",
            "changed_at",
            "created_by_kind",
            "created_by_id",
        ],
        "",
    ),
    imaged(
        "batch_template_item",
        2,
        &["template", "place", "source", "target", "contact_kind", "contact", "amount", "memo", "reference"],
        "",
    ),
    imaged("batch_template_use", 2, &["template", "batch"], ""),
    imaged("batch_template_editor", 4, &["template", "kind", "id", "person", "at"], ""),
    imaged("batch_voucher", 2, &["batch", "place", "url"], ""),
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
            "same_day",
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
    imaged("seen_network", 2, &["app_user", "network", "seen_at"], ""),
    imaged("mail_address", 1, &["app_user", "email", "language"], ""),
    imaged(
        "outbox",
        1,
        &["id", "at", "kind", "batch", "subject", "subject_id", "detail", "audience", "spread_at"],
        "",
    ),
    imaged("notice", 2, &["app_user", "event"], ""),
    imaged(
        "reminder",
        1,
        &[
            "id",
            "due_at",
            "person",
            "batch",
            "content",
            "created_by",
            "created_at",
            "created_by_kind",
            "created_by_id",
            "done_at",
        ],
        "",
    ),
    imaged("mail", 2, &["app_user", "event", "state", "tries", "next_at", "error"], ""),
    imaged(
        "webhook",
        1,
        &[
            "id",
            "url",
            "events",
            "description",
            "enabled",
            "former_until",
            "created_by",
            "created_at",
            "removed_at",
            "created_by_kind",
            "created_by_id",
        ],
        "",
    ),
    imaged(
        "webhook_delivery",
        1,
        &[
            "id", "webhook", "event", "batch", "state", "attempts", "due_at", "tried_at", "ended_at",
            "status", "failure",
        ],
        "",
    ),
    imaged(
        "upload",
        1,
        &[
            "id",
            "place",
            "object",
            "name",
            "kind",
            "size",
            "sha256",
            "batch",
            "task",
            "created_by",
            "created_by_kind",
            "created_by_id",
            "created_at",
            "expires_at",
            "gone_at",
        ],
        "",
    ),
    imaged(
        "task",
        1,
        &[
            "id",
            "kind",
            "input",
            "batch",
            "upload",
            "place",
            "result",
            "problems",
            "made",
            "code",
            "message",
            "created_by",
            "created_by_kind",
            "created_by_id",
            "created_at",
            "completed_at",
            "removed_at",
        ],
        "",
    ),
    // The other counters are compared with the numbers in use; these two say which numbers of batches a loss took.
    imaged("counter", 1, &["name", "value"], LOST_NUMBERS),
];

const LOST_NUMBERS: &str = "row.name IN ('batch_day', 'batch_day_number') AND row.value <> 0";
