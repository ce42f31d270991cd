//! A statement as a table: all its entries, newest first.

use super::pages::{PAGE_MAX, Statement, show};
use super::walk::StatementQuery;
use crate::posting_view::Entry;
use crate::{Error, Service, setting};
use domain::account_ref::GivenAccount;
use formats::export::cell::{Day, Moment, Money};
use formats::export::columns::statement::{STATEMENT, StatementRow};
use formats::export::manifest::Manifest;
use formats::export::options::ExportOptions;
use formats::export::writer::ExportWriter;
use std::io::Write;

/// Writes every entry of a statement, whatever its page; times are in the organisation's time zone, whatever the
/// options say. Between two pages it holds no transaction: what was booked never changes.
pub async fn export<W: Write + Send>(
    service: &Service,
    account: &GivenAccount,
    query: StatementQuery,
    options: &ExportOptions,
    to: W,
) -> Result<Manifest, Error> {
    export_counted(service, account, query, options, to, |_| Ok(())).await
}

/// [`export`], which says after each page how many rows it had; an error of the one who is told ends it.
pub(crate) async fn export_counted<W: Write + Send>(
    service: &Service,
    account: &GivenAccount,
    query: StatementQuery,
    options: &ExportOptions,
    to: W,
    mut told: impl FnMut(usize) -> Result<(), Error> + Send,
) -> Result<Manifest, Error> {
    let zone = setting::zone(&mut service.store.read().await?).await?;
    let mut writer = ExportWriter::new(&STATEMENT, &ExportOptions { zone, ..options.clone() }, to)?;
    let mut query = StatementQuery { cursor: None, limit: PAGE_MAX, with_balances: false, ..query };
    loop {
        let page = show(service, account, &query).await?;
        for entry in &page.entries {
            let side = if entry.is_debit { "debit" } else { "credit" };
            let id = format!("{}-{side}", entry.posting);
            writer.row(&row(&page, entry, &id).cells())?;
        }
        told(page.entries.len())?;
        if page.cursor.is_none() {
            return Ok(writer.finish()?.1);
        }
        query.cursor = page.cursor;
    }
}

fn row<'a>(page: &'a Statement, entry: &'a Entry, id: &'a str) -> StatementRow<'a> {
    let asset = &page.asset;
    let money = |minor: i64| Money { minor: minor.into(), scale: asset.scale, currency: &asset.code };
    StatementRow {
        account: &page.account.number,
        entry: id,
        value_date: Some(Day(entry.value_date)),
        kind: entry.kind.entry_name(entry.is_debit),
        amount: money(entry.amount).into(),
        currency: &asset.code,
        balance_before: money(entry.balance_before).into(),
        balance_after: money(entry.balance_after).into(),
        counterparty: &entry.other_number,
        memo: entry.memo.as_deref().unwrap_or_default(),
        transfer: Some(entry.transfer),
        booked_at: Some(Moment(entry.created_at)),
    }
}
