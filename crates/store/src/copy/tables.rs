//! What is copied, and in which order: a row is written after the rows it refers to. Items are written while
//! their batch is a draft; batches then move to their state along the transitions that the schema allows.
//!
//! A new table needs a line here with every column; a test compares the list with the schema. Intentional
//! omissions are in [`LEFT_OUT`].

use super::step::{Kind, Step, WriteMode};
use crate::bulk::{Insert, Update};
use Kind::{Number, Text};

/// Not copied: live processes (`node`, `lease`), rows used only as locks (`named_lock`), images that no commit has
/// taken over (`pending_image`), what is rebuilt from the postings (`history`, `history_mark`) or the items
/// (`batch_print`), and temporary access (`session`, `invitation`, `challenge`, `enrolment`, `login_failure`): users
/// sign in again at the new place.
pub const LEFT_OUT: &[&str] = &[
    "node",
    "lease",
    "balance_owner",
    "named_lock",
    "pending_image",
    "history",
    "history_mark",
    "batch_print",
    "refinery_schema_history",
    "session",
    "invitation",
    "challenge",
    "enrolment",
    "login_failure",
];

/// The ledger's notes about its own copying are not part of the ledger.
const OWN_SETTINGS: &str = "name <> 'moved_to' AND substr(name, 1, 5) <> 'copy.'";

macro_rules! step {
    ($table:literal, $keys:literal, $($column:ident $kind:ident),+ $(,)?) => {
        Step {
            name: $table,
            rows: Insert { table: $table, columns: &[$(stringify!($column)),+] },
            kinds: &[$($kind),+],
            keys: $keys,
            mode: WriteMode::Insert,
            only: "",
        }
    };
}

/// The steps of a copy: name, how many of the first columns are the key, the columns.
#[rustfmt::skip]
pub static STEPS: &[Step] = &[
    Step { only: OWN_SETTINGS, ..step!("setting", 1, name Text, value Text) },
    step!("asset", 1, id Number, code Text, scale Number, created_at Number),
    step!("holder", 1, id Number, name Text, email Text, uid Text, created_at Number),
    step!("account", 1,
        id Number, number Text, holder Number, asset Number, kind Number, stripe Number, status Number,
        opened_at Number, skeleton Text),
    step!("balance", 1,
        account Number, balance Number, head Number, overdraft Number, held Number, day Number, day_out Number,
        month Number, month_out Number),
    step!("holder_group", 1,
        id Number, name Text, name_key Text, description Text, members Number, created_by Text,
        created_at Number, created_by_kind Number, created_by_id Number),
    step!("holder_group_member", 2, holder_group Number, holder Number),
    step!("holder_default", 2, holder Number, asset Number, account Number),
    step!("account_totp", 1, account Number, automatic Number, begun_at Number, confirmed_at Number),
    step!("sealed_secret", 1, owner Text, key_id Text, sealed Text),
    step!("totp_step", 2, owner Text, step Number, used_at Number),
    step!("policy", 2,
        asset Number, account Number, min Number, max Number, day Number, month Number, batch_max Number,
        fee_threshold Number, fee_rate_ppm Number, fee_min Number, fee_max Number, shipped Number),
    step!("fx_policy", 2,
        source Number, target Number, tolerance_ppm Number, rounding Number, minimum Number,
        max_age_h Number),
    step!("fx_rate", 1, id Number, source Number, target Number, rate Text, origin Text, at Number),
    step!("transfer", 1,
        number Number, kind Number, status Number, code Number, source Number, target Number, amount Number,
        fee Number, first_posting Number, posting_count Number, value_date Number, created_at Number,
        memo Text),
    step!("transfer_exchange", 1,
        transfer Number, target_amount Number, rate Text, rate_source Text, rate_at Number, rounding Number,
        residual Text),
    step!("transfer_voucher", 1, transfer Number, urls Text),
    step!("posting", 1,
        id Number, transfer Number, kind Number, debit Number, credit Number, amount Number,
        debit_after Number, credit_after Number, debit_prev Number, credit_prev Number, value_date Number,
        created_at Number),
    step!("day_sum", 5,
        value_date Number, asset Number, kind Number, status Number, stripe Number, transfers Number,
        amount_billions Number, amount_rest Number, fee_billions Number, fee_rest Number),
    step!("failure_count", 3, quarter Number, asset Number, stripe Number, failures Number),
    step!("operation", 1, id Text, fingerprint Text, transfer Number, created_at Number),
    step!("answer", 1, operation Text, outcome Text),
    step!("app_user", 1,
        id Number, login Text, name Text, role Number, password Text, password_at Number, is_new Number,
        disabled_at Number, created_by Text, created_at Number, created_by_kind Number, created_by_id Number),
    step!("seen_network", 2, app_user Number, network Text, seen_at Number),
    step!("mail_address", 1, app_user Number, email Text, language Number),
    step!("factor", 1, app_user Number, since Number, is_initial Number),
    step!("recovery_code", 2, app_user Number, selector Text, hash Text),
    step!("sponsor", 3, app_user Number, actor_kind Number, actor_id Number, deed Number, at Number),
    step!("api_key", 1,
        id Number, name Text, token Text, hint Text, scopes Text, addresses Text, created_by Text,
        created_at Number, expires_at Number, revoked_at Number, created_by_kind Number,
        created_by_id Number),
    Step { mode: WriteMode::Draft, ..step!("batch", 1,
        id Number, day Number, day_number Number, name Text, kind Number, mode Number, state Number,
        intent Number, ready Number, asset Number, account Number, remarks Text, file_hash Text,
        content_hash Text, first_number Number, last_number Number, refused_count Number,
        total_count Number, total_amount Number, success_count Number, success_amount Number,
        failed_count Number, failed_amount Number, skipped_count Number, fee_amount Number, flight_count Number,
        flight_amount Number, unknown_count Number, created_by Text,
        created_at Number, submitted_at Number, started_at Number, interrupted_at Number,
        completed_at Number, convert Number, created_by_kind Number, created_by_id Number,
        allow_repeat Number, called_off_at Number, version Number, runs Number, edition Number) },
    step!("item", 1,
        number Number, batch Number, line Number, source Number, target Number, amount Number, state Number,
        code Number, memo Text, reference Text),
    step!("api_key_secret", 1, token Text, api_key Number, until Number),
    step!("item_extent", 2, batch Number, first_number Number, last_number Number),
    step!("item_page", 2, batch Number, first_number Number, last_number Number, digest Text),
    step!("item_mark", 2, batch Number, edition Number, at Number, state Number, items Text),
    step!("item_run", 1, first_number Number, last_number Number, batch Number, chunk Number),
    step!("external_id", 1, item Number, batch Number, id Text, held Number),
    step!("approval_policy", 2,
        asset Number, version Number, content Text, lowest Number, set_by Text, set_by_kind Number,
        set_by_id Number, set_at Number, due_at Number, in_force_at Number, confirmed_by Number),
    step!("approval_round", 2,
        batch Number, round Number, levels Text, needed Number, valid_h Number, policy_version Number,
        content_hash Text, day Number, asset Number, account Number, amount Number, same_day Number,
        maker Text, cause Number, opened_at Number),
    step!("batch_editor", 4, batch Number, kind Number, id Number, person Number, at Number),
    step!("approval", 3,
        batch Number, round Number, app_user Number, role Number, action Number, content_hash Text, note Text,
        factor Text, at Number),
    Step { name: "batch_state", mode: WriteMode::Walk, ..step!("batch", 1, id Number, state Number) },
    step!("batch_rate", 3,
        batch Number, source Number, target Number, rate Text, origin Text, at Number, kept_at Number),
    step!("batch_origin", 2, batch Number, item Number, origin Number),
    step!("change_report", 1,
        batch Number, submitted_at Number, made_at Number, base Number, recent_since Number, counts Text),
    step!("change_part", 3, batch Number, kind Number, part Number, changes Text),
    step!("item_failure", 1,
        id Number, batch Number, item Number, code Number, amount Number, chunk Number, at Number),
    step!("import_problem", 1,
        id Number, batch Number, line Number, column_name Text, code Number, value Text, refused_row Number,
        suggestion Text),
    step!("refused_row", 1,
        id Number, batch Number, line Number, content Text, settled_at Number, item Number),
    step!("item_contact", 1, item Number, kind Number, written Text),
    step!("batch_history", 1,
        id Number, batch Number, item Number, state Number, event Text, detail Text, actor Text, at Number,
        actor_kind Number, actor_id Number),
    step!("chunk", 1,
        number Number, commit_number Number, postings Number, first_transfer Number, last_transfer Number,
        first_date Number, last_date Number, refused Number, least_amount Number, most_amount Number,
        digest Text),
    step!("audit", 1,
        id Number, at Number, actor Text, origin Text, action Text, subject Text, subject_id Number,
        result Text, detail Text, digest Text, actor_kind Number, actor_id Number),
    step!("commit_link", 1,
        commit_number Number, digest Text, images Text, chain Text, last_audit Number),
    step!("image", 2,
        commit_number Number, place Number, table_name Text, row_key Text, digest Text),
    step!("outbox", 1,
        id Number, at Number, kind Number, batch Number, subject Text, subject_id Number, detail Text,
        audience Text, spread_at Number),
    step!("notice", 2, app_user Number, event Number, read_at Number),
    step!("reminder", 1,
        id Number, due_at Number, person Number, batch Number, content Text, created_by Text,
        created_at Number, created_by_kind Number, created_by_id Number, done_at Number),
    step!("mail", 2,
        app_user Number, event Number, state Number, tries Number, next_at Number, error Text),
    step!("webhook", 1,
        id Number, url Text, events Text, description Text, enabled Number, former_until Number, created_by Text,
        created_at Number, removed_at Number, created_by_kind Number, created_by_id Number),
    step!("webhook_delivery", 1,
        id Number, webhook Number, event Number, batch Number, state Number, attempts Number, due_at Number,
        tried_at Number, ended_at Number, status Number, failure Number),
    step!("batch_template", 1,
        id Number, name Text, name_key Text, description Text, kind Number, mode Number, asset Number,
        account Number, convert Number, follows_rates Number, allow_repeat Number, remarks Text,
        holder_group Number, items Number, amount Number, version Number, created_by Text, created_at Number,
        changed_at Number, created_by_kind Number, created_by_id Number),
    step!("batch_template_item", 2,
        template Number, place Number, source Number, target Number, contact_kind Number, contact Text,
        amount Number, memo Text, reference Text),
    step!("batch_template_use", 2, template Number, batch Number),
    step!("batch_template_editor", 4, template Number, kind Number, id Number, person Number, at Number),
    step!("batch_voucher", 2, batch Number, place Number, url Text),
    step!("upload", 1,
        id Number, place Text, object Text, name Text, kind Number, size Number, sha256 Text, batch Number,
        task Number, created_by Text, created_by_kind Number, created_by_id Number, created_at Number,
        expires_at Number, gone_at Number),
    step!("task", 1,
        id Number, kind Number, state Number, input Text, batch Number, upload Number, place Text, total Number,
        processed Number, steps Text, takes Number, so_far Text, result Text, problems Text, made Number,
        code Number, message Text, created_by Text, created_by_kind Number, created_by_id Number,
        created_at Number, started_at Number, cancel_at Number, completed_at Number, removed_at Number,
        header_set Text),
    Step {
        mode: WriteMode::Set(Update { table: "counter", key: "name", columns: &["value"], and: "" }),
        ..step!("counter", 1, name Text, value Number)
    },
    Step {
        mode: WriteMode::Set(Update {
            table: "ledger_head",
            key: "id",
            columns: &[
                "commit_number", "policy_version", "ledger_id", "sealed_at", "accounts_version", "chain",
            ],
            and: "",
        }),
        ..step!("ledger_head", 1,
            id Number, commit_number Number, policy_version Number, ledger_id Text, sealed_at Number,
            accounts_version Number, chain Text)
    },
];

impl Step {
    /// The step with a name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        STEPS.iter().find(|step| step.name == name)
    }
}

/// Tables whose numbers the engine generates itself.
pub(super) const NUMBERED: &[&str] = &[
    "item_failure",
    "import_problem",
    "batch_history",
    "fx_rate",
    "audit",
    "batch",
    "app_user",
    "api_key",
    "outbox",
    "reminder",
    "webhook",
    "webhook_delivery",
    "holder_group",
    "batch_template",
    "upload",
    "task",
];
