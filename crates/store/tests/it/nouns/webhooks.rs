//! Webhooks and their deliveries.

use super::Filled;
use crate::world::tester;
use domain::event::EventKind;
use domain::id::{BatchId, WebhookId};
use domain::webhook::delivery::{DeliveryFailure, DeliveryState};
use store::Tx;
use store::webhook::Webhook;
use store::webhook_delivery::Delivery;

fn one(k: i64) -> Webhook {
    Webhook {
        id: WebhookId(0),
        url: format!("https://example.org/{k}"),
        events: "batch.submitted batch.finished".to_owned(),
        description: format!("财务 {k}"),
        is_enabled: true,
        former_until: None,
        created_by: tester(),
        created_at: k,
    }
}

async fn added(tx: &mut Tx, rows: i64) -> Vec<Webhook> {
    let mut all = Vec::new();
    for k in 1..=rows {
        let mut webhook = one(k);
        webhook.id = store::webhook::insert(tx, &webhook).await.unwrap();
        all.push(webhook);
    }
    all
}

pub async fn webhook(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let all = added(tx, rows).await;
    assert_eq!(store::webhook::list(tx).await.unwrap(), all);
    assert_eq!(store::webhook::count(tx).await.unwrap(), rows);
    let mut changed = all[0].clone();
    changed.url = "https://example.org/other".to_owned();
    changed.events = "batch.finished".to_owned();
    changed.description = String::new();
    changed.is_enabled = false;
    store::webhook::change(tx, &changed).await.unwrap();
    assert_eq!(store::webhook::get(tx, changed.id).await.unwrap().as_ref(), Some(&changed));
    for until in [Some(9), None] {
        store::webhook::rotate(tx, changed.id, until).await.unwrap();
        changed.former_until = until;
        assert_eq!(store::webhook::lock(tx, changed.id).await.unwrap().as_ref(), Some(&changed));
    }
    assert!(changed.takes("batch.finished") && !changed.takes("batch.submitted") && !changed.takes("batch"));
    store::webhook::remove(tx, changed.id, 7).await.unwrap();
    assert_eq!(store::webhook::get(tx, changed.id).await.unwrap(), None);
    assert_eq!(store::webhook::list(tx).await.unwrap(), all[1..]);
    assert_eq!(store::webhook::count(tx).await.unwrap(), rows - 1);
}

/// An event, and its deliveries.
async fn event(tx: &mut Tx, kind: EventKind, batch: Option<BatchId>, subject: i64) -> i64 {
    let batch = batch.map_or_else(|| "NULL".to_owned(), |id| id.0.to_string());
    let text = format!(
        "INSERT INTO outbox (at, kind, batch, subject, subject_id, detail, audience)
         VALUES (5, {}, {batch}, 'x', {subject}, '{{}}', 'batch') RETURNING id",
        kind.number()
    );
    let rows = tx.fetch_text(text, Vec::new()).await.unwrap();
    let id = rows.first().unwrap().i64(0).unwrap();
    let row = store::outbox::by_ids(tx, vec![id]).await.unwrap().remove(0);
    // A second time changes nothing.
    for _ in 0..2 {
        store::webhook_delivery::spread(tx, &row, 10).await.unwrap();
    }
    id
}

async fn due(tx: &mut Tx, webhook: WebhookId) -> Vec<i64> {
    let found = store::webhook_delivery::due(tx, webhook, 10, 1_000).await.unwrap();
    found.iter().map(|one| one.event).collect()
}

fn ended(delivery: &Delivery, state: DeliveryState) -> Delivery {
    Delivery {
        state,
        attempts: 3,
        due_at: None,
        tried_at: Some(11),
        ended_at: Some(12),
        status: Some(500),
        failure: Some(DeliveryFailure::StatusRefused),
        ..delivery.clone()
    }
}

pub async fn webhook_delivery(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let hooks = added(tx, 2).await;
    let (first, second) = (hooks[0].id, hooks[1].id);
    let mut events = Vec::new();
    for _ in 0..rows {
        events.push(event(tx, EventKind::BatchFinished, Some(batch), 1).await);
    }
    let alone = event(tx, EventKind::BatchSubmitted, None, 1).await;
    event(tx, EventKind::BatchPaused, Some(batch), 1).await;
    let test = event(tx, EventKind::WebhookTest, None, second.0).await;
    assert_eq!(due(tx, first).await, [events[0], alone], "of a batch only the first");
    assert_eq!(due(tx, second).await, [events[0], alone, test], "a test goes to one webhook");
    let all = store::webhook_delivery::list(tx, first, None, (i64::MAX, 1_000)).await.unwrap();
    assert_eq!(all.len(), events.len() + 1);
    let oldest = all.last().unwrap().clone();
    assert_eq!((oldest.event, oldest.kind, oldest.batch), (events[0], EventKind::BatchFinished, Some(batch)));
    assert_eq!((oldest.at, oldest.detail.as_str(), oldest.due_at), (5, "{}", Some(10)));
    let waiting = store::webhook_delivery::waiting(tx).await.unwrap();
    assert_eq!((waiting.count, waiting.oldest), (2 * rows + 3, Some(events[0])));

    let dead = ended(&oldest, DeliveryState::Dead);
    store::webhook_delivery::settle(tx, &dead, 10).await.unwrap();
    assert_eq!(store::webhook_delivery::get(tx, dead.id).await.unwrap().as_ref(), Some(&dead));
    let next: Vec<i64> = events.get(1).copied().into_iter().chain([alone]).collect();
    let mut found = due(tx, first).await;
    found.sort_unstable();
    assert_eq!(found, next, "the next of the batch");
    for (state, expected) in [(DeliveryState::Dead, vec![dead.id]), (DeliveryState::Dropped, vec![])] {
        let listed = store::webhook_delivery::list(tx, first, Some(state), (i64::MAX, 10)).await.unwrap();
        assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), expected);
    }
    let page = store::webhook_delivery::list(tx, first, None, (dead.id + 1, 10)).await.unwrap();
    assert_eq!(page, std::slice::from_ref(&dead));
    let newest = &all[0];
    assert_eq!(newest.event, alone);
    assert!(!store::webhook_delivery::has_earlier(tx, &dead).await.unwrap());
    assert!(!store::webhook_delivery::has_earlier(tx, newest).await.unwrap(), "it is of no batch");
    if let Some(last) = all.iter().find(|one| one.batch.is_some() && rows > 2) {
        assert!(store::webhook_delivery::has_earlier(tx, last).await.unwrap());
    }
    store::webhook_delivery::drop_waiting(tx, first, 13).await.unwrap();
    assert_eq!(due(tx, first).await, [0; 0]);
    let dropped = store::webhook_delivery::get(tx, newest.id).await.unwrap().unwrap();
    assert_eq!((dropped.state, dropped.due_at, dropped.ended_at), (DeliveryState::Dropped, None, Some(13)));
    assert_eq!(due(tx, second).await.len(), 3);
}
