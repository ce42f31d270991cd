//! What a file with rows was read as, for a person who maps its columns.

use crate::kit::language;
use crate::kit::said::said;
use crate::kit::time::wire;
use domain::code::Language;
use serde::Serialize;
use service::upload::{FileRemark, Looked, Probe, Remembered, TextRow};
use service::{Error, Refusal};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a file with rows was read as. Empty for pictures and documents, and where nobody looked.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct LookView {
    /// The text encoding; null for workbooks.
    #[schema(value_type = Option<String>, example = "utf-8")]
    encoding: Option<&'static str>,
    /// The field separator: `comma`, `semicolon`, `tab` or `pipe`; null where there is none.
    #[schema(value_type = Option<String>, example = "comma")]
    delimiter: Option<&'static str>,
    /// The sheets of a workbook.
    sheets: Vec<SheetView>,
    /// The sheet that was read.
    #[schema(example = json!(null))]
    sheet: Option<String>,
    /// The header, as in the file.
    #[schema(example = json!(["Account", "Net pay", "Note"]))]
    header: Vec<String>,
    /// The line of the header.
    #[schema(example = 1)]
    header_line: Option<u64>,
    /// Identifies this set of headers.
    #[schema(example = "5feceb66ffc86f38")]
    header_set: Option<String>,
    /// What the caller decided about the columns of the last imported file with the same headers; null if nothing. It is
    /// a proposal: an import uses it only if it is sent in its options.
    remembered: Option<RememberedView>,
    /// What each column probably means.
    columns: Vec<ColumnView>,
    /// How many rows are below the header, about.
    #[schema(example = 1_000)]
    rows_estimate: Option<u64>,
    /// The rows above the header, which are not read.
    above: Vec<RowView>,
    /// The first rows below it, 20 at most.
    rows: Vec<RowView>,
    /// What a person should know: hidden rows, values that a spreadsheet has damaged, rows that cannot be read.
    remarks: Vec<RemarkView>,
    /// Why its rows cannot be read; null if they can.
    problem: Option<LookProblemView>,
}

/// A sheet of a workbook.
#[derive(Debug, Serialize, ToSchema)]
struct SheetView {
    /// Its name.
    #[schema(example = "July")]
    name: String,
    /// Whether it is hidden.
    hidden: bool,
}

/// A column of a file.
#[derive(Debug, Serialize, ToSchema)]
struct ColumnView {
    /// Its header; `#` and its position if it has none.
    #[schema(example = "Net pay")]
    header: String,
    /// The field it probably holds, by its name in `options.mapping`; null if nothing suggests one.
    #[schema(value_type = Option<String>, example = "amount")]
    field: Option<&'static str>,
    /// How likely that is, from 0 to 100. Only at 100 the column is used without being mapped.
    #[schema(example = 70, minimum = 0, maximum = 100)]
    confidence: u8,
    /// What it is about, if it must be mapped or ignored before the file is read, such as a date.
    #[schema(value_type = Option<String>, example = json!(null))]
    must_decide: Option<&'static str>,
    /// Its first values.
    #[schema(example = json!(["1200.00", "950.50"]))]
    samples: Vec<String>,
}

/// What was decided about the columns of files with the same headers, as the options of an import.
#[derive(Debug, Serialize, ToSchema)]
struct RememberedView {
    /// Which column each field is read from: field to header.
    #[schema(example = json!({ "amount": "Net pay" }))]
    mapping: BTreeMap<String, String>,
    /// Headers of columns that are set aside.
    #[schema(example = json!(["Note"]))]
    ignore: Vec<String>,
    /// The decimal mark of amounts; null if it was not said.
    #[schema(example = "comma")]
    decimal: Option<String>,
    /// Their group mark.
    #[schema(example = "dot")]
    group: Option<String>,
    /// The currency sign or code that is written with them.
    #[schema(example = json!(null))]
    sign: Option<String>,
    /// When an import used it last.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    used_at: String,
}

/// A row of a file.
#[derive(Debug, Serialize, ToSchema)]
struct RowView {
    /// The line it begins on.
    #[schema(example = 2)]
    line: u64,
    /// Its cells, trimmed.
    #[schema(example = json!(["6001-002", "1200.00", "July"]))]
    cells: Vec<String>,
}

/// Something about a file that a person should know.
#[derive(Debug, Serialize, ToSchema)]
struct RemarkView {
    /// The line.
    #[schema(example = 7)]
    line: u64,
    /// The column's header; null if it is about the whole row.
    #[schema(example = "Net pay")]
    column: Option<String>,
    /// The code.
    #[schema(value_type = String, example = "DIGITS_LOST")]
    code: &'static str,
    /// The value, truncated.
    #[schema(example = "1.23E+15")]
    value: String,
    /// What it means.
    message: String,
}

/// Why the rows of a file cannot be read.
#[derive(Debug, Serialize, ToSchema)]
struct LookProblemView {
    /// The code.
    #[schema(value_type = String, example = "FILE_ENCRYPTED")]
    code: &'static str,
    /// What it means, and what it is about.
    message: String,
}

impl LookView {
    /// What a look found, and the kind of table. Refusals are shown; any other error is one.
    pub(super) fn of(looked: Result<Option<Looked>, Error>) -> Result<(Self, Option<&'static str>), Error> {
        match looked {
            Ok(None) => Ok((Self::default(), None)),
            Ok(Some(Looked { probe, remembered })) => {
                let kind = probe.form.kind.name();
                Ok((Self { remembered: remembered.map(RememberedView::from), ..probe.into() }, Some(kind)))
            }
            Err(Error::Refused(refusal)) => {
                Ok((Self { problem: Some(LookProblemView::of(&refusal)), ..Self::default() }, None))
            }
            Err(error) => Err(error),
        }
    }
}

impl LookProblemView {
    fn of(refusal: &Refusal) -> Self {
        let language = language::current();
        let about = match language {
            Language::Chinese => refusal.chinese.as_ref().or(refusal.detail.as_ref()),
            Language::English => refusal.detail.as_ref(),
        };
        let message = said(refusal.code, about.map(String::as_str), language);
        Self { code: refusal.code.name(), message }
    }
}

impl From<Remembered> for RememberedView {
    fn from(Remembered { choices, used_at }: Remembered) -> Self {
        Self {
            mapping: choices.mapping,
            ignore: choices.ignore,
            decimal: choices.decimal,
            group: choices.group,
            sign: choices.sign,
            used_at: wire(used_at),
        }
    }
}

impl From<TextRow> for RowView {
    fn from(row: TextRow) -> Self {
        Self { line: row.line, cells: row.cells }
    }
}

impl From<FileRemark> for RemarkView {
    fn from(remark: FileRemark) -> Self {
        Self {
            line: remark.line,
            column: remark.column,
            code: remark.code.name(),
            value: remark.value,
            message: remark.code.message(language::current()).to_owned(),
        }
    }
}

impl From<Probe> for LookView {
    fn from(probe: Probe) -> Self {
        let language = language::current();
        Self {
            encoding: probe.form.encoding.map(|encoding| encoding.name()),
            delimiter: probe.form.delimiter.map(|delimiter| delimiter.name()),
            sheets: probe
                .form
                .sheets
                .into_iter()
                .map(|sheet| SheetView { name: sheet.name, hidden: sheet.is_hidden })
                .collect(),
            sheet: probe.form.sheet,
            header: probe.header,
            header_line: Some(probe.header_line),
            header_set: Some(probe.fingerprint),
            remembered: None,
            columns: probe
                .columns
                .into_iter()
                .map(|column| ColumnView {
                    header: column.header,
                    field: column.field,
                    confidence: column.confidence,
                    must_decide: column.meaning.map(|meaning| meaning.name(language)),
                    samples: column.samples,
                })
                .collect(),
            rows_estimate: Some(probe.rows_estimate),
            above: probe.above.into_iter().map(RowView::from).collect(),
            rows: probe.rows.into_iter().map(RowView::from).collect(),
            remarks: probe.remarks.into_iter().map(RemarkView::from).collect(),
            problem: None,
        }
    }
}
