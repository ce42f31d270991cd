//! `holder`: the holders of accounts.

use crate::exit::{Exit, Failure};
use crate::list::{Page, PageArgs};
use crate::out::{left, or_empty, right, time};
use crate::say::say;
use crate::session::{Access, Session};
use crate::terminal::one_line;
use crate::word::marked;
use clap::{Args, Subcommand};
use domain::code::Code;
use domain::holder_group::HolderGroupRef;
use domain::id::HolderId;
use domain::noun::NounId;
use domain::visible::shown;
use serde_json::{Value, json};
use service::Error;
use service::holder::{self, HolderChange, HolderFilter, NewHolder};
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
        /// Name of the holder
        #[arg(long)]
        name: String,
        /// Email address; must be unique
        #[arg(long)]
        email: Option<String>,
        /// Number in the organisation; must be unique
        #[arg(long)]
        uid: Option<String>,
    },
    /// Change a holder; payments by email or uid then use the new values
    #[command(after_help = "Example:\n  sluice holder change hold_7 --email li.wei@example.com --no-uid")]
    Change(ChangeArgs),
    /// List holders
    #[command(after_help = "Example:\n  sluice holder list --text li --limit 20")]
    List {
        /// Part of the name, email address or uid
        #[arg(long)]
        text: Option<String>,
        /// Only members of this group, by its name or id
        #[arg(long, value_name = "GROUP")]
        group: Option<String>,
        #[command(flatten)]
        page: PageArgs,
    },
}

/// Arguments of `holder change`; omitted options stay unchanged.
#[derive(Debug, Args)]
pub(crate) struct ChangeArgs {
    /// Holder id, such as hold_7 or 7
    pub id: String,
    /// New name
    #[arg(long)]
    pub name: Option<String>,
    /// New email address
    #[arg(long, conflicts_with = "no_email")]
    pub email: Option<String>,
    /// Remove the email address
    #[arg(long)]
    pub no_email: bool,
    /// New number in the organisation
    #[arg(long, conflicts_with = "no_uid")]
    pub uid: Option<String>,
    /// Remove the number in the organisation
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

/// How the command opens the ledger.
pub(crate) const fn access(args: &HolderArgs) -> Access {
    match args.verb {
        HolderVerb::List { .. } => Access::Read,
        HolderVerb::Add { .. } | HolderVerb::Change(_) => Access::Write,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &HolderArgs) -> Result<Exit, Failure> {
    match &args.verb {
        HolderVerb::Add { name, email, uid } => {
            let new = NewHolder { name: name.clone(), email: email.clone(), uid: uid.clone() };
            let holder = holder::add(&session.service, &session.actor, &new).await?;
            let (id, name) = (holder.id, one_line(&holder.name));
            let text =
                || say!(session.language, "Holder {id} was added: {name}", "已添加持有人 {id}：{name}");
            session.out.answer(to_json(&holder), text)?;
        }
        HolderVerb::Change(args) => {
            let missing = |_| Error::refused(Code::HolderNotFound, shown(&args.id));
            let id = HolderId::from_text(&args.id).map_err(missing)?;
            let holder = holder::change(&session.service, &session.actor, id, &args.change()).await?;
            let (id, name) = (holder.id, one_line(&holder.name));
            let text =
                || say!(session.language, "Holder {id} was changed: {name}", "已更改持有人 {id}：{name}");
            session.out.answer(to_json(&holder), text)?;
        }
        HolderVerb::List { text, group, page } => {
            let group = group.as_deref().map(HolderGroupRef::parse);
            let filter = HolderFilter { text: text.as_deref(), group: group.as_ref() };
            list(session, filter, page).await?;
        }
    }
    Ok(Exit::Success)
}

async fn list(session: &Session, filter: HolderFilter<'_>, page: &PageArgs) -> Result<(), Failure> {
    let after = page.id()?.unwrap_or(0);
    let found = holder::list(&session.service, filter, after, page.limit).await?;
    let (holders, next) = (found.holders, found.next.map(|id| id.to_string()));
    let total = holder::count(&session.service, filter).await?;
    let row = |h: &Holder| {
        vec![
            h.id.to_string(),
            marked(&h.name, session.language),
            or_empty(h.email.as_deref()),
            or_empty(h.uid.as_deref()),
        ]
    };
    let page = Page { rows: holders.iter().map(to_json).collect(), total, next };
    let header = [right("id", "编号"), left("name", "名称"), left("email", "邮箱"), left("uid", "UID")];
    page.answer(session.out, "holders", || session.out.table(&header, holders.iter().map(row)))
}

fn to_json(holder: &Holder) -> Value {
    json!({ "id": holder.id.0, "name": holder.name, "mixed_scripts": domain::script::is_mixed(&holder.name), "email": holder.email, "uid": holder.uid,
            "created_at": time(holder.created_at) })
}
