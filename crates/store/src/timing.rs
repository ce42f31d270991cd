//! How long each statement takes, as the histogram `sluice_store_seconds{statement}`, while somebody reads
//! the metrics: a scrape calls [`watch`], and some minutes after the last one nothing is measured any more.
//! Then a statement costs one relaxed load.
//!
//! A statement is named after its noun and its own name in the catalogue (`lease.take`), a bulk one after its
//! table (`item.insert`), and a list put together from parts after the table it reads (`transfer.list`).

use crate::bulk::{Lock, Named, Sql};
use crate::script::Statement;
use metrics::histogram;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a scrape keeps the statements measured: several of the usual intervals.
const WATCHED_FOR: Duration = Duration::from_secs(300);

/// The metrics of all ledgers of a process are one, so this is too.
static WATCH: Watch = Watch::new();
static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);
static NAMES: LazyLock<HashMap<TextPlace, String>> = LazyLock::new(|| {
    crate::named_statements().iter().map(|named| (place(named.sql), named.label())).collect()
});

/// A fixed statement by where its text is; statements that share a text lock its rows differently.
type TextPlace = (usize, Lock);

fn place(sql: &Sql) -> TextPlace {
    (sql.text.as_ptr().addr(), sql.lock)
}

/// Until when statements are measured.
#[derive(Debug)]
struct Watch {
    /// Milliseconds since the first scrape; 0 if nobody watches.
    until: AtomicU64,
}

impl Watch {
    const fn new() -> Self {
        Self { until: AtomicU64::new(0) }
    }

    fn raise(&self, now: Duration) {
        self.until.store(millis(now + WATCHED_FOR), Ordering::Relaxed);
    }

    /// Whether somebody watches; `now` is asked for only if somebody did.
    fn is_raised(&self, now: impl FnOnce() -> Duration) -> bool {
        let until = self.until.load(Ordering::Relaxed);
        if until == 0 {
            return false;
        }
        let is_over = millis(now()) > until;
        if is_over {
            // A scrape at this very moment is not forgotten: its time is another.
            _ = self.until.compare_exchange(until, 0, Ordering::Relaxed, Ordering::Relaxed);
        }
        !is_over
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Measures the statements of this process for the next minutes. Called by each scrape.
pub fn watch() {
    WATCH.raise(EPOCH.elapsed());
}

/// A statement's name, if somebody watches.
#[derive(Debug, Clone, Default)]
pub(crate) struct Label(Option<Cow<'static, str>>);

impl Label {
    /// Of a statement.
    pub(crate) fn of(statement: &Statement) -> Self {
        Self::if_watched(|| name(statement))
    }

    /// Of the end of a transaction.
    pub(crate) fn commit() -> Self {
        Self::if_watched(|| Cow::Borrowed("commit"))
    }

    fn if_watched(name: impl FnOnce() -> Cow<'static, str>) -> Self {
        Self(WATCH.is_raised(|| EPOCH.elapsed()).then(name))
    }

    /// Starts to measure.
    pub(crate) fn begin(self) -> Timer {
        Timer(self.0.map(|name| (name, Instant::now())))
    }
}

/// A statement that is being measured.
#[derive(Debug)]
pub(crate) struct Timer(Option<(Cow<'static, str>, Instant)>);

impl Timer {
    pub(crate) fn end(self) {
        if let Some((name, begun)) = self.0 {
            histogram!("sluice_store_seconds", "statement" => name).record(begun.elapsed());
        }
    }
}

fn name(statement: &Statement) -> Cow<'static, str> {
    match statement {
        Statement::Execute { text, .. } | Statement::Draw { text, .. } => of_text(text, Lock::None),
        Statement::Fetch { text, lock, .. } => of_text(text, *lock),
        Statement::Insert { insert, .. } => format!("{}.insert", insert.table).into(),
        Statement::Update { update, .. } => format!("{}.update", update.table).into(),
        Statement::Lookup { lookup, .. } => format!("{}.lookup", first_word(lookup.from)).into(),
    }
}

fn of_text(text: &str, lock: Lock) -> Cow<'static, str> {
    if let Some(name) = NAMES.get(&(text.as_ptr().addr(), lock)) {
        return Cow::Borrowed(name);
    }
    let mut tables = text.split(" FROM ").skip(1).map(|from| first_word(from.trim_start_matches(['(', ' '])));
    match tables.find(|table| !table.is_empty() && *table != "SELECT") {
        Some(table) => format!("{table}.list").into(),
        None => "other".into(),
    }
}

fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default()
}

impl Named {
    /// Its noun and its name: `lease.take` for `store::lease` and `TAKE`.
    pub(crate) fn label(&self) -> String {
        let noun = self.module.split("::").nth(1).unwrap_or(self.module);
        let name = self.name.rsplit([':', ' ']).next().unwrap_or(self.name);
        format!("{noun}.{}", name.to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn statements_are_measured_for_some_minutes_after_each_scrape() {
        let watch = Watch::new();
        assert!(!watch.is_raised(|| panic!("the time was asked for although nobody watches")));
        watch.raise(SECOND);
        assert!(watch.is_raised(|| WATCHED_FOR + SECOND));
        watch.raise(100 * SECOND);
        assert!(watch.is_raised(|| WATCHED_FOR + 100 * SECOND));
        assert!(!watch.is_raised(|| WATCHED_FOR + 101 * SECOND));
        assert!(!watch.is_raised(|| panic!("the time was asked for although nobody watches any more")));
    }

    #[test]
    fn every_fixed_statement_has_a_name_of_its_own() {
        let labels: Vec<String> = crate::named_statements().iter().map(Named::label).collect();
        assert_eq!(labels.iter().collect::<HashSet<_>>().len(), labels.len(), "{labels:?}");
        assert!(labels.iter().any(|label| label == "lease.take"), "{labels:?}");
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._".contains(c);
        assert!(labels.iter().all(|label| label.chars().all(is_plain)), "{labels:?}");
    }

    #[test]
    fn statements_without_a_name_are_called_by_their_table() {
        for (text, name) in [
            ("SELECT a FROM transfer t JOIN account a ON TRUE", "transfer.list"),
            ("SELECT COUNT(*) FROM (SELECT 1 FROM audit)", "audit.list"),
            ("SELECT 1", "other"),
        ] {
            assert_eq!(of_text(text, Lock::None), name);
        }
    }
}
