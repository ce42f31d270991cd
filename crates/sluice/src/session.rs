//! What a command works with: the service over the data directory, who acts, and where answers go.

use crate::cli::Globals;
use crate::clock::SystemClock;
use crate::data_dir::{DataDir, Lock};
use crate::exit::Failure;
use crate::out::{Out, note};
use crate::say::say;
use domain::amount::format_minor;
use domain::asset::Asset;
use domain::code::Language;
use domain::id::AssetId;
use engine::{Engine, EngineOptions, Pulse};
use ledger::{Door, DoorOptions};
use service::Service;
use service::copy::seal::Purpose;
use std::sync::Arc;
use std::time::Duration;
use store::audit::Actor;
use store::{Schema, Store, StoreError};

/// Postings that the history may be behind before a command lets it catch up.
const LAG_MAX: i64 = 20_000;

/// How a command opens the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Beside a writer.
    Read,
    /// As a writer; the only one, if the ledger is a file.
    Write,
    /// As a writer that is about to take a file in.
    Import,
    /// As a writer that is about to run a batch.
    Run,
    /// As a worker that takes batches by itself.
    Work,
}

impl Access {
    /// Whether it holds leases for as long as the command takes.
    const fn runs(self) -> bool {
        matches!(self, Self::Import | Self::Run)
    }
}

/// An open ledger.
#[derive(Debug)]
pub(crate) struct Session {
    /// The use cases.
    pub service: Service,
    /// Who asks.
    pub actor: Actor,
    /// The language of messages.
    pub language: Language,
    /// Where answers go.
    pub out: Out,
    /// Every enabled asset.
    assets: Vec<Asset>,
    pulse: Option<Pulse>,
    lock: Option<Lock>,
}

impl Session {
    /// Opens the ledger in the data directory.
    pub(crate) async fn open(globals: &Globals, access: Access) -> Result<Self, Failure> {
        let mut session = match &globals.database {
            Some(url) => Self::over(globals, Store::connect(url, Schema::Expect).await?, None).await?,
            None => Self::of_directory(globals, access).await?,
        };
        let purpose = if access == Access::Read { Purpose::Read } else { Purpose::Write };
        session.service.usable(purpose).await?;
        if let Some(name) = &globals.act_as {
            session.service.actor_name(name).await?;
        }
        if access == Access::Read {
            return Ok(session);
        }
        session.service.recover().await?;
        if access.runs() {
            session.pulse = Some(Pulse::start(session.service.clone(), false).await?);
            // A copy that has begun meanwhile has not seen this node yet.
            if let Err(refusal) = session.service.usable(purpose).await {
                session.leave().await?;
                return Err(refusal.into());
            }
        }
        if matches!(access, Access::Write | Access::Import) && session.service.store().is_sole_writer() {
            session.name_what_was_left().await?;
        }
        Ok(session)
    }

    async fn of_directory(globals: &Globals, access: Access) -> Result<Self, Failure> {
        let directory = DataDir(globals.data.clone());
        let database = directory.existing()?;
        if access == Access::Read {
            return Self::over(globals, Store::open_reader(&database).await?, None).await;
        }
        let lock = directory.lock()?;
        Self::over(globals, Store::open(&database).await?, Some(lock)).await
    }

    /// Leaves the nodes at work, if this process joined them.
    pub(crate) async fn leave(&mut self) -> Result<(), Failure> {
        match self.pulse.take() {
            Some(pulse) => Ok(pulse.leave().await?),
            None => Ok(()),
        }
    }

    /// Makes a new ledger in the data directory.
    pub(crate) async fn create(globals: &Globals) -> Result<Self, Failure> {
        if let Some(url) = &globals.database {
            return Self::create_on_server(globals, url).await;
        }
        let directory = DataDir(globals.data.clone());
        let failed = |error| Failure::File { path: globals.data.clone(), error };
        std::fs::create_dir_all(&globals.data).map_err(failed)?;
        let lock = directory.lock()?;
        if directory.has_ledger() {
            return Err(Failure::Exists(globals.data.display().to_string()));
        }
        let store = Store::open(&directory.database()).await?;
        Self::over(globals, store, Some(lock)).await
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
        // Who waits at a terminal gets the whole answer.
        let service = Service::new(store, door, clock).searching_for(Duration::MAX);
        let assets = service.asset_list().await?;
        let (actor, out) = (globals.actor(), globals.out());
        Ok(Self { service, actor, language: out.language, out, assets, pulse: None, lock })
    }

    async fn name_what_was_left(&self) -> Result<(), Failure> {
        for batch in self.service.batch_left().await? {
            let number = batch.number();
            note(&say!(
                self.language,
                "notice: {number} was left running; continue with `sluice batch run {number}`",
                "注意：{number} 中途停下；可用 `sluice batch run {number}` 继续"
            ));
        }
        Ok(())
    }

    /// Leaves the address of the server that this process is, where other commands find the directory in use.
    pub(crate) fn announce(&self, url: &str) -> Result<(), Failure> {
        self.lock.as_ref().map_or(Ok(()), |lock| lock.announce(url))
    }

    /// The runner of batches.
    pub(crate) fn engine(&self) -> Engine {
        Engine::new(self.service.clone(), EngineOptions::default())
    }

    /// An asset by its id. One that this very command enabled is read from the ledger again.
    pub(crate) async fn asset(&self, id: AssetId) -> Result<Asset, Failure> {
        if let Some(asset) = self.assets.iter().find(|asset| asset.id == id) {
            return Ok(asset.clone());
        }
        let fresh = self.service.asset_list().await?;
        let found = fresh.into_iter().find(|asset| asset.id == id);
        Ok(found.unwrap_or_else(|| Asset { id, code: format!("#{id}"), scale: 0 }))
    }

    /// After a command that wrote: lets the history catch up if it is far behind, or at once after a run.
    /// What stays undone is done after the next command.
    pub(crate) async fn settle(&self, access: Access) -> Result<(), Failure> {
        let due = match access {
            Access::Read => false,
            Access::Run | Access::Work => true,
            Access::Write | Access::Import => self.service.history_lag(LAG_MAX).await? > LAG_MAX,
        };
        if due {
            self.service.history_catch_up().await?;
        }
        Ok(())
    }
}

/// Minor units as major units.
pub(crate) fn major(minor: impl Into<i128>, asset: &Asset) -> String {
    format_minor(minor.into(), asset.scale)
}
