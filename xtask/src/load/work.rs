//! The workload: a ledger of 20,000 accounts, a batch of a million items, and the requests on them.

use crate::error::{Error, Result};
use crate::server::Ledger;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// Document 004's large scale.
const HOLDERS: u64 = 10_000;
const ACCOUNTS: u64 = 20_000;
/// Number of accounts that single transfers use.
const ACTIVE: u64 = 1_000;
/// How long the batch may take.
const BATCH_MAX: Duration = Duration::from_secs(600);

/// A filled ledger.
pub struct Bench {
    pub key: String,
    batch: String,
}

impl Bench {
    /// Opens the accounts and imports the batch without executing it.
    pub fn fill(root: &Path, folder: &str, ledger: &Ledger, items: u64) -> Result<Self> {
        let (accounts, payments) =
            (root.join(folder).join("accounts.csv"), root.join(folder).join("batch.csv"));
        let write = |path: &Path, text: String| {
            std::fs::write(path, text).map_err(|error| Error::File(path.to_owned(), error))
        };
        write(&accounts, account_rows())?;
        write(&payments, payment_rows(items))?;
        ledger.run(&["asset", "add", "USD"], None)?;
        let policy = ["policy", "set", "--currency", "USD", "--max", "none", "--batch-max", "none"];
        ledger.run(&policy, None)?;
        ledger.run(&["account", "import", &accounts.to_string_lossy()], None)?;
        let import =
            ["batch", "import", &payments.to_string_lossy(), "--type", "many_to_many", "--currency", "USD"];
        let imported = ledger.run(&[&import[..], &["--name", "Load"]].concat(), None)?;
        let id = imported.pointer("/batch/id").or_else(|| imported.pointer("/id"));
        let batch = id.map(ToString::to_string).ok_or_else(|| Error::Api(format!("no batch: {imported}")))?;
        Ok(Self { key: ledger.key()?, batch })
    }

    /// Single transfers of one cent.
    pub fn transfers(&self) -> String {
        format!(
            "request = function()\n  local a = math.random({ACTIVE})\n  local b = a % {ACTIVE} + 1\n  \
             local body = '{{\"fromAccountId\":\"L' .. a .. '\",\"toAccountId\":\"L' .. b .. \
             '\",\"fromAmountCents\":1}}'\n  return wrk.format('POST', '/api/v2/account-transfers', \
             {{['Authorization']='Bearer ' .. key, ['Content-Type']='application/json'}}, body)\nend\n"
        )
    }

    /// Newest statement pages.
    pub fn statements(&self) -> String {
        get("'/api/v2/accounts/L' .. math.random(1000) .. '/transactions'")
    }

    /// Accounts with their balances.
    pub fn accounts(&self) -> String {
        get("'/api/v2/accounts/L' .. math.random(20000)")
    }

    /// The statistics of the newest transfer's day.
    pub fn report(&self, url: &str) -> Result<String> {
        let newest = self.get(url, "/api/v2/account-transfers?pageSize=1")?;
        let day = newest
            .pointer("/data/transfers/0/transferDate")
            .or_else(|| newest.pointer("/data/0/transferDate"));
        let day = day.and_then(Value::as_str).ok_or_else(|| Error::Api(format!("no transfer: {newest}")))?;
        Ok(get(&format!("'/api/v2/statistics?from={day}&to={day}'")))
    }

    /// Executes the batch.
    pub fn start(&self, url: &str) -> Result<()> {
        let client = reqwest::blocking::Client::new();
        let path = format!("{url}/api/batch-transfers/{}/execute", self.batch);
        let answer = client.post(path).bearer_auth(&self.key).json(&json!({})).send().map_err(failed)?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(Error::Api(format!("execute: {}", answer.status())))
        }
    }

    /// Waits until the batch has ended and returns its progress.
    pub fn wait(&self, url: &str) -> Result<String> {
        let begun = Instant::now();
        while begun.elapsed() < BATCH_MAX {
            let progress = self.get(url, &format!("/api/batch-transfers/{}/progress", self.batch))?;
            let state = progress.pointer("/data/state").and_then(Value::as_str).unwrap_or_default();
            if state != "processing" {
                return Ok(progress.pointer("/data").map(ToString::to_string).unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Err(Error::Api("the batch did not end".to_owned()))
    }

    fn get(&self, url: &str, path: &str) -> Result<Value> {
        let request = reqwest::blocking::Client::new().get(format!("{url}{path}")).bearer_auth(&self.key);
        request.send().and_then(reqwest::blocking::Response::json).map_err(failed)
    }
}

fn get(path: &str) -> String {
    format!(
        "request = function()\n  return wrk.format('GET', {path}, {{['Authorization']='Bearer ' .. key}})\nend\n"
    )
}

fn failed(error: reqwest::Error) -> Error {
    Error::Api(error.to_string())
}

fn account_rows() -> String {
    let mut text = "number,holder,uid,currency,opening_balance\n".to_owned();
    for k in 1..=ACCOUNTS {
        let holder = k % HOLDERS;
        text += &format!("L{k},Holder {holder},U{holder},USD,1000000.00\n");
    }
    text
}

/// Payments between accounts far apart, so that neighbouring rows share no account.
fn payment_rows(items: u64) -> String {
    let mut text = "source,account,amount\n".to_owned();
    for k in 0..items {
        let (source, target) = (k * 7_919 % ACCOUNTS + 1, (k * 6_151 + 9_973) % ACCOUNTS + 1);
        let target = if source == target { target % ACCOUNTS + 1 } else { target };
        text += &format!("L{source},L{target},0.01\n");
    }
    text
}
