//! The audit log: each commit's rows, chunk and images are those that it recorded, the chain of commits is unbroken up
//! to the ledger's head, and it leads through what a checkpoint knows.

use super::images::{ImageLog, LastImages};
use super::report::{AUDIT, CHECKPOINT, STEP, Verification};
use super::singles::Singles;
use crate::Error;
use crate::checkpoint::Checkpoint;
use std::collections::VecDeque;
use store::audit::{AuditClaim, AuditLine};
use store::commit_link::{self, CommitLink};
use store::{Tx, chain, head};

/// Rows of the log that are held at a time, besides those of one commit.
const ROWS: i64 = 10_000;

/// What the log says about rows of other tables.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// The last image of each key.
    pub images: LastImages,
    /// The transfers of requests.
    pub singles: Singles,
    /// When the time zone was set last.
    pub zone_set_at: Option<i64>,
}

impl Log {
    async fn take(
        &mut self,
        tx: &mut Tx,
        rows: Vec<AuditLine>,
        found: &mut Verification,
    ) -> Result<(), Error> {
        for row in rows {
            match row.claim {
                Some(AuditClaim::Transfers(one)) => self.singles.add(tx, one, found).await?,
                Some(AuditClaim::TimeZone(at)) => self.zone_set_at = self.zone_set_at.max(Some(at)),
                None => {}
            }
        }
        Ok(())
    }
}

/// Streams the links of the chain, each with the audit rows, the chunk and the images of its commit; returns what
/// they say.
pub(super) async fn chain(tx: &mut Tx, found: &mut Verification) -> Result<Log, Error> {
    let ends = head::ends(tx).await?;
    let (mut rows, mut chunks, mut images) = (AuditLog::default(), ChunkLog::default(), ImageLog::default());
    let mut log = Log::default();
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
            let own = rows.up_to(tx, link.last_audit).await?;
            let chunk = chunks.of(tx, link.commit_number, found).await?;
            check(&before, &link, (&own, chunk.as_deref()), found);
            log.take(tx, own, found).await?;
            let is_recorded = images.take(tx, &link, &mut log.images).await?;
            found.check(is_recorded, AUDIT, || {
                format!("commit {}: its images are not those that it recorded", link.commit_number)
            });
            before = link;
        }
    }
    for row in rows.up_to(tx, i64::MAX).await? {
        found.bad(AUDIT, || format!("audit row {}: no commit recorded it", row.id));
    }
    chunks.of(tx, i64::MAX, found).await?;
    if images.is_left(tx).await? {
        found.bad(AUDIT, || format!("images after commit {}", before.commit_number.max(0)));
    }
    let is_last = before.chain == ends.chain && before.commit_number.max(0) == ends.commit_number;
    found.check(is_last, AUDIT, || {
        let (head, last) = (ends.commit_number, before.commit_number.max(0));
        format!("the head is at commit {head}, but the chain ends otherwise, at commit {last}")
    });
    Ok(log)
}

/// Checks a commit's link, its audit rows and its chunk.
fn check(
    before: &CommitLink,
    link: &CommitLink,
    (rows, chunk): (&[AuditLine], Option<&str>),
    found: &mut Verification,
) {
    let number = link.commit_number;
    let digest = chain::digest(rows.iter().map(|row| row.line.as_str()).chain(chunk));
    // Its rows are numbered without a gap, up to the last one that it knows.
    let is_gapless = rows.iter().rev().zip(0..).all(|(row, place)| row.id + place == link.last_audit);
    let has_last = !rows.is_empty() || link.last_audit == before.last_audit;
    found.check(digest == link.digest && is_gapless && has_last, AUDIT, || {
        let chunk = if chunk.is_some() { " and the chunk" } else { "" };
        match (rows.first(), rows.last()) {
            (Some(first), Some(last)) => {
                let (first, last) = (first.id, last.id);
                format!("commit {number}: audit rows {first} to {last}{chunk} are not those that it recorded")
            }
            _ => format!(
                "commit {number}: its audit rows, up to {}, or its chunk are missing",
                link.last_audit
            ),
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
    read: VecDeque<AuditLine>,
    after: Option<i64>,
}

impl AuditLog {
    /// The rows up to a number that were not taken yet.
    async fn up_to(&mut self, tx: &mut Tx, last: i64) -> Result<Vec<AuditLine>, Error> {
        let mut taken = Vec::new();
        loop {
            while let Some(row) = self.read.pop_front_if(|row| row.id <= last) {
                taken.push(row);
            }
            if !self.read.is_empty() {
                return Ok(taken);
            }
            let page = store::audit::lines(tx, self.after.unwrap_or(i64::MIN), ROWS).await?;
            let Some(row) = page.last() else { return Ok(taken) };
            self.after = Some(row.id);
            self.read.extend(page);
        }
    }
}

/// The rows of chunks, read in the order of commits.
#[derive(Default)]
struct ChunkLog {
    read: VecDeque<(i64, String)>,
    after: Option<i64>,
    is_read: bool,
}

impl ChunkLog {
    /// What a commit's digest covers of its chunk, if it has one; names the chunks before it that are of no commit.
    async fn of(
        &mut self,
        tx: &mut Tx,
        commit: i64,
        found: &mut Verification,
    ) -> Result<Option<String>, Error> {
        loop {
            while let Some((own, line)) = self.read.pop_front_if(|(own, _)| *own <= commit) {
                if own == commit {
                    return Ok(Some(line));
                }
                found.bad(AUDIT, || format!("a chunk of commit {own}, which does not exist"));
            }
            if !self.read.is_empty() || self.is_read {
                return Ok(None);
            }
            let page = store::chunk::lines(tx, self.after.unwrap_or(i64::MIN), ROWS).await?;
            match page.last() {
                Some((own, _)) => self.after = Some(*own),
                None => self.is_read = true,
            }
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
