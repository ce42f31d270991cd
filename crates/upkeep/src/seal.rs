//! Whether a ledger may be used. A ledger that is moving or has moved is sealed: it can be read but not
//! written. An unfinished copy cannot be used at all.
//!
//! Every write checks the seal when it draws its commit number (`store::head::advance`). The seal is in the
//! row that every writer locks last, so no writer can commit after the seal, not even one that froze before
//! it.
//!
//! A joining node and a starting copy cannot miss each other: the node joins first and then checks for the
//! seal ([`expect_usable`]); the copy seals first and then checks for nodes.

use crate::Error;
use domain::code::Code;
use domain::fact::{Action, Fact};
use store::audit::Actor;
use store::setting::{self, MOVED_TO};
use store::{Store, Tx, head, node};

/// Present while the ledger is an unfinished copy.
pub(crate) const UNFINISHED: &str = "copy.unfinished";

/// What the ledger is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reading only.
    Read,
    /// Reading and writing.
    Write,
}

/// Refuses every use of an unfinished copy, and writing to a sealed ledger. Call it after opening the ledger,
/// and again after joining the nodes.
pub async fn expect_usable(store: &Store, purpose: Purpose) -> Result<(), Error> {
    let mut tx = store.read().await?;
    if setting::get(&mut tx, UNFINISHED).await?.is_some() {
        return Err(Error::refused(Code::CopyUnfinished, store.shown()));
    }
    match moved_to(&mut tx).await? {
        Some(place) if purpose == Purpose::Write => Err(Error::refused(Code::LedgerMoved, place)),
        _ => Ok(()),
    }
}

/// Removes the seal after an abandoned copy; returns the target that the ledger was sealed for, if it was
/// sealed.
pub async fn remove(store: &Store, actor: &Actor, now: i64) -> Result<Option<String>, Error> {
    let mut tx = store.write().await?;
    let Some(place) = moved_to(&mut tx).await? else { return Ok(None) };
    setting::delete(&mut tx, MOVED_TO).await?;
    head::unseal(&mut tx).await?;
    commit(tx, actor, Action::LedgerUnseal, &place, now).await?;
    Ok(Some(place))
}

/// Seals the ledger for a move to a target, unless it is already sealed for that target. Refused while
/// another process is at work.
pub(crate) async fn set(store: &Store, actor: &Actor, place: &str, now: i64) -> Result<(), Error> {
    if !store.is_sole_writer() {
        evict_frozen(store).await?;
    }
    let mut tx = store.write().await?;
    expect_alone(store, &mut tx).await?;
    if is_sealed_for(&mut tx, place).await? {
        return Ok(());
    }
    setting::set(&mut tx, MOVED_TO, place).await?;
    head::seal(&mut tx).await?;
    commit(tx, actor, Action::LedgerSeal, place, now).await?;
    let alone = expect_alone(store, &mut store.read().await?).await;
    if alone.is_err() {
        remove(store, actor, now).await?;
    }
    alone
}

/// Checks that the ledger may move to a target, before anything is created there: it is not an unfinished
/// copy itself, and not sealed for another target. Returns whether it is already sealed for this one.
pub async fn may_move(store: &Store, place: &str) -> Result<bool, Error> {
    expect_usable(store, Purpose::Read).await?;
    is_sealed_for(&mut store.read().await?, place).await
}

/// Evicts frozen nodes, which could still write when they resume.
async fn evict_frozen(store: &Store) -> Result<(), Error> {
    let mut tx = store.write().await?;
    if !node::evict_expired(&mut tx, store).await?.is_empty() {
        tx.commit().await?;
        store.wake();
    }
    Ok(())
}

/// Refuses while another process is at work. An engine with a sole writer has no other.
async fn expect_alone(store: &Store, tx: &mut Tx) -> Result<(), Error> {
    if store.is_sole_writer() {
        return Ok(());
    }
    let now = tx.clock().await?;
    let mut nodes = node::all(tx).await?;
    nodes.retain(|node| node.expires_at >= now);
    let names: Vec<String> = nodes.into_iter().map(|node| node.name).collect();
    if names.is_empty() { Ok(()) } else { Err(Error::refused(Code::CopySourceBusy, names.join(", "))) }
}

/// Commits a changed seal and raises the policy version, so the doors of all processes read the setting
/// before their next chunk.
async fn commit(mut tx: Tx, actor: &Actor, action: Action, place: &str, now: i64) -> Result<(), Error> {
    head::raise_policy_version(&mut tx).await?;
    head::close(&mut tx, actor, vec![Fact::new(action, None).with("to", place)], now).await?;
    Ok(tx.commit().await?)
}

/// Whether the ledger is sealed for this target; refused if it is sealed for another.
async fn is_sealed_for(tx: &mut Tx, place: &str) -> Result<bool, Error> {
    match moved_to(tx).await? {
        Some(other) if other != place => Err(Error::refused(Code::LedgerMoved, other)),
        sealed => Ok(sealed.is_some()),
    }
}

async fn moved_to(tx: &mut Tx) -> Result<Option<String>, Error> {
    Ok(setting::get(tx, MOVED_TO).await?)
}
