//! `completion`: what a shell needs to complete commands and options.

use crate::exit::{Exit, Failure};
use crate::out;
use clap::Args;
use clap_complete::Shell;

/// Arguments of `completion`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sluice completion bash > /etc/bash_completion.d/sluice")]
pub(crate) struct CompletionArgs {
    /// The shell that reads it
    #[arg(value_enum)]
    shell: Shell,
}

/// Writes the script for `program` to standard output.
pub(crate) fn run(args: &CompletionArgs, mut program: clap::Command) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "sluice", &mut script);
    out::write_script(&script)?;
    Ok(Exit::Success)
}
