//! `holder`: who owns accounts.

use crate::exit::{Exit, Failure};
use crate::out::{or_empty, table, time};
use crate::session::{Access, Session};
use clap::{Args, Subcommand};
use domain::code::Code;
use domain::id::HolderId;
use domain::noun::NounId;
use domain::visible::shown;
use serde_json::{Value, json};
use service::Error;
use service::holder::{HolderChange, NewHolder};
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
    /// Change a holder; payments by email and uid follow the change
    #[command(after_help = "Example:\n  sluice holder change hold_7 --email li.wei@example.com --no-uid")]
    Change(ChangeArgs),
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

/// Arguments of `holder change`; what is not named stays.
#[derive(Debug, Args)]
pub(crate) struct ChangeArgs {
    /// The holder's id, such as hold_7 or 7
    pub id: String,
    /// Its name
    #[arg(long)]
    pub name: Option<String>,
    /// Its e-mail address
    #[arg(long, conflicts_with = "no_email")]
    pub email: Option<String>,
    /// Remove its e-mail address
    #[arg(long)]
    pub no_email: bool,
    /// Its number with the organisation
    #[arg(long, conflicts_with = "no_uid")]
    pub uid: Option<String>,
    /// Remove its number with the organisation
    #[arg(long)]
    pub no_uid: bool,
}

impl ChangeArgs {
    fn change(&self) -> HolderChange {
        let field = |value: &Option<String>, is_removed: bool| match value {
            Some(value) => Some(Some(value.clone())),
            None if is_removed => Some(None),
            None => None,
        };
        HolderChange {
            name: self.name.clone(),
            email: field(&self.email, self.no_email),
            uid: field(&self.uid, self.no_uid),
        }
    }
}

/// How it opens the ledger.
pub(crate) const fn access(args: &HolderArgs) -> Access {
    match args.verb {
        HolderVerb::List { .. } => Access::Read,
        HolderVerb::Add { .. } | HolderVerb::Change(_) => Access::Write,
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
        HolderVerb::Change(args) => {
            let missing = |_| Error::refused(Code::HolderNotFound, shown(&args.id));
            let id = HolderId::from_text(&args.id).map_err(missing)?;
            let holder = session.service.holder_change(&session.actor, id, &args.change()).await?;
            session
                .out
                .answer(to_json(&holder), || format!("holder {} is changed: {}", holder.id, holder.name))?;
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
