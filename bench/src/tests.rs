//! The benchmark measures what it says, on the engine chosen for the run.
//!
//! Databases on the shared server are named after shapes, so only one test runs them under their own names.

use crate::ledger::Ledger;
use crate::options::BenchOptions;
use crate::payments::{OPENING_MINOR, SECOND, SINGLE, accounts, expected, fails, poor};
use crate::place::Place;
use crate::shape::{Pays, Shape};
use crate::{input, run, singles, work};
use serde_json::Value as Json;
use service::statistics::{self, Statistics, StatisticsQuery};
use std::collections::BTreeSet;
use tempfile::TempDir;
use testkit::place::Engine;
use testkit::postgres::Postgres;

/// What each of the two accounts on the single side has at the beginning, in cents.
const DEPOSIT: i64 = 4_000_000_000_000;
const ITEMS: u64 = 100;

/// Small options, and what must live as long as they are used.
struct Small {
    options: BenchOptions,
    _folder: TempDir,
    _server: Option<Postgres>,
}

fn small(items: u64, shapes: &[Shape]) -> Small {
    let server = (Engine::chosen() == Engine::Server).then(Postgres::shared);
    let folder = tempfile::tempdir().unwrap();
    let options = BenchOptions {
        items,
        rounds: 2,
        // Several chunks a batch.
        chunk_items: 40,
        shapes: shapes.to_vec(),
        dir: folder.path().to_owned(),
        database: server.as_ref().map(Postgres::url),
        program: "sluice".into(),
    };
    Small { options, _folder: folder, _server: server }
}

/// Every shape but the one that needs the program.
fn all_shapes() -> Vec<Shape> {
    Shape::ALL.into_iter().filter(|shape| *shape != Shape::TwoNodes).collect()
}

fn names(list: &Json) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["shape"].as_str().unwrap()).collect()
}

/// The keys of an object that have a value.
fn keys(object: &Json) -> BTreeSet<&str> {
    object.as_object().unwrap().iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| &**key).collect()
}

fn assert_has(object: &Json, wanted: &str) {
    let keys = keys(object);
    let missing: Vec<&str> = wanted.split_whitespace().filter(|key| !keys.contains(key)).collect();
    assert!(missing.is_empty(), "{} lacks {missing:?}", object["shape"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_has_the_keys_that_scripts_read_every_shape_verifies_clean_and_items_scale_all() {
    let small_one = small(ITEMS, &all_shapes());
    let report = run(&small_one.options, |_| ()).await.unwrap();
    assert_has(&report, "items rounds chunk_items engine engine_version cores shapes others");
    assert_eq!(
        names(&report["shapes"]),
        ["one_to_many", "random", "many_to_one", "failures", "fx", "ten_one_to_many", "ten_random", "import"]
    );
    assert_eq!(names(&report["others"]), ["report", "singles", "singles_beside_batch"]);
    for shape in report["shapes"].as_array().unwrap() {
        assert_has(shape, "items_per_s floor_items_per_s bytes_per_item peak_rss_bytes cpu_s");
        assert_has(shape, "peak_anonymous_bytes to_floor last_to_first verify_ok verify_s rounds");
        assert_eq!(shape["verify_ok"], true, "{shape}");
        let name = shape["shape"].as_str().unwrap();
        let rounds = if name.starts_with("ten_") { 10 } else { 2 };
        assert_eq!(shape["rounds"].as_array().unwrap().len(), rounds, "{name}");
        assert_eq!(shape["fifth_to_first"].is_null(), rounds < 5, "{name}");
        if name != "import" {
            assert_has(shape, "history_s chunk_limit statement_newest_ms statement_dated_ms failed_items");
            assert_eq!(shape["failed_items"], if name == "failures" { 5 } else { 0 }, "{name}");
            assert_eq!(shape["chunk_limit"], 40, "{name}");
        }
    }
    for other in report["others"].as_array().unwrap() {
        assert_eq!(other["verify_ok"], true, "{other}");
        if other["shape"] == "report" {
            assert_has(other, "day_ms floor_day_ms month_ms day_by_account_ms month_by_day_ms");
        } else {
            assert_has(other, "callers requests_per_s p50_ms p99_ms longest_ms probe_longest_ms windows");
        }
    }
    // Twenty times the items: everything is scaled by them.
    let larger = small(ITEMS * 20, &[Shape::Failures, Shape::Singles, Shape::Report]);
    let report = run(&larger.options, |_| ()).await.unwrap();
    assert_eq!(names(&report["shapes"]), ["failures"]);
    assert_eq!(report["shapes"][0]["failed_items"], 100);
    let others = report["others"].as_array().unwrap();
    let of = |name: &str| others.iter().find(|other| other["shape"] == name).unwrap();
    assert_eq!(others.len(), 2);
    assert_eq!(of("singles")["requests"], 2 * 200);
    assert_eq!(of("report")["transfers_of_day"], 2_000);
    assert_eq!(of("report")["transfers_in_ledger"], 20_000);
}

/// The balances of accounts that begin so, in cents.
async fn balances(ledger: &Ledger, letter: char, count: u64) -> Vec<i64> {
    let mut balances = Vec::new();
    for k in 0..count {
        balances.push(ledger.balance(&format!("{letter}{k:09}")).await.unwrap());
    }
    balances
}

/// What customers sent on any day.
async fn sent(ledger: &Ledger) -> Statistics {
    let (from, to) = ("2025-12-01".to_owned(), "2025-12-31".to_owned());
    let query = StatisticsQuery { from, to, ..StatisticsQuery::default() };
    let totals = statistics::report(&ledger.service, &query).await.unwrap().totals;
    totals.into_iter().find(|total| total.asset.code == "USD").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_shape_moves_what_it_says() {
    let shapes = [
        Shape::OneToMany,
        Shape::Random,
        Shape::ManyToOne,
        Shape::Failures,
        Shape::Fx,
        Shape::TenOneToMany,
        Shape::TenRandom,
    ];
    for shape in shapes {
        let small = small(ITEMS, &[shape]);
        let place = Place::make(&small.options, &format!("moves_{}", shape.name())).await.unwrap();
        let ledger = Ledger::open(&place, &small.options).await.unwrap();
        let rounds = work::rounds(shape, &small.options, &ledger, &mut |_| ()).await.unwrap();
        let (pays, count) = (shape.pays(), u32::try_from(rounds.len()).unwrap());
        let amount: i64 = (0..count).map(|round| expected(pays, ITEMS, round).amount).sum();
        let (sent, n) = (sent(&ledger).await, accounts(pays, ITEMS));
        assert_eq!(sent.amount, i128::from(amount), "{shape:?}");
        assert!(sent.fee > 0, "{shape:?}");
        let all = balances(&ledger, 'A', n).await;
        let poor = balances(&ledger, 'P', poor(pays, n)).await;
        assert!(poor.iter().all(|balance| *balance == 0), "{shape:?}: {poor:?}");
        let (single, total) = (ledger.balance(SINGLE).await.unwrap(), all.iter().sum::<i64>());
        assert_eq!(ledger.balance(SECOND).await.unwrap(), DEPOSIT);
        let fees = i64::try_from(sent.fee).unwrap();
        let opening = i64::try_from(n).unwrap() * OPENING_MINOR;
        let (expected_single, expected_total) = match pays {
            Pays::OneToMany => (DEPOSIT - amount - fees, amount),
            Pays::Random | Pays::Failures => (DEPOSIT, opening - fees),
            Pays::ManyToOne => (DEPOSIT + amount, opening - amount - fees),
            // Each item is rounded by less than a cent.
            Pays::Fx => (DEPOSIT - amount - fees, total),
        };
        assert_eq!((single, total), (expected_single, expected_total), "{shape:?}");
        if pays == Pays::Fx {
            let items = i64::try_from(ITEMS).unwrap() * i64::from(count);
            assert!((total - amount * 92 / 100).abs() <= items, "{total} EUR for {amount} USD");
        }
        if pays == Pays::OneToMany {
            assert_eq!(all, paid(ITEMS, count), "{shape:?}");
        }
        assert!(upkeep::verify::run(&ledger.store).await.unwrap().is_ok(), "{shape:?}");
        drop(ledger);
        place.remove().await.unwrap();
    }
}

/// What each account is paid in rounds of one to many, in cents.
fn paid(items: u64, rounds: u32) -> Vec<i64> {
    let mut paid = vec![0; usize::try_from(items).unwrap()];
    for round in (0..rounds).map(u64::from) {
        for k in 0..items {
            let account = usize::try_from(input::shuffled(k, items, round)).unwrap();
            paid[account] += i64::try_from(input::cents(round, k)).unwrap();
        }
    }
    paid
}

#[tokio::test(flavor = "multi_thread")]
async fn single_transfers_move_only_fees_out_of_their_accounts_with_or_without_a_batch_beside_them() {
    for (shape, batch) in [(Shape::Singles, 0), (Shape::SinglesBesideBatch, 2 * ITEMS)] {
        let small = small(ITEMS, &[shape]);
        let place = Place::make(&small.options, &format!("moves_{}", shape.name())).await.unwrap();
        let ledger = Ledger::open(&place, &small.options).await.unwrap();
        let windows = singles::windows(shape, &small.options, &ledger, &mut |_| ()).await.unwrap();
        let singles: usize = windows.iter().map(singles::Window::requests).sum();
        assert!(singles >= 200, "{shape:?}: {singles}");
        let sent = sent(&ledger).await;
        assert_eq!(u64::try_from(sent.success_count).unwrap(), u64::try_from(singles).unwrap() + batch);
        assert_eq!(sent.count, sent.success_count);
        let n = accounts(shape.pays(), ITEMS);
        let total: i64 = balances(&ledger, 'A', n).await.iter().sum();
        assert_eq!(i128::from(total), i128::from(n) * i128::from(OPENING_MINOR) - sent.fee, "{shape:?}");
        assert!(upkeep::verify::run(&ledger.store).await.unwrap().is_ok(), "{shape:?}");
        drop(ledger);
        place.remove().await.unwrap();
    }
}

#[test]
fn five_percent_of_the_items_fail_where_some_do() {
    for pays in [Pays::OneToMany, Pays::Random, Pays::ManyToOne, Pays::Failures, Pays::Fx] {
        let failed = (0..1_000).filter(|k| fails(pays, *k)).count();
        assert_eq!(failed, if pays == Pays::Failures { 50 } else { 0 }, "{pays:?}");
    }
}

#[test]
fn each_shape_is_found_by_its_name_and_no_other_is() {
    for shape in Shape::ALL {
        assert_eq!(Shape::parse(shape.name()), Some(shape));
    }
    assert_eq!(Shape::parse("one-to-many"), None);
}
