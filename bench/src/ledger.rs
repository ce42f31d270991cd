//! A ledger as one process has it open, and how it is prepared for a shape.

use crate::options::{BenchOptions, Step};
use crate::payments::{self, RATE, SECOND, SINGLE};
use crate::place::Place;
use crate::shape::{Pays, Shape};
use domain::principal::Principal;
use engine::{Engine, EngineOptions, history};
use ledger::{Clock, Door, DoorOptions};
use service::account_import::AccountImport;
use service::policy::{self, PolicyChange};
use service::transfer::{self, TransferRequest};
use service::{Error, Service, account, fx};
use std::io::{Cursor, Read, Seek};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;
use store::Store;
use store::audit::Actor;

/// 2025-12-31 16:30:00 UTC.
const NOW: i64 = 1_767_198_600_000_000;
const DAY: i64 = 86_400_000_000;

/// A stopped clock, because a measured run must not cross midnight. It is set between runs.
#[derive(Debug)]
struct Still(AtomicI64);

impl Clock for Still {
    fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A ledger as one process has it open.
pub(crate) struct Ledger {
    pub store: Store,
    pub door: Door,
    pub service: Service,
    pub actor: Actor,
    clock: Arc<Still>,
}

impl Ledger {
    /// Opens the ledger at a place.
    pub(crate) async fn open(place: &Place, options: &BenchOptions) -> Result<Self, Error> {
        let store = place.open().await?;
        let clock = Arc::new(Still(AtomicI64::new(NOW)));
        let door = Door::open(store.clone(), clock.clone(), DoorOptions { chunk_items: options.chunk_items });
        let service = Service::new(store.clone(), door.clone(), clock.clone());
        let actor = Actor::new(Principal::CommandLine, "bench", "bench");
        Ok(Self { store, door, service, actor, clock })
    }

    /// The engine of this process.
    pub(crate) fn engine(&self) -> Engine {
        let (store, door, service) = (self.store.clone(), self.door.clone(), self.service.clone());
        Engine::new(store, door, service, EngineOptions::default())
    }

    /// Sets the clock to a number of days before the last one.
    pub(crate) fn set_days_left(&self, days: u32) {
        self.clock.0.store(NOW - i64::from(days) * DAY, Ordering::Relaxed);
    }

    /// Lets the history catch up, and brings everything into the main file. Returns the number of postings and
    /// the seconds that the history took.
    pub(crate) async fn settle(&self) -> Result<(i64, f64), Error> {
        let begun = Instant::now();
        let postings = history::catch_up(&self.store, &self.door).await?;
        let history_s = begun.elapsed().as_secs_f64();
        self.store.checkpoint().await?;
        Ok((postings, history_s))
    }

    /// An account's balance in minor units.
    pub(crate) async fn balance(&self, number: &str) -> Result<i64, Error> {
        Ok(account::show(&self.service, &number.into()).await?.0.balance)
    }

    /// Accounts, a policy with every check on and none that refuses an item, and the money to pay with.
    pub(crate) async fn set_up(
        &self,
        shape: Shape,
        accounts: u64,
        say: &mut impl FnMut(Step),
    ) -> Result<(), Error> {
        let pays = shape.pays();
        policy::set(&self.service, &self.actor, "USD", None, &limits()).await?;
        if pays == Pays::Fx {
            policy::set(&self.service, &self.actor, "EUR", None, &limits()).await?;
            fx::set(&self.service, &self.actor, "USD", "EUR", RATE, "bench").await?;
        }
        let file = payments::account_file(pays, accounts).written()?;
        let begun = Instant::now();
        let opened = self.open_accounts(file).await?;
        for source in [SINGLE, SECOND] {
            let file = format!("number,holder,uid,currency\n{source},Employer {source},{source},USD\n");
            self.open_accounts(Cursor::new(file)).await?;
            let deposit = TransferRequest {
                to: Some(source.into()),
                amount: "40000000000.00".to_owned().into(),
                ..TransferRequest::default()
            };
            transfer::create(&self.service, &self.actor, &deposit).await?;
        }
        self.settle().await?;
        say(Step::Opened { shape, accounts: opened, seconds: begun.elapsed().as_secs_f64() });
        Ok(())
    }

    async fn open_accounts(&self, file: impl Read + Seek + Send + 'static) -> Result<usize, Error> {
        let opened = account::import(&self.service, &self.actor, file, AccountImport::default()).await?;
        Ok(opened.opened)
    }
}

fn limits() -> PolicyChange {
    let text = |s: &str| Some(s.to_owned());
    PolicyChange {
        min: text("0.01"),
        max: text("5000.00"),
        day: text("900000000000.00"),
        month: text("900000000000.00"),
        batch_max: text("900000000000.00"),
        fee_threshold: text("900.00"),
        fee_rate: text("0.001"),
        fee_min: text("0.50"),
        fee_max: text("50.00"),
    }
}
