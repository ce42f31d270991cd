//! Refused rows of an imported file, with line, column, code and value.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::record::{inserted, record};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::code::Code;
use domain::id::BatchId;

record! {
    /// Why a row was refused.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ImportProblem {
        /// The refused row's key.
        pub row: i64 = "refused_row",
        /// The line in the file, from 1.
        pub line: i64,
        /// The column, as named in the header.
        pub column: Option<String> = "column_name",
        /// The reason.
        pub code: Code,
        /// The value found there, shortened.
        pub value: String,
        /// What was probably meant, such as `acct_8` for `8`.
        pub suggestion: Option<String>,
    }
}

static LIST: Sql = Sql::new(sql!(
    "SELECT ",
    ImportProblem::COLUMNS,
    " FROM import_problem
     WHERE batch = $1
       AND refused_row NOT IN (SELECT id FROM refused_row WHERE batch = $1 AND settled_at IS NOT NULL)
     ORDER BY line, id LIMIT $2",
));
static BETWEEN: Sql = Sql::new(sql!(
    "SELECT ",
    ImportProblem::COLUMNS,
    " FROM import_problem
     WHERE batch = $1 AND refused_row BETWEEN $2 AND $3 ORDER BY refused_row, id",
));
static OF_LINES: Sql = Sql::new(sql!(
    "SELECT ",
    ImportProblem::COLUMNS,
    " FROM import_problem WHERE batch = $1 AND line BETWEEN $2 AND $3 ORDER BY line, id",
));
static PURGE: Sql = Sql::new("DELETE FROM import_problem WHERE batch = $1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&LIST, &BETWEEN, &OF_LINES, &PURGE];

/// Stores problems.
pub async fn insert(tx: &mut Tx, batch: BatchId, problems: &[ImportProblem]) -> Result<(), StoreError> {
    tx.insert(&INSERT, columns(problems, batch)).await.map(|_| ())
}

inserted! {
    INSERT into "import_problem",
    fn columns(problems: &[ImportProblem], batch: BatchId) each problem {
        batch = Column::Same(batch.0, problems.len()),
        line: problem.line,
        column_name: problem.column.clone(),
        code: problem.code,
        value: problem.value.clone(),
        refused_row: problem.row,
        suggestion: problem.suggestion.clone(),
    }
}

/// The first problems of a batch's open rows, ordered by line.
pub async fn list(tx: &mut Tx, batch: BatchId, limit: i64) -> Result<Vec<ImportProblem>, StoreError> {
    tx.fetch(&LIST, args![batch.0, limit]).await?.iter().map(Row::read).collect()
}

/// The problems of rows in a range of keys, ordered by row.
pub async fn between(
    tx: &mut Tx,
    batch: BatchId,
    (first, last): (i64, i64),
) -> Result<Vec<ImportProblem>, StoreError> {
    tx.fetch(&BETWEEN, args![batch.0, first, last]).await?.iter().map(Row::read).collect()
}

/// The problems of a batch's refused rows on a range of lines, in their order.
pub async fn of_lines(
    tx: &mut Tx,
    batch: BatchId,
    (first, last): (i64, i64),
) -> Result<Vec<ImportProblem>, StoreError> {
    tx.fetch(&OF_LINES, args![batch.0, first, last]).await?.iter().map(Row::read).collect()
}

/// Deletes the problems of an import that did not finish.
pub async fn purge(tx: &mut Tx, batch: BatchId) -> Result<(), StoreError> {
    tx.execute(&PURGE, args![batch.0]).await.map(|_| ())
}
