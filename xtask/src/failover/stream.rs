//! Single transfers, one after another from two threads, and the journal of what was acknowledged. What is not
//! acknowledged is sent again under the same operation id, as callers are told to.

use super::ledger::{CALL_SECONDS, Ledger};
use super::wait;
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const THREADS: usize = 2;
const RETRY: Duration = Duration::from_millis(100);

/// An operation that sluice said was done.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    pub operation: String,
    pub transfer: String,
    pub tries: u32,
    at: Instant,
}

/// What callers heard.
#[derive(Debug, Default)]
pub struct Journal {
    pub acknowledged: Vec<Acknowledged>,
    /// How often each exit code said "not now" or "not certain".
    pub refused: BTreeMap<i32, u64>,
    /// The first answer of each of these kinds.
    pub samples: BTreeMap<i32, String>,
    /// Answers that a fail-over does not explain.
    pub wrong: Vec<String>,
    pub longest_call: Duration,
}

pub struct Stream {
    /// No new operation is begun.
    is_over: Arc<AtomicBool>,
    /// None is tried again either.
    is_given_up: Arc<AtomicBool>,
    journal: Arc<Mutex<Journal>>,
    threads: Vec<JoinHandle<()>>,
}

/// One thread's part.
struct Caller<F> {
    number: usize,
    make: F,
    is_over: Arc<AtomicBool>,
    is_given_up: Arc<AtomicBool>,
    journal: Arc<Mutex<Journal>>,
}

impl Stream {
    pub fn start(ledger: &Ledger) -> Self {
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

    /// Waits for an acknowledgement later than a moment.
    pub fn wait_for_acknowledged(&self, since: Instant) -> Result<()> {
        wait("an acknowledged transfer", || {
            let journal = held(&self.journal);
            journal.acknowledged.iter().any(|one| one.at > since).then_some(())
        })
    }

    /// The longest time without an acknowledgement that ended after a moment.
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

    /// Lets every operation that was begun be acknowledged, and gives the journal.
    pub fn finish(mut self) -> Result<Journal> {
        self.is_over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().map_err(|_| Error::Failover("a thread of the stream failed".to_owned()))?;
        }
        Ok(std::mem::take(&mut *held(&self.journal)))
    }
}

impl Drop for Stream {
    /// Only after an error is there anything left to stop.
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

    /// Sends one operation until it is acknowledged; gives up when the run is over and the database is gone.
    fn acknowledge(&self, operation: String) {
        let mut over = None;
        for tries in 1_u32.. {
            let begun = Instant::now();
            let output = (self.make)(&operation).output();
            let mut journal = held(&self.journal);
            journal.longest_call = journal.longest_call.max(begun.elapsed());
            let Ok(output) = output else {
                journal.wrong.push(format!("{operation}: sluice does not start"));
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
