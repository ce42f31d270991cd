//! `audit.jsonl`: the audit rows of the batch, oldest first, as the log is exported ([`crate::audit::fields`]), each with
//! the text that its commit covers.

use super::frame::{Piece, Subject, audit_rows, count, next_of};
use crate::Error;
use crate::audit::fields;
use store::Tx;
use store::audit::AuditRow;

/// A piece of the file.
pub(super) async fn piece(tx: &mut Tx, subject: &Subject, after: Option<i64>) -> Result<Piece, Error> {
    let rows = audit_rows(tx, &subject.batch, after, subject.last_audit).await?;
    let bytes = rows.iter().map(line).collect::<String>().into_bytes();
    Ok(Piece { bytes, rows: count(&rows), next: next_of(&rows, |row| row.id) })
}

fn line(row: &AuditRow) -> String {
    let mut fields = fields(row);
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("entry".to_owned(), row.line().into());
    }
    format!("{fields}\n")
}
