//! A dry run as a table: a row per item that a run would pay now, with what would become of it; then the open refused
//! rows.

use super::fold::{fold_of, next_items};
use super::list::OffsetPage;
use super::lookup::find;
use super::predicted::{PredictedItem, PreviewPart};
use super::problems::each_open_row;
use super::refused_text::RefusedText;
use crate::{Error, Service, asset, setting};
use domain::asset::Asset;
use domain::batch::BatchMode;
use domain::batch_ref::BatchRef;
use domain::code::{Code, Language};
use formats::export::cell::Money;
use formats::export::columns::preview::{PREVIEW, PreviewRow};
use formats::export::manifest::Manifest;
use formats::export::options::ExportOptions;
use formats::export::writer::ExportWriter;
use std::io::Write;
use store::Tx;
use store::batch::Batch;

/// Every item.
const ALL: OffsetPage = OffsetPage { limit: i64::MAX, offset: 0 };
/// No item.
const NONE: OffsetPage = OffsetPage { limit: 0, offset: 0 };

/// Writes what a run would do now, and says after each page how many items it had; an error of the one who is told ends
/// it.
pub(crate) async fn export_counted<W: Write + Send>(
    service: &Service,
    batch: BatchRef,
    only_refused: bool,
    options: &ExportOptions,
    to: W,
    mut told: impl FnMut(usize) -> Result<(), Error> + Send,
) -> Result<Manifest, Error> {
    // One transaction, so that the balances are those of one moment.
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    let asset = asset::by_id(&mut tx, batch.asset).await?;
    let options = ExportOptions { zone: setting::zone(&mut tx).await?, ..options.clone() };
    let mut writer = ExportWriter::new(&PREVIEW, &options, to)?;
    let mut fold = fold_of(service, &mut tx, &batch, PreviewPart { page: ALL, only_refused }).await?;
    if is_undone(service, &mut tx, &batch, &mut told).await? {
        fold.list_undone();
    }
    let mut after = batch.first_number - 1;
    while let Some((items, last)) = next_items(&mut tx, &batch, after).await? {
        after = last;
        let count = items.len();
        fold.items(&mut tx, items).await?;
        for item in fold.take_shown(&mut tx).await? {
            writer.row(&row(&item, &asset, options.language).cells())?;
        }
        told(count)?;
    }
    // Under their keys, after the items.
    each_open_row(&mut tx, batch.id, |row| {
        Ok(writer.row(&refused(&RefusedText::of(row, options.language)).cells())?)
    })
    .await?;
    // Finishing a workbook takes a while: the ledger's snapshot is not held for it.
    drop(tx);
    Ok(writer.finish()?.1)
}

/// Whether an atomic batch would pay nothing, which is only known after its last item. Asks after each page whether to
/// go on: none of its rows counts as written.
async fn is_undone(
    service: &Service,
    tx: &mut Tx,
    batch: &Batch,
    told: &mut (impl FnMut(usize) -> Result<(), Error> + Send),
) -> Result<bool, Error> {
    if batch.mode != BatchMode::Atomic {
        return Ok(false);
    }
    let mut fold = fold_of(service, tx, batch, NONE.into()).await?;
    let mut after = batch.first_number - 1;
    while let Some((items, last)) = next_items(tx, batch, after).await? {
        after = last;
        fold.items(tx, items).await?;
        told(0)?;
        if fold.undoes() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn row<'a>(predicted: &'a PredictedItem, asset: &'a Asset, language: Language) -> PreviewRow<'a> {
    let (described, item) = (&predicted.item, &predicted.item.item);
    let money = |minor: i64| Money { minor: minor.into(), scale: asset.scale, currency: &asset.code };
    let is_paid = predicted.code.is_none();
    let received = predicted.exchanged.as_ref().map(|(asset, minor)| Money {
        minor: i128::from(*minor),
        scale: asset.scale,
        currency: &asset.code,
    });
    let received_currency = predicted.exchanged.as_ref().map_or("", |(asset, _)| asset.code.as_str());
    PreviewRow {
        line: Some(item.line),
        item: item.number.0,
        source: &described.source,
        target: &described.target,
        holder: described.target_holder.as_deref().unwrap_or_default(),
        // A draft may still wait for it.
        amount: Some(item.amount).filter(|amount| *amount > 0).map(money).into(),
        currency: &asset.code,
        fee: Some(predicted.fee).filter(|_| is_paid).map(money).into(),
        received: received.into(),
        received_currency,
        status: if is_paid { "would_pay" } else { "would_fail" },
        code: predicted.code.map_or("", Code::name),
        message: predicted.code.map_or("", |code| code.message(language)),
        balance_before: predicted.balance.map(|(before, _)| money(before)).into(),
        balance_after: predicted.balance.map(|(_, after)| money(after)).into(),
        memo: item.memo.as_deref().unwrap_or_default(),
        reference: item.reference.as_deref().unwrap_or_default(),
        external_id: item.external_id.as_deref().unwrap_or_default(),
    }
}

/// A row that was refused when it was read.
fn refused(text: &RefusedText) -> PreviewRow<'_> {
    let [source, target, amount, currency, memo, reference] = text.fields();
    PreviewRow {
        line: Some(text.line),
        item: text.key,
        source,
        target,
        amount: amount.into(),
        currency,
        status: "refused",
        code: text.code,
        message: text.message,
        memo,
        reference,
        ..PreviewRow::default()
    }
}
