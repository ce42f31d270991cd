//! Accounts as a table: all that a list shows, in the order of their ids, as they were at one moment.

use crate::account_cache::asset_of;
use crate::account_list::{AccountQuery, filter_of};
use crate::{Error, Service, setting};
use domain::asset::Asset;
use domain::noun::NounId;
use formats::export::cell::{Moment, Money};
use formats::export::columns::account::{ACCOUNTS, AccountExportRow};
use formats::export::manifest::Manifest;
use formats::export::options::ExportOptions;
use formats::export::writer::ExportWriter;
use std::io::Write;
use store::account::AccountView;
use store::account_list::{self, AccountSort};
use store::listing::{PageRequest, Window};

/// Ids per step: memory use does not grow with the ledger.
const STEP: i64 = 10_000;

/// Writes every account that matches a query, whatever its order and its page; times are in the organisation's time
/// zone, whatever the options say.
pub async fn export<W: Write + Send>(
    service: &Service,
    query: &AccountQuery,
    options: &ExportOptions,
    to: W,
) -> Result<Manifest, Error> {
    export_counted(service, query, options, to, |_| Ok(())).await
}

/// [`export`], which says after each page how many rows it had; an error of the one who is told ends it.
pub(crate) async fn export_counted<W: Write + Send>(
    service: &Service,
    query: &AccountQuery,
    options: &ExportOptions,
    to: W,
    mut told: impl FnMut(usize) -> Result<(), Error> + Send,
) -> Result<Manifest, Error> {
    // One transaction, so that the balances are those of one moment.
    let mut tx = service.store.read().await?;
    let assets = store::asset::all(&mut tx).await?;
    let filter = filter_of(&mut tx, query, &assets).await?;
    let options = ExportOptions { zone: setting::zone(&mut tx).await?, ..options.clone() };
    let mut writer = ExportWriter::new(&ACCOUNTS, &options, to)?;
    let (mut first, last) = account_list::ids(&mut tx).await?;
    while first <= last {
        let window = Window { first, last: first.saturating_add(STEP - 1) };
        let slice = PageRequest { limit: STEP, window: Some(window), ..PageRequest::default() };
        let accounts = account_list::page(&mut tx, &filter, AccountSort::Id, slice).await?;
        for account in &accounts {
            let (asset, id) = (asset_of(&assets, account.asset)?, account.id.tagged());
            writer.row(&row(account, &asset, &id).cells())?;
        }
        told(accounts.len())?;
        first = window.last.saturating_add(1);
    }
    // Finishing a workbook takes a while: the ledger's snapshot is not held for it.
    drop(tx);
    Ok(writer.finish()?.1)
}

/// How many accounts match a query, whatever its page.
pub(crate) async fn count(service: &Service, query: &AccountQuery) -> Result<i64, Error> {
    let mut tx = service.store.read().await?;
    let assets = store::asset::all(&mut tx).await?;
    let filter = filter_of(&mut tx, query, &assets).await?;
    Ok(account_list::count(&mut tx, &filter, None).await?)
}

fn row<'a>(account: &'a AccountView, asset: &'a Asset, id: &'a str) -> AccountExportRow<'a> {
    let money = |minor: i128| Money { minor, scale: asset.scale, currency: &asset.code };
    let [balance, held, overdraft] = [account.balance, account.held, account.overdraft].map(i128::from);
    AccountExportRow {
        id,
        number: &account.number,
        holder: account.holder_name.as_deref().unwrap_or_default(),
        email: account.email.as_deref().unwrap_or_default(),
        uid: account.uid.as_deref().unwrap_or_default(),
        currency: &asset.code,
        kind: account.kind.name(),
        status: account.status.name(),
        balance: money(balance).into(),
        available: money(balance - held + overdraft).into(),
        held: money(held).into(),
        overdraft: money(overdraft).into(),
        opened_at: Some(Moment(account.opened_at)),
    }
}
