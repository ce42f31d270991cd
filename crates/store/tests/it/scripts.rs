//! Scripts: their statements run in order, each gets its own answer, and the first that fails ends them all.

use crate::world::{World, world};
use domain::code::Code;
use domain::id::{AccountId, BatchId, TransferId};
use domain::transfer::TransferKind;
use store::audit::{Actor, Audit};
use store::counter::{self, Counter};
use store::transfer::{self, Transfer};
use store::{Script, StoreError, audit, head, item_run};
use testkit::place::Engine;

fn refused(number: i64) -> Transfer {
    Transfer {
        number: TransferId(number),
        kind: TransferKind::Single,
        code: Some(Code::InsufficientBalance),
        source: AccountId(1),
        target: AccountId(2),
        amount: 5,
        fee: 0,
        first_posting: None,
        posting_count: 0,
        value_date: 0,
        created_at: 0,
        memo: None,
    }
}

fn audits(rows: usize) -> Vec<Audit> {
    let row = Audit {
        actor: Actor { author: crate::world::tester(), origin: "test".to_owned() },
        action: "transfer.create",
        subject: "transfer",
        subject_id: None,
        result: "ok",
        detail: "{}".to_owned(),
        digest: None,
    };
    vec![row; rows]
}

/// More rows than are sent as parameters of a statement.
const MANY: i64 = 20_000;

#[tokio::test]
async fn each_statement_of_a_script_gets_its_answer_in_order() {
    let world = world().await;
    for rows in [1, 100, MANY] {
        let mut tx = world.store.write().await.unwrap();
        let before = world.store.hops();
        let mut script = Script::new();
        let version = head::versions_later(&mut script);
        let numbers: Vec<i64> = (1..=rows).collect();
        transfer::insert_later(&mut script, &numbers.iter().map(|n| refused(*n)).collect::<Vec<_>>());
        let nothing = item_run::insert_later(&mut script, BatchId(1), 1, &[]);
        let advanced = head::advance_later(&mut script, audits(numbers.len()), 1);
        let drawn = counter::take_later(&mut script, Counter::Number, 5);
        let next = counter::take_later(&mut script, Counter::Number, 1);
        let mut answers = tx.run(script).await.unwrap();
        assert!(world.store.hops() > before);
        // In any order.
        assert_eq!(answers.take(next).unwrap(), answers.take(drawn).unwrap() + 5);
        assert_eq!(answers.take(nothing).unwrap(), 0);
        let head = answers.take(advanced).unwrap().allowed(&mut tx).await.unwrap();
        assert_eq!(answers.take(version).unwrap(), head.versions);
        assert_eq!(audit::list(&mut tx, 0, MANY).await.unwrap().len(), rows as usize);
        assert_eq!(transfer::by_numbers(&mut tx, numbers).await.unwrap().len(), rows as usize);
    }
    assert_eq!(world.count("transfer").await, 0);
}

#[tokio::test]
async fn a_script_ends_at_the_statement_that_fails() {
    let world = world().await;
    for (rows, behind) in [(1, 1), (1, MANY), (MANY, 1), (MANY, MANY)] {
        let mut tx = world.store.write().await.unwrap();
        let mut script = Script::new();
        let all: Vec<_> = (1..=rows).map(refused).collect();
        transfer::insert_later(&mut script, &all);
        // The reason is the first failure, not that of the statements after it.
        transfer::insert_later(&mut script, &all);
        head::advance_later(&mut script, audits(behind as usize), 1);
        let error = tx.run(script).await.unwrap_err();
        assert!(matches!(error, StoreError::Duplicate(_)), "{error:?}");
        assert!(head::advance(&mut tx).await.is_err());
        assert!(tx.commit().await.is_err());
        nothing_was_written(&world).await;
    }
}

/// And the connection works.
async fn nothing_was_written(world: &World) {
    for table in ["transfer", "audit"] {
        assert_eq!(world.count(table).await, 0, "{table}");
    }
    let mut tx = world.store.write().await.unwrap();
    assert_eq!(head::advance(&mut tx).await.unwrap().commit_number, 1);
}

#[tokio::test]
async fn a_transaction_begins_with_its_first_statement() {
    let world = world().await;
    let before = world.store.hops();
    world.store.write().await.unwrap().commit().await.unwrap();
    drop(world.store.write().await.unwrap());
    assert_eq!(world.store.hops(), before);
    // On a server, a statement that may write waits until the transaction has begun.
    let writing = if world.place.engine == Engine::Server { 3 } else { 2 };
    for round in 0..2 {
        let before = world.store.hops();
        let mut tx = world.store.write().await.unwrap();
        head::policy_version(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let read = world.store.hops();
        let mut tx = world.store.write().await.unwrap();
        head::advance(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        // And the first use of a statement also prepares it there.
        let hops = (read - before, world.store.hops() - read);
        assert!(round == 0 || hops == (2, writing), "{hops:?}");
    }
    assert_eq!(world.numbers("SELECT commit_number FROM ledger_head").await, [2]);
}
