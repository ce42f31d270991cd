//! The outcome of a copy, for scripts and for people.

use super::display::CopyDisplay;
use crate::exit::{Exit, Failure};
use crate::out::{Out, left, note, right};
use crate::say::say;
use domain::code::Language;
use serde_json::{Value, json};
use upkeep::copy::{Copied, Copy, Difference, Verdict};
use upkeep::verify::Violation;

/// Prints the outcome; a difference or a violation goes to standard error.
pub(super) fn answer(
    out: Out,
    copy: &Copy<'_>,
    verdict: &Verdict,
    display: &CopyDisplay,
) -> Result<Exit, Failure> {
    let json = to_json(copy, verdict);
    let Err(text) = wrong(copy, verdict, out.language) else {
        out.answer(json, || same(copy, verdict, display, out))?;
        return Ok(Exit::Success);
    };
    note(&say!(out.language, "error: {text}", "错误：{text}"));
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

/// The problem, if there is one.
fn wrong(copy: &Copy<'_>, verdict: &Verdict, language: Language) -> Result<(), String> {
    let (from, to) = (copy.from_shown, copy.to_shown);
    match verdict {
        Verdict::Same(_) => Ok(()),
        Verdict::Different(Difference { table, key }) => Err(say!(
            language,
            "{from} and {to} differ in table {table}, first at key {key}; {to} cannot be used",
            "{from} 与 {to} 的表 {table} 不一致，首个不同的键为 {key}；{to} 不可使用"
        )),
        Verdict::Violated(found) => {
            let one = |v: &Violation| format!("{} ({})", v.invariant, v.first_key);
            let found = found.iter().map(one).collect::<Vec<_>>().join(", ");
            Err(say!(
                language,
                "{to} has the same rows as {from} but violates invariants: {found}; verify {from}",
                "{to} 与 {from} 的数据一致，但违反不变式：{found}；请核对 {from}"
            ))
        }
    }
}

fn same(copy: &Copy<'_>, verdict: &Verdict, display: &CopyDisplay, out: Out) -> String {
    let short = |hash: &str| hash.chars().take(16).collect::<String>();
    let row = |t: &Copied| vec![t.table.to_owned(), t.rows.to_string(), short(&t.sha256)];
    let header = [left("table", "表"), right("rows", "行数"), left("sha256", "校验值（SHA-256）")];
    let rows = out.table(&header, tables(verdict).iter().map(row));
    let source = match copy.keep {
        true => say("can be used as before", "可照常使用"),
        false => say("is sealed: it can be read but not written", "已封存：只能读取，不能写入"),
    };
    let (from, to, source) = (copy.from_shown, copy.to_shown, source.to(out.language));
    let summary = display.summary();
    say!(
        out.language,
        "{rows}\n{to} is a verified copy of {from}, which {source}.\n{summary}",
        "{rows}\n{to} 是 {from} 的副本，已核对一致；{from} {source}。\n{summary}"
    )
}
