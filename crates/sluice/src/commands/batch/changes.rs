//! `batch changes`: what is different about a batch.

use super::name::BatchName;
use crate::exit::{Exit, Failure};
use crate::list::{Page, PageArgs};
use crate::out::{left, or_empty, right, time};
use crate::say::{grouped, say};
use crate::session::{Session, major};
use crate::word::Word;
use clap::Args;
use domain::asset::Asset;
use domain::change::ChangeKind;
use domain::code::{Code, Language};
use serde_json::{Value, json};
use service::Error;
use service::batch;
use service::batch::change::{ChangePage, ChangeQuery, DescribedChange};
use service::batch::read_ref;

/// Changes of one kind that are listed are fewer, so that a kind and a place fit one cursor.
const PLACES: i64 = 1_000_000;

/// Arguments of `batch changes`.
#[derive(Debug, Args)]
pub(crate) struct BatchChangesArgs {
    #[command(flatten)]
    pub name: BatchName,
    /// Compare with this batch, instead of the last one of the same name
    #[arg(long, value_name = "ID")]
    pub against: Option<String>,
    /// Only this kind, such as payee_new or amount_moved
    #[arg(long, value_parser = kind)]
    pub kind: Option<ChangeKind>,
    #[command(flatten)]
    pub page: PageArgs,
}

fn kind(text: &str) -> Result<ChangeKind, String> {
    let names = || ChangeKind::ALL.map(ChangeKind::name).join(", ");
    ChangeKind::from_name(text).ok_or_else(names)
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &BatchChangesArgs) -> Result<Exit, Failure> {
    let from = args.page.id()?.map(place).transpose()?;
    let against = args.against.as_deref().map(read_ref).transpose()?;
    let (batch, kind, limit) = (args.name.read()?, args.kind, args.page.limit);
    let query = ChangeQuery { batch, against, kind, from, limit };
    let found = batch::changes(&session.service, &query).await?;
    let (asset, base_asset) = (&found.batch.asset, found.base.as_ref().map(|base| &base.asset));
    let base_asset = base_asset.unwrap_or(asset);
    let counts = found.report.counts.iter().filter(|count| kind.is_none_or(|kind| kind == count.kind));
    let page = Page {
        rows: found.changes.iter().map(|one| to_json(one, asset, base_asset)).collect(),
        total: counts.map(|count| count.listed).sum(),
        next: found.next.map(|(kind, place)| (kind.number() * PLACES + place).to_string()),
    };
    let counts = found.report.counts.iter().map(|count| {
        json!({ "kind": count.kind.name(), "count": count.found, "listed": count.listed,
                "amount": major(count.amount, asset) })
    });
    let more = json!({
        "batch_id": found.batch.batch.number(), "id": found.batch.batch.id.0, "currency": asset.code,
        "base": found.base.as_ref().map(|base| base.batch.number()), "counts": counts.collect::<Vec<_>>(),
    });
    let header = [
        left("change", "变更"),
        left("account", "账户"),
        left("before", "原账户"),
        right("was", "原金额"),
        right("now", "现金额"),
        left("since", "依据"),
    ];
    let cells = found.changes.iter().map(|one| cells(one, asset, base_asset, session.language));
    let text = || format!("{}\n{}", head(session, &found), session.out.table(&header, cells));
    page.answer_with(session.out, "changes", more, text)?;
    Ok(Exit::Success)
}

/// What the batch was compared with, and how many changes of each kind there are.
fn head(session: &Session, found: &ChangePage) -> String {
    let language = session.language;
    let none = say("no earlier batch of this name", "没有同名的先前批次").to(language);
    let base = found.base.as_ref().map(|base| format!("{}, {}", base.batch.number(), base.batch.name));
    let counts = found.report.counts.iter().filter(|count| count.found > 0);
    let counts = counts.map(|count| format!("{} {}", count.kind.word(language), grouped(count.found)));
    session.out.fields(&[
        (say("compared with", "对比批次"), base.unwrap_or_else(|| none.to_owned())),
        (say("changes", "变更"), counts.collect::<Vec<_>>().join(", ")),
    ])
}

fn place(cursor: i64) -> Result<(ChangeKind, i64), Failure> {
    let kind = ChangeKind::from_number(cursor / PLACES);
    let kind = kind.ok_or_else(|| Failure::from(Error::refused(Code::CursorInvalid, cursor.to_string())))?;
    Ok((kind, cursor % PLACES))
}

/// What a change says about the amounts before and after it.
fn amounts(one: &DescribedChange, asset: &Asset, base_asset: &Asset) -> (Option<String>, Option<String>) {
    let (before, after) = (one.change.before, one.change.after);
    (
        (before != 0).then(|| major(before, base_asset)),
        (one.change.kind != ChangeKind::PayeeGone).then(|| major(after, asset)),
    )
}

fn to_json(one: &DescribedChange, asset: &Asset, base_asset: &Asset) -> Value {
    let (before, after) = amounts(one, asset, base_asset);
    let fields = one.fields.iter();
    let fields = fields.map(|one| json!({ "field": one.field, "before": one.before, "after": one.after }));
    json!({
        "kind": one.change.kind.name(), "account": one.account, "holder": one.holder,
        "account_before": one.account_before, "amount_before": before, "amount": after,
        "paid_by_batch": one.batch, "at": (one.change.at != 0).then(|| time(one.change.at)),
        "fields": fields.collect::<Vec<_>>(), "changed_by": one.by,
    })
}

fn cells(one: &DescribedChange, asset: &Asset, base_asset: &Asset, language: Language) -> Vec<String> {
    let (before, after) = amounts(one, asset, base_asset);
    let values = one
        .fields
        .iter()
        .map(|one| format!("{} -> {}", or_empty(one.before.as_deref()), or_empty(one.after.as_deref())));
    let at = (one.change.at != 0).then(|| time(one.change.at));
    let since = one.batch.clone().into_iter().chain(values).chain(at);
    vec![
        one.change.kind.word(language).to_owned(),
        one.account.clone(),
        or_empty(one.account_before.as_deref()),
        before.unwrap_or_default(),
        after.unwrap_or_default(),
        since.collect::<Vec<_>>().join(", "),
    ]
}
