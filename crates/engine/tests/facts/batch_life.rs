//! Facts about the life of a batch.

use crate::check;

#[tokio::test]
async fn a_batch_pays_every_item_once() {
    check(
        "open P 100.00
         open A 0.00
         open B 0.00
         open C 0.00
         batch P continue A 10.00 B 20.00 C 30.00
         execute 1
         run 1
         run 1
         audit",
        "audit: batch.import ok, batch.submit ok, batch.execute ok, batch.chunk ok x2, batch.end ok
         A 10.00
         B 20.00
         C 30.00
         P 40.00
         1 deposit - -> P 100.00
         2 batch P -> A 10.00
         3 batch P -> B 20.00
         4 batch P -> C 30.00
         batch 1 completed: 3 paid (60.00), 0 failed, 0 skipped of 3
         line 2: 2 P -> A 10.00 completed
         line 3: 3 P -> B 20.00 completed
         line 4: 4 P -> C 30.00 completed",
    )
    .await;
}

#[tokio::test]
async fn failures_leave_the_rest_alone_and_a_retry_pays_only_them() {
    check(
        "open P 100.00
         open A 0.00
         open B 0.00
         open C 0.00
         batch P continue A 10.00 B 20.00 C 30.00
         freeze B
         execute 1
         run 1
         thaw B
         retry 1
         run 1",
        "retry 1: 1
         A 10.00
         B 20.00
         C 30.00
         P 40.00
         1 deposit - -> P 100.00
         2 batch P -> A 10.00
         3 batch P -> B 20.00
         4 batch P -> C 30.00
         batch 1 completed: 3 paid (60.00), 0 failed, 0 skipped of 3
         line 2: 2 P -> A 10.00 completed
         line 3: 3 P -> B 20.00 completed
         line 4: 4 P -> C 30.00 completed",
    )
    .await;
}

#[tokio::test]
async fn an_atomic_batch_with_one_refusal_moves_nothing() {
    check(
        "open P 100.00
         open A 0.00
         open B 0.00
         batch P atomic A 10.00 B 20.00
         freeze B
         execute 1
         run 1",
        "A 0.00
         B 0.00 frozen
         P 100.00
         1 deposit - -> P 100.00
         batch 1 failed: 0 paid (0.00), 2 failed, 0 skipped of 2
         line 2: 2 P -> A 10.00 failed ATOMIC_ABORTED
         line 3: 3 P -> B 20.00 failed TARGET_ACCOUNT_FROZEN",
    )
    .await;
}

#[tokio::test]
async fn a_batch_that_stops_at_a_failure_leaves_the_rest_to_resume() {
    check(
        "open P 100.00
         open A 0.00
         open B 0.00
         open C 0.00
         open D 0.00
         batch P stop_on_failure A 10.00 B 20.00 C 30.00 D 5.00
         freeze B
         execute 1
         run 1
         thaw B
         resume 1
         run 1
         retry 1
         run 1",
        "retry 1: 1
         A 10.00
         B 20.00
         C 30.00
         D 5.00
         P 35.00
         1 deposit - -> P 100.00
         2 batch P -> A 10.00
         3 batch P -> B 20.00
         4 batch P -> C 30.00
         5 batch P -> D 5.00
         batch 1 completed: 4 paid (65.00), 0 failed, 0 skipped of 4
         line 2: 2 P -> A 10.00 completed
         line 3: 3 P -> B 20.00 completed
         line 4: 4 P -> C 30.00 completed
         line 5: 5 P -> D 5.00 completed",
    )
    .await;
}

#[tokio::test]
async fn a_batch_cancelled_before_it_began_never_pays() {
    check(
        "open P 100.00
         open A 0.00
         batch P continue A 10.00
         cancel 1
         execute 1
         run 1
         retry 1
         resume 1",
        "execute 1: BATCH_WRONG_STATE
         retry 1: BATCH_WRONG_STATE
         resume 1: BATCH_WRONG_STATE
         A 0.00
         P 100.00
         1 deposit - -> P 100.00
         batch 1 cancelled: 0 paid (0.00), 0 failed, 1 skipped of 1
         line 2: 2 P -> A 10.00 skipped",
    )
    .await;
}

#[tokio::test]
async fn a_skipped_item_is_never_paid_and_does_not_hold_the_batch_open() {
    check(
        "open P 15.00
         open A 0.00
         open B 0.00
         batch P continue A 10.00 B 20.00
         execute 1
         run 1
         skip 1 3
         retry 1
         run 1",
        "retry 1: 0
         A 10.00
         B 0.00
         P 5.00
         1 deposit - -> P 15.00
         2 batch P -> A 10.00
         batch 1 completed: 1 paid (10.00), 0 failed, 1 skipped of 2
         line 2: 2 P -> A 10.00 completed
         line 3: 3 P -> B 20.00 skipped INSUFFICIENT_BALANCE",
    )
    .await;
}

#[tokio::test]
async fn pause_holds_a_batch_until_it_is_resumed() {
    check(
        "open P 100.00
         open A 0.00
         batch P continue A 10.00
         execute 1
         pause 1
         run 1
         resume 1
         run 1",
        "A 10.00
         P 90.00
         1 deposit - -> P 100.00
         2 batch P -> A 10.00
         batch 1 completed: 1 paid (10.00), 0 failed, 0 skipped of 1
         line 2: 2 P -> A 10.00 completed",
    )
    .await;
}
