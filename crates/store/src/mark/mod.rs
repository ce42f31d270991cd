//! The mark of the head: what this machine knows of a ledger, in a small file apart from it. A ledger that
//! lacks what its mark knows has lost commits: an old copy was restored, its log was deleted, or a disk or a
//! standby acknowledged what it did not keep. Nothing is then written until an operator accepts the loss.
//!
//! `file` is the mark on disk. `begin` checks a ledger file before its first commit, `keeper` updates the
//! mark while there are writes, and `server` does both for a ledger on a server. Once a loss is accepted,
//! `numbers` keeps lost numbers from being reissued.

mod begin;
mod file;
mod keeper;
mod numbers;
mod server;
mod state;

pub use begin::{How, LogThere, look};
pub use file::{Mark, Witness, short_name};
pub use keeper::Keeper;
pub use numbers::{LEAP, LEAP_OF_DAY, Leap, Numbers, leap};
pub use server::ServerKeeper;
pub use state::{State, state};

use crate::bulk::Sql;

/// The statements of this noun.
pub const CATALOGUE: &[&Sql] =
    &[&state::STATE, &numbers::RAISE, &numbers::FLOOR, &numbers::SET, &numbers::RAISE_HEAD];

/// How often the mark is updated while there are writes. The loss of commits newer than this goes unnoticed.
pub(crate) const EACH: std::time::Duration = std::time::Duration::from_millis(200);

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
    /// A loss was found at an earlier start.
    #[error("a loss was found at an earlier start and was not accepted")]
    Unaccepted,
    /// The mark is not valid.
    #[error("the mark cannot be read")]
    Unreadable,
}

/// Compares a ledger with its mark.
pub fn judge(mark: &Mark, state: &State) -> Result<(), Behind> {
    if mark.is_behind {
        return Err(Behind::Unaccepted);
    }
    if mark.ledger.is_empty() {
        // The last process was killed while it created the ledger.
        return Ok(());
    }
    if mark.ledger != state.ledger {
        return Err(Behind::Other);
    }
    let (known, found) = (mark.commit_number, state.commit_number);
    if found < known {
        return Err(Behind::Commits { known, found });
    }
    let is_there = mark.witness.is_none() || mark.witness == state.witness_of_mark;
    if is_there { Ok(()) } else { Err(Behind::Differs { known }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn witness(audit: i64, text: &str) -> Option<Witness> {
        Some(Witness { audit, sha256: text.to_owned() })
    }

    #[test]
    fn a_ledger_is_behind_if_it_lacks_what_its_mark_knows() {
        let mark = Mark { ledger: "a".to_owned(), commit_number: 7, witness: witness(9, "x"), ..Mark::new() };
        let (known, other) = (witness(9, "x"), witness(9, "y"));
        for (ledger, found, of_mark, expected) in [
            ("a", 7, known.clone(), Ok(())),
            ("a", 8, known.clone(), Ok(())),
            ("a", 6, known.clone(), Err(Behind::Commits { known: 7, found: 6 })),
            ("a", 9, other, Err(Behind::Differs { known: 7 })),
            ("a", 9, None, Err(Behind::Differs { known: 7 })),
            ("b", 9, known, Err(Behind::Other)),
        ] {
            let state = State {
                ledger: ledger.to_owned(),
                commit_number: found,
                newest: None,
                numbers: Numbers::default(),
                witness_of_mark: of_mark,
            };
            assert_eq!(judge(&mark, &state), expected, "{state:?}");
        }
    }
}
