//! `accept-loss`: a person lets a ledger that lost commits be written again, and says why.

use crate::exit::{Exit, Failure};
use crate::say::say;
use crate::session::Session;
use clap::Args;
use serde_json::json;

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
    session.service.accept_loss(&session.actor, session.behind.as_ref(), &args.reason).await?;
    session.renew_mark().await?;
    let place = session.service.store().shown();
    let lost = session.behind.as_ref().map(ToString::to_string);
    let text = || say!(session.language, "{place} can be written again.", "{place} 可以重新写入。");
    session.out.answer(json!({ "accepted": true, "lost": lost }), text)?;
    Ok(Exit::Success)
}
