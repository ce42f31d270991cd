//! `restore`: restores a backup into a data directory.

use crate::data_dir::{DataDir, MarkPlace};
use crate::exit::{Exit, Failure};
use crate::globals::Globals;
use crate::say::say;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use upkeep::backup::LastBackup;

/// Arguments of `restore`.
#[derive(Debug, Args)]
#[command(
    after_help = "The ledger is restored into the data directory (--data), which must not contain one: \
                        move a damaged ledger away first, and keep it.\nCommits made after the backup are \
                        missing then. If the mark of the ledger's head has recorded them, nothing can be \
                        written until the loss is accepted: `sluice accept-loss --reason TEXT`.\n\nExample:\n  \
                        sluice --data ./data restore --from /mnt/backup/2026-05-31"
)]
pub(crate) struct RestoreArgs {
    /// Directory of the backup
    #[arg(long, value_name = "DIR")]
    pub from: PathBuf,
}

/// Restores the backup.
pub(crate) fn run(globals: &Globals, args: &RestoreArgs) -> Result<Exit, Failure> {
    let language = globals.language();
    if globals.database.is_some() {
        let text = say(
            "A backup can only be restored into a data directory: --data DIR",
            "备份只能恢复到数据目录：--data DIR",
        );
        return Err(Failure::usage(text, language));
    }
    let directory = DataDir(globals.data.clone());
    directory.make()?;
    let _lock = directory.lock()?;
    if directory.has_ledger() || directory.has_log() {
        return Err(Failure::Exists(globals.data.display().to_string()));
    }
    let restored = upkeep::backup::restore(&args.from, &directory.database())?;
    // A newer backup contains commits that are no longer in this ledger, so this one becomes the newest. If
    // the note cannot be written, the backup only looks older than it is.
    let place = MarkPlace::of(&directory, globals.mark_dir.as_deref())?;
    drop(LastBackup::of(&restored).keep(&place.last_backup()));
    let (data, commit) = (globals.data.display(), restored.commit_number);
    let text = || {
        say!(
            language,
            "The ledger was restored into {data} up to commit {commit}.\nNext: `sluice --data {data} verify`",
            "账本已恢复到 {data}，截至第 {commit} 次提交。\n下一步：`sluice --data {data} verify`"
        )
    };
    let json = json!({ "data": globals.data, "ledger": restored.ledger, "commit_number": commit });
    globals.out().answer(json, text)?;
    Ok(Exit::Success)
}
