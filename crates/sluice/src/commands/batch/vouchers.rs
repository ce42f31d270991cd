//! `batch vouchers`: where the proof of a batch is.

use super::name::BatchName;
use crate::exit::{Exit, Failure};
use crate::say::say;
use crate::session::Session;
use crate::terminal::one_line;
use clap::Args;
use domain::access::{Asker, Role};
use serde_json::json;
use service::batch::{self, BatchRequest};

/// On the command line all files can be read.
const ASKER: Asker<'static> = Asker::Person(Role::Admin);

/// Arguments of `batch vouchers`.
#[derive(Debug, Args)]
pub(crate) struct BatchVouchersArgs {
    #[command(flatten)]
    pub name: BatchName,
    /// Web address, path or file id of a voucher; repeat for each. They replace those that the batch has
    #[arg(long, value_name = "URL")]
    pub set: Vec<String>,
    /// Remove all vouchers
    #[arg(long, conflicts_with = "set")]
    pub none: bool,
}

impl BatchVouchersArgs {
    /// Whether it changes them.
    pub(crate) const fn is_change(&self) -> bool {
        self.none || !self.set.is_empty()
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &BatchVouchersArgs) -> Result<Exit, Failure> {
    let batch = args.name.read()?;
    let vouchers = match args.is_change() {
        true => {
            let request = BatchRequest::of(batch);
            batch::set_vouchers(&session.service, &session.actor, ASKER, &request, &args.set).await?
        }
        false => batch::vouchers(&session.service, batch).await?,
    };
    session.out.answer(json!({ "voucher_url": vouchers }), || match vouchers.is_empty() {
        true => say("no vouchers", "没有凭证").to(session.language).to_owned(),
        false => vouchers.iter().map(|url| one_line(url)).collect::<Vec<_>>().join("\n"),
    })?;
    Ok(Exit::Success)
}
