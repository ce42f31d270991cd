//! A ledger's position, as the mark sees it: its head, and the newest row of the audit log as the witness of
//! what came before. Such a row carries its time to the microsecond and is never changed, and every commit of
//! money or settings writes one, so two diverging histories of a ledger never share one.

use super::behind::Behind;
use super::file::{Mark, Witness, hash};
use super::numbers::Numbers;
use crate::args;
use crate::bulk::Sql;
use crate::error::StoreError;
use crate::guard::OwnCommit;
use crate::tx::Tx;
use crate::value::{Row, Rows};
use rusqlite::Connection;

/// A ledger's position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Its id.
    pub ledger: String,
    /// Its last commit.
    pub commit_number: i64,
    /// The newest row of the audit log.
    pub newest: Option<Witness>,
    /// The numbers it has issued.
    pub numbers: Numbers,
    /// The row that the mark knows, as it is in this ledger.
    pub witness_of_mark: Option<Witness>,
}

impl State {
    /// The mark of a ledger in this state.
    #[must_use]
    pub fn mark(&self, is_clean: bool) -> Mark {
        let (ledger, witness) = (self.ledger.clone(), self.newest.clone());
        let (commit_number, numbers) = (self.commit_number, self.numbers);
        Mark { ledger, commit_number, witness, numbers, is_clean, is_behind: false }
    }
}

// A single statement, so that it sees one snapshot.
pub(super) static STATE: Sql = Sql::new(
    "SELECT h.ledger_id, h.commit_number, a.id, a.at, a.actor, a.origin, a.action, a.result, a.detail, a.digest,
            m.id, m.at, m.actor, m.origin, m.action, m.result, m.detail, m.digest,
            (SELECT value FROM counter WHERE name = 'number'), (SELECT value FROM counter WHERE name = 'chunk'),
            (SELECT value FROM counter WHERE name = 'account'), (SELECT value FROM counter WHERE name = 'holder'),
            (SELECT value FROM counter WHERE name = 'batch'), b.day, b.day_number
     FROM ledger_head h
     LEFT JOIN audit a ON a.id = (SELECT MAX(id) FROM audit)
     LEFT JOIN audit m ON m.id = $1
     LEFT JOIN batch b ON b.id = (SELECT id FROM batch ORDER BY day DESC, day_number DESC LIMIT 1)
     WHERE h.id = 1",
);

/// The position of the ledger in a transaction, and what it has of what a mark knows.
pub async fn state(tx: &mut Tx, mark: Option<&Mark>) -> Result<State, StoreError> {
    read(&tx.fetch(&STATE, args![known(mark)]).await?)
}

/// The same on a SQLite connection. None if there is no ledger in the file yet.
pub(super) fn state_of(connection: &Connection, mark: Option<&Mark>) -> Result<Option<State>, StoreError> {
    let exists = "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'ledger_head'";
    let exists: i64 = connection.query_row(exists, [], |row| row.get(0)).map_err(crate::sqlite::error)?;
    if exists == 0 {
        return Ok(None);
    }
    read(&crate::sqlite::rows(connection, STATE.text, &[known(mark).into()])?).map(Some)
}

fn known(mark: Option<&Mark>) -> i64 {
    mark.and_then(|mark| mark.witness.as_ref()).map_or(0, |witness| witness.audit)
}

fn read(rows: &Rows) -> Result<State, StoreError> {
    let row = rows.first().ok_or_else(|| StoreError::Corrupt("ledger_head is empty".to_owned()))?;
    Ok(State {
        ledger: row.opt_text(0)?.unwrap_or_default(),
        commit_number: row.i64(1)?,
        newest: witness(&row, 2)?,
        witness_of_mark: witness(&row, 10)?,
        numbers: Numbers::read(&row, 18)?,
    })
}

fn witness(row: &Row<'_>, from: usize) -> Result<Option<Witness>, StoreError> {
    let Some(audit) = row.opt_i64(from)? else { return Ok(None) };
    let mut texts = vec![audit.to_string(), row.i64(from + 1)?.to_string()];
    for place in from + 2..from + 8 {
        texts.push(row.opt_text(place)?.unwrap_or_default());
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    Ok(Some(Witness { audit, sha256: hash(&texts) }))
}

/// Compares a ledger with its mark.
pub fn compare(mark: &Mark, state: &State) -> Result<(), Behind> {
    let (known, found) = (mark.commit_number, state.commit_number);
    let is_same = mark.ledger == state.ledger;
    if is_same && found < known {
        return Err(Behind::Commits { known, found });
    }
    if mark.is_behind {
        return Err(Behind::Unaccepted);
    }
    if mark.ledger.is_empty() {
        // The last process was killed while it created the ledger.
        return Ok(());
    }
    if !is_same {
        return Err(Behind::Other);
    }
    let is_there = mark.witness.is_none() || mark.witness == state.witness_of_mark;
    if is_there { Ok(()) } else { Err(Behind::Differs { known }) }
}

/// Compares a ledger with the highest commit of this process, which its mark need not have yet. `is_audited`
/// tells whether the audit log has rows of that commit's time.
pub(super) const fn compare_own(own: OwnCommit, found: i64, is_audited: bool) -> Result<(), Behind> {
    let known = own.commit_number;
    if found < known {
        return Err(Behind::Commits { known, found });
    }
    // Others may have gone on from where the ledger was cut, and have used the same numbers again.
    if is_audited { Ok(()) } else { Err(Behind::Differs { known }) }
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
            assert_eq!(compare(&mark, &state), expected, "{state:?}");
            let noted = Mark { is_behind: true, ..mark.clone() };
            let expected = if found < 7 { expected } else { Err(Behind::Unaccepted) };
            assert_eq!(compare(&noted, &state), expected, "{state:?}");
        }
    }

    #[test]
    fn a_ledger_is_behind_if_it_lacks_a_commit_of_this_process() {
        let own = OwnCommit { commit_number: 7, audited_at: 1 };
        for (found, is_audited, expected) in [
            (7, true, Ok(())),
            (9, true, Ok(())),
            (6, false, Err(Behind::Commits { known: 7, found: 6 })),
            // Clocks may agree; numbers that are missing are missing.
            (6, true, Err(Behind::Commits { known: 7, found: 6 })),
            (7, false, Err(Behind::Differs { known: 7 })),
            (9, false, Err(Behind::Differs { known: 7 })),
        ] {
            assert_eq!(compare_own(own, found, is_audited), expected, "{found} {is_audited}");
        }
    }
}
