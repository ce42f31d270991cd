//! The command line: what holds for every command.

use crate::commands::Command;
use clap::{Args, Parser, ValueEnum};
use domain::batch::CHUNK_ITEMS_MAX;
use domain::code::Language;
use std::path::PathBuf;
use store::audit::Actor;

const AFTER: &str = "\
Exit codes:
   0  done; a batch that ran to its end, whatever became of its items (see `status`)
   1  refused by the ledger: nothing moved, the code says why
   2  `verify` found a violated invariant, or `copy` a row that is not the same
   3  a file or the database does not work; `verify` could not finish
   5  another process writes to the data directory
  64  the command line cannot be understood
  74  a write was not confirmed: look what stands before you run the command again
  75  try again later (disk full, database busy or away)
 130  Ctrl-C; a running batch was paused

Example:
  sluice --data ./data init
  sluice --data ./data account open --number ACME --holder \"Acme Ltd\" --currency USD
  sluice --data ./data deposit --account ACME --amount 1000.00
  sluice --data ./data batch import payroll.csv --type one_to_many --account ACME --name \"Payroll May\"
  sluice --data ./data batch run batch-20260531-001";

/// Moves money in batches over a double-entry ledger.
#[derive(Debug, Parser)]
#[command(name = "sluice", version, after_help = AFTER, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    pub command: Command,
}

/// What holds for every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// The data directory
    #[arg(long, global = true, env = "SLUICE_DATA", default_value = "./data", value_name = "DIR")]
    pub data: PathBuf,
    /// The ledger's database on a server, instead of a file in the data directory:
    /// postgres://USER:PASSWORD@HOST:PORT/NAME (see docs/guide/postgresql.md)
    #[arg(long, global = true, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// Answer with one JSON object
    #[arg(long, global = true)]
    pub json: bool,
    /// The language of messages
    #[arg(long, global = true, env = "SLUICE_LANG", default_value = "en", value_name = "LANG")]
    pub lang: Lang,
    /// Items that one transaction of a batch run may hold
    #[arg(long, global = true, env = "SLUICE_CHUNK_ITEMS", default_value_t = CHUNK_ITEMS_MAX, value_name = "N")]
    pub chunk_items: usize,
    /// Act under this name instead of the user's
    #[arg(long = "as", global = true, value_name = "NAME")]
    pub act_as: Option<String>,
}

/// A language that messages are written in.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Lang {
    /// English
    En,
    /// Simplified Chinese
    Zh,
}

impl Lang {
    /// As the table of codes names it.
    pub(crate) const fn language(self) -> Language {
        match self {
            Self::En => Language::English,
            Self::Zh => Language::Chinese,
        }
    }
}

impl Globals {
    /// Who acts.
    pub(crate) fn actor(&self) -> Actor {
        let user = || std::env::var("USER").ok().filter(|user| !user.is_empty());
        let name = self.act_as.clone().or_else(user).unwrap_or_else(|| "unknown".to_owned());
        Actor { name, origin: "cli".to_owned() }
    }
}
