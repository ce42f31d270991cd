//! `approvals.csv`: who decided what about the batch, when, and by which factor; of all rounds.

use super::frame::{Piece, Subject, count, table};
use crate::Error;
use crate::audit::time;
use formats::exact::ExactCell::{Number, Text, Word};
use store::Tx;

const HEADER: [&str; 9] =
    ["round", "user_id", "login", "role", "action", "factor", "content_hash", "decided_at", "note"];

/// The file: a batch has few approvers.
pub(super) async fn piece(tx: &mut Tx, subject: &Subject) -> Result<Piece, Error> {
    let approvals = store::approval::of_batch(tx, subject.batch.id).await?;
    let mut table = table(&HEADER, None);
    for approval in &approvals {
        let at = time(approval.at);
        table.row(&[
            Number(Some(approval.round)),
            Number(Some(approval.user)),
            Text(&approval.login),
            Word(approval.role.name()),
            Word(approval.action.name()),
            Text(&approval.factor),
            Word(&approval.content_hash),
            Word(&at),
            Text(approval.note.as_deref().unwrap_or_default()),
        ]);
    }
    Ok(Piece { bytes: table.finish(), rows: count(&approvals), next: None })
}
