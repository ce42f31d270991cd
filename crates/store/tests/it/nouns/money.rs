//! Transfers and their postings, chunks, the history, operations and the audit log.

use super::{Filled, length, some};
use crate::fill::{DAY, posting_id};
use domain::code::Code;
use domain::id::{AccountId, TransferId};
use domain::transfer::TransferStatus;
use store::Tx;
use store::listing::CursorKey;
use store::transfer_list::{TransferFilter, TransferSort};

pub async fn transfer(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let transfers = store::transfer::by_numbers(tx, (1..=rows + 2).collect()).await.unwrap();
    assert_eq!(length(&transfers), rows + 1);
    assert_eq!(store::transfer::get(tx, TransferId(1)).await.unwrap().as_ref(), transfers.first());
    let (first, refused) = (&transfers[0], transfers.last().unwrap());
    assert_eq!((first.first_posting, first.status()), (Some(posting_id(1)), TransferStatus::Completed));
    assert_eq!((refused.code, refused.status()), (Some(Code::InsufficientBalance), TransferStatus::Refused));
    let exchange = store::transfer::exchange(tx, TransferId(1)).await.unwrap().unwrap();
    assert_eq!((exchange.target_amount, exchange.rate.as_str(), exchange.residual.as_str()), (7, "1.5", "0"));
    assert_eq!(store::transfer::exchange(tx, TransferId(rows + 1)).await.unwrap(), None);
    let all = store::transfer::exchanges(tx, (1..=rows + 1).collect()).await.unwrap();
    assert_eq!((length(&all), &all[0]), (rows, &(1, exchange)));
    let makers = store::transfer::item_makers(tx, vec![1]).await.unwrap();
    assert_eq!(makers, [(1, "tester".to_owned())]);
}

pub async fn transfer_list(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let refused = TransferFilter { completed: Some(false), ..TransferFilter::default() };
    let page = store::transfer_list::page(tx, &refused, TransferSort::Number, some(9)).await.unwrap();
    assert_eq!(page, [rows + 1]);
    let all = TransferFilter::default();
    assert_eq!(store::transfer_list::count(tx, &all, None).await.unwrap(), rows + 1);
    let of_account = store::transfer_list::page_of_account(tx, AccountId(1), &all, some(9)).await.unwrap();
    assert_eq!(of_account, [1]);
    let of_account = store::transfer_list::amounts_of_account(tx, AccountId(1), &all, some(9)).await.unwrap();
    assert_eq!(of_account, [CursorKey { value: 5_i64.into(), key: 1 }]);
    assert_eq!(
        store::transfer_list::amounts(tx, &refused, some(9)).await.unwrap(),
        [CursorKey { value: 5_i64.into(), key: rows + 1 }]
    );
    assert_eq!(store::transfer_list::keys(tx).await.unwrap(), (1, rows + 1));
    assert_eq!(store::transfer_list::time(tx, 1).await.unwrap(), Some(1));
}

pub async fn posting(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let postings = store::posting::after(tx, 0, 1_000).await.unwrap();
    assert_eq!(length(&postings), rows);
    let first = &postings[0];
    assert_eq!((first.posting.id, first.value_date, first.created_at), (posting_id(1), DAY, 1));
    assert_eq!(store::posting::last(tx).await.unwrap(), posting_id(rows).0);
    let ids = (1..=rows).map(|k| posting_id(k).0).collect();
    assert_eq!(store::posting::by_ids(tx, ids).await.unwrap(), postings);
    // Back over the world account's postings, newest first.
    let mut walked =
        store::posting::walk(tx, AccountId(rows + 1), posting_id(rows).0, 1_000, 0).await.unwrap();
    walked.reverse();
    assert_eq!(walked, postings);
}

/// Ids of transfers, and one whose answer has a row of its own.
pub async fn operation(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let ids = vec!["op-000001".to_owned(), "op-none".to_owned()];
    let operations = tx.ask(|script| store::operation::find_later(script, ids)).await;
    assert_eq!(operations.unwrap().iter().map(|found| found.transfer).collect::<Vec<_>>(), [1]);
    assert_eq!(store::operation::count(tx).await.unwrap(), rows);
    let answered = store::operation::answered(tx, "op-000001").await.unwrap().unwrap();
    let outcome = answered.outcome.as_deref();
    assert_eq!((answered.fingerprint.as_str(), answered.transfer, outcome), ("1", 1, Some("{}")));
    assert_eq!(store::operation::answered(tx, "op-none").await.unwrap(), None);
    let (id, fingerprint) = ("request".to_owned(), "ab".to_owned());
    let request = store::operation::Operation { id, fingerprint, transfer: 0 };
    for new in [1, 0] {
        assert_eq!(store::operation::reserve(tx, std::slice::from_ref(&request), 1).await.unwrap(), new);
    }
    store::operation::keep(tx, "request", "{}").await.unwrap();
    let answered = store::operation::answered(tx, "request").await.unwrap().unwrap();
    assert_eq!((answered.transfer, answered.outcome.as_deref()), (0, Some("{}")));
}

pub async fn voucher(tx: &mut Tx, Filled { rows, .. }: Filled) {
    assert_eq!(store::voucher::get(tx, TransferId(1)).await.unwrap().as_deref(), Some("[]"));
    let all = store::voucher::by_transfers(tx, (1..=rows + 2).collect()).await.unwrap();
    assert_eq!(all, [(1, "[]".to_owned())]);
}

pub async fn audit(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let all = store::audit::list(tx, 0, 1_000).await.unwrap();
    assert_eq!(length(&all), rows);
    let first = &all[0];
    let seen = (first.actor.clone(), first.origin.as_str(), first.action.as_str(), first.result.as_str());
    assert_eq!(seen, (crate::world::tester(), "test", "transfer.create", "ok"));
    let digests = all.iter().filter(|row| row.digest.as_deref() == Some(&"ab".repeat(32))).count();
    assert_eq!(i64::try_from(digests).unwrap(), rows / 2);
    assert_eq!(
        length(&store::audit::makers_of_transfers(tx, vec![rows]).await.unwrap()),
        i64::from(rows > 1)
    );
    let filter =
        store::audit::AuditFilter { action: Some("transfer.create".to_owned()), ..Default::default() };
    assert_eq!(store::audit::count(tx, &filter).await.unwrap(), rows);
    assert_eq!(store::audit::page(tx, &filter, some(1_000)).await.unwrap(), all);
    assert_eq!(
        store::audit::ids(tx, Some(1), Some(2)).await.unwrap(),
        store::audit::ids(tx, None, None).await.unwrap()
    );
    assert_eq!(store::audit::time(tx, first.id).await.unwrap(), Some(1));
}

pub async fn chunk(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let chunks = store::chunk::after(tx, 0, 9).await.unwrap();
    assert_eq!(chunks.iter().map(|chunk| (chunk.number, chunk.postings)).collect::<Vec<_>>(), [(1, rows)]);
    assert_eq!(store::chunk::by_numbers(tx, vec![1, 2]).await.unwrap(), chunks);
    let seals = store::chunk::seals(tx, vec![1, 2]).await.unwrap();
    let seen: Vec<_> = seals.iter().map(|seal| (seal.number, seal.postings, seal.digest.clone())).collect();
    assert_eq!(seen, [(1, rows, "cd".repeat(32))]);
    assert_eq!(store::chunk::without_postings(tx, 0, 9).await.unwrap(), []);
}

pub async fn history(tx: &mut Tx, _: Filled) {
    let chunks = store::chunk::after(tx, 0, 9).await.unwrap();
    assert_eq!(store::history::mark(tx).await.unwrap(), chunks[0].commit_number);
    let page = store::history::page(tx, AccountId(1), DAY, (DAY + 1, i64::MIN), 9).await.unwrap();
    assert_eq!(page, [(DAY, posting_id(1).0)]);
    assert_eq!(store::history::count(tx, AccountId(1), 9).await.unwrap(), 1);
    for (days, most, count) in [((DAY, DAY), 9, 1), ((DAY, DAY), 0, 0), ((DAY + 1, DAY + 9), 9, 0)] {
        assert_eq!(store::history::count_between(tx, AccountId(1), days, most).await.unwrap(), count);
    }
}

pub async fn verify(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let size = |rows: store::value::Rows| i64::try_from(rows.len()).unwrap();
    let postings = store::verify::postings(tx, 0, 1_000).await.unwrap();
    let claim = |claim: store::verify::Claim| (claim.amount, claim.fee, claim.count, claim.target);
    for (booked, found) in &postings {
        assert_eq!(found.map(claim), Some((5, 0, 1, booked.posting.credit.0)));
    }
    assert_eq!(length(&postings), rows);
    assert_eq!(size(store::verify::balances(tx, 0, 1_000).await.unwrap()), rows + 2);
    assert_eq!(size(store::verify::items(tx, 0, 1_000).await.unwrap()), rows);
    assert_eq!(store::verify::transfer_sums(tx).await.unwrap(), (rows, 0, rows + 1));
    let refused = store::verify::refused_sums(tx).await.unwrap();
    assert_eq!(refused.iter().map(|(_, total)| total.transfers).collect::<Vec<_>>(), [1]);
    assert_eq!(store::verify::failure_counts(tx).await.unwrap(), [(0, 1, rows)]);
    assert_eq!(store::verify::account_assets(tx, 0, 1_000).await.unwrap().last(), Some(&(rows + 2, 1)));
    assert_eq!(store::verify::account_without_balance(tx).await.unwrap(), None);
    let before = (i64::MIN, i64::MIN, i64::MIN);
    assert_eq!(length(&store::verify::history(tx, before, 1_000).await.unwrap()), 2 * rows);
    assert_eq!(size(store::verify::chunks(tx, 0, 1_000).await.unwrap()), 0, "no slice was audited");
    assert_eq!(length(&store::verify::failures_by_chunk(tx, 7).await.unwrap()), rows);
    let failures = store::verify::failures_of_items(tx, (0, 0), 1_000).await.unwrap();
    assert_eq!(failures.iter().map(|one| one.item).collect::<Vec<_>>(), (1..=rows).collect::<Vec<_>>());
    assert_eq!((failures[0].chunk, failures[0].amount, failures[0].at), (1, 5, 3));
    assert_eq!(size(store::verify::batches(tx).await.unwrap()), 1);
    let batch = store::batch::get(tx, batch).await.unwrap().unwrap();
    assert_eq!(store::verify::paid_twice(tx, &batch).await.unwrap(), None);
}
