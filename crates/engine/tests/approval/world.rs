//! A ledger with people who have second factors, and three currencies: USD asks for no approval, EUR for one, GBP for
//! one of finance and one of an administrator.

use domain::access::{Asker, Role, Scope};
use domain::approval::{ApprovalAction, Level};
use domain::batch::{BatchMode, BatchType};
use domain::code::Code;
use domain::id::BatchId;
use domain::principal::Principal;
use domain::script::Digits;
use domain::totp::{TotpSecret, step_at};
use engine::{Engine, EngineOptions};
use ledger::{Clock, Door, DoorOptions};
use service::account_import::AccountImport;
use service::api_key::{self, NewApiKey};
use service::approval::{self, Decision};
use service::approval_policy::{self, ApprovalPolicyOf, NewApprovalPolicy};
use service::batch::create::CreateBatch;
use service::batch::rows::{Amounts, NewRow};
use service::batch::submit::Submission;
use service::consent::Consent;
use service::factor::Proof;
use service::payee::{Field, Given};
use service::transfer::{self, TransferRequest};
use service::user::{self, NewUser};
use service::vault::{MasterKey, Vault};
use service::{Error, Secret, Service, account, account_totp, batch};
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use store::audit::Actor;
use store::batch::Batch;
use store::factor::Factor;
use store::{Schema, Store};
use testkit::{Place, place};

pub const SECOND: i64 = 1_000_000;
pub const HOUR: i64 = 3_600 * SECOND;
/// The accounts of each currency, apart from `PAY`.
pub const PAYEES: [&str; 8] = ["A", "B", "C", "D", "E", "F", "G", "H"];
/// 2026-03-10T00:00:00Z.
const START: i64 = 1_773_100_800_000_000;

/// A clock that a test moves.
#[derive(Debug)]
pub struct Hands(AtomicI64);

impl Hands {
    pub fn at(now: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(now)))
    }
}

impl Clock for Hands {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Somebody who asks for something.
#[derive(Debug, Clone)]
pub struct Who {
    pub actor: Actor,
    /// A person's role; a key has every scope.
    pub role: Option<Role>,
}

impl Who {
    pub fn id(&self) -> i64 {
        self.actor.author.principal.id().unwrap()
    }

    pub fn asker(&self) -> Asker<'_> {
        match self.role {
            Some(role) => Asker::Person(role),
            None => Asker::Key(&Scope::ALL),
        }
    }
}

pub struct World {
    pub store: Store,
    pub service: Service,
    pub engine: Engine,
    pub clock: Arc<Hands>,
    pub cli: Actor,
    cooling: Duration,
    place: Place,
}

/// What a process has open.
pub struct Process {
    pub store: Store,
    pub service: Service,
    pub engine: Engine,
}

/// Opens a ledger.
pub async fn process(place: &str, clock: Arc<Hands>, cooling: Duration) -> Process {
    let store = Store::at(place, Schema::Migrate).await.unwrap();
    let door = Door::open(store.clone(), clock.clone(), DoorOptions { chunk_items: 2 });
    let service = Service::new(store.clone(), door.clone(), clock).with_vault(vault()).cooling_for(cooling);
    let engine = Engine::new(store.clone(), door, service.clone(), EngineOptions::default());
    Process { store, service, engine }
}

fn vault() -> Vault {
    Vault::new(MasterKey::from_hex(&"ab".repeat(32)).unwrap(), None)
}

/// Without a cooling-off.
pub async fn world() -> World {
    world_cooling(Duration::ZERO).await
}

pub async fn world_cooling(cooling: Duration) -> World {
    let world = World::open(place(), Hands::at(START), cooling).await;
    let mut tx = world.store.write().await.unwrap();
    store::setting::set(&mut tx, "duplicate_window", "0").await.unwrap();
    store::head::advance(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let (service, cli) = (&world.service, &world.cli);
    let mut accounts = "number,holder,currency\n".to_owned();
    for currency in ["USD", "EUR", "GBP"] {
        for number in ["PAY"].into_iter().chain(PAYEES) {
            accounts += &format!("{currency}-{number},{currency} {number},{currency}\n");
        }
    }
    account::import(service, cli, Cursor::new(accounts), AccountImport::default()).await.unwrap();
    for currency in ["USD", "EUR", "GBP"] {
        let deposit = TransferRequest {
            to: Some(format!("{currency}-PAY").as_str().into()),
            amount: "9000.00".to_owned().into(),
            ..TransferRequest::default()
        };
        transfer::create(service, cli, &deposit).await.unwrap();
    }
    world
}

pub fn account(number: &str) -> Given {
    Given::account(None, Field::Account, number.to_owned(), Digits::Refuse)
}

/// A draft that pays the first of the payees, each an amount.
pub fn payment(currency: &str, amounts: &[&str]) -> CreateBatch {
    let row = |(payee, amount): (&str, &&str)| NewRow {
        given: vec![account(&format!("{currency}-{payee}"))],
        amount: Some((*amount).to_owned()),
        ..NewRow::default()
    };
    CreateBatch {
        submission: Submission::default(),
        name: "Wages".to_owned(),
        kind: BatchType::OneToMany,
        mode: BatchMode::Continue,
        source: Some(account(&format!("{currency}-PAY"))),
        target: None,
        currency: None,
        amounts: Amounts::Custom,
        rows: PAYEES.into_iter().zip(amounts).map(row).collect(),
        remarks: None,
        convert: false,
        rate_mode: None,
        allow_repeat: false,
        draft: true,
    }
}

pub fn code<T>(result: &Result<T, Error>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(error) => error.code().map_or("not a refusal", Code::name),
    }
}

/// A level.
pub fn level(count: u8, roles: &[Role]) -> Level {
    Level { roles: roles.to_vec(), ..Level::of_anybody(count) }
}

fn secret(user: i64) -> TotpSecret {
    TotpSecret::new([u8::try_from(user).unwrap(); 20])
}

impl World {
    /// A process on a ledger.
    pub async fn open(place: Place, clock: Arc<Hands>, cooling: Duration) -> Self {
        let Process { store, service, engine } = process(&place.text, clock.clone(), cooling).await;
        let cli = Actor::new(Principal::CommandLine, "tester", "test");
        Self { store, service, engine, clock, cli, cooling, place }
    }

    /// Ends this process and leaves the ledger.
    pub fn close(self) -> (Place, Arc<Hands>, Duration) {
        (self.place, self.clock, self.cooling)
    }

    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    pub fn pass(&self, micros: i64) {
        self.clock.0.fetch_add(micros, Ordering::SeqCst);
    }

    /// A person who can sign in, with a factor from the first session.
    pub async fn person(&self, login: &str, role: Role) -> Who {
        let who = self.person_without_factor(&self.cli, login, role).await;
        self.enrol(&who, true).await;
        who
    }

    pub async fn person_without_factor(&self, by: &Actor, login: &str, role: Role) -> Who {
        let new = NewUser { login: login.to_owned(), name: login.to_owned(), role };
        let id = user::add(&self.acting(by), by, &new).await.unwrap().user.id;
        let mut tx = self.store.write().await.unwrap();
        store::user::set_password(&mut tx, id, Some("a hash"), self.now()).await.unwrap();
        store::head::advance(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        Who { actor: Actor::new(Principal::User(id), login, "test"), role: Some(role) }
    }

    /// Gives a person a factor now.
    pub async fn enrol(&self, who: &Who, is_initial: bool) {
        let row = format!("user:{}", who.id());
        let vault = vault();
        let sealed = vault.seal(&row, secret(who.id()).bytes()).unwrap();
        let mut tx = self.store.write().await.unwrap();
        store::sealed_secret::put(&mut tx, &row, &vault.key_id().unwrap(), &sealed).await.unwrap();
        let factor = Factor { user: who.id(), since: self.now(), is_initial };
        store::factor::set(&mut tx, factor).await.unwrap();
        store::head::advance(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A key with every scope, made by somebody.
    pub async fn key(&self, by: &Actor, name: &str) -> Who {
        let scopes = Scope::ALL.iter().map(|scope| scope.name().to_owned()).collect();
        let new = NewApiKey { name: name.to_owned(), scopes, ..NewApiKey::default() };
        let id = api_key::add(&self.acting(by), by, &new).await.unwrap().key.id;
        Who { actor: Actor::new(Principal::Key(id), format!("key:{name}"), "test"), role: None }
    }

    /// The use cases for an administrator's change, with the next one-time code if it is a person's.
    fn acting(&self, by: &Actor) -> Service {
        match by.author.principal {
            Principal::User(_) => self.proving(&Who { actor: by.clone(), role: Some(Role::Admin) }),
            _ => self.service.clone(),
        }
    }

    /// The use cases with a person's next one-time code.
    pub fn proving(&self, who: &Who) -> Service {
        self.pass(30 * SECOND);
        self.proving_now(who)
    }

    /// The same without waiting for the next code.
    pub fn proving_now(&self, who: &Who) -> Service {
        let code = || Secret::new(secret(who.id()).code(step_at(self.now())).as_str());
        let code = who.role.map(|_| code());
        self.service.clone().with_proof(Proof { code, ..Proof::default() })
    }

    pub async fn draft(&self, by: &Who, new: &CreateBatch) -> BatchId {
        batch::create(&self.service, &by.actor, new).await.unwrap().batch.batch.id
    }

    pub async fn submit(&self, by: &Who, batch: BatchId) -> Result<(), Error> {
        batch::submit(&self.service, &by.actor, batch, &Submission::default()).await.map(|_| ())
    }

    /// A submitted batch.
    pub async fn submitted(&self, by: &Who, currency: &str, amounts: &[&str]) -> BatchId {
        let batch = self.draft(by, &payment(currency, amounts)).await;
        self.submit(by, batch).await.unwrap();
        batch
    }

    pub async fn decide(&self, by: &Who, action: ApprovalAction, batch: BatchId) -> Result<(), Error> {
        let (service, decision) = (self.proving(by), Decision::default());
        let decided = match action {
            ApprovalAction::Approve => approval::approve(&service, &by.actor, batch.into(), &decision).await,
            ApprovalAction::Reject => approval::reject(&service, &by.actor, batch.into(), &decision).await,
        };
        decided.map(|_| ())
    }

    pub async fn approve(&self, by: &Who, batch: BatchId) -> Result<(), Error> {
        self.decide(by, ApprovalAction::Approve, batch).await
    }

    pub async fn execute(&self, by: &Who, batch: BatchId) -> Result<(), Error> {
        batch::execute(&self.proving(by), &by.actor, batch.into()).await.map(|_| ())
    }

    /// The same with a code of the debited account.
    pub async fn execute_with(&self, by: &Who, batch: BatchId, app: &TotpSecret) -> Result<(), Error> {
        let service = self.consenting(by, app).await;
        batch::execute(&service, &by.actor, batch.into()).await.map(|_| ())
    }

    /// Resumes with a code of the debited account.
    pub async fn resume_with(&self, by: &Who, batch: BatchId, app: &TotpSecret) -> Result<(), Error> {
        let service = self.consenting(by, app).await;
        batch::resume(&service, &by.actor, batch.into()).await.map(|_| ())
    }

    async fn consenting(&self, by: &Who, app: &TotpSecret) -> Service {
        let service = self.proving(by);
        let code = Secret::new(app.code(step_at(self.now())).as_str());
        service.with_consent(Consent::new(Some(code), Default::default(), false)).await
    }

    /// Gives an account a second factor, without which nothing is debited any more.
    pub async fn bind(&self, number: &str) -> TotpSecret {
        let account = number.into();
        let drawn = account_totp::bind(&self.service, &self.cli, &account).await.unwrap();
        let row = store::account_totp::owner(drawn.account.id);
        let mut tx = self.store.read().await.unwrap();
        let sealed = store::sealed_secret::of_owners(&mut tx, vec![row.clone()]).await.unwrap();
        drop(tx);
        let secret = TotpSecret::from_bytes(&vault().open(&row, &sealed[0].sealed()).unwrap()).unwrap();
        let code = Secret::new(secret.code(step_at(self.now())).as_str());
        account_totp::confirm(&self.service, &self.cli, &account, &code, false).await.unwrap();
        secret
    }

    pub async fn batch(&self, batch: BatchId) -> Batch {
        batch::named(&self.service, batch.into()).await.unwrap()
    }

    pub async fn state(&self, batch: BatchId) -> &'static str {
        self.batch(batch).await.state.name()
    }

    /// Sets a policy with one band; levels without a band remove it.
    pub async fn policy(
        &self,
        by: &Actor,
        currency: &str,
        from: Option<&str>,
        levels: &[Level],
    ) -> Result<ApprovalPolicyOf, Error> {
        let bands = from.map(|from| (from.to_owned(), levels.to_vec())).into_iter().collect();
        let new = NewApprovalPolicy { currency: currency.to_owned(), bands, ..NewApprovalPolicy::default() };
        approval_policy::set(&self.service, by, &new).await
    }

    /// One approval in EUR, and two levels in GBP.
    pub async fn usual_policies(&self) {
        self.policy(&self.cli, "EUR", Some("0"), &[level(1, &[])]).await.unwrap();
        let two = [level(1, &[Role::Finance]), level(1, &[Role::Admin])];
        self.policy(&self.cli, "GBP", Some("0"), &two).await.unwrap();
    }

    /// One approval in EUR, among people of whom none is an administrator.
    pub async fn usual_policies_without_admin(&self) {
        self.policy(&self.cli, "EUR", Some("0"), &[level(1, &[])]).await.unwrap();
    }

    pub async fn freeze(&self, number: &str, is_frozen: bool) {
        use domain::account::AccountStatus::{Active, Frozen};
        let status = if is_frozen { Frozen } else { Active };
        account::set_status(&self.service, &self.cli, &number.into(), status, "test").await.unwrap();
    }

    pub async fn balance(&self, number: &str) -> i64 {
        account::show(&self.service, &number.into()).await.unwrap().0.balance
    }

    /// What the payees of a currency have received.
    pub async fn received(&self, currency: &str) -> i64 {
        let mut sum = 0;
        for payee in PAYEES {
            sum += self.balance(&format!("{currency}-{payee}")).await;
        }
        sum
    }

    pub async fn verified(&self) {
        assert_eq!(upkeep::verify::run(&self.store).await.unwrap().violations(), []);
    }
}
