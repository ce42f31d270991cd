//! What the schema refuses: changes to written rows, impossible rows, and transitions that the domain does
//! not allow.

use crate::fill::fill;
use crate::world::{World, run, world};
use domain::batch::BatchState;
use domain::item::ItemState;
use store::StoreError;

async fn filled() -> World {
    let world = world().await;
    let mut tx = world.store.write().await.unwrap();
    fill(&mut tx, 3).await.unwrap();
    tx.commit().await.unwrap();
    world
}

#[tokio::test]
async fn written_rows_are_never_changed() {
    let world = filled().await;
    for (text, refusal) in [
        ("UPDATE posting SET amount = 6", "posting is append-only"),
        ("DELETE FROM posting", "posting is append-only"),
        ("UPDATE transfer SET amount = 6", "transfer is append-only"),
        ("DELETE FROM transfer", "transfer is append-only"),
        ("UPDATE audit SET actor = 'x' WHERE id = 2", "audit is append-only"),
        ("DELETE FROM operation", "operation is append-only"),
        ("UPDATE approval SET action = 2", "approval is append-only"),
        ("DELETE FROM approval", "approval is append-only"),
        ("UPDATE approval_round SET needed = 0", "approval_round is append-only"),
        ("DELETE FROM batch_editor", "batch_editor is append-only"),
        (
            "UPDATE approval_policy SET content = '{}'",
            "approval_policy: a version is replaced, never changed",
        ),
        ("DELETE FROM approval_policy", "approval_policy: versions are kept"),
        ("DELETE FROM account", "accounts are closed, not deleted"),
        ("UPDATE account SET asset = 2", "an account keeps its identity"),
        ("UPDATE item SET amount = 6", "item: content is replaced, never changed"),
        ("DELETE FROM item", "item: the batch is frozen"),
        ("UPDATE item_run SET last_number = 2", "item_run is append-only"),
        ("DELETE FROM item_run", "item_run is append-only"),
        // The run of the only completed item.
        ("UPDATE item SET state = 5 WHERE number = 1", "item: a run completed it"),
        ("UPDATE item SET state = 7 WHERE number < 3", "item: a run completed it"),
        // Transfer 4 is refused, and 5 does not exist.
        ("INSERT INTO item_run VALUES (2, 4, 1, 1)", "item_run: completed without a transfer"),
        ("INSERT INTO item_run VALUES (5, 5, 1, 1)", "item_run: completed without a transfer"),
        ("INSERT INTO item_run VALUES (2, 2, 1, 1), (3, 5, 1, 1)", "item_run: completed without a transfer"),
        ("INSERT INTO item_run VALUES (2, 3, 1, 1), (3, 3, 1, 1)", "item_run: runs overlap"),
    ] {
        let mut tx = world.store.write().await.unwrap();
        match run(&mut tx, text).await {
            Err(StoreError::Constraint(said)) => assert_eq!(said, refusal, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    assert_eq!((world.count("posting").await, world.count("transfer").await), (3, 4));
}

#[tokio::test]
async fn the_schema_refuses_impossible_rows() {
    let world = filled().await;
    for text in [
        // A posting to the same account, of zero, or pointing forward.
        "INSERT INTO posting VALUES (8, 1, 1, 1, 1, 5, 0, 0, NULL, NULL, 0, 0)",
        "INSERT INTO posting VALUES (8, 1, 1, 1, 2, 0, 0, 0, NULL, NULL, 0, 0)",
        "INSERT INTO posting VALUES (8, 1, 1, 1, 2, 5, 0, 0, 9, NULL, 0, 0)",
        // A completed transfer without postings, a refused one without a reason, a second one with the same
        // number.
        "INSERT INTO transfer VALUES (9, 1, 1, NULL, 1, 2, 5, 0, NULL, 0, 0, 0, NULL)",
        "INSERT INTO transfer VALUES (9, 1, 2, NULL, 1, 2, 5, 0, NULL, 0, 0, 0, NULL)",
        "INSERT INTO transfer VALUES (1, 1, 2, 22, 1, 2, 5, 0, NULL, 0, 0, 0, NULL)",
        // A run that ends before it begins, and one that begins where another does.
        "INSERT INTO item_run VALUES (3, 2, 1, 1)",
        "INSERT INTO item_run VALUES (1, 3, 1, 1)",
        // An exchange without a transfer.
        "INSERT INTO transfer_exchange VALUES (-1, 1, '1', 't', 0, 1, '0')",
        // An item of a batch that does not exist, and one of a submitted batch.
        "INSERT INTO item (number, batch, line, source, target, amount, state) VALUES (9, 9, 1, 1, 2, 5, 2)",
        "INSERT INTO item (number, batch, line, source, target, amount, state) VALUES (9, 1, 1, 1, 2, 5, 2)",
        // A second world account for one currency and stripe; a customer's account without a holder.
        "INSERT INTO account (id, number, asset, kind, status, opened_at) VALUES (9, 'W', 1, 2, 1, 0)",
        "INSERT INTO account (id, number, asset, kind, status, opened_at) VALUES (9, 'W', 1, 1, 1, 0)",
        // Two chunks at one position in the order of commits.
        "INSERT INTO chunk (number, commit_number, postings) VALUES (2, 1, 1)",
        // A holder with another's address.
        "INSERT INTO holder (id, name, email, created_at) VALUES (9, 'x', 'h1@example.com', 0)",
    ] {
        let mut tx = world.store.write().await.unwrap();
        let refused = run(&mut tx, text).await;
        let expected = matches!(refused, Err(StoreError::Constraint(_) | StoreError::Duplicate(_)));
        assert!(expected, "{text}: {refused:?}");
    }
}

/// User 1 approved batch 1 in its first round; now the batch has two more, each of which needs two approvals.
#[tokio::test]
async fn no_batch_runs_with_fewer_approvals_than_it_needs_and_no_maker_approves() {
    const ROUND: &str =
        "INSERT INTO approval_round SELECT batch, round + 1, levels, 2, valid_h, policy_version,
        content_hash, day, asset, account, amount, same_day, maker, cause, opened_at
        FROM approval_round ORDER BY round DESC LIMIT 1";
    const DRAFT: &str =
        "INSERT INTO batch (id, day, day_number, name, kind, mode, state, intent, ready, asset,
        first_number, last_number, refused_count, total_count, total_amount, success_count, success_amount,
        failed_count, failed_amount, skipped_count, fee_amount, created_by, created_at)
        SELECT 7, 7, 7, 'x', 1, 1, 2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'x', 0";
    let state = |state: i64| format!("UPDATE batch SET state = {state} WHERE id = 7");
    let approval = |user: i64, round: i64| {
        format!("INSERT INTO approval VALUES (7, {round}, {user}, 2, 1, 'h', NULL, 'totp', 9)")
    };
    let round = ROUND.replace("SELECT batch,", "SELECT 7,");
    let (missing, made) = ("batch: approvals are missing", "approval: the approver made the batch");
    let users = "INSERT INTO app_user (id, login, name, role, created_by, created_at)
        SELECT 8, 'u8', 'u8', 2, 'x', 0 UNION SELECT 9, 'u9', 'u9', 2, 'x', 0";
    let begun = [DRAFT.to_owned(), state(3), users.to_owned(), round.clone()];
    let with = |more: &[String]| begun.iter().chain(more).cloned().collect::<Vec<_>>();
    let next =
        "INSERT INTO approval_round SELECT 7, 3, '[]', 2, 0, 0, 'h', 0, 1, NULL, 0, 0, 'x', 2, 0".to_owned();
    let editor = "INSERT INTO batch_editor VALUES (7, 4, 5, 8, 1)".to_owned();
    for (steps, refusal) in [
        (with(&[state(6)]), missing),
        (with(&[state(4)]), missing),
        (with(&[approval(8, 2), state(4)]), missing),
        (with(&[approval(8, 2), approval(9, 1), state(4)]), missing),
        (with(&[approval(8, 2), approval(9, 2), next, state(4)]), missing),
        (with(&[approval(8, 2), approval(9, 2), state(4), state(6)]), ""),
        (with(&[editor, approval(8, 2)]), made),
    ] {
        let world = filled().await;
        let mut tx = world.store.write().await.unwrap();
        let (last, before) = steps.split_last().unwrap();
        for step in before {
            run(&mut tx, step).await.unwrap();
        }
        let said = match run(&mut tx, last).await {
            Err(StoreError::Constraint(said)) => said,
            other => other.map(|_| String::new()).unwrap(),
        };
        assert_eq!(said, refusal, "{last}");
    }
}

/// Account 1 is a customer's and has 5; account 4 is the ledger's own, which has no lower bound.
#[tokio::test]
async fn a_balance_stays_above_its_floor_whichever_column_changes() {
    let world = filled().await;
    for (start, change, is_allowed) in [
        ("balance = 5", "balance = 0", true),
        ("balance = 5", "balance = -1", false),
        ("balance = 5", "held = 5", true),
        ("balance = 5", "held = 6", false),
        ("held = 5", "balance = 4", false),
        ("held = 5", "held = 0, balance = 0", true),
        ("overdraft = 10", "balance = -10", true),
        ("overdraft = 10", "balance = -11", false),
        ("overdraft = 10", "balance = -5, held = 6", false),
        ("overdraft = 10, balance = -10", "overdraft = 9", false),
        ("overdraft = 10, balance = -10", "head = 7, balance = -9", true),
        ("balance = 5", "overdraft = -1", false),
        ("balance = 5", "held = -1", false),
    ] {
        let mut tx = world.store.write().await.unwrap();
        for (account, is_bounded) in [(4, false), (1, true)] {
            let update = |set: &str| format!("UPDATE balance SET {set} WHERE account = {account}");
            // The ledger's own accounts only have a balance.
            let (start, change) =
                if is_bounded { (start, change) } else { ("balance = 5", "balance = -900") };
            run(&mut tx, &update(start)).await.unwrap();
            let changed = run(&mut tx, &update(change)).await;
            assert_eq!(
                changed.is_ok(),
                is_allowed || !is_bounded,
                "{account}: {start}; {change}: {changed:?}"
            );
        }
    }
}

#[tokio::test]
async fn runs_that_touch_do_not_overlap() {
    let world = filled().await;
    world
        .write(&["INSERT INTO item_run VALUES (3, 3, 1, 1)", "INSERT INTO item_run VALUES (2, 2, 1, 1)"])
        .await
        .unwrap();
    assert_eq!(world.count("item_run").await, 3);
}

#[tokio::test]
async fn items_and_batches_change_state_as_the_domain_allows() {
    let world = filled().await;
    let batch = |state: i64| {
        format!(
            "INSERT INTO batch (id, day, day_number, name, kind, mode, state, intent, ready, asset,
               first_number, last_number, refused_count, total_count, total_amount, success_count,
               success_amount, failed_count, failed_amount, skipped_count, fee_amount, created_by, created_at)
             VALUES (7, 1, 1, 'n', 1, 1, {state}, 2, 1, 1, 1, 2, 0, 2, 10, 0, 0, 0, 0, 0, 0, 'x', 0)"
        )
    };
    let item = |number: i64, state: i64| {
        format!(
            "INSERT INTO item (number, batch, line, source, target, amount, state)
             VALUES ({number}, 7, 1, 1, 2, 5, {state})"
        )
    };
    for from in BatchState::ALL {
        for to in BatchState::ALL {
            let mut tx = world.store.write().await.unwrap();
            // A fresh row in the initial state: an update to reach that state would itself be a transition.
            run(&mut tx, &batch(from.number())).await.unwrap();
            let moved = run(&mut tx, &format!("UPDATE batch SET state = {} WHERE id = 7", to.number())).await;
            assert_eq!(moved.is_ok(), from == to || from.may_become(to), "{from:?} -> {to:?}");
        }
    }
    // A transfer with this number exists: `completed` requires it.
    world
        .write(&["INSERT INTO transfer VALUES (70, 2, 2, 22, 1, 2, 5, 0, NULL, 0, 0, 0, NULL)"])
        .await
        .unwrap();
    for from in ItemState::ALL {
        for to in ItemState::ALL {
            let mut tx = world.store.write().await.unwrap();
            run(&mut tx, &batch(2)).await.unwrap();
            run(&mut tx, &item(70, from.number())).await.unwrap();
            let moved =
                run(&mut tx, &format!("UPDATE item SET state = {} WHERE number = 70", to.number())).await;
            assert_eq!(moved.is_ok(), from == to || from.may_become(to), "{from:?} -> {to:?}");
        }
    }
    for (number, is_settled) in [(70, true), (71, false)] {
        let mut tx = world.store.write().await.unwrap();
        run(&mut tx, &batch(2)).await.unwrap();
        run(&mut tx, &item(number, 2)).await.unwrap();
        let completed = run(&mut tx, &format!("UPDATE item SET state = 4 WHERE number = {number}")).await;
        assert_eq!(completed.is_ok(), is_settled, "{number}: {completed:?}");
    }
}
