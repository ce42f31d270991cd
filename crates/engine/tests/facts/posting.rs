//! Facts about single transfers.

use crate::check;

#[tokio::test]
async fn a_transfer_moves_money_once_and_leaves_one_audit_row() {
    check(
        "open A 100.00
         open B 0.00
         pay A B 30.00
         audit",
        "audit: transfer.create ok
         A 70.00
         B 30.00
         1 deposit - -> A 100.00
         2 transfer A -> B 30.00",
    )
    .await;
}

#[tokio::test]
async fn a_refused_transfer_is_kept_and_moves_nothing() {
    check(
        "open A 10.00
         open B 0.00
         pay A B 10.01
         freeze B
         pay A B 1.00
         freeze A
         pay B A 1.00
         pay A A 1.00",
        "pay A B 10.01: INSUFFICIENT_BALANCE
         pay A B 1.00: TARGET_ACCOUNT_FROZEN
         pay B A 1.00: SOURCE_ACCOUNT_FROZEN
         pay A A 1.00: SOURCE_ACCOUNT_FROZEN
         A 10.00 frozen
         B 0.00 frozen
         1 deposit - -> A 10.00
         2 transfer A -> B 10.01 INSUFFICIENT_BALANCE
         3 transfer A -> B 1.00 TARGET_ACCOUNT_FROZEN
         4 transfer B -> A 1.00 SOURCE_ACCOUNT_FROZEN
         5 transfer A -> A 1.00 SOURCE_ACCOUNT_FROZEN",
    )
    .await;
}

#[tokio::test]
async fn only_an_empty_account_can_be_closed_and_then_it_takes_nothing() {
    check(
        "open A 1.00
         open B 0.00
         close A
         pay A B 1.00
         close A
         pay B A 1.00",
        "close A: ACCOUNT_NOT_EMPTY
         pay B A 1.00: TARGET_ACCOUNT_CLOSED
         A 0.00 closed
         B 1.00
         1 deposit - -> A 1.00
         2 transfer A -> B 1.00
         3 transfer B -> A 1.00 TARGET_ACCOUNT_CLOSED",
    )
    .await;
}
