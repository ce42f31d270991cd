//! Transfers as a table: all that a list shows, newest first.

use super::list::{TransferQuery, list};
use super::show::{TransferDetail, TransferSide};
use crate::listing::Counting;
use crate::place::NextPage;
use crate::{Error, Service, setting};
use domain::code::{Code, Language};
use domain::transfer::{TransferKind, TransferStatus};
use formats::export::cell::{Cell, Day, Moment, Money};
use formats::export::columns::transfer::{TRANSFERS, TransferRow};
use formats::export::manifest::Manifest;
use formats::export::options::ExportOptions;
use formats::export::writer::ExportWriter;
use std::io::Write;
use store::listing::{Order, PageRequest};
use store::transfer_list::{self, TransferSort};

/// Rows that an export reads at once.
const AT_ONCE: i64 = 2_000;

/// Writes every transfer that matches a query, whatever its order and its page; times are in the organisation's time
/// zone, whatever the options say. Between two pages it holds no transaction: what was booked never changes.
pub async fn export<W: Write + Send>(
    service: &Service,
    query: TransferQuery,
    options: &ExportOptions,
    to: W,
) -> Result<Manifest, Error> {
    export_counted(service, query, options, to, |_, _| Ok(())).await
}

/// [`export`], which says after each page how many rows it had, and how many of all numbers are searched; an error of
/// the one who is told ends it.
pub(crate) async fn export_counted<W: Write + Send>(
    service: &Service,
    query: TransferQuery,
    options: &ExportOptions,
    to: W,
    mut told: impl FnMut(usize, (i64, i64)) -> Result<(), Error> + Send,
) -> Result<Manifest, Error> {
    let mut tx = service.store.read().await?;
    let (zone, (first, last)) = (setting::zone(&mut tx).await?, transfer_list::keys(&mut tx).await?);
    drop(tx);
    let mut writer = ExportWriter::new(&TRANSFERS, &ExportOptions { zone, ..options.clone() }, to)?;
    let slice = PageRequest { order: Order::Descending, limit: AT_ONCE, ..PageRequest::default() };
    let mut query =
        TransferQuery { sort: TransferSort::Number, slice, resumed: None, counting: Counting::No, ..query };
    let all = last.saturating_sub(first).saturating_add(1);
    loop {
        let page = list(service, &query).await?;
        for detail in &page.transfers {
            writer.row(&row(detail, options.language).cells())?;
        }
        let searched = page.next.as_ref().and_then(NextPage::row).map_or(all, |place| last - place.key + 1);
        told(page.transfers.len(), (searched.clamp(0, all), all))?;
        match page.next {
            None => return Ok(writer.finish()?.1),
            Some(NextPage::After(place)) => (query.slice.after, query.resumed) = (Some(place), None),
            Some(NextPage::Search(place)) => (query.slice.after, query.resumed) = (None, Some(place)),
        }
    }
}

fn row(detail: &TransferDetail, language: Language) -> TransferRow<'_> {
    let TransferDetail { transfer, exchange, from, to, .. } = detail;
    let assets = detail.assets();
    let is_internal = transfer.kind == TransferKind::Single && detail.is_internal;
    let status = if transfer.code.is_none() { TransferStatus::Completed } else { TransferStatus::Refused };
    let sent = |minor: i64| {
        assets.map(|(asset, _)| Money { minor: minor.into(), scale: asset.scale, currency: &asset.code })
    };
    let received = exchange.as_ref().map_or(transfer.amount, |exchange| exchange.target_amount);
    // A refused transfer moved nothing.
    let received = assets.filter(|_| status == TransferStatus::Completed).map(|(_, asset)| Money {
        minor: received.into(),
        scale: asset.scale,
        currency: &asset.code,
    });
    TransferRow {
        transfer: transfer.number.0,
        kind: if is_internal { "internal" } else { transfer.kind.name() },
        status: status.name(),
        code: transfer.code.map_or("", Code::name),
        message: transfer.code.map_or("", |code| code.message(language)),
        source: number(from.as_ref()),
        target: number(to.as_ref()),
        amount: sent(transfer.amount).into(),
        currency: assets.map_or("", |(asset, _)| asset.code.as_str()),
        fee: sent(transfer.fee).into(),
        received: Cell::from(received),
        received_currency: assets.map_or("", |(_, asset)| asset.code.as_str()),
        exchange_rate: exchange.as_ref().map_or("", |exchange| exchange.rate.as_str()),
        memo: transfer.memo.as_deref().unwrap_or_default(),
        created_by: detail.created_by.as_deref().unwrap_or_default(),
        value_date: Some(Day(transfer.value_date)),
        created_at: Some(Moment(transfer.created_at)),
    }
}

/// The account's number; empty outside the ledger.
fn number(side: Option<&TransferSide>) -> &str {
    side.map_or("", |side| side.number.as_str())
}
