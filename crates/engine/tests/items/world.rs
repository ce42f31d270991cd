//! A payer, one payee for each item, and batches that pay them in slices.

use domain::batch::{BatchMode, BatchType};
use domain::principal::Principal;
use engine::{Engine, EngineOptions};
use ledger::{Clock, Door, DoorOptions};
use service::account_import::AccountImport;
use service::batch::import::BatchImport;
use service::transfer::{self, TransferRequest};
use service::{Service, account, batch};
use std::io::Cursor;
use std::sync::Arc;
use store::audit::Actor;
use store::batch::Batch;
use store::{Schema, Store};
use testkit::{Place, place};

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> i64 {
        1_767_198_600_000_000
    }
}

pub const ITEMS: i64 = 37;
/// Items of a slice.
const SLICE: usize = 16;

pub struct World {
    pub store: Store,
    pub service: Service,
    pub engine: Engine,
    pub place: Place,
}

pub fn actor() -> Actor {
    Actor::new(Principal::CommandLine, "tester", "test")
}

/// `PAY` with 1,000.00, and one payee per item of a batch.
pub async fn world() -> World {
    let place = place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let door = Door::open(store.clone(), Arc::new(Still), DoorOptions { chunk_items: SLICE });
    let service = Service::new(store.clone(), door.clone(), Arc::new(Still));
    let mut accounts = "number,holder,uid,currency\nPAY,Employer,E,USD\n".to_owned();
    (0..ITEMS).for_each(|k| accounts += &format!("A{k},Payee {k},U{k},USD\n"));
    account::import(&service, &actor(), Cursor::new(accounts), AccountImport::default()).await.unwrap();
    let rich = TransferRequest {
        to: Some("PAY".into()),
        amount: "1000.00".to_owned().into(),
        ..TransferRequest::default()
    };
    assert_eq!(transfer::create(&service, &actor(), &rich).await.unwrap().outcome.code, None);
    let engine = Engine::new(store.clone(), door, service.clone(), EngineOptions::default());
    World { store, service, engine, place }
}

impl World {
    /// A batch of 1.00 to each payee, ready to run.
    pub async fn batch(&self, mode: BatchMode) -> Batch {
        let mut rows = "account,amount\n".to_owned();
        (0..ITEMS).for_each(|k| rows += &format!("A{k},1.00\n"));
        let (account, kind) = (Some("PAY".into()), BatchType::OneToMany);
        let import = BatchImport { account, mode, ..BatchImport::new(kind, "items") };
        let made = batch::import(&self.service, &actor(), &import, Cursor::new(rows)).await.unwrap();
        batch::execute(&self.service, &actor(), made.batch.unwrap().id.into()).await.unwrap()
    }

    /// Runs statements as another program would.
    pub async fn sql(&self, texts: &[&str]) {
        let mut tx = self.store.write().await.unwrap();
        for text in texts {
            tx.fetch_text((*text).to_owned(), vec![]).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
}
