//! Accounts with several writers: a chunk that has locked an account knows its latest standing.

use crate::fill::fill;
use crate::world::{World, server};
use domain::account::AccountStatus;
use domain::id::AccountId;
use std::time::Duration;
use tokio::time::timeout;

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(20);

async fn filled() -> World {
    let world = server().await;
    let mut tx = world.store.write().await.unwrap();
    fill(&mut tx, 3).await.unwrap();
    tx.commit().await.unwrap();
    world
}

/// The status change commits without changing the locked row itself, so a single statement that waited for
/// the lock would return the status from before.
#[tokio::test]
async fn an_account_that_was_waited_for_has_its_latest_status() {
    let world = filled().await;
    let mut verb = world.store.write().await.unwrap();
    store::balance::set_status(&mut verb, AccountId(2), AccountStatus::Frozen).await.unwrap();
    let mut chunk = world.store.write().await.unwrap();
    let mut waits = Box::pin(store::balance::lock(&mut chunk, vec![1, 2, 3]));
    assert!(timeout(SHORT, &mut waits).await.is_err());
    verb.commit().await.unwrap();
    let locked = timeout(LONG, waits).await.unwrap().unwrap();
    let statuses: Vec<_> = locked.iter().map(|account| account.status).collect();
    assert_eq!(statuses, [AccountStatus::Active, AccountStatus::Frozen, AccountStatus::Active]);
}

#[tokio::test]
async fn a_status_changes_only_after_the_chunk_that_has_the_account() {
    let world = filled().await;
    let mut chunk = world.store.write().await.unwrap();
    let locked = store::balance::lock(&mut chunk, vec![1, 2]).await.unwrap();
    assert!(locked.iter().all(|account| account.status == AccountStatus::Active));
    let mut verb = world.store.write().await.unwrap();
    let mut waits = Box::pin(store::balance::set_status(&mut verb, AccountId(2), AccountStatus::Closed));
    assert!(timeout(SHORT, &mut waits).await.is_err());
    // Reading does not wait.
    let mut reader = world.store.read().await.unwrap();
    let read = timeout(LONG, store::balance::read(&mut reader, vec![2])).await.unwrap().unwrap();
    assert_eq!(read, locked[1..]);
    chunk.commit().await.unwrap();
    timeout(LONG, waits).await.unwrap().unwrap();
    verb.commit().await.unwrap();
}
