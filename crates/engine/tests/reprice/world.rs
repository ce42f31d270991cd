//! A ledger with payees in another currency.

use domain::access::Reach;
use domain::batch::{BatchMode, BatchState, BatchType};
use domain::code::Code;
use domain::id::BatchId;
use domain::principal::Principal;
use domain::script::Digits;
use engine::{Engine, EngineOptions};
use ledger::{Clock, Door, DoorOptions};
use serde_json::Value as Json;
use service::account_import::AccountImport;
use service::batch::create::CreateBatch;
use service::batch::rows::{Amounts, NewRow};
use service::batch::submit::Submission;
use service::payee::{Field, Given};
use service::transfer::{self, TransferRequest};
use service::{Error, Service, account, batch, fx};
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::audit::Actor;
use store::batch::Batch;
use store::{Schema, Store};
use testkit::{Place, place};

#[derive(Debug)]
pub struct Hands(pub AtomicI64);

impl Clock for Hands {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub struct World {
    pub store: Store,
    pub service: Service,
    pub engine: Engine,
    pub actor: Actor,
    pub clock: Arc<Hands>,
    _place: Place,
}

/// A dollar account with 1,000.00 and four accounts in euros, at 0.9.
pub async fn world() -> World {
    let place = place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let clock = Arc::new(Hands(AtomicI64::new(1_767_198_600_000_000)));
    // These batches repeat the same payments.
    let mut tx = store.write().await.unwrap();
    store::setting::set(&mut tx, "duplicate_window", "0").await.unwrap();
    store::head::advance(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    // Three items per chunk, so that a batch takes more than one chunk.
    let door = Door::open(store.clone(), clock.clone(), DoorOptions { chunk_items: 3 });
    let service = Service::new(store.clone(), door.clone(), clock.clone());
    let actor = Actor::new(Principal::CommandLine, "tester", "test");
    let accounts = "number,holder,currency\nPAY,Employer,USD\nE0,A,EUR\nE1,B,EUR\nE2,C,EUR\nE3,D,EUR\n";
    account::import(&service, &actor, Cursor::new(accounts), AccountImport::default()).await.unwrap();
    let deposit = TransferRequest {
        to: Some("PAY".into()),
        amount: "1000.00".to_owned().into(),
        ..TransferRequest::default()
    };
    transfer::create(&service, &actor, &deposit).await.unwrap();
    let engine = Engine::new(store.clone(), door, service.clone(), EngineOptions::default());
    let world = World { store, service, engine, actor, clock, _place: place };
    world.rate("0.9").await;
    world
}

pub fn account(number: String) -> Given {
    Given::account(None, Field::Account, number, Digits::Refuse)
}

pub fn batch_of_four() -> CreateBatch {
    let row = |place: usize| NewRow {
        given: vec![account(format!("E{place}"))],
        amount: Some("10.00".to_owned()),
        ..NewRow::default()
    };
    CreateBatch {
        submission: Submission::default(),
        name: "Abroad".to_owned(),
        kind: BatchType::OneToMany,
        mode: BatchMode::Continue,
        source: Some(account("PAY".to_owned())),
        target: None,
        currency: None,
        amounts: Amounts::Custom,
        rows: (0..4).map(row).collect(),
        remarks: None,
        convert: true,
        rate_mode: None,
        allow_repeat: false,
        draft: false,
    }
}

pub fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> Code {
    result.unwrap_err().code().unwrap()
}

impl World {
    pub async fn rate(&self, rate: &str) {
        fx::set(&self.service, &self.actor, "USD", "EUR", rate, "test").await.unwrap();
    }

    pub async fn make(&self, new: &CreateBatch) -> BatchId {
        batch::create(&self.service, &self.actor, new).await.unwrap().batch.batch.id
    }

    pub async fn execute(&self, batch: BatchId) -> Result<Batch, Error> {
        batch::execute(&self.service, &self.actor, batch.into()).await
    }

    pub async fn run(&self, batch: BatchId) -> Batch {
        self.engine.run(batch, |_| {}).await.unwrap()
    }

    pub async fn pause(&self, batch: BatchId) -> Batch {
        batch::pause(&self.service, &self.actor, batch).await.unwrap()
    }

    pub async fn state(&self, batch: BatchId) -> (BatchState, i64, i64, i64, i64) {
        let Batch { state, tally, .. } = batch::named(&self.service, batch.into()).await.unwrap();
        (state, tally.success_count, tally.failed_count, tally.skipped_count, tally.open_count())
    }

    /// What each payee has received, in cents.
    pub async fn received(&self) -> Vec<i64> {
        let mut all = Vec::new();
        for place in 0..4 {
            all.push(account::show(&self.service, &format!("E{place}").into()).await.unwrap().0.balance);
        }
        all
    }

    /// Reprices a batch and returns the batch to continue with.
    pub async fn reprice(&self, batch: BatchId) -> Batch {
        batch::reprice(&self.service, &self.actor, Reach::All, batch.into()).await.unwrap().batch.batch
    }

    pub async fn refusal_to_execute(&self, batch: BatchId) -> (Code, Json, String) {
        let Error::Refused(refusal) = self.execute(batch).await.unwrap_err() else { panic!("not refused") };
        (refusal.code, refusal.data.unwrap()["rates"].clone(), refusal.detail.unwrap())
    }

    pub async fn freeze(&self, number: &str, is_frozen: bool) {
        use domain::account::AccountStatus::{Active, Frozen};
        let status = if is_frozen { Frozen } else { Active };
        account::set_status(&self.service, &self.actor, &number.into(), status, "test").await.unwrap();
    }

    pub async fn verified(&self) {
        assert_eq!(upkeep::verify::run(&self.store).await.unwrap().violations(), []);
    }
}
