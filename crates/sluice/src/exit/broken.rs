//! Messages about failures of the database, or of a file, below the use cases.

use crate::say::say;
use crate::word;
use domain::code::{Code, Language};
use service::Error;
use store::StoreError;

/// The message about a failure below the use cases.
pub(super) fn message(error: &Error, language: Language) -> String {
    match error {
        Error::Store(error) => database(error, language),
        Error::Io(error) => {
            let error = word::io(error, language);
            say!(language, "Cannot read or write the file ({error})", "无法读取或写入文件（{error}）")
        }
        Error::Refused(refusal) => refusal.code.message(language).to_owned(),
        Error::Replayed(_) => say!(language, "This request was already carried out", "该请求此前已处理"),
    }
}

fn database(error: &StoreError, language: Language) -> String {
    use StoreError as E;
    match error {
        E::Duplicate(what) | E::Constraint(what) => {
            say!(language, "The database refused the write: {what}", "数据库拒绝写入：{what}")
        }
        E::Conflict(what) | E::Busy(what) => say!(
            language,
            "The database is busy and nothing was written; try again ({what})",
            "数据库繁忙，未写入任何数据；请重试（{what}）"
        ),
        E::Away(what) => say!(
            language,
            "The database cannot be reached and nothing was written; try again ({what})",
            "数据库无法访问，未写入任何数据；请重试（{what}）"
        ),
        E::InDoubt(what) => say!(
            language,
            "The outcome of the commit is unknown ({what}); check the ledger before you try again",
            "提交结果未知（{what}）；重试之前请先核对账本"
        ),
        E::DiskFull => say!(
            language,
            "The disk is full and nothing was written; free some space and try again",
            "磁盘空间不足，未写入任何数据；请释放空间后重试"
        ),
        E::Fatal(what) => say!(
            language,
            "The disk did not confirm a write ({what}); this process exits: restart it to see the outcome",
            "磁盘未确认写入（{what}）；进程即将结束，请重新启动以查看结果"
        ),
        E::NoLedger => say!(
            language,
            "There is no ledger in the database; create one with `sluice init`",
            "数据库中没有账本；请用 `sluice init` 创建"
        ),
        E::Unavailable(what) => {
            say!(language, "The database could not be opened: {what}", "无法打开数据库：{what}")
        }
        // `service::Error` has turned these into refusals.
        E::Moved(_) => Code::LedgerMoved.message(language).to_owned(),
        E::Behind(_) => Code::LedgerBehind.message(language).to_owned(),
        E::Corrupt(what) => say!(
            language,
            "The database contains data that Sluice never writes; stop writing to it and keep a copy: {what}",
            "数据库中存在并非由 Sluice 写入的内容；请停止写入并保留一份副本：{what}"
        ),
    }
}
