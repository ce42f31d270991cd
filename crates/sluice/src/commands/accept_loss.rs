//! `accept-loss`: a person lets a ledger that lost commits be written again, and says why.

use crate::exit::{Exit, Failure};
use crate::say::say;
use crate::session::Session;
use clap::Args;
use serde_json::json;
use service::backup::LastBackup;

/// Arguments of `accept-loss`.
#[derive(Debug, Args)]
#[command(
    after_help = "A ledger that lacks commits which its mark knows is not written (LEDGER_BEHIND). Look for \
                        the newest copy first: what is missing was acknowledged to somebody. The reason is kept in \
                        the audit log.\n\nExample:\n  sluice accept-loss --reason \"the disk of 12 May is lost; \
                        backup of 11 May restored\""
)]
pub(crate) struct AcceptLossArgs {
    /// Why the loss is accepted
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// Accepts it.
pub(crate) async fn run(session: &Session, args: &AcceptLossArgs) -> Result<Exit, Failure> {
    let (behind, known) = (session.behind.as_ref(), session.known.as_ref());
    let leap = session.service.accept_loss(&session.actor, behind, known, &args.reason).await?;
    session.renew_mark().await?;
    forget_backup_beyond(session, leap.commit_number);
    let place = session.service.store().shown();
    let lost = behind.map(ToString::to_string);
    let above = leap.numbers_above;
    let text = || {
        say!(
            session.language,
            "{place} can be written again. Its next transfer has a number above {above}.",
            "{place} 可以重新写入。下一笔转账的编号大于 {above}。"
        )
    };
    session.out.answer(json!({ "accepted": true, "lost": lost, "numbers_above": above }), text)?;
    Ok(Exit::Success)
}

/// A backup with commits that were lost is none of this ledger: the next one is due now.
fn forget_backup_beyond(session: &Session, commit_number: i64) {
    let Some(path) = &session.last_backup else { return };
    if LastBackup::read(path).is_some_and(|last| last.commit_number > commit_number) {
        // One that cannot be removed only makes the newest backup look younger than it is.
        drop(std::fs::remove_file(path));
    }
}
