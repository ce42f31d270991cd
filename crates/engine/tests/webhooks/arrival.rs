//! What arrives: everything that was committed, in order for each batch, and nothing else.

use crate::receiver::{Received, Receiver};
use crate::still_clock::START;
use crate::world::{HOUR, World, actor, happen_in, world};
use domain::code::Code;
use domain::id::BatchId;
use domain::webhook::delivery::{DeliveryFailure, DeliveryState};
use service::webhook::{self, WebhookChange};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The ids that were accepted, in the order of their arrival.
fn accepted(received: &[Received]) -> Vec<i64> {
    let ids = received.iter().filter(|one| one.status == 204);
    ids.map(|one| one.id.strip_prefix("evt_").unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn a_thousand_events_arrive_although_three_in_ten_attempts_fail() {
    let mut world = world().await;
    // Which attempts fail depends on nothing but the event and the attempt.
    let receiver = Receiver::start(0, |id, before| {
        let number: usize = id.strip_prefix("evt_").unwrap().parse().unwrap();
        if (number * 7 + before * 3) % 10 < 3 { 500 } else { 204 }
    })
    .await;
    let hook = world.webhook(receiver.url()).await.webhook.id;
    for round in 0..10 {
        let batches = (0..100).map(|k| Some(BatchId(1 + (k + round) % 10)));
        world.happen(batches).await;
    }
    world.work();
    world.until_ended(hook, HOUR * 12).await;
    world.rest().await;
    let deliveries = world.deliveries(hook).await;
    assert_eq!(deliveries.len(), 1_000);
    assert!(deliveries.iter().all(|one| one.state == DeliveryState::Delivered));
    let received = receiver.received();
    let arrived = accepted(&received);
    assert!(received.len() > 1_200, "{}", received.len());
    let distinct: BTreeSet<i64> = arrived.iter().copied().collect();
    assert_eq!(distinct, deliveries.iter().map(|one| one.event).collect());
    assert_eq!(arrived.len(), distinct.len(), "accepted once each");
    let batch_of: BTreeMap<i64, BatchId> =
        deliveries.iter().map(|one| (one.event, one.batch.unwrap())).collect();
    for batch in (1..=10).map(BatchId) {
        let of_batch: Vec<i64> = arrived.iter().copied().filter(|event| batch_of[event] == batch).collect();
        assert!(of_batch.is_sorted(), "{batch}: {of_batch:?}");
    }
}

#[tokio::test]
async fn nothing_is_sent_of_what_was_not_committed() {
    let mut world = world().await;
    let receiver = Receiver::start(0, |_, _| 204).await;
    let hook = world.webhook(receiver.url()).await.webhook.id;
    let mut tx = world.store.write().await.unwrap();
    let undone = happen_in(&mut tx, Some(BatchId(1)), START).await;
    drop(tx);
    world.happen([Some(BatchId(1))]).await;
    world.work();
    world.until_ended(hook, Duration::ZERO).await;
    world.rest().await;
    let deliveries = world.deliveries(hook).await;
    assert_eq!(deliveries.len(), 1, "not event {undone}, which was rolled back");
    assert_eq!(accepted(&receiver.received()), [deliveries[0].event]);
}

#[tokio::test]
async fn events_wait_for_a_receiver_that_was_killed_and_arrive_when_it_is_back() {
    let mut world = world().await;
    let gone = Receiver::start(0, |_, _| 204).await;
    let (port, hook) = (gone.port, world.webhook(gone.url()).await.webhook.id);
    drop(gone);
    world.work();
    world.happen([Some(BatchId(1)), Some(BatchId(1)), None]).await;
    world
        .until(hook, Duration::ZERO, |all| all.iter().filter(|one| one.tried_at.is_some()).count() == 2)
        .await;
    let waiting = world.deliveries(hook).await;
    let told: Vec<_> = waiting.iter().map(|one| (one.attempts, one.failure, one.due_at.is_some())).collect();
    let failed = Some(DeliveryFailure::Unreachable);
    assert_eq!(
        told,
        [(1, failed, true), (0, None, false), (1, failed, true)],
        "the second waits for the first"
    );
    let back = Receiver::start(port, |_, _| 204).await;
    world.until_ended(hook, HOUR).await;
    world.rest().await;
    let events: BTreeSet<i64> = waiting.iter().map(|one| one.event).collect();
    assert_eq!(accepted(&back.received()).into_iter().collect::<BTreeSet<_>>(), events);
}

#[tokio::test]
async fn after_three_days_a_delivery_is_dead_its_successor_is_sent_and_a_replay_sends_it_again() {
    let mut world = world().await;
    let receiver = Receiver::start(0, |id, before| {
        let is_first = id == "evt_1";
        if is_first && before < 15 { 503 } else { 204 }
    })
    .await;
    let hook = world.webhook(receiver.url()).await.webhook.id;
    world.happen([Some(BatchId(1)), Some(BatchId(1))]).await;
    world.work();
    world.until_ended(hook, HOUR).await;
    let ended = world.deliveries(hook).await;
    let told: Vec<_> = ended.iter().map(|one| (one.state, one.attempts, one.status)).collect();
    assert_eq!(
        told,
        [(DeliveryState::Dead, 15, Some(503)), (DeliveryState::Delivered, 1, Some(204))],
        "{ended:?}"
    );
    assert!(ended[0].ended_at.unwrap() - ended[0].at >= 70 * 3_600 * 1_000_000);
    webhook::replay(&world.service, &actor(), hook, ended[0].id).await.unwrap();
    world.until_ended(hook, Duration::ZERO).await;
    world.rest().await;
    assert_eq!(accepted(&receiver.received()), [2, 1]);
    let bodies: BTreeSet<String> =
        receiver.received().into_iter().filter(|one| one.id == "evt_1").map(|one| one.body).collect();
    assert_eq!(bodies.len(), 1, "every attempt has the same body: {bodies:?}");
}

#[tokio::test]
async fn a_disabled_webhook_keeps_what_waits_and_a_removed_one_drops_it() {
    let mut world = world().await;
    let receiver = Receiver::start(0, |_, _| 204).await;
    let hook = world.webhook(receiver.url()).await.webhook.id;
    world.happen([Some(BatchId(1)), Some(BatchId(1))]).await;
    let switch = async |is_enabled: bool, world: &World| {
        let change = WebhookChange { is_enabled: Some(is_enabled), ..WebhookChange::default() };
        webhook::change(&world.service, &actor(), hook, &change).await.unwrap();
    };
    switch(false, &world).await;
    // Nothing is queued for it meanwhile.
    world.happen([Some(BatchId(2))]).await;
    let refused = webhook::test(&world.service, &actor(), hook).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::WebhookDisabled));
    assert_eq!(world.deliveries(hook).await.len(), 2);
    let due = webhook::send::due(&world.service, &[]).await.unwrap();
    assert!(due.is_empty(), "{due:?}");
    switch(true, &world).await;
    world.work();
    world.until_ended(hook, Duration::ZERO).await;
    world.rest().await;
    assert_eq!(accepted(&receiver.received()).len(), 2);
    world.happen([Some(BatchId(3))]).await;
    webhook::remove(&world.service, &actor(), hook).await.unwrap();
    assert!(webhook::send::due(&world.service, &[]).await.unwrap().is_empty());
    let mut tx = world.store.read().await.unwrap();
    let all =
        store::webhook_delivery::list(&mut tx, hook, Some(DeliveryState::Dropped), (i64::MAX, 10)).await;
    assert_eq!(all.unwrap().len(), 1);
}

#[tokio::test]
async fn a_slow_receiver_leaves_room_for_others_and_a_batch_has_one_message_in_flight() {
    let world = world().await;
    let (slow, other) = (Receiver::start(0, |_, _| 204).await, Receiver::start(0, |_, _| 204).await);
    let slow = world.webhook(slow.url()).await.webhook.id;
    world.happen((0..40).map(|k| Some(BatchId(1 + k % 20)))).await;
    let other = world.webhook(other.url()).await.webhook.id;
    world.happen([None, None, Some(BatchId(1))]).await;
    let due = webhook::send::due(&world.service, &[]).await.unwrap();
    let of = |hook| due.iter().filter(|one| one.delivery.webhook == hook).count();
    assert_eq!((of(slow), of(other)), (4, 3));
    let batches: BTreeSet<_> = due.iter().map(|one| (one.delivery.webhook, one.delivery.batch)).collect();
    assert_eq!(batches.iter().filter(|(hook, _)| *hook == slow).count(), 4, "four batches");
    // While these are in flight there is nothing to send, and none of their successors.
    let flights: Vec<_> = due.iter().map(|one| webhook::send::Flight::of(&one.delivery)).collect();
    assert!(webhook::send::due(&world.service, &flights).await.unwrap().is_empty());
}
