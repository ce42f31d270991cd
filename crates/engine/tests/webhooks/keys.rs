//! Signatures and secrets as a receiver sees them.

use crate::receiver::{Received, Receiver};
use crate::still_clock::START;
use crate::world::{HOUR, actor, world};
use data_encoding::BASE64;
use domain::id::BatchId;
use domain::webhook::signature::SigningSecret;
use service::webhook;
use std::time::Duration;

/// Whether a message is signed with a secret, as a receiver checks it.
fn is_signed(message: &Received, secret: &str) -> bool {
    let bytes = BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
    let wanted = SigningSecret::new(bytes.into()).sign(&message.id, message.at, &message.body);
    message.signatures.contains(&wanted)
}

#[tokio::test]
async fn a55_while_a_secret_is_rotated_both_sign_and_afterwards_only_the_new_one() {
    let mut world = world().await;
    let receiver = Receiver::start(0, |_, _| 204).await;
    let made = world.webhook(receiver.url()).await;
    let (hook, first) = (made.webhook.id, made.secret.unwrap());
    let second = webhook::rotate(&world.service, &actor(), hook).await.unwrap().secret.unwrap();
    assert_ne!(first, second);
    world.work();
    world.happen([Some(BatchId(1))]).await;
    world.until_ended(hook, Duration::ZERO).await;
    world.clock.pass(HOUR * 24);
    world.happen([Some(BatchId(1))]).await;
    world.until_ended(hook, Duration::ZERO).await;
    world.rest().await;
    let received = receiver.received();
    let signed: Vec<_> = received
        .iter()
        .map(|one| (one.signatures.len(), is_signed(one, &first), is_signed(one, &second)))
        .collect();
    assert_eq!(signed, [(2, true, true), (1, false, true)]);
    assert_eq!(received[0].at, START / 1_000_000);
    assert_eq!(received[0].body.matches("\"type\":\"batch.finished\"").count(), 1, "{received:?}");
}

#[tokio::test]
async fn a_secret_is_stored_encrypted_only_and_shown_once() {
    let world = world().await;
    let made = world.webhook("http://127.0.0.1:1/".to_owned()).await;
    let secret = made.secret.clone().unwrap();
    let plain = secret.strip_prefix("whsec_").unwrap();
    assert!(!format!("{made:?}").contains(plain));
    let mut tx = world.store.read().await.unwrap();
    for (table, column) in [("sealed_secret", "sealed"), ("audit", "detail"), ("webhook", "url")] {
        let rows = tx.fetch_text(format!("SELECT {column} FROM {table}"), Vec::new()).await.unwrap();
        assert!(!rows.is_empty(), "{table}");
        assert!(rows.iter().all(|row| !row.text(0).unwrap().contains(plain)), "{table}");
    }
}
