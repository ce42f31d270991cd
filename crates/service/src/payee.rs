//! Resolves the payers and payees that rows name to accounts, for a page of rows at once.
//!
//! All account references of batch rows are resolved here: those in files, JSON and edits. A row names a side
//! in one or several ways ([`Given`]), and all of them must lead to the same account. A number or an id means
//! that account. An e-mail address or a uid means the holder's default account in the currency
//! (`default_of`).
//!
//! Only accounts that can never be paid are refused: closed or unknown ones, those in another currency, and
//! the ledger's own. A frozen account is accepted: its item fails when it is executed, and can be retried.

use domain::account::{AccountKind, AccountStatus};
use domain::account_ref::AccountRef;
use domain::code::Code;
use domain::id::{AccountId, AssetId};
use domain::identity::{Email, Uid};
use domain::script::Digits;
use hashbrown::HashMap;
use store::account::{PayeeKey, Resolved, resolve};
use store::{StoreError, Tx};

/// The most characters of a value that a problem shows.
const SHOWN: usize = 64;

/// A side of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The paying side.
    Payer,
    /// The paid side.
    Payee,
}

impl Side {
    /// The code for an account that does not exist.
    const fn not_found(self) -> Code {
        match self {
            Self::Payer => Code::SourceNotFound,
            Self::Payee => Code::PayeeNotFound,
        }
    }

    /// The code for two references to different accounts.
    const fn conflict(self) -> Code {
        match self {
            Self::Payer => Code::PayerConflict,
            Self::Payee => Code::PayeeConflict,
        }
    }

    /// The code for a row that does not name this side.
    pub(crate) const fn missing(self) -> Code {
        match self {
            Self::Payer => Code::PayerMissing,
            Self::Payee => Code::PayeeMissing,
        }
    }

    const fn closed(self) -> Code {
        match self {
            Self::Payer => Code::SourceClosed,
            Self::Payee => Code::TargetClosed,
        }
    }
}

/// A field of a row, whatever its name in each interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The account that pays.
    Payer,
    /// The account that is paid.
    Payee,
    /// An account of the side that the rows name.
    Account,
    /// The holder's e-mail address.
    Email,
    /// The holder's uid.
    Uid,
    /// The amount.
    Amount,
    /// The share of a total.
    Ratio,
    /// The currency.
    Currency,
    /// What it is for.
    Memo,
    /// Free text for the payee.
    Reference,
    /// The client's id for the payment.
    ExternalId,
    /// The refused row that a row of a repair file replaces.
    RowKey,
}

impl Field {
    /// The field's name in the JSON of relations.
    #[must_use]
    pub const fn json(self) -> &'static str {
        match self {
            Self::Payer => "sourceAccountId",
            Self::Payee => "targetAccountId",
            Self::Account | Self::Email | Self::Uid => "targetIdentifier",
            Self::Amount => "amount",
            Self::Ratio => "ratio",
            Self::Currency => "currency",
            Self::Memo => "memo",
            Self::Reference => "reference",
            Self::ExternalId => "externalId",
            Self::RowKey => "id",
        }
    }

    /// The field's column in the files that Sluice writes.
    #[must_use]
    pub const fn column(self) -> &'static str {
        match self {
            Self::Payer => "payer",
            Self::Payee => "payee",
            Self::Account => "account",
            Self::Email => "email",
            Self::Uid => "uid",
            Self::Amount => "amount",
            Self::Ratio => "ratio",
            Self::Currency => "currency",
            Self::Memo => "memo",
            Self::Reference => "reference",
            Self::ExternalId => "external_id",
            Self::RowKey => "sluice_row",
        }
    }
}

/// How an account is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// By its id or number.
    Account(AccountRef),
    /// By its holder's e-mail address.
    Email(Email),
    /// By its holder's uid.
    Uid(Uid),
}

/// One reference to an account in a row.
#[derive(Debug, Clone)]
pub struct Given {
    /// The side it names; none for the side that the rows name.
    pub side: Option<Side>,
    /// The field it was read from.
    pub field: Field,
    /// The text as written.
    pub written: String,
    /// What it names, or why the text cannot name an account.
    pub party: Result<Party, Code>,
}

impl Given {
    /// An account as text: its number, or its id as `acct_18`.
    #[must_use]
    pub fn account(side: Option<Side>, field: Field, written: String, digits: Digits) -> Self {
        let party = AccountRef::parse(&written, digits).map(Party::Account);
        Self { side, field, written, party }
    }

    /// An account by a JSON number, which is its id.
    #[must_use]
    pub fn id(side: Option<Side>, field: Field, id: i64) -> Self {
        let party = AccountRef::from_json_number(id).map(Party::Account);
        Self { side, field, written: id.to_string(), party }
    }

    /// The holder's e-mail address.
    #[must_use]
    pub fn email(side: Option<Side>, written: String, digits: Digits) -> Self {
        let party = Email::parse(&written, digits).map(Party::Email);
        Self { side, field: Field::Email, written, party }
    }

    /// The holder's uid.
    #[must_use]
    pub fn uid(side: Option<Side>, written: String, digits: Digits) -> Self {
        let party = Uid::parse(&written, digits).map(Party::Uid);
        Self { side, field: Field::Uid, written, party }
    }

    /// Whether it names the account itself, not its holder.
    pub(crate) const fn is_account(&self) -> bool {
        matches!(self.party, Ok(Party::Account(_)))
    }
}

/// What is wrong with a row: one code, with the field and the value sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The field.
    pub field: Field,
    /// Why.
    pub code: Code,
    /// The value sent, shortened.
    pub value: String,
    /// What may have been meant, such as `acct_8` for `8`.
    pub suggestion: Option<String>,
}

impl Wrong {
    /// A reason without a suggestion.
    #[must_use]
    pub fn new(field: Field, code: Code, value: &str) -> Self {
        Self { field, code, value: value.chars().take(SHOWN).collect(), suggestion: None }
    }

    fn of(given: &Given, code: Code) -> Self {
        Self::new(given.field, code, &given.written)
    }

    /// Its place in a request, with a hint if there is a suggestion.
    pub(crate) fn of_relation(&self, place: usize) -> String {
        let field = self.field.json();
        match &self.suggestion {
            Some(id) => format!("relations[{place}].{field}: write {id}, or {} as a JSON number", self.value),
            None => format!("relations[{place}].{field}"),
        }
    }
}

/// An account and its currency.
pub(crate) type AccountAsset = (AccountId, AssetId);

/// The requirements for an account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Want {
    /// The side it is for.
    pub side: Side,
    /// The batch's currency.
    pub asset: AssetId,
    /// Whether the account may be in another currency.
    pub convert: bool,
    /// The currency that the row names.
    pub named: Option<AssetId>,
}

/// All accounts that a page of rows refers to.
#[derive(Debug, Default)]
pub(crate) struct Payees {
    numbers: HashMap<String, Resolved>,
    emails: HashMap<String, Vec<Resolved>>,
    uids: HashMap<String, Vec<Resolved>>,
    ids: HashMap<AccountId, Resolved>,
}

/// Names to look up.
#[derive(Debug, Default)]
struct Names {
    numbers: Vec<String>,
    emails: Vec<String>,
    uids: Vec<String>,
    ids: Vec<i64>,
}

impl Names {
    fn add(&mut self, given: &Given) {
        match &given.party {
            Ok(Party::Account(AccountRef::Id(id))) => self.ids.push(id.0),
            Ok(Party::Account(named @ AccountRef::Number(number))) => {
                // Also looked up as an id, so that a refusal can suggest it.
                self.ids.extend(named.looks_like_id().map(|id| id.0));
                self.numbers.push(number.as_str().to_owned());
            }
            Ok(Party::Email(email)) => self.emails.push(email.as_str().to_owned()),
            Ok(Party::Uid(uid)) => self.uids.push(uid.as_str().to_owned()),
            Err(_) => {}
        }
    }
}

impl Payees {
    /// Looks up all names.
    pub(crate) async fn load<'a>(
        tx: &mut Tx,
        given: impl Iterator<Item = &'a Given>,
    ) -> Result<Self, StoreError> {
        let mut names = Names::default();
        given.for_each(|given| names.add(given));
        let numbers = resolve(tx, PayeeKey::Number, in_order(names.numbers)).await?.into_iter().collect();
        let emails = grouped(resolve(tx, PayeeKey::Email, in_order(names.emails)).await?);
        let uids = grouped(resolve(tx, PayeeKey::Uid, in_order(names.uids)).await?);
        let found = store::balance::read(tx, in_order(names.ids)).await?;
        let resolved = |a: domain::account::Account| Resolved {
            account: a.id,
            asset: a.asset,
            kind: a.kind,
            status: a.status,
            // An id names the account itself; whether it is a default does not matter.
            is_default: false,
        };
        let ids = found.into_iter().map(|account| (account.id, resolved(account))).collect();
        Ok(Self { numbers, emails, uids, ids })
    }

    /// The account that a row names for a side. All of the row's references must lead to it.
    pub(crate) fn side(&self, want: &Want, given: &[&Given], missing: Field) -> Result<AccountAsset, Wrong> {
        // An account reference selects one of its holder's accounts, so it comes first, whatever the field
        // order.
        let accounts = given.iter().filter(|given| given.is_account());
        let holders = given.iter().filter(|given| !given.is_account());
        let mut found: Option<(AccountAsset, &Given)> = None;
        for given in accounts.chain(holders) {
            let leg = self.leg(want, given, found.map(|(leg, _)| leg))?;
            match found {
                Some((earlier, by)) if leg.is_none_or(|leg| leg.0 != earlier.0) => {
                    return Err(differs(want.side, by, given));
                }
                _ => found = found.or_else(|| leg.map(|leg| (leg, *given))),
            }
        }
        found.map(|(leg, _)| leg).ok_or_else(|| Wrong::new(missing, want.side.missing(), ""))
    }

    /// Checks that every reference in a row to the batch's single account means that account.
    pub(crate) fn is_single(&self, side: Side, single: AccountId, given: &[&Given]) -> Result<(), Wrong> {
        let means = |given: &Given| match &given.party {
            Ok(Party::Account(named)) => self.account(named).is_some_and(|one| one.account == single),
            Ok(party) => self.owned(party).iter().any(|one| one.account == single),
            Err(_) => false,
        };
        match given.iter().find(|given| !means(given)) {
            Some(other) => {
                Err(Wrong::of(other, other.party.as_ref().err().copied().unwrap_or(side.conflict())))
            }
            None => Ok(()),
        }
    }

    /// The account that one reference means; none if the holder does not own the account found before.
    fn leg(
        &self,
        want: &Want,
        given: &Given,
        found: Option<AccountAsset>,
    ) -> Result<Option<AccountAsset>, Wrong> {
        let wrong = |code| Wrong::of(given, code);
        match given.party.as_ref().map_err(|code| wrong(*code))? {
            Party::Account(named) => {
                let resolved = self.account(named).ok_or_else(|| self.not_found(want.side, given, named))?;
                usable(want, resolved).map(Some).map_err(wrong)
            }
            party => {
                let owned = self.owned(party);
                if owned.is_empty() {
                    return Err(wrong(want.side.not_found()));
                }
                match found {
                    Some(leg) => Ok(owned.iter().any(|one| one.account == leg.0).then_some(leg)),
                    None => default(want, owned).map(Some).map_err(wrong),
                }
            }
        }
    }

    /// One account by its id or number, whatever its state.
    pub(crate) fn account(&self, named: &AccountRef) -> Option<&Resolved> {
        match named {
            AccountRef::Id(id) => self.ids.get(id),
            AccountRef::Number(number) => self.numbers.get(number.as_str()),
        }
    }

    /// All accounts of the named holder.
    fn owned(&self, party: &Party) -> &[Resolved] {
        let found = match party {
            Party::Email(email) => self.emails.get(email.as_str()),
            Party::Uid(uid) => self.uids.get(uid.as_str()),
            Party::Account(_) => None,
        };
        found.map_or(&[], Vec::as_slice)
    }

    fn not_found(&self, side: Side, given: &Given, named: &AccountRef) -> Wrong {
        Wrong { suggestion: self.suggestion(named), ..Wrong::of(given, side.not_found()) }
    }

    /// The account's id, if bare digits are no account's number but an account's id.
    pub(crate) fn suggestion(&self, named: &AccountRef) -> Option<String> {
        let id = named.looks_like_id().filter(|id| self.ids.contains_key(id))?;
        Some(AccountRef::Id(id).to_string())
    }
}
/// The holder's default account in a currency: the first one opened in it, until another is chosen.
pub(crate) fn default_of(owned: &[Resolved], asset: AssetId) -> Option<&Resolved> {
    owned.iter().find(|one| one.is_default && one.asset == asset)
}

fn default(want: &Want, owned: &[Resolved]) -> Result<AccountAsset, Code> {
    let of = |asset| default_of(owned, asset).map(|one| (one.account, one.asset)).ok_or(Code::PayeeNoDefault);
    match want.named.filter(|_| want.convert) {
        Some(named) => of(named),
        None if want.convert => of(want.asset).or_else(|_| of(only_asset(owned)?)),
        None => of(want.asset),
    }
}

/// The only currency in which a holder has accounts that are not closed.
fn only_asset(owned: &[Resolved]) -> Result<AssetId, Code> {
    let mut assets = owned.iter().filter(|one| one.status != AccountStatus::Closed).map(|one| one.asset);
    let first = assets.next().ok_or(Code::PayeeNoDefault)?;
    if assets.all(|asset| asset == first) { Ok(first) } else { Err(Code::PayeeAmbiguous) }
}

fn usable(want: &Want, found: &Resolved) -> Result<AccountAsset, Code> {
    if let Some(code) = out_of_use(found, want.side) {
        return Err(code);
    }
    let fits = if want.convert {
        want.named.is_none_or(|named| named == found.asset || named == want.asset)
    } else {
        found.asset == want.asset
    };
    if fits { Ok((found.account, found.asset)) } else { Err(Code::CurrencyMismatch) }
}

/// Why an account can never be on a side.
pub(crate) const fn out_of_use(found: &Resolved, side: Side) -> Option<Code> {
    match (found.kind, found.status) {
        (AccountKind::Customer, AccountStatus::Active | AccountStatus::Frozen) => None,
        (AccountKind::Customer, AccountStatus::Closed) => Some(side.closed()),
        _ => Some(Code::SystemAccount),
    }
}

/// The problem shows both values.
fn differs(side: Side, earlier: &Given, given: &Given) -> Wrong {
    Wrong::new(given.field, side.conflict(), &format!("{} / {}", earlier.written, given.written))
}

/// Sorted in index order, so that neighbouring names share a page.
fn in_order<T: Ord>(mut names: Vec<T>) -> Vec<T> {
    names.sort_unstable();
    names.dedup();
    names
}

fn grouped(found: Vec<(String, Resolved)>) -> HashMap<String, Vec<Resolved>> {
    let mut map: HashMap<String, Vec<Resolved>> = HashMap::with_capacity(found.len());
    for (name, resolved) in found {
        map.entry(name).or_default().push(resolved);
    }
    map
}
