//! `holder`: who owns accounts.

use crate::exit::{Exit, Failure};
use crate::out::{or_empty, table, time};
use crate::session::{Access, Session};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use service::holder::NewHolder;
use store::holder::Holder;

/// Arguments of `holder`.
#[derive(Debug, Args)]
pub(crate) struct HolderArgs {
    #[command(subcommand)]
    pub verb: HolderVerb,
}

/// What to do with holders.
#[derive(Debug, Subcommand)]
pub(crate) enum HolderVerb {
    /// Add a holder
    #[command(
        after_help = "Example:\n  sluice holder add --name \"Li Wei\" --email li@example.com --uid E1001"
    )]
    Add {
        /// Its name
        #[arg(long)]
        name: String,
        /// Its e-mail address; unique
        #[arg(long)]
        email: Option<String>,
        /// Its number with the organisation; unique
        #[arg(long)]
        uid: Option<String>,
    },
    /// List holders
    #[command(after_help = "Example:\n  sluice holder list --limit 20")]
    List {
        /// Begin after this id
        #[arg(long, default_value_t = 0, value_name = "ID")]
        after: i64,
        /// At most so many
        #[arg(long, default_value_t = 100, value_name = "N")]
        limit: i64,
    },
}

/// How it opens the ledger.
pub(crate) const fn access(args: &HolderArgs) -> Access {
    match args.verb {
        HolderVerb::List { .. } => Access::Read,
        HolderVerb::Add { .. } => Access::Write,
    }
}

/// Runs it.
pub(crate) async fn run(session: &Session, args: &HolderArgs) -> Result<Exit, Failure> {
    match &args.verb {
        HolderVerb::Add { name, email, uid } => {
            let new = NewHolder { name: name.clone(), email: email.clone(), uid: uid.clone() };
            let holder = session.service.holder_add(&session.actor, &new).await?;
            session
                .out
                .answer(to_json(&holder), || format!("holder {} is added: {}", holder.id, holder.name))?;
        }
        HolderVerb::List { after, limit } => {
            let holders = session.service.holder_list(*after, (*limit).clamp(1, 10_000)).await?;
            let row = |h: &Holder| {
                vec![
                    h.id.to_string(),
                    h.name.clone(),
                    or_empty(h.email.as_deref()),
                    or_empty(h.uid.as_deref()),
                ]
            };
            let json = json!({ "holders": holders.iter().map(to_json).collect::<Vec<_>>() });
            session.out.answer(json, || table(&[">id", "name", "email", "uid"], holders.iter().map(row)))?;
        }
    }
    Ok(Exit::Success)
}

fn to_json(holder: &Holder) -> Value {
    json!({ "id": holder.id.0, "name": holder.name, "email": holder.email, "uid": holder.uid,
            "created_at": time(holder.created_at) })
}
