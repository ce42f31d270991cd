//! What a file is and contains, whether or not its rows were accepted: control totals, columns not read, folded
//! values, and what a person should know about it.

use super::problem::{self, ShownProblem};
use crate::say::{Say, say};
use domain::code::Language;
use formats::delimiter::Delimiter;
use formats::encoding::Encoding;
use formats::kind::FileKind;
use formats::open::FileForm;
use formats::refusal::Proposal;
use formats::report::{Folded, Summary};
use serde_json::{Value, json};
use service::file::FileReport;

/// Maximum folded values and remarks shown as text.
const SHOWN: usize = 5;

/// For scripts.
pub(crate) fn to_json(file: &FileReport, language: Language) -> Value {
    let summary = &file.summary;
    let folded = summary.folded.iter().map(|folded| {
        json!({ "line": folded.line, "column": folded.column, "before": folded.before, "after": folded.after })
    });
    let proposals = summary.proposals.iter().map(|one| json!({ "field": one.field, "header": one.header }));
    let totals = summary.total_rows.iter().map(|row| json!({ "line": row.line, "amount": row.amount }));
    let form = &file.form;
    json!({
        "kind": form.kind.name(), "encoding": form.encoding.map(Encoding::name),
        "delimiter": form.delimiter.map(Delimiter::name), "sheet": form.sheet,
        "remarks": problem::to_json(&remarks(summary), language),
        "rows": summary.totals.rows, "sum": file.sum(), "unreadable_amounts": summary.totals.unreadable_amounts,
        "blank_rows": summary.totals.blank_rows, "total_rows": totals.collect::<Value>(),
        "ignored_columns": summary.ignored_columns, "proposals": proposals.collect::<Value>(),
        "folded": folded.collect::<Value>(), "folded_count": summary.folded_count, "hash": file.hash,
    })
}

/// For people.
pub(crate) fn to_text(file: &FileReport, language: Language) -> String {
    let (summary, totals) = (&file.summary, &file.summary.totals);
    let (rows, sum) = (totals.rows, file.sum());
    let mut text = say!(language, "File: {rows} rows, sum {sum}", "文件：{rows} 行，合计 {sum}");
    let mut add = |count: u64, what: Say| {
        if count > 0 {
            let what = what.to(language);
            text += &say!(language, ", {count} {what}", "，{count} {what}");
        }
    };
    add(totals.unreadable_amounts, say("unreadable amounts", "个金额无法读取"));
    add(totals.blank_rows, say("blank rows", "个空行"));
    add(totals.total_rows, say("total rows left out", "个合计行未计入"));
    if !summary.ignored_columns.is_empty() {
        let columns = summary.ignored_columns.join(say(", ", "、").to(language));
        text += &say!(language, "\nColumns not read: {columns}", "\n未读取的列：{columns}");
    }
    for Proposal { field, header } in &summary.proposals {
        text += &say!(
            language,
            "\nConsider `--map \"{field}={header}\"`",
            "\n可考虑 `--map \"{field}={header}\"`"
        );
    }
    if summary.folded_count > 0 {
        text += &folded(summary, language);
    }
    text += &form(&file.form, language);
    for remark in remarks(summary).iter().take(SHOWN) {
        text += "\n";
        text += &remark.at_its_line(language);
    }
    text
}

fn remarks(summary: &Summary) -> Vec<ShownProblem> {
    summary.remarks.iter().cloned().map(ShownProblem::from).collect()
}

/// What the file was read as, if it is anything but comma-separated UTF-8.
fn form(form: &FileForm, language: Language) -> String {
    let kind = form.kind.name().to_uppercase();
    let mut parts = Vec::new();
    if let Some(sheet) = &form.sheet {
        parts.push(say!(language, "sheet {sheet:?}", "工作表 {sheet:?}"));
    }
    if let Some(name) = form.encoding.filter(|encoding| *encoding != Encoding::Utf8).map(Encoding::name) {
        parts.push(say!(language, "encoding {name}", "编码 {name}"));
    }
    if let Some(name) = form.delimiter.filter(|mark| *mark != Delimiter::Comma).map(Delimiter::name) {
        parts.push(say!(language, "delimiter {name}", "分隔符 {name}"));
    }
    if parts.is_empty() && form.kind == FileKind::Csv {
        return String::new();
    }
    let parts: String = parts.iter().map(|part| format!("{}{part}", say(", ", "，").to(language))).collect();
    say!(language, "\nRead as {kind}{parts}", "\n读取方式：{kind}{parts}")
}

/// The number of values that were read as plain digits, and the first of them.
fn folded(summary: &Summary, language: Language) -> String {
    let one = |Folded { line, before, after, .. }: &Folded| {
        say!(language, "line {line}: {before} as {after}", "第 {line} 行：{before} 读作 {after}")
    };
    let shown: Vec<_> = summary.folded.iter().take(SHOWN).map(one).collect();
    let (count, shown) = (summary.folded_count, shown.join(say("; ", "；").to(language)));
    say!(
        language,
        "\n{count} values read as plain digits ({shown})",
        "\n{count} 个值按半角数字读取（{shown}）"
    )
}
