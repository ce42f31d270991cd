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
use std::io::{Cursor, Read};
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

/// A file that has more rows for as long as its sender lives.
struct LongFile {
    rest: Mutex<Receiver<Vec<u8>>>,
    part: Cursor<Vec<u8>>,
}

impl Read for LongFile {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            match self.part.read(buffer)? {
                0 => match self.rest.get_mut().unwrap().recv() {
                    Ok(part) => self.part = Cursor::new(part),
                    Err(_) => return Ok(0),
                },
                count => return Ok(count),
            }
        }
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
    /// Begins an import whose file does not end, and waits until its first page is written; the last row of
    /// that page is refused.
    async fn begin(&self) -> (JoinHandle<Result<Imported, Error>>, Sender<Vec<u8>>) {
        let (sender, rest) = channel();
        let file =
            LongFile { rest: Mutex::new(rest), part: Cursor::new(b"source,account,amount\n".to_vec()) };
        let service = self.service.clone();
        let import = BatchImport {
            currency: Some("USD".to_owned()),
            partial: true,
            ..BatchImport::new(BatchType::ManyToMany, "endless")
        };
        let task = tokio::spawn(async move { batch::import(&service, &actor(), &import, file).await });
        sender.send(page()).unwrap();
        while self.count("refused_row").await == 0 {
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

/// A page and the first bytes of the next, so that the page is complete; its last row names no account.
fn page() -> Vec<u8> {
    ("A,B,1.00\n".repeat(PAGE - 1) + "A,Z,1.00\nA,B,1.00\n").into_bytes()
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
    file.send(page()).unwrap();
    drop(file);
    let refused = task.await.unwrap().unwrap_err();
    assert_eq!(refused.code(), Some(Code::Fenced));
    assert_eq!(world.rows().await, []);
}
