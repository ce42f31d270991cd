//! A ledger of an older schema is brought up to date with batches in flight. The tables are made by the
//! migrations up to its version, its rows come from a fixture. Each schema that is released gets a fixture
//! here: dump one from the released program, and let the test say what the later migrations make of it.

use crate::account::PayeeKey;
use crate::chunk::Chunk;
use crate::counter::Counter;
use crate::item::Page;
use crate::listing::Window;
use crate::statistics::{self, Group, Range};
use crate::written_chunk::{Span, WrittenChunk};
use crate::{Schema, Script, Store, Tx};
use domain::batch::BatchState;
use domain::code::Code;
use domain::id::{BatchId, PostingId};
use domain::item::ItemState;
use domain::work::Work;
use testkit::place::{Engine, Place};
use tokio_postgres::NoTls;

const LEDGER_1: &str = include_str!("../tests/fixtures/ledger_1.sql");

/// A ledger of a schema version.
async fn ledger_of(version: i32, rows: &str) -> Place {
    let engine = Engine::chosen();
    let place = Place::on(if engine == Engine::Memory { Engine::File } else { engine });
    if place.engine == Engine::Server {
        let (mut client, connection) = tokio_postgres::connect(&place.text, NoTls).await.unwrap();
        tokio::spawn(connection);
        crate::postgres::schema::migrate_to(&mut client, version).await.unwrap();
        client.batch_execute(rows).await.unwrap();
    } else {
        let mut file = rusqlite::Connection::open(&place.text).unwrap();
        crate::sqlite::schema::migrate_to(&mut file, version).unwrap();
        file.execute_batch(rows).unwrap();
    }
    place
}

async fn count(tx: &mut Tx, table: &str) -> i64 {
    let rows = tx.fetch_text(format!("SELECT COUNT(*) FROM {table}"), vec![]).await.unwrap();
    rows.first().unwrap().i64(0).unwrap()
}

#[tokio::test]
async fn a_ledger_of_schema_1_keeps_its_content_and_its_batches_in_flight() {
    let place = ledger_of(1, LEDGER_1).await;
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let mut tx = store.write().await.unwrap();
    crate::copy::align(&mut tx).await.unwrap();
    for (table, rows) in [
        ("account", 12),
        ("holder", 4),
        ("transfer", 7),
        ("posting", 6),
        ("batch", 6),
        ("item", 12),
        ("item_run", 2),
        ("operation", 2),
        ("batch_history", 20),
        ("audit", 32),
    ] {
        assert_eq!(count(&mut tx, table).await, rows, "{table}");
    }
    directory(&mut tx).await;
    the_totals_are_those_of_the_transfers(&mut tx).await;
    the_interrupted_batch_resumes(&mut tx).await;
    the_others_are_as_they_were(&mut tx).await;
    the_history_is_filled(&mut tx).await;
    a_new_chunk_comes_after_all_others(&mut tx).await;
    tx.commit().await.unwrap();
    // A second open finds nothing to migrate.
    drop(store);
    let again = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let chunks = crate::chunk::after(&mut again.read().await.unwrap(), 0, 99).await.unwrap();
    assert_eq!(chunks.len(), 7);
}

async fn directory(tx: &mut Tx) {
    let account = crate::account::by_number(tx, "N1").await.unwrap().unwrap();
    assert_eq!((account.balance, account.email.as_deref()), (10_200, Some("a@example.com")));
    let named = crate::account::resolve(tx, PayeeKey::Uid, vec!["U3".to_owned()]).await.unwrap();
    assert!(named.iter().all(|(_, found)| found.is_default) && named.len() == 1);
    let key = crate::api_key::by_name(tx, "reports").await.unwrap().unwrap();
    assert_eq!((key.scopes.as_str(), key.created_by.name.as_str()), ("read", "unknown"));
}

async fn the_totals_are_those_of_the_transfers(tx: &mut Tx) {
    let range = Range { from: 20_783, to: 20_783, asset: None, account: None };
    let mut kept = statistics::sums(tx, Group::Day, range).await.unwrap();
    let all = Window { first: 0, last: i64::MAX };
    let mut scanned = statistics::scan(tx, Group::Day, range, all).await.unwrap();
    for sums in [&mut kept, &mut scanned] {
        sums.sort_unstable_by_key(|one| one.completed);
    }
    assert_eq!((kept.len(), &kept), (2, &scanned));
    let failed = crate::verify::failure_counts(tx).await.unwrap();
    assert_eq!(crate::failure_count::all(tx).await.unwrap(), failed);
}

/// Its node has no row, so its lease counts as free.
async fn the_interrupted_batch_resumes(tx: &mut Tx) {
    let id = BatchId(2);
    assert_eq!(crate::batch::waiting(tx, "any").await.unwrap(), [id]);
    let lease = crate::lease::get_exclusive(tx, Work::run(id)).await.unwrap().unwrap();
    assert!(!lease.owner.is_empty() && !lease.is_live, "{lease:?}");
    let epoch = crate::lease::take(tx, Work::run(id), "any", lease.epoch).await.unwrap();
    assert_eq!(epoch, Some(lease.epoch + 1));
    let batch = crate::batch::get(tx, id).await.unwrap().unwrap();
    assert_eq!((batch.tally.success_count, batch.tally.open_count(), batch.runs), (1, 2, 2));
    let page = Page { batch: id, after: 0, last: i64::MAX, limit: 9 };
    let mut items = crate::item::page(tx, page, None, None).await.unwrap();
    let states: Vec<_> = items.iter().map(|item| item.state).collect();
    assert_eq!(states, [ItemState::Completed, ItemState::Pending, ItemState::Pending]);
    crate::external_id::fill_page(tx, id, &mut items).await.unwrap();
    let ids: Vec<_> = items.iter().filter_map(|item| item.external_id.as_deref()).collect();
    assert_eq!(ids, ["X1", "X2", "X3"]);
    assert!(crate::external_id::wrong(tx).await.unwrap().is_empty());
    assert_eq!(crate::verify::paid_twice(tx, &batch).await.unwrap(), items.last().map(|item| item.target.0));
    let failed: Vec<_> = items.iter().skip(1).map(|item| (item.number, Some(Code::Interrupted))).collect();
    assert_eq!(crate::item::set_states(tx, id, &failed, (ItemState::Failed, 1)).await.unwrap(), 2);
}

async fn the_others_are_as_they_were(tx: &mut Tx) {
    let states = [
        (1, BatchState::Completed),
        (3, BatchState::Pending),
        (4, BatchState::Paused),
        (5, BatchState::Draft),
        (6, BatchState::Cancelled),
    ];
    for (id, state) in states {
        let batch = crate::batch::get(tx, BatchId(id)).await.unwrap().unwrap();
        assert_eq!((batch.state, batch.folded()), (state, state), "{id}");
    }
    let open = crate::refused_row::open(tx, BatchId(5), None, 0, 9).await.unwrap();
    assert_eq!(open.len(), 2);
    let version = crate::batch::get(tx, BatchId(5)).await.unwrap().unwrap().version;
    assert_eq!(crate::batch::raise_version(tx, BatchId(5)).await.unwrap(), version + 1);
}

async fn the_history_is_filled(tx: &mut Tx) {
    assert_eq!((crate::history::mark(tx).await.unwrap(), count(tx, "history").await), (0, 0));
    while crate::history::advance(tx, 2).await.unwrap() > 0 {}
    assert_eq!(count(tx, "history").await, 2 * count(tx, "posting").await);
}

async fn a_new_chunk_comes_after_all_others(tx: &mut Tx) {
    let chunks = crate::chunk::after(tx, 0, 99).await.unwrap();
    let seen: Vec<_> = chunks.iter().map(|c| (c.number, c.postings)).collect();
    assert_eq!(seen, [(1, 1), (2, 1), (3, 0), (4, 2), (5, 1), (6, 1)]);
    let head = crate::head::advance(tx).await.unwrap();
    assert!(chunks.iter().all(|chunk| chunk.commit_number < head.commit_number));
    let number = crate::counter::take(tx, Counter::Chunk, 1).await.unwrap();
    assert!(PostingId::first_of_chunk(number).0 > crate::posting::last(tx).await.unwrap());
    let mut script = Script::new();
    let digest = "ab".repeat(32);
    let chunk = WrittenChunk { number, postings: 0, span: Span::NONE, digest };
    crate::written_chunk::insert_later(&mut script, &chunk);
    tx.run(script).await.unwrap();
    let newest = crate::chunk::by_numbers(tx, vec![number]).await.unwrap();
    assert_eq!(newest, [Chunk { number, commit_number: head.commit_number, postings: 0 }]);
}
