//! The result of a batch: one row per item, with its state, code, fee and transfer; then its open refused rows.

use super::lookup::find;
use super::problems::each_open_row;
use super::refused_text::RefusedText;
use crate::{Error, Service, asset, setting};
use domain::asset::Asset;
use domain::batch_ref::BatchRef;
use domain::code::{Code, Language};
use domain::item::ItemState;
use formats::export::cell::{Day, Moment, Money};
use formats::export::columns::result::{RESULTS, ResultRow};
use formats::export::manifest::Manifest;
use formats::export::options::ExportOptions;
use formats::export::writer::ExportWriter;
use hashbrown::HashMap;
use std::io::Write;
use store::Tx;
use store::batch::Batch;
use store::item::{Item, Page};
use store::transfer::Transfer;

/// Items per step: memory use does not grow with the batch.
const STEP: i64 = 10_000;

/// Writes a batch's result and its open refused rows; times are in the organisation's time zone, whatever the options
/// say.
pub async fn export<W: Write + Send>(
    service: &Service,
    batch: BatchRef,
    options: &ExportOptions,
    to: W,
) -> Result<Manifest, Error> {
    export_counted(service, batch, options, to, |_| Ok(())).await
}

/// [`export`], which says after each page how many rows it had; an error of the one who is told ends it.
pub(crate) async fn export_counted<W: Write + Send>(
    service: &Service,
    batch: BatchRef,
    options: &ExportOptions,
    to: W,
    mut told: impl FnMut(usize) -> Result<(), Error> + Send,
) -> Result<Manifest, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    let asset = asset::by_id(&mut tx, batch.asset).await?;
    let options = ExportOptions { zone: setting::zone(&mut tx).await?, ..options.clone() };
    let mut writer = ExportWriter::new(&RESULTS, &options, to)?;
    let mut after = batch.first_number - 1;
    while let Some(slice) = slice(&mut tx, &batch, after).await? {
        after = slice.last;
        for item in &slice.items {
            writer.row(&slice.row(item, &asset, options.language).cells())?;
        }
        told(slice.items.len())?;
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

/// Items and what their rows need.
struct ItemSlice {
    items: Vec<Item>,
    /// The number of the last one.
    last: i64,
    /// The accounts' numbers.
    numbers: HashMap<i64, String>,
    transfers: HashMap<i64, Transfer>,
}

/// The items after a number; none after the last.
async fn slice(tx: &mut Tx, batch: &Batch, after: i64) -> Result<Option<ItemSlice>, Error> {
    let page = Page { batch: batch.id, after, last: batch.last_number, limit: STEP };
    let mut items = store::item::page(tx, page, None, None).await?;
    store::external_id::fill_page(tx, batch.id, &mut items).await?;
    let Some(last) = items.last().map(|item| item.number.0) else { return Ok(None) };
    let ids = items.iter().flat_map(|item| [item.source.0, item.target.0]).collect();
    let numbers = store::account::numbers(tx, ids).await?.into_iter().collect();
    let settled = items.iter().filter(|item| item.state == ItemState::Completed).map(|item| item.number.0);
    let transfers = store::transfer::by_numbers(tx, settled.collect()).await?;
    let transfers = transfers.into_iter().map(|transfer| (transfer.number.0, transfer)).collect();
    Ok(Some(ItemSlice { items, last, numbers, transfers }))
}

impl ItemSlice {
    fn row<'a>(&'a self, item: &'a Item, asset: &'a Asset, language: Language) -> ResultRow<'a> {
        let transfer = self.transfers.get(&item.number.0);
        let account = |id: i64| self.numbers.get(&id).map_or("", String::as_str);
        let money = |minor: i64| Money { minor: minor.into(), scale: asset.scale, currency: &asset.code };
        ResultRow {
            line: Some(item.line),
            item: item.number.0,
            source: account(item.source.0),
            target: account(item.target.0),
            // A draft may still wait for it.
            amount: Some(item.amount).filter(|amount| *amount > 0).map(money).into(),
            currency: &asset.code,
            fee: transfer.map(|transfer| money(transfer.fee)).into(),
            status: item.state.name(),
            code: item.code.map_or("", Code::name),
            message: item.code.map_or("", |code| code.message(language)),
            memo: item.memo.as_deref().unwrap_or_default(),
            reference: item.reference.as_deref().unwrap_or_default(),
            external_id: item.external_id.as_deref().unwrap_or_default(),
            transfer: transfer.map(|transfer| transfer.number.0),
            paid_at: transfer.map(|transfer| Moment(transfer.created_at)),
            value_date: transfer.map(|transfer| Day(transfer.value_date)),
        }
    }
}

/// A refused row as a result.
fn refused(text: &RefusedText) -> ResultRow<'_> {
    let [source, target, amount, currency, memo, reference] = text.fields();
    ResultRow {
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
        ..ResultRow::default()
    }
}
