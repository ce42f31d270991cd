//! A template's payments: from rows, from a batch, and back into rows.

use crate::Error;
use crate::batch::rows::row::{Accepted, Contact};
use crate::batch::rows::{NewRow, PROBLEMS_MAX, ROWS_MAX, refuse_duplicates};
use crate::payee::{Field, Given, Side};
use data_encoding::HEXLOWER;
use domain::asset::Asset;
use domain::batch::{BatchType, ContactType};
use domain::code::Code;
use domain::id::{AccountId, HolderId};
use domain::script::Digits;
use hashbrown::{HashMap, HashSet};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::Tx;
use store::account::Identity;
use store::batch::Batch;
use store::batch_template::{self as stored, BatchTemplate, TemplateItem};
use store::item::{Item, Page};

/// Items per step.
const STEP: i64 = 10_000;

/// Accepted rows as payments.
pub(super) fn of_rows(rows: &[Accepted]) -> Vec<TemplateItem> {
    rows.iter().zip(1..).map(|(row, place)| payment(place, &row.item, row.contact.as_ref())).collect()
}

fn payment(place: i64, item: &Item, contact: Option<&Contact>) -> TemplateItem {
    TemplateItem {
        place,
        source: item.source,
        target: item.target,
        contact_kind: contact.map(|contact| contact.kind),
        contact: contact.map(|contact| contact.written.clone()),
        amount: item.amount,
        memo: item.memo.clone(),
        reference: item.reference.clone(),
    }
}

/// Refuses payments that differ in their external ids alone: these are not saved, so that no draft could be made from them.
pub(super) async fn are_distinct(
    tx: &mut Tx,
    kind: BatchType,
    allow_repeat: bool,
    items: &[TemplateItem],
) -> Result<(), Error> {
    if kind == BatchType::ManyToMany {
        return Ok(());
    }
    let mut seen = HashSet::with_capacity(items.len());
    let met_before = |item: &TemplateItem| {
        let reference = item.reference.clone().filter(|_| allow_repeat);
        let account = own(kind, item).0;
        (!seen.insert((account, reference))).then_some(account)
    };
    let mut twice: Vec<i64> = items.iter().filter_map(met_before).take(PROBLEMS_MAX).collect();
    twice.sort_unstable();
    twice.dedup();
    if twice.is_empty() {
        return Ok(());
    }
    let code = match own_side(kind) {
        Side::Payer => Code::DuplicateSource,
        Side::Payee => Code::DuplicateTarget,
    };
    let names = store::account::numbers(tx, twice).await?;
    refuse_duplicates(code, names.iter().map(|(_, number)| number))
}

/// The refusal of a template that would have more payments than a request makes.
pub(crate) fn too_large() -> Error {
    Error::refused(Code::TemplateTooLarge, ROWS_MAX.to_string())
}

/// A batch's items as payments, whatever became of them; external ids are those of one payment and not saved.
pub(crate) async fn of_batch(tx: &mut Tx, batch: &Batch) -> Result<Vec<TemplateItem>, Error> {
    if usize::try_from(batch.tally.total_count).unwrap_or(usize::MAX) > ROWS_MAX {
        return Err(too_large());
    }
    let (mut all, mut after) = (Vec::new(), batch.first_number - 1);
    loop {
        let page = Page { batch: batch.id, after, last: batch.last_number, limit: STEP };
        let items = store::item::page(tx, page, None, None).await?;
        let Some(last) = items.last() else { return Ok(all) };
        after = last.number.0;
        let numbers = items.iter().map(|item| item.number.0).collect();
        let contacts = store::item_contact::by_items(tx, numbers).await?;
        let contacts: HashMap<_, _> = contacts
            .into_iter()
            .map(|(number, kind, written)| (number.0, Contact { kind, written }))
            .collect();
        for item in &items {
            let place = i64::try_from(all.len() + 1).unwrap_or(i64::MAX);
            all.push(payment(place, item, contacts.get(&item.number.0)));
        }
    }
}

/// The amounts of a batch's items, by payer and payee. Of several payments of one payee none is meant.
pub(super) async fn amounts_of(tx: &mut Tx, batch: &Batch) -> Result<HashMap<(i64, i64), i64>, Error> {
    let (mut amounts, mut twice) = (HashMap::new(), Vec::new());
    let mut after = batch.first_number - 1;
    loop {
        let page = Page { batch: batch.id, after, last: batch.last_number, limit: STEP };
        let items = store::item::page(tx, page, None, None).await?;
        let Some(last) = items.last() else { break };
        after = last.number.0;
        for item in &items {
            let key = (item.source.0, item.target.0);
            if amounts.insert(key, item.amount).is_some() {
                twice.push(key);
            }
        }
    }
    for key in &twice {
        amounts.remove(key);
    }
    Ok(amounts)
}

/// The SHA-256 of payments: for each its place, payer, payee and amount as 64-bit numbers, then the kind and text of a
/// contact, memo and reference, each text after its length.
pub(super) fn hash_of(items: &[TemplateItem]) -> String {
    let mut hash = Sha256::new();
    for item in items {
        let kind = item.contact_kind.map_or(0, ContactType::number);
        for number in [item.place, item.source.0, item.target.0, item.amount, kind] {
            hash.update(number.to_le_bytes());
        }
        for text in [&item.contact, &item.memo, &item.reference] {
            let length = text.as_ref().map_or(-1, |text| i64::try_from(text.len()).unwrap_or(i64::MAX));
            hash.update(length.to_le_bytes());
            hash.update(text.as_deref().unwrap_or_default());
        }
    }
    HEXLOWER.encode(&hash.finalize())
}

/// What an audit row says of a template; its payments as a hash, if they are read.
pub(super) fn audited(template: &BatchTemplate, items: Option<&[TemplateItem]>) -> Value {
    json!({ "name": template.name, "description": template.description, "mode": template.mode.name(),
            "remarks": template.remarks, "group": template.holder_group.map(|id| id.0), "items": template.items,
            "amount": template.amount, "payments": items.map(hash_of) })
}

/// All payments of a template.
pub(super) async fn all(tx: &mut Tx, template: &BatchTemplate) -> Result<Vec<TemplateItem>, Error> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let items = stored::items(tx, template.id, after, STEP).await?;
        let Some(last) = items.last() else { return Ok(all) };
        after = last.place;
        all.extend(items);
    }
}

/// A template's payments as rows without amounts.
pub(super) struct SavedRows {
    pub rows: Vec<NewRow>,
    /// The saved amount of each.
    pub amounts: Vec<i64>,
    /// The holder of the account that was saved for each row's own side, or the member whom the row pays.
    pub holders: Vec<Option<HolderId>>,
}

/// A template's payments as rows.
pub(super) async fn rows_of(tx: &mut Tx, template: &BatchTemplate) -> Result<SavedRows, Error> {
    let items = all(tx, template).await?;
    let mut ids: Vec<i64> = items.iter().flat_map(|item| [item.source.0, item.target.0]).collect();
    ids.sort_unstable();
    ids.dedup();
    let accounts = store::account::identities(tx, ids).await?;
    let accounts: HashMap<i64, Identity> = accounts.into_iter().map(|one| (one.id.0, one)).collect();
    let assets = if template.convert { store::asset::all(tx).await? } else { Vec::new() };
    let saved = Saved { kind: template.kind, accounts: &accounts, assets: &assets };
    let holder = |item: &TemplateItem| accounts.get(&own(template.kind, item).0).and_then(|one| one.holder);
    Ok(SavedRows {
        rows: items.iter().map(|item| saved.row(item)).collect(),
        amounts: items.iter().map(|item| item.amount).collect(),
        holders: items.iter().map(holder).collect(),
    })
}

/// The side that the rows name.
const fn own_side(kind: BatchType) -> Side {
    match kind {
        BatchType::ManyToOne | BatchType::Withdrawal => Side::Payer,
        BatchType::OneToMany | BatchType::ManyToMany | BatchType::Deposit => Side::Payee,
    }
}

/// The account on that side.
const fn own(kind: BatchType, item: &TemplateItem) -> AccountId {
    match own_side(kind) {
        Side::Payer => item.source,
        Side::Payee => item.target,
    }
}

/// What a template's payments refer to.
struct Saved<'a> {
    kind: BatchType,
    accounts: &'a HashMap<i64, Identity>,
    /// The currencies, if the template converts.
    assets: &'a [Asset],
}

impl Saved<'_> {
    /// A payment as a row without an amount. A payee by e-mail address or uid is looked up again; any other is the
    /// account that was saved.
    fn row(&self, item: &TemplateItem) -> NewRow {
        let own = own_side(self.kind);
        let contact = match (item.contact_kind, item.contact.clone()) {
            // From a file, digits may be full-width.
            (Some(ContactType::Email), Some(text)) => Some(Given::email(None, text, Digits::Fold)),
            (Some(ContactType::Uid), Some(text)) => Some(Given::uid(None, text, Digits::Fold)),
            _ => None,
        };
        let currency = contact.is_some().then(|| self.currency(item)).flatten();
        let named = contact.unwrap_or_else(|| self.by_number(own, item));
        let payer = (self.kind == BatchType::ManyToMany).then(|| self.by_number(Side::Payer, item));
        NewRow {
            given: payer.into_iter().chain([named]).collect(),
            currency,
            memo: item.memo.clone(),
            reference: item.reference.clone(),
            ..NewRow::default()
        }
    }

    fn by_number(&self, side: Side, item: &TemplateItem) -> Given {
        let (field, id) = match side {
            Side::Payer => (Field::Payer, item.source),
            Side::Payee => (Field::Payee, item.target),
        };
        let number = self.accounts.get(&id.0).map(|one| one.number.clone()).unwrap_or_default();
        Given::account(Some(side), field, number, Digits::Refuse)
    }

    /// The currency in which a payee by e-mail address or uid was to be paid: a payee may have accounts in several, and
    /// may have opened one in another since. Payers pay in the batch's.
    fn currency(&self, item: &TemplateItem) -> Option<String> {
        let target = self.accounts.get(&item.target.0).filter(|_| own_side(self.kind) == Side::Payee)?;
        self.assets.iter().find(|asset| asset.id == target.asset).map(|asset| asset.code.clone())
    }
}
