//! Totals of transfers by day, counts of refused attempts, and the statistics read from both.

use super::Filled;
use crate::fill::{DAY, posting_id};
use domain::code::Code;
use domain::id::{AccountId, AssetId, TransferId};
use domain::transfer::{TransferKind, TransferStatus};
use std::iter;
use store::chunk::{AmountSpan, SpanFilter};
use store::day_sum::{DayKey, DayTotal};
use store::failure_count::QUARTER;
use store::item::Failure;
use store::listing::{Order, Window};
use store::statistics::{self as totals, FailureCount, Group, Range, Sums};
use store::transfer::Transfer;
use store::written_chunk::{Span, WrittenChunk};
use store::{Script, Tx};

const ASSET: AssetId = AssetId(1);

fn single(source: i64, amount: i64, fee: i64, code: Option<Code>) -> Transfer {
    Transfer {
        number: TransferId(1_000),
        kind: TransferKind::Single,
        code,
        source: AccountId(source),
        target: AccountId(2),
        amount,
        fee,
        first_posting: code.is_none().then(|| posting_id(1_000)),
        posting_count: i64::from(code.is_none()),
        value_date: DAY + 1,
        created_at: 1,
        memo: None,
    }
}

async fn add(tx: &mut Tx, transfers: &[Transfer], stripe: i64) {
    let mut script = Script::new();
    let known = |account: AccountId| (account.0 > 0).then_some(ASSET);
    store::day_sum::add_later(&mut script, transfers, known, stripe);
    tx.run(script).await.unwrap();
}

pub async fn day_sum(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let key = |kind: TransferKind, status: TransferStatus, value_date| DayKey {
        value_date,
        asset: ASSET.0,
        kind: kind.number(),
        status: status.number(),
    };
    let filled = [
        (
            key(TransferKind::Deposit, TransferStatus::Completed, DAY),
            DayTotal { transfers: rows, amount: 5 * i128::from(rows), fee: 0 },
        ),
        (
            key(TransferKind::Deposit, TransferStatus::Refused, DAY),
            DayTotal { transfers: 1, amount: 5, fee: 0 },
        ),
    ];
    assert_eq!(store::day_sum::all(tx).await.unwrap(), filled);

    // Totals beyond the engines' integers, on two stripes; what has no payer counts nowhere.
    let much = single(1, i64::MAX, 999_999_999, None);
    for stripe in [3, 4, 3] {
        add(tx, &[much.clone(), single(0, 7, 0, Some(Code::SourceNotFound)), much.clone()], stripe).await;
    }
    add(tx, &[], 3).await;
    let all = store::day_sum::all(tx).await.unwrap();
    let total = DayTotal { transfers: 6, amount: 6 * i128::from(i64::MAX), fee: 6 * 999_999_999 };
    let added = (key(TransferKind::Single, TransferStatus::Completed, DAY + 1), total);
    assert_eq!(all, [&filled[..], &[added]].concat());
    let (deposit, single) = (Some(TransferKind::Deposit), Some(TransferKind::Single));
    for (day, order, kind, status, expected) in [
        (i64::MIN, Order::Ascending, None, None, Some(DAY)),
        (DAY, Order::Ascending, None, None, Some(DAY + 1)),
        (DAY + 1, Order::Ascending, None, None, None),
        (i64::MIN, Order::Ascending, single, None, Some(DAY + 1)),
        (i64::MAX, Order::Descending, None, None, Some(DAY + 1)),
        (i64::MAX, Order::Descending, deposit, None, Some(DAY)),
        (i64::MAX, Order::Descending, None, Some(TransferStatus::Refused), Some(DAY)),
        (DAY, Order::Descending, None, None, None),
    ] {
        let next = store::day_sum::next_day(tx, day, order, (kind, status)).await.unwrap();
        assert_eq!(next, expected, "{day} {order:?} {kind:?} {status:?}");
    }
    let rows = tx.fetch_text("SELECT amount_rest, fee_rest FROM day_sum".to_owned(), vec![]).await.unwrap();
    assert!(
        rows.iter().all(|row| row.i64(0).unwrap() < 1_000_000_000 && row.i64(1).unwrap() < 1_000_000_000)
    );
}

pub async fn failure_count(tx: &mut Tx, Filled { rows, .. }: Filled) {
    assert_eq!(store::failure_count::all(tx).await.unwrap(), [(0, 1, rows)]);
    let failure = |code| Failure { item: TransferId(1), code, amount: 5, chunk: 2 };
    let failures = [failure(Code::SourceFrozen), failure(Code::AtomicAborted), failure(Code::SourceFrozen)];
    let other = AssetId(2);
    for stripe in [0, 1] {
        let mut script = Script::new();
        let of = [(other, &failures[..]), (ASSET, &failures[..1]), (other, &failures[..2]), (ASSET, &[][..])];
        store::failure_count::add_later(&mut script, of.into_iter(), 3 * QUARTER + 1, stripe);
        tx.run(script).await.unwrap();
    }
    // Items that were not attempted do not count.
    assert_eq!(store::failure_count::all(tx).await.unwrap(), [(0, 1, rows), (3, 1, 2), (3, 2, 6)]);
    let mut script = Script::new();
    store::failure_count::add_later(&mut script, iter::once((ASSET, &failures[1..2])), 0, 0);
    tx.run(script).await.unwrap();
    assert_eq!(store::failure_count::all(tx).await.unwrap().len(), 3);
}

pub async fn statistics(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let range = Range { from: DAY, to: DAY, asset: Some(ASSET), account: None };
    for group in [Group::None, Group::Day, Group::Account] {
        assert_eq!(totals::sums(tx, group, range).await.unwrap(), [], "deposits are not sent");
    }
    let kept = totals::failures(tx, false, range, 0, QUARTER).await.unwrap();
    assert_eq!(kept, [FailureCount { account: 0, asset: ASSET, quarter: 0, count: rows }]);
    assert_eq!(totals::failures(tx, false, range, QUARTER, 2 * QUARTER).await.unwrap(), []);
    // Quarters that are not whole are counted one by one.
    assert_eq!(totals::failures(tx, false, range, 0, 10).await.unwrap(), kept);
    assert_eq!(totals::failures(tx, false, range, 0, 3).await.unwrap(), []);
    assert_eq!(totals::failures(tx, true, range, 0, QUARTER).await.unwrap().len(), 1);

    let transfers = [single(1, 70, 2, None)];
    add(tx, &transfers, 3).await;
    let mut script = Script::new();
    store::transfer::insert_later(&mut script, &transfers);
    let chunk = WrittenChunk { number: 2, postings: 1, span: Span::of(&transfers), digest: String::new() };
    store::head::advance_chunk_later(&mut script, Vec::new(), &chunk, 1);
    tx.run(script).await.unwrap();
    let any = SpanFilter { from_date: DAY, to_date: DAY + 1, refused: 0, after_commit: i64::MAX };
    let bounds = Window { first: 1, last: i64::MAX };
    let window = Window { first: 1_000, last: 1_000 };
    let all = Window { first: 1, last: i64::MAX };
    let spans = store::chunk::amounts(tx, bounds, &any, all).await.unwrap();
    assert_eq!(spans, [AmountSpan { window, least: 70, most: 70 }]);
    assert_eq!(store::chunk::spans(tx, bounds, &any, 1).await.unwrap(), [window]);
    assert_eq!(store::chunk::spans_within(tx, bounds, &any, 1, all).await.unwrap(), [window]);
    let none = Window { first: 1, last: 0 };
    assert_eq!(store::chunk::spans_within(tx, bounds, &any, 1, none).await.unwrap(), []);
    assert_eq!(store::chunk::amounts(tx, bounds, &any, none).await.unwrap(), []);
    let range = Range { to: DAY + 1, ..range };
    let of = |group| Sums { group, asset: ASSET, completed: true, count: 1, amount: 70, fee: 2 };
    let all = Window { first: 0, last: i64::MAX };
    for (group, key) in [(Group::None, 0), (Group::Day, DAY + 1), (Group::Account, 1)] {
        for account in [None, Some(AccountId(1))] {
            let range = Range { account, ..range };
            assert_eq!(totals::sums(tx, group, range).await.unwrap(), [of(key)], "{group:?} {account:?}");
            assert_eq!(totals::scan(tx, group, range, all).await.unwrap(), [of(key)]);
        }
    }
}
