//! What people are told when the database or a file below the use cases does not work.

use crate::say::say;
use crate::word;
use domain::code::{Code, Language};
use service::Error;
use store::StoreError;

/// What does not work below the use cases.
pub(super) fn message(error: &Error, language: Language) -> String {
    match error {
        Error::Store(error) => database(error, language),
        Error::Io(error) => {
            let error = word::io(error, language);
            say!(language, "The file cannot be read or written ({error})", "文件无法读取或写入（{error}）")
        }
        Error::Refused(refusal) => refusal.code.message(language).to_owned(),
        Error::Replayed(_) => say!(language, "The request was made before", "该请求此前已处理"),
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
            "The database is busy, nothing was written; try again: {what}",
            "数据库繁忙，未写入任何数据，请重试：{what}"
        ),
        E::Away(what) => say!(
            language,
            "The database cannot be reached, nothing was written; try again: {what}",
            "数据库无法访问，未写入任何数据，请重试：{what}"
        ),
        E::InDoubt(what) => say!(
            language,
            "The database's answer was lost ({what}); look at the ledger before you try again",
            "数据库的应答丢失（{what}）；重试之前请先查看账本中的结果"
        ),
        E::DiskFull => say!(
            language,
            "No space is left on the disk and nothing was written; free some space and try again",
            "磁盘空间不足，未写入任何数据；请释放空间后重试"
        ),
        E::Fatal(what) => say!(
            language,
            "The disk did not confirm a write ({what}); the process ends, start it again to see the result",
            "磁盘未确认写入（{what}）；进程即将结束，请重新启动以查看结果"
        ),
        E::NoLedger => say!(
            language,
            "There is no ledger in the database; make one with `sluice init`",
            "数据库中没有账本；请用 `sluice init` 创建"
        ),
        E::Unavailable(what) => {
            say!(language, "The database cannot be opened: {what}", "无法打开数据库：{what}")
        }
        // They are refusals by then; see `service::Error`.
        E::Moved(_) => Code::LedgerMoved.message(language).to_owned(),
        E::Behind(_) => Code::LedgerBehind.message(language).to_owned(),
        E::Corrupt(what) => say!(
            language,
            "The database holds what Sluice never writes; stop writing and keep a copy: {what}",
            "数据库中有 Sluice 不会写入的内容；请停止写入并保留一份副本：{what}"
        ),
    }
}
