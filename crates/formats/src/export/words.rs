//! Words of ours in exports, with their Chinese, by kind of column. Spreadsheets in Chinese show the Chinese; JSON
//! lines always have the word itself.

use domain::code::Language;

/// Words and their Chinese.
pub type Words = &'static [(&'static str, &'static str)];

/// States of items, and those of a row that was refused, perhaps dropped, or removed from the draft.
pub const ITEM_STATES: Words = &[
    ("pending", "等待中"),
    ("processing", "处理中"),
    ("completed", "成功"),
    ("failed", "失败"),
    ("unknown", "结果未知"),
    ("skipped", "已跳过"),
    ("refused", "已拒绝"),
    ("dropped", "已放弃"),
    ("removed", "已移除"),
];

/// What a preview says of items, and of a row that was refused.
pub const PREVIEW_STATES: Words =
    &[("would_pay", "预计成功"), ("would_fail", "预计失败"), ("refused", "已拒绝")];

/// Statuses of accounts.
pub const ACCOUNT_STATUSES: Words = &[("active", "正常"), ("frozen", "已冻结"), ("closed", "已关闭")];

/// Kinds of accounts.
pub const ACCOUNT_KINDS: Words = &[
    ("customer", "客户账户"),
    ("world", "外部账户"),
    ("fee_income", "手续费收入"),
    ("fx_clearing", "换汇清算"),
    ("rail_clearing", "渠道清算"),
];

/// Kinds of transfers.
pub const TRANSFER_KINDS: Words = &[
    ("transfer", "转账"),
    ("internal", "内部转账"),
    ("batch", "批次"),
    ("deposit", "存入"),
    ("withdrawal", "取出"),
    ("opening", "期初余额"),
];

/// How transfers ended.
pub const TRANSFER_STATUSES: Words = &[("completed", "已完成"), ("failed", "失败")];

/// Kinds of entries of a statement.
pub const ENTRY_KINDS: Words =
    &[("transfer_out", "转出"), ("transfer_in", "转入"), ("fee", "手续费"), ("fee_income", "手续费收入")];

/// A word as people read it; one that is not known is shown as it is.
pub(super) fn shown(words: Words, word: &str, language: Language) -> &str {
    match language {
        Language::English => word,
        Language::Chinese => {
            words.iter().find(|(known, _)| *known == word).map_or(word, |(_, chinese)| *chinese)
        }
    }
}
