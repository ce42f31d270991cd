//! `template`: saved templates of batches.

use crate::exit::{Exit, Failure};
use crate::list::PageArgs;
use crate::out::{left, right, time};
use crate::say::{Say, say};
use crate::session::{Access, Session, major};
use crate::terminal::one_line;
use crate::word::Word;
use clap::{Args, Subcommand, ValueEnum};
use domain::access::Reach;
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::holder_group::HolderGroupRef;
use domain::id::TemplateId;
use domain::noun::NounId;
use domain::script::is_mixed;
use domain::visible::shown;
use serde_json::{Value, json};
use service::Error;
use service::batch::rows::{Amounts, LeftOut};
use service::batch_template::{
    self, DescribedTemplate, DrawUp, DrawnUp, NewTemplate, TemplateAmounts, TemplateChange, TemplateContent,
    TemplateFilter, TemplateRequest,
};

/// Arguments of `template`.
#[derive(Debug, Args)]
pub(crate) struct TemplateArgs {
    #[command(subcommand)]
    pub verb: TemplateVerb,
}

/// What to do with templates.
#[derive(Debug, Subcommand)]
pub(crate) enum TemplateVerb {
    /// Save a batch as a template: its payees, amounts and texts
    #[command(after_help = "Example:\n  sluice template save \"Monthly salaries\" --from batch-20260310-001")]
    Save {
        /// Name of the template
        name: String,
        /// Number or id of the batch
        #[arg(long, value_name = "BATCH")]
        from: String,
        /// What it is for
        #[arg(long, default_value = "", value_name = "TEXT")]
        description: String,
        /// Group whose members are paid besides, by its name or id
        #[arg(long, value_name = "GROUP")]
        group: Option<String>,
    },
    /// List templates
    #[command(after_help = "Example:\n  sluice template list --text salaries")]
    List {
        /// Part of the name or the description
        #[arg(long)]
        text: Option<String>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show a template
    #[command(after_help = "Example:\n  sluice template show tmpl_3")]
    Show {
        /// Template id, such as tmpl_3 or 3
        id: String,
    },
    /// Change a template; omitted options stay unchanged
    #[command(
        after_help = "Example:\n  sluice template change tmpl_3 --name \"Salaries, London\" --no-group"
    )]
    Change(TemplateChangeArgs),
    /// Remove a template; batches made from it stay
    #[command(after_help = "Example:\n  sluice template remove tmpl_3")]
    Remove {
        /// Template id, such as tmpl_3 or 3
        id: String,
    },
    /// Make a draft from a template
    #[command(
        after_help = "Example:\n  sluice template use tmpl_3 --name \"April salaries\" --amounts last\n  sluice template use \
                      tmpl_3 --each 50.00"
    )]
    Use(TemplateUseArgs),
}

/// Arguments of `template change`.
#[derive(Debug, Args)]
pub(crate) struct TemplateChangeArgs {
    /// Template id, such as tmpl_3 or 3
    pub id: String,
    /// New name
    #[arg(long)]
    pub name: Option<String>,
    /// New description; empty removes it
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// New remarks of the batches; empty removes them
    #[arg(long, value_name = "TEXT")]
    pub remarks: Option<String>,
    /// Group whose members are paid besides, by its name or id
    #[arg(long, value_name = "GROUP", conflicts_with = "no_group")]
    pub group: Option<String>,
    /// Pay no group besides
    #[arg(long)]
    pub no_group: bool,
}

/// Arguments of `template use`.
#[derive(Debug, Args)]
pub(crate) struct TemplateUseArgs {
    /// Template id, such as tmpl_3 or 3
    pub id: String,
    /// Name of the batch; the template's by default
    #[arg(long)]
    pub name: Option<String>,
    /// Where the amounts come from
    #[arg(long, value_enum, default_value_t = AmountsName::Saved, value_name = "WHICH")]
    pub amounts: AmountsName,
    /// The same amount for each payment
    #[arg(long, value_name = "AMOUNT", conflicts_with_all = ["amounts", "total"])]
    pub each: Option<String>,
    /// A total in equal shares
    #[arg(long, value_name = "AMOUNT", conflicts_with = "amounts")]
    pub total: Option<String>,
    /// Leave out payees who cannot be paid now
    #[arg(long)]
    pub partial: bool,
}

/// Where the amounts of a draft come from.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum AmountsName {
    /// As they were saved
    Saved,
    /// Those of the last batch from this template that was begun
    Last,
    /// None: they are entered in the draft
    Empty,
}

impl TemplateUseArgs {
    fn draw_up(&self) -> DrawUp {
        let amounts = match (&self.each, &self.total, self.amounts) {
            (Some(each), ..) => TemplateAmounts::Split(Amounts::Fixed { each: each.clone() }),
            (_, Some(total), _) => TemplateAmounts::Split(Amounts::Equal { total: total.clone() }),
            (.., AmountsName::Saved) => TemplateAmounts::Saved,
            (.., AmountsName::Last) => TemplateAmounts::Last,
            (.., AmountsName::Empty) => TemplateAmounts::Empty,
        };
        DrawUp { name: self.name.clone(), amounts, partial: self.partial }
    }
}

/// How the command opens the ledger.
pub(crate) const fn access(args: &TemplateArgs) -> Access {
    match args.verb {
        TemplateVerb::List { .. } | TemplateVerb::Show { .. } => Access::Read,
        TemplateVerb::Save { .. }
        | TemplateVerb::Change(_)
        | TemplateVerb::Remove { .. }
        | TemplateVerb::Use(_) => Access::Write,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &TemplateArgs) -> Result<Exit, Failure> {
    let (service, actor) = (&session.service, &session.actor);
    match &args.verb {
        TemplateVerb::Save { name, from, description, group } => {
            let batch = BatchRef::parse(from).map_err(|code| Error::refused(code, shown(from)))?;
            let new = NewTemplate {
                name: name.clone(),
                description: description.clone(),
                group: group.as_deref().map(HolderGroupRef::parse),
                content: TemplateContent::Batch(batch),
            };
            show(session, &batch_template::save(service, actor, &new).await?)?;
        }
        TemplateVerb::List { text, page } => list(session, text.clone(), page).await?,
        TemplateVerb::Show { id } => show(session, &batch_template::show(service, read(id)?).await?)?,
        TemplateVerb::Change(args) => {
            let group = args.group.as_deref().map(HolderGroupRef::parse);
            let change = TemplateChange {
                name: args.name.clone(),
                description: args.description.clone(),
                remarks: args.remarks.clone(),
                group: if args.no_group { Some(None) } else { group.map(Some) },
                ..TemplateChange::default()
            };
            let changed = batch_template::change(service, actor, &any(&args.id)?, &change).await?;
            show(session, &changed)?;
        }
        TemplateVerb::Remove { id } => {
            let removed = batch_template::remove(service, actor, &any(id)?).await?;
            let name = one_line(&removed.template.name);
            let text = || say!(session.language, "Template {name} was removed", "已删除模板 {name}");
            session.out.answer(to_json(&removed), text)?;
        }
        TemplateVerb::Use(args) => {
            let made = batch_template::draw_up(service, actor, read(&args.id)?, &args.draw_up()).await?;
            show_draft(session, &made)?;
        }
    }
    Ok(Exit::Success)
}

pub(crate) fn read(id: &str) -> Result<TemplateId, Failure> {
    TemplateId::from_text(id).map_err(|_| Error::refused(Code::TemplateNotFound, shown(id)).into())
}

/// A command reaches every template, in any version.
fn any(id: &str) -> Result<TemplateRequest, Failure> {
    Ok(TemplateRequest { id: read(id)?, reach: Reach::All, version: None })
}

fn show_draft(session: &Session, made: &DrawnUp) -> Result<(), Failure> {
    let described = &made.prepared.batch;
    let (number, count) = (described.batch.number(), described.batch.tally.total_count);
    let total = major(described.batch.tally.total_amount, &described.asset);
    let (currency, left) = (&described.asset.code, made.left_out.count);
    let left_out = |left: &LeftOut| json!({ "payee": left.payee, "code": left.code });
    let json = json!({ "id": described.batch.id.0, "batch_id": number, "name": described.batch.name,
        "state": described.batch.state.name(), "total_count": count, "total_amount": total,
        "left_out_count": left, "left_out": made.left_out.first.iter().map(left_out).collect::<Vec<_>>() });
    session.out.answer(json, || {
        let mut text = say!(
            session.language,
            "Draft {number} was made: {count} payments, {total} {currency}",
            "已生成草稿 {number}：{count} 笔，共 {total} {currency}"
        );
        if left > 0 {
            text.push('\n');
            text += &say!(session.language, "left out: {left}", "已剔除：{left}");
        }
        for left in &made.left_out.first {
            let payee = one_line(&left.payee);
            let reason = Code::ALL.iter().find(|code| code.name() == left.code);
            let reason = reason.map_or("", |code| code.message(session.language));
            text += &format!("\n  {payee}: {reason}");
        }
        text
    })
}

fn show(session: &Session, described: &DescribedTemplate) -> Result<(), Failure> {
    let template = &described.template;
    let fields: [(Say, String); 9] = [
        (say("id", "编号"), template.id.tagged()),
        (say("name", "名称"), template.name.clone()),
        (say("description", "说明"), template.description.clone()),
        (say("type", "类型"), template.kind.word(session.language).to_owned()),
        (say("account", "账户"), described.account.clone().unwrap_or_default()),
        (say("group", "分组"), described.group.clone().unwrap_or_default()),
        (say("payments", "笔数"), template.items.to_string()),
        (
            say("total", "合计"),
            format!("{} {}", major(template.amount, &described.asset), described.asset.code),
        ),
        (say("changed", "修改时间"), time(template.changed_at)),
    ];
    session.out.answer(to_json(described), || session.out.fields(&fields))
}

async fn list(session: &Session, text: Option<String>, page: &PageArgs) -> Result<(), Failure> {
    let after = page.id()?.unwrap_or(0);
    let filter = TemplateFilter { text, kind: None };
    let found = batch_template::list(&session.service, &filter, after, page.limit).await?;
    let header = [
        left("id", "编号"),
        left("name", "名称"),
        left("type", "类型"),
        left("group", "分组"),
        right("payments", "笔数"),
        right("total", "合计"),
        left("currency", "币种"),
    ];
    let row = |described: &DescribedTemplate| {
        let template = &described.template;
        vec![
            template.id.tagged(),
            template.name.clone(),
            template.kind.word(session.language).to_owned(),
            described.group.clone().unwrap_or_default(),
            template.items.to_string(),
            major(template.amount, &described.asset),
            described.asset.code.clone(),
        ]
    };
    let next = found.next.map(|id| id.to_string());
    let json = json!({ "templates": found.templates.iter().map(to_json).collect::<Vec<_>>(), "next": next });
    session.out.answer(json, || {
        let table = session.out.table(&header, found.templates.iter().map(row));
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

fn to_json(described: &DescribedTemplate) -> Value {
    let template = &described.template;
    json!({ "id": template.id.0, "name": template.name,
            "mixed_scripts": is_mixed(&template.name), "description": template.description,
            "type": template.kind.name(), "mode": template.mode.name(), "currency": described.asset.code,
            "account": described.account, "convert": template.convert, "allow_repeat": template.allow_repeat,
            "remarks": template.remarks, "group": described.group, "relation_count": template.items,
            "total_amount": major(template.amount, &described.asset), "version": template.version,
            "created_by": template.created_by.name, "created_at": time(template.created_at),
            "updated_at": time(template.changed_at) })
}
