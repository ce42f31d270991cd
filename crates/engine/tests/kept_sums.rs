//! The totals that reports read: `verify` names one that is wrong, a report by day in any time zone has every
//! attempt once, and what several nodes post at once adds up.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use domain::batch::BatchType;
use domain::code::Code;
use engine::{Engine, EngineOptions};
use ledger::{Clock, Door, DoorOptions};
use service::account_import::AccountImport;
use service::batch::import::BatchImport;
use service::setting::{self, SettingsChange};
use service::statistics::{self, GroupBy, GroupKey, StatisticsQuery};
use service::transfer::{self, TransferRequest};
use service::{Service, account, batch};
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::audit::Actor;
use store::{Schema, Store};
use testkit::{Place, place};
use upkeep::verify::Violation;

/// 2025-12-31, 16:30 UTC.
const START: i64 = 1_767_198_600_000_000;
const HOUR: i64 = 3_600_000_000;

#[derive(Debug)]
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// One node on a ledger.
struct Node {
    clock: Arc<TestClock>,
    store: Store,
    engine: Engine,
    service: Service,
}

fn actor() -> Actor {
    Actor::new(domain::principal::Principal::CommandLine, "tester", "test")
}

async fn node(place: &Place) -> Node {
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let clock = Arc::new(TestClock(AtomicI64::new(START)));
    let door = Door::open(store.clone(), clock.clone(), DoorOptions { chunk_items: 10 });
    let service = Service::new(store.clone(), door.clone(), clock.clone());
    let engine = Engine::new(store.clone(), door, service.clone(), EngineOptions::default());
    Node { clock, store, engine, service }
}

impl Node {
    /// Payers `P0…` of 100.00 each, and a payee for each currency.
    async fn open(&self, payers: usize) {
        let mut rows = "number,holder,currency,opening\nQ,Payee,USD,1.00\nE,Payee,EUR,1.00\n".to_owned();
        for payer in 0..payers {
            rows += &format!("P{payer},Payer {payer},USD,100.00\nD{payer},Payer {payer},EUR,100.00\n");
        }
        let import = AccountImport::default();
        self.set(SettingsChange { duplicate_window: Some(0), ..SettingsChange::default() }).await;
        account::import(&self.service, &actor(), Cursor::new(rows), import).await.unwrap();
    }

    async fn pay(&self, from: &str, to: &str, amount: &str, date: Option<&str>) -> Option<Code> {
        let new = TransferRequest {
            from: Some(from.into()),
            to: Some(to.into()),
            amount: amount.to_owned().into(),
            date: date.map(ToOwned::to_owned),
            ..TransferRequest::default()
        };
        transfer::create(&self.service, &actor(), &new).await.unwrap().outcome.code
    }

    /// Runs a batch of the payer that pays the other payers these amounts.
    async fn run(&self, name: &str, payer: &str, rows: &str) -> (i64, i64) {
        let import =
            BatchImport { account: Some(payer.into()), ..BatchImport::new(BatchType::OneToMany, name) };
        let file = Cursor::new(format!("account,amount\n{rows}"));
        let id = batch::import(&self.service, &actor(), &import, file).await.unwrap().batch.unwrap().id;
        batch::execute(&self.service, &actor(), id.into()).await.unwrap();
        let tally = self.engine.run(id, |_| ()).await.unwrap().tally;
        (tally.success_count, tally.failed_count)
    }

    async fn set(&self, change: SettingsChange) {
        setting::set(&self.service, &actor(), &change).await.unwrap();
    }

    async fn change(&self, text: &str) {
        let mut tx = self.store.write().await.unwrap();
        tx.fetch_text(text.to_owned(), vec![]).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn violations(&self) -> Vec<Violation> {
        upkeep::verify::run(&self.store).await.unwrap().violations()
    }

    /// By day: the date, and how many attempts and successes it had, in US dollars.
    async fn days(&self) -> Vec<(String, i64, i64)> {
        let (from, to) = ("2025-12-01".to_owned(), "2026-01-31".to_owned());
        let query = StatisticsQuery { from, to, group: GroupBy::Day, ..StatisticsQuery::default() };
        let groups = statistics::report(&self.service, &query).await.unwrap().groups;
        let day = |key: &GroupKey| match key {
            GroupKey::Day(day) => service::date::date_text(*day),
            GroupKey::Account(..) => String::new(),
        };
        let dollars = groups.iter().filter(|(_, one)| one.asset.code == "USD");
        dollars.map(|(key, one)| (day(key), one.count, one.success_count)).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_names_the_total_that_is_wrong() {
    let place = place();
    let node = node(&place).await;
    node.open(2).await;
    assert_eq!(node.pay("P0", "Q", "1.00", None).await, None);
    assert_eq!(node.pay("P0", "Q", "2.00", Some("2025-12-01")).await, None);
    assert_eq!(node.pay("P0", "Q", "1000.00", None).await, Some(Code::InsufficientBalance));
    assert_eq!(node.run("one", "P1", "Q,1.00\nP0,1000.00\n").await, (1, 1));
    assert_eq!(node.violations().await, []);
    let assets = store::asset::all(&mut node.store.read().await.unwrap()).await.unwrap();
    let usd = assets.iter().find(|asset| asset.code == "USD").unwrap().id.to_string();
    for (change, undo, invariant, key) in [
        (
            "UPDATE day_sum SET transfers = transfers + 1 WHERE kind = 1 AND status = 1 AND amount_rest = 100",
            "UPDATE day_sum SET transfers = transfers - 1 WHERE kind = 1 AND status = 1 AND amount_rest = 100",
            "day_sum",
            "2025-12-31 asset USD transfer completed: 2 transfers, amount 100, fee 0, not 1 transfers, amount 100, fee 0",
        ),
        (
            "UPDATE day_sum SET amount_billions = 7 WHERE amount_rest = 200",
            "UPDATE day_sum SET amount_billions = 0 WHERE amount_rest = 200",
            "day_sum",
            "2025-12-01 asset USD transfer completed: 1 transfers, amount 7000000200, fee 0, not 1 transfers, amount 200, fee 0",
        ),
        (
            "UPDATE day_sum SET fee_rest = 1 WHERE kind = 2",
            "UPDATE day_sum SET fee_rest = 0 WHERE kind = 2",
            "day_sum",
            "2025-12-31 asset USD batch completed: 1 transfers, amount 100, fee 1, not 1 transfers, amount 100, fee 0",
        ),
        (
            "UPDATE day_sum SET kind = 4 WHERE status = 2",
            "UPDATE day_sum SET kind = 1 WHERE status = 2",
            "day_sum",
            "2025-12-31 asset USD transfer failed: 0 transfers, amount 0, fee 0, not 1 transfers, amount 100000, fee 0",
        ),
        (
            "UPDATE failure_count SET failures = 3",
            "UPDATE failure_count SET failures = 1",
            "failure_count",
            "quarter 1963554 asset USD: 3, not 1",
        ),
        (
            "UPDATE failure_count SET quarter = 1",
            "UPDATE failure_count SET quarter = 1963554",
            "failure_count",
            "quarter 1963554 asset USD: 0, not 1",
        ),
    ] {
        node.change(change).await;
        let found = node.violations().await;
        let first = found.first().map(|one| (one.invariant, one.first_key.clone()));
        assert_eq!((first, found.len()), (Some((invariant, key.replace("USD", &usd))), 1), "{change}");
        node.change(undo).await;
        assert_eq!(node.violations().await, [], "{undo}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_counts_on_its_day_in_the_time_zone_of_the_report() {
    let place = place();
    let node = node(&place).await;
    node.open(2).await;
    // At 16:30, 19:30 and 22:30 UTC: transfers have a date, refused items only a time.
    for round in 0..3 {
        node.clock.0.store(START + 3 * HOUR * round, Ordering::SeqCst);
        assert_eq!(node.pay("P0", "Q", "1.00", Some("2025-12-30")).await, None);
        let rows = format!("P0,1.0{round}\nQ,1000.0{round}\n");
        assert_eq!(node.run(&format!("batch {round}"), "P1", &rows).await, (1, 1));
    }
    let day = |date: &str, count, success| (date.to_owned(), count, success);
    for (zone, new_years_eve, new_year) in [("UTC", 6, 0), ("Asia/Kathmandu", 4, 2), ("Asia/Shanghai", 3, 3)]
    {
        node.set(SettingsChange { time_zone: Some(zone.to_owned()), ..SettingsChange::default() }).await;
        // The paid items were booked while the zone was UTC, so their value date is that day.
        let mut days = vec![day("2025-12-30", 3, 3), day("2025-12-31", new_years_eve, 3)];
        days.extend((new_year > 0).then(|| day("2026-01-01", new_year, 0)));
        assert_eq!(node.days().await, days, "{zone}");
    }
    assert_eq!(node.violations().await, []);
}

mod on_server {
    use super::*;

    const NODES: usize = 3;
    const SINGLES: usize = 40;
    const DATES: [&str; 3] = ["2025-12-29", "2025-12-30", "2025-12-31"];

    /// Two of the nodes share a stripe, and each takes days and currencies in another order.
    #[tokio::test(flavor = "multi_thread", worker_threads = 3)]
    async fn what_nodes_post_at_once_on_the_same_days_adds_up() {
        let place = place();
        node(&place).await.open(NODES).await;
        let mut nodes = Vec::new();
        for _ in 0..NODES {
            nodes.push(node(&place).await);
        }
        // A door asks for its stripe once, at its first chunk.
        for (own, stripe) in nodes.iter().zip([1, 2, 2]) {
            let mut tx = own.store.write().await.unwrap();
            let now = tx.clock().await.unwrap();
            let name = own.store.node().to_owned();
            let row = store::node::Node { name, stripe, is_worker: true, expires_at: now + HOUR };
            store::node::join(&mut tx, &row, now).await.unwrap();
            tx.commit().await.unwrap();
        }
        let nodes: Vec<_> = nodes.into_iter().map(Arc::new).collect();
        let all: Vec<_> =
            nodes.iter().enumerate().map(|(k, node)| tokio::spawn(work(node.clone(), k))).collect();
        for one in all {
            one.await.unwrap();
        }
        let last = nodes.last().unwrap();
        assert_eq!(last.violations().await, []);
        let days = last.days().await;
        let (attempts, successes) =
            (days.iter().map(|day| day.1).sum::<i64>(), days.iter().map(|day| day.2).sum::<i64>());
        // Half of the singles are in dollars; a batch pays one of its two items.
        let each = i64::try_from(SINGLES / 2).unwrap();
        let nodes = i64::try_from(NODES).unwrap();
        assert_eq!((attempts, successes), (nodes * (each + 2), nodes * (each + 1)));
        let text = "SELECT COUNT(DISTINCT stripe) FROM day_sum WHERE stripe > 0".to_owned();
        let rows = last.store.read().await.unwrap().fetch_text(text, vec![]).await.unwrap();
        assert_eq!(rows.first().unwrap().i64(0).unwrap(), 2);
    }

    async fn work(node: Arc<Node>, k: usize) {
        let singles: Vec<_> = (0..SINGLES)
            .map(|place| {
                let node = node.clone();
                tokio::spawn(async move {
                    let date = Some(DATES[(place + k) % DATES.len()]);
                    let (from, to) = if (place + k).is_multiple_of(2) { ("P", "Q") } else { ("D", "E") };
                    assert_eq!(node.pay(&format!("{from}{k}"), to, "0.50", date).await, None);
                })
            })
            .collect();
        let (name, payer, other) = (format!("batch {k}"), format!("P{k}"), (k + 1) % NODES);
        assert_eq!(node.run(&name, &payer, &format!("Q,1.0{k}\nP{other},1000.00\n")).await, (1, 1));
        for single in singles {
            single.await.unwrap();
        }
    }
}
