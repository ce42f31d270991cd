//! The real ledger: service, door, engine and a real database, driven by the steps.

use crate::batches::{Item, Seen, text};
use crate::reference::{Answer, START};
use crate::steps::{Bound, FEE_RATES, File, Money, PolicyDraw, RATES, Step};
use domain::account_ref::GivenAccount;
use domain::id::BatchId;
use engine::{Engine, EngineOptions, history};
use ledger::{Clock, Door, DoorOptions};
use service::account::{self, AccountFilter, AccountQuery, AccountView, OpenAccount};
use service::audit::{self, AuditQuery};
use service::batch::import::BatchImport;
use service::batch::list::{BatchQuery, OffsetPage};
use service::batch::submit::Submission;
use service::batch::{self, BatchRequest};
use service::holder::NewHolder;
use service::policy::{self, PolicyChange};
use service::statement::{self, Statement, StatementQuery};
use service::transfer::{self, Transferred};
use service::{Error, Service, fx};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::audit::{Actor, AuditRow};
use store::batch::BatchSort;
use store::listing::PageRequest;
use store::{Schema, Store};
use testkit::Place;
use testkit::place::Engine as Below;
use upkeep::verify::Violation;

/// A clock that the steps set.
#[derive(Debug)]
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub struct Ledger {
    clock: Arc<TestClock>,
    store: Store,
    door: Door,
    service: Service,
    engine: Engine,
    _place: Place,
}

fn actor() -> Actor {
    Actor::new(domain::principal::Principal::CommandLine, "property", "test")
}

/// A refusal is an answer; any other error ends the test.
fn code(error: Error) -> Answer {
    match error {
        Error::Refused(refusal) => Answer::Refused(refusal.code),
        other => panic!("{other}"),
    }
}

fn done<T>(result: Result<T, Error>) -> Answer {
    result.map_or_else(code, |_| Answer::Done)
}

impl Ledger {
    /// With chunks of at most so many items.
    pub async fn open(below: Below, chunk_items: usize) -> Self {
        let place = Place::on(below);
        let clock = Arc::new(TestClock(AtomicI64::new(START)));
        let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
        // The reference does not compare batches with each other.
        let mut tx = store.write().await.unwrap();
        store::setting::set(&mut tx, "duplicate_window", "0").await.unwrap();
        store::head::advance(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let door = Door::open(store.clone(), clock.clone(), DoorOptions { chunk_items });
        let service = Service::new(store.clone(), door.clone(), clock.clone());
        let engine = Engine::new(store.clone(), door.clone(), service.clone(), EngineOptions::default());
        Self { clock, store, door, service, engine, _place: place }
    }

    pub async fn take(&self, step: &Step) -> Answer {
        let (service, actor) = (&self.service, actor());
        match step {
            Step::Open { number, holder, currency } => {
                let new = OpenAccount {
                    number: number.clone(),
                    holder: NewHolder {
                        name: format!("holder {holder}"),
                        email: Some(format!("h{holder}@example.com")),
                        uid: None,
                    },
                    currency: currency.clone(),
                    ..OpenAccount::default()
                };
                done(account::open(service, &actor, &new).await)
            }
            Step::Accounts(rows) => self.accounts(rows).await,
            Step::Move(new) => match transfer::create(service, &actor, new).await {
                Err(error) => code(error),
                Ok(Transferred { outcome, .. }) => Answer::Moved {
                    code: outcome.code,
                    fee: i128::from(outcome.fee),
                    replayed: outcome.replayed,
                    kept: outcome.transfer.is_some(),
                },
            },
            Step::Status(number, status) => {
                done(account::set_status(service, &actor, &number.as_str().into(), *status, "").await)
            }
            Step::Policy { currency, account, change } => {
                let change = policy(currency, change);
                let account = account.as_deref().map(GivenAccount::from);
                done(policy::set(service, &actor, currency, account.as_ref(), &change).await)
            }
            Step::Rate { source, target, rate } => {
                done(fx::set(service, &actor, source, target, RATES[*rate].0, "test").await)
            }
            Step::Clock(now) => {
                self.clock.0.store(*now, Ordering::SeqCst);
                Answer::Done
            }
            Step::CatchUp => done(history::catch_up(&self.store, &self.door).await),
            other => self.take_batch(other).await,
        }
    }

    async fn accounts(&self, rows: &[(String, usize, String, i64)]) -> Answer {
        let mut csv = "number,holder,email,currency,opening\n".to_owned();
        for (number, holder, currency, opening) in rows {
            let opening = Money::Minor(*opening).text(currency);
            csv += &format!("{number},holder {holder},h{holder}@example.com,{currency},{opening}\n");
        }
        let read = Cursor::new(csv.into_bytes());
        match account::import(&self.service, &actor(), read, Default::default()).await {
            Err(error) => code(error),
            Ok(imported) => Answer::Accounts { opened: imported.opened, refused: imported.refused },
        }
    }

    async fn take_batch(&self, step: &Step) -> Answer {
        let (service, actor) = (&self.service, actor());
        let id = async |batch: &usize| BatchId(self.ids().await[*batch]);
        match step {
            Step::Import(file) => self.import(file).await,
            Step::Submit(batch) => {
                done(batch::submit(service, &actor, id(batch).await, &Submission::default()).await)
            }
            Step::Execute(batch) => done(batch::execute(service, &actor, id(batch).await.into()).await),
            Step::Run(batch) => done(self.engine.run(id(batch).await, |_| ()).await),
            Step::Pause(batch) => done(batch::pause(service, &actor, id(batch).await).await),
            Step::Cancel(batch, for_good) => done(
                batch::cancel(
                    service,
                    &actor,
                    &BatchRequest::of(id(batch).await.into()).noted("test"),
                    *for_good,
                )
                .await,
            ),
            Step::Resume(batch) => match batch::resume(service, &actor, id(batch).await.into()).await {
                Ok((_, count)) => Answer::Retried(count),
                Err(error) => code(error),
            },
            Step::SkipFailed(batch) => {
                match batch::skip_failed(service, &actor, id(batch).await.into(), "test").await {
                    Ok((_, count)) => Answer::Retried(count),
                    Err(error) => code(error),
                }
            }
            Step::Retry(batch, which) => {
                match batch::retry(service, &actor, id(batch).await.into(), *which).await {
                    Ok((_, count)) => Answer::Retried(count),
                    Err(error) => code(error),
                }
            }
            Step::RetryLine(batch, line) => {
                let batch = id(batch).await.into();
                let item = batch::item_of_line(service, batch, *line).await.unwrap();
                done(batch::retry_item(service, &actor, batch, item).await)
            }
            Step::SkipLine(batch, line) => {
                let batch = id(batch).await.into();
                let item = batch::item_of_line(service, batch, *line).await.unwrap();
                done(batch::skip_item(service, &actor, batch, item, "test").await)
            }
            other => panic!("not about a batch: {other:?}"),
        }
    }

    async fn import(&self, file: &File) -> Answer {
        let import = BatchImport {
            mode: file.mode,
            account: file.single.clone().map(GivenAccount::from),
            currency: Some(file.currency.clone()),
            partial: !file.strict,
            draft: file.draft,
            ..BatchImport::new(file.kind, "test")
        };
        match batch::import(&self.service, &actor(), &import, Cursor::new(text(file).into_bytes())).await {
            Err(error) => code(error),
            Ok(imported) => {
                assert_eq!(imported.batch.is_some(), imported.taken > 0);
                Answer::Imported { taken: imported.taken, refused: imported.refused }
            }
        }
    }

    /// The batches' ids, in creation order.
    async fn ids(&self) -> Vec<i64> {
        let slice = PageRequest { limit: 1_000, ..PageRequest::default() };
        let all = BatchQuery { sort: BatchSort::Oldest, slice, ..BatchQuery::default() };
        let found = batch::search(&self.service, &all).await.unwrap();
        found.batches.into_iter().map(|described| described.batch.id.0).collect()
    }

    /// All non-zero balances, including those of system accounts.
    pub async fn balances(&self) -> BTreeMap<String, i128> {
        let moved = self.every_account().await.into_iter().filter(|account| account.balance != 0);
        moved.map(|account| (account.number, i128::from(account.balance))).collect()
    }

    /// The numbers of all accounts, including system accounts.
    pub async fn numbers(&self) -> Vec<String> {
        self.every_account().await.into_iter().map(|account| account.number).collect()
    }

    async fn every_account(&self) -> Vec<AccountView> {
        let filter = AccountFilter { with_system: true, ..AccountFilter::default() };
        let slice = PageRequest { limit: 10_000, ..PageRequest::default() };
        let query = AccountQuery { filter, slice, ..AccountQuery::default() };
        let found = account::search(&self.service, &query).await.unwrap();
        found.accounts.into_iter().map(|(_, account)| account).collect()
    }

    pub async fn statement(&self, number: &str, query: &StatementQuery) -> Statement {
        statement::show(&self.service, &number.into(), query).await.unwrap()
    }

    pub async fn audit(&self) -> Vec<AuditRow> {
        let query = AuditQuery { limit: 100_000, ..AuditQuery::default() };
        let mut rows = audit::list(&self.service, &query).await.unwrap().rows;
        rows.reverse();
        rows
    }

    /// The visible part of all batches.
    pub async fn batches(&self) -> Vec<Seen> {
        let mut seen = Vec::new();
        for id in self.ids().await {
            let page = OffsetPage { limit: 1_000, offset: 0 };
            let list = batch::item_list(&self.service, BatchId(id).into(), &[], None, page).await.unwrap();
            let batch = list.batch.batch;
            let items: Vec<_> = list.items.into_iter().map(|one| one.item).collect();
            let both: Vec<_> = items.iter().flat_map(|item| [item.source, item.target]).collect();
            let names = account::numbers(&self.service, &both).await.unwrap();
            let items = items.iter().zip(names.chunks(2)).map(|(item, names)| Item {
                line: item.line,
                source: names[0].clone(),
                target: names[1].clone(),
                amount: i128::from(item.amount),
                state: item.state,
                code: item.code,
            });
            let t = batch.tally;
            let counts = [t.total_count, t.success_count, t.failed_count, t.skipped_count];
            let sums = [t.total_amount, t.success_amount, t.failed_amount, t.fee_amount].map(i128::from);
            seen.push((batch.state, counts, sums, items.collect()));
        }
        seen
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    pub async fn verify(&self) -> Vec<Violation> {
        upkeep::verify::run(&self.store).await.unwrap().violations()
    }
}

/// A policy change as users write it.
fn policy(currency: &str, change: &PolicyDraw) -> PolicyChange {
    let text = |bound: Bound| match bound {
        Bound::Same => None,
        Bound::Lifted => Some("none".to_owned()),
        Bound::At(minor) => Some(Money::Minor(minor).text(currency)),
    };
    let [min, max, day, month, batch_max, fee_threshold, fee_min, fee_max] = change.bounds.map(text);
    let fee_rate = change.fee_rate.map(|place| FEE_RATES[place].0.to_owned());
    PolicyChange { min, max, day, month, batch_max, fee_threshold, fee_rate, fee_min, fee_max }
}
