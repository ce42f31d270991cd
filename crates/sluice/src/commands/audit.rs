//! `audit`: the audit log, including refusals, newest first; all of it in a file; one entry of it; and signed
//! checkpoints of its chain.

mod checkpoint;

pub(crate) use checkpoint::new_key;

use crate::commands::export_form;
use crate::data_dir::replace;
use crate::exit::{Exit, Failure};
use crate::list::{Page, PageArgs};
use crate::out::{Column, left, or_empty, right, time};
use crate::say::say;
use crate::session::Session;
use clap::{Args, Subcommand};
use formats::export::options::ExportForm;
use serde_json::{Value, json};
use service::Error;
use service::audit::{self, AuditExport, AuditFilter, AuditQuery, AuditRow};
use std::io::Write;
use std::path::PathBuf;

/// Arguments of `audit`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Days are in the organisation's time zone (`sluice setting show`).\n\nExample:\n  sluice audit --from \
                  2026-05-01 --to 2026-05-31 --action account.status --limit 50\n  sluice audit export --from \
                  2026-05-01 --out may.jsonl"
)]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    pub verb: Option<AuditVerb>,
    #[command(flatten)]
    pub entries: EntryArgs,
    #[command(flatten)]
    pub page: PageArgs,
}

/// What to do with the audit log, other than to list it.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditVerb {
    /// Write every entry that matches, newest first
    #[command(
        after_help = "Example:\n  sluice audit export --out audit.jsonl\n  sluice audit export --out audit.xlsx"
    )]
    Export(AuditExportArgs),
    /// Show an entry
    #[command(after_help = "Example:\n  sluice audit show 4711")]
    Show {
        /// The entry's id
        id: i64,
    },
    /// Make a key that signs checkpoints, and print its public key
    #[command(
        after_help = "Keep the key away from the ledger's machine, and note the public key: `sluice verify \
                      --public-key` takes it.\n\nExample:\n  sluice audit key /media/safe/checkpoint.key"
    )]
    Key {
        /// New file for the key
        file: PathBuf,
    },
    /// Sign what the ledger is now, in a file outside it
    #[command(
        after_help = "`sluice verify --checkpoint FILE` then finds whatever was changed, removed or put back in \
                      the ledger up to this commit.\n\nExample:\n  sluice audit checkpoint --key \
                      /media/safe/checkpoint.key --to /media/safe/2026-05-31.json"
    )]
    Checkpoint {
        /// File with the signing key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// New file for the checkpoint
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
}

/// Which entries.
#[derive(Debug, Args)]
pub(crate) struct EntryArgs {
    /// Only from this day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Only up to this day
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// Only actions of this user, key or part of the system
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,
    /// Only this action, such as transfer.create
    #[arg(long, value_name = "NOUN.VERB")]
    pub action: Option<String>,
    /// Only with this result: ok, or a refusal's code
    #[arg(long, value_name = "RESULT")]
    pub result: Option<String>,
}

/// Arguments of `audit export`.
#[derive(Debug, Args)]
pub(crate) struct AuditExportArgs {
    #[command(flatten)]
    pub entries: EntryArgs,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// csv, xlsx or jsonl [default: by the ending of the file's name, else jsonl]
    #[arg(long, value_name = "FORM", value_parser = export_form::form)]
    pub format: Option<ExportForm>,
}

impl EntryArgs {
    fn query(&self, below: Option<i64>, limit: i64) -> AuditQuery {
        let filter = AuditFilter {
            actor: self.actor.clone(),
            action: self.action.clone(),
            result: self.result.clone(),
            ..AuditFilter::default()
        };
        AuditQuery { filter, from: self.from.clone(), to: self.to.clone(), below, limit }
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &AuditArgs) -> Result<Exit, Failure> {
    match &args.verb {
        None => list(session, args).await,
        Some(AuditVerb::Export(args)) => export(session, args).await,
        Some(AuditVerb::Show { id }) => show(session, *id).await,
        Some(AuditVerb::Checkpoint { key, to }) => checkpoint::make(session, key, to).await,
        // `main` makes keys, which need no ledger.
        Some(AuditVerb::Key { .. }) => Ok(Exit::Success),
    }
}

async fn list(session: &Session, args: &AuditArgs) -> Result<Exit, Failure> {
    let query = args.entries.query(args.page.id()?, args.page.limit);
    let found = audit::list(&session.service, &query).await?;
    let (rows, next) = (found.rows, found.next.map(|id| id.to_string()));
    let total = audit::count(&session.service, &query).await?;
    let cells = |r: &AuditRow| {
        vec![
            r.id.to_string(),
            time(r.at),
            r.actor.name.clone(),
            r.action.clone(),
            subject(r),
            r.result.clone(),
            r.detail.clone(),
        ]
    };
    let page = Page { rows: rows.iter().map(to_json).collect(), total, next };
    page.answer(session.out, "rows", || session.out.table(&HEADER, rows.iter().map(cells)))?;
    Ok(Exit::Success)
}

const HEADER: [Column; 7] = [
    right("id", "编号"),
    left("time", "时间"),
    left("actor", "操作人"),
    left("action", "操作"),
    left("subject", "对象"),
    left("result", "结果"),
    left("detail", "详情"),
];

async fn export(session: &Session, args: &AuditExportArgs) -> Result<Exit, Failure> {
    let language = session.language;
    let query = args.entries.query(None, 1);
    let Some(path) = &args.out else {
        if session.out.json {
            let text = say(
                "`audit export` with --json needs --out FILE",
                "`audit export` 与 --json 同用时须指定 --out FILE",
            );
            return Err(Failure::usage(text, language));
        }
        write(session, query, args.format, std::io::stdout()).await?;
        return Ok(Exit::Success);
    };
    let form = args.format.or_else(|| export_form::by_name(path));
    let rows = replace(path, async |writer| write(session, query.clone(), form, writer).await).await?;
    let file = path.display().to_string();
    let text = || {
        say!(
            language,
            "{rows} entries of the audit log were written to {file}",
            "审计日志的 {rows} 个条目已写入 {file}"
        )
    };
    session.out.answer(json!({ "rows": rows, "file": file }), text)?;
    Ok(Exit::Success)
}

/// Writes an export and returns how many entries it has. Without a form it is JSON lines.
async fn write(
    session: &Session,
    query: AuditQuery,
    form: Option<ExportForm>,
    mut to: impl Write + Send,
) -> Result<i64, Failure> {
    if let Some(form @ (ExportForm::Csv | ExportForm::Xlsx)) = form {
        let options = export_form::options(session, form);
        let manifest = audit::export(&session.service, query, &options, to).await?;
        return Ok(export_form::number_of_rows(&manifest));
    }
    let mut export = AuditExport::new(session.service.clone(), query);
    while let Some(lines) = export.next().await? {
        to.write_all(&lines).map_err(Error::Io)?;
    }
    to.flush().map_err(Error::Io)?;
    Ok(export.rows())
}

async fn show(session: &Session, id: i64) -> Result<Exit, Failure> {
    let row = audit::show(&session.service, id).await?;
    let text = || {
        session.out.fields(&[
            (say("id", "编号"), row.id.to_string()),
            (say("time", "时间"), time(row.at)),
            (say("actor", "操作人"), row.actor.name.clone()),
            (say("origin", "来源"), row.origin.clone()),
            (say("action", "操作"), row.action.clone()),
            (say("subject", "对象"), subject(&row)),
            (say("result", "结果"), row.result.clone()),
            (say("detail", "详情"), row.detail.clone()),
            (say("digest", "摘要"), or_empty(row.digest.as_deref())),
        ])
    };
    session.out.answer(to_json(&row), text)?;
    Ok(Exit::Success)
}

/// The noun and the id.
fn subject(row: &AuditRow) -> String {
    row.subject_id.map_or_else(|| row.subject.clone(), |id| format!("{} {id}", row.subject))
}

fn to_json(row: &AuditRow) -> Value {
    let detail: Value = serde_json::from_str(&row.detail).unwrap_or_else(|_| json!(row.detail));
    json!({ "id": row.id, "at": time(row.at), "actor": row.actor.name, "origin": row.origin, "action": row.action,
            "subject": row.subject, "subject_id": row.subject_id, "result": row.result, "detail": detail,
            "digest": row.digest })
}
