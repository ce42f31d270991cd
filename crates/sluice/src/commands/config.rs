//! `config`: checks and shows the settings.

use crate::exit::{Exit, Failure};
use crate::globals::Globals;
use crate::key_ring;
use crate::say::say;
use crate::settings::{Loaded, ShownSettings, unknown_variables};
use clap::{Args, Subcommand};
use serde_json::json;

/// Arguments of `config`.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

/// What to do with the settings.
#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Load the settings as `serve` does, with the files of secrets that they name: report every invalid value with its
    /// origin, or show the settings with secrets hidden
    #[command(after_help = "Example:\n  sluice --config /etc/sluice/sluice.toml config check")]
    Check,
}

/// Shows the effective settings. Invalid ones were reported on loading, with exit code 64; a file of a secret that
/// cannot be used is refused here, as by `serve`.
pub(crate) fn run(globals: &Globals, loaded: &Loaded, args: &ConfigArgs) -> Result<Exit, Failure> {
    let ConfigCommand::Check = args.command;
    key_ring::vault(&globals.key_files, globals.language())?;
    globals.mail.mailer(globals.language())?;
    let unknown = unknown_variables(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()));
    let file = loaded.file.as_ref().map(|path| path.display().to_string());
    let json =
        json!({ "ok": true, "file": file, "ignored": unknown, "settings": ShownSettings(loaded).json() });
    let language = globals.language();
    let text =
        || {
            let file = file.as_deref().unwrap_or(say("none", "无").to(language));
            let mut lines = vec![
                say!(language, "# file: {file}", "# 配置文件：{file}"),
                ShownSettings(loaded).text(language),
            ];
            lines.extend(unknown.iter().map(|name| {
                say!(language, "# ignored, not a setting: {name}", "# 已忽略，非配置项：{name}")
            }));
            lines.join("\n")
        };
    globals.out().answer(json, text)?;
    Ok(Exit::Success)
}
