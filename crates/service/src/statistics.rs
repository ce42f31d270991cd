//! What customers sent: attempts, successes, amounts and fees; by currency, by day, by account.
//!
//! Transfers count by value date. A refused batch item has no transfer: its attempts count on the day they
//! were made, in the organisation's time zone.

use crate::date::read_range;
use crate::{Error, Service, account_cache, setting};
use domain::account_ref::GivenAccount;
use domain::asset::Asset;
use domain::code::Code;
use domain::visible::shown;
use ledger::calendar;
use std::collections::BTreeMap;
use store::Tx;
use store::failure_count::QUARTER;
use store::statistics::{FailureCount, Group, Range, Sums};

/// What customers sent in a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// The currency.
    pub asset: Asset,
    /// Attempts.
    pub count: i64,
    /// Attempts that were carried out.
    pub success_count: i64,
    /// Minor units moved.
    pub amount: i128,
    /// Minor units of fees.
    pub fee: i128,
}

impl Statistics {
    fn none(asset: Asset) -> Self {
        Self { asset, count: 0, success_count: 0, amount: 0, fee: 0 }
    }

    /// The share of attempts carried out, in hundredths of a percent.
    #[must_use]
    pub const fn success_rate_bp(&self) -> i64 {
        if self.count == 0 { 0 } else { self.success_count * 10_000 / self.count }
    }

    const fn add(&mut self, sums: &Sums) {
        self.count += sums.count;
        if sums.completed {
            self.success_count += sums.count;
            self.amount += sums.amount;
            self.fee += sums.fee;
        }
    }
}

/// What statistics are broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupBy {
    /// By currency only.
    #[default]
    None,
    /// By day.
    Day,
    /// By paying account.
    Account,
}

/// Which statistics are wanted.
#[derive(Debug, Clone, Default)]
pub struct StatisticsQuery {
    /// From this value date, `YYYY-MM-DD`.
    pub from: String,
    /// Up to this value date.
    pub to: String,
    /// Only this currency.
    pub currency: Option<String>,
    /// Only what this account, named by id or number, sent.
    pub account: Option<GivenAccount>,
    /// What they are broken down by.
    pub group: GroupBy,
}

/// What a group of statistics covers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupKey {
    /// A day: days since 1970-01-01.
    Day(i64),
    /// An account: id and number.
    Account(i64, String),
}

/// Statistics: totals and groups.
#[derive(Debug, Clone)]
pub struct Report {
    /// Totals by currency.
    pub totals: Vec<Statistics>,
    /// By group and currency; empty if no breakdown was requested.
    pub groups: Vec<(GroupKey, Statistics)>,
}

/// What customers sent in a range of value dates (both ends included): totals and groups.
pub async fn report(service: &Service, query: &StatisticsQuery) -> Result<Report, Error> {
    let mut tx = service.store.read().await?;
    let mut assets = store::asset::all(&mut tx).await?;
    let range = range(&mut tx, query, &assets).await?;
    assets.retain(|asset| range.asset.is_none_or(|only| only == asset.id));
    let group = match query.group {
        GroupBy::None => Group::None,
        GroupBy::Day => Group::Day,
        GroupBy::Account => Group::Account,
    };
    let mut sums = store::statistics::sums(&mut tx, group, range).await?;
    sums.extend(failures(&mut tx, group, range).await?);
    let totals = fold(&assets, sums.iter().map(|sums| (0, sums)));
    let totals: BTreeMap<_, _> = totals.into_iter().map(|((_, asset), one)| (asset, one)).collect();
    let total =
        |asset: &Asset| totals.get(&asset.id.0).cloned().unwrap_or_else(|| Statistics::none(asset.clone()));
    let totals = assets.iter().map(total).collect();
    let groups = match query.group {
        GroupBy::None => BTreeMap::new(),
        _ => fold(&assets, sums.iter().map(|sums| (sums.group, sums))),
    };
    Ok(Report { totals, groups: named(&mut tx, query.group, groups).await? })
}

/// Checks a query without adding anything up: its period, its currency and its account.
pub(crate) async fn check(tx: &mut Tx, query: &StatisticsQuery) -> Result<(), Error> {
    let assets = store::asset::all(tx).await?;
    range(tx, query, &assets).await.map(drop)
}

async fn range(tx: &mut Tx, query: &StatisticsQuery, assets: &[Asset]) -> Result<Range, Error> {
    let asset = match &query.currency {
        Some(code) => {
            let found = assets.iter().find(|asset| asset.code == *code);
            Some(found.ok_or_else(|| Error::refused(Code::AssetUnknown, shown(code)))?.id)
        }
        None => None,
    };
    let account = match &query.account {
        Some(given) => Some(account_cache::named(tx, given).await?.id),
        None => None,
    };
    let (from, to) = read_range(Some(&query.from), Some(&query.to))?;
    Ok(Range { from: from.unwrap_or(i64::MIN), to: to.unwrap_or(i64::MAX), asset, account })
}

/// Refused item attempts, as sums of refused transfers.
async fn failures(tx: &mut Tx, group: Group, range: Range) -> Result<Vec<Sums>, Error> {
    let zone = setting::zone(tx).await?;
    let start = |day: i64| {
        calendar::date_of(day).to_zoned(zone.clone()).map_or(0, |z| z.timestamp().as_microsecond())
    };
    let (from, before) = (start(range.from), start(range.to.saturating_add(1)));
    let by_account = group == Group::Account;
    let failures = store::statistics::failures(tx, by_account, range, from, before).await?;
    let sums = |failures: &FailureCount| {
        let key = match group {
            Group::None => 0,
            Group::Day => calendar::calendar(failures.quarter * QUARTER, &zone).day,
            Group::Account => failures.account,
        };
        let (asset, count) = (failures.asset, failures.count);
        Sums { group: key, asset, completed: false, count, amount: 0, fee: 0 }
    };
    Ok(failures.iter().map(sums).collect())
}

/// Sums by key and currency.
fn fold<'a>(
    assets: &[Asset],
    sums: impl Iterator<Item = (i64, &'a Sums)>,
) -> BTreeMap<(i64, i64), Statistics> {
    let mut folded: BTreeMap<(i64, i64), Statistics> = BTreeMap::new();
    for (key, one) in sums {
        let Some(asset) = assets.iter().find(|asset| asset.id == one.asset) else { continue };
        folded.entry((key, asset.id.0)).or_insert_with(|| Statistics::none(asset.clone())).add(one);
    }
    folded
}

async fn named(
    tx: &mut Tx,
    group: GroupBy,
    folded: BTreeMap<(i64, i64), Statistics>,
) -> Result<Vec<(GroupKey, Statistics)>, Error> {
    let accounts = match group {
        GroupBy::Account => folded.keys().map(|(account, _)| *account).collect(),
        _ => Vec::new(),
    };
    let mut numbers: BTreeMap<i64, String> =
        store::account::numbers(tx, accounts).await?.into_iter().collect();
    let mut of = |key: i64| match group {
        GroupBy::Account => GroupKey::Account(key, numbers.remove(&key).unwrap_or_default()),
        _ => GroupKey::Day(key),
    };
    Ok(folded.into_iter().map(|((key, _), one)| (of(key), one)).collect())
}
