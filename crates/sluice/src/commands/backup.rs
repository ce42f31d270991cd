//! `backup`: a copy of the ledger as of one moment, beside whoever writes to it.

use crate::exit::{Exit, Failure};
use crate::out::note;
use crate::say::{Say, say};
use crate::session::Session;
use clap::Args;
use serde_json::json;
use service::backup::{LastBackup, Manifest};
use std::path::PathBuf;

const ON_SERVER: Say = say(
    "A ledger on a server is backed up by the server's own means, such as pg_basebackup with the archived log; \
     `sluice copy --keep` makes a copy in a directory",
    "服务器上的账本请用数据库自身的方式备份（例如 `pg_basebackup` 及日志归档）；可用 `sluice copy --keep` 复制到目录",
);

/// Arguments of `backup`.
#[derive(Debug, Args)]
#[command(
    after_help = "Nobody waits for it: a server goes on. The backup is verified from its postings up before \
                        the command succeeds.\n\nExample:\n  sluice --data ./data backup --to \
                        /mnt/backup/2026-05-31"
)]
pub(crate) struct BackupArgs {
    /// A directory that is empty or not there yet
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
}

/// Makes it.
pub(crate) async fn run(session: &Session, args: &BackupArgs) -> Result<Exit, Failure> {
    if !session.service.store().is_file() {
        return Err(Failure::usage(ON_SERVER, session.language));
    }
    if let Some(behind) = &session.behind {
        // Made of what is left it would take the place of a better one.
        return Err(service::StoreError::Behind(behind.clone()).into());
    }
    let made = session.service.backup(&args.to).await?;
    remember(session, &made);
    let (to, commit, bytes) = (args.to.display(), made.commit_number, made.bytes);
    let text = || {
        say!(
            session.language,
            "{to} is a verified backup up to commit {commit} ({bytes} bytes).",
            "{to} 为已核对的备份，截至第 {commit} 次提交（{bytes} 字节）。"
        )
    };
    let json = json!({
        "to": args.to, "ledger": made.ledger, "commit_number": commit, "schema": made.schema, "bytes": bytes,
        "sha256": made.sha256, "verified": true,
    });
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}

/// Notes it where a server on this ledger reads how old its newest backup is. The backup is one all the same.
fn remember(session: &Session, made: &Manifest) {
    let Some(path) = &session.last_backup else { return };
    if let Err(error) = LastBackup::of(made).keep(path) {
        let path = path.display();
        note(&say!(
            session.language,
            "warning: the server will not know of this backup: {path}: {error}",
            "警告：服务器无法得知此备份：{path}：{error}"
        ));
    }
}
