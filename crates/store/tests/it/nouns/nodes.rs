//! Nodes, their leases and locks; the ledger's head and its counters.

use super::Filled;
use domain::work::Work;
use store::Tx;
use store::counter::Counter;
use store::named_lock::NamedLock;

pub async fn node(tx: &mut Tx, _: Filled) {
    let node = store::node::get(tx, "node-1").await.unwrap().unwrap();
    assert_eq!((node.stripe, node.is_worker, node.expires_at), (1, true, 5));
    assert_eq!(store::node::all(tx).await.unwrap(), std::slice::from_ref(&node));
    assert!(store::node::beat(tx, "node-1", 7).await.unwrap());
    assert!(!store::node::beat(tx, "node-2", 7).await.unwrap());
    assert_eq!(store::node::expired(tx, 7).await.unwrap(), []);
    assert_eq!(store::node::expired(tx, 8).await.unwrap().len(), 1);
    // Later than 2020, and moving forward.
    let (one, other) = (tx.clock().await.unwrap(), tx.clock().await.unwrap());
    assert!(one > 1_577_836_800_000_000 && other >= one, "{one} {other}");
    assert_eq!(store::node::leave_others(tx, "node-9").await.unwrap(), 1);
    store::node::leave(tx, "node-9").await.unwrap();
    assert_eq!(store::node::all(tx).await.unwrap(), []);
}

pub async fn balance_owner(tx: &mut Tx, _: Filled) {
    let owner = async |tx: &mut Tx| {
        let owner = tx.ask(store::balance_owner::lock_later).await.unwrap();
        (owner.node, owner.epoch)
    };
    assert_eq!(owner(tx).await, (String::new(), 0));
    assert!(store::balance_owner::set(tx, "node-1", 0).await.unwrap());
    // A node that saw an older epoch changes nothing.
    assert!(!store::balance_owner::set(tx, "node-2", 0).await.unwrap());
    assert_eq!(owner(tx).await, ("node-1".to_owned(), 1));
    assert!(store::balance_owner::set(tx, "", 1).await.unwrap());
    assert_eq!(owner(tx).await, (String::new(), 2));
}

pub async fn lease(tx: &mut Tx, Filled { batch, .. }: Filled) {
    let run = Work::run(batch);
    let lease = store::lease::get(tx, run).await.unwrap().unwrap();
    assert_eq!((lease.owner.as_str(), lease.epoch, lease.is_live), ("node-1", 1, true));
    assert!(store::lease::hold(tx, run, "node-1", 1).await.unwrap());
    assert!(!store::lease::hold(tx, run, "node-1", 2).await.unwrap());
    assert_eq!(store::lease::get_exclusive(tx, run).await.unwrap().as_ref(), Some(&lease));
    let locked = tx.ask(|script| store::lease::lock_later(script, vec![batch.0])).await;
    assert_eq!(locked.unwrap(), [(batch, 1)]);
    assert_eq!(store::lease::get(tx, run).await.unwrap().unwrap().owner, "node-1");
    // A take that saw an older epoch gets nothing.
    assert_eq!(store::lease::take(tx, run, "node-2", 0).await.unwrap(), None);
    assert_eq!(store::lease::take(tx, run, "node-2", 1).await.unwrap(), Some(2));
    assert!(!store::lease::get(tx, run).await.unwrap().unwrap().is_live);
    store::lease::release(tx, run, 1).await.unwrap();
    assert_eq!(store::lease::get(tx, run).await.unwrap().unwrap().owner, "node-2");
    store::lease::release(tx, run, 2).await.unwrap();
    assert_eq!(store::lease::take(tx, run, "node-1", 2).await.unwrap(), Some(3));
    // The import of the same batch is other work.
    let import = Work::import(batch);
    assert_eq!(store::lease::take_live(tx, import, "node-3", 0).await.unwrap(), Some(1));
    assert!(store::lease::get(tx, import).await.unwrap().unwrap().is_live);
    store::lease::forget(tx, import).await.unwrap();
    assert_eq!(store::lease::get(tx, import).await.unwrap(), None);
    assert!(!store::lease::hold(tx, import, "node-3", 1).await.unwrap());
    // It starts over under the same epoch, which does not make its former owner hold it.
    assert_eq!(store::lease::take(tx, import, "node-4", 0).await.unwrap(), Some(1));
    assert!(!store::lease::hold(tx, import, "node-3", 1).await.unwrap());
    assert!(store::lease::hold(tx, import, "node-4", 1).await.unwrap());
    store::lease::forget(tx, import).await.unwrap();
    store::lease::release(tx, run, 3).await.unwrap();
    assert_eq!(store::lease::get(tx, run).await.unwrap().unwrap().owner, "");
    // A batch that is not being processed waits for no node, although its lease is free.
    assert_eq!(store::batch::waiting(tx, "node-9").await.unwrap(), []);
}

pub async fn named_lock(tx: &mut Tx, _: Filled) {
    for lock in [NamedLock::Batch, NamedLock::Directory, NamedLock::Submit] {
        store::named_lock::take(tx, lock).await.unwrap();
    }
}

pub async fn counter(tx: &mut Tx, _: Filled) {
    let first = store::counter::take(tx, Counter::Number, 10).await.unwrap();
    assert_eq!(store::counter::take(tx, Counter::Number, 1).await.unwrap(), first + 10);
    for counter in [Counter::Chunk, Counter::Account, Counter::Holder] {
        assert_eq!(store::counter::take(tx, counter, 2).await.unwrap(), 1);
    }
    assert_eq!(
        store::counter::take(tx, Counter::Batch, 1).await.unwrap(),
        2,
        "the filled batch has the first"
    );
}

pub async fn head(tx: &mut Tx, _: Filled) {
    let version = store::head::policy_version(tx).await.unwrap();
    assert_eq!(store::head::get(tx).await.unwrap().commit_number, 1);
    store::head::raise_policy_version(tx).await.unwrap();
    let head = store::head::advance(tx).await.unwrap();
    assert_eq!((head.commit_number, head.versions.policies), (2, version + 1));
    assert_eq!(store::head::get(tx).await.unwrap(), head);
}

/// What a mark would keep of the ledger.
pub async fn mark(tx: &mut Tx, _: Filled) {
    let state = store::mark::state(tx, None).await.unwrap();
    let newest = store::audit::list(tx, 0, 1_000).await.unwrap().last().unwrap().id;
    assert_eq!((state.ledger.len(), state.commit_number), (32, 1));
    assert_eq!(state.newest.as_ref().map(|witness| witness.audit), Some(newest));
    let again = store::mark::state(tx, Some(&state.mark(false))).await.unwrap();
    assert_eq!(again.witness_of_mark, state.newest);
    assert_eq!(store::mark::compare(&state.mark(false), &again), Ok(()));
}
