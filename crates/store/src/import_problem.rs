//! Rows of an imported file that were refused, with line, column, code and value.

use crate::args;
use crate::bulk::{Insert, Sql};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::Column;
use domain::code::Code;
use domain::id::BatchId;

/// Why a row was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProblem {
    /// The line in the file, from 1.
    pub line: i64,
    /// The column, as its header names it.
    pub column: Option<String>,
    /// Why.
    pub code: Code,
    /// What stood there, shortened.
    pub value: String,
}

static INSERT: Insert =
    Insert { table: "import_problem", columns: &["batch", "line", "column_name", "code", "value"] };
static LIST: Sql = Sql::new(
    "SELECT line, column_name, code, value FROM import_problem WHERE batch = $1 ORDER BY line, id LIMIT $2",
);
static PURGE: Sql = Sql::new("DELETE FROM import_problem WHERE batch = $1");

/// The statements of this noun.
pub const CATALOGUE: &[&Sql] = &[&LIST, &PURGE];

/// Keeps problems.
pub async fn insert(tx: &mut Tx, batch: BatchId, problems: &[ImportProblem]) -> Result<(), StoreError> {
    let columns = vec![
        Column::Same(batch.0, problems.len()),
        Column::I64(problems.iter().map(|p| p.line).collect()),
        Column::OptText(problems.iter().map(|p| p.column.clone()).collect()),
        Column::I64(problems.iter().map(|p| p.code.number()).collect()),
        Column::Text(problems.iter().map(|p| p.value.clone()).collect()),
    ];
    tx.insert(&INSERT, columns).await.map(|_| ())
}

/// The first problems of a batch's file, in the order of lines.
pub async fn list(tx: &mut Tx, batch: BatchId, limit: i64) -> Result<Vec<ImportProblem>, StoreError> {
    let rows = tx.fetch(&LIST, args![batch.0, limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(ImportProblem {
                line: row.i64(0)?,
                column: row.opt_text(1)?,
                code: row.stored(2, Code::from_number)?,
                value: row.text(3)?,
            })
        })
        .collect()
}

/// Forgets the problems of an import that did not finish.
pub async fn purge(tx: &mut Tx, batch: BatchId) -> Result<(), StoreError> {
    tx.execute(&PURGE, args![batch.0]).await.map(|_| ())
}
