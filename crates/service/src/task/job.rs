//! A task that runs on this node: what it is to do, and how far it is.

use super::hold::TaskHold;
use domain::access::Reach;
use domain::task::progress::TaskProgress;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::audit::Actor;
use store::task::Task;

/// Not known yet.
const UNKNOWN: i64 = -1;

/// A step that a task has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskStep {
    /// Its name.
    pub name: String,
    /// When it began, microseconds UTC.
    pub at: i64,
}

/// How far a task is. Clones share it: the one that runs the task counts, another writes it down now and then.
#[derive(Debug, Clone)]
pub struct Counts(Arc<Counted>);

#[derive(Debug)]
struct Counted {
    total: AtomicI64,
    processed: AtomicI64,
    /// How long what is read is, and how far it is read.
    span: AtomicI64,
    read: AtomicI64,
    steps: Mutex<Vec<TaskStep>>,
}

impl Counts {
    /// Nothing is done yet, except for the steps of earlier attempts.
    #[must_use]
    pub fn new(steps: &str) -> Self {
        let steps = Mutex::new(serde_json::from_str(steps).unwrap_or_default());
        Self(Arc::new(Counted {
            total: AtomicI64::new(UNKNOWN),
            processed: AtomicI64::new(0),
            span: AtomicI64::new(UNKNOWN),
            read: AtomicI64::new(0),
            steps,
        }))
    }

    /// Sets how many records there are in all.
    pub fn expect(&self, total: i64) {
        self.0.total.store(total, Ordering::Relaxed);
    }

    /// Sets how long what is read is, such as a file in bytes: until the records are counted, their total is estimated
    /// by it.
    pub fn expect_span(&self, span: i64) {
        self.0.span.store(span, Ordering::Relaxed);
    }

    /// Says how much of that is read, from its beginning.
    pub fn read_to(&self, read: i64) {
        self.0.read.store(read, Ordering::Relaxed);
    }

    /// Counts records that are done.
    pub fn add(&self, records: i64) {
        self.0.processed.fetch_add(records, Ordering::Relaxed);
    }

    /// Begins a step.
    pub fn step(&self, name: &str, at: i64) {
        self.steps().push(TaskStep { name: name.to_owned(), at });
    }

    fn steps(&self) -> MutexGuard<'_, Vec<TaskStep>> {
        self.0.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> TaskProgress {
        let total = self.0.total.load(Ordering::Relaxed);
        let processed = self.0.processed.load(Ordering::Relaxed);
        let total = if total == UNKNOWN { self.estimate(processed) } else { Some(total) };
        TaskProgress { total, processed }
    }

    /// The records of the whole, if the rest of it is like what was read.
    fn estimate(&self, processed: i64) -> Option<i64> {
        let span = self.0.span.load(Ordering::Relaxed);
        let read = self.0.read.load(Ordering::Relaxed);
        if processed == 0 || read == 0 || span < read {
            return None;
        }
        i64::try_from(i128::from(processed) * i128::from(span) / i128::from(read)).ok()
    }

    /// The steps, as JSON.
    #[must_use]
    pub fn steps_text(&self) -> String {
        serde_json::to_string(&*self.steps()).unwrap_or_default()
    }
}

/// A task that runs on this node.
#[derive(Debug, Clone)]
pub struct Job {
    /// The task, as it was taken.
    pub task: Task,
    /// How far its starter's right reaches.
    pub reach: Reach,
    /// Its lease.
    pub hold: TaskHold,
    /// How far it is.
    pub counts: Counts,
}

impl Job {
    /// In whose name it runs: what it makes is made by the one who started it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { author: self.task.created_by.clone(), origin: format!("task_{}", self.task.id) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_shared_and_steps_go_on_after_those_of_earlier_attempts() {
        let counts = Counts::new(r#"[{"name":"reading","at":1}]"#);
        let other = counts.clone();
        assert_eq!(counts.progress(), TaskProgress { total: None, processed: 0 });
        other.expect(10);
        other.add(3);
        other.add(4);
        other.step("reading", 9);
        assert_eq!(counts.progress(), TaskProgress { total: Some(10), processed: 7 });
        assert_eq!(counts.steps_text(), r#"[{"name":"reading","at":1},{"name":"reading","at":9}]"#);
        let reading = Counts::new("[]");
        reading.expect_span(1_000);
        assert_eq!(reading.progress().total, None);
        reading.read_to(900);
        // It is read again, from its beginning.
        reading.read_to(250);
        reading.add(10);
        assert_eq!(reading.progress(), TaskProgress { total: Some(40), processed: 10 });
        assert_eq!(Counts::new("damaged").steps_text(), "[]");
    }
}
