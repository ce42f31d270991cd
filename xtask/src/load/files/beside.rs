//! What happens beside the work that is measured: the server's memory, how long others wait, how long the disk takes.

use super::accounts::{RECEIVER, SENDER};
use super::client::Client;
use crate::error::{Error, Result};
use serde_json::json;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often the memory is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// How often the disk is asked, apart from the server.
const SYNC: Duration = Duration::from_millis(50);

/// Durations, sorted.
#[derive(Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The time below which so many percent are, in milliseconds; 0 without any.
    pub fn percent(&self, percent: usize) -> f64 {
        let place = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
        self.0.get(place).copied().unwrap_or_default().as_secs_f64() * 1e3
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// Anonymous memory of a process (`RssAnon`), in KiB; 0 if it has ended.
pub fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|text| text.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0)
}

/// What was seen.
#[derive(Debug)]
pub struct Seen {
    pub seconds: f64,
    /// In KiB.
    pub memory_before: u64,
    pub memory_peak: u64,
    pub reads: Times,
    pub singles: Times,
    pub syncs: Times,
    /// Requests that were not answered with success.
    pub failed: usize,
}

/// Watches while something is measured.
pub struct Probes {
    is_over: Arc<AtomicBool>,
    begun: Instant,
    memory_before: u64,
    memory: JoinHandle<u64>,
    requests: JoinHandle<(Times, Times, usize)>,
    syncs: JoinHandle<Result<Times>>,
}

impl Probes {
    /// Begins to watch a server, and to send it so many requests per second; the disk is that of the folder.
    pub fn start(client: &Client, process: u32, folder: &Path, per_second: u32) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let over = || Arc::clone(&is_over);
        let (watching, sending, syncing) = (over(), over(), over());
        let (client, folder) = (client.clone(), folder.to_owned());
        Self {
            begun: Instant::now(),
            memory_before: memory(process),
            memory: std::thread::spawn(move || peak(process, &watching)),
            requests: std::thread::spawn(move || send(&client, per_second, &sending)),
            syncs: std::thread::spawn(move || sync(&folder.join("sync-probe"), &syncing)),
            is_over,
        }
    }

    /// Ends that.
    pub fn stop(self) -> Result<Seen> {
        let seconds = self.begun.elapsed().as_secs_f64();
        self.is_over.store(true, Ordering::Release);
        let panicked = |_| Error::Api("a thread that watched has panicked".to_owned());
        let (reads, singles, failed) = self.requests.join().map_err(panicked)?;
        Ok(Seen {
            seconds,
            memory_before: self.memory_before,
            memory_peak: self.memory.join().map_err(panicked)?,
            reads,
            singles,
            syncs: self.syncs.join().map_err(panicked)??,
            failed,
        })
    }
}

fn peak(process: u32, is_over: &AtomicBool) -> u64 {
    let mut peak = 0;
    while !is_over.load(Ordering::Acquire) {
        peak = peak.max(memory(process));
        std::thread::sleep(LOOK);
    }
    peak.max(memory(process))
}

/// A read and a single transfer in turn. Each time counts from when the request was due, so that a stalled server is not
/// asked less often.
fn send(client: &Client, per_second: u32, is_over: &AtomicBool) -> (Times, Times, usize) {
    let pause = Duration::from_secs(1) / per_second.max(1);
    let single = json!({ "fromAccountId": SENDER, "toAccountId": RECEIVER, "fromAmountCents": 1 });
    let (mut reads, mut singles, mut failed) = (Vec::new(), Vec::new(), 0);
    let (mut due, mut is_read) = (Instant::now(), true);
    while !is_over.load(Ordering::Acquire) {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let answer = if is_read {
            client.get(&format!("/api/v2/accounts/{}", SENDER))
        } else {
            client.post("/api/v2/account-transfers", &single)
        };
        let times = if is_read { &mut reads } else { &mut singles };
        match answer {
            Ok(_) => times.push(due.elapsed()),
            Err(_) => failed += 1,
        }
        (due, is_read) = (due + pause, !is_read);
    }
    (Times::of(reads), Times::of(singles), failed)
}

/// Writes 4 KiB and asks for their durability, again and again.
fn sync(path: &Path, is_over: &AtomicBool) -> Result<Times> {
    let failed = |error| Error::File(path.to_owned(), error);
    let mut file = File::create(path).map_err(failed)?;
    let mut times = Vec::new();
    while !is_over.load(Ordering::Acquire) {
        file.write_all(&[b'x'; 4096]).map_err(failed)?;
        let begun = Instant::now();
        file.sync_data().map_err(failed)?;
        times.push(begun.elapsed());
        std::thread::sleep(SYNC);
    }
    drop(std::fs::remove_file(path));
    Ok(Times::of(times))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted_times() {
        let times = Times::of((1..=100).rev().map(Duration::from_millis).collect());
        let near = |percent, expected: f64| (times.percent(percent) - expected).abs() < 0.01;
        assert!(near(0, 1.0) && near(50, 51.0) && near(99, 100.0) && near(100, 100.0), "{times:?}");
        assert!(Times::default().percent(99).abs() < 0.01);
    }

    #[test]
    fn the_memory_of_this_process_is_seen() {
        assert!(memory(std::process::id()) > 0);
    }
}
