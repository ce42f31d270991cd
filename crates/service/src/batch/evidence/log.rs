//! `audit.jsonl`: the audit rows of the batch, oldest first, as the log is exported ([`crate::audit::line`]).

use super::frame::{Piece, Subject, audit_rows, count, next_of};
use crate::Error;
use crate::audit::line;
use store::Tx;

/// A piece of the file.
pub(super) async fn piece(tx: &mut Tx, subject: &Subject, after: Option<i64>) -> Result<Piece, Error> {
    let rows = audit_rows(tx, &subject.batch, after, subject.last_audit).await?;
    let bytes = rows.iter().map(line).collect::<String>().into_bytes();
    Ok(Piece { bytes, rows: count(&rows), next: next_of(&rows, |row| row.id) })
}
