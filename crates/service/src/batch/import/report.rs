//! What an import reports: about the file, and about what was taken from it.

use crate::Error;
use crate::batch::similar::Found;
use crate::file::FileReport;
use domain::amount::WrittenSum;
use domain::code::Code;
use domain::task::import_batch::ImportBatchOutput;
use store::batch::Batch;
use store::import_problem::ImportProblem;

/// Problems that an answer lists; all of them stay with the batch.
pub const PROBLEMS_SHOWN: i64 = 1_000;

/// The sender's control totals; a file that differs is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// The number of rows in the file, including refused ones.
    pub rows: Option<u64>,
    /// The sum of the file's amounts, in major units, including refused rows.
    pub total: Option<String>,
}

impl Expected {
    /// Checks a file against them.
    pub(super) fn check(&self, file: &FileReport) -> Result<(), Error> {
        let (rows, sum) = (file.summary.totals.rows, file.summary.totals.sum);
        let (mut differs, mut chinese) = (Vec::new(), Vec::new());
        if let Some(wanted) = self.rows.filter(|wanted| *wanted != rows) {
            differs.push(format!("rows: {rows}, expected {wanted}"));
            chinese.push(format!("共 {rows} 行，预期 {wanted} 行"));
        }
        if let Some(text) = self.total.as_deref() {
            let wanted = WrittenSum::read(text.trim()).map_err(|code| Error::refused(code, text))?;
            if wanted != sum {
                differs.push(format!("sum: {sum}, expected {text}"));
                chinese.push(format!("合计 {sum}，预期 {text}"));
            }
        }
        if differs.is_empty() {
            return Ok(());
        }
        Err(Error::bilingual(Code::ControlTotal, differs.join("; "), chinese.join("；")))
    }
}

/// What a task that imports a file did.
pub(super) fn output(
    batch: Option<&Batch>,
    taken: i64,
    taken_amount: &str,
    refused: i64,
    left_out: i64,
    file: &FileReport,
) -> ImportBatchOutput {
    ImportBatchOutput {
        batch_id: batch.map(|batch| batch.id.0),
        batch: batch.map(Batch::number),
        taken,
        taken_amount: taken_amount.to_owned(),
        refused,
        left_out,
        file: file.read_as(),
        ignored_columns: file.summary.ignored_columns.clone(),
        file_rows: file.summary.totals.rows,
        file_sum: file.sum(),
        last_number: None,
        total_lines: file.summary.total_rows.iter().map(|row| row.line).collect(),
    }
}

/// The result of an import.
#[derive(Debug)]
pub struct Imported {
    /// The batch; none if nothing was taken.
    pub batch: Option<Batch>,
    /// Rows taken.
    pub taken: i64,
    /// Their sum, major units.
    pub taken_amount: String,
    /// Rows refused.
    pub refused: i64,
    /// The first problems.
    pub problems: Vec<ImportProblem>,
    /// What the file contains, whatever its outcome.
    pub file: FileReport,
    /// What was found when the rows were compared with earlier batches.
    pub found: Found,
}

impl Imported {
    /// The same, as a task that imports a file answers it.
    #[must_use]
    pub fn output(&self) -> ImportBatchOutput {
        let left_out = self.found.left_out;
        output(self.batch.as_ref(), self.taken, &self.taken_amount, self.refused, left_out, &self.file)
    }
}
