//! `group`: groups of holders.

use crate::exit::{Exit, Failure};
use crate::list::PageArgs;
use crate::out::{left, right, time};
use crate::say::{Say, say};
use crate::session::{Access, Session};
use crate::terminal::one_line;
use clap::{Args, Subcommand};
use domain::access::Reach;
use domain::code::Code;
use domain::holder_group::HolderGroupRef;
use domain::id::HolderId;
use domain::noun::NounId;
use domain::script::is_mixed;
use domain::visible::shown;
use serde_json::{Value, json};
use service::Error;
use service::holder_group::{
    self, HolderGroup, HolderGroupChange, HolderGroupRequest, MemberChange, NewHolderGroup,
};

/// Arguments of `group`.
#[derive(Debug, Args)]
pub(crate) struct GroupArgs {
    #[command(subcommand)]
    pub verb: GroupVerb,
}

/// What to do with groups of holders.
#[derive(Debug, Subcommand)]
pub(crate) enum GroupVerb {
    /// Add a group of holders
    #[command(
        after_help = "Example:\n  sluice group add \"Sales London\" --description \"paid on the 25th\""
    )]
    Add {
        /// Name of the group; not digits alone
        name: String,
        /// What it is for
        #[arg(long, default_value = "", value_name = "TEXT")]
        description: String,
    },
    /// Change a group's name or description; omitted options stay unchanged
    #[command(after_help = "Example:\n  sluice group change \"Sales London\" --name \"Sales UK\"")]
    Change {
        /// Name or id of the group
        group: String,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// New description; empty removes it
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
    },
    /// Remove a group; its holders stay
    #[command(after_help = "Example:\n  sluice group remove \"Sales London\"")]
    Remove {
        /// Name or id of the group
        group: String,
    },
    /// List groups
    #[command(
        after_help = "Example:\n  sluice group list --holder hold_7\n  sluice holder list --group \"Sales London\""
    )]
    List {
        /// Part of the name
        #[arg(long)]
        text: Option<String>,
        /// Only groups that this holder is in, such as hold_7 or 7
        #[arg(long, value_name = "ID")]
        holder: Option<String>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show a group
    #[command(after_help = "Example:\n  sluice group show \"Sales London\"")]
    Show {
        /// Name or id of the group
        group: String,
    },
    /// Add holders to a group and remove others
    #[command(
        after_help = "Example:\n  sluice group members \"Sales London\" --add hold_7 --add hold_9 --remove hold_3"
    )]
    Members {
        /// Name or id of the group
        group: String,
        /// Holder who joins, such as hold_7 or 7; repeat for each
        #[arg(long, value_name = "ID")]
        add: Vec<String>,
        /// Holder who leaves; repeat for each
        #[arg(long, value_name = "ID")]
        remove: Vec<String>,
    },
}

/// How the command opens the ledger.
pub(crate) const fn access(args: &GroupArgs) -> Access {
    match args.verb {
        GroupVerb::List { .. } | GroupVerb::Show { .. } => Access::Read,
        GroupVerb::Add { .. }
        | GroupVerb::Change { .. }
        | GroupVerb::Remove { .. }
        | GroupVerb::Members { .. } => Access::Write,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &GroupArgs) -> Result<Exit, Failure> {
    let (service, actor) = (&session.service, &session.actor);
    match &args.verb {
        GroupVerb::Add { name, description } => {
            let new = NewHolderGroup { name: name.clone(), description: description.clone() };
            show(session, &holder_group::add(service, actor, &new).await?)?;
        }
        GroupVerb::Change { group, name, description } => {
            let change = HolderGroupChange { name: name.clone(), description: description.clone() };
            let group = HolderGroupRef::parse(group);
            show(session, &holder_group::change(service, actor, &any(&group), &change).await?)?;
        }
        GroupVerb::Remove { group } => {
            let group = HolderGroupRef::parse(group);
            let removed = holder_group::remove(service, actor, &any(&group)).await?;
            let name = one_line(&removed.name);
            let text = || {
                say!(
                    session.language,
                    "Group {name} was removed; its holders were not",
                    "已删除分组 {name}，其成员不受影响"
                )
            };
            session.out.answer(to_json(&removed), text)?;
        }
        GroupVerb::List { text, holder, page } => {
            let holder = holder.as_deref().map(holder_id).transpose()?;
            list(session, text.as_deref(), holder, page).await?;
        }
        GroupVerb::Show { group } => {
            show(session, &holder_group::show(service, &HolderGroupRef::parse(group)).await?)?;
        }
        GroupVerb::Members { group, add, remove } => members(session, group, add, remove).await?,
    }
    Ok(Exit::Success)
}

/// A command reaches every group.
const fn any(group: &HolderGroupRef) -> HolderGroupRequest<'_> {
    HolderGroupRequest { group, reach: Reach::All }
}

fn holder_id(text: &str) -> Result<HolderId, Failure> {
    HolderId::from_text(text).map_err(|_| Error::refused(Code::HolderNotFound, shown(text)).into())
}

async fn members(session: &Session, group: &str, add: &[String], remove: &[String]) -> Result<(), Failure> {
    let ids = |texts: &[String]| texts.iter().map(|text| holder_id(text)).collect::<Result<Vec<_>, _>>();
    let change = MemberChange { add: ids(add)?, remove: ids(remove)? };
    let group = HolderGroupRef::parse(group);
    let changed =
        holder_group::change_members(&session.service, &session.actor, &any(&group), &change).await?;
    let (added, removed, count) = (changed.added, changed.removed, changed.group.members);
    let name = one_line(&changed.group.name);
    let json = json!({ "group": to_json(&changed.group), "added": added, "removed": removed });
    session.out.answer(json, || {
        say!(
            session.language,
            "{name}: {added} joined, {removed} left; {count} members",
            "{name}：加入 {added} 人，移出 {removed} 人，现有成员 {count} 人"
        )
    })
}

fn show(session: &Session, group: &HolderGroup) -> Result<(), Failure> {
    let fields: [(Say, String); 6] = [
        (say("id", "编号"), group.id.to_string()),
        (say("name", "名称"), group.name.clone()),
        (say("description", "说明"), group.description.clone()),
        (say("members", "成员数"), group.members.to_string()),
        (say("added by", "添加人"), group.created_by.name.clone()),
        (say("added", "添加时间"), time(group.created_at)),
    ];
    session.out.answer(to_json(group), || session.out.fields(&fields))
}

async fn list(
    session: &Session,
    text: Option<&str>,
    holder: Option<HolderId>,
    page: &PageArgs,
) -> Result<(), Failure> {
    let after = page.id()?.unwrap_or(0);
    let found = holder_group::list(&session.service, text, holder, after, page.limit).await?;
    let header =
        [right("id", "编号"), left("name", "名称"), right("members", "成员数"), left("description", "说明")];
    let row = |group: &HolderGroup| {
        vec![group.id.to_string(), group.name.clone(), group.members.to_string(), group.description.clone()]
    };
    let next = found.next.map(|id| id.to_string());
    let json = json!({ "groups": found.groups.iter().map(to_json).collect::<Vec<_>>(), "next": next });
    session.out.answer(json, || {
        let table = session.out.table(&header, found.groups.iter().map(row));
        match &next {
            None => table,
            Some(next) => {
                say!(
                    session.language,
                    "{table}\nnext page: --after {next}",
                    "{table}\n下一页：--after {next}"
                )
            }
        }
    })
}

fn to_json(group: &HolderGroup) -> Value {
    json!({ "id": group.id.0, "name": group.name,
            "mixed_scripts": is_mixed(&group.name), "description": group.description, "members": group.members,
            "created_by": group.created_by.name, "created_at": time(group.created_at) })
}
