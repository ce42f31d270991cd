//! `restore`: a data directory of a backup.

use crate::cli::Globals;
use crate::data_dir::{DataDir, MarkPlace};
use crate::exit::{Exit, Failure};
use crate::say::say;
use clap::Args;
use serde_json::json;
use service::backup::LastBackup;
use std::path::PathBuf;

/// Arguments of `restore`.
#[derive(Debug, Args)]
#[command(
    after_help = "The ledger goes into the data directory (--data), where none may be: move a damaged one \
                        away first, and keep it.\nWhat was committed after the backup is missing then. Where the \
                        mark of the ledger's head knows more, nothing is written until somebody accepts the loss: \
                        `sluice accept-loss --reason TEXT`.\n\nExample:\n  sluice --data ./data restore --from \
                        /mnt/backup/2026-05-31"
)]
pub(crate) struct RestoreArgs {
    /// The directory of the backup
    #[arg(long, value_name = "DIR")]
    pub from: PathBuf,
}

/// Restores it.
pub(crate) fn run(globals: &Globals, args: &RestoreArgs) -> Result<Exit, Failure> {
    let language = globals.language();
    if globals.database.is_some() {
        let text = say(
            "A backup is restored into a data directory: --data DIR",
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
    let restored = service::backup::restore(&args.from, &directory.database())?;
    // A newer backup than this one has commits that are not in this ledger any more. A note that cannot be kept makes
    // the backup only look older than it is.
    let place = MarkPlace::of(&directory, globals.mark_dir.as_deref())?;
    drop(LastBackup::of(&restored).keep(&place.last_backup()));
    let (data, commit) = (globals.data.display(), restored.commit_number);
    let text = || {
        say!(
            language,
            "{data} has the ledger up to commit {commit}.\nNext: `sluice --data {data} verify`",
            "{data} 已恢复账本，截至第 {commit} 次提交。\n下一步：`sluice --data {data} verify`"
        )
    };
    let json = json!({ "data": globals.data, "ledger": restored.ledger, "commit_number": commit });
    globals.out().answer(json, text)?;
    Ok(Exit::Success)
}
