//! The audit log: each commit's rows and images are those that it recorded, the chain of commits is unbroken up to
//! the ledger's head, and it leads through what a checkpoint knows.

use super::images::{ImageLog, LastImages, is_of};
use super::report::{AUDIT, CHECKPOINT, STEP, Verification};
use crate::Error;
use crate::checkpoint::Checkpoint;
use std::collections::VecDeque;
use store::commit_link::{self, CommitLink};
use store::{Tx, chain, head};

/// Rows of the log that are held at a time, besides those of one commit.
const ROWS: i64 = 10_000;

/// Streams the links of the chain, each with the audit rows and the images of its commit; returns the last image
/// of each key.
pub(super) async fn chain(tx: &mut Tx, found: &mut Verification) -> Result<LastImages, Error> {
    let ends = head::ends(tx).await?;
    let (mut log, mut images, mut last) = (AuditLog::default(), ImageLog::default(), LastImages::default());
    let mut before = CommitLink {
        commit_number: i64::MIN,
        digest: String::new(),
        images: String::new(),
        chain: ends.ledger,
        last_audit: 0,
    };
    loop {
        let page = commit_link::after(tx, before.commit_number, STEP).await?;
        if page.is_empty() {
            break;
        }
        for link in page {
            let rows = log.up_to(tx, link.last_audit).await?;
            check(&before, &link, &rows, found);
            let own = images.up_to(tx, link.commit_number).await?;
            found.check(is_of(&own, &link), AUDIT, || {
                format!("commit {}: its images are not those that it recorded", link.commit_number)
            });
            last.add(&own);
            before = link;
        }
    }
    for (row, _) in log.up_to(tx, i64::MAX).await? {
        found.bad(AUDIT, || format!("audit row {row}: no commit recorded it"));
    }
    if !images.up_to(tx, i64::MAX).await?.is_empty() {
        found.bad(AUDIT, || format!("images after commit {}", before.commit_number.max(0)));
    }
    let is_last = before.chain == ends.chain && before.commit_number.max(0) == ends.commit_number;
    found.check(is_last, AUDIT, || {
        let (head, last) = (ends.commit_number, before.commit_number.max(0));
        format!("the head is at commit {head}, but the chain ends otherwise, at commit {last}")
    });
    Ok(last)
}

/// Checks a commit's link and its audit rows.
fn check(before: &CommitLink, link: &CommitLink, rows: &[(i64, String)], found: &mut Verification) {
    let number = link.commit_number;
    let digest = chain::digest(rows.iter().map(|(_, line)| line.as_str()));
    // Its rows are numbered without a gap, up to the last one that it knows.
    let is_gapless = rows.iter().rev().zip(0..).all(|((id, _), place)| id + place == link.last_audit);
    let has_last = !rows.is_empty() || link.last_audit == before.last_audit;
    found.check(digest == link.digest && is_gapless && has_last, AUDIT, || {
        match (rows.first(), rows.last()) {
            (Some((first, _)), Some((last, _))) => {
                format!("commit {number}: audit rows {first} to {last} are not those that it recorded")
            }
            _ => format!("commit {number}: its audit rows, up to {}, are missing", link.last_audit),
        }
    });
    let linked = chain::link(&before.chain, number, &link.recorded());
    found.check(linked == link.chain, AUDIT, || {
        format!("commit {number}: its link does not follow from commit {}", before.commit_number.max(0))
    });
}

/// The audit log, read in order.
#[derive(Default)]
struct AuditLog {
    read: VecDeque<(i64, String)>,
    after: Option<i64>,
}

impl AuditLog {
    /// The rows up to a number that were not taken yet.
    async fn up_to(&mut self, tx: &mut Tx, last: i64) -> Result<Vec<(i64, String)>, Error> {
        let mut taken = Vec::new();
        loop {
            while let Some(row) = self.read.pop_front_if(|(id, _)| *id <= last) {
                taken.push(row);
            }
            if !self.read.is_empty() {
                return Ok(taken);
            }
            let page = store::audit::lines(tx, self.after.unwrap_or(i64::MIN), ROWS).await?;
            let Some((id, _)) = page.last() else { return Ok(taken) };
            self.after = Some(*id);
            self.read.extend(page);
        }
    }
}

/// Checks that the chain, which is sound otherwise, leads through a checkpoint.
pub(super) async fn passes(tx: &mut Tx, known: &Checkpoint, found: &mut Verification) -> Result<(), Error> {
    let ends = head::ends(tx).await?;
    let Checkpoint { ledger, commit_number, chain, .. } = known;
    if *ledger != ends.ledger {
        found.bad(CHECKPOINT, || format!("the checkpoint is of ledger {ledger}, this is {}", ends.ledger));
        return Ok(());
    }
    let link = commit_link::get(tx, *commit_number).await?;
    found.check(link.is_some_and(|link| link.chain == *chain), CHECKPOINT, || {
        if *commit_number > ends.commit_number {
            let last = ends.commit_number;
            return format!("the ledger ends at commit {last}, the checkpoint knows commit {commit_number}");
        }
        format!("up to commit {commit_number}, this is not the history that the checkpoint knows")
    });
    Ok(())
}
