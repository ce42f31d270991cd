//! `approval approve`, `approval reject` and `approval withdraw`.

use crate::exit::{Exit, Failure};
use crate::out::time;
use crate::prompt;
use crate::say::say;
use crate::session::Session;
use crate::terminal::one_line;
use clap::Args;
use domain::batch::BatchState;
use serde_json::json;
use service::approval::{self, DecidedBatch, Decision};
use service::batch::{BatchRequest, read_ref};

/// A decision about a batch.
#[derive(Debug, Args)]
pub(crate) struct DecideArgs {
    /// Batch id or number
    id: String,
    /// Note, shown in the history
    #[arg(long, default_value = "", value_name = "TEXT")]
    note: String,
    /// Hash of the content that you saw; refused if the batch's differs
    #[arg(long, value_name = "HASH")]
    content_hash: Option<String>,
}

/// A batch, and a reason.
#[derive(Debug, Args)]
pub(crate) struct ApprovalWithdrawArgs {
    /// Batch id or number
    id: String,
    /// Reason, shown in the history
    #[arg(long, alias = "reason", default_value = "", value_name = "TEXT")]
    note: String,
}

impl DecideArgs {
    fn decision(&self) -> Decision {
        Decision { content_hash: self.content_hash.clone(), note: self.note.clone() }
    }
}

/// `approval approve`.
pub(crate) async fn approve(session: &Session, args: &DecideArgs) -> Result<Exit, Failure> {
    // Who is signed in is checked before the code is asked for.
    session.person(None).await?;
    let code = prompt::code(say("Authenticator code", "动态验证码"), session.language)?;
    let person = session.person(code).await?;
    let batch = read_ref(&args.id)?;
    let decided = approval::approve(&person.service, &person.actor, batch, &args.decision()).await?;
    session.keep(&person)?;
    answer(session, &decided)
}

/// `approval reject`.
pub(crate) async fn reject(session: &Session, args: &DecideArgs) -> Result<Exit, Failure> {
    session.person(None).await?;
    let code = prompt::code(say("Authenticator code", "动态验证码"), session.language)?;
    let person = session.person(code).await?;
    let batch = read_ref(&args.id)?;
    let decided = approval::reject(&person.service, &person.actor, batch, &args.decision()).await?;
    session.keep(&person)?;
    answer(session, &decided)
}

/// `approval withdraw`.
pub(crate) async fn withdraw(session: &Session, args: &ApprovalWithdrawArgs) -> Result<Exit, Failure> {
    let person = session.person(None).await?;
    let ask = BatchRequest::of(read_ref(&args.id)?).noted(&args.note);
    let batch = approval::withdraw(&person.service, &person.actor, ask).await?;
    let number = batch.number();
    let json = json!({ "batch_id": number, "status": batch.state.name() });
    let text = || {
        say!(
            session.language,
            "Your approval was withdrawn; {number} is pending again",
            "审批已撤回，{number} 恢复为待审批"
        )
    };
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}

fn answer(session: &Session, decided: &DecidedBatch) -> Result<Exit, Failure> {
    let (number, by) = (decided.batch.number(), one_line(&decided.by));
    let json = json!({
        "batch_id": number, "status": decided.batch.state.name(), "action": decided.action.name(),
        "decided_by": decided.by, "decided_at": time(decided.at), "lacking": decided.lacking,
    });
    let lacking = decided.lacking;
    session.out.answer(json, || match decided.batch.state {
        BatchState::Approved => {
            say!(session.language, "{by} approved {number}", "{by} 已审批通过 {number}")
        }
        BatchState::Rejected => say!(session.language, "{by} rejected {number}", "{by} 已拒绝 {number}"),
        _ => say!(
            session.language,
            "{by} approved {number}; approvals still needed: {lacking}",
            "{by} 已审批 {number}，还需{lacking}项审批"
        ),
    })?;
    Ok(Exit::Success)
}
