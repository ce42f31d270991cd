//! Files that would take all memory: each is refused by name, and takes next to none.

use super::accounts::PAYER;
use super::beside;
use super::client::Client;
use super::generate::{book, many_parts, sheet};
use crate::error::{Error, Result};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// How much the server's memory may rise, in MiB.
const RISE_MAX: u64 = 32;
/// What each is refused with.
const REFUSED: [(&str, &str); 5] = [
    ("expands.xlsx", "ARCHIVE_EXPANDS_TOO_MUCH"),
    ("parts.xlsx", "ARCHIVE_TOO_MANY_PARTS"),
    ("dtd.xlsx", "XML_DTD"),
    ("far.xlsx", "CELL_TOO_FAR"),
    ("truncated.xlsx", "FILE_DAMAGED"),
];
const DTD: &str = r#"<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData/></worksheet>"#;
const FAR: &str =
    r#"<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>"#;

fn make(name: &str, path: &Path) -> Result<()> {
    let of_sheet = |xml: &'static str| {
        book(path, |texts| texts.write_all(b"<sst/>"), move |zip| zip.write_all(xml.as_bytes()))
    };
    match name {
        // 512 MiB of spaces in about 511 KiB.
        "expands.xlsx" => book(
            path,
            |texts| texts.write_all(b"<sst/>"),
            |zip| (0..512).try_for_each(|_| zip.write_all(&vec![b' '; 1 << 20])),
        ),
        "parts.xlsx" => many_parts(path, 100_000),
        "dtd.xlsx" => of_sheet(DTD),
        "far.xlsx" => of_sheet(FAR),
        _ => {
            sheet(path, 1_000, 1)?;
            let half = std::fs::read(path).and_then(|bytes| {
                let half = bytes.get(..bytes.len() / 2).unwrap_or_default().to_owned();
                std::fs::write(path, half)
            });
            half.map_err(|error| Error::File(path.to_owned(), error))
        }
    }
}

/// The code of a refusal in an answer, wherever the answer has it.
fn code(answer: &Value) -> &str {
    let places = ["/data/problem/code", "/error_code", "/error/code", "/code"];
    places.iter().find_map(|place| answer.pointer(place)?.as_str()).unwrap_or("-")
}

/// The task that failed, or the answer that refused to start it.
fn refusal(task: Result<Value>) -> Result<Value> {
    match task {
        Err(Error::Answer(_, text)) => Ok(serde_json::from_str(&text).unwrap_or_default()),
        other => other,
    }
}

/// Uploads each and starts an import of it; returns rows of a table. What is not as it must be is counted.
pub fn run(client: &Client, process: u32, folder: &Path) -> Result<(Vec<Value>, usize)> {
    let (mut rows, mut wrong) = (Vec::new(), 0);
    for (name, expected) in REFUSED {
        let path = folder.join(name);
        make(name, &path)?;
        let watch = beside::Probes::start(client, process, folder, 1);
        let uploaded = client.upload(&path)?;
        let imported = match uploaded.pointer("/data/file_id") {
            Some(file) => {
                let options = json!({ "type": "one_to_many", "account": PAYER, "name": name });
                refusal(
                    client.task(&json!({ "task_type": "import_batch", "file_id": file, "options": options })),
                )?
            }
            None => Value::Null,
        };
        let seen = watch.stop()?;
        let rise = seen.memory_peak.saturating_sub(seen.memory_before) / 1024;
        let is_refused = [code(&uploaded), code(&imported)].contains(&expected) && code(&imported) != "-"
            || code(&uploaded) == expected && imported.is_null();
        wrong += usize::from(!is_refused || rise >= RISE_MAX);
        rows.push(json!({
            "file": name, "bytes": std::fs::metadata(&path).map_or(0, |found| found.len()), "expected": expected,
            "upload": code(&uploaded), "import": code(&imported), "rise_mib": rise,
        }));
    }
    Ok((rows, wrong))
}
