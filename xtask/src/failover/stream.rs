//! Single transfers, sent one after another by two threads, and the journal of acknowledged ones. A transfer
//! that is not acknowledged is retried under the same operation id, as the documentation tells callers to do.

use super::ledger::{CALL_SECONDS, ClusterLedger};
use super::wait::wait;
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const THREADS: usize = 2;
const RETRY: Duration = Duration::from_millis(100);

/// An operation that sluice reported as done.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    pub operation: String,
    pub transfer: String,
    pub tries: u32,
    at: Instant,
}

/// The answers that callers received.
#[derive(Debug, Default)]
pub struct Journal {
    pub acknowledged: Vec<Acknowledged>,
    /// How often each exit code for "not now" or "not certain" was returned.
    pub refused: BTreeMap<i32, u64>,
    /// The first output for each of these exit codes.
    pub samples: BTreeMap<i32, String>,
    /// Answers that a failover does not explain.
    pub wrong: Vec<String>,
    pub longest_call: Duration,
}

pub struct Stream {
    /// No new operations are started.
    is_over: Arc<AtomicBool>,
    /// Unacknowledged operations are not retried either.
    is_given_up: Arc<AtomicBool>,
    journal: Arc<Mutex<Journal>>,
    threads: Vec<JoinHandle<()>>,
}

/// The state of one thread.
struct Caller<F> {
    number: usize,
    make: F,
    is_over: Arc<AtomicBool>,
    is_given_up: Arc<AtomicBool>,
    journal: Arc<Mutex<Journal>>,
}

impl Stream {
    pub fn start(ledger: &ClusterLedger) -> Self {
        let mut stream = Self {
            is_over: Arc::default(),
            is_given_up: Arc::default(),
            journal: Arc::default(),
            threads: Vec::new(),
        };
        for number in 1..=THREADS {
            let caller = Caller {
                number,
                make: ledger.transfers(),
                is_over: Arc::clone(&stream.is_over),
                is_given_up: Arc::clone(&stream.is_given_up),
                journal: Arc::clone(&stream.journal),
            };
            stream.threads.push(std::thread::spawn(move || caller.run()));
        }
        stream
    }

    /// Waits for an acknowledgement after the given moment.
    pub fn wait_for_acknowledged(&self, since: Instant) -> Result<()> {
        wait("an acknowledged transfer", || {
            let journal = held(&self.journal);
            journal.acknowledged.iter().any(|one| one.at > since).then_some(())
        })
    }

    /// The longest period without an acknowledgement that ended after the given moment.
    pub fn longest_silence_since(&self, moment: Instant) -> Duration {
        let journal = held(&self.journal);
        let mut moments: Vec<Instant> = journal.acknowledged.iter().map(|one| one.at).collect();
        moments.sort_unstable();
        let later = moments.windows(2).filter_map(|pair| match pair {
            [before, after] if *after > moment => Some(*after - *before),
            _ => None,
        });
        later.max().unwrap_or_default()
    }

    /// Waits until every started operation is acknowledged, and returns the journal.
    pub fn finish(mut self) -> Result<Journal> {
        self.is_over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().map_err(|_| Error::Failover("a stream thread panicked".to_owned()))?;
        }
        Ok(std::mem::take(&mut *held(&self.journal)))
    }
}

impl Drop for Stream {
    /// Threads are still running only after an error.
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.is_given_up.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

impl<F: Fn(&str) -> Command> Caller<F> {
    fn run(&self) {
        for count in 1_u64.. {
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
            self.acknowledge(format!("op-{}-{count}", self.number));
        }
    }

    /// Retries one operation until it is acknowledged. Stops retrying once the run is over and
    /// [`CALL_SECONDS`] have passed without success.
    fn acknowledge(&self, operation: String) {
        let mut over = None;
        for tries in 1_u32.. {
            let begun = Instant::now();
            let output = (self.make)(&operation).output();
            let mut journal = held(&self.journal);
            journal.longest_call = journal.longest_call.max(begun.elapsed());
            let Ok(output) = output else {
                journal.wrong.push(format!("{operation}: could not start sluice"));
                return;
            };
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            match output.status.code() {
                Some(0) => {
                    let answer: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
                    let transfer = answer.get("transfer_id").map_or_else(String::new, ToString::to_string);
                    journal.acknowledged.push(Acknowledged {
                        operation,
                        transfer,
                        tries,
                        at: Instant::now(),
                    });
                    return;
                }
                Some(code @ (3 | 74 | 75)) => {
                    *journal.refused.entry(code).or_default() += 1;
                    journal.samples.entry(code).or_insert(text);
                }
                code => {
                    let said = String::from_utf8_lossy(&output.stderr);
                    journal.wrong.push(format!("{operation}: exit code {code:?}: {text}{said}"));
                    return;
                }
            }
            let is_too_late = self.is_over.load(Ordering::Relaxed)
                && over.get_or_insert(begun).elapsed() > Duration::from_secs(u64::from(CALL_SECONDS));
            if is_too_late || self.is_given_up.load(Ordering::Relaxed) {
                journal.wrong.push(format!("{operation}: never acknowledged"));
                return;
            }
            drop(journal);
            std::thread::sleep(RETRY);
        }
    }
}

fn held(journal: &Mutex<Journal>) -> MutexGuard<'_, Journal> {
    journal.lock().unwrap_or_else(PoisonError::into_inner)
}
