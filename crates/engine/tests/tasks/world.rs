//! A ledger with accounts and a file store, and workers.

use crate::still_clock::TestClock;
use domain::access::{Asker, Role};
use domain::id::{FileId, TaskId};
use domain::noun::NounId;
use domain::principal::Principal;
use domain::task::{TaskInput, TaskState};
use domain::upload::FileLimits;
use engine::{Engine, EngineOptions, TaskRunner};
use files::{Files, FilesAt};
use ledger::{Door, DoorOptions};
use serde_json::Value as Json;
use service::account_import::AccountImport;
use service::task::{self, Task};
use service::transfer::{self, TransferRequest};
use service::upload::{self, Receiving, Upload};
use service::{Actor, Error, Service, account};
use std::io::Cursor;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Schema, Store};
use tempfile::TempDir;
use testkit::{Place, place};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(120);
/// Payees, each with an account `A0`, `A1`, …
pub const PAYEES: usize = 20;

pub struct World {
    pub service: Service,
    pub clock: Arc<TestClock>,
    pub store: Store,
    door: Door,
    files: TempDir,
    workers: Vec<(oneshot::Sender<()>, JoinHandle<()>)>,
    _place: Place,
}

/// A caller and its role.
#[derive(Debug, Clone)]
pub struct Caller {
    pub actor: Actor,
    pub role: Role,
}

impl Caller {
    pub fn asker(&self) -> Asker<'static> {
        Asker::Person(self.role)
    }

    pub const fn by(&self) -> Principal {
        self.actor.author.principal
    }
}

/// The command line.
pub fn admin() -> Caller {
    Caller { actor: Actor::new(Principal::CommandLine, "tester", "test"), role: Role::Admin }
}

/// A ledger with money on `PAY` and an account for each payee; no worker runs yet.
pub async fn world() -> World {
    let place = place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let clock = Arc::new(TestClock::still());
    let door = Door::open(store.clone(), clock.clone(), DoorOptions::default());
    let files = tempfile::tempdir().unwrap();
    let at = FilesAt::Directory(files.path().join("files"));
    let stored = Files::open(&at).await.unwrap();
    let service =
        Service::new(store.clone(), door.clone(), clock.clone()).with_files(stored, FileLimits::SHIPPED);
    let mut accounts = "number,holder,currency\nPAY,Employer,USD\n".to_owned();
    for k in 0..PAYEES {
        accounts += &format!("A{k},Payee {k},USD\n");
    }
    let actor = admin().actor;
    account::import(&service, &actor, Cursor::new(accounts), AccountImport::default()).await.unwrap();
    let deposit = TransferRequest {
        to: Some("PAY".into()),
        amount: "5000.00".to_owned().into(),
        ..TransferRequest::default()
    };
    transfer::create(&service, &actor, &deposit).await.unwrap();
    World { service, clock, store, door, files, workers: Vec::new(), _place: place }
}

/// A file that pays the first payees.
pub fn payroll(count: usize) -> String {
    (0..count).fold("account,amount\n".to_owned(), |rows, k| rows + &format!("A{k},1.50\n"))
}

impl World {
    pub fn engine(&self, options: EngineOptions) -> Engine {
        Engine::new(self.store.clone(), self.door.clone(), self.service.clone(), options)
    }

    /// Starts a worker with the kinds as shipped.
    pub fn work(&mut self) {
        self.work_as(None);
    }

    /// Starts a worker that does tasks in another way.
    pub fn work_with(&mut self, tasks: TaskRunner<Engine>) {
        self.work_as(Some(tasks));
    }

    fn work_as(&mut self, tasks: Option<TaskRunner<Engine>>) {
        let engine = self.engine(EngineOptions { tasks, ..EngineOptions::default() });
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move { engine.work(async { drop(stopped.await) }).await.unwrap() });
        self.workers.push((stop, task));
    }

    /// Stops the workers and waits for them.
    pub async fn rest(&mut self) {
        for (stop, task) in self.workers.drain(..) {
            drop(stop);
            task.await.unwrap();
        }
    }

    /// Uploads a text.
    pub async fn upload(&self, caller: &Caller, name: &str, text: &str) -> Upload {
        self.try_upload(caller, name, text.as_bytes()).await.unwrap()
    }

    pub async fn try_upload(&self, caller: &Caller, name: &str, bytes: &[u8]) -> Result<Upload, Error> {
        let mut receiving = Receiving::begin(&self.service, &caller.actor, name).await?;
        for piece in bytes.chunks(100) {
            receiving.append(&self.service, &caller.actor, piece).await?;
        }
        receiving.finish(&self.service, &caller.actor).await
    }

    /// Starts a task, described by JSON.
    pub async fn start(&self, caller: &Caller, input: Json) -> TaskId {
        self.try_start(caller, input).await.unwrap()
    }

    pub async fn try_start(&self, caller: &Caller, input: Json) -> Result<TaskId, Error> {
        let input: TaskInput = serde_json::from_value(input).unwrap();
        task::start(&self.service, &caller.actor, caller.asker(), &input).await
    }

    pub async fn task(&self, id: TaskId) -> Task {
        let all = admin();
        task::show(&self.service, all.by(), all.asker(), id).await.unwrap()
    }

    /// The task, once it is in one of these states.
    pub async fn until(&self, id: TaskId, is_wanted: impl Fn(&Task) -> bool) -> Task {
        let begun = Instant::now();
        loop {
            let task = self.task(id).await;
            if is_wanted(&task) {
                return task;
            }
            assert!(begun.elapsed() < PATIENCE, "{task:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub async fn ended(&self, id: TaskId) -> Task {
        self.until(id, |task| task.state.has_ended()).await
    }

    /// A task as a line: its state, its code, and what of its result is named.
    pub async fn told(&self, id: TaskId) -> String {
        let task = self.ended(id).await;
        let code = task.code.map(|code| format!(" {code}")).unwrap_or_default();
        let about = task.message.map(|about| format!(" ({about})")).unwrap_or_default();
        format!("{}{code}{about}", task.state.name())
    }

    /// The result of a completed task.
    pub async fn result(&self, id: TaskId) -> Json {
        let task = self.ended(id).await;
        assert_eq!((task.state, task.code), (TaskState::Completed, None), "{task:?}");
        serde_json::from_str(&task.result.unwrap()).unwrap()
    }

    /// The content of a file.
    pub async fn content(&self, id: &Json) -> Vec<u8> {
        let (all, id) = (admin(), FileId::from_tagged(id.as_str().unwrap()).unwrap());
        let found = upload::content(&self.service, all.by(), all.asker(), id).await;
        let (_, mut reading) = found.unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = reading.next().await.unwrap() {
            bytes.extend_from_slice(&piece);
        }
        bytes
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        let mut tx = self.store.read().await.unwrap();
        let rows = tx.fetch_text(format!("SELECT COUNT(*) FROM {table}"), vec![]).await.unwrap();
        rows.first().unwrap().i64(0).unwrap()
    }

    /// How many accounts holders have. The ledger's own are left out: a node on PostgreSQL opens those of its stripe
    /// when it starts, beside the test.
    pub async fn customers(&self) -> i64 {
        self.count("account WHERE kind = 1").await
    }

    /// The names of the stored files, with what lies aside.
    pub fn stored(&self) -> Vec<String> {
        let mut names = Vec::new();
        for folder in std::fs::read_dir(self.files.path().join("files")).unwrap().map(Result::unwrap) {
            if folder.file_type().unwrap().is_dir() {
                let files = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
                names.extend(files.map(|file| file.file_name().into_string().unwrap()));
            }
        }
        names.sort_unstable();
        names
    }

    pub async fn verified(&self) {
        assert_eq!(upkeep::verify::run(&self.store).await.unwrap().violations(), []);
    }
}
