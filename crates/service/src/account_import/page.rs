//! A page of rows: each is opened, already known, or refused with a reason. All lookups are bulk queries.

use super::opened::OpenedPage;
use super::outcome::{ImportedRow, OpeningOutcome, RowOutcome};
use super::row::{ParsedRow, problem, read_row};
use crate::Error;
use crate::asset::asset_for;
use crate::holder::NewHolder;
use crate::holder::known::{KnownHolders, distinct, has_name};
use domain::account::{AccountKind, AccountStatus};
use domain::amount::Amount;
use domain::asset::Asset;
use domain::code::Code;
use domain::id::{AccountId, HolderId};
use domain::posting::opened;
use formats::account::AccountRow;
use formats::problem::Problem;
use hashbrown::{HashMap, HashSet};
use ledger::Outcome;
use store::Tx;
use store::account::{AccountView, NewAccount};
use store::counter::{self, Counter};
use store::holder::Holder;
use store::holder_default::HolderDefault;

/// The outcome of a page of rows.
#[derive(Debug, Default)]
pub(super) struct ImportPage {
    /// The rows in file order, without those that could not be parsed.
    pub rows: Vec<ImportedRow>,
    /// Why rows were refused.
    pub problems: Vec<Problem>,
    /// Openings to pay: the row's index in `rows`, the row, its account.
    pub openings: Vec<(usize, ParsedRow, AccountId)>,
    /// The accounts that were opened.
    pub opened: Vec<AccountId>,
    /// What an earlier attempt did of this page.
    earlier: OpenedPage,
}

impl ImportPage {
    /// Opens the accounts on a page.
    pub(super) async fn open(
        tx: &mut Tx,
        rows: Vec<AccountRow>,
        confusable: bool,
        earlier: OpenedPage,
        now: i64,
    ) -> Result<Self, Error> {
        let mut page = Self { earlier, ..Self::default() };
        let ready = page.read(tx, rows, now).await?;
        let new = page.settle_known(tx, ready).await?;
        let new = page.refuse_look_alikes(tx, new, confusable).await?;
        let new = page.find_holders(tx, new, now).await?;
        page.insert(tx, new, now).await?;
        page.sort();
        Ok(page)
    }

    fn refuse(&mut self, row: &AccountRow, problem: Problem) {
        let (line, number) = (row.line, row.number.clone());
        self.rows.push(ImportedRow {
            line,
            number,
            outcome: RowOutcome::Refused,
            opening: OpeningOutcome::None,
        });
        self.problems.push(problem);
    }

    /// Parses each row's number, holder, currency and opening.
    async fn read(&mut self, tx: &mut Tx, rows: Vec<AccountRow>, now: i64) -> Result<Vec<ParsedRow>, Error> {
        let assets = assets(tx, &rows, now).await?;
        let (mut ready, mut seen) = (Vec::with_capacity(rows.len()), HashSet::new());
        for row in rows {
            let asset = match assets.get(&row.currency) {
                Some(Ok(asset)) => asset,
                Some(Err(code)) => {
                    self.refuse(&row, problem(&row, "currency", *code, &row.currency));
                    continue;
                }
                None => continue,
            };
            match read_row(&row, asset, &mut seen) {
                Ok((number, holder, opening)) => {
                    ready.push(ParsedRow { number, asset: asset.clone(), holder, opening, row });
                }
                Err(problem) => self.refuse(&row, problem),
            }
        }
        Ok(ready)
    }

    /// Settles the rows whose number already exists, and returns the others.
    async fn settle_known(&mut self, tx: &mut Tx, ready: Vec<ParsedRow>) -> Result<Vec<ParsedRow>, Error> {
        let numbers = distinct(ready.iter().map(|row| row.number.to_string()));
        let known = store::account::by_numbers(tx, numbers).await?;
        let known: HashMap<String, AccountView> =
            known.into_iter().map(|account| (account.number.clone(), account)).collect();
        let mut new = Vec::with_capacity(ready.len());
        for row in ready {
            match known.get(row.number.as_str()) {
                None => new.push(row),
                Some(account) => self.settle(row, account),
            }
        }
        Ok(new)
    }

    fn settle(&mut self, row: ParsedRow, account: &AccountView) {
        if self.earlier.has_opened(account.id) {
            return self.pay(row, account, RowOutcome::Opened);
        }
        let likeness = match Likeness::of(&row, account) {
            Ok(likeness) => likeness,
            Err((column, value)) => {
                let problem = problem(&row.row, column, Code::AccountExists, &value);
                return self.refuse(&row.row, problem);
            }
        };
        let outcome = match likeness {
            Likeness::OtherName => RowOutcome::KnownNameDiffers,
            Likeness::Same | Likeness::Less => RowOutcome::Known,
        };
        if self.earlier.pays(account.id) {
            return self.pay(row, account, outcome);
        }
        let opening = match (likeness, row.opening) {
            (_, Amount::ZERO) => OpeningOutcome::None,
            _ if account.head.is_some() => OpeningOutcome::UnpaidInUse,
            (Likeness::Same, _) => return self.pay(row, account, outcome),
            _ => OpeningOutcome::UnpaidHolderDiffers,
        };
        self.rows.push(row.outcome(outcome, opening));
    }

    /// Adds a row of an account that exists; its opening, if it has one, is paid unless the account takes none now.
    fn pay(&mut self, row: ParsedRow, account: &AccountView, outcome: RowOutcome) {
        let refused = match account.status {
            // What an earlier attempt may have paid already is asked of the door, which answers as it did then.
            _ if row.opening == Amount::ZERO || account.head.is_some() => None,
            AccountStatus::Active => None,
            AccountStatus::Frozen => Some(Code::TargetFrozen),
            AccountStatus::Closed => Some(Code::TargetClosed),
        };
        // Refused here and not by the door: the door would return the same refusal even after the account is
        // unfrozen.
        let Some(code) = refused else { return self.add(row, account.id, outcome) };
        self.problems.push(problem(&row.row, "opening", code, row.text()));
        self.rows.push(row.outcome(outcome, OpeningOutcome::Refused(code)));
    }

    /// Adds a row whose opening, if it has one, is paid.
    fn add(&mut self, row: ParsedRow, account: AccountId, outcome: RowOutcome) {
        let is_paid = row.opening != Amount::ZERO;
        let opening = if is_paid { OpeningOutcome::Paid } else { OpeningOutcome::None };
        self.rows.push(row.outcome(outcome, opening));
        if is_paid {
            self.openings.push((self.rows.len() - 1, row, account));
        }
    }

    /// Refuses numbers that look like other accounts' numbers or like each other, unless confirmed.
    async fn refuse_look_alikes(
        &mut self,
        tx: &mut Tx,
        rows: Vec<ParsedRow>,
        confusable: bool,
    ) -> Result<Vec<ParsedRow>, Error> {
        if confusable {
            return Ok(rows);
        }
        let skeletons = distinct(rows.iter().map(|row| row.number.skeleton()));
        let mut taken: HashMap<String, String> =
            store::account::look_alikes(tx, skeletons).await?.into_iter().collect();
        let mut kept = Vec::with_capacity(rows.len());
        for row in rows {
            let alike = taken.entry(row.number.skeleton()).or_insert_with(|| row.number.to_string());
            if alike.as_str() == row.number.as_str() {
                kept.push(row);
            } else {
                let value = format!("{}: {alike}", row.row.number);
                let problem = problem(&row.row, "number", Code::NumberConfusable, &value);
                self.refuse(&row.row, problem);
            }
        }
        Ok(kept)
    }

    /// Finds each row's holder: known, seen earlier on this page, or new. New holders are inserted.
    async fn find_holders(
        &mut self,
        tx: &mut Tx,
        rows: Vec<ParsedRow>,
        now: i64,
    ) -> Result<Vec<(ParsedRow, HolderId)>, Error> {
        let wanted: Vec<NewHolder> = rows.iter().map(|row| row.holder.clone()).collect();
        let mut known = KnownHolders::load(tx, &wanted).await?;
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let mut next = if count == 0 { 0 } else { counter::take(tx, Counter::Holder, count).await? };
        let (mut found, mut new) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in rows {
            match known.find(&row.holder) {
                Ok(Some(holder)) => found.push((row, holder.id)),
                Ok(None) => {
                    let NewHolder { name, email, uid } = row.holder.clone();
                    let holder = Holder { id: HolderId(next), name, email, uid, created_at: now };
                    next += 1;
                    known.add(&holder);
                    found.push((row, holder.id));
                    new.push(holder);
                }
                Err(Error::Refused(refusal)) => {
                    let value = refusal.detail.unwrap_or_default();
                    let problem = problem(&row.row, "holder", refusal.code, &value);
                    self.refuse(&row.row, problem);
                }
                Err(error) => return Err(error),
            }
        }
        store::holder::insert(tx, &new).await?;
        Ok(found)
    }

    async fn insert(&mut self, tx: &mut Tx, rows: Vec<(ParsedRow, HolderId)>, now: i64) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let first = counter::take(tx, Counter::Account, count).await?;
        let kind = AccountKind::Customer;
        let (mut accounts, mut balances, mut defaults) = (Vec::new(), Vec::new(), Vec::new());
        for ((row, holder), id) in rows.into_iter().zip((first..).map(AccountId)) {
            let (number, asset, holder) = (row.number.to_string(), row.asset.id, holder);
            let owner = Some(holder);
            accounts.push(NewAccount { id, number, holder: owner, asset, kind, stripe: 0, opened_at: now });
            balances.push(opened(id, asset, owner, kind));
            defaults.push(HolderDefault { holder, asset, account: id });
            self.opened.push(id);
            self.add(row, id, RowOutcome::Opened);
        }
        store::account::insert(tx, &accounts).await?;
        store::balance::insert(tx, &balances).await?;
        Ok(store::holder_default::add(tx, defaults).await?)
    }

    /// Adds the outcomes of the openings, which are in the same order.
    pub(super) fn settle_openings(&mut self, outcomes: Vec<Outcome>) {
        for ((place, parsed, _), outcome) in std::mem::take(&mut self.openings).into_iter().zip(outcomes) {
            let Some(row) = self.rows.get_mut(place) else { continue };
            row.opening = match outcome.code {
                None => OpeningOutcome::Paid,
                Some(code) => {
                    self.problems.push(problem(&parsed.row, "opening", code, parsed.text()));
                    OpeningOutcome::Refused(code)
                }
            };
        }
    }

    /// Sorts the rows into file order and updates the openings' indexes.
    fn sort(&mut self) {
        self.rows.sort_by_key(|row| row.line);
        let places: HashMap<u64, usize> =
            self.rows.iter().enumerate().map(|(place, row)| (row.line, place)).collect();
        for (place, row, _) in &mut self.openings {
            *place = places.get(&row.row.line).copied().unwrap_or(*place);
        }
    }
}

/// How a row compares with the account that has its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    /// Holder, e-mail, uid and currency all match.
    Same,
    /// The row matches but gives fewer holder details than are known.
    Less,
    /// E-mail or uid match, but the name differs.
    OtherName,
}

impl Likeness {
    /// `Err` is the column and value that show that the row means a different account.
    fn of(row: &ParsedRow, account: &AccountView) -> Result<Self, (&'static str, String)> {
        let new = &row.holder;
        if account.asset != row.asset.id {
            return Err(("currency", format!("{}: {}", row.number, row.row.currency)));
        }
        let pairs = [("email", &new.email, &account.email), ("uid", &new.uid, &account.uid)];
        let wrong = pairs.iter().find(|(_, given, known)| given.is_some() && given != known);
        if let Some((column, given, _)) = wrong {
            return Err((*column, given.as_deref().unwrap_or_default().to_owned()));
        }
        let name = account.holder_name.clone().unwrap_or_default();
        let is_named = has_name(&name, &new.name);
        match (is_named, new.is_nameless()) {
            (false, true) => Err(("holder", new.name.clone())),
            (false, false) => Ok(Self::OtherName),
            (true, _) if new.email == account.email && new.uid == account.uid => Ok(Self::Same),
            (true, _) => Ok(Self::Less),
        }
    }
}

/// The currencies on a page, enabled if their scale is known.
async fn assets(
    tx: &mut Tx,
    rows: &[AccountRow],
    now: i64,
) -> Result<HashMap<String, Result<Asset, Code>>, Error> {
    let mut assets = HashMap::new();
    for code in distinct(rows.iter().map(|row| row.currency.clone())) {
        let asset = match asset_for(tx, &code, now).await {
            Ok(asset) => Ok(asset),
            Err(Error::Refused(refusal)) => Err(refusal.code),
            Err(error) => return Err(error),
        };
        assets.insert(code, asset);
    }
    Ok(assets)
}
