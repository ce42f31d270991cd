//! The figures as text for people.

use crate::out::{Column, Out, left, right};
use crate::say::{Say, say};
use bench::Shape;
use domain::code::Language;
use serde_json::Value;

/// How a figure is written.
#[derive(Clone, Copy)]
enum Form {
    /// The shape's name.
    Name,
    /// A whole number.
    Whole,
    /// A number with two decimals.
    Two,
    /// A share, in percent.
    Percent,
    /// Bytes, in megabytes.
    Megabytes,
    /// Whether the ledger was verified without a violation.
    Verified,
}

/// The columns of what has items: the key, its title and its form.
const SHAPES: [(&str, Column, Form); 10] = [
    ("shape", left("shape", "形态"), Form::Name),
    ("items_per_s", right("items/s", "每秒笔数"), Form::Whole),
    ("floor_items_per_s", right("floor/s", "下限每秒笔数"), Form::Whole),
    ("to_floor", right("% of floor", "占下限 %"), Form::Percent),
    ("bytes_per_item", right("bytes/item", "每笔字节"), Form::Whole),
    ("peak_rss_bytes", right("memory MB", "内存 MB"), Form::Megabytes),
    ("cpu_s", right("CPU s", "处理器秒数"), Form::Two),
    ("history_s", right("history s", "历史秒数"), Form::Two),
    ("last_to_first", right("last/first", "末轮比首轮"), Form::Two),
    ("verify_ok", left("verified", "核对"), Form::Verified),
];

/// The figures of single transfers.
const SINGLES: [(&str, Column, Form); 7] = [
    ("shape", left("shape", "形态"), Form::Name),
    ("requests_per_s", right("per s", "每秒笔数"), Form::Whole),
    ("p50_ms", right("half within ms", "半数以内（毫秒）"), Form::Two),
    ("p99_ms", right("99 % within ms", "99 % 以内（毫秒）"), Form::Two),
    ("longest_ms", right("longest ms", "最长（毫秒）"), Form::Two),
    ("probe_longest_ms", right("bare sync, longest ms", "纯同步最长（毫秒）"), Form::Two),
    ("verify_ok", left("verified", "核对"), Form::Verified),
];

/// The figures of the reports.
const REPORTS: [(&str, Column, Form); 6] = [
    ("shape", left("shape", "形态"), Form::Name),
    ("transfers_of_day", right("transfers of the day", "当日笔数"), Form::Whole),
    ("transfers_in_ledger", right("in the ledger", "账本笔数"), Form::Whole),
    ("day_ms", right("day ms", "日报（毫秒）"), Form::Two),
    ("floor_day_ms", right("floor ms", "下限（毫秒）"), Form::Two),
    ("month_ms", right("month ms", "月报（毫秒）"), Form::Two),
];

/// A shape's name as users read it.
pub(super) fn shown(shape: Shape, language: Language) -> &'static str {
    match shape {
        Shape::OneToMany => say("one to many", "一对多"),
        Shape::Random => say("random", "随机"),
        Shape::ManyToOne => say("many to one", "多对一"),
        Shape::Failures => say("5 % failures", "5 % 失败"),
        Shape::Fx => say("with exchange", "换汇"),
        Shape::TenOneToMany => say("one to many, ten batches", "一对多（十批）"),
        Shape::TenRandom => say("random, ten batches", "随机（十批）"),
        Shape::Import => say("import, six columns", "导入（六列）"),
        Shape::Singles => say("single transfers", "单笔转账"),
        Shape::SinglesBesideBatch => say("single transfers beside a batch", "批次执行期间的单笔转账"),
        Shape::Report => say("report", "报表"),
        Shape::TwoNodes => say("two nodes", "两个节点"),
    }
    .to(language)
}

/// The report as text: what it was measured with, then a table for each kind of figure.
pub(super) fn text(out: Out, report: &Value) -> String {
    let list = |key: &str| report.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let (singles, reports): (Vec<_>, Vec<_>) =
        list("others").into_iter().partition(|one| one.get("requests_per_s").is_some());
    let mut parts = vec![machine(out, report)];
    let tables =
        [(SHAPES.as_slice(), list("shapes")), (SINGLES.as_slice(), singles), (REPORTS.as_slice(), reports)];
    for (columns, rows) in tables {
        if !rows.is_empty() {
            parts.push(table(out, columns, &rows));
        }
    }
    if let Some(together) = report.get("two_nodes").and_then(|two| two.get("items_per_s")) {
        let of = shown(Shape::TwoNodes, out.language);
        parts.push(say!(out.language, "{of}: {together} items/s in total", "{of}：合计每秒 {together} 笔"));
    }
    parts.join("\n\n")
}

fn machine(out: Out, report: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let value = |key: &str| report.get(key).map(text).unwrap_or_default();
    let shapes = report.get("shapes").and_then(Value::as_array);
    let limit = shapes.and_then(|shapes| shapes.iter().find_map(|shape| shape.get("chunk_limit")));
    let engine = format!("{}/{}", value("engine"), value("engine_version"));
    let (cores, items, rounds) = (value("cores"), value("items"), value("rounds"));
    let chunk = limit.map_or_else(|| value("chunk_items"), text);
    say!(
        out.language,
        "{engine}, {cores} cores, {items} items, {rounds} rounds, at most {chunk} items a transaction",
        "{engine}，{cores} 核，{items} 笔，{rounds} 轮，每个事务最多 {chunk} 笔"
    )
}

fn table(out: Out, columns: &[(&str, Column, Form)], rows: &[Value]) -> String {
    let header: Vec<Column> = columns.iter().map(|(_, column, _)| *column).collect();
    let cells = |row: &Value| {
        columns.iter().map(|(key, _, form)| cell(out, row.get(*key).unwrap_or(&Value::Null), *form)).collect()
    };
    out.table(&header, rows.iter().map(cells))
}

fn cell(out: Out, value: &Value, form: Form) -> String {
    let number = |write: fn(f64) -> String| value.as_f64().map(write).unwrap_or_default();
    match form {
        Form::Name => {
            let name = value.as_str().unwrap_or_default();
            Shape::parse(name).map_or(name, |shape| shown(shape, out.language)).to_owned()
        }
        Form::Whole => number(|number| format!("{number:.0}")),
        Form::Two => number(|number| format!("{number:.2}")),
        Form::Percent => number(|share| format!("{:.0}", share * 100.0)),
        Form::Megabytes => number(|bytes| format!("{:.0}", bytes / 1e6)),
        Form::Verified => {
            let said: Say = if value == &Value::Bool(true) { say("yes", "是") } else { say("NO", "否") };
            said.to(out.language).to_owned()
        }
    }
}
