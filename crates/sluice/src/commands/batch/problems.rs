//! `batch problems`: the refused rows of a batch's file.

use super::name::BatchName;
use super::show;
use crate::commands::export_form::{self, form_of, number_of_rows};
use crate::commands::problem::{self, ShownProblem};
use crate::data_dir::replace;
use crate::exit::{Exit, Failure};
use crate::out::{left, right};
use crate::say::{Say, say};
use crate::session::Session;
use clap::Args;
use domain::batch_ref::BatchRef;
use domain::code::Code;
use formats::export::options::ExportForm;
use serde_json::{Value, json};
use service::batch;
use service::batch::problems::ProblemRow;
use std::path::{Path, PathBuf};

/// Maximum rows of an answer.
const PAGE: i64 = 1_000;
/// Maximum rows shown as text.
const SHOWN: usize = 50;

/// Arguments of `batch problems`.
#[derive(Debug, Args)]
pub(crate) struct ProblemsArgs {
    #[command(flatten)]
    pub name: BatchName,
    /// Only rows refused with this code, such as PAYEE_NOT_FOUND
    #[arg(long, value_name = "CODE", value_parser = code)]
    pub code: Option<Code>,
    /// Write the rows with keys and reasons to this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["code", "drop"])]
    pub out: Option<PathBuf>,
    /// With --out: csv, xlsx or jsonl [default: by the ending of the file's name]
    #[arg(long, value_name = "FORM", value_parser = export_form::form, requires = "out")]
    pub format: Option<ExportForm>,
    /// Drop the rows refused with this code, or all: they will not be paid
    #[arg(long, value_name = "CODE|all", requires = "count")]
    pub drop: Option<String>,
    /// Exact number of rows that --drop drops
    #[arg(long, value_name = "N", requires = "drop")]
    pub count: Option<i64>,
}

fn code(text: &str) -> Result<Code, Say> {
    let found = Code::ALL.iter().find(|code| code.name().eq_ignore_ascii_case(text)).copied();
    found.ok_or(say(
        "Unknown code; all codes are listed in docs/reference/error-codes.md",
        "没有此错误码；全部错误码见 docs/reference/error-codes.md",
    ))
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &ProblemsArgs) -> Result<Exit, Failure> {
    match (&args.drop, args.count, &args.out) {
        (Some(which), Some(count), _) => dropped(session, args.name.read()?, which, count).await,
        (_, _, Some(path)) => written(session, args.name.read()?, path, args.format).await,
        _ => list(session, args).await,
    }
}

async fn dropped(session: &Session, batch: BatchRef, which: &str, count: i64) -> Result<Exit, Failure> {
    let wrong = |text| Failure::usage(text, session.language);
    let code = if which == "all" { None } else { Some(code(which).map_err(wrong)?) };
    let batch = batch::drop_problems(&session.service, &session.actor, batch, code, count).await?;
    show::answer(session, batch, &[("dropped", json!(count))]).await
}

/// Writes the refused rows to a file and returns how many there are.
pub(super) async fn write(
    session: &Session,
    batch: BatchRef,
    path: &Path,
    format: Option<ExportForm>,
) -> Result<i64, Failure> {
    let options = export_form::options(session, form_of(path, format));
    replace(path, async |writer| {
        let manifest = batch::export_problems(&session.service, batch, &options, writer).await?;
        Ok(number_of_rows(&manifest))
    })
    .await
}

async fn written(
    session: &Session,
    batch: BatchRef,
    path: &Path,
    format: Option<ExportForm>,
) -> Result<Exit, Failure> {
    let (count, language) = (write(session, batch, path, format).await?, session.language);
    let file = path.display().to_string();
    let json = json!({ "rows": count, "file": file });
    let text =
        || say!(language, "{count} refused rows written to {file}", "{count} 行被拒绝的数据已写入 {file}");
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}

async fn list(session: &Session, args: &ProblemsArgs) -> Result<Exit, Failure> {
    let page = batch::problem_rows(&session.service, args.name.read()?, args.code, 0, PAGE).await?;
    let reasons = |row: &ProblemRow| row.problems.iter().cloned().map(ShownProblem::from).collect::<Vec<_>>();
    let one = |row: &ProblemRow| {
        json!({ "id": row.row.id, "line": row.row.line, "row": row.content(),
                "problems": problem::to_json(&reasons(row), session.language) })
    };
    let json = json!({ "batch_id": page.batch.number(), "id": page.batch.id.0, "total": page.total,
                       "problems": page.rows.iter().map(one).collect::<Value>() });
    let cells = |row: &ProblemRow| {
        let texts = reasons(row).iter().map(|reason| reason.in_words(session.language)).collect::<Vec<_>>();
        vec![row.row.id.to_string(), row.row.line.to_string(), texts.join("; ")]
    };
    let text = || {
        let header = [right("key", "行键"), right("line", "行"), left("reason", "原因")];
        let rows = session.out.table(&header, page.rows.iter().take(SHOWN).map(cells));
        let total = page.total;
        say!(session.language, "{total} refused rows are open\n{rows}", "{total} 行被拒绝且尚未处理\n{rows}")
    };
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}
