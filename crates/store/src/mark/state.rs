//! A ledger's position, as the mark sees it: its head, and the newest row of the audit log as the witness of
//! what came before. Such a row carries its time to the microsecond and is never changed, and every commit of
//! money or settings writes one, so two diverging histories of a ledger never share one.

use super::Numbers;
use super::file::{Mark, Witness, hash};
use crate::args;
use crate::bulk::Sql;
use crate::error::StoreError;
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

/// The same on a SQLite connection. None if the schema is older than marks.
pub(super) fn state_of(connection: &Connection, mark: Option<&Mark>) -> Result<Option<State>, StoreError> {
    let has_id = "SELECT COUNT(*) FROM pragma_table_info('ledger_head') WHERE name = 'ledger_id'";
    let has_id: i64 = connection.query_row(has_id, [], |row| row.get(0)).map_err(crate::sqlite::error)?;
    if has_id == 0 {
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
