//! The fixtures of document 004, section 3: three users with four accounts, their limits and fees, a clock
//! that the test sets, and access past the service to what is stored.

use domain::account::AccountStatus;
use domain::account_ref::GivenAccount;
use domain::code::Code;
use domain::id::TransferId;
use ledger::{Clock, Door, DoorOptions, Outcome};
use serde_json::Value as Json;
use service::account::{self, OpenAccount};
use service::audit::{self, AuditFilter, AuditQuery};
use service::holder::NewHolder;
use service::policy::{self, PolicyChange};
use service::transfer::{self, TransferDetail, TransferRequest};
use service::{Error, Service};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Barrier};
use store::audit::{Actor, AuditRow};
use store::value::Rows;
use store::{Schema, Store, StoreError, Tx};
use testkit::place::{Engine, Place, place};

/// User A's first account: 10,000.00 USD.
pub const A1: &str = "ACC-A1-001";
/// User A's second account: 5,000.00 USD.
pub const A2: &str = "ACC-A2-002";
/// User B's account: 8,000.00 USD.
pub const B1: &str = "ACC-B1-003";
/// User C's account: 15,000.00 USD.
pub const C1: &str = "ACC-C1-004";
/// The time at which every test starts.
pub const START: &str = "2026-03-10T12:00:00Z";
/// How many threads act at once.
pub const THREADS: usize = 50;

/// A clock that shows a fixed time until it is set.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The size of the world in addition to the four accounts.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    users: usize,
    accounts: usize,
    /// How many transfers the tests of concurrency and history make.
    pub transfers: usize,
}

impl Scale {
    fn chosen() -> Self {
        match std::env::var("SLUICE_SCALE").as_deref() {
            Err(_) | Ok("" | "small") => Self { users: 5, accounts: 10, transfers: 50 },
            Ok("medium") => Self { users: 300, accounts: 600, transfers: 5_000 },
            Ok("large") => Self { users: 10_000, accounts: 20_000, transfers: 100_000 },
            Ok(other) => panic!("SLUICE_SCALE must be small, medium or large, not {other}"),
        }
    }
}

/// Everything that a transfer may leave behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footprint {
    pub balances: BTreeMap<String, (i64, i64, i64)>,
    pub transfers: i64,
    pub postings: i64,
    pub operations: i64,
    pub audits: i64,
}

/// A ledger in its own database.
pub struct World {
    clock: Arc<TestClock>,
    pub store: Store,
    pub door: Door,
    pub service: Service,
    pub scale: Scale,
    place: Place,
}

/// The actor of these tests.
pub fn actor() -> Actor {
    Actor::new(domain::principal::Principal::CommandLine, "tester", "test")
}

/// A transfer request as from the command line.
pub fn request(from: &str, to: &str, amount: &str) -> TransferRequest {
    TransferRequest {
        from: Some(from.into()),
        to: Some(to.into()),
        amount: amount.to_owned().into(),
        ..TransferRequest::default()
    }
}

/// A value for an optional text field.
pub fn set(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Section 3's `transfer_limits`.
pub fn section_3() -> PolicyChange {
    PolicyChange {
        min: set("0.01"),
        max: set("5000.00"),
        day: set("10000.00"),
        month: set("50000.00"),
        batch_max: None,
        fee_threshold: set("1000.00"),
        fee_rate: set("0.001"),
        fee_min: set("1.00"),
        fee_max: set("50.00"),
    }
}

/// The microseconds of a time in text.
pub fn micros(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

impl World {
    pub async fn new() -> Self {
        let place = place();
        let clock = Arc::new(TestClock(AtomicI64::new(micros(START))));
        let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
        let door = Door::open(store.clone(), clock.clone(), DoorOptions::default());
        let service = Service::new(store.clone(), door.clone(), clock.clone());
        let world = Self { clock, store, door, service, scale: Scale::chosen(), place };
        world.people().await;
        world
    }

    /// The world with section 3's limits and fees for dollars.
    pub async fn with_limits() -> Self {
        let world = Self::new().await;
        world.policy(None, &section_3()).await;
        world
    }

    async fn people(&self) {
        for (number, user, amount) in [
            (A1, "user_a", "10000.00"),
            (A2, "user_a", "5000.00"),
            (B1, "user_b", "8000.00"),
            (C1, "user_c", "15000.00"),
        ] {
            self.open(number, user, "USD").await;
            self.deposit(number, amount).await;
        }
        let mut csv = "number,holder,email,uid,currency,opening\n".to_owned();
        for place in 0..self.scale.accounts {
            let user = place % self.scale.users;
            csv += &format!("EXT-{place:06},user {user},user{user}@example.com,U{user},USD,1000.00\n");
        }
        let file = std::io::Cursor::new(csv.into_bytes());
        let imported = account::import(&self.service, &actor(), file, Default::default()).await.unwrap();
        assert_eq!((imported.opened, imported.refused), (self.scale.accounts, 0));
    }

    pub async fn open(&self, number: &str, user: &str, currency: &str) {
        let holder =
            NewHolder { name: user.to_owned(), email: Some(format!("{user}@example.com")), uid: None };
        let open = OpenAccount {
            number: number.to_owned(),
            holder,
            currency: currency.to_owned(),
            ..OpenAccount::default()
        };
        account::open(&self.service, &actor(), &open).await.unwrap();
    }

    pub async fn deposit(&self, number: &str, amount: &str) {
        let new = TransferRequest { from: None, ..request("", number, amount) };
        assert_eq!(transfer::create(&self.service, &actor(), &new).await.unwrap().outcome.code, None);
    }

    /// The ledger's outcome of a valid request.
    pub async fn ask(&self, new: &TransferRequest) -> Outcome {
        transfer::create(&self.service, &actor(), new).await.unwrap().outcome
    }

    /// Why a request is refused; none if it was carried out.
    pub async fn refusal(&self, new: &TransferRequest) -> Option<Code> {
        match transfer::create(&self.service, &actor(), new).await {
            Ok(done) => done.outcome.code,
            Err(Error::Refused(refusal)) => Some(refusal.code),
            Err(error) => panic!("{error}"),
        }
    }

    /// A transfer's outcome.
    pub async fn send(&self, from: &str, to: &str, amount: &str) -> Outcome {
        self.ask(&request(from, to, amount)).await
    }

    /// A transfer's code; none if it was carried out.
    pub async fn code(&self, from: &str, to: &str, amount: &str) -> Option<Code> {
        self.refusal(&request(from, to, amount)).await
    }

    /// A transfer that is expected to be carried out, as it is stored.
    pub async fn sent(&self, from: &str, to: &str, amount: &str) -> TransferDetail {
        let outcome = self.send(from, to, amount).await;
        assert_eq!(outcome.code, None);
        self.show(outcome.transfer.unwrap()).await
    }

    pub async fn show(&self, number: TransferId) -> TransferDetail {
        transfer::show(&self.service, number.0).await.unwrap()
    }

    pub async fn policy(&self, account: Option<&str>, change: &PolicyChange) {
        let account = account.map(GivenAccount::from);
        policy::set(&self.service, &actor(), "USD", account.as_ref(), change).await.unwrap();
    }

    pub async fn status(&self, number: &str, status: AccountStatus) {
        account::set_status(&self.service, &actor(), &number.into(), status, "test").await.unwrap();
    }

    pub fn set_clock(&self, time: &str) {
        self.clock.0.store(micros(time), Ordering::SeqCst);
    }

    /// Minor units.
    pub async fn balance(&self, number: &str) -> i64 {
        account::show(&self.service, &number.into()).await.unwrap().0.balance
    }

    pub async fn id(&self, number: &str) -> i64 {
        account::show(&self.service, &number.into()).await.unwrap().0.id.0
    }

    /// The newest audit rows that match, oldest first.
    pub async fn audit(&self, filter: AuditFilter, limit: i64) -> Vec<AuditRow> {
        let query = AuditQuery { filter, limit, ..AuditQuery::default() };
        let mut rows = audit::list(&self.service, &query).await.unwrap().rows;
        rows.reverse();
        rows
    }

    /// The one audit row about a transfer, and its detail.
    pub async fn audit_of(&self, transfer: TransferId) -> (AuditRow, Json) {
        let subject = Some("transfer".to_owned());
        let about = AuditFilter { subject, subject_id: Some(transfer.0), ..AuditFilter::default() };
        let mut rows = self.audit(about, 100).await;
        assert_eq!(rows.len(), 1, "{rows:?}");
        let row = rows.remove(0);
        let detail = serde_json::from_str(&row.detail).unwrap();
        (row, detail)
    }

    /// The newest audit row, and its detail.
    pub async fn audit_last(&self) -> (AuditRow, Json) {
        let row = self.audit(AuditFilter::default(), 1).await.remove(0);
        let detail = serde_json::from_str(&row.detail).unwrap();
        (row, detail)
    }

    /// Sends `count` requests from [`THREADS`] threads that start at the same moment.
    pub async fn crowd(
        &self,
        count: usize,
        request: impl Fn(usize) -> TransferRequest + Send + Sync + 'static,
    ) -> Vec<Outcome> {
        let (request, begin) = (Arc::new(request), Arc::new(Barrier::new(THREADS)));
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (service, request, begin) = (self.service.clone(), request.clone(), begin.clone());
                let runtime = tokio::runtime::Handle::current();
                tokio::task::spawn_blocking(move || {
                    begin.wait();
                    let send = |place| {
                        let done = runtime.block_on(transfer::create(&service, &actor(), &request(place)));
                        (place, done.unwrap().outcome)
                    };
                    (thread..count).step_by(THREADS).map(send).collect::<Vec<_>>()
                })
            })
            .collect();
        let mut outcomes = Vec::with_capacity(count);
        for thread in threads {
            outcomes.extend(thread.await.unwrap());
        }
        outcomes.sort_unstable_by_key(|(place, _)| *place);
        outcomes.into_iter().map(|(_, outcome)| outcome).collect()
    }

    /// Makes every statement of a kind on a table fail, as a violated constraint would, until
    /// [`World::mend`]. The condition covers the row's `NEW` values, and for updates its `OLD` ones.
    pub fn break_write(&self, statement: &str, table: &str, condition: &str) {
        let before = format!("CREATE TRIGGER broken BEFORE {statement} ON {table}");
        let texts = match self.place.engine {
            Engine::File | Engine::Memory => {
                vec![format!(
                    "{before} WHEN {condition} BEGIN SELECT RAISE(ABORT, 'broken by the test'); END"
                )]
            }
            Engine::Server => vec![
                "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
                   $$ BEGIN RAISE EXCEPTION 'broken by the test'; END $$"
                    .to_owned(),
                format!("{before} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION broken()"),
            ],
        };
        texts.iter().for_each(|text| drop(self.run(text).unwrap()));
    }

    pub fn mend(&self, table: &str) {
        let texts = match self.place.engine {
            Engine::File | Engine::Memory => vec!["DROP TRIGGER broken".to_owned()],
            Engine::Server => {
                vec![format!("DROP TRIGGER broken ON {table}"), "DROP FUNCTION broken()".to_owned()]
            }
        };
        texts.iter().for_each(|text| drop(self.run(text).unwrap()));
    }

    /// Runs one statement past the service, in its own transaction.
    pub fn run(&self, sql: &str) -> Result<Rows, StoreError> {
        wait(async {
            let mut tx = self.store.write().await?;
            let rows = tx.fetch_text(sql.to_owned(), vec![]).await?;
            tx.commit().await?;
            Ok(rows)
        })
    }

    /// The numbers of a query's first column.
    pub fn numbers(&self, sql: &str) -> Vec<i64> {
        wait(async { numbers(&mut self.store.read().await.unwrap(), sql).await })
    }

    /// The one number that a query returns.
    pub fn number(&self, sql: &str) -> i64 {
        self.numbers(sql)[0]
    }

    /// The footprint as stored now.
    pub fn footprint(&self) -> Footprint {
        wait(async { footprint(&mut self.store.read().await.unwrap()).await })
    }

    /// Every test ends with this: `verify` finds nothing, and money was neither created nor lost.
    pub async fn assert_sound(&self) {
        let found = upkeep::verify::run(&self.store).await.unwrap();
        assert!(found.is_ok(), "{:?}", found.violations());
        self.assert_conserved();
    }

    /// A test that wrote rows with SQL ends with this: `verify` names what no request recorded, and nothing else.
    pub async fn assert_only_names(&self, invariant: &str, key: &str) {
        let found = upkeep::verify::run(&self.store).await.unwrap().violations();
        let named: Vec<_> =
            found.iter().map(|one| (one.invariant, one.first_key.as_str(), one.count)).collect();
        assert_eq!(named, [(invariant, key, 1)]);
        self.assert_conserved();
    }

    /// In each currency all balances sum to zero, and each balance is the sum of its account's entries.
    pub fn assert_conserved(&self) {
        let sums = "SELECT COUNT(*) FROM (SELECT asset FROM balance JOIN account ON id = account
                      GROUP BY asset HAVING SUM(balance) <> 0) unequal";
        assert_eq!(self.number(sums), 0, "a currency does not sum to zero");
        let entries = "SELECT COUNT(*) FROM balance b LEFT JOIN
                         (SELECT account, SUM(amount) AS total FROM account_entry GROUP BY account) e
                         ON e.account = b.account WHERE b.balance <> COALESCE(e.total, 0)";
        assert_eq!(self.number(entries), 0, "a balance is not the sum of its entries");
    }
}

/// Blocks on a future outside async code: the runtime has other threads.
fn wait<T>(job: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(job))
}

async fn numbers(tx: &mut Tx, sql: &str) -> Vec<i64> {
    let rows = tx.fetch_text(sql.to_owned(), vec![]).await.unwrap();
    rows.iter().map(|row| row.i64(0).unwrap()).collect()
}

/// The footprint as a transaction sees it.
pub async fn footprint(tx: &mut Tx) -> Footprint {
    let balances = "SELECT a.number, b.balance, b.day_out, b.month_out FROM account a
                    JOIN balance b ON b.account = a.id";
    let rows = tx.fetch_text(balances.to_owned(), vec![]).await.unwrap();
    let read = |row: store::value::Row<'_>| {
        (row.text(0).unwrap(), (row.i64(1).unwrap(), row.i64(2).unwrap(), row.i64(3).unwrap()))
    };
    let balances = rows.iter().map(read).collect();
    let mut counts = Vec::new();
    for table in ["transfer", "posting", "operation", "audit"] {
        counts.extend(numbers(tx, &format!("SELECT COUNT(*) FROM {table}")).await);
    }
    let [transfers, postings, operations, audits] = counts.try_into().unwrap();
    Footprint { balances, transfers, postings, operations, audits }
}
