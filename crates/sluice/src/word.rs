//! Display words of closed enums. English words are the names that scripts and filters use; Chinese words are
//! those of the web page. A new variant without a word does not compile.

use crate::say::say;
use domain::access::Role;
use domain::account::AccountStatus;
use domain::batch::{BatchMode, BatchState, BatchType};
use domain::change::ChangeKind;
use domain::code::{Code, Language};
use domain::fact::BatchEvent;
use domain::fx::Rounding;
use domain::item::ItemState;
use domain::posting::PostingKind;
use domain::task::{TaskState, TaskType};
use domain::transfer::TransferKind;
use domain::upload::FileKind;
use domain::webhook::delivery::{DeliveryFailure, DeliveryState};
use service::account_import::{OpeningOutcome, RowOutcome};

/// A value with a display word.
pub(crate) trait Word: Copy {
    /// The word.
    fn word(self, language: Language) -> &'static str;
}

macro_rules! words {
    ($($kind:ident { $($variant:ident $chinese:literal)* })*) => {$(
        impl Word for $kind {
            fn word(self, language: Language) -> &'static str {
                match (language, self) {
                    (Language::English, word) => word.name(),
                    $((Language::Chinese, Self::$variant) => $chinese,)*
                }
            }
        }
    )*};
}

words! {
    AccountStatus { Active "正常" Frozen "已冻结" Closed "已关闭" }
    BatchType { OneToMany "一对多" ManyToOne "多对一" ManyToMany "多对多" Deposit "入账" Withdrawal "出账" }
    BatchMode { Continue "遇到失败时继续执行" StopOnFailure "首次失败即停止" Atomic "全部成功或全部不执行" }
    BatchState {
        Draft "草稿" Pending "待执行" Approved "已批准" Rejected "已驳回" Processing "处理中" Paused "已暂停"
        Completed "已完成" PartiallyCompleted "部分完成" Failed "失败" Cancelled "已取消"
    }
    ChangeKind {
        AccountChanged "收款账户变更" PayeeNew "新收款人" PayeeGone "收款人缺失" AmountMoved "金额变动" PaidRecently "近期已付相同金额"
        FirstPayment "首次付款" AccountOpened "新开账户" HolderChanged "持有人资料变更"
    }
    DeliveryState { Waiting "等待中" Delivered "已送达" Dead "已放弃" Dropped "已取消" }
    DeliveryFailure {
        AddressRefused "地址不允许访问" NameUnknown "域名无法解析" Unreachable "无法连接" TlsFailed "安全连接失败" TimedOut "超时"
        AnswerInvalid "响应无效" Redirected "被重定向" StatusRefused "状态码表示失败" SecretUnreadable "密钥无法读取" UrlRefused "网址不允许访问"
    }
    ItemState {
        Pending "等待中" Processing "处理中" Completed "成功" Failed "失败" Unknown "结果未知" Skipped "已跳过"
    }
    Role { Operator "操作员" Finance "财务" Admin "管理员" Auditor "审计员" }
    Rounding { HalfUp "四舍五入" HalfEven "四舍六入五成双" Down "舍去" }
    BatchEvent {
        Created "已创建" Edited "已编辑" Corrected "已更正" Submitted "已提交" ApprovalGiven "已获一项审批" Approved "已批准" Rejected "已驳回"
        ApprovalWithdrawn "审批已撤回" ApprovalExpired "审批已过期" Recalled "已撤回提交" Reopened "已恢复为草稿" Repriced "已更新汇率" HandedOver "已移交" Copied "已复制" Started "已开始"
        Resumed "已恢复" PauseAsked "已请求暂停" Paused "已暂停" InterruptAsked "已请求中断" CalledOff "已永久终止"
        Cancelled "已取消" Retried "已重试" Skipped "已跳过" Completed "已完成" PartiallyCompleted "部分完成" Failed "失败"
    }
    FileKind { Text "文本" Xlsx "表格" Zip "压缩包" Png "图片（PNG）" Jpeg "图片（JPEG）" Webp "图片（WebP）" Pdf "文档（PDF）" }
    TaskState { Pending "等待中" Processing "进行中" Completed "已完成" Failed "失败" Cancelled "已取消" }
    TaskType {
        ImportBatch "导入批次" ImportAccounts "导入账户" ExportBatch "导出批次" ExportAccounts "导出账户" ExportStatement "导出对账单"
        ExportTransfers "导出转账" ExportStatistics "导出统计" ExportAudit "导出审计日志" Evidence "证据包" Verify "核验账本" Preview "预检"
        AnnotateOriginal "标注原文件"
    }
    TransferKind { Single "转账" Item "批次" Deposit "存入" Withdrawal "取出" Opening "期初余额" }
}

/// A posting's kind.
pub(crate) const fn posting(kind: PostingKind, language: Language) -> &'static str {
    match kind {
        PostingKind::Transfer => say("transfer", "转账"),
        PostingKind::Fee => say("fee", "手续费"),
        PostingKind::ExchangeOut => say("exchange_out", "换汇转出"),
        PostingKind::ExchangeIn => say("exchange_in", "换汇转入"),
    }
    .to(language)
}

/// The outcome of a transfer; a refused one has a code.
pub(crate) const fn outcome(code: Option<Code>, language: Language) -> &'static str {
    match code {
        None => say("completed", "已完成"),
        Some(_) => say("failed", "失败"),
    }
    .to(language)
}

/// Why something failed: the message, and the code that scripts act on.
pub(crate) fn reason(code: Code, language: Language) -> String {
    format!("{} ({code})", code.message(language))
}

/// The outcome of a row of an account import.
pub(crate) const fn row(outcome: RowOutcome, language: Language) -> &'static str {
    match outcome {
        RowOutcome::Opened => say("opened", "已开立"),
        RowOutcome::Known => say("already exists", "已存在"),
        RowOutcome::KnownNameDiffers => say("exists under another name", "已存在，持有人名称不同"),
        RowOutcome::Refused => say("refused", "被拒绝"),
    }
    .to(language)
}

/// The outcome of the row's opening balance.
pub(crate) const fn opening(outcome: OpeningOutcome, language: Language) -> &'static str {
    match outcome {
        OpeningOutcome::None => say("none", "无"),
        OpeningOutcome::Paid => say("paid", "已入账"),
        OpeningOutcome::UnpaidInUse => say("not paid: account in use", "未入账：账户已在使用"),
        OpeningOutcome::UnpaidHolderDiffers => say("not paid: holder differs", "未入账：持有人不同"),
        OpeningOutcome::Refused(_) => say("refused", "被拒绝"),
    }
    .to(language)
}

/// A batch event, by its name in the history.
pub(crate) fn event(name: &str, language: Language) -> &str {
    let known = BatchEvent::ALL.iter().find(|event| event.name() == name);
    known.map_or(name, |event| event.word(language))
}

/// The detail of a refusal: values unchanged, states in the reader's language.
pub(crate) fn detail(text: &str, language: Language) -> String {
    let found = match language {
        Language::English => None,
        Language::Chinese => of_state(text),
    };
    found.unwrap_or_else(|| text.to_owned())
}

/// Translates to Chinese: `batch-20260531-001 is paused`, `relation 7 is failed`, `ACME: frozen`, `paused`.
fn of_state(text: &str) -> Option<String> {
    let parts = text.rsplit_once(" is ").or_else(|| text.rsplit_once(": "));
    let Some((thing, named)) = parts else {
        return any_state(text, Language::Chinese).map(ToOwned::to_owned);
    };
    match thing.strip_prefix("relation ") {
        Some(number) => {
            let word = ItemState::from_name(named)?.word(Language::Chinese);
            Some(format!("转账明细 {number} {word}"))
        }
        None => Some(format!("{thing} {}", any_state(named, Language::Chinese)?)),
    }
}

fn any_state(name: &str, language: Language) -> Option<&'static str> {
    let batch = BatchState::from_name(name).map(|state| state.word(language));
    let item = || ItemState::from_name(name).map(|state| state.word(language));
    let all = [AccountStatus::Active, AccountStatus::Frozen, AccountStatus::Closed];
    let account = || all.into_iter().find(|status| status.name() == name).map(|status| status.word(language));
    batch.or_else(item).or_else(account)
}

/// An operating system error about a file or a connection.
pub(crate) fn io(error: &std::io::Error, language: Language) -> String {
    use std::io::ErrorKind as Kind;
    let chinese = match error.kind() {
        Kind::NotFound => "不存在",
        Kind::PermissionDenied => "没有权限",
        Kind::AlreadyExists => "已存在",
        Kind::IsADirectory => "是一个目录",
        Kind::NotADirectory => "不是目录",
        Kind::StorageFull => "磁盘空间不足",
        Kind::ReadOnlyFilesystem => "文件系统只读",
        Kind::AddrInUse => "地址已被占用",
        Kind::AddrNotAvailable => "地址不可用",
        Kind::ConnectionRefused => "连接被拒绝",
        Kind::TimedOut => "超时",
        _ => return error.to_string(),
    };
    match language {
        Language::English => error.to_string(),
        Language::Chinese => chinese.to_owned(),
    }
}

/// A name, with a mark if it mixes scripts whose letters look alike, such as Latin and Cyrillic.
pub(crate) fn marked(name: &str, language: Language) -> String {
    match domain::script::is_mixed(name) {
        true => say!(language, "{name} [mixed scripts]", "{name} [混用文字]"),
        false => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusal_details_are_translated_to_chinese_or_left_unchanged() {
        for (text, chinese) in [
            ("ACME", "ACME"),
            ("paused", "已暂停"),
            ("batch-20260531-001 is cancelled", "batch-20260531-001 已取消"),
            ("relation 7 is completed", "转账明细 7 成功"),
            ("ACME: frozen", "ACME 已冻结"),
            ("line x", "line x"),
        ] {
            assert_eq!(detail(text, Language::Chinese), chinese, "{text}");
            assert_eq!(detail(text, Language::English), text);
        }
    }
}
