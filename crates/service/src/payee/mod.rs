//! Resolves the payers and payees that rows name to accounts, for a page of rows at once.
//!
//! All account references of batch rows are resolved here: those in files, JSON and edits. A row names a side
//! in one or several ways ([`Given`]), and all of them must lead to the same account. A number or an id means
//! that account. An e-mail address or a uid means the holder's default account in the currency
//! (`rules::default`).
//!
//! Only accounts that can never be paid are refused: closed or unknown ones, those in another currency, and
//! the ledger's own. A frozen account is accepted: its item fails when it is executed, and can be retried.

mod given;
mod rules;

pub use self::given::{Field, Given, Party, Side, Wrong};
pub(crate) use self::rules::{AccountAsset, Want, out_of_use};

use self::rules::{default, usable};
use domain::account_ref::AccountRef;
use domain::id::AccountId;
use hashbrown::HashMap;
use store::account::{PayeeKey, Resolved, resolve};
use store::{StoreError, Tx};

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
