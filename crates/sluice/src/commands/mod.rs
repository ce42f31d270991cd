//! The commands: one file per noun.

pub(crate) mod accept_loss;
pub(crate) mod account;
mod account_export;
mod account_filter;
mod account_import;
pub(crate) mod account_totp;
pub(crate) mod approval;
pub(crate) mod asset;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod batch;
pub(crate) mod bench;
pub(crate) mod completion;
pub(crate) mod config;
pub(crate) mod copy;
mod export_form;
mod export_out;
pub(crate) mod file;
mod file_report;
mod file_template;
pub(crate) mod fx;
pub(crate) mod group;
pub(crate) mod health;
pub(crate) mod holder;
mod import_file;
pub(crate) mod init;
pub(crate) mod key;
pub(crate) mod login;
pub(crate) mod migrate;
pub(crate) mod node;
pub(crate) mod notice;
pub(crate) mod policy;
pub(crate) mod problem;
mod remembered;
pub(crate) mod restore;
pub(crate) mod serve;
pub(crate) mod setting;
pub(crate) mod show_transfer;
pub(crate) mod statement;
mod statement_export;
pub(crate) mod stats;
pub(crate) mod task;
pub(crate) mod template;
pub(crate) mod transfer;
pub(crate) mod user;
pub(crate) mod verify;
pub(crate) mod webhook;
pub(crate) mod work;

use crate::exit::{Exit, Failure};
use crate::session::Session;
use clap::Subcommand;

/// The command to run.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a new ledger in the data directory
    Init(init::InitArgs),
    /// Manage currencies and tokens
    Asset(asset::AssetArgs),
    /// Manage the holders of accounts
    Holder(holder::HolderArgs),
    /// Manage groups of holders
    Group(group::GroupArgs),
    /// Manage accounts: open, import, show, freeze, close
    Account(account::AccountArgs),
    /// Deposit money into the ledger
    Deposit(transfer::DepositArgs),
    /// Withdraw money from the ledger
    Withdraw(transfer::WithdrawArgs),
    /// Transfer money from one account to another; list transfers
    Transfer(transfer::TransferArgs),
    /// Show a transfer and its postings
    ShowTransfer(show_transfer::ShowArgs),
    /// Manage exchange rates
    Fx(fx::FxArgs),
    /// Manage limits and fees
    Policy(policy::PolicyArgs),
    /// Manage batches: import, preview, submit, run, retry
    Batch(batch::BatchArgs),
    /// Manage saved templates of batches
    Template(template::TemplateArgs),
    /// Approve batches; manage approval policies
    Approval(approval::ApprovalArgs),
    /// Manage the users who may sign in
    User(user::UserArgs),
    /// Sign in as a user, to act as that user
    Login(login::LoginArgs),
    /// Sign out
    Logout(login::LogoutArgs),
    /// Manage API keys, which authenticate programs
    Key(key::KeyArgs),
    /// Show what you are told; set reminders and your e-mail address
    Notice(notice::NoticeArgs),
    /// Show, watch and cancel tasks: imports, exports and verifications that a server does
    Task(task::TaskArgs),
    /// Upload, show and download files, and make templates to fill in
    File(file::FileArgs),
    /// Manage webhooks, which tell other programs what happened
    Webhook(webhook::WebhookArgs),
    /// Show what was sent, by currency, in a range of days
    Stats(stats::StatsArgs),
    /// Show or change the organisation's settings, such as its time zone
    Setting(setting::SettingArgs),
    /// Show the audit log, newest first
    Audit(audit::AuditArgs),
    /// Check every invariant of the ledger, recomputed from its postings up
    Verify(verify::VerifyArgs),
    /// Back up the ledger into a new directory, also while a server is running
    Backup(backup::BackupArgs),
    /// Restore a backup into a data directory
    Restore(restore::RestoreArgs),
    /// Accept that commits were lost, so that the ledger can be written again
    AcceptLoss(accept_loss::AcceptLossArgs),
    /// Run the server: the HTTP API and a batch worker
    Serve(serve::ServeArgs),
    /// Ask the server whether it is ready
    Health(health::HealthArgs),
    /// Check and show the settings
    Config(config::ConfigArgs),
    /// Print the completion script of a shell
    Completion(completion::CompletionArgs),
    /// Run a batch worker until it is stopped; any number may share a database on a server
    Work(work::WorkArgs),
    /// Show the nodes working on the ledger
    Node(node::NodeArgs),
    /// Upgrade the database's schema to this program's version
    Migrate(migrate::MigrateArgs),
    /// Copy or move the whole ledger: from a data directory to a server, or back
    Copy(copy::CopyArgs),
    /// Benchmark this machine: a million items, one to many and random to random
    Bench(bench::BenchArgs),
}

/// Runs a command on an open ledger.
pub(crate) async fn run(session: &Session, command: &Command) -> Result<Exit, Failure> {
    match command {
        // Handled in `main`.
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
        Command::Group(args) => group::run(session, args).await,
        Command::Account(args) => account::run(session, args).await,
        Command::Deposit(args) => transfer::deposit(session, args).await,
        Command::Withdraw(args) => transfer::withdraw(session, args).await,
        Command::Transfer(args) => transfer::transfer(session, args).await,
        Command::ShowTransfer(args) => show_transfer::run(session, args).await,
        Command::Fx(args) => fx::run(session, args).await,
        Command::Policy(args) => policy::run(session, args).await,
        Command::Batch(args) => batch::run(session, args).await,
        Command::Template(args) => template::run(session, args).await,
        Command::Approval(args) => approval::run(session, args).await,
        Command::User(args) => user::run(session, args).await,
        Command::Login(args) => login::login(session, args).await,
        Command::Logout(args) => login::logout(session, args).await,
        Command::Key(args) => key::run(session, args).await,
        Command::Notice(args) => notice::run(session, args).await,
        Command::Task(args) => task::run(session, args).await,
        Command::File(args) => file::run(session, args).await,
        Command::Webhook(args) => webhook::run(session, args).await,
        Command::Stats(args) => stats::run(session, args).await,
        Command::Setting(args) => setting::run(session, args).await,
        Command::Audit(args) => audit::run(session, args).await,
        Command::Backup(args) => backup::run(session, args).await,
        Command::AcceptLoss(args) => accept_loss::run(session, args).await,
        Command::Verify(args) => verify::run(session, args).await,
        Command::Node(args) => node::run(session, args).await,
    }
}
