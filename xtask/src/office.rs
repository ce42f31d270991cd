//! `cargo xtask office`: a result that LibreOffice has opened and saved, as XLSX and as CSV in GBK, is imported without
//! loss.
//!
//! Not part of `cargo xtask test`: LibreOffice is large. Needs `soffice` (on Debian `libreoffice-calc-nogui`).

use crate::error::{Error, Result};
use crate::process;
use crate::server::Ledger;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

const FOLDER: &str = "target/office";
/// What would be damaged first: long numbers, leading zeros, what looks like a date or a formula, Chinese, line breaks.
const ACCOUNTS: [&str; 6] = ["00123", "6222020200112233445", "3-1", "P4", "1E5", "账户六"];
const PAYMENTS: &str = "account,amount,memo,reference\n00123,1.20,五月工资，含补贴,000456\n\
                        6222020200112233445,1250.50,=1+1,2024-01-02\n3-1,0.01,\"two, three\",1.23E+15\n\
                        P4,99999.99,'quoted,R-4\n1E5,3.00,@home,+86 10\n账户六,100.00,-,６\n";
/// What LibreOffice saves as, by its own names. 67 is GBK.
const FORMS: [(&str, &str); 2] =
    [("xlsx", "xlsx:Calc MS Excel 2007 XML"), ("csv", "csv:Text - txt - csv (StarCalc):44,34,67,1")];
/// What an imported row must have kept.
const KEPT: [&str; 6] = ["source", "target", "amount", "currency", "memo", "reference"];

/// Runs the round trip with the named binary, or with a release build.
pub fn run(root: &Path, words: &[&str]) -> Result<()> {
    let binary = match words {
        [] => None,
        ["--binary", path] => Some(PathBuf::from(path)),
        _ => return Err(Error::Usage("`cargo xtask office` has one option: `--binary PATH`".to_owned())),
    };
    let ledger = |name: &str| filled(root, name, binary.clone());
    let (paying, other) = (ledger("paying")?, ledger("other")?);
    let folder = root.join(FOLDER);
    let batch = import(&paying, &written(&folder.join("pay.csv"), PAYMENTS)?, &[])?;
    paying.run(&["batch", "run", &batch], None)?;
    let result = folder.join("result.xlsx");
    paying.run(&["batch", "export", &batch, "--out", &result.to_string_lossy()], None)?;
    let paid = rows(&paying, &batch, &folder)?;
    for (ending, filter) in FORMS {
        let saved = folder.join(format!("saved-{ending}"));
        let mut office = Command::new("soffice");
        office.args(["--headless", "--convert-to", filter, "--outdir"]).arg(&saved).arg(&result);
        process::must(office, &format!("soffice --convert-to {filter:?}"))?;
        let file = saved.join(format!("result.{ending}"));
        let aside = ["status", "paid_at", "value_date"];
        let mut more: Vec<&str> = aside.iter().flat_map(|column| ["--ignore-column", *column]).collect();
        // The second is the same as the first, which is on purpose.
        more.extend(["--again", "saved in another form"]);
        let batch = import(&other, &file, &more)?;
        let taken = rows(&other, &batch, &folder)?;
        if taken != paid {
            let (taken, paid) = (json!(taken).to_string(), json!(paid));
            return Err(Error::Answer(format!("{}, where {paid} was paid,", file.display()), taken));
        }
        println!("{}: {} rows, none changed", file.display(), taken.len());
    }
    paying.verify()?;
    other.verify()
}

fn written(path: &Path, text: &str) -> Result<PathBuf> {
    std::fs::write(path, text).map_err(|error| Error::File(path.to_owned(), error))?;
    Ok(path.to_owned())
}

/// A ledger with the accounts.
fn filled(root: &Path, name: &str, binary: Option<PathBuf>) -> Result<Ledger> {
    let ledger = Ledger::make_at(root, &format!("{FOLDER}/{name}"), binary, None)?;
    let rows: String = ACCOUNTS.iter().map(|number| format!("{number},Payee {number},USD,\n")).collect();
    let text = format!("number,holder,currency,opening_balance\nPAY,Employer,USD,1000000.00\n{rows}");
    let file = written(&root.join(FOLDER).join(format!("{name}.csv")), &text)?;
    ledger.run(&["asset", "add", "USD"], None)?;
    ledger.run(&["policy", "set", "--currency", "USD", "--max", "none", "--batch-max", "none"], None)?;
    ledger.run(&["account", "import", &file.to_string_lossy()], None)?;
    Ok(ledger)
}

/// Imports a file; returns the batch.
fn import(ledger: &Ledger, file: &Path, more: &[&str]) -> Result<String> {
    let file = file.to_string_lossy();
    let args = ["batch", "import", &file, "--type", "one_to_many", "--account", "PAY", "--name", "Office"];
    let imported = ledger.run(&[&args, more].concat(), None)?;
    let id = imported.pointer("/batch_id").and_then(Value::as_str).map(str::to_owned);
    id.ok_or_else(|| Error::Answer(format!("the import of {file}"), imported.to_string()))
}

/// The rows of a batch, without what differs between two ledgers.
fn rows(ledger: &Ledger, batch: &str, folder: &Path) -> Result<Vec<Value>> {
    let out = folder.join("rows.jsonl");
    ledger.run(&["batch", "export", batch, "--out", &out.to_string_lossy()], None)?;
    let text = std::fs::read_to_string(&out).map_err(|error| Error::File(out.clone(), error))?;
    let row = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap_or_default();
        KEPT.iter().map(|name| row.get(name).cloned().unwrap_or_default()).collect::<Value>()
    };
    Ok(text.lines().map(row).collect())
}
