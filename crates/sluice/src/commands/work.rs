//! `work`: a process that runs batches until it is stopped.

use crate::exit::{Exit, Failure};
use crate::out::note;
use crate::say::{Say, say};
use crate::session::Session;
use clap::Args;
use engine::EngineOptions;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long a worker's run waits for an unreachable database: practically without limit.
pub(crate) const PATIENCE: Duration = Duration::from_secs(365 * 24 * 3_600);

/// Arguments of `work`.
#[derive(Debug, Args)]
#[command(
    after_help = "Runs every batch that was started (`batch start`), and those that another process left \
                  unfinished. Any number of workers may share a database on a server; a data directory has \
                  one.\nOn SIGTERM or Ctrl-C, runs stop after the chunk in flight and are left to other \
                  workers.\n\n\
                  Example:\n  sluice --database postgres://sluice@db/sluice work --runs 4"
)]
pub(crate) struct WorkArgs {
    /// Maximum number of batches that this process runs at once
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = runs)]
    pub runs: usize,
}

fn runs(text: &str) -> Result<usize, Say> {
    match text.parse() {
        Ok(runs @ 1..=64) => Ok(runs),
        _ => Err(say("must be a number from 1 to 64", "须为 1 到 64 之间的整数")),
    }
}

/// A request to stop by SIGTERM or Ctrl-C, noticed from the moment this is created.
#[derive(Debug)]
pub(crate) struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    /// Starts listening for signals.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let what = say("Cannot listen for signals", "无法监听信号");
        let heard = |kind| signal(kind).map_err(|error| Failure::System { what, error });
        Ok(Self { terminate: heard(SignalKind::terminate())?, interrupt: heard(SignalKind::interrupt())? })
    }

    /// Completes when a stop is requested.
    pub(crate) async fn asked(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Works until it is asked to stop.
pub(crate) async fn run(session: &Session, args: &WorkArgs, stop: Stop) -> Result<Exit, Failure> {
    let options = EngineOptions { retry_for: PATIENCE, runs_max: args.runs, ..EngineOptions::default() };
    let engine = session.engine_with(options);
    let (place, node) = (session.store.shown(), session.store.node());
    note(&say!(session.language, "working on {place} as {node}", "正在处理 {place}，节点 {node}"));
    let asked = async {
        stop.asked().await;
        note(say("stopping after the chunks in flight", "当前分块完成后停止").to(session.language));
    };
    engine.work(asked).await?;
    Ok(Exit::Success)
}
