//! Refused rows of files: they stay with the batch until they are corrected or dropped.

use super::edit::{draft, edited};
use super::items::number_of_rows;
use super::lookup::{changed, find};
use super::request::BatchRequest;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::batch_ref::BatchRef;
use domain::code::{Code, Language};
use domain::fact::Action;
use domain::id::BatchId;
use formats::export::columns::problem::{PROBLEMS, ProblemExportRow};
use formats::export::manifest::Manifest;
use formats::export::options::ExportOptions;
use formats::export::writer::ExportWriter;
use hashbrown::HashMap;
use serde_json::{Map, Value};
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;
use store::counter::{self, Counter};
use store::import_problem::ImportProblem;
use store::refused_row::RefusedRow;

/// Rows per step.
const STEP: i64 = 1_000;

/// A refused row that is not stored yet.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    /// Its line in the file.
    pub line: i64,
    /// Its content; none if it could not be parsed.
    pub content: Option<Map<String, Value>>,
    /// Why it was refused: at least one reason.
    pub problems: Vec<ImportProblem>,
}

/// A refused row and why it was refused.
#[derive(Debug, Clone)]
pub struct ProblemRow {
    /// The row.
    pub row: RefusedRow,
    /// The reasons, in the order they were found.
    pub problems: Vec<ImportProblem>,
}

/// A page of a batch's open refused rows.
#[derive(Debug, Clone)]
pub struct ProblemPage {
    /// The batch.
    pub batch: Batch,
    /// The rows.
    pub rows: Vec<ProblemRow>,
    /// How many there are in total.
    pub total: i64,
}

impl ProblemRow {
    /// The row's content by field; empty if it could not be parsed.
    #[must_use]
    pub fn content(&self) -> Map<String, Value> {
        let text = self.row.content.as_deref().unwrap_or("{}");
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// A page of a batch's open refused rows after a key; if a code is given, only those refused for it.
pub async fn problem_rows(
    service: &Service,
    batch: BatchRef,
    code: Option<Code>,
    after: i64,
    limit: i64,
) -> Result<ProblemPage, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    let total = store::refused_row::count(&mut tx, batch.id, code).await?;
    let rows = open_rows(&mut tx, batch.id, code, after, limit).await?;
    Ok(ProblemPage { batch, rows, total })
}

/// Drops a draft's open refused rows; if a code is given, only those refused for it. `count` is how many
/// the caller expects to drop: `PROBLEMS_OPEN` with the actual number if there are more or fewer.
pub async fn drop_problems<'a>(
    service: &Service,
    actor: &Actor,
    request: impl Into<BatchRequest<'a>>,
    code: Option<Code>,
    count: i64,
) -> Result<Batch, Error> {
    let request = request.into();
    let mut write = claimed!(service.write(actor, Action::BatchEdit));
    let done = drop_problems_in(&mut write, &request, code, count).await;
    write.end(done).await
}

/// Writes the open refused rows with their reasons and keys. The file can be corrected and imported again: as a
/// repair, or, without its key column, as new rows.
pub async fn export_problems<W: std::io::Write + Send>(
    service: &Service,
    batch: BatchRef,
    options: &ExportOptions,
    to: W,
) -> Result<Manifest, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    let mut writer = ExportWriter::new(&PROBLEMS, options, to)?;
    each_open_row(&mut tx, batch.id, |row| write_row(&mut writer, row, options.language)).await?;
    // Finishing a workbook takes a while: the ledger's snapshot is not held for it.
    drop(tx);
    Ok(writer.finish()?.1)
}

/// Writes each open refused row, step by step, and returns how many there were.
pub(super) async fn each_open_row(
    tx: &mut Tx,
    batch: BatchId,
    mut write: impl FnMut(&ProblemRow) -> Result<(), Error>,
) -> Result<i64, Error> {
    let (mut after, mut count) = (0, 0);
    loop {
        let rows = open_rows(tx, batch, None, after, STEP).await?;
        let Some(last) = rows.last() else { return Ok(count) };
        after = last.row.id;
        for row in &rows {
            write(row)?;
            count += 1;
        }
    }
}

fn write_row<W: std::io::Write + Send>(
    writer: &mut ExportWriter<W>,
    row: &ProblemRow,
    language: Language,
) -> Result<(), Error> {
    let content = row.content();
    let field = |name: &str| content.get(name).and_then(Value::as_str).unwrap_or_default();
    let codes: Vec<&str> = row.problems.iter().map(|problem| problem.code.name()).collect();
    let reasons: Vec<String> = row.problems.iter().map(|problem| reason(problem, language)).collect();
    let row = ProblemExportRow {
        sluice_row: row.row.id,
        line: row.row.line,
        payer: field("payer"),
        payee: field("payee"),
        account: field("account"),
        email: field("email"),
        uid: field("uid"),
        amount: field("amount"),
        ratio: field("ratio"),
        currency: field("currency"),
        memo: field("memo"),
        reference: field("reference"),
        external_id: field("external_id"),
        code: &codes.join(" "),
        reason: &reasons.join("; "),
    };
    Ok(writer.row(&row.cells())?)
}

/// Column, reason and suggestion, in one line.
pub(super) fn reason(problem: &ImportProblem, language: Language) -> String {
    let place = problem.column.as_deref().map_or_else(String::new, |column| format!("{column}: "));
    let suggestion = problem.suggestion.as_deref().map_or_else(String::new, |text| format!(" ({text})"));
    format!("{place}{}{suggestion}", problem.code.message(language))
}

async fn drop_problems_in(
    write: &mut Write,
    request: &BatchRequest<'_>,
    code: Option<Code>,
    count: i64,
) -> Result<WriteResult<Batch>, Error> {
    let batch = draft(write, request).await?;
    let open = store::refused_row::count(&mut write.tx, batch.id, code).await?;
    if open != count {
        return Err(Error::refused(Code::ProblemsOpen, open.to_string()));
    }
    store::refused_row::drop_open(&mut write.tx, batch.id, code, write.now).await?;
    count_open(&mut write.tx, batch.id).await?;
    // An edit like any other: a submission based on the draft with these rows is refused.
    store::batch::raise_version(&mut write.tx, batch.id).await?;
    let fact = edited(&batch, request).with("dropped", count).with("code", code.map(Code::name));
    Ok(WriteResult::one(changed(write, batch.id).await?, fact))
}

/// Open rows with their reasons.
async fn open_rows(
    tx: &mut Tx,
    batch: BatchId,
    code: Option<Code>,
    after: i64,
    limit: i64,
) -> Result<Vec<ProblemRow>, Error> {
    let rows = store::refused_row::open(tx, batch, code, after, limit.clamp(0, STEP)).await?;
    let Some((first, last)) = rows.first().zip(rows.last()) else { return Ok(Vec::new()) };
    let mut problems: HashMap<i64, Vec<ImportProblem>> = HashMap::new();
    for problem in store::import_problem::between(tx, batch, (first.id, last.id)).await? {
        problems.entry(problem.row).or_default().push(problem);
    }
    let with = |row: RefusedRow| ProblemRow { problems: problems.remove(&row.id).unwrap_or_default(), row };
    Ok(rows.into_iter().map(with).collect())
}

/// Stores refused rows with their reasons; each row draws its key.
pub(crate) async fn keep(tx: &mut Tx, batch: BatchId, refused: &mut [Refused]) -> Result<(), Error> {
    if refused.is_empty() {
        return Ok(());
    }
    let first = counter::take(tx, Counter::Number, number_of_rows(refused.len())).await?;
    let (mut rows, mut problems) = (Vec::with_capacity(refused.len()), Vec::new());
    for (one, id) in refused.iter_mut().zip(first..) {
        one.problems.iter_mut().for_each(|problem| problem.row = id);
        problems.extend_from_slice(&one.problems);
        let content = one.content.as_ref().map(|content| Value::Object(content.clone()).to_string());
        rows.push(RefusedRow { id, batch, line: one.line, content, settled_at: None, item: None });
    }
    store::refused_row::insert(tx, &rows).await?;
    Ok(store::import_problem::insert(tx, batch, &problems).await?)
}

/// Updates the batch's count of open refused rows.
pub(crate) async fn count_open(tx: &mut Tx, batch: BatchId) -> Result<i64, Error> {
    let open = store::refused_row::count(tx, batch, None).await?;
    store::batch::set_refused(tx, batch, open).await?;
    Ok(open)
}

/// Deletes the refused rows of an unfinished import.
pub(crate) async fn purge(tx: &mut Tx, batch: BatchId) -> Result<(), Error> {
    store::import_problem::purge(tx, batch).await?;
    Ok(store::refused_row::purge(tx, batch).await?)
}
