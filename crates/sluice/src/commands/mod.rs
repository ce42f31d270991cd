//! The commands: one file a noun.

pub(crate) mod accept_loss;
pub(crate) mod account;
pub(crate) mod asset;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod batch;
pub(crate) mod bench;
pub(crate) mod completion;
pub(crate) mod config;
pub(crate) mod copy;
pub(crate) mod fx;
pub(crate) mod health;
pub(crate) mod holder;
pub(crate) mod init;
pub(crate) mod key;
pub(crate) mod migrate;
pub(crate) mod node;
pub(crate) mod policy;
pub(crate) mod problem;
pub(crate) mod restore;
pub(crate) mod serve;
pub(crate) mod setting;
pub(crate) mod show_transfer;
pub(crate) mod statement;
pub(crate) mod stats;
pub(crate) mod transfer;
pub(crate) mod user;
pub(crate) mod verify;
pub(crate) mod work;

use crate::exit::{Exit, Failure};
use crate::session::Session;
use clap::Subcommand;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new ledger in the data directory
    Init(init::InitArgs),
    /// Currencies and tokens
    Asset(asset::AssetArgs),
    /// Who owns accounts
    Holder(holder::HolderArgs),
    /// Accounts: open, import, look at, freeze, close
    Account(account::AccountArgs),
    /// Take money into the ledger
    Deposit(transfer::DepositArgs),
    /// Let money leave the ledger
    Withdraw(transfer::WithdrawArgs),
    /// Move money from one account to another; list what was moved
    Transfer(transfer::TransferArgs),
    /// Show a transfer and its postings
    ShowTransfer(show_transfer::ShowArgs),
    /// Exchange rates
    Fx(fx::FxArgs),
    /// Limits and fees
    Policy(policy::PolicyArgs),
    /// Batches: import, preview, run, look after
    Batch(batch::BatchArgs),
    /// People who may sign in
    User(user::UserArgs),
    /// API keys, by which programs come in
    Key(key::KeyArgs),
    /// What was sent, by currency, in a range of days
    Stats(stats::StatsArgs),
    /// The organisation's settings, such as its time zone
    Setting(setting::SettingArgs),
    /// The audit log, newest first
    Audit(audit::AuditArgs),
    /// Recompute every invariant of the ledger from its postings up
    Verify(verify::VerifyArgs),
    /// Copy the ledger, beside a running server, into a directory of its own
    Backup(backup::BackupArgs),
    /// Make a data directory of a backup
    Restore(restore::RestoreArgs),
    /// Let a ledger that lost commits be written again
    AcceptLoss(accept_loss::AcceptLossArgs),
    /// Open the ledger to programs and people: the HTTP API, and a worker beside it
    Serve(serve::ServeArgs),
    /// Ask the server whether it can work
    Health(health::HealthArgs),
    /// The settings, and whether they can be used
    Config(config::ConfigArgs),
    /// What a shell needs to complete commands and options
    Completion(completion::CompletionArgs),
    /// Take batches that are to run and run them, as one of any number of processes, until it is stopped
    Work(work::WorkArgs),
    /// The processes at work on the ledger
    Node(node::NodeArgs),
    /// Bring the database's schema up to this program's version
    Migrate(migrate::MigrateArgs),
    /// Move the whole ledger to another place: from a directory to a server, or back
    Copy(copy::CopyArgs),
    /// Measure this machine: a million items, one to many and random to random
    Bench(bench::BenchArgs),
}

/// Runs a command on an open ledger.
pub(crate) async fn run(session: &Session, command: &Command) -> Result<Exit, Failure> {
    match command {
        // These have done their work before there was a session.
        Command::Work(_)
        | Command::Serve(_)
        | Command::Config(_)
        | Command::Completion(_)
        | Command::Health(_)
        | Command::Init(_)
        | Command::Migrate(_)
        | Command::Copy(_)
        | Command::Restore(_)
        | Command::Bench(_) => Ok(Exit::Success),
        Command::Asset(args) => asset::run(session, args).await,
        Command::Holder(args) => holder::run(session, args).await,
        Command::Account(args) => account::run(session, args).await,
        Command::Deposit(args) => transfer::deposit(session, args).await,
        Command::Withdraw(args) => transfer::withdraw(session, args).await,
        Command::Transfer(args) => transfer::transfer(session, args).await,
        Command::ShowTransfer(args) => show_transfer::run(session, args).await,
        Command::Fx(args) => fx::run(session, args).await,
        Command::Policy(args) => policy::run(session, args).await,
        Command::Batch(args) => batch::run(session, args).await,
        Command::User(args) => user::run(session, args).await,
        Command::Key(args) => key::run(session, args).await,
        Command::Stats(args) => stats::run(session, args).await,
        Command::Setting(args) => setting::run(session, args).await,
        Command::Audit(args) => audit::run(session, args).await,
        Command::Backup(args) => backup::run(session, args).await,
        Command::AcceptLoss(args) => accept_loss::run(session, args).await,
        Command::Verify(args) => verify::run(session, args).await,
        Command::Node(args) => node::run(session, args).await,
    }
}
