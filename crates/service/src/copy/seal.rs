//! Whether a ledger may be used. A ledger that moves, or has moved, is sealed: it can be read and not
//! written. The copy of a ledger cannot be used at all before it is finished.
//!
//! Every write looks at the seal where it draws the commit's number (`store::head::advance`): the row that says so
//! is the one that every writer locks last, so none can commit after the seal, not even one that froze before it.
//!
//! A node that joins and a copy that begins do not miss each other: the node joins first and looks for the
//! seal then ([`Service::usable`]), the copy seals first and looks for nodes then.

use crate::write::{Done, Write};
use crate::{Error, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use store::Tx;
use store::audit::Actor;
use store::setting::MOVED_TO;

/// There while the ledger is a copy that is not finished.
pub(super) const UNFINISHED: &str = "copy.unfinished";

/// What somebody wants to do with the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Look.
    Read,
    /// Change something.
    Write,
}

impl Service {
    /// Refuses what may not be done with this ledger: anything while it is an unfinished copy, writing while
    /// it is sealed. To be asked after opening it, and again after joining the nodes.
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

    /// Takes the seal away, after a copy that was given up; says where the ledger was going, if it was sealed.
    pub async fn unseal(&self, actor: &Actor) -> Result<Option<String>, Error> {
        let mut write = self.step(actor, Action::LedgerUnseal).await?;
        let Some(place) = moved_to(&mut write.tx).await? else { return Ok(None) };
        store::setting::delete(&mut write.tx, MOVED_TO).await?;
        store::head::unseal(&mut write.tx).await?;
        sealed_or_not(write, Action::LedgerUnseal, &place).await?;
        Ok(Some(place))
    }

    /// Seals the ledger for its way to a place, unless it is sealed for that place already. Refused while
    /// somebody is at work.
    pub(super) async fn seal(&self, actor: &Actor, place: &str) -> Result<(), Error> {
        if !self.store.is_sole_writer() {
            // One that froze still could write when it wakes up.
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

    /// Whether the ledger may move to a place, before anything is made there: it is no unfinished copy itself,
    /// and not on its way to somewhere else. Says whether it is sealed for this place already.
    pub async fn may_move(&self, place: &str) -> Result<bool, Error> {
        self.usable(Purpose::Read).await?;
        sealed_for(&mut self.store.read().await?, place).await
    }

    /// Refuses while another process is at work. Where only one can write, that is this one.
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

/// Commits a changed seal. The policy version rises with it, so the doors of all processes read the setting
/// before their next chunk.
async fn sealed_or_not(mut write: Box<Write>, action: Action, place: &str) -> Result<(), Error> {
    store::head::raise_policy_version(&mut write.tx).await?;
    write.end(Ok(Done::one((), Fact::new(action, None).with("to", place)))).await
}

/// Whether the ledger is sealed for this place; refused if it is for another.
async fn sealed_for(tx: &mut Tx, place: &str) -> Result<bool, Error> {
    match moved_to(tx).await? {
        Some(other) if other != place => Err(Error::refused(Code::LedgerMoved, other)),
        sealed => Ok(sealed.is_some()),
    }
}

async fn moved_to(tx: &mut Tx) -> Result<Option<String>, Error> {
    Ok(store::setting::get(tx, MOVED_TO).await?)
}
