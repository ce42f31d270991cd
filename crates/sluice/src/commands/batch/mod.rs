//! `batch`: from a file to completed payments.

mod changes;
mod evidence;
mod export;
mod found;
mod import;
mod items;
mod list;
mod moves;
mod name;
mod next;
mod outside;
mod preview;
mod problems;
mod progress;
mod run;
mod show;
mod vouchers;

use crate::consent::ConsentArgs;
use crate::exit::{Exit, Failure};
use crate::session::{Access, Session};
use clap::{Args, Subcommand};
use domain::batch::BatchType;
use name::BatchName;
use service::batch::read_ref;

/// Arguments of `batch`.
#[derive(Debug, Args)]
pub(crate) struct BatchArgs {
    #[command(subcommand)]
    pub verb: BatchVerb,
}

/// What to do with batches.
#[derive(Debug, Subcommand)]
pub(crate) enum BatchVerb {
    /// Create a batch from a CSV file
    #[command(after_help = "Example:\n  sluice batch import payroll.csv --type one_to_many --account ACME \
                            --name \"Payroll May\"\n  sluice batch import - --type many_to_many --currency USD \
                            --name Sundry --map amount=Sum < file.csv")]
    Import(Box<import::BatchImportArgs>),
    /// Create a batch that deposits money into an account from outside, so that it can be approved
    #[command(
        after_help = "Example:\n  sluice batch deposit --account ACME --amount 5000.00 --currency USD \
                            --name \"Bank statement 7\""
    )]
    Deposit(Box<outside::OutsideArgs>),
    /// Create a batch that withdraws money from an account to the outside, so that it can be approved
    #[command(
        after_help = "Example:\n  sluice batch withdraw --account ACME --amount 5000.00 --currency USD \
                            --name \"To the bank\""
    )]
    Withdraw(Box<outside::OutsideArgs>),
    /// Show what a run would do now, without doing it
    #[command(after_help = "Example:\n  sluice batch preview batch-20260531-001")]
    Preview(BatchName),
    /// Freeze a draft's content so that it can run
    #[command(after_help = "Example:\n  sluice batch submit batch-20260531-001\n  sluice batch submit \
                            batch-20260531-001 --leave-problems 3\n  sluice batch submit batch-20260531-001 --again \
                            \"the bank returned the first payment\"")]
    Submit {
        #[command(flatten)]
        noted: moves::Noted,
        #[command(flatten)]
        submission: found::SubmissionArgs,
    },
    /// List the refused rows of a batch's file, write them to a file, or drop them
    #[command(
        after_help = "Example:\n  sluice batch problems batch-20260531-001 --out refused.csv\n  sluice batch \
                            problems batch-20260531-001 --drop PAYEE_NOT_FOUND --count 2"
    )]
    Problems(problems::ProblemsArgs),
    /// Run a batch to its end; Ctrl-C pauses it. Without ID, continue all unfinished runs
    #[command(
        after_help = "Exit code: 0 if the run ended, whatever happened to its items (see status);\n1 if \
                            it was refused, 130 if Ctrl-C paused it.\n\nExample:\n  sluice batch run \
                            batch-20260531-001 --json"
    )]
    Run {
        /// Batch id or number
        id: Option<String>,
        #[command(flatten)]
        consent: ConsentArgs,
    },
    /// Hand a batch to the workers (`sluice work`), which run it to its end
    #[command(after_help = "Example:\n  sluice batch start batch-20260531-001")]
    Start {
        #[command(flatten)]
        name: BatchName,
        #[command(flatten)]
        consent: ConsentArgs,
    },
    /// Show a batch and its counters
    #[command(after_help = "Example:\n  sluice batch status batch-20260531-001 --json")]
    Status(BatchName),
    /// Pause a batch: at once if no node is running it, otherwise after the chunk in flight
    #[command(after_help = "Ctrl-C also pauses a batch that runs in a terminal.\n\nExample:\n  \
                            sluice batch pause batch-20260531-001")]
    Pause(moves::Noted),
    /// Resume a paused batch, or try the items that an interruption or a stop left untried
    #[command(after_help = "Example:\n  sluice batch resume batch-20260531-001")]
    Resume {
        #[command(flatten)]
        name: BatchName,
        #[command(flatten)]
        consent: ConsentArgs,
    },
    /// Cancel a batch; if it has begun, the remaining items are interrupted
    #[command(
        after_help = "Example:\n  sluice batch cancel batch-20260531-001 --note \"wrong month\"\n  sluice \
                            batch cancel batch-20260531-001 --for-good --note \"wrong file\""
    )]
    Cancel {
        #[command(flatten)]
        noted: moves::Noted,
        /// Skip everything unpaid, so that no retry can pay it; also for a batch that has ended
        #[arg(long)]
        for_good: bool,
    },
    /// Take a submission back: the batch is a draft again
    #[command(after_help = "Example:\n  sluice batch recall batch-20260531-001 --note \"a row is missing\"")]
    Recall(moves::Noted),
    /// Make a rejected batch a draft again
    #[command(after_help = "Example:\n  sluice batch reopen batch-20260531-001")]
    Reopen(moves::Noted),
    /// Reprice a converting batch at the current rates; if it has begun, make a draft of its unpaid items
    #[command(after_help = "Example:\n  sluice batch reprice batch-20260531-001")]
    Reprice(BatchName),
    /// Make a draft from an earlier batch: from its failed items, or from all
    #[command(
        after_help = "A draft of failed items takes them over when it is submitted: the same step skips them \
                            in the earlier batch.\n\nExample:\n  sluice batch copy batch-20260531-001 --items \
                            failed\n  sluice batch copy batch-20260531-001 --items all --name \"Payroll June\""
    )]
    Copy(moves::BatchCopyArgs),
    /// Retry all failed items, or one of them
    #[command(after_help = "Example:\n  sluice batch retry batch-20260531-001\n  sluice batch retry \
                            batch-20260531-001 --line 17")]
    Retry {
        #[command(flatten)]
        name: BatchName,
        #[command(flatten)]
        which: moves::Which,
        /// Only mark them; `batch run` retries them
        #[arg(long)]
        no_run: bool,
        #[command(flatten)]
        consent: ConsentArgs,
    },
    /// Skip a failed or waiting item, or all failed items, permanently
    #[command(
        after_help = "Example:\n  sluice batch skip batch-20260531-001 --line 17 --reason \"left\"\n  \
                            sluice batch skip batch-20260531-001 --all-failed --reason \"paid by hand\""
    )]
    Skip {
        #[command(flatten)]
        name: BatchName,
        #[command(flatten)]
        which: moves::Which,
        /// All failed items
        #[arg(long, conflicts_with_all = ["item", "line"])]
        all_failed: bool,
        /// Reason
        #[arg(long, alias = "note", value_name = "TEXT")]
        reason: String,
    },
    /// List a batch's items
    #[command(after_help = "Example:\n  sluice batch items batch-20260531-001 --state failed")]
    Items(items::ItemsArgs),
    /// Show the history of a batch: events, times and actors
    #[command(after_help = "Example:\n  sluice batch history batch-20260531-001")]
    History(BatchName),
    /// Show what is different about a batch: payees, amounts and accounts
    #[command(after_help = "Example:\n  sluice batch changes batch-20260531-001\n  sluice batch changes \
                            batch-20260531-001 --against batch-20260430-001 --kind payee_new")]
    Changes(changes::BatchChangesArgs),
    /// Write the evidence pack of a batch: what it paid and who approved it, to be confirmed without Sluice
    #[command(
        after_help = "The batch must have been submitted and must not be running.\n\nExample:\n  sluice batch \
                            evidence batch-20260531-001 --out evidence.zip"
    )]
    Evidence(evidence::EvidenceArgs),
    /// Write a batch's result as CSV
    #[command(after_help = "Example:\n  sluice batch export batch-20260531-001 --out result.csv")]
    Export(export::ExportArgs),
    /// Show where the proof of a batch is, or set it
    #[command(after_help = "Example:\n  sluice batch vouchers batch-20260531-001\n  sluice batch vouchers \
                            batch-20260531-001 --set https://docs.example.org/payroll.pdf")]
    Vouchers(vouchers::BatchVouchersArgs),
    /// List batches, newest first
    #[command(after_help = "Example:\n  sluice batch list --state paused")]
    List(list::BatchListArgs),
}

/// How the command opens the ledger.
pub(crate) const fn access(args: &BatchArgs) -> Access {
    match &args.verb {
        BatchVerb::Vouchers(args) => match args.is_change() {
            true => Access::Write,
            false => Access::Read,
        },
        BatchVerb::Preview(_)
        | BatchVerb::Status(_)
        | BatchVerb::Items(_)
        | BatchVerb::History(_)
        | BatchVerb::Changes(_)
        | BatchVerb::Evidence(_)
        | BatchVerb::Export(export::ExportArgs { original: false, .. })
        | BatchVerb::Problems(problems::ProblemsArgs { drop: None, .. })
        | BatchVerb::List(_) => Access::Read,
        BatchVerb::Run { .. } | BatchVerb::Resume { .. } | BatchVerb::Retry { no_run: false, .. } => {
            Access::Run
        }
        BatchVerb::Import(_) => Access::Import,
        // The uploaded file is read again.
        BatchVerb::Export(_) => Access::Files,
        BatchVerb::Deposit(_)
        | BatchVerb::Withdraw(_)
        | BatchVerb::Submit { .. }
        | BatchVerb::Problems(_)
        | BatchVerb::Start { .. }
        | BatchVerb::Copy(_)
        | BatchVerb::Reprice(_)
        | BatchVerb::Pause(_)
        | BatchVerb::Cancel { .. }
        | BatchVerb::Recall(_)
        | BatchVerb::Reopen(_)
        | BatchVerb::Retry { .. }
        | BatchVerb::Skip { .. } => Access::Write,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &BatchArgs) -> Result<Exit, Failure> {
    match &args.verb {
        BatchVerb::Import(args) => import::run(session, args).await,
        BatchVerb::Deposit(args) => outside::run(session, BatchType::Deposit, args).await,
        BatchVerb::Withdraw(args) => outside::run(session, BatchType::Withdrawal, args).await,
        BatchVerb::Preview(name) => preview::run(session, name.read()?).await,
        BatchVerb::Submit { noted, submission } => {
            moves::submit(session, noted.name.read()?, &noted.note, submission).await
        }
        BatchVerb::Problems(args) => problems::run(session, args).await,
        BatchVerb::Run { id: Some(id), consent } => run::one(session, read_ref(id)?, consent).await,
        // A run keeps the consent that it was started with.
        BatchVerb::Run { id: None, .. } => run::left(session).await,
        BatchVerb::Start { name, consent } => moves::start(session, name.read()?, consent).await,
        BatchVerb::Status(name) => moves::status(session, name.read()?).await,
        BatchVerb::Pause(noted) => moves::pause(session, noted.name.read()?, &noted.note).await,
        BatchVerb::Resume { name, consent } => run::resume(session, name.read()?, consent).await,
        BatchVerb::Copy(args) => moves::copy(session, args).await,
        BatchVerb::Reprice(name) => moves::reprice(session, name.read()?).await,
        BatchVerb::Cancel { noted, for_good } => {
            moves::cancel(session, noted.name.read()?, &noted.note, *for_good).await
        }
        BatchVerb::Recall(noted) => moves::recall(session, noted.name.read()?, &noted.note).await,
        BatchVerb::Reopen(noted) => moves::reopen(session, noted.name.read()?, &noted.note).await,
        BatchVerb::Retry { name, which, no_run, consent } => {
            moves::retry(session, name.read()?, which, *no_run, consent).await
        }
        BatchVerb::Skip { name, which, all_failed, reason } => {
            moves::skip(session, name.read()?, which, *all_failed, reason).await
        }
        BatchVerb::Items(args) => items::run(session, args).await,
        BatchVerb::History(name) => list::history(session, name.read()?).await,
        BatchVerb::Changes(args) => changes::run(session, args).await,
        BatchVerb::Evidence(args) => evidence::run(session, args).await,
        BatchVerb::Export(args) => export::run(session, args).await,
        BatchVerb::Vouchers(args) => vouchers::run(session, args).await,
        BatchVerb::List(args) => list::run(session, args).await,
    }
}
