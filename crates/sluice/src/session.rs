//! What a command works with: the service over an open ledger, the actor, and the output.

use crate::clock::SystemClock;
use crate::data_dir::{DataDir, Lock, MarkPlace};
use crate::exit::Failure;
use crate::globals::Globals;
use crate::key_ring;
use crate::out::{Out, note};
use crate::say::say;
use domain::amount::format_minor;
use domain::asset::Asset;
use domain::code::Language;
use domain::id::AssetId;
use engine::{Engine, EngineOptions, Mailer, Pulse, history};
use files::{Files, FilesAt};
use ledger::{Door, DoorOptions};
use service::session::SessionLife;
use service::{Service, asset, batch, user};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::audit::Actor;
use store::mark::{Behind, Keeper, LogFile, Mark, OpenMode, ServerKeeper};
use store::{Schema, Store, StoreError};
use upkeep::seal::{self, Purpose};

/// The folder of the data directory with the files.
const FILES: &str = "files";
/// Postings by which the history may lag before a command lets it catch up.
const LAG_MAX: i64 = 20_000;

/// How a command opens the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// As a reader, also beside a writer.
    Read,
    /// As a writer; the only one, if the ledger is a file.
    Write,
    /// As a writer that is about to import a file.
    Import,
    /// As a writer that is about to run a batch.
    Run,
    /// As a writer that stores a file, or reads one.
    Files,
    /// As a worker that takes batches by itself.
    Work,
    /// As a writer that accepts a loss.
    Accept,
}

impl Access {
    /// Whether the process registers as a node while the command runs. Where several processes can write,
    /// every writer is a node; on a file, only one that holds leases. A worker registers by itself.
    const fn joins(self, is_sole_writer: bool) -> bool {
        match self {
            Self::Import | Self::Run => true,
            Self::Write | Self::Files | Self::Accept => !is_sole_writer,
            Self::Read | Self::Work => false,
        }
    }

    /// Whether the process stores files: one that works does, and a command that uploads or downloads one.
    const fn stores_files(self) -> bool {
        matches!(self, Self::Work | Self::Files)
    }

    const fn how(self) -> OpenMode {
        if matches!(self, Self::Accept) { OpenMode::AcceptLoss } else { OpenMode::Normal }
    }
}

/// Keeps the mark of the ledger's head up to date.
#[derive(Debug)]
enum Keeping {
    File(Keeper),
    Server(ServerKeeper),
}

/// An open ledger.
#[derive(Debug)]
pub(crate) struct Session {
    /// The use cases on request.
    pub service: Service,
    /// The ledger's database, for what concerns the whole ledger.
    pub store: Store,
    door: Door,
    /// The acting principal.
    pub actor: Actor,
    /// The language of messages.
    pub language: Language,
    /// How answers are printed.
    pub out: Out,
    /// Every enabled asset.
    assets: Vec<Asset>,
    pulse: Option<Pulse>,
    keeping: Option<Keeping>,
    /// What was lost, when opened to accept a loss or only to read.
    pub behind: Option<Behind>,
    /// What the mark recorded when the ledger was opened; needed to accept a loss.
    pub known: Option<Mark>,
    /// The file that records the newest backup of a ledger in a directory.
    pub last_backup: Option<PathBuf>,
    /// The folder of the mark to renew when a loss on a server is accepted.
    renews: Option<PathBuf>,
    lock: Option<Lock>,
    /// The data directory, unless the ledger is on a server.
    pub(crate) data: Option<DataDir>,
    /// What sends e-mails, in a process that takes work by itself.
    mailer: Option<Mailer>,
    /// The timeouts of a session of `sluice login`.
    pub(crate) life: SessionLife,
}

impl Session {
    /// Opens the ledger in the data directory or on a server.
    pub(crate) async fn open(globals: &Globals, access: Access) -> Result<Self, Failure> {
        let mut session = match &globals.database {
            Some(url) => Self::of_server(globals, access, url).await?,
            None => Self::of_directory(globals, access).await?,
        };
        let purpose = if access == Access::Read { Purpose::Read } else { Purpose::Write };
        seal::expect_usable(&session.store, purpose).await?;
        if let Some(name) = &globals.act_as {
            user::check_actor_name(&session.service, name).await?;
        }
        if access == Access::Read {
            return Ok(session);
        }
        // Reading needs no secrets, and the reader may be a user who must not have the key.
        let vault = key_ring::vault(&globals.key_files, globals.language())?;
        session.service = session.service.with_vault(vault);
        if access == Access::Work {
            session.mailer = globals.mail.mailer(globals.language())?;
        }
        if access.stores_files() {
            session = session.with_files(globals).await?;
        }
        if access != Access::Accept {
            session.engine().recover().await?;
        }
        if access.joins(session.store.is_sole_writer()) {
            session.pulse = Some(Pulse::start(session.engine(), false).await?);
            // A copy that began in the meantime may not have seen this node.
            if let Err(refusal) = seal::expect_usable(&session.store, purpose).await {
                session.leave().await?;
                return Err(refusal.into());
            }
        }
        if matches!(access, Access::Write | Access::Import) && session.store.is_sole_writer() {
            session.warn_about_unfinished_runs().await?;
        }
        Ok(session)
    }

    async fn of_directory(globals: &Globals, access: Access) -> Result<Self, Failure> {
        let directory = DataDir(globals.data.clone());
        let database = directory.existing()?;
        let place = MarkPlace::of(&directory, globals.mark_dir.as_deref())?;
        let last_backup = Some(place.last_backup());
        if access == Access::Read {
            return Ok(Self { last_backup, ..Self::reader(globals, &database, &place).await? });
        }
        let lock = directory.lock()?;
        // An unreadable mark is itself a loss, and records nothing.
        let known = Mark::read(&place.path).ok().flatten();
        let (store, keeper, behind) = Store::open_marked(&database, &place.path, access.how()).await?;
        let session = Self::over(globals, store, Some(lock)).await?;
        Ok(Self { keeping: Some(Keeping::File(keeper)), behind, known, last_backup, ..session })
    }

    /// Opens the ledger for reading, as it is, even if it may not be written.
    async fn reader(globals: &Globals, database: &Path, place: &MarkPlace) -> Result<Self, Failure> {
        let mark = Mark::read(&place.path);
        let known = mark.as_ref().ok().and_then(Option::as_ref);
        if store::mark::find_log(known, database) == LogFile::Missing {
            let session = Self::over(globals, Store::open_immutable(database).await?, None).await?;
            return Ok(Self { behind: Some(Behind::NoLog), ..session });
        }
        let session = Self::over(globals, Store::open_reader(database).await?, None).await?;
        let behind = match &mark {
            Err(StoreError::Behind(behind)) => Some(behind.clone()),
            Ok(Some(known)) => {
                let mut tx = session.store.read().await?;
                store::mark::compare(known, &store::mark::state(&mut tx, Some(known)).await?).err()
            }
            Ok(None) | Err(_) => None,
        };
        Ok(Self { behind, ..session })
    }

    async fn of_server(globals: &Globals, access: Access, url: &str) -> Result<Self, Failure> {
        let session = Self::over(globals, Store::connect(url, Schema::Expect).await?, None).await?;
        let Some(folder) = &globals.mark_dir else { return Ok(session) };
        let store = &session.store;
        if matches!(access, Access::Read | Access::Accept) {
            let behind = ServerKeeper::compare(store, folder).await?;
            let known = ServerKeeper::known(store, folder).await?;
            let renews = (access == Access::Accept).then(|| folder.clone());
            return Ok(Self { behind, known, renews, ..session });
        }
        let keeper = ServerKeeper::start(store, folder).await?;
        Ok(Self { keeping: Some(Keeping::Server(keeper)), ..session })
    }

    /// Renews the mark of a ledger on a server after a loss was accepted. Closing the session renews that of
    /// a file.
    pub(crate) async fn renew_mark(&self) -> Result<(), Failure> {
        match &self.renews {
            Some(folder) => Ok(ServerKeeper::renew(&self.store, folder).await?),
            None => Ok(()),
        }
    }

    /// Ends writing and saves the mark a last time. Everything is durable already; if the mark cannot be
    /// saved, it is unclean at the next start, which then checks the ledger more closely.
    pub(crate) async fn close(&mut self) {
        let store = &self.store;
        let closed = match self.keeping.take() {
            Some(Keeping::File(keeper)) => keeper.close(store).await.map(|_| ()),
            Some(Keeping::Server(keeper)) => keeper.close().await,
            None => Ok(()),
        };
        if let Err(error) = closed {
            tracing::warn!(%error, "could not save the mark of the ledger's head");
        }
    }

    /// Unregisters this process as a node, if it registered.
    pub(crate) async fn leave(&mut self) -> Result<(), Failure> {
        match self.pulse.take() {
            Some(pulse) => Ok(pulse.leave().await?),
            None => Ok(()),
        }
    }

    /// Creates a new ledger in the data directory or on a server.
    pub(crate) async fn create(globals: &Globals) -> Result<Self, Failure> {
        if let Some(url) = &globals.database {
            return Self::create_on_server(globals, url).await;
        }
        let directory = DataDir(globals.data.clone());
        directory.make()?;
        let lock = directory.lock()?;
        if directory.has_ledger() {
            return Err(Failure::Exists(globals.data.display().to_string()));
        }
        directory.make_database()?;
        let place = MarkPlace::of(&directory, globals.mark_dir.as_deref())?;
        let (store, keeper, _) =
            Store::open_marked(&directory.database(), &place.path, OpenMode::Create).await?;
        let session = Self::over(globals, store, Some(lock)).await?;
        Ok(Self { keeping: Some(Keeping::File(keeper)), ..session })
    }

    async fn create_on_server(globals: &Globals, url: &str) -> Result<Self, Failure> {
        match Store::connect(url, Schema::Expect).await {
            Ok(store) => Err(Failure::Exists(store.shown())),
            Err(StoreError::NoLedger) => {
                Self::over(globals, Store::connect(url, Schema::Migrate).await?, None).await
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn over(globals: &Globals, store: Store, lock: Option<Lock>) -> Result<Self, Failure> {
        let clock = Arc::new(SystemClock);
        let chunk_items = globals.chunk_items;
        let door = Door::open(store.clone(), clock.clone(), DoorOptions { chunk_items });
        // No time limit on searches: a user at a terminal waits for the complete answer.
        let service = Service::new(store.clone(), door.clone(), clock)
            .searching_for(Duration::MAX)
            .cooling_for(globals.approver_cooling)
            .with_webhook_networks(globals.webhook_networks.clone());
        let assets = asset::list(&service).await?;
        let (actor, out) = (globals.actor(), globals.out());
        let language = out.language;
        Ok(Self {
            service,
            store,
            door,
            actor,
            language,
            out,
            assets,
            pulse: None,
            keeping: None,
            behind: None,
            known: None,
            last_backup: None,
            renews: None,
            lock,
            data: globals.database.is_none().then(|| DataDir(globals.data.clone())),
            mailer: None,
            life: globals.session_life,
        })
    }

    /// Opens the place where files are stored: the one that was set, else a folder of the data directory. A ledger on a
    /// server has none unless it was set, since its nodes would not share it.
    async fn with_files(self, globals: &Globals) -> Result<Self, Failure> {
        let at = match (&globals.files, &self.data) {
            (Some(text), _) => FilesAt::read(text),
            (None, Some(directory)) => FilesAt::Directory(directory.0.join(FILES)),
            (None, None) => return Ok(self),
        };
        let files = Files::open(&at).await.map_err(|error| Failure::System {
            what: say("Cannot open the place where files are stored", "无法打开文件存储位置"),
            error: std::io::Error::other(format!("{at}: {error}")),
        })?;
        Ok(Self { service: self.service.clone().with_files(files, globals.file_limits), ..self })
    }

    async fn warn_about_unfinished_runs(&self) -> Result<(), Failure> {
        for batch in batch::processing(&self.service).await? {
            let number = batch.number();
            note(&say!(
                self.language,
                "notice: the run of {number} did not finish; continue it with `sluice batch run {number}`",
                "注意：{number} 尚未执行完毕；可用 `sluice batch run {number}` 继续"
            ));
        }
        Ok(())
    }

    /// Records this server's address in the lock file, for commands that find the directory in use.
    pub(crate) fn announce(&self, url: &str) -> Result<(), Failure> {
        self.lock.as_ref().map_or(Ok(()), |lock| lock.announce(url))
    }

    /// The batch runner of a command.
    pub(crate) fn engine(&self) -> Engine {
        self.engine_with(EngineOptions::default())
    }

    /// The engine, with these options and what sends e-mails.
    pub(crate) fn engine_with(&self, options: EngineOptions) -> Engine {
        let options = EngineOptions { mailer: self.mailer.clone(), ..options };
        Engine::new(self.store.clone(), self.door.clone(), self.service.clone(), options)
    }

    /// Completes when the door has stopped, because the disk did not confirm a commit.
    pub(crate) async fn door_closed(&self) {
        self.door.closed().await;
    }

    /// An asset by its id. One that this command has enabled is read from the ledger.
    pub(crate) async fn asset(&self, id: AssetId) -> Result<Asset, Failure> {
        if let Some(asset) = self.assets.iter().find(|asset| asset.id == id) {
            return Ok(asset.clone());
        }
        let fresh = asset::list(&self.service).await?;
        let found = fresh.into_iter().find(|asset| asset.id == id);
        Ok(found.unwrap_or_else(|| Asset { id, code: format!("#{id}"), scale: 0 }))
    }

    /// Lets the history catch up after a command that wrote: always after a run, otherwise if it lags by
    /// more than [`LAG_MAX`]. A later command catches up on the rest.
    pub(crate) async fn settle(&self, access: Access) -> Result<(), Failure> {
        let due = match access {
            Access::Read | Access::Accept => false,
            Access::Run | Access::Work => true,
            Access::Write | Access::Files | Access::Import => {
                history::lag(&self.store, LAG_MAX).await? > LAG_MAX
            }
        };
        if due {
            history::catch_up(&self.store, &self.door).await?;
        }
        Ok(())
    }
}

/// Formats minor units as major units.
pub(crate) fn major(minor: impl Into<i128>, asset: &Asset) -> String {
    format_minor(minor.into(), asset.scale)
}
