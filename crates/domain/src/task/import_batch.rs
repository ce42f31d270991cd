//! Making a batch of the rows of a file.

use super::batch_name::BatchName;
use crate::batch::{BatchMode, BatchType};
use crate::id::FileId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The input of `import_batch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportBatchInput {
    /// The uploaded file.
    #[serde(with = "crate::noun::tagged")]
    pub file_id: FileId,
    /// How to import it.
    #[serde(default)]
    pub options: ImportBatchOptions,
}

/// How to import a file. Absent options are the strict ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ImportBatchOptions {
    /// Which side is the single account; `one_to_many` unless it is said.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<BatchType>,
    /// The single account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The currency of a batch without a single account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The batch's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Remarks on the batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<String>,
    /// What a failed item means for the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<BatchMode>,
    /// Take the good rows even if others are refused.
    pub partial: bool,
    /// Leave it a draft.
    pub draft: bool,
    /// Add the rows to this draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub into: Option<BatchName>,
    /// The version of that draft that the rows are added to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Whether payees in another currency are paid in theirs.
    pub convert: bool,
    /// Whether a payee may appear twice in rows that differ in reference or external id.
    pub allow_repeat: bool,
    /// Why it is to be paid although an earlier batch pays the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again: Option<String>,
    /// Leave out the rows that equal one that is paid or can still be paid.
    pub without_paid: bool,
    /// How many refused rows are left unpaid.
    pub leave_problems: i64,
    /// The sheet of a workbook, by its name or its number from 1; the only one with values unless it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The text encoding; found by the content unless it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The field separator, `comma`, `semicolon`, `tab` or `pipe`; found by the content unless it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// The decimal mark of amounts: `dot` or `comma`; a dot unless it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<String>,
    /// The group mark of amounts: `comma`, `dot`, `space` or `apostrophe`; none unless it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The currency sign or code that is written with amounts; none unless it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign: Option<String>,
    /// Which column each field is read from: field to header.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub mapping: BTreeMap<String, String>,
    /// Headers of columns that are set aside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
    /// How many rows the file must have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect_rows: Option<u64>,
    /// What its amounts must add up to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect_total: Option<String>,
}

/// The output of `import_batch`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportBatchOutput {
    /// The batch's id; none if nothing was taken.
    pub batch_id: Option<i64>,
    /// The batch's number.
    pub batch: Option<String>,
    /// Rows taken.
    pub taken: i64,
    /// Their sum, in major units.
    pub taken_amount: String,
    /// Rows refused.
    pub refused: i64,
    /// Rows left out because they equal one that is paid or can still be paid.
    pub left_out: i64,
    /// What the file was read as.
    #[serde(default)]
    pub file: FileRead,
    /// Columns that were not read.
    pub ignored_columns: Vec<String>,
    /// Rows of the file, taken or not.
    pub file_rows: u64,
    /// The sum of the file's readable amounts, in major units.
    pub file_sum: String,
    /// The highest number that was drawn for its rows, taken or refused: what has a higher one is not of this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_number: Option<i64>,
    /// The lines of the first rows that are totals of the rows above them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub total_lines: Vec<u64>,
}

/// What a file was read as, and what a person should know about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRead {
    /// Its kind.
    pub kind: String,
    /// Its encoding, if it is text.
    pub encoding: Option<String>,
    /// Its delimiter, if it is delimited text.
    pub delimiter: Option<String>,
    /// Its sheet, if it is a workbook.
    pub sheet: Option<String>,
    /// Identifies the set of its headers, whatever their order, case and separators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_set: Option<String>,
    /// What a person should know: hidden rows, stored values of formulas, rows above the header.
    pub remarks: Vec<FileRemark>,
}

/// Something about a file that refuses nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRemark {
    /// The line in the file.
    pub line: u64,
    /// The column's header, if it is about one.
    pub column: Option<String>,
    /// The code's name.
    pub code: String,
    /// The value.
    pub value: String,
}

/// A problem of a row, as a strict import that failed keeps it: the same fields as the problems of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskProblem {
    /// The line in the file.
    pub line: i64,
    /// The column's header, if it is about one.
    pub column: Option<String>,
    /// The code's number.
    pub code: i64,
    /// The value.
    pub value: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
}
