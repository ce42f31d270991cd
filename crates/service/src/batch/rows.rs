//! Turns the rows of a request or a file into items: both get the same checks in the same order.

mod amounts;
mod refusal;

pub use self::amounts::Amounts;
pub(crate) use self::amounts::own as own_amount;
pub(crate) use self::refusal::refuse_duplicates;

use crate::Error;
use crate::payee::{Field, Given, Leg, Party, Payees, Side, Want, Wrong};
use domain::account_ref::AccountRef;
use domain::asset::Asset;
use domain::batch::{BatchType, ContactType};
use domain::code::Code;
use domain::id::{AccountId, AssetId, TransferId};
use domain::item::ItemState;
use domain::policy::PolicyBook;
use domain::script::Digits;
use domain::text::{ExternalId, Reference, Text};
use ledger::rates::Rates;
use store::Tx;
use store::item::Item;
use store::similar::Subject;

/// Maximum number of rows in a request: they are taken in one transaction.
pub const ROWS_MAX: usize = 50_000;
/// Problems that a refusal lists.
pub const PROBLEMS_MAX: usize = 1_000;

/// A row as the client sends it.
#[derive(Debug, Clone, Default)]
pub struct NewRow {
    /// Every way it names an account.
    pub given: Vec<Given>,
    /// The amount, major units.
    pub amount: Option<String>,
    /// Its share of the total.
    pub ratio: Option<String>,
    /// The currency's code.
    pub currency: Option<String>,
    /// What the payment is for.
    pub memo: Option<String>,
    /// Free text for the payee.
    pub reference: Option<String>,
    /// The client's id for the payment.
    pub external_id: Option<String>,
}

/// What all rows of a batch share.
#[derive(Debug)]
pub(crate) struct BatchTerms {
    pub kind: BatchType,
    /// The currency of all amounts: that of the paying accounts.
    pub asset: Asset,
    /// The single account and its currency.
    pub single: Option<Leg>,
    /// Whether a payee in another currency is paid in that currency.
    pub convert: bool,
    /// Whether a payee may appear twice, in rows that differ in reference or external id.
    pub allow_repeat: bool,
    /// How digits other than 0 to 9 are treated.
    pub digits: Digits,
    pub policies: PolicyBook,
    pub rates: Rates,
    pub assets: Vec<Asset>,
}

/// An accepted row; its item has no number yet.
#[derive(Debug, Clone)]
pub(crate) struct Accepted {
    pub item: Item,
    /// How the row's own side was written, if not as the account number.
    pub contact: Option<Contact>,
}

/// How a row's own side was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The kind of text.
    pub kind: ContactType,
    /// The text as it was sent.
    pub written: String,
}

/// Rows that were accepted together.
#[derive(Debug)]
pub(crate) struct AcceptedRows {
    pub rows: Vec<Accepted>,
    pub total: i128,
    /// How the client wrote each row's own side.
    pub written: Vec<String>,
}

/// The key that makes two rows of a payee the same payment.
pub(crate) type RepeatKey = (AccountId, Option<String>, Option<String>);

impl BatchTerms {
    /// The side that the rows name.
    pub(crate) const fn own_side(&self) -> Side {
        match self.kind {
            BatchType::ManyToOne => Side::Payer,
            BatchType::OneToMany | BatchType::ManyToMany => Side::Payee,
        }
    }

    /// The account on the side that the rows name.
    pub(crate) const fn other(&self, item: &Item) -> AccountId {
        match self.own_side() {
            Side::Payer => item.source,
            Side::Payee => item.target,
        }
    }

    /// What must be unique in a batch: the payee or payer, and where repeats are allowed the reference and
    /// external id too.
    pub(crate) fn repeat_key(&self, item: &Item) -> RepeatKey {
        let other = self.other(item);
        if self.allow_repeat {
            (other, item.reference.clone(), item.external_id.clone())
        } else {
            (other, None, None)
        }
    }

    /// The code for a payee, or a payer where many pay one, that is in the batch twice.
    pub(crate) const fn duplicate(&self) -> Code {
        match self.own_side() {
            Side::Payer => Code::DuplicateSource,
            Side::Payee => Code::DuplicateTarget,
        }
    }

    /// The subject that a batch of these rows is compared as.
    pub(crate) fn subject(&self) -> Subject {
        let account = self.single.map(|(account, _)| account);
        Subject { batch: None, asset: self.asset.id, kind: self.kind, account }
    }

    /// Refuses a total above what one batch may move.
    pub(crate) fn within_maximum(&self, total: i128) -> Result<i64, Error> {
        let above = || {
            let shown = domain::amount::format_minor(total, self.asset.scale);
            Error::refused(Code::BatchAboveMaximum, shown)
        };
        let own = self.single.filter(|(_, asset)| *asset == self.asset.id).map(|(account, _)| account);
        let policy = self.policies.of(own.unwrap_or(AccountId(0)), self.asset.id);
        let total = i64::try_from(total).map_err(|_| above())?;
        if policy.is_some_and(|policy| total > policy.batch_max) { Err(above()) } else { Ok(total) }
    }

    /// A row as an item, or everything that is wrong with it.
    pub(crate) fn row(
        &self,
        payees: &Payees,
        line: i64,
        row: &NewRow,
        amount: Result<i64, Wrong>,
    ) -> Result<Accepted, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let legs = self.legs(payees, row).map_err(|one| wrong.push(one)).ok();
        let amount = amount.map_err(|one| wrong.push(one)).ok();
        let texts = self.texts(row, &mut wrong);
        if let Some(((source, target), amount)) = legs.zip(amount) {
            if let Err(code) = self.fits(source, target, amount) {
                let shown = domain::amount::format_minor(i128::from(amount), self.asset.scale);
                wrong.push(Wrong::new(Field::Amount, code, &shown));
            }
            if let Some(texts) = texts.filter(|_| wrong.is_empty()) {
                let item = item(line, source.0, target.0, amount, texts);
                return Ok(Accepted { item, contact: self.contact(row) });
            }
        }
        Err(wrong)
    }

    /// The payer and the payee. A row need not name the batch's single account; if it does, it must be that
    /// account.
    pub(crate) fn legs(&self, payees: &Payees, row: &NewRow) -> Result<(Leg, Leg), Wrong> {
        let named = self.currency(row)?;
        let side = |side: Side| match self.single.filter(|_| side != self.own_side()) {
            Some(single) => payees.is_single(side, single.0, &self.given(row, side)).map(|()| single),
            None => {
                let convert = self.convert && side == Side::Payee;
                let want = Want { side, asset: self.asset.id, convert, named };
                let missing = if side == Side::Payer { Field::Payer } else { Field::Payee };
                payees.side(&want, &self.given(row, side), missing)
            }
        };
        let (source, target) = (side(Side::Payer)?, side(Side::Payee)?);
        if source.0 == target.0 {
            let own = self.given(row, self.own_side());
            let (field, written) = own.first().map_or((Field::Payee, ""), |one| (one.field, &one.written));
            return Err(Wrong::new(field, Code::SameAccount, written));
        }
        Ok((source, target))
    }

    /// How the row names a side.
    fn given<'a>(&self, row: &'a NewRow, side: Side) -> Vec<&'a Given> {
        row.given.iter().filter(|given| given.side.unwrap_or(self.own_side()) == side).collect()
    }

    /// The currency that the row names; it must be the batch's unless the batch converts.
    fn currency(&self, row: &NewRow) -> Result<Option<AssetId>, Wrong> {
        let Some(code) = row.currency.as_deref() else { return Ok(None) };
        let wrong = |reason| Wrong::new(Field::Currency, reason, code);
        let code = code.trim();
        if code.eq_ignore_ascii_case(&self.asset.code) {
            return Ok(Some(self.asset.id));
        }
        if !self.convert {
            return Err(wrong(Code::CurrencyMismatch));
        }
        let found = self.assets.iter().find(|asset| code.eq_ignore_ascii_case(&asset.code));
        found.map(|asset| Some(asset.id)).ok_or_else(|| wrong(Code::AssetUnknown))
    }

    fn texts(&self, row: &NewRow, wrong: &mut Vec<Wrong>) -> Option<Texts> {
        let memo = row.memo.as_deref().map(Text::parse).transpose();
        let memo = memo.map_err(|code| (Field::Memo, code, &row.memo));
        let reference = row.reference.as_deref().filter(|text| !text.is_empty()).map(Reference::parse);
        let reference = reference.transpose().map_err(|code| (Field::Reference, code, &row.reference));
        let id = row.external_id.as_deref().filter(|text| !text.trim().is_empty());
        let id = id.map(|text| ExternalId::parse(text, self.digits));
        let id = id.transpose().map_err(|code| (Field::ExternalId, code, &row.external_id));
        let mut refuse = |(field, code, text): (Field, Code, &Option<String>)| {
            wrong.push(Wrong::new(field, code, text.as_deref().unwrap_or_default()));
        };
        let memo = memo.map_err(&mut refuse).ok();
        let reference = reference.map_err(&mut refuse).ok();
        let external_id = id.map_err(&mut refuse).ok()?;
        Some(Texts { memo: memo?.flatten(), reference: reference?, external_id })
    }

    /// Checks whether one transfer may move the amount, and whether it can be exchanged if necessary.
    fn fits(&self, source: Leg, target: Leg, amount: i64) -> Result<(), Code> {
        if amount <= 0 {
            return Err(Code::AmountNotPositive);
        }
        if let Some(policy) = self.policies.of(source.0, self.asset.id) {
            if amount < policy.limit.min {
                return Err(Code::BelowMinimum);
            }
            if amount > policy.limit.max {
                return Err(Code::AboveMaximum);
            }
        }
        match self.rates.exchange(source.1, target.1, amount)? {
            Some(exchange) if exchange.target_amount == 0 => Err(Code::ExchangeTooSmall),
            Some(exchange) => {
                let max = self.policies.received_max(target.0, target.1);
                let is_above = max.is_some_and(|max| exchange.target_amount > max);
                if is_above { Err(Code::TargetAboveMaximum) } else { Ok(()) }
            }
            None => Ok(()),
        }
    }

    /// How the row's own side was written, if not as the account number.
    fn contact(&self, row: &NewRow) -> Option<Contact> {
        let own = self.given(row, self.own_side());
        let given = own.iter().find(|given| given.is_account()).or_else(|| own.first())?;
        let (kind, written) = match given.party.as_ref().ok()? {
            Party::Account(AccountRef::Number(number)) if number.as_str() == given.written => return None,
            Party::Account(AccountRef::Number(_)) => (ContactType::Inner, given.written.clone()),
            // Written so that it reads back as the same account.
            Party::Account(id) => (ContactType::Inner, id.to_string()),
            Party::Email(_) => (ContactType::Email, given.written.clone()),
            Party::Uid(_) => (ContactType::Uid, given.written.clone()),
        };
        Some(Contact { kind, written })
    }

    /// How the client wrote the row's own side.
    fn written(&self, row: &NewRow) -> String {
        self.given(row, self.own_side()).first().map_or_else(String::new, |given| given.written.clone())
    }

    /// What identifies the row's own side: the account, or how it was named if none was found.
    fn identity(&self, row: &NewRow, accepted: Option<RepeatKey>) -> Option<Identity> {
        match accepted {
            Some(key) => Some(Identity::Known(key)),
            None => {
                let own = self.given(row, self.own_side());
                own.first().map(|given| {
                    Identity::Unknown(match &given.party {
                        Ok(party) => format!("{party:?}"),
                        Err(_) => given.written.trim().to_owned(),
                    })
                })
            }
        }
    }
}

/// Texts that can be stored.
struct Texts {
    memo: Option<Text>,
    reference: Option<Reference>,
    external_id: Option<ExternalId>,
}

#[derive(PartialEq, Eq, Hash)]
enum Identity {
    Known(RepeatKey),
    Unknown(String),
}

fn item(line: i64, source: AccountId, target: AccountId, amount: i64, texts: Texts) -> Item {
    Item {
        number: TransferId(0),
        line,
        source,
        target,
        amount,
        state: ItemState::Pending,
        code: None,
        memo: texts.memo.map(String::from),
        reference: texts.reference.map(String::from),
        external_id: texts.external_id.map(String::from),
    }
}

/// Turns the rows of a request into items, which are numbered later. Refuses all of them if one cannot be
/// accepted.
pub(crate) async fn take(
    tx: &mut Tx,
    terms: &BatchTerms,
    amounts: &Amounts,
    rows: &[NewRow],
) -> Result<AcceptedRows, Error> {
    if rows.is_empty() {
        return Err(Code::BatchEmpty.into());
    }
    let payees = Payees::load(tx, rows.iter().flat_map(|row| &row.given)).await?;
    let minor = amounts.of(terms.asset.scale, rows)?;
    let written: Vec<String> = rows.iter().map(|row| terms.written(row)).collect();
    let (mut accepted, mut problems) = (Vec::with_capacity(rows.len()), Vec::new());
    let mut identities = Vec::with_capacity(rows.len());
    for (place, (row, amount)) in rows.iter().zip(minor).enumerate() {
        let line = i64::try_from(place + 1).unwrap_or(i64::MAX);
        match terms.row(&payees, line, row, amount) {
            Ok(one) => {
                identities.push(terms.identity(row, Some(terms.repeat_key(&one.item))));
                accepted.push(one);
            }
            Err(wrong) => {
                let known = terms.legs(&payees, row).ok().map(|legs| terms.key_of(legs, row));
                identities.push(terms.identity(row, known));
                problems.extend(wrong.into_iter().map(|wrong| (place, wrong)));
            }
        }
    }
    if terms.kind != BatchType::ManyToMany {
        refusal::check_duplicates(terms, &identities, &written)?;
    }
    problems.extend(refusal::repeated_ids(rows));
    problems.sort_by_key(|(place, _)| *place);
    if !problems.is_empty() {
        return Err(refusal::refusal(rows.len(), &problems));
    }
    let total = accepted.iter().map(|row| i128::from(row.item.amount)).sum();
    Ok(AcceptedRows { rows: accepted, total, written })
}

impl BatchTerms {
    /// The repeat key of a row that is refused for a reason other than its accounts.
    fn key_of(&self, (source, target): (Leg, Leg), row: &NewRow) -> RepeatKey {
        let other = if self.own_side() == Side::Payer { source.0 } else { target.0 };
        let reference = row.reference.clone().filter(|_| self.allow_repeat);
        let external_id = row.external_id.as_deref().filter(|_| self.allow_repeat);
        let external_id = external_id.and_then(|id| ExternalId::parse(id, self.digits).ok());
        (other, reference, external_id.map(String::from))
    }
}

/// The refusal for more rows than a request may have.
pub(crate) fn too_many_rows() -> Error {
    Error::told(Code::BodyTooLarge, format!("{ROWS_MAX} relations"), format!("最多 {ROWS_MAX} 笔转账"))
}
