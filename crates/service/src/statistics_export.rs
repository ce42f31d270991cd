//! Statistics as a table: a row for each day or account and currency, or for each currency.

use crate::statistics::{GroupBy, GroupKey, Report, Statistics, StatisticsQuery, report};
use crate::{Error, Service, setting};
use formats::export::cell::{Day, Fixed, Money};
use formats::export::columns::statistics::{STATISTICS, StatisticsRow};
use formats::export::manifest::Manifest;
use formats::export::options::ExportOptions;
use formats::export::writer::ExportWriter;
use std::cmp::Reverse;
use std::io::Write;

/// Rows per step, after each of which the one who waits is told.
const STEP: usize = 1_000;

/// Writes the statistics that a query describes: days in order, accounts with the most attempts first, and the totals by
/// currency if nothing else groups them.
pub async fn export<W: Write + Send>(
    service: &Service,
    query: &StatisticsQuery,
    options: &ExportOptions,
    to: W,
) -> Result<Manifest, Error> {
    export_counted(service, query, options, to, |_| Ok(())).await
}

/// [`export`], which says after each page how many rows it had; an error of the one who is told ends it.
pub(crate) async fn export_counted<W: Write + Send>(
    service: &Service,
    query: &StatisticsQuery,
    options: &ExportOptions,
    to: W,
    mut told: impl FnMut(usize) -> Result<(), Error> + Send,
) -> Result<Manifest, Error> {
    let rows = rows(report(service, query).await?, query.group);
    let zone = setting::zone(&mut service.store.read().await?).await?;
    let options = ExportOptions { zone, ..options.clone() };
    let mut writer = ExportWriter::new(&STATISTICS, &options, to)?;
    for page in rows.chunks(STEP) {
        for (of, figures) in page {
            writer.row(&row(of.as_ref(), figures).cells())?;
        }
        told(page.len())?;
    }
    Ok(writer.finish()?.1)
}

fn rows(report: Report, group: GroupBy) -> Vec<(Option<GroupKey>, Statistics)> {
    let Report { totals, mut groups } = report;
    match group {
        GroupBy::None => return totals.into_iter().map(|figures| (None, figures)).collect(),
        GroupBy::Account => groups.sort_by_key(|(_, figures)| Reverse(figures.count)),
        GroupBy::Day => {}
    }
    groups.into_iter().map(|(of, figures)| (Some(of), figures)).collect()
}

fn row<'a>(of: Option<&'a GroupKey>, figures: &'a Statistics) -> StatisticsRow<'a> {
    let (date, account) = match of {
        Some(GroupKey::Day(day)) => (Some(Day(*day)), ""),
        Some(GroupKey::Account(_, number)) => (None, number.as_str()),
        None => (None, ""),
    };
    let currency = figures.asset.code.as_str();
    let money = |minor: i128| Money { minor, scale: figures.asset.scale, currency };
    StatisticsRow {
        date,
        account,
        currency,
        count: figures.count,
        success_count: figures.success_count,
        failed_count: figures.count - figures.success_count,
        success_rate: Some(Fixed { digits: figures.success_rate_bp(), scale: 4 }),
        amount: money(figures.amount).into(),
        fee: money(figures.fee).into(),
    }
}
