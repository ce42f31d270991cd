//! `accept-loss`: accepts, with a reason, that commits were lost, so that the ledger can be written again.

use crate::exit::{Exit, Failure};
use crate::say::say;
use crate::session::Session;
use clap::Args;
use serde_json::json;
use upkeep::backup::LastBackup;
use upkeep::loss::{self, Loss};

/// Arguments of `accept-loss`.
#[derive(Debug, Args)]
#[command(
    after_help = "A ledger that lacks commits its mark has recorded cannot be written (LEDGER_BEHIND). \
                        Look for the newest copy first: the missing commits were acknowledged to clients. The \
                        reason is kept in the audit log.\n\nExample:\n  sluice accept-loss --reason \"the disk \
                        of 12 May is lost; backup of 11 May restored\""
)]
pub(crate) struct AcceptLossArgs {
    /// Why the loss is accepted
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// Accepts the loss.
pub(crate) async fn run(session: &Session, args: &AcceptLossArgs) -> Result<Exit, Failure> {
    let (behind, known) = (session.behind.as_ref(), session.known.as_ref());
    let loss = Loss { behind, mark: known, reason: &args.reason };
    let leap = loss::accept(&session.store, &session.actor, loss, session.service.now()).await?;
    session.renew_mark().await?;
    forget_backup_beyond(session, leap.commit_number);
    let place = session.store.shown();
    let lost = behind.map(ToString::to_string);
    let above = leap.numbers_above;
    let text = || {
        say!(
            session.language,
            "{place} can be written again. The number of its next transfer will be above {above}.",
            "{place} 可以重新写入。下一笔转账的编号大于 {above}。"
        )
    };
    session.out.answer(json!({ "accepted": true, "lost": lost, "numbers_above": above }), text)?;
    Ok(Exit::Success)
}

/// Forgets a newest backup that contains lost commits: it is not a backup of this ledger, so the next one is
/// due now.
fn forget_backup_beyond(session: &Session, commit_number: i64) {
    let Some(path) = &session.last_backup else { return };
    if LastBackup::read(path).is_some_and(|last| last.commit_number > commit_number) {
        // If it cannot be removed, the newest backup only looks more recent than it is.
        drop(std::fs::remove_file(path));
    }
}
