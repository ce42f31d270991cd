//! From the rows of a request to items: payees are resolved in bulk, amounts are read or split, and everything
//! that is wrong is found before anything is written.

mod amounts;
mod sides;

pub use self::amounts::Amounts;
pub use self::sides::{AccountName, Contact};

use self::sides::Sides;
use crate::{Error, Refusal};
use domain::asset::Asset;
use domain::batch::BatchType;
use domain::code::Code;
use domain::id::{AccountId, AssetId, TransferId};
use domain::item::ItemState;
use domain::policy::PolicyBook;
use domain::script::Digits;
use domain::text::ExternalId;
use domain::transfer::MEMO_MAX;
use hashbrown::{HashMap, HashSet};
use ledger::rates::Rates;
use serde_json::json;
use store::Tx;
use store::item::Item;

/// Rows of one request at most: they are taken in one transaction.
pub const ROWS_MAX: usize = 50_000;
/// Problems that a refusal names.
pub const PROBLEMS_MAX: usize = 1_000;

/// A row as the client sends it.
#[derive(Debug, Clone, Default)]
pub struct NewRow {
    /// Who pays.
    pub source: Option<AccountName>,
    /// Who is paid.
    pub target: Option<AccountName>,
    /// Who the other side is, by uid, e-mail address or account.
    pub payee: Option<(Contact, String)>,
    /// Major units.
    pub amount: Option<String>,
    /// Its share of the total.
    pub ratio: Option<String>,
    /// What it is for.
    pub memo: Option<String>,
    /// The client's own reference.
    pub reference: Option<String>,
    /// What it is called in the client's system.
    pub external_id: Option<String>,
}

/// What all rows of a batch share.
#[derive(Debug)]
pub(crate) struct Frame {
    pub kind: BatchType,
    /// The currency of all amounts: that of the paying accounts.
    pub asset: Asset,
    /// The single account and its currency.
    pub single: Option<(AccountId, AssetId)>,
    /// Whether a payee in another currency is paid in it.
    pub convert: bool,
    pub policies: PolicyBook,
    pub rates: Rates,
}

impl Frame {
    /// The side that the rows name.
    pub(crate) const fn other(&self, item: &Item) -> AccountId {
        match self.kind {
            BatchType::ManyToOne => item.source,
            BatchType::OneToMany | BatchType::ManyToMany => item.target,
        }
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
}

/// Something wrong with a row.
#[derive(Debug)]
pub(crate) struct RowProblem {
    pub row: usize,
    pub field: &'static str,
    pub code: Code,
    pub value: String,
}

/// Rows that can be taken.
#[derive(Debug)]
pub(crate) struct Taken {
    pub items: Vec<Item>,
    pub total: i128,
    /// How the client wrote each row's own side.
    pub written: Vec<String>,
}

/// Makes items of rows; their numbers come later. Refuses all of them if one cannot be taken.
pub(crate) async fn take(
    tx: &mut Tx,
    frame: &Frame,
    amounts: &Amounts,
    rows: &[NewRow],
) -> Result<Taken, Error> {
    if rows.is_empty() {
        return Err(Code::BatchEmpty.into());
    }
    let sides = Sides::load(tx, rows).await?;
    let written: Vec<String> = rows.iter().map(|row| sides::written(frame.kind, row)).collect();
    let found: Vec<_> = rows.iter().map(|row| sides.of(frame, row)).collect();
    check_duplicates(frame, rows, &found, &written)?;
    let minor = amounts.of(frame.asset.scale, rows)?;
    let mut problems = repeated_ids(rows);
    let mut items = Vec::with_capacity(rows.len());
    for (place, ((row, found), amount)) in rows.iter().zip(found).zip(minor).enumerate() {
        let problem = |(field, code, value): (&'static str, Code, String)| {
            let value = value.chars().take(64).collect();
            RowProblem { row: place, field, code, value }
        };
        problems.extend(texts(row).map(problem));
        let external_id = external_id(row).map_err(|wrong| problems.push(problem(wrong))).unwrap_or_default();
        let sides = found.map_err(|wrong| problems.push(problem(wrong))).ok();
        let amount = amount.map_err(|wrong| problems.push(problem(wrong))).ok();
        let (Some((source, target)), Some(amount)) = (sides, amount) else { continue };
        if let Err(wrong) = fits(frame, source, target, amount) {
            let shown = domain::amount::format_minor(i128::from(amount), frame.asset.scale);
            problems.push(problem((wrong.0, wrong.1, shown)));
        }
        items.push(Item { external_id, ..item(place, row, source.0, target.0, amount) });
    }
    if !problems.is_empty() {
        return Err(refusal(rows.len(), &problems));
    }
    let total = items.iter().map(|item| i128::from(item.amount)).sum();
    Ok(Taken { items, total, written })
}

fn item(place: usize, row: &NewRow, source: AccountId, target: AccountId, amount: i64) -> Item {
    let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    Item {
        number: TransferId(0),
        line: i64::try_from(place + 1).unwrap_or(i64::MAX),
        source,
        target,
        amount,
        state: ItemState::Pending,
        code: None,
        memo: text(&row.memo),
        reference: text(&row.reference),
        external_id: None,
    }
}

/// The row's external id; an empty one is none.
fn external_id(row: &NewRow) -> Result<Option<String>, (&'static str, Code, String)> {
    let Some(text) = row.external_id.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
    match ExternalId::parse(text, Digits::Refuse) {
        Ok(id) => Ok(Some(id.into())),
        Err(code) => Err(("externalId", code, text.to_owned())),
    }
}

/// Rows that have their external id in common, both of them.
fn repeated_ids(rows: &[NewRow]) -> Vec<RowProblem> {
    let ids: Vec<Option<&str>> = rows
        .iter()
        .map(|row| row.external_id.as_deref().map(str::trim).filter(|id| !id.is_empty()))
        .collect();
    let problem = |place: usize| {
        let value = ids.get(place).copied().flatten().unwrap_or_default().chars().take(64).collect();
        RowProblem { row: place, field: "externalId", code: Code::ExternalIdRepeated, value }
    };
    super::external_id::repeated(&ids).into_iter().map(problem).collect()
}

/// What people wrote must fit, and not every engine can keep a NUL.
fn texts(row: &NewRow) -> impl Iterator<Item = (&'static str, Code, String)> {
    let all = [("memo", &row.memo), ("reference", &row.reference)];
    all.into_iter().filter_map(|(field, text)| {
        let code = wrong_text(text.as_deref()?)?;
        Some((field, code, String::new()))
    })
}

/// Why a text cannot be kept.
pub(crate) fn wrong_text(text: &str) -> Option<Code> {
    if text.contains('\0') {
        Some(Code::NulByte)
    } else if text.chars().count() > MEMO_MAX {
        Some(Code::TextTooLong)
    } else {
        None
    }
}

/// An account and its currency.
pub(crate) type Side = (AccountId, AssetId);

/// The single account of a batch, which must be in use.
pub(crate) async fn single(tx: &mut Tx, name: &AccountName, is_source: bool) -> Result<Side, Error> {
    let about = || name.to_string().chars().take(64).collect::<String>();
    let missing = if is_source { Code::SourceNotFound } else { Code::TargetNotFound };
    let found = Sides::account(tx, name).await?.ok_or_else(|| Error::refused(missing, about()))?;
    match sides::out_of_use(&found, is_source) {
        Some(code) => Err(Error::refused(code, about())),
        None => Ok((found.account, found.asset)),
    }
}

/// Whether one transfer may move it, and whether it can be exchanged if it has to be.
fn fits(frame: &Frame, source: Side, target: Side, amount: i64) -> Result<(), (&'static str, Code)> {
    if amount <= 0 {
        return Err(("amount", Code::AmountNotPositive));
    }
    if let Some(policy) = frame.policies.of(source.0, frame.asset.id) {
        if amount < policy.limit.min {
            return Err(("amount", Code::BelowMinimum));
        }
        if amount > policy.limit.max {
            return Err(("amount", Code::AboveMaximum));
        }
    }
    let exchange = frame.rates.exchange(source.1, target.1, amount).map_err(|code| ("amount", code))?;
    match exchange {
        Some(exchange) if exchange.target_amount == 0 => Err(("amount", Code::AmountNotPositive)),
        _ => Ok(()),
    }
}

/// Nobody is paid twice, and nobody pays twice, whatever he is called in each row.
fn check_duplicates(
    frame: &Frame,
    rows: &[NewRow],
    found: &[Result<(Side, Side), sides::Wrong>],
    written: &[String],
) -> Result<(), Error> {
    if frame.kind == BatchType::ManyToMany {
        return Ok(());
    }
    // What was not found is compared by what it is called.
    let key = |place: usize, row: &NewRow| match found.get(place) {
        Some(Ok((source, target))) => {
            let other = if frame.kind == BatchType::ManyToOne { source } else { target };
            Some(format!("account {}", other.0))
        }
        _ => sides::name_of(frame.kind, row),
    };
    let mut groups: HashMap<String, Vec<usize>> = HashMap::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        if let Some(key) = key(place, row) {
            groups.entry(key).or_default().push(place);
        }
    }
    let mut twice: Vec<usize> = groups.into_values().filter(|group| group.len() > 1).flatten().collect();
    twice.sort_unstable();
    refuse_duplicates(frame.kind, twice.iter().filter_map(|place| written.get(*place)))
}

/// Refuses names that stand more than once; each spelling is named once.
pub(crate) fn refuse_duplicates<'a>(
    kind: BatchType,
    names: impl Iterator<Item = &'a String>,
) -> Result<(), Error> {
    let mut seen = HashSet::new();
    let duplicates: Vec<&String> =
        names.filter(|name| seen.insert(name.as_str())).take(PROBLEMS_MAX).collect();
    let Some(first) = duplicates.first() else { return Ok(()) };
    let code = if kind == BatchType::ManyToOne { Code::DuplicateSource } else { Code::DuplicateTarget };
    let data = json!({ "duplicates": duplicates });
    Err(Error::Refused(Refusal {
        data: Some(data),
        ..Refusal::new(code, first.chars().take(64).collect::<String>())
    }))
}

/// One code for all if all are of one kind.
fn refusal(rows: usize, problems: &[RowProblem]) -> Error {
    let mut codes = problems.iter().map(|problem| problem.code);
    let first = codes.next().unwrap_or(Code::BatchRowsInvalid);
    // A row's account that is not there is no missing page.
    let all_alike = codes.all(|code| code == first) && first.http() == 422;
    let code = if all_alike { first } else { Code::BatchRowsInvalid };
    let shown: Vec<_> = problems
        .iter()
        .take(PROBLEMS_MAX)
        .map(|p| json!({ "index": p.row, "field": p.field, "code": p.code.name(), "value": p.value }))
        .collect();
    let detail = problems.first().map_or(String::new(), |p| format!("relations[{}].{}", p.row, p.field));
    let data = json!({ "problems": shown, "count": problems.len(), "relations": rows });
    Error::Refused(Refusal { data: Some(data), ..Refusal::new(code, detail) })
}
