//! The progress of a run: a bar on a terminal, a line a second elsewhere.

use crate::out::note;
use engine::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};
use store::batch::Batch;

const TEMPLATE: &str = "{prefix} [{bar:30}] {pos}/{len} {msg}";

/// Where progress is shown.
#[derive(Debug)]
pub(crate) enum Display {
    /// A terminal.
    Bar(ProgressBar),
    /// A file or a pipe: when the last line was written.
    Lines(Instant),
    /// A script listens.
    Silent,
}

impl Display {
    /// For a batch that begins to run.
    pub(crate) fn new(batch: &Batch, json: bool) -> Self {
        if json {
            return Self::Silent;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines(Instant::now());
        }
        let total = u64::try_from(batch.tally.total_count).unwrap_or(0);
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        bar.set_style(
            ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.set_prefix(batch.number());
        Self::Bar(bar)
    }

    /// After a chunk.
    pub(crate) fn show(&mut self, progress: &Progress) {
        let tally = &progress.batch.tally;
        let left = progress.eta_s.map_or_else(String::new, |seconds| format!(", {seconds:.0} s left"));
        let speed = progress.items_per_s;
        let message = format!(
            "{speed:.0} items/s{left}, {} succeeded, {} failed",
            tally.success_count, tally.failed_count
        );
        let done = tally.total_count - tally.pending_count();
        match self {
            Self::Silent => {}
            Self::Bar(bar) => {
                bar.set_position(u64::try_from(done).unwrap_or(0));
                // The last report, after the run, knows no speed.
                if speed > 0.0 {
                    bar.set_message(message);
                }
            }
            Self::Lines(last) if last.elapsed() >= Duration::from_secs(1) => {
                *last = Instant::now();
                note(&format!("{}: {done}/{} {message}", progress.batch.number(), tally.total_count));
            }
            Self::Lines(_) => {}
        }
    }

    /// After the run.
    pub(crate) fn finish(&self) {
        if let Self::Bar(bar) = self {
            bar.abandon();
        }
    }
}
