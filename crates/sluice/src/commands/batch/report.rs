//! What a file holds, whatever became of its rows: control totals, columns that were not read, values that were
//! folded.

use serde_json::{Value, json};
use service::batch::import::FileReport;

/// Folded values that people see.
const SHOWN: usize = 5;

/// For scripts.
pub(super) fn to_json(file: &FileReport) -> Value {
    let summary = &file.summary;
    let folded = summary.folded.iter().map(|folded| {
        json!({ "line": folded.line, "column": folded.column, "before": folded.before, "after": folded.after })
    });
    let proposals = summary.proposals.iter().map(|one| json!({ "field": one.field, "header": one.header }));
    let totals = summary.total_rows.iter().map(|row| json!({ "line": row.line, "amount": row.amount }));
    json!({
        "rows": summary.totals.rows, "sum": file.sum(), "unreadable_amounts": summary.totals.unreadable_amounts,
        "blank_rows": summary.totals.blank_rows, "total_rows": totals.collect::<Value>(),
        "ignored_columns": summary.ignored_columns, "proposals": proposals.collect::<Value>(),
        "folded": folded.collect::<Value>(), "folded_count": summary.folded_count, "hash": file.hash,
    })
}

/// For people.
pub(super) fn to_text(file: &FileReport) -> String {
    let (summary, totals) = (&file.summary, &file.summary.totals);
    let mut text = format!("File: {} rows, sum {}", totals.rows, file.sum());
    let mut add = |count: u64, what: &str| {
        if count > 0 {
            text += &format!(", {count} {what}");
        }
    };
    add(totals.unreadable_amounts, "amounts that cannot be read");
    add(totals.blank_rows, "blank rows");
    add(totals.total_rows, "total rows left out");
    if !summary.ignored_columns.is_empty() {
        text += &format!("\nColumns not read: {}", summary.ignored_columns.join(", "));
    }
    for proposal in &summary.proposals {
        text += &format!("\nPerhaps --map {}={}", proposal.field, proposal.header);
    }
    if summary.folded_count > 0 {
        let shown = summary.folded.iter().take(SHOWN);
        let shown: Vec<_> = shown.map(|f| format!("line {}: {} as {}", f.line, f.before, f.after)).collect();
        text += &format!("\n{} values read with plain digits ({})", summary.folded_count, shown.join("; "));
    }
    text
}
