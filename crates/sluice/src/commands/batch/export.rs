//! `batch export`: writes the result as CSV; a file is complete or not written at all.

use super::name::BatchName;
use crate::data_dir::replace;
use crate::exit::{Exit, Failure};
use crate::say::say;
use crate::session::Session;
use clap::Args;
use serde_json::json;
use service::batch;
use std::path::PathBuf;

/// Arguments of `batch export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub name: BatchName,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &ExportArgs) -> Result<Exit, Failure> {
    let (service, language) = (&session.service, session.language);
    let name = args.name.read()?;
    let Some(path) = &args.out else {
        if session.out.json {
            let text = say(
                "`batch export` with --json needs --out FILE",
                "`batch export` 与 --json 同用时须指定 --out FILE",
            );
            return Err(Failure::usage(text, language));
        }
        batch::export(service, name, language, std::io::stdout()).await?;
        return Ok(Exit::Success);
    };
    let batch = batch::named(service, name).await?;
    let count =
        replace(path, async |writer| Ok(batch::export(service, name, language, writer).await?)).await?;
    let file = path.display().to_string();
    let json = json!({ "batch_id": batch.number(), "id": batch.id.0, "items": count, "file": file });
    let number = batch.number();
    let text = || {
        say!(
            language,
            "{count} items of {number} were written to {file}",
            "{number} 的 {count} 笔转账明细已写入 {file}"
        )
    };
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}
