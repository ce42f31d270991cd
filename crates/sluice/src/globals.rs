//! The options of every command: as typed, and with the settings.

use crate::key_ring::KeyFiles;
use crate::out::Out;
use crate::post::MailSettings;
use crate::settings::{Lang, Layer, Settings};
use clap::{Args, ValueEnum};
use domain::code::Language;
use domain::principal::Principal;
use domain::upload::FileLimits;
use domain::webhook::address::WebhookNetworks;
use service::session::SessionLife;
use std::path::PathBuf;
use std::time::Duration;
use store::audit::Actor;

/// Options of every command, as typed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Data directory [env: SLUICE_DATA] [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<String>,
    /// Directory for the mark of the ledger's head, separate from the data (see docs/guide/backup.md)
    /// [env: SLUICE_MARK_DIR] [default: beside the data directory]
    #[arg(long, global = true, value_name = "DIR")]
    pub mark_dir: Option<String>,
    /// Use a ledger in a PostgreSQL database instead of a file in the data directory:
    /// postgres://USER:PASSWORD@HOST:PORT/NAME (see docs/guide/postgresql.md) [env: DATABASE_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// Settings file (see docs/guide/configuration.md) [default: ./sluice.toml, if it exists]
    #[arg(long, global = true, env = "SLUICE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print the answer as one JSON object
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of messages [env: SLUICE_LANG] [default: en]
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<Lang>,
    /// Maximum items per transaction of a batch run [env: SLUICE_CHUNK_ITEMS] [default: 131072]
    #[arg(long, global = true, value_name = "N")]
    pub chunk_items: Option<usize>,
    /// Act under this name; the operating system user is recorded with it. It must not be a user's login or
    /// one of the system's names
    #[arg(long = "as", global = true, value_name = "NAME")]
    pub act_as: Option<String>,
}

impl GlobalArgs {
    /// Puts the typed options into a layer of settings.
    pub(crate) fn put_into(&self, layer: &mut Layer) {
        layer.put("data", self.data.as_ref(), "the option --data");
        layer.put("mark_dir", self.mark_dir.as_ref(), "the option --mark-dir");
        layer.put("database", self.database.as_ref(), "the option --database");
        let name = |lang: Lang| lang.to_possible_value().map(|value| value.get_name().to_owned());
        layer.put("language", self.lang.and_then(name), "the option --lang");
        layer.put("chunk_items", self.chunk_items, "the option --chunk-items");
    }
}

/// Options of every command, wherever they were set.
#[derive(Debug)]
pub(crate) struct Globals {
    /// The data directory.
    pub data: PathBuf,
    /// Where the mark of the ledger's head is kept, if not beside the data.
    pub mark_dir: Option<PathBuf>,
    /// The ledger's database on a server.
    pub database: Option<String>,
    /// Print the answer as one JSON object.
    pub json: bool,
    /// The language of messages.
    pub lang: Lang,
    /// Maximum items per transaction of a batch run.
    pub chunk_items: usize,
    /// The name to act under instead of the operating system user's.
    pub act_as: Option<String>,
    /// Where the master keys are.
    pub key_files: KeyFiles,
    /// The timeouts of a session of `sluice login`.
    pub session_life: SessionLife,
    /// The cooling-off of approvers.
    pub approver_cooling: Duration,
    /// How e-mails are sent.
    pub mail: MailSettings,
    /// Networks that webhooks may reach although they are not public.
    pub webhook_networks: WebhookNetworks,
    /// Where files are stored, if it was set.
    pub files: Option<String>,
    /// How much may be stored.
    pub file_limits: FileLimits,
}

impl Globals {
    /// From the command line and the settings.
    pub(crate) fn of(args: &GlobalArgs, settings: &Settings) -> Self {
        Self {
            data: settings.data.clone(),
            mark_dir: settings.mark_dir.clone(),
            database: settings.database.clone(),
            json: args.json,
            lang: settings.language,
            chunk_items: settings.chunk_items,
            act_as: args.act_as.clone(),
            key_files: KeyFiles {
                current: settings.master_key_file.clone(),
                former: settings.former_master_key_file.clone(),
            },
            session_life: settings.session_life(),
            approver_cooling: settings.approver_cooling(),
            mail: MailSettings::of(settings),
            webhook_networks: WebhookNetworks::new(settings.webhook_networks.clone()),
            files: settings.files.clone(),
            file_limits: settings.file_limits(),
        }
    }

    /// The language of messages.
    pub(crate) const fn language(&self) -> Language {
        self.lang.language()
    }

    /// How answers are printed.
    pub(crate) const fn out(&self) -> Out {
        Out { json: self.json, language: self.language() }
    }

    /// The acting principal.
    pub(crate) fn actor(&self) -> Actor {
        let user = system_user();
        match &self.act_as {
            Some(name) => Actor::new(Principal::CommandLine, name.trim(), format!("cli as, user {user}")),
            None => Actor::new(Principal::CommandLine, user, "cli"),
        }
    }
}

/// The operating system user. Programs that are started by others (cron, containers) often lack `USER`.
fn system_user() -> String {
    let named = std::env::var("USER").ok().filter(|user| !user.is_empty());
    let known = || whoami::username().ok().filter(|user| !user.is_empty());
    named.or_else(known).unwrap_or_else(|| format!("uid:{}", rustix::process::geteuid().as_raw()))
}
