//! What a client knows about its transfers: each one's answer, or that there was none.

use reqwest::Client;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How a request ended for its client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The money was moved by the transfer with this id.
    Moved(String),
    /// It was refused with this code.
    Refused(String),
    /// No answer came, or one that leaves the outcome unknown.
    Doubt,
}

/// A request that was sent.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: String,
    pub source: usize,
    pub cents: i64,
    pub heard: Heard,
}

/// Every how many requests a source is asked for more than it has.
const TOO_MUCH: usize = 5;
const MUCH: i64 = 100_000_000;

/// Where requests go.
#[derive(Debug, Clone)]
pub struct Sender {
    pub client: Client,
    pub url: String,
    pub secret: String,
}

impl Sender {
    /// Sends or resends an entry's transfer.
    pub async fn send(&self, entry: &Entry) -> Heard {
        let body = json!({ "fromAccountId": format!("A{}", entry.source), "toAccountId": "A0",
                           "fromAmountCents": entry.cents, "memo": entry.key });
        let request = self.client.post(format!("{}/api/v2/account-transfers", self.url));
        let request = request.bearer_auth(&self.secret).header("Idempotency-Key", &entry.key).json(&body);
        let Ok(response) = request.send().await else { return Heard::Doubt };
        let status = response.status().as_u16();
        let Ok(answer) = response.json::<Json>().await else { return Heard::Doubt };
        match status {
            200 => {
                Heard::Moved(answer["data"]["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned())
            }
            400..500 => Heard::Refused(answer["error"]["code"].as_str().unwrap().to_owned()),
            _ => Heard::Doubt,
        }
    }

    /// Sends transfers from one source until an answer is missing or `stop` is set.
    pub async fn journal(&self, round: u64, source: usize, stop: Arc<AtomicBool>) -> Vec<Entry> {
        let mut entries = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let n = entries.len();
            let cents = if n % TOO_MUCH == TOO_MUCH - 1 { MUCH } else { 1 };
            let mut entry =
                Entry { key: format!("{round}-{source}-{n}"), source, cents, heard: Heard::Doubt };
            entry.heard = self.send(&entry).await;
            let is_over = entry.heard == Heard::Doubt;
            entries.push(entry);
            if is_over {
                break;
            }
        }
        entries
    }
}
