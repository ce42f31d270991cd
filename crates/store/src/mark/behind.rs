//! Why a ledger cannot be the one that its mark knows.

/// Why a ledger cannot be the one that its mark knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Behind {
    /// The last process did not shut down cleanly, and the log with its commits is missing.
    #[error("the file with the last commits (sluice.db-wal) is missing after an unclean shutdown")]
    NoLog,
    /// The mark knows commits that do not exist.
    #[error("the mark knows commit {known}, but the ledger ends at commit {found}")]
    Commits {
        /// The mark's.
        known: i64,
        /// The ledger's.
        found: i64,
    },
    /// The commits exist, but are not the ones that the mark knows.
    #[error("commit {known} is not the one that the mark knows")]
    Differs {
        /// The mark's.
        known: i64,
    },
    /// The mark belongs to another ledger.
    #[error("the mark belongs to another ledger")]
    Other,
    /// There is a mark but no ledger.
    #[error("the mark knows commit {known}, but there is no ledger")]
    Gone {
        /// The mark's.
        known: i64,
    },
    /// A loss was found before.
    #[error("a loss was found before and has not been accepted")]
    Unaccepted,
    /// The mark is not valid.
    #[error("the mark cannot be read")]
    Unreadable,
}

impl Behind {
    /// The same in Chinese.
    #[must_use]
    pub fn chinese(&self) -> String {
        match self {
            Self::NoLog => "保存最近提交的文件（sluice.db-wal）已丢失，且上一个进程未正常退出".to_owned(),
            Self::Commits { known, found } => {
                format!("标记记录到第 {known} 次提交，账本只到第 {found} 次提交")
            }
            Self::Differs { known } => format!("第 {known} 次提交与标记记录的不一致"),
            Self::Other => "标记属于另一个账本".to_owned(),
            Self::Gone { known } => format!("标记记录到第 {known} 次提交，但账本不存在"),
            Self::Unaccepted => "此前已发现损失，尚未接受".to_owned(),
            Self::Unreadable => "标记无法读取".to_owned(),
        }
    }
}
