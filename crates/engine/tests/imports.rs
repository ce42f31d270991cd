//! Imports that do not end: one in progress is left alone, one that nobody is at is discarded with all it
//! left, and one that another node discarded writes nothing more.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use domain::batch::BatchType;
use domain::code::Code;
use domain::principal::Principal;
use domain::work::Work;
use engine::{Engine, EngineOptions};
use ledger::{Clock, Door, DoorOptions};
use service::account_import::AccountImport;
use service::batch::import::{BatchImport, Imported, discard};
use service::{Error, Service, account, batch};
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::audit::Actor;
use store::{Schema, Store};
use testkit::{Place, place};
use tokio::task::JoinHandle;

/// Rows of one page of an import.
const PAGE: usize = 10_000;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> i64 {
        1_767_198_600_000_000
    }
}

/// A file is read twice as a whole, for its hash and for its encoding, before its rows are read.
const PASSES_BEFORE: usize = 2;

/// A file whose rows after the first page are not there until its sender says so, or is gone.
struct LongFile {
    rows: Cursor<Vec<u8>>,
    /// Where it waits.
    gate: u64,
    rest: Option<Mutex<Receiver<()>>>,
    passes: usize,
    is_at_end: bool,
}

impl Read for LongFile {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let before = self.gate.saturating_sub(self.rows.position());
        let waits = self.passes >= PASSES_BEFORE && self.rest.is_some() && !self.is_at_end;
        if waits && before == 0 {
            // An error says that the sender is gone.
            let _ = self.rest.take().unwrap().into_inner().unwrap().recv();
        }
        let most = if waits && before > 0 { before } else { u64::MAX };
        let count = self.rows.by_ref().take(most).read(buffer)?;
        if count == 0 && !buffer.is_empty() && !self.is_at_end {
            self.is_at_end = true;
            self.passes += 1;
        }
        Ok(count)
    }
}

impl Seek for LongFile {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.is_at_end = false;
        self.rows.seek(to)
    }
}

struct World {
    store: Store,
    engine: Engine,
    service: Service,
    _place: Place,
}

fn actor() -> Actor {
    Actor::new(Principal::CommandLine, "tester", "test")
}

async fn world() -> World {
    let place = place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let door = Door::open(store.clone(), Arc::new(Still), DoorOptions::default());
    let service = Service::new(store.clone(), door.clone(), Arc::new(Still));
    let engine = Engine::new(store.clone(), door, service.clone(), EngineOptions::default());
    let accounts = "number,holder,currency\nA,One,USD\nB,Other,USD\n";
    account::import(&service, &actor(), Cursor::new(accounts), AccountImport::default()).await.unwrap();
    World { store, engine, service, _place: place }
}

impl World {
    /// Begins an import whose file has its first page only, and waits until that is written; the last row of
    /// that page is refused.
    async fn begin(&self) -> (JoinHandle<Result<Imported, Error>>, Sender<()>) {
        let (sender, rest) = channel();
        let mut rows = b"source,account,amount,memo\n".to_vec();
        rows.extend(page());
        let gate = u64::try_from(rows.len()).unwrap();
        rows.extend(page());
        let (rows, rest) = (Cursor::new(rows), Some(Mutex::new(rest)));
        let file = LongFile { rows, gate, rest, passes: 0, is_at_end: false };
        let service = self.service.clone();
        let import = BatchImport {
            currency: Some("USD".to_owned()),
            partial: true,
            ..BatchImport::new(BatchType::ManyToMany, "endless")
        };
        let task = tokio::spawn(async move { batch::import(&service, &actor(), &import, file).await });
        while self.count("refused_row").await == 0 {
            assert!(!task.is_finished(), "{:?}", task.await);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        (task, sender)
    }

    async fn count(&self, table: &str) -> i64 {
        let mut tx = self.store.read().await.unwrap();
        let rows = tx.fetch_text(format!("SELECT COUNT(*) FROM {table}"), vec![]).await.unwrap();
        rows.first().unwrap().i64(0).unwrap()
    }

    /// The rows of the tables that an import writes.
    async fn rows(&self) -> Vec<(&'static str, i64)> {
        let mut rows = Vec::new();
        for table in ["batch", "item", "item_extent", "item_page", "refused_row", "import_problem", "lease"] {
            rows.push((table, self.count(table).await));
        }
        rows.retain(|(_, count)| *count > 0);
        rows
    }
}

/// A page and the first rows of the next, which a reader looks ahead at, so that the page is complete; its last row names no account. It is far longer
/// than the piece in which a file's kind and delimiter are found, which is read after the two passes.
fn page() -> Vec<u8> {
    let row = |target: &str| format!("A,{target},1.00,{}\n", "m".repeat(60));
    (row("B").repeat(PAGE - 1) + &row("Z") + &row("B").repeat(100)).into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_in_progress_is_left_alone_and_one_whose_task_ended_is_discarded() {
    let world = world().await;
    let (task, file) = world.begin().await;
    let before = world.rows().await;
    assert_eq!(before.iter().find(|(table, _)| *table == "item"), Some(&("item", 9_999)), "{before:?}");
    assert_eq!(world.engine.recover().await.unwrap(), 0);
    assert_eq!(world.rows().await, before);
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    drop(file);
    assert_eq!(world.engine.recover().await.unwrap(), 1);
    assert_eq!(world.rows().await, []);
    assert_eq!(world.engine.recover().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_another_node_discarded_is_fenced_and_leaves_nothing() {
    let world = world().await;
    let (task, file) = world.begin().await;
    let mut tx = world.store.write().await.unwrap();
    let batch = store::batch::unready(&mut tx, world.store.node()).await.unwrap()[0].id;
    assert_eq!(store::lease::take(&mut tx, Work::import(batch), "another", 1).await.unwrap(), Some(2));
    assert!(discard(&mut tx, batch).await.unwrap());
    tx.commit().await.unwrap();
    file.send(()).unwrap();
    let refused = task.await.unwrap().unwrap_err();
    assert_eq!(refused.code(), Some(Code::Fenced));
    assert_eq!(world.rows().await, []);
}
