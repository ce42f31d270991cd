//! `batch evidence`: writes the evidence pack of a batch; the file is complete or not written at all.

use super::name::BatchName;
use crate::data_dir::replace;
use crate::exit::{Exit, Failure};
use crate::say::say;
use crate::session::Session;
use clap::Args;
use domain::code::Code;
use serde_json::json;
use service::{Error, batch};
use std::io::Write;
use std::path::{Path, PathBuf};
use upkeep::checkpoint::Checkpoint;

/// Arguments of `batch evidence`.
#[derive(Debug, Args)]
pub(crate) struct EvidenceArgs {
    #[command(flatten)]
    pub name: BatchName,
    /// File to write [default: the batch's number and -evidence.zip, in this folder]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// File of `audit checkpoint`, made after the batch had ended: the audit entries are proved up to it
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &EvidenceArgs) -> Result<Exit, Failure> {
    let known = args.checkpoint.as_deref().map(checkpoint).transpose()?;
    let commit = known.as_ref().map(|known| known.commit_number);
    let mut pack = batch::evidence(&session.service, args.name.read()?, commit).await?;
    let (commit, hash) = pack.chain_end();
    if known.is_some_and(|known| known.chain != hash) {
        return Err(Error::bilingual(
            Code::CheckpointUnfit,
            format!("at commit {commit} this ledger has another history; run `sluice verify --checkpoint`"),
            format!("本账本在提交 {commit} 处的历史与检查点不同；请运行 `sluice verify --checkpoint`"),
        )
        .into());
    }
    let (number, id) = (pack.batch().number(), pack.batch().id.0);
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from(pack.file_name()));
    let bytes = replace(&path, async |writer| {
        let mut written = 0;
        while let Some(bytes) = pack.next().await? {
            writer.write_all(&bytes).map_err(Error::Io)?;
            written += i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        }
        Ok(written)
    })
    .await?;
    let file = path.display().to_string();
    let json = json!({ "batch_id": number, "id": id, "bytes": bytes, "file": file, "commit_number": commit });
    let text = || {
        say!(
            session.language,
            "The evidence of {number} was written to {file}; README.txt in it says how to confirm it",
            "{number} 的证据包已写入 {file}；核实方法见其中的说明"
        )
    };
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}

/// Reads a checkpoint. Who signed it does not matter here: the public key is compared where the pack is confirmed.
fn checkpoint(file: &Path) -> Result<Checkpoint, Failure> {
    let text =
        std::fs::read_to_string(file).map_err(|error| Failure::File { path: file.to_owned(), error })?;
    Ok(Checkpoint::parse(&text, None)?)
}
