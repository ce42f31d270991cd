//! Facts about operation ids.

use crate::check;

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_moves_nothing() {
    check(
        "open A 100.00
         open B 0.00
         pay A B 10.00 as k
         pay A B 10.00 as k
         pay A B 10 as k",
        "pay A B 10.00 as k: transfer 2 again
         pay A B 10 as k: transfer 2 again
         A 90.00
         B 10.00
         1 deposit - -> A 100.00
         2 transfer A -> B 10.00",
    )
    .await;
}

#[tokio::test]
async fn an_id_used_for_another_request_is_a_conflict_that_moves_nothing() {
    check(
        "open A 100.00
         open B 0.00
         pay A B 10.00 as k
         pay A B 11.00 as k
         pay B A 10.00 as k",
        "pay A B 11.00 as k: OPERATION_CONFLICT
         pay B A 10.00 as k: OPERATION_CONFLICT
         A 90.00
         B 10.00
         1 deposit - -> A 100.00
         2 transfer A -> B 10.00",
    )
    .await;
}

#[tokio::test]
async fn a_refusal_is_the_answer_of_its_id_even_when_the_money_is_there_later() {
    check(
        "open A 5.00
         open B 0.00
         pay A B 10.00 as k
         open C 100.00
         pay C A 50.00
         pay A B 10.00 as k
         pay A B 10.00 as another",
        "pay A B 10.00 as k: INSUFFICIENT_BALANCE
         pay A B 10.00 as k: transfer 2 again, INSUFFICIENT_BALANCE
         A 45.00
         B 10.00
         C 50.00
         1 deposit - -> A 5.00
         2 transfer A -> B 10.00 INSUFFICIENT_BALANCE
         3 deposit - -> C 100.00
         4 transfer C -> A 50.00
         6 transfer A -> B 10.00",
    )
    .await;
}
