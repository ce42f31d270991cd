//! Scripts: one step a line, words separated by spaces.
//!
//! | Step | Does |
//! | --- | --- |
//! | `open A 100.00` | opens account `A` with that balance |
//! | `freeze A`, `thaw A`, `close A` | changes its status |
//! | `pay A B 10.00` | a single transfer; `pay A B 10.00 as K` under the operation id `K` |
//! | `batch A MODE B 10.00 C 5.00` | imports and submits a batch from `A`; MODE is `continue`, `stop_on_failure` or `atomic` |
//! | `execute 1`, `run 1`, `pause 1`, `resume 1`, `cancel 1`, `end 1` | moves batch 1; `end` cancels it permanently |
//! | `retry 1`, `skip 1 2`, `skip_failed 1` | reworks its failed items; `skip 1 2` skips line 2 |
//! | `audit` | prints the audit actions since the last `audit` |
//!
//! A step that is refused prints itself and the code.

use crate::printer;
use domain::account::AccountStatus;
use domain::batch::{BatchMode, BatchType};
use domain::batch_ref::BatchRef;
use domain::id::BatchId;
use domain::principal::Principal;
use engine::{Engine, EngineOptions};
use ledger::{Clock, Door, DoorOptions};
use service::account::{self, OpenAccount};
use service::batch::import::BatchImport;
use service::batch::rework::Rework;
use service::batch::{self, BatchRequest};
use service::holder::NewHolder;
use service::transfer::{self, TransferRequest};
use service::{Error, Service};
use std::io::Cursor;
use std::sync::Arc;
use store::audit::Actor;
use store::{Schema, Store};
use testkit::place;

/// Always 2026-01-01 at noon: no daily limit resets within a fact.
#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> i64 {
        1_767_268_800_000_000
    }
}

struct World {
    store: Store,
    engine: Engine,
    service: Service,
    actor: Actor,
    /// Audit rows that were printed, or are of the preparation.
    audited: usize,
}

/// Runs a script; what it printed, and the ledger it left.
pub async fn run(script: &str) -> String {
    let place = place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(Noon);
    let door = Door::open(store.clone(), clock.clone(), DoorOptions { chunk_items: 2 });
    let actor = Actor::new(Principal::CommandLine, "tester", "test");
    let service = Service::new(store.clone(), door.clone(), clock);
    let engine = Engine::new(store.clone(), door, service.clone(), EngineOptions::default());
    let mut world = World { store: store.clone(), engine, service, actor, audited: 0 };
    let mut printed = Vec::new();
    for step in script.lines() {
        let words: Vec<&str> = step.split_whitespace().collect();
        match world.step(&words).await {
            Ok(None) => {}
            Ok(Some(text)) => printed.push(format!("{step}: {text}")),
            Err(Error::Refused(refusal)) => printed.push(format!("{step}: {}", refusal.code.name())),
            Err(error) => panic!("{step}: {error}"),
        }
    }
    assert_eq!(upkeep::verify::run(&store).await.unwrap().violations(), [], "{script}");
    printed.push(printer::print(&store).await);
    printed.join("\n")
}

impl World {
    /// Done, done with something to print, or refused.
    async fn step(&mut self, words: &[&str]) -> Result<Option<String>, Error> {
        let (service, actor) = (&self.service, &self.actor);
        match words {
            ["open", number, balance] => self.open(number, balance).await?,
            ["freeze", number] => self.set(number, AccountStatus::Frozen).await?,
            ["thaw", number] => self.set(number, AccountStatus::Active).await?,
            ["close", number] => self.set(number, AccountStatus::Closed).await?,
            ["pay", from, to, amount] => return self.pay(from, to, amount, None).await,
            ["pay", from, to, amount, "as", key] => return self.pay(from, to, amount, Some(key)).await,
            ["batch", account, mode, rows @ ..] => self.batch(account, mode, rows).await?,
            ["execute", id] => drop(batch::execute(service, actor, named(id)).await?),
            ["run", id] => drop(self.engine.run(id.parse().map(BatchId).unwrap(), |_| ()).await?),
            ["pause", id] => drop(batch::pause(service, actor, named(id)).await?),
            ["resume", id] => drop(batch::resume(service, actor, named(id)).await?),
            ["cancel", id] => drop(batch::cancel(service, actor, &BatchRequest::of(named(id)), false).await?),
            ["end", id] => drop(batch::cancel(service, actor, &BatchRequest::of(named(id)), true).await?),
            ["retry", id] => {
                let (_, count) = batch::retry(service, actor, named(id), Rework::AllFailed).await?;
                return Ok(Some(count.to_string()));
            }
            ["skip", id, line] => {
                let item = batch::item_of_line(service, named(id), line.parse().unwrap()).await?;
                drop(batch::skip_item(service, actor, named(id), item, "fact").await?);
            }
            ["skip_failed", id] => drop(batch::skip_failed(service, actor, named(id), "fact").await?),
            ["audit"] => return Ok(Some(self.audit().await)),
            _ => panic!("unknown step: {words:?}"),
        }
        Ok(None)
    }

    async fn open(&mut self, number: &str, balance: &str) -> Result<(), Error> {
        let holder = NewHolder { name: number.to_owned(), email: None, uid: Some(number.to_owned()) };
        let (number, currency) = (number.to_owned(), "USD".to_owned());
        let open = OpenAccount { number: number.clone(), holder, currency, ..OpenAccount::default() };
        account::open(&self.service, &self.actor, &open).await?;
        if balance != "0.00" {
            let deposit = TransferRequest {
                to: Some(number.into()),
                amount: balance.to_owned().into(),
                ..TransferRequest::default()
            };
            transfer::create(&self.service, &self.actor, &deposit).await?;
        }
        self.audit().await;
        Ok(())
    }

    async fn set(&self, number: &str, status: AccountStatus) -> Result<(), Error> {
        account::set_status(&self.service, &self.actor, &number.into(), status, "fact").await.map(drop)
    }

    async fn pay(
        &self,
        from: &str,
        to: &str,
        amount: &str,
        key: Option<&str>,
    ) -> Result<Option<String>, Error> {
        let transfer = TransferRequest {
            from: Some(from.into()),
            to: Some(to.into()),
            amount: amount.to_owned().into(),
            operation: key.map(str::to_owned),
            ..TransferRequest::default()
        };
        let outcome = transfer::create(&self.service, &self.actor, &transfer).await?.outcome;
        let code = outcome.code.map(|code| code.name().to_owned());
        let number =
            outcome.transfer.map_or_else(String::new, |number| format!("transfer {} again", number.0));
        Ok(if outcome.replayed {
            Some([Some(number), code].into_iter().flatten().collect::<Vec<_>>().join(", "))
        } else {
            code
        })
    }

    async fn batch(&self, account: &str, mode: &str, rows: &[&str]) -> Result<(), Error> {
        let mut file = "account,amount\n".to_owned();
        for row in rows.chunks(2) {
            file += &format!("{},{}\n", row[0], row[1]);
        }
        let mode = BatchMode::ALL.iter().copied().find(|known| known.name() == mode).unwrap();
        let new = BatchImport::new(BatchType::OneToMany, "a fact");
        let import = BatchImport { account: Some(account.into()), mode, ..new };
        let imported = batch::import(&self.service, &self.actor, &import, Cursor::new(file)).await?;
        assert!(imported.batch.is_some(), "no row may be wrong in a fact");
        Ok(())
    }

    async fn audit(&mut self) -> String {
        let (count, text) = printer::audit(&self.store, self.audited).await;
        self.audited = count;
        text
    }
}

fn named(batch: &str) -> BatchRef {
    BatchRef::parse(batch).unwrap()
}
