//! The words of closed sets as people read them. In English they are the names that scripts and filters use;
//! the Chinese ones are those of the page. A new variant without a word does not compile.

use crate::say::say;
use domain::access::Role;
use domain::account::AccountStatus;
use domain::batch::{BatchMode, BatchState, BatchType};
use domain::code::{Code, Language};
use domain::item::ItemState;
use domain::posting::PostingKind;
use domain::transfer::TransferKind;

/// Something that people have a word for.
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
    BatchType { OneToMany "一对多" ManyToOne "多对一" ManyToMany "多对多" }
    BatchMode { Continue "遇到失败时继续执行" StopOnFailure "首次失败即停止" Atomic "全部成功或全部不执行" }
    BatchState {
        Draft "草稿" Pending "待执行" Approved "已批准" Rejected "已驳回" Processing "处理中" Paused "已暂停"
        Completed "已完成" PartiallyCompleted "部分完成" Failed "失败" Cancelled "已取消"
    }
    ItemState {
        Pending "等待中" Processing "处理中" Completed "成功" Failed "失败" Unknown "结果未知" Skipped "已跳过"
    }
    Role { Operator "操作员" Finance "财务" Admin "管理员" Auditor "审计员" }
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

/// How a transfer ended: a refused one has a code.
pub(crate) const fn outcome(code: Option<Code>, language: Language) -> &'static str {
    match code {
        None => say("completed", "已完成"),
        Some(_) => say("failed", "失败"),
    }
    .to(language)
}

/// Why something failed, for people: the sentence, and the code that scripts act on.
pub(crate) fn reason(code: Code, language: Language) -> String {
    format!("{} ({code})", code.message(language))
}

/// What happened to a batch, by the name that the history has for it.
pub(crate) fn event(name: &str, language: Language) -> &str {
    let chinese = match name {
        "created" => "已创建",
        "edited" => "已编辑",
        "submitted" => "已提交",
        "started" => "已开始",
        "resumed" => "已恢复",
        "retried" => "已重试",
        "skipped" => "已跳过",
        "pause_asked" => "已请求暂停",
        "interrupt_asked" => "已请求中断",
        "interrupted" => "已中断",
        other => return state(other, language),
    };
    if language == Language::Chinese { chinese } else { name }
}

fn state(name: &str, language: Language) -> &str {
    BatchState::from_name(name).map_or(name, |state| state.word(language))
}

/// What a refusal is about: a value as it is, a state or a line of a file in the language of the reader.
pub(crate) fn detail(text: &str, language: Language) -> String {
    if language == Language::English {
        return text.to_owned();
    }
    if let Some((thing, named)) = text.rsplit_once(" is ").or_else(|| text.rsplit_once(": "))
        && let Some(word) = any_state(named, language)
    {
        return format!("{thing} {word}");
    }
    let line = text.strip_prefix("line ").and_then(|rest| {
        let (number, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        number.parse::<u64>().ok().map(|number| format!("第 {number} 行 {rest}").trim_end().to_owned())
    });
    line.or_else(|| any_state(text, language).map(str::to_owned)).unwrap_or_else(|| text.to_owned())
}

fn any_state(name: &str, language: Language) -> Option<&'static str> {
    let batch = BatchState::from_name(name).map(|state| state.word(language));
    let item = || ItemState::from_name(name).map(|state| state.word(language));
    let all = [AccountStatus::Active, AccountStatus::Frozen, AccountStatus::Closed];
    let account = || all.into_iter().find(|status| status.name() == name).map(|status| status.word(language));
    batch.or_else(item).or_else(account)
}

/// What the operating system says of a file or a connection.
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
