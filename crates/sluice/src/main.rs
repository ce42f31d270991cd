//! The `sluice` command: parses the command line, opens the ledger, runs one command and exits with a code
//! that scripts can rely on.
//!
//! To add a command: create a file under `commands` with its arguments and a `run`, and add it to
//! `commands::Command`.

mod api;
mod call;
mod cli;
mod clock;
mod commands;
mod consent;
mod data_dir;
mod exit;
mod globals;
mod hint;
mod key_ring;
mod list;
mod lock_holder;
mod log;
mod out;
mod person;
mod post;
mod prompt;
mod say;
mod secret_file;
mod session;
mod session_file;
mod settings;
mod terminal;
mod traces;
mod usage;
mod word;

use clap::{CommandFactory, Parser};
use cli::Cli;
use commands::Command;
use commands::audit::{AuditArgs, AuditVerb};
use commands::key::{KeyArgs, KeyVerb};
use commands::work::Stop;
use domain::code::Language;
use exit::{Exit, Failure};
use globals::Globals;
use say::say;
use serde_json::json;
use session::{Access, Session};
use settings::{Layer, Loaded, Unusable};
use std::process::ExitCode;

/// A request makes about a hundred small allocations on two threads; with the system allocator they take a
/// tenth of all work.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    #[cfg(feature = "failpoints")]
    let _scenario = fail::FailScenario::setup();
    files::use_ring();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error),
    };
    let loaded = match load(&cli) {
        Ok(loaded) => loaded,
        Err(unusable) => {
            let failure = Failure::Settings(unusable.lines);
            return report(cli.globals.json, unusable.language, &failure).code();
        }
    };
    log::start(&loaded.settings, cli.command.serves());
    let (json, language) = (cli.globals.json, loaded.settings.language.language());
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if !cli.command.serves() {
        runtime.worker_threads(2);
    }
    let runtime = match runtime.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let what = say("Cannot start threads", "无法启动线程");
            return report(json, language, &Failure::System { what, error }).code();
        }
    };
    let exit = runtime.block_on(async {
        match execute(&cli, &loaded).await {
            Ok(exit) => exit,
            Err(failure) => {
                let exit = report(json, language, &failure.like(&cli.command));
                if matches!(cli.command, Command::Verify(_)) && exit != Exit::Usage {
                    Exit::Broken
                } else {
                    exit
                }
            }
        }
    });
    // Everything acknowledged is durable; a blocking file read may still be running.
    runtime.shutdown_background();
    exit.code()
}

/// Loads the settings of this process.
fn load(cli: &Cli) -> Result<Loaded, Unusable> {
    let mut options = Layer::default();
    cli.globals.put_into(&mut options);
    if let Command::Serve(args) = &cli.command {
        args.put_into(&mut options);
    }
    Loaded::of(cli.globals.config.as_deref(), environment(), options)
}

fn environment() -> Layer {
    // A variable that is not valid UTF-8 cannot be a setting.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Layer::of_environment(variables)
}

async fn execute(cli: &Cli, loaded: &Loaded) -> Result<Exit, Failure> {
    let globals = &Globals::of(&cli.globals, &loaded.settings);
    match &cli.command {
        Command::Config(args) => commands::config::run(globals, loaded, args),
        Command::Completion(args) => commands::completion::run(args, Cli::command()),
        Command::Health(_) => commands::health::run(globals, &loaded.settings),
        Command::Serve(_) => commands::serve::run(globals, loaded).await,
        Command::Init(args) => commands::init::run(globals, args).await,
        Command::Migrate(args) => commands::migrate::run(globals, args).await,
        Command::Copy(args) => commands::copy::run(globals, args).await,
        Command::Restore(args) => commands::restore::run(globals, args),
        Command::Bench(args) => commands::bench::run(globals, args).await,
        Command::Key(KeyArgs { verb: KeyVerb::NewMaster { file } }) => {
            commands::key::new_master(globals, file)
        }
        Command::Audit(AuditArgs { verb: Some(AuditVerb::Key { file }), .. }) => {
            commands::audit::new_key(globals, file)
        }
        command => execute_on_ledger(globals, command).await,
    }
}

/// Opens the ledger, runs the command and closes the ledger.
async fn execute_on_ledger(globals: &Globals, command: &Command) -> Result<Exit, Failure> {
    if let Command::AcceptLoss(args) = command {
        upkeep::loss::reason(&args.reason)?;
    }
    let access = command.access();
    // Listen before opening the ledger, so that a worker stopped in the meantime also ends cleanly.
    let stop = matches!(command, Command::Work(_)).then(Stop::listen).transpose()?;
    let mut session = match Session::open(globals, access).await {
        Err(failure) if matches!(command, Command::Verify(_)) => {
            return commands::verify::unopened(globals, failure).await;
        }
        opened => opened?,
    };
    let done = match (command, stop) {
        (Command::Work(args), Some(stop)) => commands::work::run(&session, args, stop).await,
        (command, _) => commands::run(&session, command).await,
    };
    // Also after a failure: releases the leases of this process.
    let left = session.leave().await;
    close(session, access, done.and_then(|exit| left.map(|()| exit))).await
}

/// Closes the ledger after a command, as far as its outcome permits.
async fn close(mut session: Session, access: Access, done: Result<Exit, Failure>) -> Result<Exit, Failure> {
    let exit = match done {
        // The write was not confirmed: attempt nothing more.
        Err(failure) if failure.exit() == Exit::Unconfirmed => return Err(failure),
        Err(failure) => {
            // Closing renews the mark of a file, which would accept the loss.
            if access != Access::Accept {
                session.close().await;
            }
            return Err(failure);
        }
        Ok(exit) => exit,
    };
    if let Err(failure) = session.settle(access).await {
        let language = session.language;
        if failure.exit() == Exit::Unconfirmed {
            end_at_once(&failure, language);
        }
        let why = failure.to_line(language);
        out::note(&say!(language, "the history will catch up later: {why}", "分录历史将稍后补上：{why}"));
    }
    session.close().await;
    Ok(exit)
}

/// Reports a failure: as a line on standard error, and with `--json` also as an object on standard output.
fn report(json: bool, language: Language, failure: &Failure) -> Exit {
    if matches!(failure, Failure::PipeClosed) {
        return Exit::Success;
    }
    if json {
        // If standard output cannot be written, the line on standard error still reports the failure.
        drop(out::write_json(&failure.to_json(language)));
    }
    if failure.exit() == Exit::Unconfirmed {
        end_at_once(failure, language);
    }
    out::note(&failure.to_line(language));
    failure.exit()
}

/// After a failed sync nothing more may be attempted: only a restart can tell the outcome.
fn end_at_once(failure: &Failure, language: Language) -> ! {
    out::note(&failure.to_line(language));
    std::process::exit(Exit::Unconfirmed.number())
}

fn not_understood(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Failing to print the help is not an error.
        drop(error.print());
        return Exit::Success.code();
    }
    let message = usage::message(error, language_of_arguments());
    out::note(&message);
    if std::env::args_os().any(|arg| arg == "--json") {
        let value = json!({ "error": { "code": "USAGE", "message": message, "detail": null } });
        drop(out::write_json(&value));
    }
    Exit::Usage.code()
}

/// The language requested by a command line that could not be parsed; otherwise the environment's.
fn language_of_arguments() -> Language {
    let mut arguments = std::env::args_os().filter_map(|argument| argument.into_string().ok());
    let mut asked = None;
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("--lang") {
            Some("") => asked = arguments.next(),
            Some(value) => asked = value.strip_prefix('=').map(ToOwned::to_owned),
            None => {}
        }
    }
    let mut layer = Layer::default();
    layer.put("language", asked, "the option --lang");
    layer.language().or_else(|| environment().language()).unwrap_or_default()
}

impl Failure {
    /// Adds the API call equivalent to the failed command, where that helps.
    fn like(self, command: &Command) -> Self {
        match self {
            Self::Busy { directory, writer, .. } => {
                Self::Busy { directory, writer, call: api::call_like(command) }
            }
            other => other,
        }
    }
}

impl Command {
    /// Whether this is the server.
    const fn serves(&self) -> bool {
        matches!(self, Self::Serve(_))
    }

    /// How the command opens the ledger.
    fn access(&self) -> Access {
        use commands::{
            account, approval, asset, batch, file, fx, holder, key, notice, policy, setting, task, transfer,
            user, webhook,
        };
        match self {
            Self::Account(args) => account::access(args),
            Self::Asset(args) => asset::access(args),
            Self::Batch(args) => batch::access(args),
            Self::Fx(args) => fx::access(args),
            Self::Holder(args) => holder::access(args),
            Self::Policy(args) => policy::access(args),
            Self::Approval(args) => approval::access(args),
            Self::User(args) => user::access(args),
            Self::Key(args) => key::access(args),
            Self::Notice(args) => notice::access(args),
            Self::Webhook(args) => webhook::access(args),
            Self::Task(args) => task::access(args),
            Self::File(args) => file::access(args),
            Self::ShowTransfer(_)
            | Self::Stats(_)
            | Self::Audit(_)
            | Self::Verify(_)
            | Self::Node(_)
            | Self::Migrate(_)
            | Self::Copy(_)
            | Self::Backup(_)
            | Self::Restore(_)
            | Self::Config(_)
            | Self::Health(_)
            | Self::Completion(_)
            | Self::Bench(_) => Access::Read,
            Self::AcceptLoss(_) => Access::Accept,
            Self::Setting(args) => setting::access(args),
            Self::Transfer(args) => transfer::access(args),
            Self::Work(_) | Self::Serve(_) => Access::Work,
            Self::Init(_) | Self::Deposit(_) | Self::Withdraw(_) | Self::Login(_) | Self::Logout(_) => {
                Access::Write
            }
        }
    }
}
