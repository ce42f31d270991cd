//! Making a draft from a template.

use super::change::terms_of;
use super::content::{SavedRows, amounts_of, rows_of, too_large};
use super::lookup::{find, missing};
use super::members::members;
use crate::batch::create::{self, CreateBatch, RateMode, Read};
use crate::batch::items::number_of_rows;
use crate::batch::lookup;
use crate::batch::rows::{self, Amounts, LeftOuts, NewRow, ROWS_MAX};
use crate::batch::submit::{PreparedBatch, Submission};
use crate::batch::terms::{BatchTerms, check_outside, single};
use crate::payee::{Field, Given, Side};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::amount::format_minor;
use domain::batch::BatchType;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::TemplateId;
use hashbrown::{HashMap, HashSet};
use store::Tx;
use store::audit::Actor;
use store::batch_template::{self as stored, BatchTemplate};

/// The amounts of a draft made from a template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TemplateAmounts {
    /// As they were saved; a payment without one waits for it.
    #[default]
    Saved,
    /// Those of the last batch from this template that was begun; a payee who was not in it has the saved one.
    Last,
    /// None yet.
    Empty,
    /// A total in equal shares, or the same amount for each.
    Split(Amounts),
}

/// How a draft is made from a template.
#[derive(Debug, Clone, Default)]
pub struct DrawUp {
    /// The batch's name; none: the template's.
    pub name: Option<String>,
    /// Its amounts.
    pub amounts: TemplateAmounts,
    /// Leave out payees who cannot be paid now, instead of refusing the request.
    pub partial: bool,
}

/// A draft that was made from a template.
#[derive(Debug, Clone)]
pub struct DrawnUp {
    /// The draft.
    pub prepared: PreparedBatch,
    /// Who was left out.
    pub left_out: LeftOuts,
}

/// A template that was read, and the draft that it becomes.
struct Drawing {
    version: i64,
    new: CreateBatch,
    read: Read,
    left_out: LeftOuts,
}

/// Makes a draft from a template. One payee who cannot be paid now refuses the request, unless it is partial.
pub async fn draw_up(
    service: &Service,
    actor: &Actor,
    id: TemplateId,
    how: &DrawUp,
) -> Result<DrawnUp, Error> {
    if let Some(first) = service.first_answer().await? {
        return first.answer();
    }
    let about = Fact::new(Action::BatchCreate, None).with("template", id.0);
    let drawing = match draw(service, id, how).await {
        Ok(drawing) => drawing,
        Err(error) => return service.refused(actor, about, error).await,
    };
    let mut write = claimed!(service.write(actor, Action::BatchCreate));
    write.about = about;
    let done = make(&mut write, id, drawing).await;
    write.end(done).await
}

async fn make(write: &mut Write, id: TemplateId, drawing: Drawing) -> Result<WriteResult<DrawnUp>, Error> {
    let Drawing { version, new, read, left_out } = drawing;
    let template = stored::lock(&mut write.tx, id).await?.ok_or_else(|| missing(id))?;
    if template.version != version {
        return Err(Error::refused(Code::TemplateChanged, template.name));
    }
    let made = create::make(write, &new, read).await?;
    let left = Some(left_out.count).filter(|count| *count > 0);
    Ok(made.with("left_out", left).map(|prepared| DrawnUp { prepared, left_out }))
}

async fn draw(service: &Service, id: TemplateId, how: &DrawUp) -> Result<Drawing, Error> {
    let mut tx = service.store.read().await?;
    let template = find(&mut tx, id).await?;
    let terms = terms_of(&mut tx, &template).await?;
    let new = head(&template, &terms, how);
    single_in_use(&mut tx, &new).await?;
    is_small(&mut tx, &template).await?;
    let mut saved = rows_of(&mut tx, &template).await?;
    let mut problems = members(&mut tx, &template, &terms, &mut saved).await?;
    let SavedRows { rows, amounts: saved, .. } = saved;
    check_outside(template.kind, number_of_rows(rows.len()))?;
    let examined = rows::examine(&mut tx, &terms, &Amounts::Open, &rows).await?;
    problems.extend(examined.problems);
    let bad: HashSet<usize> = problems.iter().map(|(place, _)| *place).collect();
    let wrong = rows::by_name(problems, &examined.written);
    if !wrong.is_empty() && !how.partial {
        return Err(rows::refusal_by_name(rows.len(), &wrong));
    }
    let mut left_out = rows::left_out(wrong);
    let good = rows.into_iter().zip(saved).enumerate().filter(|(place, _)| !bad.contains(place));
    let (mut rows, saved): (Vec<NewRow>, Vec<i64>) = good.map(|(_, one)| one).unzip();
    let sides = examined.accepted.iter().map(|row| (row.item.source.0, row.item.target.0));
    let amounts =
        fill(&mut tx, &template, how, &mut rows, saved.into_iter().zip(sides), terms.asset.scale).await?;
    let (accepted, unfit) = rows::take_fitting(&mut tx, &terms, &amounts, &rows, how.partial).await?;
    if accepted.rows.is_empty() {
        return Err(Code::BatchEmpty.into());
    }
    terms.within_maximum(accepted.total)?;
    left_out.extend(unfit);
    let left_out = left_out.into_iter().collect();
    let version = template.version;
    Ok(Drawing { version, new, read: Read { terms, accepted, template: Some(id) }, left_out })
}

/// Refuses a template with more payments and members than a request makes, before they are read.
pub(super) async fn is_small(tx: &mut Tx, template: &BatchTemplate) -> Result<(), Error> {
    let members = match template.holder_group {
        Some(group) => store::holder_group::get(tx, &group.into()).await?.map_or(0, |group| group.members),
        None => 0,
    };
    if template.items.saturating_add(members) > number_of_rows(ROWS_MAX) { Err(too_large()) } else { Ok(()) }
}

/// Refuses a template whose single account was closed since.
async fn single_in_use(tx: &mut Tx, new: &CreateBatch) -> Result<(), Error> {
    if let Some(payer) = &new.source {
        single(tx, payer, Side::Payer).await?;
    }
    if let Some(payee) = &new.target {
        single(tx, payee, Side::Payee).await?;
    }
    Ok(())
}

/// Gives the rows their amounts.
async fn fill(
    tx: &mut Tx,
    template: &BatchTemplate,
    how: &DrawUp,
    rows: &mut [NewRow],
    saved: impl Iterator<Item = (i64, (i64, i64))>,
    scale: u8,
) -> Result<Amounts, Error> {
    let last = match &how.amounts {
        TemplateAmounts::Split(amounts) => return Ok(amounts.clone()),
        TemplateAmounts::Empty => return Ok(Amounts::Open),
        TemplateAmounts::Saved => HashMap::new(),
        TemplateAmounts::Last => last_amounts(tx, template).await?,
    };
    for (row, (saved, sides)) in rows.iter_mut().zip(saved) {
        let amount = last.get(&sides).copied().unwrap_or(saved);
        row.amount = (amount > 0).then(|| format_minor(i128::from(amount), scale));
    }
    Ok(Amounts::Open)
}

async fn last_amounts(tx: &mut Tx, template: &BatchTemplate) -> Result<HashMap<(i64, i64), i64>, Error> {
    let last = stored::last_run(tx, template.id).await?;
    let last = last.ok_or_else(|| Error::refused(Code::TemplateNotRun, template.name.clone()))?;
    let batch = lookup::get(tx, last).await?;
    amounts_of(tx, &batch).await
}

/// The draft's head; its rows are accepted already.
fn head(template: &BatchTemplate, terms: &BatchTerms, how: &DrawUp) -> CreateBatch {
    let named = |side: Side, field: Field| template.account.map(|id| Given::id(Some(side), field, id.0));
    let (source, target) = match template.kind {
        BatchType::OneToMany => (named(Side::Payer, Field::Payer), None),
        BatchType::ManyToOne => (None, named(Side::Payee, Field::Payee)),
        BatchType::ManyToMany | BatchType::Deposit | BatchType::Withdrawal => (None, None),
    };
    CreateBatch {
        name: how.name.clone().unwrap_or_else(|| template.name.clone()),
        kind: template.kind,
        mode: template.mode,
        source,
        target,
        currency: Some(terms.asset.code.clone()),
        amounts: Amounts::Open,
        rows: Vec::new(),
        remarks: template.remarks.clone(),
        convert: template.convert,
        allow_repeat: template.allow_repeat,
        rate_mode: template.convert.then_some(match template.follows_rates {
            true => RateMode::Follow,
            false => RateMode::Kept,
        }),
        draft: true,
        submission: Submission::default(),
    }
}
