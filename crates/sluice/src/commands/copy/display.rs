//! The progress of a copy: a line per table, and a line per second within a table.

use crate::out::note;
use crate::say::{Say, say};
use domain::code::Language;
use std::time::{Duration, Instant};
use upkeep::copy::{CopyStep, Stage};

/// How often progress within a long table is reported.
const EACH: Duration = Duration::from_secs(1);

/// The fewest rows for which a speed is shown.
const RATED: u64 = 1_000;

/// The progress so far.
#[derive(Debug)]
pub(super) struct CopyDisplay {
    language: Language,
    begun: Instant,
    copied: u64,
    /// The start of the current table, the rows added since, and the time of the last report.
    table_begun: Instant,
    added: u64,
    shown_at: Instant,
}

impl CopyDisplay {
    pub(super) fn new(language: Language) -> Self {
        let now = Instant::now();
        Self { language, begun: now, copied: 0, table_begun: now, added: 0, shown_at: now }
    }

    /// Reports the progress after a page.
    pub(super) fn show(&mut self, step: &CopyStep) {
        match step.stage {
            Stage::Copying => {
                self.copied += step.added;
                self.rows(say("copied", "已复制"), step);
            }
            Stage::Comparing => self.rows(say("compared", "已比对"), step),
            Stage::History => {
                self.stage(say("updating the history of entries", "正在更新分录历史"));
            }
            Stage::Verifying => {
                self.stage(say("verifying the target from its postings up", "正在从分录起核对目标账本"));
            }
        }
    }

    /// The summary shown with the answer.
    pub(super) fn summary(&self) -> String {
        let (copied, took) = (self.copied, self.begun.elapsed().as_secs_f64());
        say!(
            self.language,
            "{copied} rows were copied in {took:.1} s, including all checks.",
            "共复制 {copied} 行，用时 {took:.1} 秒（含全部检查）。"
        )
    }

    fn stage(&mut self, what: Say) {
        let (copied, took) = (self.copied, self.begun.elapsed().as_secs_f64());
        let what = what.to(self.language);
        note(&say!(
            self.language,
            "{what} ({copied} rows copied in {took:.1} s)",
            "{what}（已复制 {copied} 行，用时 {took:.1} 秒）"
        ));
        self.table_begun = Instant::now();
    }

    fn rows(&mut self, what: Say, step: &CopyStep) {
        self.added += step.added;
        let is_due = step.is_done && step.rows > 0 || self.shown_at.elapsed() >= EACH;
        if is_due {
            let speed = rate(self.added, self.table_begun.elapsed(), self.language);
            let (what, table, rows) = (what.to(self.language), step.table, step.rows);
            note(&say!(
                self.language,
                "{what} {table}: {rows} rows{speed}",
                "{what} {table}：{rows} 行{speed}"
            ));
            self.shown_at = Instant::now();
        }
        if step.is_done {
            (self.table_begun, self.added) = (Instant::now(), 0);
        }
    }
}

/// The speed; empty for too few rows to be meaningful.
fn rate(rows: u64, took: Duration, language: Language) -> String {
    if rows < RATED {
        return String::new();
    }
    let rate = u128::from(rows) * 1_000_000 / took.as_micros().max(1);
    say!(language, ", {rate} rows/s", "，每秒 {rate} 行")
}
