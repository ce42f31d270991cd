//! How a copy ended, for scripts and for people.

use super::display::Display;
use crate::exit::{Exit, Failure};
use crate::out::{Out, note, table};
use serde_json::{Value, json};
use service::copy::{Copied, Copy, Difference, Verdict};
use service::verify::Violation;

/// Answers; a difference is for standard error as well.
pub(super) fn answer(
    out: Out,
    copy: &Copy<'_>,
    verdict: &Verdict,
    display: &Display,
) -> Result<Exit, Failure> {
    let json = to_json(copy, verdict);
    let Err(text) = wrong(copy, verdict) else {
        out.answer(json, || same(copy, verdict, display))?;
        return Ok(Exit::Success);
    };
    note(&format!("error: {text}"));
    if out.json {
        out.answer(json, String::new)?;
    }
    Ok(Exit::Violated)
}

fn to_json(copy: &Copy<'_>, verdict: &Verdict) -> Value {
    let table = |t: &Copied| json!({ "name": t.table, "rows": t.rows, "sha256": t.sha256 });
    let violation = |v: &Violation| json!({ "invariant": v.invariant, "first_key": v.first_key });
    let mut json = json!({
        "from": copy.from_shown, "to": copy.to_shown, "kept": copy.keep,
        "verified": matches!(verdict, Verdict::Same(_)), "tables": tables(verdict).iter().map(table).collect::<Value>(),
    });
    let more = match verdict {
        Verdict::Same(_) => None,
        Verdict::Different(Difference { table, key }) => {
            Some(("difference", json!({ "table": table, "key": key })))
        }
        Verdict::Violated(found) => Some(("violations", found.iter().map(violation).collect())),
    };
    if let (Some((name, value)), Some(json)) = (more, json.as_object_mut()) {
        json.insert(name.to_owned(), value);
    }
    json
}

const fn tables(verdict: &Verdict) -> &[Copied] {
    match verdict {
        Verdict::Same(tables) => tables.as_slice(),
        Verdict::Different(_) | Verdict::Violated(_) => &[],
    }
}

/// What is wrong, if something is.
fn wrong(copy: &Copy<'_>, verdict: &Verdict) -> Result<(), String> {
    let (from, to) = (copy.from_shown, copy.to_shown);
    match verdict {
        Verdict::Same(_) => Ok(()),
        Verdict::Different(Difference { table, key }) => {
            Err(format!("{from} and {to} differ in table {table}, first at the key {key}; {to} stays closed"))
        }
        Verdict::Violated(found) => {
            let one = |v: &Violation| format!("{} ({})", v.invariant, v.first_key);
            let found: Vec<_> = found.iter().map(one).collect();
            Err(format!("{to} has the rows of {from} and is damaged: {}; verify {from}", found.join(", ")))
        }
    }
}

fn same(copy: &Copy<'_>, verdict: &Verdict, display: &Display) -> String {
    let short = |hash: &str| hash.chars().take(16).collect::<String>();
    let row = |t: &Copied| vec![t.table.to_owned(), t.rows.to_string(), short(&t.sha256)];
    let rows = table(&["table", ">rows", "sha256"], tables(verdict).iter().map(row));
    let source =
        if copy.keep { "can be used as before" } else { "is sealed: it can be read and not written" };
    let (from, to, summary) = (copy.from_shown, copy.to_shown, display.summary());
    format!("{rows}\n{to} is a verified copy of {from}, which {source}.\n{summary}")
}
