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
    is_over: Arc<AtomicBool>,
    journal: Arc<Mutex<Journal>>,
    threads: Vec<JoinHandle<()>>,
}

/// One thread's part.
struct Caller<F> {
    number: usize,
    make: F,
    is_over: Arc<AtomicBool>,
    journal: Arc<Mutex<Journal>>,
}

impl Stream {
    pub fn start(ledger: &Ledger) -> Self {
        let (is_over, journal) = (Arc::<AtomicBool>::default(), Arc::<Mutex<Journal>>::default());
        let caller = |number| {
            let make = ledger.transfers();
            let caller =
                Caller { number, make, is_over: Arc::clone(&is_over), journal: Arc::clone(&journal) };
            std::thread::spawn(move || caller.run())
        };
        let threads = (1..=THREADS).map(caller).collect();
        Self { is_over, journal, threads }
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
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
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
                    let transfer = answer["transfer_id"].to_string();
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
            if self.is_over.load(Ordering::Relaxed)
                && over.get_or_insert(begun).elapsed() > Duration::from_secs(u64::from(CALL_SECONDS))
            {
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
