//! What people are told: events, notices, reminders, e-mails and where they go, networks that were seen.

use super::Filled;
use crate::world::tester;
use domain::access::Role;
use domain::batch::BatchState;
use domain::code::Language;
use domain::event::{EventAudience, EventKind};
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::BatchId;
use domain::mail::MailState;
use domain::principal::Principal;
use store::Tx;
use store::audit::Actor;
use store::mail::Mail;
use store::mail_address::MailAddress;
use store::outbox::OutboxRow;
use store::reminder::Reminder;
use store::user::User;

async fn one_user(tx: &mut Tx, login: &str) -> i64 {
    let user = User {
        id: 0,
        login: login.to_owned(),
        name: login.to_owned(),
        role: Role::Finance,
        password_at: None,
        disabled_at: None,
        created_by: tester(),
        created_at: 1,
    };
    store::user::insert(tx, &user).await.unwrap()
}

/// Writes as many events as there are rows, and returns those that were not spread.
async fn events(tx: &mut Tx, batch: BatchId, rows: i64) -> Vec<OutboxRow> {
    let before = store::outbox::unspread(tx, 10_000).await.unwrap();
    store::outbox::spread(tx, before.iter().map(|row| row.id).collect(), 5).await.unwrap();
    let actor = Actor::new(Principal::CommandLine, "lin", "test");
    let facts = (0..rows).map(|k| {
        let fact = Fact::of_batch(Action::BatchExecute, batch).with("items", k);
        fact.moved(BatchState::Processing, BatchEvent::Started)
    });
    store::head::close(tx, &actor, facts.collect(), 7).await.unwrap();
    store::outbox::unspread(tx, 10_000).await.unwrap()
}

pub async fn outbox(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let all = events(tx, batch, rows).await;
    assert_eq!(i64::try_from(all.len()).unwrap(), rows);
    let first = &all[0];
    assert_eq!((first.at, first.kind, first.batch), (7, EventKind::BatchStarted, Some(batch)));
    assert_eq!((first.subject.as_str(), first.subject_id), ("batch", Some(batch.0)));
    assert_eq!(first.audience, EventAudience::Batch);
    let detail: serde_json::Value = serde_json::from_str(&first.detail).unwrap();
    assert_eq!(detail, serde_json::json!({ "items": 0, "state": "processing", "by": "lin" }));
    assert!(all.is_sorted_by_key(|row| row.id));
    assert_eq!(store::outbox::unspread(tx, 1).await.unwrap(), all[..1]);
    let ids: Vec<i64> = all.iter().map(|row| row.id).collect();
    assert_eq!(store::outbox::by_ids(tx, ids.clone()).await.unwrap(), all);
    let count = u64::try_from(rows).unwrap();
    for spread in [count, 0] {
        assert_eq!(store::outbox::spread(tx, ids.clone(), 8).await.unwrap(), spread, "once");
    }
    assert_eq!(store::outbox::unspread(tx, 10).await.unwrap(), []);
}

pub async fn notice(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let all = events(tx, batch, rows).await;
    let users = [one_user(tx, "mei").await, one_user(tx, "lin").await];
    for event in &all {
        for added in [2, 0] {
            assert_eq!(store::notice::add(tx, event.id, &users).await.unwrap(), added, "once");
        }
    }
    assert_eq!(store::notice::count(tx, users[0]).await.unwrap(), rows);
    let page = store::notice::page(tx, users[0], false, (10_000, 0)).await.unwrap();
    let newest: Vec<_> = page.iter().map(|row| row.event.clone()).collect();
    assert_eq!(newest, all.iter().rev().cloned().collect::<Vec<_>>());
    assert!(store::notice::read(tx, users[0], all[0].id, 9).await.unwrap());
    assert!(store::notice::read(tx, users[0], all[0].id, 11).await.unwrap(), "again");
    assert!(!store::notice::read(tx, users[0], 0, 9).await.unwrap());
    let oldest = store::notice::page(tx, users[0], false, (1, rows - 1)).await.unwrap();
    assert_eq!(oldest[0].read_at, Some(9), "the first time counts");
    assert_eq!(store::notice::unread(tx, users[0]).await.unwrap(), rows - 1);
    let unread = store::notice::page(tx, users[0], true, (10_000, 0)).await.unwrap();
    assert_eq!(i64::try_from(unread.len()).unwrap(), rows - 1);
    let counts = store::notice::unread_of(tx, &users).await.unwrap();
    assert_eq!(counts, [(users[0], rows - 1), (users[1], rows)]);
    assert_eq!(store::notice::unread_of(tx, &[]).await.unwrap(), []);
    assert_eq!(store::notice::read_all(tx, users[1], 9).await.unwrap(), u64::try_from(rows).unwrap());
    assert_eq!(store::notice::unread(tx, users[1]).await.unwrap(), 0);
}

pub async fn reminder(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let user = one_user(tx, "mei").await;
    let mut all = Vec::new();
    for k in 0..rows {
        let mut one = Reminder {
            id: 0,
            due_at: 100 + k,
            person: (k % 2 == 0).then_some(user),
            batch: (k % 2 == 1).then_some(batch),
            content: (k % 3 == 0).then(|| "提醒".to_owned()),
            created_by: tester(),
            created_at: k,
        };
        one.id = store::reminder::add(tx, &one).await.unwrap();
        all.push(one);
    }
    assert_eq!(store::reminder::due(tx, 99, 9).await.unwrap(), []);
    assert_eq!(store::reminder::due(tx, 100, 9).await.unwrap(), all[..1]);
    assert_eq!(store::reminder::due(tx, 1_000, 10_000).await.unwrap(), all);
    for done in [true, false] {
        assert_eq!(store::reminder::done(tx, all[0].id, 200).await.unwrap(), done, "once");
    }
    assert_eq!(store::reminder::due(tx, 1_000, 10_000).await.unwrap(), all[1..]);
    let by = tester().principal;
    assert_eq!(store::reminder::count_since(tx, by, 0).await.unwrap(), rows);
    assert_eq!(store::reminder::count_since(tx, by, rows - 1).await.unwrap(), 1);
    assert_eq!(store::reminder::count_since(tx, Principal::User(user), 0).await.unwrap(), 0);
}

pub async fn mail(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let all = events(tx, batch, rows).await;
    let users = [one_user(tx, "mei").await, one_user(tx, "lin").await];
    for event in &all {
        for added in [2, 0] {
            assert_eq!(store::mail::add(tx, event.id, &users, 50).await.unwrap(), added, "once");
        }
    }
    assert_eq!(store::mail::due(tx, 49, 9).await.unwrap(), []);
    let due = store::mail::due(tx, 50, 10_000).await.unwrap();
    assert_eq!(i64::try_from(due.len()).unwrap(), 2 * rows);
    let first = Mail {
        user: users[0],
        event: all[0].id,
        state: MailState::Waiting,
        tries: 0,
        next_at: 50,
        error: None,
    };
    assert_eq!(due[0], first);
    let sending = Mail { state: MailState::Sending, tries: 1, next_at: 40, ..first.clone() };
    store::mail::set(tx, &sending).await.unwrap();
    assert_eq!(
        store::mail::due(tx, 40, 9).await.unwrap(),
        std::slice::from_ref(&sending),
        "its fate is unknown"
    );
    for state in [MailState::Sent, MailState::GivenUp] {
        let over = Mail { state, error: Some("no".to_owned()), ..sending.clone() };
        store::mail::set(tx, &over).await.unwrap();
        assert_eq!(store::mail::due(tx, 40, 9).await.unwrap(), []);
    }
}

pub async fn mail_address(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let mut all = Vec::new();
    for k in 0..rows {
        let user = one_user(tx, &format!("person{k}")).await;
        let language = if k % 2 == 0 { Language::Chinese } else { Language::English };
        let address = MailAddress { user, email: format!("p{k}@example.com"), language };
        store::mail_address::set(tx, &address).await.unwrap();
        all.push(address);
    }
    let users: Vec<i64> = all.iter().map(|one| one.user).collect();
    assert_eq!(store::mail_address::of_users(tx, users.clone()).await.unwrap(), all);
    let changed = MailAddress { email: "other@example.com".to_owned(), ..all[0].clone() };
    store::mail_address::set(tx, &changed).await.unwrap();
    assert_eq!(store::mail_address::get(tx, users[0]).await.unwrap(), Some(changed));
    store::mail_address::delete(tx, users[0]).await.unwrap();
    assert_eq!(store::mail_address::get(tx, users[0]).await.unwrap(), None);
}

pub async fn seen_network(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let user = one_user(tx, "mei").await;
    let mut all: Vec<_> = (0..rows).map(|k| (format!("203.0.{k}.0/24"), k)).collect();
    for (network, at) in &all {
        store::seen_network::see(tx, user, network, *at).await.unwrap();
    }
    all.sort();
    assert_eq!(store::seen_network::of_user(tx, user).await.unwrap(), all);
    store::seen_network::see(tx, user, &all[0].0, 500).await.unwrap();
    assert_eq!(store::seen_network::of_user(tx, user).await.unwrap()[0].1, 500);
    assert_eq!(store::seen_network::of_user(tx, user + 1_000).await.unwrap(), []);
}
