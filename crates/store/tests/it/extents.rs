//! A draft that stays open while other batches draw numbers: its items are found without reading theirs.

use crate::fill::fill;
use crate::world::{World, all, run, world};
use domain::id::{AccountId, BatchId, TransferId};
use domain::item::ItemState;
use store::Tx;
use store::item::{Item, ItemFilter, Page};
use store::item_extent::{self, GAP};
use testkit::place::Engine;

/// Other batches' items between those of the draft.
const FOREIGN: i64 = 200_000;
const COUNT: usize = 200_000;
/// The draft's items: they form four runs.
const FIRST: i64 = 1_000;
const OWN: [i64; 5] = [FIRST, FIRST + GAP, FIRST + GAP + FOREIGN, FIRST + 3 * GAP + FOREIGN, 2_000_000];
const RUNS: [(i64, i64); 4] =
    [(FIRST, FIRST + GAP), (OWN[2], OWN[2]), (OWN[3], OWN[3]), (2_000_000, 2_000_000)];

fn item(number: i64) -> Item {
    Item {
        number: TransferId(number),
        line: number,
        source: AccountId(1),
        target: AccountId(2),
        amount: 5,
        state: ItemState::Pending,
        code: None,
        memo: None,
        reference: None,
        external_id: None,
    }
}

/// Adds a draft like the first batch.
async fn draft(tx: &mut Tx) -> BatchId {
    run(
        tx,
        "INSERT INTO batch (id, day, day_number, name, kind, mode, state, intent, ready, asset, first_number,
         last_number, refused_count, total_count, total_amount, success_count, success_amount, failed_count,
         failed_amount, skipped_count, fee_amount, created_by, created_at)
         SELECT (SELECT MAX(id) + 1 FROM batch), day, (SELECT MAX(day_number) + 1 FROM batch), name, kind, mode,
         2, 2, 1, asset, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, created_by, 1 FROM batch WHERE day_number = 1",
    )
    .await
    .unwrap();
    BatchId(all(tx, "SELECT MAX(id) FROM batch", |row| row.i64(0)).await[0])
}

/// A draft whose items are interleaved with another's.
async fn between_others() -> (World, BatchId) {
    let world = world().await;
    let mut tx = world.store.write().await.unwrap();
    fill(&mut tx, 3).await.unwrap();
    let (own, other) = (draft(&mut tx).await, draft(&mut tx).await);
    for number in OWN {
        store::item::insert(&mut tx, own, &[item(number)]).await.unwrap();
        store::external_id::claim(&mut tx, own, &[(number, format!("OWN-{number}"))]).await.unwrap();
    }
    let foreign: Vec<i64> = (FIRST + 1..).filter(|number| !OWN.contains(number)).take(COUNT).collect();
    for part in foreign.chunks(10_000) {
        let items: Vec<_> = part.iter().map(|number| item(*number)).collect();
        store::item::insert(&mut tx, other, &items).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = world.store.read().await.unwrap();
    let runs = item_extent::within(&mut tx, other, (0, i64::MAX)).await.unwrap();
    assert_eq!(runs, [(foreign[0], foreign[foreign.len() - 1])], "an import writes one row");
    assert_eq!(item_extent::within(&mut tx, own, (0, i64::MAX)).await.unwrap(), RUNS);
    drop(tx);
    (world, own)
}

#[tokio::test]
async fn every_query_for_the_items_of_an_open_draft_finds_them_all() {
    let (world, own) = between_others().await;
    let mut tx = world.store.write().await.unwrap();
    let numbers = |items: &[Item]| items.iter().map(|item| item.number.0).collect::<Vec<_>>();
    for (after, limit, expected) in [
        (0, 100, &OWN[..]),
        (0, 3, &OWN[..3]),
        (OWN[1], 2, &OWN[2..4]),
        (OWN[1] + 1, 2, &OWN[2..4]),
        (OWN[4], 2, &[]),
        (OWN[4] + 7, 2, &[]),
        (0, 0, &[]),
    ] {
        let page = Page { batch: own, after, last: OWN[4], limit };
        // A page that ends within a run must not loop indefinitely.
        let short = Page { last: OWN[0] + 5, ..page };
        assert!(store::item::page(&mut tx, short, None, None).await.unwrap().len() < 2);
        for state in [None, Some(ItemState::Pending)] {
            let items = store::item::page(&mut tx, page, state, None).await.unwrap();
            assert_eq!(numbers(&items), expected, "{after} {limit}");
        }
    }
    let filter =
        ItemFilter { batch: own, after: 0, last: OWN[4], states: vec![ItemState::Pending], codes: vec![] };
    assert_eq!(store::item::count(&mut tx, &filter).await.unwrap(), 5);
    for (limit, offset, expected) in [
        (9, 0, &OWN[..]),
        (2, 1, &OWN[1..3]),
        (9, 3, &OWN[3..]),
        (1, 4, &OWN[4..]),
        (1, 5, &[]),
        (1, 99, &[]),
    ] {
        let items = store::item::list(&mut tx, &filter, limit, offset).await.unwrap();
        assert_eq!(numbers(&items), expected, "{limit} {offset}");
    }
    let found = store::item::by_line(&mut tx, own, OWN[3]).await.unwrap();
    assert_eq!(found.map(|item| item.number.0), Some(OWN[3]));
    assert_eq!(store::external_id::release_range(&mut tx, own, (OWN[0], OWN[3])).await.unwrap(), 4);
    let size = store::batch_origin::size(&mut tx, own, store::batch_origin::Part::Unpaid).await.unwrap();
    assert_eq!(size, (5, 25));
    assert_eq!(store::item::delete_range(&mut tx, own, (OWN[2], OWN[2])).await.unwrap(), 1);
    assert_eq!(store::item::skip_pending(&mut tx, own, 1).await.unwrap(), 4);
    assert_eq!(store::item::delete_range(&mut tx, own, (OWN[0], OWN[4])).await.unwrap(), 4);
}

#[tokio::test]
async fn no_statement_about_an_open_draft_reads_the_items_between() {
    let (world, own) = between_others().await;
    match world.place.engine {
        Engine::File => steps(&world, own),
        Engine::Server => plans(&world, own).await,
        Engine::Memory => {}
    }
}

/// Arguments in addition to the batch: the first and last number of a run, or small numbers.
fn arguments(text: &str, own: BatchId, run: (i64, i64)) -> Vec<i64> {
    let is_ranged = text.contains("BETWEEN $2 AND $3") || text.contains("> $2 AND");
    let rest = if is_ranged { [run.0, run.1] } else { [5, 5] };
    [own.0].into_iter().chain(rest).chain([5; 6]).collect()
}

fn is_about_items(text: &str) -> bool {
    text.contains("FROM item_extent e CROSS JOIN") || text.contains("BETWEEN $2 AND $3 AND batch = $1")
}

/// SQLite's own step count, statement by statement, each rolled back.
fn steps(world: &World, own: BatchId) {
    let connection = rusqlite::Connection::open(&world.place.text).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    let took = |text: &str, run: (i64, i64)| {
        connection.execute_batch("BEGIN").unwrap();
        let mut statement = connection.prepare(&text.replace('$', "?")).unwrap();
        let count = statement.parameter_count();
        let arguments: Vec<i64> = arguments(text, own, run).into_iter().take(count).collect();
        let mut rows = statement.query(rusqlite::params_from_iter(arguments)).unwrap();
        while rows.next().unwrap().is_some() {}
        drop(rows);
        let took = statement.get_status(rusqlite::StatementStatus::VmStep);
        drop(statement);
        connection.execute_batch("ROLLBACK").unwrap();
        took
    };
    let mut seen = 0;
    for sql in store::catalogue().into_iter().filter(|sql| is_about_items(sql.text)) {
        // The first run contains a gap with others' items; the other runs do not.
        for (run, bound) in [(RUNS[0], 60_000), (RUNS[1], 3_000)] {
            let is_whole = sql.text.contains("CROSS JOIN");
            let took = took(sql.text, run);
            assert!(took < if is_whole { 60_000 } else { bound }, "{took} steps: {}", sql.text);
        }
        seen += 1;
    }
    assert!(seen > 15, "found only {seen} statements");
    // The query used before, to show that the step count does count.
    let whole = "SELECT COUNT(*) FROM item WHERE number BETWEEN $2 AND $3 AND batch = $1";
    assert!(took(whole, (OWN[0], OWN[4])) > 500_000);
}

/// PostgreSQL's plans: no statement does a full scan.
async fn plans(world: &World, own: BatchId) {
    world.write(&["ANALYZE"]).await.unwrap();
    let mut tx = world.store.write().await.unwrap();
    let mut wrong = Vec::new();
    for sql in store::catalogue().into_iter().filter(|sql| is_about_items(sql.text)) {
        let mut text = sql.text.to_owned();
        for (place, value) in (1..).zip(arguments(sql.text, own, RUNS[1])) {
            text = text.replace(&format!("${place}"), &value.to_string());
        }
        let plan = all(&mut tx, &format!("EXPLAIN {text}"), |row| row.text(0)).await.join("\n");
        if plan.contains("Seq Scan on item i") || plan.contains("Seq Scan on item ") {
            wrong.push(format!("{text}\n{plan}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test]
async fn adjacent_runs_are_merged() {
    let world = world().await;
    let mut tx = world.store.write().await.unwrap();
    let batch = BatchId(7);
    let far = GAP + 1;
    for (new, expected) in [
        ((10_000, 10_000), vec![(10_000, 10_000)]),
        // Continues a run, lies inside it, begins before it.
        ((10_001, 10_500), vec![(10_000, 10_500)]),
        ((10_100, 10_200), vec![(10_000, 10_500)]),
        ((9_000, 9_500), vec![(9_000, 10_500)]),
        // Disjoint, on both sides.
        ((10_500 + far, 20_000), vec![(9_000, 10_500), (10_500 + far, 20_000)]),
        (
            (9_000 - far, 9_000 - far),
            vec![(9_000 - far, 9_000 - far), (9_000, 10_500), (10_500 + far, 20_000)],
        ),
        // Between two runs: they are merged.
        ((10_501, 10_501), vec![(9_000 - far, 9_000 - far), (9_000, 20_000)]),
        ((1, 30_000), vec![(1, 30_000)]),
    ] {
        item_extent::add(&mut tx, batch, &[new]).await.unwrap();
        assert_eq!(item_extent::within(&mut tx, batch, (0, i64::MAX)).await.unwrap(), expected, "{new:?}");
    }
    assert_eq!(item_extent::within(&mut tx, batch, (5, 9)).await.unwrap(), [(5, 9)]);
    assert_eq!(item_extent::within(&mut tx, batch, (9, 5)).await.unwrap(), []);
    assert_eq!(item_extent::within(&mut tx, batch, (30_001, 40_000)).await.unwrap(), []);
    item_extent::forget(&mut tx, batch).await.unwrap();
    assert_eq!(item_extent::within(&mut tx, batch, (0, i64::MAX)).await.unwrap(), []);
}
