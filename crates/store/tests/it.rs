//! The store against real SQLite files: every statement prepares, transactions are whole, what is written
//! stays, and the schema refuses what the domain never asks for.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use domain::account::AccountKind;
use domain::id::{AccountId, AssetId, PostingId, TransferId};
use domain::posting::{Posting, PostingKind, opened};
use domain::transfer::TransferKind;
use store::account::NewAccount;
use store::transfer::Transfer;
use store::value::Value;
use store::{Store, StoreError, Tx};

async fn fresh() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("sluice.db")).await.unwrap();
    (folder, store)
}

async fn run(tx: &mut Tx, text: &str) -> Result<(), StoreError> {
    tx.fetch_text(text.to_owned(), vec![]).await.map(|_| ())
}

async fn count(store: &Store, table: &str) -> i64 {
    let mut tx = store.read().await.unwrap();
    let rows = tx.fetch_text(format!("SELECT COUNT(*) FROM {table}"), vec![]).await.unwrap();
    rows.first().unwrap().i64(0).unwrap()
}

/// Two accounts and one transfer between them.
async fn with_transfer(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let asset: AssetId = store::asset::add(&mut tx, "USD", 2, 1).await.unwrap();
    for (id, kind) in [(1, AccountKind::World), (2, AccountKind::FxClearing)] {
        let (id, number) = (AccountId(id), format!("N{id}"));
        let account = NewAccount { id, number, holder: None, asset, kind, opened_at: 1 };
        store::account::insert(&mut tx, &[account]).await.unwrap();
        store::balance::insert(&mut tx, &[opened(id, asset, None, kind)]).await.unwrap();
    }
    let transfer = Transfer {
        number: TransferId(1),
        kind: TransferKind::Single,
        code: None,
        source: AccountId(1),
        target: AccountId(2),
        amount: 5,
        fee: 0,
        first_posting: Some(PostingId(7)),
        posting_count: 1,
        value_date: 20_000,
        created_at: 1,
        memo: None,
    };
    store::transfer::insert(&mut tx, &[transfer]).await.unwrap();
    let posting = Posting {
        id: PostingId(7),
        transfer: TransferId(1),
        kind: PostingKind::Transfer,
        debit: AccountId(1),
        credit: AccountId(2),
        amount: 5,
        debit_after: -5,
        credit_after: 5,
        debit_prev: None,
        credit_prev: None,
    };
    store::posting::insert(&mut tx, &[posting], vec![20_000], 1).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn every_statement_of_the_catalogue_prepares() {
    let (_folder, store) = fresh().await;
    let mut tx = store.write().await.unwrap();
    for sql in store::catalogue() {
        let highest = (1..=20).rev().find(|n| sql.text.contains(&format!("${n}"))).unwrap_or(0);
        let args = vec![Value::Null; highest];
        tx.fetch_text(format!("EXPLAIN {}", sql.text), args).await.unwrap_or_else(|e| {
            unreachable!("{e}: {}", sql.text);
        });
    }
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing() {
    let (_folder, store) = fresh().await;
    let mut tx = store.write().await.unwrap();
    store::setting::set(&mut tx, "time_zone", "UTC").await.unwrap();
    drop(tx);
    assert_eq!(count(&store, "setting").await, 0);
    let mut tx = store.write().await.unwrap();
    store::setting::set(&mut tx, "time_zone", "UTC").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&store, "setting").await, 1);
}

#[tokio::test]
async fn a_reader_sees_one_state_from_its_first_statement_on() {
    let (_folder, store) = fresh().await;
    let mut reader = store.read().await.unwrap();
    assert_eq!(store::setting::get(&mut reader, "a").await.unwrap(), None);
    let mut tx = store.write().await.unwrap();
    store::setting::set(&mut tx, "a", "1").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store::setting::get(&mut reader, "a").await.unwrap(), None);
    drop(reader);
    let mut reader = store.read().await.unwrap();
    assert_eq!(store::setting::get(&mut reader, "a").await.unwrap().as_deref(), Some("1"));
}

#[tokio::test]
async fn a_store_opened_for_reading_refuses_to_write() {
    let (folder, store) = fresh().await;
    let reader = Store::open_reader(&folder.path().join("sluice.db")).await.unwrap();
    assert!(matches!(reader.write().await, Err(StoreError::Busy(_))));
    drop(store);
}

#[tokio::test]
async fn more_readers_than_connections_take_turns() {
    let (_folder, store) = fresh().await;
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut tx = store.read().await.unwrap();
                store::head::policy_version(&mut tx).await.unwrap()
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), 1);
    }
}

#[tokio::test]
async fn what_is_written_is_never_changed() {
    let (_folder, store) = fresh().await;
    with_transfer(&store).await;
    for text in [
        "UPDATE posting SET amount = 6",
        "DELETE FROM posting",
        "UPDATE transfer SET amount = 6",
        "DELETE FROM transfer",
        "DELETE FROM account",
        "UPDATE account SET asset = 2",
    ] {
        let mut tx = store.write().await.unwrap();
        let refused = run(&mut tx, text).await;
        assert!(matches!(refused, Err(StoreError::Constraint(_))), "{text}: {refused:?}");
    }
    assert_eq!((count(&store, "posting").await, count(&store, "transfer").await), (1, 1));
}

#[tokio::test]
async fn the_schema_refuses_what_cannot_be() {
    let (_folder, store) = fresh().await;
    with_transfer(&store).await;
    for text in [
        // A posting to oneself, of nothing, or that points forward.
        "INSERT INTO posting VALUES (8, 1, 1, 1, 1, 5, 0, 0, NULL, NULL, 0, 0)",
        "INSERT INTO posting VALUES (8, 1, 1, 1, 2, 0, 0, 0, NULL, NULL, 0, 0)",
        "INSERT INTO posting VALUES (8, 1, 1, 1, 2, 5, 0, 0, 9, NULL, 0, 0)",
        // A completed transfer without postings.
        "INSERT INTO transfer VALUES (2, 1, 1, NULL, 1, 2, 5, 0, NULL, 0, 0, 0, NULL)",
        // A customer below zero.
        "UPDATE balance SET kind = 1, balance = -1 WHERE account = 1",
        // An item of a batch that does not exist.
        "INSERT INTO item (number, batch, line, source, target, amount, state) VALUES (5, 9, 1, 1, 2, 5, 2)",
        // A second world account of one currency.
        "INSERT INTO account (id, number, asset, kind, opened_at) VALUES (9, 'W', 1, 2, 0)",
    ] {
        let mut tx = store.write().await.unwrap();
        let refused = run(&mut tx, text).await;
        let expected = matches!(refused, Err(StoreError::Constraint(_) | StoreError::Duplicate(_)));
        assert!(expected, "{text}: {refused:?}");
    }
}

#[tokio::test]
async fn items_and_batches_move_as_the_domain_says() {
    use domain::batch::BatchState;
    use domain::item::ItemState;
    let (_folder, store) = fresh().await;
    with_transfer(&store).await;
    let batch = "INSERT INTO batch (id, day, day_number, name, type, mode, state, intent, ready, asset,
        first_number, last_number, refused_count, total_count, total_amount, success_count, success_amount,
        failed_count, failed_amount, skipped_count, fee_amount, created_by, created_at)
        VALUES (1, 1, 1, 'n', 1, 1, 2, 2, 1, 1, 1, 2, 0, 2, 10, 0, 0, 0, 0, 0, 0, 'x', 0)";
    let item = |number: i64| {
        format!(
            "INSERT INTO item (number, batch, line, source, target, amount, state) VALUES ({number}, 1, 1, 1, 2, 5, 2)"
        )
    };
    let mut tx = store.write().await.unwrap();
    for text in [batch.to_owned(), item(1), item(2)] {
        run(&mut tx, &text).await.unwrap();
    }
    tx.commit().await.unwrap();
    for from in BatchState::ALL {
        for to in BatchState::ALL {
            let mut tx = store.write().await.unwrap();
            // A fresh row in the state to come from: updates into it would be moves themselves.
            run(&mut tx, "DELETE FROM item").await.unwrap();
            run(&mut tx, "DELETE FROM batch").await.unwrap();
            let begin = batch.replacen(
                "1, 1, 2, 2, 1, 1, 1, 2",
                &format!("1, 1, {}, 2, 1, 1, 1, 2", from.number()),
                1,
            );
            run(&mut tx, &begin).await.unwrap();
            let moved = run(&mut tx, &format!("UPDATE batch SET state = {}", to.number())).await;
            assert_eq!(moved.is_ok(), from == to || from.may_become(*to), "{from:?} -> {to:?}");
        }
    }
    for from in ItemState::ALL {
        for to in ItemState::ALL {
            let mut tx = store.write().await.unwrap();
            run(&mut tx, "DELETE FROM item").await.unwrap();
            let begin = item(1).replace(", 5, 2)", &format!(", 5, {})", from.number()));
            run(&mut tx, &begin).await.unwrap();
            let moved = run(&mut tx, &format!("UPDATE item SET state = {}", to.number())).await;
            assert_eq!(moved.is_ok(), from == to || from.may_become(to), "{from:?} -> {to:?}");
        }
    }
    // Completed asks for the transfer of the item's number: 1 has one, 2 has none.
    let mut tx = store.write().await.unwrap();
    run(&mut tx, "UPDATE item SET state = 4 WHERE number = 1").await.unwrap();
    assert!(run(&mut tx, "UPDATE item SET state = 4 WHERE number = 2").await.is_err());
}
