//! Document 004, section 4.6: records and queries.

use crate::world::{A1, A2, B1, C1, World, actor, micros, request, set};
use domain::account::AccountStatus;
use domain::code::Code;
use domain::posting::PostingKind;
use ledger::calendar;
use service::statement::{self, Balances, Direction, Entry, StatementQuery};
use service::statistics::{self, StatisticsQuery};
use service::transfer::{self, TransferRequest};

impl World {
    /// All entries of a query, page by page; all pages but the last are full.
    async fn entries(&self, number: &str, query: &StatementQuery) -> Vec<Entry> {
        let (mut all, mut query) = (Vec::new(), query.clone());
        loop {
            let page = statement::show(&self.service, &number.into(), &query).await.unwrap();
            let full = i64::try_from(page.entries.len()).unwrap() == query.limit;
            assert!(full || page.cursor.is_none());
            all.extend(page.entries);
            query.cursor = page.cursor;
            if query.cursor.is_none() {
                return all;
            }
        }
    }

    /// A page size that splits every result into several pages.
    fn page(&self) -> i64 {
        i64::try_from((self.scale.transfers / 6).clamp(7, 1_000)).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn test_transfer_record_creation() {
    let world = World::with_limits().await;
    world.set_clock("2026-03-10T16:00:00Z");
    let before = world.footprint().transfers;

    // 1: each valid request has its record, including refused ones.
    let new =
        TransferRequest { memo: set("rent 房租"), date: set("2026-03-01"), ..request(A1, B1, "1200.00") };
    let number = world.ask(&new).await.transfer.unwrap();
    let refused = world.send(A2, B1, "5000.01").await.transfer.unwrap();
    assert_eq!(world.footprint().transfers, before + 2);
    // 2: it says everything about the transfer.
    let view = world.show(number).await;
    let record = &view.transfer;
    assert_eq!((record.number, record.amount, record.fee, record.code), (number, 120_000, 120, None));
    assert_eq!((record.kind.name(), record.memo.as_deref()), ("transfer", Some("rent 房租")));
    assert_eq!(record.created_at, micros("2026-03-10T16:00:00Z"));
    assert_eq!(calendar::date_of(record.value_date).to_string(), "2026-03-01");
    let (asset, _) = view.assets().unwrap();
    assert_eq!((asset.code.as_str(), asset.scale, view.is_internal), ("USD", 2, false));
    assert!(view.exchange.is_none());
    // 3: it leads to its accounts and its transactions, and they lead back.
    assert_eq!(
        (view.from.as_ref().unwrap().number.as_str(), view.to.as_ref().unwrap().number.as_str()),
        (A1, B1)
    );
    assert_eq!((record.source.0, record.target.0), (world.id(A1).await, world.id(B1).await));
    let postings = transfer::postings(&world.service, record).await.unwrap();
    assert_eq!((postings.len(), Some(postings[0].posting.id)), (2, record.first_posting));
    assert!(postings.iter().all(|p| p.posting.transfer == number && p.value_date == record.value_date));
    // The refused one has its amount and its reason, and no transaction.
    let record = world.show(refused).await.transfer;
    assert_eq!((record.amount, record.code), (500_001, Some(Code::AboveMaximum)));
    assert_eq!((record.first_posting, record.posting_count), (None, 0));
    // A memo may contain anything but NUL, which not every engine can store.
    let memo = |text: &str| TransferRequest { memo: set(text), ..request(A1, B1, "1.00") };
    for text in ["", "\u{1}\t\n", "🏦 \u{feff}", "it's \\ $1"] {
        let number = world.ask(&memo(text)).await.transfer.unwrap();
        assert_eq!(world.show(number).await.transfer.memo.as_deref(), Some(text));
    }
    let refused = transfer::create(&world.service, &actor(), &memo("a\0b")).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::NulByte));
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_transaction_records() {
    let world = World::with_limits().await;
    let newest = StatementQuery { limit: 10, ..StatementQuery::default() };
    let of = |entries: Vec<Entry>, transfer: i64| -> Vec<Entry> {
        entries.into_iter().filter(|entry| entry.transfer == transfer).collect()
    };
    let count = |transfer: i64| {
        world.number(&format!("SELECT COUNT(*) FROM account_entry WHERE transfer = {transfer}"))
    };

    // 1: a transfer is two transactions, a debit of the payer and a credit of the payee.
    let view = world.sent(A1, B1, "500.00").await;
    let number = view.transfer.number.0;
    assert_eq!(count(number), 2);
    let paid = of(world.entries(A1, &newest).await, number);
    let got = of(world.entries(B1, &newest).await, number);
    assert_eq!((paid.len(), got.len()), (1, 1));
    // 2: with amounts, accounts and the balances before and after.
    assert_eq!((paid[0].is_debit, paid[0].amount, paid[0].other_number.as_str()), (true, -50_000, B1));
    assert_eq!((paid[0].balance_before, paid[0].balance_after), (1_000_000, 950_000));
    assert_eq!((got[0].is_debit, got[0].amount, got[0].other_number.as_str()), (false, 50_000, A1));
    assert_eq!((got[0].balance_before, got[0].balance_after), (800_000, 850_000));
    assert_eq!(PostingKind::Transfer.entry_name(true), "transfer_out");

    // 3: a fee is a transaction of its own, on the payer's side and on the ledger's.
    let view = world.sent(A1, B1, "3000.00").await;
    let number = view.transfer.number.0;
    assert_eq!(count(number), 4);
    let paid = of(world.entries(A1, &newest).await, number);
    assert_eq!(
        (paid[0].kind, paid[0].amount, paid[0].other_number.as_str()),
        (PostingKind::Fee, -300, "fee_income-USD")
    );
    assert_eq!((paid[1].kind, paid[1].amount), (PostingKind::Transfer, -300_000));
    assert_eq!((paid[1].balance_after, paid[0].balance_after), (650_000, 649_700));
    let earned = of(world.entries("fee_income-USD", &newest).await, number);
    assert_eq!((earned.len(), earned[0].amount, earned[0].is_debit), (1, 300, false));
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_query_transfer_by_account() {
    let world = World::new().await;
    let count = world.scale.transfers;
    // Two of three go from A1 to B1, one goes back; C1 is not involved.
    let outcomes = world
        .crowd(count, |place| if place % 3 == 2 { request(B1, A1, "0.02") } else { request(A1, B1, "0.05") })
        .await;
    let numbers = |back: bool| {
        let of = outcomes.iter().enumerate().filter(move |(place, _)| (place % 3 == 2) == back);
        let mut numbers: Vec<i64> = of.map(|(_, outcome)| outcome.transfer.unwrap().0).collect();
        numbers.sort_unstable();
        numbers
    };
    let (out, back) = (numbers(false), numbers(true));
    let opened = |number: &'static str| {
        world.number(&format!(
        "SELECT transfer FROM account_entry JOIN account ON id = account WHERE number = '{number}' ORDER BY posting LIMIT 1"
    ))
    };
    let shown = async |direction: Option<Direction>| {
        let query = StatementQuery { direction, limit: world.page(), ..StatementQuery::default() };
        let mut numbers: Vec<i64> =
            world.entries(A1, &query).await.iter().map(|entry| entry.transfer).collect();
        numbers.reverse();
        numbers
    };

    for caught_up in [false, true] {
        // 1: what left the account, in order.
        assert_eq!(shown(Some(Direction::Out)).await, out, "caught up: {caught_up}");
        // 2: what entered it, beginning with its deposit.
        let mut into = vec![opened(A1)];
        into.extend(&back);
        assert_eq!(shown(Some(Direction::In)).await, into);
        // 3: everything, each entry once, and every balance follows from the one before.
        let mut all = [into, out.clone()].concat();
        all.sort_unstable();
        assert_eq!(shown(None).await, all);
        let query = StatementQuery { limit: world.page(), ..StatementQuery::default() };
        let entries = world.entries(A1, &query).await;
        assert!(entries.windows(2).all(|pair| pair[0].balance_before == pair[1].balance_after));
        assert_eq!(entries[0].balance_after, world.balance(A1).await);
        let closing = i128::from(world.balance(A1).await);
        assert_eq!(check_balances(&world, None).await, Balances { opening: 0, closing });
        assert_eq!(world.entries(C1, &query).await.len(), 1);
        engine::history::catch_up(&world.store, &world.door).await.unwrap();
    }
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_query_transfer_by_date_range() {
    let world = World::new().await;
    let count = world.scale.transfers;
    // Ten days of February, booked in mixed order.
    let day = move |place: usize| 1 + (place % count * 7) % 10;
    let dated = move |place: usize| TransferRequest {
        date: Some(format!("2026-02-{:02}", day(place))),
        ..request([A1, B1][place % 2], [B1, A1][place % 2], "0.03")
    };
    let mut outcomes = world.crowd(count, dated).await;

    // Before the history holds them, when it holds them all, and when it holds some of them.
    for round in 0..3 {
        for (from, to) in [(1, 10), (3, 5), (4, 4), (10, 28), (11, 28)] {
            check_range(&world, &outcomes, day, (from, to)).await;
        }
        match round {
            0 => assert!(engine::history::catch_up(&world.store, &world.door).await.unwrap() > 0),
            1 => outcomes.extend(world.crowd(count, dated).await),
            _ => {}
        }
    }
    assert!(engine::history::catch_up(&world.store, &world.door).await.unwrap() > 0);
    assert_eq!(engine::history::lag(&world.store, 1_000).await.unwrap(), 0);
    check_range(&world, &outcomes, day, (3, 5)).await;
    // One more, back-dated, right after: it appears before the history holds it.
    outcomes.push(world.ask(&dated(outcomes.len())).await);
    assert!(engine::history::lag(&world.store, 1_000).await.unwrap() > 0);
    check_range(&world, &outcomes, day, (1, 10)).await;

    // 1: open ends: the deposit of today is after all of February.
    let since = StatementQuery { from: set("2026-02-11"), limit: 10, ..StatementQuery::default() };
    assert_eq!(world.entries(A1, &since).await.len(), 1);
    let until = StatementQuery { to: set("2026-01-31"), limit: 10, ..StatementQuery::default() };
    assert!(world.entries(A1, &until).await.is_empty());
    let backwards =
        StatementQuery { from: set("2026-02-02"), to: set("2026-02-01"), ..StatementQuery::default() };
    let refused = statement::show(&world.service, &A1.into(), &backwards).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::RangeReversed));
    for bad in ["2026-02-30", "2026-2-1", "yesterday", "20260201"] {
        let query = StatementQuery { from: set(bad), limit: 10, ..StatementQuery::default() };
        assert_eq!(
            statement::show(&world.service, &A1.into(), &query).await.unwrap_err().code(),
            Some(Code::DateInvalid)
        );
    }
    world.assert_sound().await;
}

/// 1: exactly the entries of the range. 2: page by page, in both directions. 3: the newest value date first,
/// and within a day the last booked first.
async fn check_range(
    world: &World,
    outcomes: &[ledger::Outcome],
    day: impl Fn(usize) -> usize,
    (from, to): (usize, usize),
) {
    let count = world.scale.transfers;
    let in_range = |place: &usize| (from..=to).contains(&day(*place));
    let out_of_a1 = |place: usize| (place % count).is_multiple_of(2);
    for direction in [None, Some(Direction::Out), Some(Direction::In)] {
        let wanted = |place: &usize| direction.is_none_or(|d| (d == Direction::Out) == out_of_a1(*place));
        let places = (0..outcomes.len()).filter(in_range).filter(wanted);
        let mut expected: Vec<i64> = places.map(|place| outcomes[place].transfer.unwrap().0).collect();
        expected.sort_unstable();
        let query = StatementQuery {
            from: Some(format!("2026-02-{from:02}")),
            to: Some(format!("2026-02-{to:02}")),
            direction,
            limit: world.page(),
            ..StatementQuery::default()
        };
        let entries = world.entries(A1, &query).await;
        assert!(
            entries.windows(2).all(|pair| {
                (pair[0].value_date, pair[0].posting) > (pair[1].value_date, pair[1].posting)
            })
        );
        let mut shown: Vec<i64> = entries.iter().map(|entry| entry.transfer).collect();
        shown.sort_unstable();
        assert_eq!(shown, expected, "{from} to {to} {direction:?}");
    }
    let before = if from == 1 { "2026-01-31".to_owned() } else { format!("2026-02-{:02}", from - 1) };
    let before = StatementQuery { to: Some(before), limit: world.page(), ..StatementQuery::default() };
    let opening = sum(&world.entries(A1, &before).await);
    assert_eq!(check_balances(world, Some((from, to))).await.opening, opening);
}

/// The balances around all pages follow from the entries, each page's from those of the page before.
async fn check_balances(world: &World, days: Option<(usize, usize)>) -> Balances {
    let mut query = StatementQuery {
        from: days.map(|(from, _)| format!("2026-02-{from:02}")),
        to: days.map(|(_, to)| format!("2026-02-{to:02}")),
        limit: world.page(),
        with_balances: true,
        ..StatementQuery::default()
    };
    let mut reached = None;
    loop {
        let page = statement::show(&world.service, &A1.into(), &query).await.unwrap();
        let balances = page.balances.unwrap();
        if let Some(around) = balances.page {
            assert_eq!(around.closing, reached.unwrap_or(balances.range.closing));
            assert_eq!(around.closing - around.opening, sum(&page.entries));
            reached = Some(around.opening);
        }
        query.cursor = page.cursor;
        if query.cursor.is_none() {
            assert_eq!(reached.unwrap_or(balances.range.closing), balances.range.opening);
            return balances.range;
        }
    }
}

fn sum(entries: &[Entry]) -> i128 {
    entries.iter().map(|entry| i128::from(entry.amount)).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn test_transfer_statistics() {
    let world = World::with_limits().await;
    let statistics = async |from: &str, to: &str| {
        let (from, to) = (from.to_owned(), to.to_owned());
        let query = StatisticsQuery { from, to, ..StatisticsQuery::default() };
        let all = statistics::report(&world.service, &query).await.unwrap().totals;
        all.into_iter().find(|one| one.asset.code == "USD").unwrap()
    };
    // What customers send counts; deposits and openings do not.
    let none = statistics("2026-01-01", "2026-12-31").await;
    assert_eq!((none.count, none.amount, none.fee, none.success_rate_bp()), (0, 0, 0, 0));

    let count = world.scale.transfers;
    world.crowd(count, |_| request(A1, B1, "0.01")).await;
    world.sent(C1, B1, "2000.00").await;
    world.sent(C1, B1, "3000.00").await;
    world.ask(&TransferRequest { date: set("2026-02-01"), ..request(C1, B1, "1500.00") }).await;
    world.ask(&TransferRequest { to: None, ..request(A2, "", "40.00") }).await;
    // Four refusals: two limits, a frozen account, an insufficient balance.
    world.send(C1, B1, "5000.01").await;
    world.send(C1, B1, "4000.00").await;
    world.status(A2, AccountStatus::Frozen).await;
    world.send(A2, B1, "1.00").await;
    world.send("EXT-000000", B1, "1000.01").await;

    let all = statistics("2026-01-01", "2026-12-31").await;
    let small = i64::try_from(count).unwrap();
    // 1: the sum that moved. 2: how many were attempted and how many succeeded.
    assert_eq!(all.amount, i128::from(small + 200_000 + 300_000 + 150_000 + 4_000));
    assert_eq!((all.count, all.success_count), (small + 8, small + 4));
    // 3: the share that succeeded, in hundredths of a percent.
    assert_eq!(all.success_rate_bp(), (small + 4) * 10_000 / (small + 8));
    // 4: the fees: 2.00, 3.00 and 1.50.
    assert_eq!(all.fee, 200 + 300 + 150);
    assert_eq!(all.fee, i128::from(world.balance("fee_income-USD").await));
    // By value date, both ends included.
    let february = statistics("2026-02-01", "2026-02-01").await;
    assert_eq!((february.count, february.success_count, february.amount, february.fee), (1, 1, 150_000, 150));
    assert_eq!(february.success_rate_bp(), 10_000);
    assert_eq!(statistics("2026-02-02", "2026-03-09").await.count, 0);
    assert_eq!(statistics("2026-03-10", "2026-03-10").await.count, small + 7);
    world.assert_sound().await;
}
