//! The command line as a whole.

use crate::commands::Command;
use crate::globals::GlobalArgs;
use clap::Parser;

const AFTER: &str = "\
Exit codes:
   0  done; a batch ran to its end, whatever happened to its items (see `status`)
   1  refused by the ledger: nothing moved, and the code says why
   2  `verify` found a violated invariant, or `copy` found a row that differs
   3  a file or the database failed, or `verify` could not finish
   4  partly done: some rows of the file were refused (see `batch problems`)
   5  another process is writing to the data directory
  64  invalid command line or settings
  74  a write was not confirmed: check the ledger before you run the command again
  75  try again later (disk full, database busy or unreachable)
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
    pub globals: GlobalArgs,
    #[command(subcommand)]
    pub command: Command,
}
