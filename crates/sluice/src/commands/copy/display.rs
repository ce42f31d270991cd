//! The progress of a copy: a line a table, and a line a second within a table.

use crate::out::note;
use service::copy::{Stage, Step};
use std::time::{Duration, Instant};

/// How often a long table is reported.
const EACH: Duration = Duration::from_secs(1);

/// Rows whose speed is worth a word.
const RATED: u64 = 1_000;

/// What was reported so far.
#[derive(Debug)]
pub(super) struct Display {
    begun: Instant,
    copied: u64,
    /// When the table began, what came of it since, and when it was reported last.
    table_begun: Instant,
    added: u64,
    told: Instant,
}

impl Display {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self { begun: now, copied: 0, table_begun: now, added: 0, told: now }
    }

    /// After a page.
    pub(super) fn show(&mut self, step: &Step) {
        match step.stage {
            Stage::Copying => {
                self.copied += step.added;
                self.rows("copied", step);
            }
            Stage::Comparing => self.rows("compared", step),
            Stage::History => self.stage("bringing the history of entries up to date"),
            Stage::Verifying => self.stage("verifying the target from its postings up"),
        }
    }

    /// Beside the answer.
    pub(super) fn summary(&self) -> String {
        let took = self.begun.elapsed();
        format!("{} rows were copied; with all checks it took {:.1} s.", self.copied, took.as_secs_f64())
    }

    fn stage(&mut self, what: &str) {
        note(&format!("{what} ({} rows copied in {:.1} s)", self.copied, self.begun.elapsed().as_secs_f64()));
        self.table_begun = Instant::now();
    }

    fn rows(&mut self, what: &str, step: &Step) {
        self.added += step.added;
        let is_due = step.is_done && step.rows > 0 || self.told.elapsed() >= EACH;
        if is_due {
            let speed = rate(self.added, self.table_begun.elapsed());
            note(&format!("{what} {}: {} rows{speed}", step.table, step.rows));
            self.told = Instant::now();
        }
        if step.is_done {
            (self.table_begun, self.added) = (Instant::now(), 0);
        }
    }
}

/// Nothing for so few rows that it would say nothing.
fn rate(rows: u64, took: Duration) -> String {
    if rows < RATED {
        return String::new();
    }
    format!(", {} rows/s", u128::from(rows) * 1_000_000 / took.as_micros().max(1))
}
