//! `cargo xtask load files`: a large file in and out over HTTP, as tasks, and what others notice of it.
//!
//! - A CSV with memo and reference, in shuffled order, and a workbook are uploaded and imported.
//! - The batch is executed, and exported as CSV and as XLSX.
//! - Beside each: the server's `RssAnon`, a steady stream of reads and single transfers, and a bare `fdatasync`, which
//!   says how much of a wait is the disk's.
//! - Then workbooks that have to be refused.
//!
//! Figures depend on what else the machine is doing: run it alone, and compare only figures of the same run.

mod accounts;
mod beside;
mod bombs;
mod client;
mod generate;
mod options;

use crate::error::{Error, Result};
use crate::server::Ledger;
use accounts::PAYER;
use beside::{Probes, Seen};
use client::Client;
use options::FilesOptions;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Instant;

const FOLDER: &str = "target/load/files";
/// What the server may take, in MiB.
const MEMORY_MAX: u64 = 512;
/// A server under measurement.
struct Measuring<'a> {
    client: Client,
    process: u32,
    folder: PathBuf,
    options: &'a FilesOptions,
}

/// Measures and prints a table, or a line of JSON for each row of it.
pub fn run(root: &Path, words: &[&str]) -> Result<()> {
    let options = FilesOptions::parse(words)?;
    let ledger =
        Ledger::make_at(root, &format!("{FOLDER}/data"), options.binary.clone(), options.postgres.clone())?;
    let folder = root.join(FOLDER);
    fill(&ledger, &folder, options.rows.max(options.sheet_rows))?;
    let key = ledger.key()?;
    let server = ledger.serve()?;
    let client = Client::new(&server.url, key)?;
    let bench = Measuring { client, process: server.process(), folder, options: &options };
    bench.head();
    let batch = bench.import("pay.csv", options.rows, generate::payments)?;
    bench.import("pay.xlsx", options.sheet_rows, generate::sheet)?;
    bench.execute(&batch)?;
    for format in ["csv", "xlsx"] {
        bench.export(&batch, format)?;
    }
    let wrong = bench.bombs()?;
    drop(server);
    ledger.verify()?;
    if wrong > 0 {
        return Err(Error::Api(format!(
            "{wrong} files were not refused as they must be, or took more memory"
        )));
    }
    Ok(())
}

/// Opens the accounts with the command, which is the fastest way.
fn fill(ledger: &Ledger, folder: &Path, payees: u32) -> Result<()> {
    let file = folder.join("accounts.csv");
    generate::accounts(&file, payees)?;
    ledger.run(&["asset", "add", "USD"], None)?;
    let lifted = ["--max", "none", "--day", "none", "--month", "none", "--batch-max", "none"];
    ledger.run(&[&["policy", "set", "--currency", "USD"], &lifted[..]].concat(), None)?;
    let begun = Instant::now();
    ledger.run(&["account", "import", &file.to_string_lossy()], None)?;
    eprintln!("{payees} accounts opened in {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}

impl Measuring<'_> {
    fn watch(&self) -> Probes {
        Probes::start(&self.client, self.process, &self.folder, self.options.per_second)
    }

    /// Generates, uploads and imports a file; returns the batch.
    fn import(&self, name: &str, rows: u32, write: fn(&Path, u32, u64) -> Result<()>) -> Result<Value> {
        let path = self.folder.join(name);
        write(&path, rows, self.options.seed)?;
        let watch = self.watch();
        let uploaded = self.client.upload(&path)?;
        self.say(&format!("upload {name}"), rows, &watch.stop()?);
        let file = uploaded.pointer("/data/file_id").cloned();
        let file = file.ok_or_else(|| Error::Answer(name.to_owned(), uploaded.to_string()))?;
        let options = json!({ "type": "one_to_many", "account": PAYER, "name": name });
        let input = json!({ "task_type": "import_batch", "file_id": file, "options": options });
        let task = self.task(&format!("import {name}"), rows, &input)?;
        task.pointer("/batch_id").cloned().ok_or_else(|| Error::Answer("import".to_owned(), task.to_string()))
    }

    /// Does a task while others are served.
    fn task(&self, what: &str, rows: u32, input: &Value) -> Result<Value> {
        let watch = self.watch();
        let task = self.client.task(input)?;
        self.say(what, rows, &watch.stop()?);
        if task.pointer("/status").and_then(Value::as_str) == Some("completed") {
            Ok(task)
        } else {
            Err(Error::Answer(what.to_owned(), task.to_string()))
        }
    }

    /// Pays the batch, so that its export has everything that a result has.
    fn execute(&self, batch: &Value) -> Result<()> {
        let watch = self.watch();
        self.client.post(&format!("/api/batch-transfers/{batch}/execute"), &json!({}))?;
        let path = format!("/api/batch-transfers/{batch}/progress");
        let ended = self.client.until(&path, "/data/state", |state| state != "processing")?;
        self.say("execute", self.options.rows, &watch.stop()?);
        match ended.pointer("/state").and_then(Value::as_str) {
            Some("completed") => Ok(()),
            _ => Err(Error::Answer("the batch".to_owned(), ended.to_string())),
        }
    }

    /// Exports the batch and downloads the file.
    fn export(&self, batch: &Value, format: &str) -> Result<()> {
        let input = json!({ "task_type": "export_batch", "batch_id": batch, "format": format });
        let task = self.task(&format!("export {format}"), self.options.rows, &input)?;
        let url = task.pointer("/result_url").and_then(Value::as_str).unwrap_or_default();
        let watch = self.watch();
        let bytes = self.client.download(url)?;
        self.say(&format!("download {format} ({bytes} bytes)"), self.options.rows, &watch.stop()?);
        Ok(())
    }

    fn bombs(&self) -> Result<usize> {
        let (rows, wrong) = bombs::run(&self.client, self.process, &self.folder)?;
        if !self.options.is_json {
            println!(
                "\n| file | bytes | expected | upload | import | rise of RssAnon, MiB |\n| --- | --- | --- | --- | --- | --- |"
            );
        }
        for row in rows {
            self.line(&row, &["file", "bytes", "expected", "upload", "import", "rise_mib"]);
        }
        Ok(wrong)
    }

    fn head(&self) {
        if !self.options.is_json {
            println!(
                "\n| what | rows | seconds | rows/s | RssAnon peak, MiB (at most {MEMORY_MAX}) | rise, MiB | reads p50, p99, max ms | \
                 singles p50, p99, max ms | not answered | fdatasync p50, p99, max ms |\n\
                 | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
            );
        }
    }

    /// Prints a row.
    fn say(&self, what: &str, rows: u32, seen: &Seen) {
        let times = |times: &beside::Times| {
            let [p50, p99, max] = [50, 99, 100].map(|percent| times.percent(percent));
            format!("{p50:.1}, {p99:.1}, {max:.1} of {}", times.count())
        };
        let rise = seen.memory_peak.saturating_sub(seen.memory_before);
        let row = json!({
            "what": what, "rows": rows, "seconds": format!("{:.2}", seen.seconds),
            "rows_per_second": format!("{:.0}", f64::from(rows) / seen.seconds.max(1e-9)),
            "memory_mib": seen.memory_peak / 1024, "rise_mib": rise / 1024,
            "reads": times(&seen.reads), "singles": times(&seen.singles), "not_answered": seen.failed,
            "syncs": times(&seen.syncs), "is_within_memory": seen.memory_peak / 1024 <= MEMORY_MAX,
        });
        let columns =
            ["what", "rows", "seconds", "rows_per_second", "memory_mib", "rise_mib", "reads", "singles"];
        self.line(&row, &[&columns[..], &["not_answered", "syncs"]].concat());
    }

    fn line(&self, row: &Value, columns: &[&str]) {
        if self.options.is_json {
            println!("{row}");
            return;
        }
        let cell = |name: &&str| match row.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        println!("| {} |", columns.iter().map(cell).collect::<Vec<_>>().join(" | "));
    }
}
