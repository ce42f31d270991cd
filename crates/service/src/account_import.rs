//! Many accounts from a file: `number,holder,email,uid,currency,opening`. A page of rows is one
//! transaction; openings are money and go through the door under an operation id of their own, so an
//! import that was cut off is simply run again.

use crate::account::OpenAccount;
use crate::asset::asset_for;
use crate::holder::NewHolder;
use crate::write::Done;
use crate::{Error, Service};
use domain::account::AccountKind;
use domain::amount::Amount;
use domain::asset::Asset;
use domain::code::{Code, Language};
use domain::fact::{Action, Fact};
use domain::id::{AccountId, HolderId};
use domain::posting::opened;
use domain::transfer::TransferKind;
use formats::account::{AccountReader, AccountRow, Options};
use formats::csv_reader::Delimiter;
use formats::problem::{Problem, ReadError};
use hashbrown::{HashMap, HashSet};
use ledger::request::OperationKey;
use ledger::{Party, Single};
use std::io::Read;
use store::Tx;
use store::account::{NewAccount, PayeeKey};
use store::audit::Actor;
use store::counter::{self, Counter};
use store::holder::Holder;
use store::turn::{self, Turn};

const PAGE: usize = 10_000;
/// Problems that an answer carries; the rest is counted.
pub const PROBLEMS_SHOWN: usize = 1_000;

/// What an import of accounts did.
#[derive(Debug, Default)]
pub struct AccountsImported {
    /// Accounts opened.
    pub opened: usize,
    /// Rows refused.
    pub refused: usize,
    /// The first of them.
    pub problems: Vec<Problem>,
}

struct Ready {
    row: AccountRow,
    asset: Asset,
    holder: NewHolder,
    opening: Amount,
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => Self::Io(error),
            ReadError::Refused(refusal) => {
                Self::refused(refusal.problem.code, refusal.detail(Language::English))
            }
        }
    }
}

impl Service {
    /// Opens the accounts of a file. Rows that cannot be taken are problems; the others are opened.
    pub async fn account_import<R: Read + Send + 'static>(
        &self,
        actor: &Actor,
        read: R,
        delimiter: Delimiter,
    ) -> Result<AccountsImported, Error> {
        let mut reader = AccountReader::open(read, &Options { delimiter, ..Options::default() })?;
        let mut imported = AccountsImported::default();
        loop {
            let (mut rows, mut problems) = (Vec::new(), Vec::new());
            let more = reader.next_page(PAGE, &mut rows, &mut problems)?;
            let openings = self.account_page(actor, rows, &mut problems, &mut imported).await?;
            if !openings.is_empty() {
                self.door.bulk(openings).await?;
            }
            let lines: HashSet<u64> = problems.iter().map(|p| p.line).collect();
            imported.refused += lines.len();
            let room = PROBLEMS_SHOWN.saturating_sub(imported.problems.len());
            imported.problems.extend(problems.into_iter().take(room));
            if !more {
                return Ok(imported);
            }
        }
    }

    /// Opens a page of accounts in one transaction; gives back the openings that are still to be paid in.
    async fn account_page(
        &self,
        actor: &Actor,
        rows: Vec<AccountRow>,
        problems: &mut Vec<Problem>,
        imported: &mut AccountsImported,
    ) -> Result<Vec<Single>, Error> {
        let mut write = self.step(actor, Action::AccountImport).await?;
        let (tx, now) = (&mut write.tx, write.now);
        turn::take(tx, Turn::Directory).await?;
        let ready = check_rows(tx, rows, problems, now).await?;
        let (ready, mut openings) = split_known(tx, actor, ready, problems).await?;
        let ids = insert_page(tx, &ready, now).await?;
        let paid = ready.iter().zip(&ids).filter(|(row, _)| row.opening != Amount::ZERO);
        openings.extend(paid.map(|(row, id)| opening(actor, row, *id)));
        imported.opened += ready.len();
        let fact = Fact::new(Action::AccountImport, None)
            .with("count", ready.len())
            .with("first", ids.first().map(|id| id.0));
        write.end(Ok(Done::one((), fact))).await?;
        self.directory.forget();
        Ok(openings)
    }
}

async fn check_rows(
    tx: &mut Tx,
    rows: Vec<AccountRow>,
    problems: &mut Vec<Problem>,
    now: i64,
) -> Result<Vec<Ready>, Error> {
    let mut assets: HashMap<String, Asset> = HashMap::new();
    let (mut ready, mut seen) = (Vec::with_capacity(rows.len()), HashSet::new());
    for row in rows {
        let asset = match assets.get(&row.currency) {
            Some(asset) => Ok(asset.clone()),
            None => asset_for(tx, &row.currency, now).await,
        };
        let asset = match asset {
            Ok(asset) => asset,
            Err(Error::Refused(refusal)) => {
                problems.push(Problem::of_column(
                    row.line,
                    "currency",
                    refusal.code,
                    row.currency.as_bytes(),
                ));
                continue;
            }
            Err(error) => return Err(error),
        };
        assets.insert(row.currency.clone(), asset.clone());
        match check_row(&row, &asset, &mut seen) {
            Ok((holder, opening)) => ready.push(Ready { row, asset, holder, opening }),
            Err(problem) => problems.push(problem),
        }
    }
    Ok(ready)
}

/// Numbers that exist already are problems, unless the account is as the row says and only its opening
/// is missing: then an earlier import was cut off.
async fn split_known(
    tx: &mut Tx,
    actor: &Actor,
    ready: Vec<Ready>,
    problems: &mut Vec<Problem>,
) -> Result<(Vec<Ready>, Vec<Single>), Error> {
    let numbers = ready.iter().map(|r| r.row.number.clone()).collect();
    let known: HashMap<_, _> =
        store::account::resolve(tx, PayeeKey::Number, numbers).await?.into_iter().collect();
    let (mut new, mut openings) = (Vec::with_capacity(ready.len()), Vec::new());
    for row in ready {
        match known.get(&row.row.number) {
            None => new.push(row),
            Some(account) => {
                let balances = store::balance::read(tx, vec![account.account.0]).await?;
                let untouched = balances.first().is_some_and(|b| b.head.is_none());
                if untouched && account.asset == row.asset.id && row.opening != Amount::ZERO {
                    openings.push(opening(actor, &row, account.account));
                } else {
                    let value = row.row.number.as_bytes();
                    problems.push(Problem::of_column(row.row.line, "number", Code::AccountExists, value));
                }
            }
        }
    }
    Ok((new, openings))
}

async fn insert_page(tx: &mut Tx, ready: &[Ready], now: i64) -> Result<Vec<AccountId>, Error> {
    if ready.is_empty() {
        return Ok(Vec::new());
    }
    let holders = holders_for(tx, ready, now).await?;
    let count = i64::try_from(ready.len()).unwrap_or(i64::MAX);
    let first = counter::take(tx, Counter::Account, count).await?;
    let kind = AccountKind::Customer;
    let (mut accounts, mut balances) = (Vec::new(), Vec::new());
    for ((row, holder), id) in ready.iter().zip(holders).zip((first..).map(AccountId)) {
        let (number, asset) = (row.row.number.clone(), row.asset.id);
        accounts.push(NewAccount {
            id,
            number,
            holder: Some(holder),
            asset,
            kind,
            stripe: 0,
            opened_at: now,
        });
        balances.push(opened(id, asset, Some(holder), kind));
    }
    store::account::insert(tx, &accounts).await?;
    store::balance::insert(tx, &balances).await?;
    Ok(accounts.iter().map(|account| account.id).collect())
}

/// The holder of each row: known by uid or e-mail address, met earlier in this page, or new.
async fn holders_for(tx: &mut Tx, ready: &[Ready], now: i64) -> Result<Vec<HolderId>, Error> {
    let uids = ready.iter().filter_map(|r| r.holder.uid.clone()).collect();
    let emails = ready.iter().filter_map(|r| r.holder.email.clone()).collect();
    let mut by_uid: HashMap<String, HolderId> = store::holder::by_uid(tx, uids).await?.into_iter().collect();
    let mut by_email: HashMap<String, HolderId> =
        store::holder::by_email(tx, emails).await?.into_iter().collect();
    let mut by_name: HashMap<String, HolderId> = HashMap::new();
    let mut next = counter::take(tx, Counter::Holder, i64::try_from(ready.len()).unwrap_or(0)).await?;
    let (mut ids, mut new) = (Vec::with_capacity(ready.len()), Vec::new());
    for row in ready {
        let holder = &row.holder;
        let nameless = holder.uid.is_none() && holder.email.is_none();
        let known = holder.uid.as_ref().and_then(|uid| by_uid.get(uid));
        let known = known.or_else(|| holder.email.as_ref().and_then(|email| by_email.get(email)));
        let mut known = known.or_else(|| by_name.get(&holder.name).filter(|_| nameless)).copied();
        if known.is_none() && nameless {
            known = store::holder::by_name(tx, &holder.name).await?;
        }
        let id = known.unwrap_or(HolderId(next));
        if known.is_none() {
            next += 1;
            new.push(Holder {
                id,
                name: holder.name.clone(),
                email: holder.email.clone(),
                uid: holder.uid.clone(),
                created_at: now,
            });
        }
        holder.uid.clone().map(|uid| by_uid.entry(uid).or_insert(id));
        holder.email.clone().map(|email| by_email.entry(email).or_insert(id));
        if nameless {
            by_name.entry(holder.name.clone()).or_insert(id);
        }
        ids.push(id);
    }
    store::holder::insert(tx, &new).await?;
    Ok(ids)
}

fn check_row(
    row: &AccountRow,
    asset: &Asset,
    seen: &mut HashSet<String>,
) -> Result<(NewHolder, Amount), Problem> {
    let problem =
        |column: &str, code: Code, value: &str| Problem::of_column(row.line, column, code, value.as_bytes());
    let fields = NewHolder { name: row.holder.clone(), email: row.email.clone(), uid: row.uid.clone() };
    let open = OpenAccount { number: row.number.clone(), holder: fields, currency: asset.code.clone() };
    if crate::visible(&open.number).is_err() {
        return Err(problem("number", Code::NameInvalid, &row.number));
    }
    let holder = open.holder.clean().map_err(|_| problem("holder", Code::NameInvalid, &row.holder))?;
    if !seen.insert(row.number.clone()) {
        return Err(problem("number", Code::AccountExists, &row.number));
    }
    let opening = match row.opening.as_deref() {
        None | Some("") => Amount::ZERO,
        Some(text) => Amount::parse(text, asset.scale).map_err(|code| problem("opening", code, text))?,
    };
    Ok((holder, opening))
}

fn opening(actor: &Actor, row: &Ready, account: AccountId) -> Single {
    let operation = OperationKey {
        id: format!("opening:{}", row.row.number),
        fingerprint: row.opening.minor().to_string(),
    };
    Single {
        actor: actor.clone(),
        operation: (row.row.number.chars().count() <= 190).then_some(operation),
        kind: TransferKind::Opening,
        source: Party::World(row.asset.id),
        target: Party::Account(account),
        amount: row.opening.minor(),
        exchange: None,
        value_date: None,
        memo: None,
        vouchers: None,
        refused: None,
    }
}
