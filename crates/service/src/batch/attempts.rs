//! The attempts to pay an item, derived from its failures, its transfer and the batch's history.

use super::described::{Described, described};
use super::lookup::find;
use super::rework::item_of;
use crate::{Error, Service};
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::fact::BatchEvent;
use domain::item::ItemState;
use domain::principal::Author;
use store::Tx;
use store::batch_history::Event;
use store::item::{Failure, Item};

/// An attempt to pay an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Why it failed, if it did.
    pub code: Option<Code>,
    /// The amount to move, minor units.
    pub amount: i64,
    /// When it was decided, microseconds UTC; none while it is pending.
    pub at: Option<i64>,
    /// Who retried or resumed it, and when; none for the first attempt.
    pub retried: Option<(Author, i64)>,
}

/// An item with its attempts, in order.
#[derive(Debug, Clone)]
pub struct Attempts {
    /// Its batch.
    pub batch: Described,
    /// The item.
    pub item: Item,
    /// The attempts.
    pub attempts: Vec<Attempt>,
}

/// The attempts to pay an item of a batch.
pub async fn item_attempts(service: &Service, batch: BatchRef, number: i64) -> Result<Attempts, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    let item = item_of(&mut tx, &batch, number).await?;
    let failures = store::item::failures(&mut tx, item.number).await?;
    let retries = store::batch_history::retries(&mut tx, batch.id, number).await?;
    let attempts = attempts(&item, &failures, &retries, paid_at(&mut tx, &item).await?);
    Ok(Attempts { batch: described(&mut tx, batch).await?, item, attempts })
}

async fn paid_at(tx: &mut Tx, item: &Item) -> Result<Option<i64>, Error> {
    if item.state != ItemState::Completed {
        return Ok(None);
    }
    let transfers = store::transfer::by_numbers(tx, vec![item.number.0]).await?;
    Ok(transfers.first().map(|transfer| transfer.created_at))
}

/// Each failure but the last is followed by the retry that led to the next attempt: the first later one that
/// covers items with that failure code.
fn attempts(
    item: &Item,
    failures: &[(Failure, i64)],
    retries: &[Event],
    paid_at: Option<i64>,
) -> Vec<Attempt> {
    let mut retries = retries.iter();
    let (mut all, mut retried) = (Vec::new(), None);
    for (failure, at) in failures {
        all.push(Attempt {
            code: Some(failure.code),
            amount: failure.amount,
            at: Some(*at),
            retried: retried.take(),
        });
        let next = retries.find(|event| event.at >= *at && takes(event, failure.code));
        retried = next.map(|event| (event.actor.clone(), event.at));
    }
    let waits = matches!(item.state, ItemState::Pending | ItemState::Processing | ItemState::Unknown);
    if paid_at.is_some() || waits && (retried.is_some() || failures.is_empty()) {
        all.push(Attempt { code: None, amount: item.amount, at: paid_at, retried });
    }
    all
}

/// Resuming an ended batch covers items that were not tried; a retry covers everything that failed.
fn takes(event: &Event, code: Code) -> bool {
    event.event == BatchEvent::Retried.name() || matches!(code, Code::Interrupted | Code::Stopped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::batch::BatchState;
    use domain::id::{AccountId, TransferId};

    fn item(state: ItemState) -> Item {
        Item {
            number: TransferId(7),
            line: 1,
            source: AccountId(1),
            target: AccountId(2),
            amount: 5,
            state,
            code: None,
            memo: None,
            reference: None,
            external_id: None,
        }
    }

    fn failure(code: Code, at: i64) -> (Failure, i64) {
        (Failure { item: TransferId(7), code, amount: 5, chunk: 1 }, at)
    }

    fn event(name: &str, who: &str, at: i64) -> Event {
        let actor = Author { name: who.to_owned(), ..Author::system() };
        let (event, state) = (name.to_owned(), BatchState::Processing);
        Event { item: None, state, event, detail: None, actor, at }
    }

    #[test]
    fn each_attempt_has_the_retry_that_led_to_it() {
        let failures = [failure(Code::InsufficientBalance, 10), failure(Code::Interrupted, 20)];
        // A retry before this item was tried, a resume that does not cover it, and two that do.
        let retries = [
            event("retried", "early", 5),
            event("resumed", "other", 11),
            event("retried", "anna", 12),
            event("resumed", "bo", 21),
        ];
        let found = attempts(&item(ItemState::Completed), &failures, &retries, Some(30));
        let seen: Vec<_> = found
            .iter()
            .map(|one| (one.code, one.at, one.retried.as_ref().map(|(who, _)| who.name.as_str())))
            .collect();
        let expected = [
            (Some(Code::InsufficientBalance), Some(10), None),
            (Some(Code::Interrupted), Some(20), Some("anna")),
            (None, Some(30), Some("bo")),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_failed_or_skipped_item_has_no_pending_attempt() {
        let failures = [failure(Code::InsufficientBalance, 10)];
        assert_eq!(attempts(&item(ItemState::Failed), &failures, &[], None).len(), 1);
        assert_eq!(attempts(&item(ItemState::Skipped), &[], &[], None).len(), 0);
        assert_eq!(attempts(&item(ItemState::Pending), &[], &[], None).len(), 1);
        let retried = [event("retried", "anna", 11)];
        assert_eq!(attempts(&item(ItemState::Pending), &failures, &retried, None).len(), 2);
    }
}
