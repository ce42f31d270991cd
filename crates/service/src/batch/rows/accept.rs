//! Checks a row and turns it into an item, or lists everything that is wrong with it.

use super::row::{Accepted, Contact, NewRow, RowIdentity};
use crate::batch::terms::{BatchTerms, RepeatKey};
use crate::payee::{AccountAsset, Field, Given, Party, Payees, Side, Want, Wrong};
use domain::account_ref::AccountRef;
use domain::batch::ContactType;
use domain::code::Code;
use domain::id::{AccountId, AssetId, TransferId};
use domain::item::ItemState;
use domain::text::{ExternalId, Reference, Text};
use store::item::Item;

impl BatchTerms {
    /// A row as an item, or everything that is wrong with it. Without an amount the item waits for it.
    pub(crate) fn row(
        &self,
        payees: &Payees,
        line: i64,
        row: &NewRow,
        amount: Result<Option<i64>, Wrong>,
    ) -> Result<Accepted, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let legs = self.legs(payees, row).map_err(|one| wrong.push(one)).ok();
        let amount = amount.map_err(|one| wrong.push(one)).ok();
        let texts = self.texts(row, &mut wrong);
        if let Some(((source, target), amount)) = legs.zip(amount) {
            if let Some(amount) = amount
                && let Err(code) = self.fits(source, target, amount)
            {
                let shown = domain::amount::format_minor(i128::from(amount), self.asset.scale);
                wrong.push(Wrong::new(Field::Amount, code, &shown));
            }
            if let Some(texts) = texts.filter(|_| wrong.is_empty()) {
                let item = item(line, source.0, target.0, amount.unwrap_or(0), texts);
                return Ok(Accepted { item, contact: self.contact(row) });
            }
        }
        Err(wrong)
    }

    /// The payer and the payee. A row need not name the batch's single account; if it does, it must be that
    /// account.
    pub(crate) fn legs(&self, payees: &Payees, row: &NewRow) -> Result<(AccountAsset, AccountAsset), Wrong> {
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
    fn fits(&self, source: AccountAsset, target: AccountAsset, amount: i64) -> Result<(), Code> {
        if amount <= 0 {
            return Err(Code::AmountNotPositive);
        }
        let is_limited = self.kind.transfer_kind().is_limited();
        if let Some(policy) = self.policies.of(source.0, self.asset.id).filter(|_| is_limited) {
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
    pub(super) fn written(&self, row: &NewRow) -> String {
        self.given(row, self.own_side()).first().map_or_else(String::new, |given| given.written.clone())
    }

    /// What identifies the row's own side: the account, or how it was named if none was found.
    pub(super) fn identity(&self, row: &NewRow, accepted: Option<RepeatKey>) -> Option<RowIdentity> {
        match accepted {
            Some(key) => Some(RowIdentity::Known(key)),
            None => {
                let own = self.given(row, self.own_side());
                own.first().map(|given| {
                    RowIdentity::Unknown(match &given.party {
                        Ok(party) => format!("{party:?}"),
                        Err(_) => given.written.trim().to_owned(),
                    })
                })
            }
        }
    }

    /// The repeat key of a row that is refused for a reason other than its accounts.
    pub(super) fn key_of(&self, (source, target): (AccountAsset, AccountAsset), row: &NewRow) -> RepeatKey {
        let other = if self.own_side() == Side::Payer { source.0 } else { target.0 };
        let reference = row.reference.clone().filter(|_| self.allow_repeat);
        let external_id = row.external_id.as_deref().filter(|_| self.allow_repeat);
        let external_id = external_id.and_then(|id| ExternalId::parse(id, self.digits).ok());
        (other, reference, external_id.map(String::from))
    }
}

/// Texts that can be stored.
struct Texts {
    memo: Option<Text>,
    reference: Option<Reference>,
    external_id: Option<ExternalId>,
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
