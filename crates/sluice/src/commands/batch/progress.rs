//! The progress of a run: a bar on a terminal, otherwise a line per second.

use crate::out::{Out, note};
use crate::say::say;
use domain::code::Language;
use engine::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};
use store::batch::Batch;

const TEMPLATE: &str = "{prefix} [{bar:30}] {pos}/{len} {msg}";

/// Where progress is shown.
#[derive(Debug)]
pub(crate) enum RunDisplay {
    /// A terminal.
    Bar(ProgressBar, Language),
    /// A file or a pipe: when the last line was written.
    Lines(Instant, Language),
    /// Nothing is shown: a script reads the answer.
    Silent,
}

impl RunDisplay {
    /// For a batch whose run begins.
    pub(crate) fn new(batch: &Batch, out: Out) -> Self {
        if out.json {
            return Self::Silent;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines(Instant::now(), out.language);
        }
        let total = u64::try_from(batch.tally.total_count).unwrap_or(0);
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        bar.set_style(
            ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.set_prefix(batch.number());
        Self::Bar(bar, out.language)
    }

    /// Shows the progress after a chunk.
    pub(crate) fn show(&mut self, progress: &Progress) {
        let tally = &progress.batch.tally;
        let done = tally.total_count - tally.open_count();
        match self {
            Self::Silent => {}
            Self::Bar(bar, language) => {
                bar.set_position(u64::try_from(done).unwrap_or(0));
                // The last report, after the run, has no speed.
                if progress.items_per_s > 0.0 {
                    bar.set_message(message(progress, *language));
                }
            }
            Self::Lines(last, language) if last.elapsed() >= Duration::from_secs(1) => {
                *last = Instant::now();
                let (number, message) = (progress.batch.number(), message(progress, *language));
                note(&format!("{number}: {done}/{} {message}", tally.total_count));
            }
            Self::Lines(..) => {}
        }
    }

    /// Ends the display after the run.
    pub(crate) fn finish(&self) {
        if let Self::Bar(bar, _) = self {
            bar.abandon();
        }
    }
}

fn message(progress: &Progress, language: Language) -> String {
    let (tally, speed) = (&progress.batch.tally, progress.items_per_s);
    let (succeeded, failed) = (tally.success_count, tally.failed_count);
    let left = match progress.eta_s {
        Some(seconds) => say!(language, ", {seconds:.0} s left", "，剩余 {seconds:.0} 秒"),
        None => String::new(),
    };
    say!(
        language,
        "{speed:.0} items/s{left}, {succeeded} succeeded, {failed} failed",
        "每秒 {speed:.0} 笔{left}，成功 {succeeded}，失败 {failed}"
    )
}
