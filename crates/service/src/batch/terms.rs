//! The terms of a batch: its single account, the currency of its amounts, and the rules for them.

use crate::payee::{AccountAsset, Given, Party, Payees, Side};
use crate::{Error, asset};
use domain::account::AccountKind;
use domain::asset::Asset;
use domain::batch::BatchType;
use domain::code::Code;
use domain::id::AccountId;
use domain::policy::PolicyBook;
use domain::script::Digits;
use ledger::rates::Rates;
use store::Tx;
use store::account::SystemAccount;
use store::batch::Batch;
use store::item::Item;
use store::similar::Subject;

/// What all rows of a batch share.
#[derive(Debug)]
pub(crate) struct BatchTerms {
    pub kind: BatchType,
    /// The currency of all amounts: that of the paying accounts.
    pub asset: Asset,
    /// The single account and its currency.
    pub single: Option<AccountAsset>,
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

/// The key that makes two rows of a payee the same payment.
pub(crate) type RepeatKey = (AccountId, Option<String>, Option<String>);

impl BatchTerms {
    /// The side that the rows name.
    pub(crate) const fn own_side(&self) -> Side {
        match self.kind {
            BatchType::ManyToOne | BatchType::Withdrawal => Side::Payer,
            BatchType::OneToMany | BatchType::ManyToMany | BatchType::Deposit => Side::Payee,
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
        let policy = policy.filter(|_| self.kind.transfer_kind().is_limited());
        if policy.is_some_and(|policy| total > policy.batch_max) { Err(above()) } else { Ok(total) }
    }
}

/// The single account of a batch. It may be frozen: its items can be retried later.
pub(crate) async fn single(tx: &mut Tx, named: &Given, side: Side) -> Result<AccountAsset, Error> {
    let about = || named.written.chars().take(64).collect::<String>();
    let missing = if side == Side::Payer { Code::SourceNotFound } else { Code::TargetNotFound };
    let payees = Payees::load(tx, std::iter::once(named)).await?;
    let reference = match &named.party {
        Ok(Party::Account(reference)) => reference,
        Ok(Party::Email(_) | Party::Uid(_)) => return Err(Error::refused(missing, about())),
        Err(code) => return Err(Error::refused(*code, about())),
    };
    let Some(found) = payees.account(reference) else {
        let meant = payees.suggestion(reference).map(|id| format!("{}: write {id}", about()));
        return Err(Error::refused(missing, meant.unwrap_or_else(about)));
    };
    match crate::payee::out_of_use(found, side) {
        Some(code) => Err(Error::refused(code, about())),
        None => Ok((found.account, found.asset)),
    }
}

/// The single side of a deposit or withdrawal: the outside, in the currency that the request names.
pub(crate) async fn outside(tx: &mut Tx, named: Option<&str>) -> Result<(AccountAsset, Asset), Error> {
    let asset = currency(tx, named).await?.ok_or_else(|| Error::refused(Code::AssetUnknown, "currency"))?;
    let is_world = |account: &SystemAccount| {
        (account.asset, account.kind, account.stripe) == (asset.id, AccountKind::World, 0)
    };
    let world = store::account::system(tx).await?.into_iter().find(is_world);
    let world = world.ok_or_else(|| store::StoreError::Corrupt(format!("no outside for {}", asset.code)))?;
    Ok(((world.id, asset.id), asset))
}

/// Refuses a deposit or withdrawal of another number of items than one.
pub(crate) fn check_outside(kind: BatchType, count: i64) -> Result<(), Error> {
    if kind.is_outside() && count != 1 {
        return Err(Error::refused(Code::OutsideShape, count.to_string()));
    }
    Ok(())
}

/// The currency of all amounts: that of the paying accounts.
pub(crate) async fn asset_of_batch(
    tx: &mut Tx,
    kind: BatchType,
    single: Option<AccountAsset>,
    named: Option<&str>,
    convert: bool,
) -> Result<Asset, Error> {
    let named = currency(tx, named).await?;
    let Some((_, own)) = single else {
        return named.ok_or_else(|| Error::refused(Code::AssetUnknown, "currency"));
    };
    let may_differ = kind == BatchType::ManyToOne && convert;
    match named {
        Some(asset) if asset.id != own && !may_differ => {
            Err(Error::refused(Code::CurrencyMismatch, asset.code))
        }
        Some(asset) => Ok(asset),
        None => asset::by_id(tx, own).await,
    }
}

async fn currency(tx: &mut Tx, code: Option<&str>) -> Result<Option<Asset>, Error> {
    let Some(code) = code else { return Ok(None) };
    let code = code.trim().to_ascii_uppercase();
    match crate::asset::find(tx, &code).await? {
        Some(asset) => Ok(Some(asset)),
        None => Err(Error::refused(Code::AssetUnknown, code.chars().take(64).collect::<String>())),
    }
}

/// The terms for rows in a currency.
pub(crate) async fn terms(
    tx: &mut Tx,
    kind: BatchType,
    asset: Asset,
    single: Option<AccountAsset>,
    convert: bool,
) -> Result<BatchTerms, Error> {
    let policies = store::policy::book(tx).await?;
    let rates = if convert { Rates::load(tx).await? } else { Rates::default() };
    let assets = store::asset::all(tx).await?;
    let (allow_repeat, digits) = (false, Digits::Refuse);
    Ok(BatchTerms { kind, asset, single, convert, allow_repeat, digits, policies, rates, assets })
}

/// The terms for the rows of a draft.
pub(crate) async fn terms_of_draft(tx: &mut Tx, batch: &Batch) -> Result<BatchTerms, Error> {
    let single = match batch.account {
        Some(id) => store::account::by_id(tx, id).await?.map(|account| (id, account.asset)),
        None => None,
    };
    let asset = asset::by_id(tx, batch.asset).await?;
    let terms = terms(tx, batch.kind, asset, single, batch.convert).await?;
    Ok(BatchTerms { allow_repeat: batch.allow_repeat, ..terms })
}

/// Checks the batch's total against its policy: when it is submitted, and again when it is executed or
/// resumed.
pub(crate) async fn within_maximum(tx: &mut Tx, batch: &Batch) -> Result<(), Error> {
    let single = match batch.account {
        Some(id) => store::account::by_id(tx, id).await?.map(|account| (id, account.asset)),
        None => None,
    };
    let asset = asset::by_id(tx, batch.asset).await?;
    let terms = terms(tx, batch.kind, asset, single, false).await?;
    terms.within_maximum(i128::from(batch.tally.total_amount)).map(|_| ())
}
