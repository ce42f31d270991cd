//! What to do next with a batch: the last lines of an answer.

use crate::exit::Failure;
use crate::say::say;
use crate::session::{Session, major};
use crate::terminal::one_line;
use domain::asset::Asset;
use domain::batch::BatchState;
use service::approval::{self, ApprovalStanding};
use store::batch::Batch;

/// The commands that bring a draft or a submitted batch on; empty for any other.
pub(super) async fn steps(session: &Session, batch: &Batch) -> Result<String, Failure> {
    let (language, number, open) = (session.language, batch.number(), batch.refused_count);
    if batch.state == BatchState::Draft && open > 0 {
        return Ok(say!(
            language,
            "{open} refused rows are open. List them with `sluice batch problems {number}`, correct them with \
             `sluice batch import --into {number} FILE`,\nor leave them unpaid with \
             `sluice batch submit {number} --leave-problems {open}`.",
            "有 {open} 行被拒绝且尚未处理：用 `sluice batch problems {number}` 查看，\
             用 `sluice batch import --into {number} FILE` 修正，\n\
             或用 `sluice batch submit {number} --leave-problems {open}` 提交批次而不支付这些行。"
        ));
    }
    if !matches!(batch.state, BatchState::Draft | BatchState::Pending) {
        return Ok(String::new());
    }
    let standing = approval::standing_of(&session.service, batch).await?;
    Ok(if standing.needed > standing.given {
        let asset = session.asset(batch.asset).await?;
        approvals(session, (batch, &asset), &standing)
    } else {
        say!(
            language,
            "Next: `sluice batch preview {number}`, then `sluice batch run {number}`",
            "下一步：`sluice batch preview {number}`，然后 `sluice batch run {number}`"
        )
    })
}

/// A batch that needs approvals: how many, and whose.
fn approvals(session: &Session, (batch, asset): (&Batch, &Asset), standing: &ApprovalStanding) -> String {
    let (number, needed) = (batch.number(), standing.needed);
    let logins: Vec<String> = standing.may_approve.iter().map(|user| one_line(&user.login)).collect();
    let who = logins.join(", ");
    let next = match batch.state {
        BatchState::Draft => format!("sluice batch submit {number}"),
        _ => format!("sluice approval show {number}"),
    };
    let why = if standing.same_day > 0 { same_day(session, standing, asset) } else { String::new() };
    say!(
        session.language,
        "Approvals needed before it runs: {needed}; who may approve: {who}.\n{why}Next: `{next}`",
        "执行前需要 {needed} 项审批；可审批人：{who}。\n{why}下一步：`{next}`"
    )
}

/// Why a batch may need more than its own amount asks for.
fn same_day(session: &Session, standing: &ApprovalStanding, asset: &Asset) -> String {
    let (sum, currency) = (major(standing.same_day, asset), &asset.code);
    say!(
        session.language,
        "{sum} {currency} submitted before on that day by the same maker, with the same account, count too.\n",
        "同一制单人当日此前以同一账户提交的 {sum} {currency} 一并计入审批档次。\n"
    )
}
