//! `chain.csv`: the commits from the batch's first audit row on, up to a checkpoint. With the entries of `audit.jsonl`
//! they lead from one hash to another, which a signed checkpoint has. What other rows a commit recorded is not shown,
//! only their hashes.

use super::frame::{
    ChainPart, ChainPoint, Piece, STEP, Subject, audit_rows, count, first_audit, last_audit, next_of, table,
};
use crate::Error;
use domain::code::Code;
use formats::exact::ExactCell::{Number, Word};
use hashbrown::HashSet;
use store::batch::Batch;
use store::commit_link::{self, CommitLink};
use store::{StoreError, Tx, chain, head};

const HEADER: [&str; 4] = ["commit", "digest", "images", "lines"];

impl From<CommitLink> for ChainPoint {
    fn from(link: CommitLink) -> Self {
        Self { commit: link.commit_number, hash: link.chain }
    }
}

/// The part from the first audit row of a batch up to a checkpoint, by its commit; without one, up to the batch's newest
/// audit row.
pub(super) async fn part(tx: &mut Tx, batch: &Batch, checkpoint: Option<i64>) -> Result<ChainPart, Error> {
    let (first, newest) = (first_audit(tx, batch).await?, last_audit(tx, batch).await?);
    let (first, newest) = (recorded(tx, first).await?, recorded(tx, newest).await?);
    let last = match checkpoint {
        None => newest,
        Some(commit) => {
            let link = commit_link::get(tx, commit).await?;
            link.filter(|_| commit >= newest.commit_number).ok_or_else(|| unfit(commit, &newest))?
        }
    };
    let ledger = head::ends(tx).await?.ledger;
    let before = commit_link::before(tx, first.commit_number).await?;
    let before = before.map_or_else(|| ChainPoint { commit: 0, hash: ledger.clone() }, Into::into);
    Ok(ChainPart { ledger, before, last: last.into() })
}

async fn recorded(tx: &mut Tx, audit: i64) -> Result<CommitLink, Error> {
    let link = commit_link::of_audit(tx, audit).await?;
    Ok(link.ok_or_else(|| StoreError::Corrupt(format!("no commit recorded audit row {audit}")))?)
}

fn unfit(commit: i64, newest: &CommitLink) -> Error {
    let newest = newest.commit_number;
    Error::bilingual(
        Code::CheckpointUnfit,
        format!("commit {commit}; the newest audit entry of the batch is of commit {newest}"),
        format!("提交 {commit}；该批次最新的审计条目属于提交 {newest}"),
    )
}

/// A piece of the file.
pub(super) async fn piece(tx: &mut Tx, subject: &Subject, after: Option<i64>) -> Result<Piece, Error> {
    let ChainPart { before, last, .. } = &subject.chain;
    let begin = after.unwrap_or(before.commit);
    let mut links = commit_link::after(tx, begin, STEP).await?;
    let next = next_of(&links, |link| link.commit_number).filter(|next| *next < last.commit);
    links.retain(|link| link.commit_number <= last.commit);
    let mut known = commit_link::get(tx, begin).await?.map_or(0, |link| link.last_audit);
    let own = own_rows(tx, subject, (known, links.last().map_or(known, |link| link.last_audit))).await?;
    let mut table = table(&HEADER, after);
    for link in &links {
        let is_own = (known + 1..=link.last_audit).any(|id| own.contains(&id));
        let lines = if is_own { lines(tx, known, link).await? } else { String::new() };
        known = link.last_audit;
        table.row(&[Number(Some(link.commit_number)), Word(&link.digest), Word(&link.images), Word(&lines)]);
    }
    Ok(Piece { bytes: table.finish(), rows: count(&links), next })
}

/// The ids of the batch's audit rows behind one and up to another.
async fn own_rows(
    tx: &mut Tx,
    subject: &Subject,
    (mut after, last): (i64, i64),
) -> Result<HashSet<i64>, Error> {
    let mut own = HashSet::new();
    loop {
        let rows = audit_rows(tx, &subject.batch, Some(after), last).await?;
        own.extend(rows.iter().map(|row| row.id));
        match next_of(&rows, |row| row.id) {
            Some(next) => after = next,
            None => return Ok(own),
        }
    }
}

/// The hashes of what a commit's digest covers: its audit rows behind one, each with its id, and its chunk.
async fn lines(tx: &mut Tx, after: i64, link: &CommitLink) -> Result<String, Error> {
    let rows = store::audit::lines(tx, after, link.last_audit - after).await?;
    let mut parts: Vec<_> =
        rows.iter().map(|row| format!("{}:{}", row.id, chain::text_hash(&row.line))).collect();
    let chunks = store::chunk::lines(tx, link.commit_number - 1, 1).await?;
    let chunk = chunks.iter().filter(|(commit, _)| *commit == link.commit_number);
    parts.extend(chunk.map(|(_, line)| format!("chunk:{}", chain::text_hash(line))));
    Ok(parts.join(" "))
}
