//! Changes one row of a draft. The item's content is replaced under its number and line, with all checks of a new row.

use super::described::described;
use super::edit::{AddedItems, as_changed, draft, edited, met, set_total, unchanged};
use super::items::replace_row;
use super::request::BatchRequest;
use super::rows::row::Accepted;
use super::rows::{self, Amounts, NewRow};
use super::terms::{BatchTerms, terms_of_draft};
use crate::payee::{Field, Given, Side};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::amount::format_minor;
use domain::code::Code;
use domain::fact::Action;
use domain::script::Digits;
use serde_json::{Value, json};
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;
use store::item::Item;

/// The changes to a row; an absent field stays as it is.
#[derive(Debug, Clone, Default)]
pub struct EditItem {
    /// The amount, major units; `Some(None)`: the row waits for it again.
    pub amount: Option<Option<String>>,
    /// The account on the side that the rows name, in every way that it is named; with it, the payer of a row that
    /// names both.
    pub given: Option<Vec<Given>>,
    /// What it is for; empty removes it.
    pub memo: Option<String>,
    /// Free text for the payee; empty removes it.
    pub reference: Option<String>,
    /// The client's id for the payment; empty removes it.
    pub external_id: Option<String>,
}

impl EditItem {
    /// Whether every field is absent.
    const fn is_empty(&self) -> bool {
        let has_texts = self.memo.is_some() || self.reference.is_some() || self.external_id.is_some();
        self.amount.is_none() && self.given.is_none() && !has_texts
    }
}

/// Changes a row of a draft; its number and line stay.
pub async fn edit_item(
    service: &Service,
    actor: &Actor,
    request: &BatchRequest<'_>,
    number: i64,
    edit: &EditItem,
) -> Result<AddedItems, Error> {
    let mut write = claimed!(service.write(actor, Action::BatchEdit));
    let done = edit_in(&mut write, request, number, edit).await;
    write.end(done).await
}

async fn edit_in(
    write: &mut Write,
    request: &BatchRequest<'_>,
    number: i64,
    edit: &EditItem,
) -> Result<WriteResult<AddedItems>, Error> {
    if edit.is_empty() {
        let batch = unchanged(write, request).await?;
        item(&mut write.tx, &batch, number).await?;
        let batch = described(&mut write.tx, batch).await?;
        return Ok(WriteResult::nothing(AddedItems { batch, items: vec![number] }));
    }
    let batch = draft(write, request).await?;
    let tx = &mut write.tx;
    let terms = terms_of_draft(tx, &batch).await?;
    let before = item(tx, &batch, number).await?;
    let after = changed_row(tx, &terms, &before, edit).await?;
    not_met(tx, &terms, &batch, &before, &after.item).await?;
    let amount = after.item.amount;
    let total = i128::from(batch.tally.total_amount) - i128::from(before.amount) + i128::from(amount);
    let total = terms.within_maximum(total)?;
    let fact = edited(&batch, request)
        .with("before", audited(&before))
        .with("item", number)
        .with("after", audited(&after.item));
    replace_row(tx, batch.id, &before, after).await?;
    set_total(tx, &batch, usize::try_from(batch.tally.total_count).unwrap_or(0), total).await?;
    Ok(WriteResult::one(AddedItems { batch: as_changed(write, &batch).await?, items: vec![number] }, fact))
}

fn audited(item: &Item) -> Value {
    json!({ "source": item.source.0, "target": item.target.0, "amount": item.amount, "memo": item.memo,
            "reference": item.reference, "external_id": item.external_id })
}

async fn item(tx: &mut Tx, batch: &Batch, number: i64) -> Result<Item, Error> {
    let missing = || Error::refused(Code::ItemNotFound, number.to_string());
    let mut found = vec![store::item::get(tx, batch.id, number).await?.ok_or_else(missing)?];
    store::external_id::fill_page(tx, batch.id, &mut found).await?;
    found.pop().ok_or_else(missing)
}

/// The row with its changes, checked like a new one. Where its accounts are not changed, they stay, however they were
/// written: an e-mail address is not looked up again because an amount was corrected.
async fn changed_row(
    tx: &mut Tx,
    terms: &BatchTerms,
    before: &Item,
    edit: &EditItem,
) -> Result<Accepted, Error> {
    let text = |new: &Option<String>, old: &Option<String>| match new {
        Some(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        None => old.clone(),
    };
    let amount = match &edit.amount {
        Some(amount) => amount.clone(),
        None => (before.amount > 0).then(|| format_minor(i128::from(before.amount), terms.asset.scale)),
    };
    let given = match &edit.given {
        Some(given) => given.clone(),
        None => accounts(tx, terms, before).await?,
    };
    let row = NewRow {
        given,
        amount,
        memo: text(&edit.memo, &before.memo),
        reference: text(&edit.reference, &before.reference),
        external_id: text(&edit.external_id, &before.external_id),
        ..NewRow::default()
    };
    let accepted = rows::take(tx, terms, &Amounts::Open, std::slice::from_ref(&row)).await?;
    let mut one = accepted.rows.into_iter().next().ok_or(Code::BatchEmpty)?;
    (one.item.number, one.item.line) = (before.number, before.line);
    if edit.given.is_none() {
        let contact = store::item_contact::by_items(tx, vec![before.number.0]).await?.pop();
        one.contact = contact.map(|(_, kind, written)| rows::row::Contact { kind, written });
    }
    Ok(one)
}

/// The accounts of a row by their numbers, as a row names them.
async fn accounts(tx: &mut Tx, terms: &BatchTerms, item: &Item) -> Result<Vec<Given>, Error> {
    let sides: &[Side] = match (terms.single, terms.own_side()) {
        (None, _) => &[Side::Payer, Side::Payee],
        (Some(_), Side::Payer) => &[Side::Payer],
        (Some(_), Side::Payee) => &[Side::Payee],
    };
    let mut given = Vec::new();
    for side in sides {
        let (id, field) = match side {
            Side::Payer => (item.source, Field::Payer),
            Side::Payee => (item.target, Field::Payee),
        };
        let number = store::account::numbers(tx, vec![id.0]).await?.pop().map(|(_, number)| number);
        given.push(Given::account(Some(*side), field, number.unwrap_or_default(), Digits::Refuse));
    }
    Ok(given)
}

/// Refuses a payee who is in the draft already.
async fn not_met(
    tx: &mut Tx,
    terms: &BatchTerms,
    batch: &Batch,
    before: &Item,
    after: &Item,
) -> Result<(), Error> {
    let key = terms.repeat_key(after);
    if batch.account.is_none() || key == terms.repeat_key(before) {
        return Ok(());
    }
    let (met, _) = met(tx, terms, batch).await?;
    if !met.contains(&key) {
        return Ok(());
    }
    let numbers = store::account::numbers(tx, vec![terms.other(after).0]).await?;
    let number = numbers.into_iter().map(|(_, number)| number).next().unwrap_or_default();
    rows::refuse_duplicates(terms.duplicate(), std::iter::once(&number))
}
