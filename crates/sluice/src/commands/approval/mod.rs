//! `approval`: what batches wait for, decisions about them, and approval policies. Only a person decides: `sluice
//! login` first.

mod decide;
mod level;
mod policy;
mod show;

use crate::exit::{Exit, Failure};
use crate::session::{Access, Session};
use clap::{Args, Subcommand};
use service::batch::read_ref;

/// Arguments of `approval`.
#[derive(Debug, Args)]
pub(crate) struct ApprovalArgs {
    #[command(subcommand)]
    pub verb: ApprovalVerb,
}

/// What to do with approvals.
#[derive(Debug, Subcommand)]
pub(crate) enum ApprovalVerb {
    /// List the batches that wait for approvals, the longest waiting first
    #[command(after_help = "Example:\n  sluice approval list\n  sluice approval list --which mine")]
    List(show::ListArgs),
    /// Show what approvals a batch needs and has, and who may still approve it
    #[command(after_help = "Example:\n  sluice approval show batch-20260531-001")]
    Show {
        /// Batch id or number
        id: String,
    },
    /// Approve a batch, as the person who signed in
    #[command(
        after_help = "Sign in with `sluice login` first. The code of your authenticator app is asked for at the \
                            terminal, or read from standard input.\n\nExample:\n  sluice approval approve \
                            batch-20260531-001 --note checked"
    )]
    Approve(decide::DecideArgs),
    /// Reject a batch, as the person who signed in
    #[command(after_help = "Example:\n  sluice approval reject batch-20260531-001 --note \"wrong month\"")]
    Reject(decide::DecideArgs),
    /// Withdraw your approval of a batch that has not begun; all its approvals become void
    #[command(
        after_help = "Example:\n  sluice approval withdraw batch-20260531-001 --note \"look at row 7\""
    )]
    Withdraw(decide::ApprovalWithdrawArgs),
    /// Show, set or confirm approval policies
    Policy {
        #[command(subcommand)]
        verb: ApprovalPolicyVerb,
    },
}

/// What to do with approval policies.
#[derive(Debug, Subcommand)]
pub(crate) enum ApprovalPolicyVerb {
    /// Show the approval policies of all currencies
    #[command(after_help = "Example:\n  sluice approval policy show")]
    Show,
    /// Set the approval policy of a currency; omitted bands are removed
    #[command(
        after_help = "A band is AMOUNT=LEVEL or AMOUNT=LEVEL+LEVEL; a level is COUNT, or COUNT:WHO,WHO with roles or \
                            logins.\n\nExample:\n  sluice approval policy set --currency USD --band 1000=2\n  sluice \
                            approval policy set --currency USD --band 1000=1 --band 50000=1:finance+1:admin"
    )]
    Set(policy::PolicySetArgs),
    /// Confirm a change of a policy that waits, as a second administrator who signed in
    #[command(after_help = "Example:\n  sluice approval policy confirm --currency USD")]
    Confirm(policy::PolicyConfirmArgs),
}

/// How the command opens the ledger.
pub(crate) const fn access(args: &ApprovalArgs) -> Access {
    match &args.verb {
        ApprovalVerb::List(show::ListArgs { which: show::WhichApprovals::All, .. })
        | ApprovalVerb::Show { .. }
        | ApprovalVerb::Policy { verb: ApprovalPolicyVerb::Show } => Access::Read,
        ApprovalVerb::List(_)
        | ApprovalVerb::Approve(_)
        | ApprovalVerb::Reject(_)
        | ApprovalVerb::Withdraw(_)
        | ApprovalVerb::Policy { .. } => Access::Write,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &ApprovalArgs) -> Result<Exit, Failure> {
    match &args.verb {
        ApprovalVerb::List(args) => show::list(session, args).await,
        ApprovalVerb::Show { id } => show::run(session, read_ref(id)?).await,
        ApprovalVerb::Approve(args) => decide::approve(session, args).await,
        ApprovalVerb::Reject(args) => decide::reject(session, args).await,
        ApprovalVerb::Withdraw(args) => decide::withdraw(session, args).await,
        ApprovalVerb::Policy { verb: ApprovalPolicyVerb::Show } => policy::show(session).await,
        ApprovalVerb::Policy { verb: ApprovalPolicyVerb::Set(args) } => policy::set(session, args).await,
        ApprovalVerb::Policy { verb: ApprovalPolicyVerb::Confirm(args) } => {
            policy::confirm(session, args).await
        }
    }
}
