//! Adds every account that a filter matches to a draft, as the list of accounts shows them.

use super::described::Described;
use super::edit::{as_changed, draft, edited, met, set_total};
use super::items::{extent, insert_items, number_of_rows};
use super::lookup::{self, find};
use super::request::BatchRequest;
use super::rows::row::{Accepted, ExaminedRows};
use super::rows::{self, Amounts, LeftOuts, NewRow, ROWS_MAX};
use super::terms::{BatchTerms, terms_of_draft};
use crate::account_list::{self, AccountFilter, AccountQuery, AccountSort};
use crate::audited_ids::audited_ids;
use crate::payee::{Field, Given, Side};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::account::AccountStatus;
use domain::batch::BATCH_ITEMS_MAX;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::holder_group::HolderGroupRef;
use domain::script::Digits;
use store::audit::Actor;
use store::batch::Batch;
use store::listing::PageRequest;

/// Which accounts are added, and their amounts.
#[derive(Debug, Clone, Default)]
pub struct AddAccounts {
    /// The filter; only active accounts match unless it names a status.
    pub filter: AccountFilter,
    /// The currency of the accounts; by default the batch's.
    pub currency: Option<String>,
    /// Only accounts of the members of this group.
    pub group: Option<HolderGroupRef>,
    /// Their amounts: a split, or none yet.
    pub amounts: Amounts,
}

/// A draft to which accounts were added.
#[derive(Debug, Clone)]
pub struct AddedAccounts {
    /// The batch.
    pub batch: Described,
    /// How many were added.
    pub added: u64,
    /// How many were in the draft already.
    pub already: u64,
    /// Those that cannot be in it, and why.
    pub refused: LeftOuts,
}

/// Adds the accounts that match a filter to a draft with a single account. Accounts that are in it already are
/// skipped; those that cannot be in it are named in the answer.
pub async fn add_accounts(
    service: &Service,
    actor: &Actor,
    request: &BatchRequest<'_>,
    add: &AddAccounts,
) -> Result<AddedAccounts, Error> {
    if let Some(first) = service.first_answer().await? {
        return first.answer();
    }
    // The accounts are searched for before the transaction: that takes up to a second.
    let numbers = match matching(service, request, add).await {
        Ok(numbers) => numbers,
        Err(error) => {
            let id = lookup::named(service, request.batch).await.ok().map(|batch| batch.id.0);
            return service.refused(actor, Fact::new(Action::BatchEdit, id), error).await;
        }
    };
    let mut write = claimed!(service.write(actor, Action::BatchEdit));
    let done = add_in(&mut write, request, add, numbers).await;
    write.end(done).await
}

/// The numbers of the accounts that match, each once.
async fn matching(
    service: &Service,
    request: &BatchRequest<'_>,
    add: &AddAccounts,
) -> Result<Vec<String>, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, request.batch).await?;
    let own = crate::asset::by_id(&mut tx, batch.asset).await?.code;
    drop(tx);
    let mut filter = add.filter.clone();
    filter.status = Some(filter.status.unwrap_or(AccountStatus::Active));
    let query = AccountQuery {
        filter,
        currency: Some(add.currency.as_ref().map_or(own, |code| code.trim().to_ascii_uppercase())),
        group: add.group.clone(),
        sort: AccountSort::Id,
        slice: PageRequest { limit: number_of_rows(ROWS_MAX), ..PageRequest::default() },
        ..AccountQuery::default()
    };
    let page = account_list::search(service, &query).await?;
    if page.next.is_some() {
        return Err(Error::refused(Code::FilterTooWide, page.accounts.len().to_string()));
    }
    Ok(page.accounts.into_iter().map(|(_, account)| account.number).collect())
}

async fn add_in(
    write: &mut Write,
    request: &BatchRequest<'_>,
    add: &AddAccounts,
    numbers: Vec<String>,
) -> Result<WriteResult<AddedAccounts>, Error> {
    let batch = draft(write, request).await?;
    let tx = &mut write.tx;
    let terms = terms_of_draft(tx, &batch).await?;
    if terms.single.is_none() || batch.kind.is_outside() {
        return Err(Error::refused(Code::BatchSideInvalid, batch.kind.name()));
    }
    let (met, line) = met(tx, &terms, &batch).await?;
    let new = rows_of(&terms, numbers);
    let examined = rows::examine(tx, &terms, &Amounts::Open, &new).await?;
    let matched = examined.accepted.len();
    let fresh = |row: &Accepted| !met.contains(&terms.repeat_key(&row.item));
    let rows: Vec<NewRow> = accepted_rows(new, &examined)
        .zip(&examined.accepted)
        .filter(|(_, accepted)| fresh(accepted))
        .map(|(row, _)| row)
        .collect();
    let refused = rows::left_out(rows::by_name(examined.problems, &examined.written));
    let already = matched - rows.len();
    let amounts = add.amounts.clone().of_draft();
    let (mut accepted, unfit) = rows::take_fitting(tx, &terms, &amounts, &rows, true).await?;
    let refused: LeftOuts = refused.into_iter().chain(unfit).collect();
    for (row, line) in accepted.rows.iter_mut().zip(line + 1..) {
        row.item.line = line;
    }
    let total = terms.within_maximum(i128::from(batch.tally.total_amount) + accepted.total)?;
    let added = accepted.rows.len();
    let count = batch.tally.total_count + number_of_rows(added);
    if count > BATCH_ITEMS_MAX {
        return Err(Code::FileTooLarge.into());
    }
    let mut fact = fact(&batch, request, add)
        .with("added", added)
        .with("amount", total - batch.tally.total_amount)
        .with("accounts", audited_ids(accepted.rows.iter().map(|row| terms.other(&row.item).0)))
        .with("refused", refused.count);
    if added > 0 {
        let items = insert_items(tx, batch.id, accepted.rows).await?;
        let (first, last) = extent(&items);
        fact = fact.of_item(first);
        let first = if batch.tally.total_count == 0 { first } else { batch.first_number };
        store::batch::set_range(tx, batch.id, first, last).await?;
        set_total(tx, &batch, usize::try_from(count).unwrap_or(0), total).await?;
    }
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let (added, already) = (number(added), number(already));
    let batch = as_changed(write, &batch).await?;
    Ok(WriteResult::one(AddedAccounts { batch, added, already, refused }, fact))
}

/// What was asked for, so that the audit log says by which filter the rows came.
fn fact(batch: &Batch, request: &BatchRequest<'_>, add: &AddAccounts) -> Fact {
    let AccountFilter { text, email, uid, status, balance_min, balance_max, .. } = &add.filter;
    edited(batch, request)
        .with("group", add.group.as_ref().map(ToString::to_string))
        .with("text", text.as_deref())
        .with("email", email.as_deref())
        .with("uid", uid.as_deref())
        .with("status", status.unwrap_or(AccountStatus::Active).name())
        .with("currency", add.currency.as_deref())
        .with("balance_min", *balance_min)
        .with("balance_max", *balance_max)
}

fn rows_of(terms: &BatchTerms, numbers: Vec<String>) -> Vec<NewRow> {
    let (side, field) = match terms.own_side() {
        Side::Payer => (Side::Payer, Field::Payer),
        Side::Payee => (Side::Payee, Field::Payee),
    };
    let row = |number: String| NewRow {
        given: vec![Given::account(Some(side), field, number, Digits::Refuse)],
        ..NewRow::default()
    };
    numbers.into_iter().map(row).collect()
}

/// The rows that were accepted, in the order of their items.
fn accepted_rows(rows: Vec<NewRow>, examined: &ExaminedRows) -> impl Iterator<Item = NewRow> + use<> {
    let bad: hashbrown::HashSet<usize> = examined.problems.iter().map(|(place, _)| *place).collect();
    rows.into_iter().enumerate().filter(move |(place, _)| !bad.contains(place)).map(|(_, row)| row)
}
