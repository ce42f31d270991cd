//! Callers that read long lists for as long as something else is measured.

use crate::error::{Error, Result};
use crate::server::Ledger;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The keys that read lists, two at once each: a server lets nobody read more.
const KEYS: usize = 25;
const AT_ONCE: usize = 2;
/// How long a caller waits after a refusal.
const REST: Duration = Duration::from_millis(100);

/// Text that no memo contains, so that everything is searched.
pub const TEXT: &[&str] = &["/api/v2/account-transfers?text=nowhere"];
/// What no index sorts.
pub const SORTED: &[&str] = &[
    "/api/v2/accounts?sort=balance",
    "/api/v2/accounts?sort=createdAt&order=desc&status=frozen",
    "/api/v2/account-transfers?sort=fromAmountCents&text=nowhere",
    "/api/v2/account-transfers?sort=fromAmountCents&order=asc",
    "/api/batch-transfers?sort=name",
];

/// Makes the keys of the callers, before a server has the ledger.
pub fn keys(ledger: &Ledger) -> Result<Vec<String>> {
    (0..KEYS).map(|place| ledger.key_named(&format!("lists-{place}"), &["read"])).collect()
}

/// Callers that are reading.
pub struct Callers {
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Vec<Duration>>>,
}

impl Callers {
    /// Starts them, each at another of the lists.
    pub fn start(url: &str, keys: &[String], lists: &'static [&'static str]) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let all = keys.iter().flat_map(|key| std::iter::repeat_n(key, AT_ONCE));
        let threads = all
            .zip(lists.iter().cycle())
            .map(|(key, list)| {
                let (key, is_over) = (key.clone(), Arc::clone(&is_over));
                let url = format!("{url}{list}");
                std::thread::spawn(move || read(&url, &key, &is_over))
            })
            .collect();
        Self { is_over, threads }
    }

    /// Stops them; says how long their requests took.
    pub fn stop(self) -> Result<String> {
        self.is_over.store(true, Ordering::Release);
        let callers = self.threads.len();
        let mut times = Vec::new();
        for thread in self.threads {
            let read = thread.join().map_err(|_| Error::Api("a caller of lists panicked".to_owned()))?;
            times.extend(read);
        }
        times.sort_unstable();
        let at = |percent: usize| {
            let place = (times.len() * percent / 100).min(times.len().saturating_sub(1));
            times.get(place).copied().unwrap_or_default()
        };
        Ok(format!("{callers} callers read {} pages; p50 {:?}, p99 {:?}", times.len(), at(50), at(99)))
    }
}

/// Reads a list page by page, again and again; the times of the pages that were answered.
fn read(url: &str, key: &str, is_over: &AtomicBool) -> Vec<Duration> {
    let client = reqwest::blocking::Client::new();
    let (mut times, mut cursor) = (Vec::new(), None);
    while !is_over.load(Ordering::Acquire) {
        let begun = Instant::now();
        let path = cursor.map_or_else(|| url.to_owned(), |cursor: String| format!("{url}&cursor={cursor}"));
        let answer = client.get(path).bearer_auth(key).send();
        let page: Option<Value> = answer
            .and_then(reqwest::blocking::Response::error_for_status)
            .and_then(reqwest::blocking::Response::json)
            .ok();
        match page {
            Some(_) => times.push(begun.elapsed()),
            None => std::thread::sleep(REST),
        }
        cursor = page.as_ref().and_then(next);
    }
    times
}

fn next(page: &Value) -> Option<String> {
    let pagination = page.pointer("/pagination").or_else(|| page.pointer("/data/pagination"))?;
    pagination.pointer("/nextCursor")?.as_str().map(str::to_owned)
}
