//! `backup`: a copy of the ledger as of one moment, made while other processes may write.

use crate::exit::{Exit, Failure};
use crate::out::note;
use crate::say::{Say, say};
use crate::session::Session;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use upkeep::backup::{LastBackup, Manifest};

const ON_SERVER: Say = say(
    "Back up a ledger on a server with the database's own tools, such as pg_basebackup with log archiving; \
     `sluice copy --keep` makes a copy in a directory",
    "服务器上的账本请用数据库自身的工具备份（例如 `pg_basebackup` 配合日志归档）；可用 `sluice copy --keep` 复制到目录",
);

/// Arguments of `backup`.
#[derive(Debug, Args)]
#[command(
    after_help = "A backup does not block a running server. It is verified from its postings up before the \
                        command succeeds.\n\nExample:\n  sluice --data ./data backup --to \
                        /mnt/backup/2026-05-31"
)]
pub(crate) struct BackupArgs {
    /// Directory for the backup; it must be empty or not exist yet
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
}

/// Makes the backup.
pub(crate) async fn run(session: &Session, args: &BackupArgs) -> Result<Exit, Failure> {
    if !session.store.is_file() {
        return Err(Failure::usage(ON_SERVER, session.language));
    }
    if let Some(behind) = &session.behind {
        // A backup of a ledger that lost commits would replace a better one.
        return Err(service::StoreError::Behind(behind.clone()).into());
    }
    let made = upkeep::backup::run(&session.store, &args.to, session.service.now()).await?;
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

/// Records the backup where a server on this ledger reads the age of its newest backup. If that fails, the
/// backup is still valid.
fn remember(session: &Session, made: &Manifest) {
    let Some(path) = &session.last_backup else { return };
    if let Err(error) = LastBackup::of(made).keep(path) {
        let path = path.display();
        note(&say!(
            session.language,
            "warning: the server will not know of this backup, because {path} cannot be written: {error}",
            "警告：无法写入 {path}，服务器无法得知此备份：{error}"
        ));
    }
}
