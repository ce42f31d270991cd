//! Whether a ledger may be used. A ledger that is moving or has moved is sealed: it can be read but not
//! written. An unfinished copy cannot be used at all.
//!
//! Every write checks the seal when it draws its commit number (`store::head::advance`). The seal is in the
//! row that every writer locks last, so no writer can commit after the seal, not even one that froze before
//! it.
//!
//! A joining node and a starting copy cannot miss each other: the node joins first and then checks for the
//! seal ([`Service::usable`]); the copy seals first and then checks for nodes.

use crate::write::{Write, WriteResult};
use crate::{Error, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use store::Tx;
use store::audit::Actor;
use store::setting::MOVED_TO;

/// Present while the ledger is an unfinished copy.
pub(super) const UNFINISHED: &str = "copy.unfinished";

/// What the ledger is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reading only.
    Read,
    /// Reading and writing.
    Write,
}

impl Service {
    /// Refuses every use of an unfinished copy, and writing to a sealed ledger. Call it after opening the
    /// ledger, and again after joining the nodes.
    pub async fn usable(&self, purpose: Purpose) -> Result<(), Error> {
        let mut tx = self.store.read().await?;
        if store::setting::get(&mut tx, UNFINISHED).await?.is_some() {
            return Err(Error::refused(Code::CopyUnfinished, self.store.shown()));
        }
        match moved_to(&mut tx).await? {
            Some(place) if purpose == Purpose::Write => Err(Error::refused(Code::LedgerMoved, place)),
            _ => Ok(()),
        }
    }

    /// Removes the seal after an abandoned copy; returns the target that the ledger was sealed for, if it was
    /// sealed.
    pub async fn unseal(&self, actor: &Actor) -> Result<Option<String>, Error> {
        let mut write = self.step(actor, Action::LedgerUnseal).await?;
        let Some(place) = moved_to(&mut write.tx).await? else { return Ok(None) };
        store::setting::delete(&mut write.tx, MOVED_TO).await?;
        store::head::unseal(&mut write.tx).await?;
        sealed_or_not(write, Action::LedgerUnseal, &place).await?;
        Ok(Some(place))
    }

    /// Seals the ledger for a move to a target, unless it is already sealed for that target. Refused while
    /// another process is at work.
    pub(super) async fn seal(&self, actor: &Actor, place: &str) -> Result<(), Error> {
        if !self.store.is_sole_writer() {
            // Evicts frozen nodes, which could still write when they resume.
            self.node_reap().await?;
        }
        let mut write = self.step(actor, Action::LedgerSeal).await?;
        self.alone(&mut write.tx).await?;
        if sealed_for(&mut write.tx, place).await? {
            return Ok(());
        }
        store::setting::set(&mut write.tx, MOVED_TO, place).await?;
        store::head::seal(&mut write.tx).await?;
        sealed_or_not(write, Action::LedgerSeal, place).await?;
        let alone = self.alone(&mut self.store.read().await?).await;
        if alone.is_err() {
            self.unseal(actor).await?;
        }
        alone
    }

    /// Checks that the ledger may move to a target, before anything is created there: it is not an unfinished
    /// copy itself, and not sealed for another target. Returns whether it is already sealed for this one.
    pub async fn may_move(&self, place: &str) -> Result<bool, Error> {
        self.usable(Purpose::Read).await?;
        sealed_for(&mut self.store.read().await?, place).await
    }

    /// Refuses while another process is at work. An engine with a sole writer has no other.
    async fn alone(&self, tx: &mut Tx) -> Result<(), Error> {
        if self.store.is_sole_writer() {
            return Ok(());
        }
        let now = tx.clock().await?;
        let mut nodes = store::node::all(tx).await?;
        nodes.retain(|node| node.expires_at >= now);
        let names: Vec<String> = nodes.into_iter().map(|node| node.name).collect();
        if names.is_empty() { Ok(()) } else { Err(Error::refused(Code::CopySourceBusy, names.join(", "))) }
    }
}

/// Commits a changed seal and raises the policy version, so the doors of all processes read the setting
/// before their next chunk.
async fn sealed_or_not(mut write: Box<Write>, action: Action, place: &str) -> Result<(), Error> {
    store::head::raise_policy_version(&mut write.tx).await?;
    write.end(Ok(WriteResult::one((), Fact::new(action, None).with("to", place)))).await
}

/// Whether the ledger is sealed for this target; refused if it is sealed for another.
async fn sealed_for(tx: &mut Tx, place: &str) -> Result<bool, Error> {
    match moved_to(tx).await? {
        Some(other) if other != place => Err(Error::refused(Code::LedgerMoved, other)),
        sealed => Ok(sealed.is_some()),
    }
}

async fn moved_to(tx: &mut Tx) -> Result<Option<String>, Error> {
    Ok(store::setting::get(tx, MOVED_TO).await?)
}
