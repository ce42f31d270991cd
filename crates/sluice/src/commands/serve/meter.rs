//! The metrics of the process, collected here and served at `/metrics`. `docs/guide/operations.md` documents
//! their names.

use crate::clock::SystemClock;
use crate::data_dir::DataDir;
use crate::exit::Failure;
use crate::globals::Globals;
use crate::say::say;
use crate::session::Session;
use domain::code::Code;
use http_api::Render;
use ledger::Clock;
use metrics::{counter, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::task::JoinHandle;
use upkeep::backup::{BackedUpSince, LastBackup};

/// How often recorded values are aggregated: otherwise memory would grow while no client reads the metrics.
const UPKEEP: Duration = Duration::from_secs(5);
/// Bucket bounds of histograms, in seconds: a fast response takes half a millisecond, a slow one ten seconds.
const BUCKETS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Those of single statements, which are faster.
const STATEMENT_BUCKETS: [f64; 17] = [
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
    10.0,
];

/// Collects metrics until it is dropped.
#[derive(Debug)]
pub(super) struct Meter {
    handle: PrometheusHandle,
    upkeep: JoinHandle<()>,
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.upkeep.abort();
    }
}

impl Meter {
    /// Starts collecting metrics.
    pub(super) fn start(globals: &Globals) -> Result<Self, Failure> {
        let failed = |error: metrics_exporter_prometheus::BuildError| Failure::System {
            what: say("Cannot start the metrics", "无法启动指标"),
            error: std::io::Error::other(error),
        };
        let statements = Matcher::Full("sluice_store_seconds".to_owned());
        let builder = PrometheusBuilder::new()
            .set_buckets(&BUCKETS)
            .and_then(|builder| builder.set_buckets_for_metric(statements, &STATEMENT_BUCKETS))
            .map_err(failed)?;
        let handle = builder.install_recorder().map_err(failed)?;
        begin_at_zero();
        gauge!("sluice_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        let file = globals.database.is_none().then(|| DataDir(globals.data.clone()).database());
        let upkeep = tokio::spawn(keep_up(handle.clone(), file));
        Ok(Self { handle, upkeep })
    }

    /// Renders the metrics. The age of the newest backup is read each time, because another process makes it.
    /// From the first time on, statements are measured.
    pub(super) fn render(&self, backups: Option<Backups>) -> Render {
        let handle = self.handle.clone();
        Render::by(move || {
            store::timing::watch();
            if let Some(backups) = &backups {
                backups.count();
            }
            handle.render()
        })
    }
}

/// Where the newest backup of a ledger is recorded.
#[derive(Debug)]
pub(super) struct Backups {
    since: BackedUpSince,
    note: PathBuf,
}

impl Backups {
    /// For the ledger of a session; none for a ledger on a server, which the database's own tools back up.
    pub(super) async fn of(session: &Session) -> Result<Option<Self>, Failure> {
        let Some(note) = session.last_backup.clone() else { return Ok(None) };
        Ok(Some(Self { since: BackedUpSince::of(&session.store, session.service.now()).await?, note }))
    }

    fn count(&self) {
        let at = self.since.at(LastBackup::read(&self.note).as_ref());
        // After the clock was set back, the age of a backup must not be negative.
        let age = SystemClock.now().saturating_sub(at).max(0) / 1_000_000;
        #[expect(clippy::cast_precision_loss, reason = "seconds for a chart")]
        gauge!("sluice_backup_age_seconds").set(age as f64);
    }
}

/// Creates the series that alerts watch at zero: a series that first appears with an event would show no
/// increase.
fn begin_at_zero() {
    for result in ["committed", "failed"] {
        counter!("sluice_chunks_total", "result" => result).increment(0);
    }
    for change in ["taken", "lost", "handed_over", "given_back"] {
        counter!("sluice_lease_changes_total", "change" => change).increment(0);
    }
    for kind in ["single", "item"] {
        counter!("sluice_transfers_total", "kind" => kind).increment(0);
    }
    for code in [Code::ServerFault, Code::ServerBusy, Code::ServerAway, Code::RequestTimeout] {
        counter!("sluice_refusals_total", "code" => code.name()).increment(0);
    }
    counter!("sluice_ledger_refusals_total", "code" => Code::ServerFault.name()).increment(0);
    counter!("sluice_runs_broken_off_total").increment(0);
    for result in ["delivered", "failed", "dead"] {
        counter!("sluice_webhook_attempts_total", "result" => result).increment(0);
    }
    gauge!("sluice_webhook_waiting").set(0.0);
    gauge!("sluice_webhook_oldest_waiting_seconds").set(0.0);
    gauge!("sluice_door_queue").set(0.0);
    gauge!("sluice_batches_running").set(0.0);
}

async fn keep_up(handle: PrometheusHandle, file: Option<PathBuf>) {
    let mut due = tokio::time::interval(UPKEEP);
    loop {
        due.tick().await;
        handle.run_upkeep();
        if let Some(file) = &file {
            let mut log = file.clone().into_os_string();
            log.push("-wal");
            size("data", file);
            size("log", Path::new(&log));
        }
    }
}

/// Records the size of a file of the ledger; 0 if it does not exist.
fn size(part: &'static str, file: &Path) {
    let bytes = std::fs::metadata(file).map_or(0, |found| found.len());
    #[expect(clippy::cast_precision_loss, reason = "a size for a chart; exact up to 8 PiB")]
    gauge!("sluice_database_bytes", "part" => part).set(bytes as f64);
}
