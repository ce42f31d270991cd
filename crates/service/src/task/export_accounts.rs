//! Writing accounts to a file.

use super::aside;
use super::filter_text::filter_text;
use super::job::Job;
use crate::account_export::{count, export_counted};
use crate::account_list::{AccountFilter, AccountQuery, filter_of};
use crate::{Error, Service};
use domain::holder_group::HolderGroupRef;
use domain::task::export_accounts::{ExportAccountsInput, ExportAccountsOptions};
use domain::task::made::MadeFile;
use store::Tx;

/// The file's name, without its ending.
const NAME: &str = "accounts";

/// Checks what is asked for: a currency or a group that does not exist is refused, as in the list.
pub(super) async fn check_accounts(tx: &mut Tx, input: &ExportAccountsInput) -> Result<(), Error> {
    aside::check_rows(input.options.rows_per_file)?;
    let (query, assets) = (query(&input.options)?, store::asset::all(tx).await?);
    filter_of(tx, &query, &assets).await.map(drop)
}

/// Writes the accounts that the list shows with these filters.
pub async fn export_accounts(
    service: &Service,
    job: &Job,
    input: &ExportAccountsInput,
) -> Result<MadeFile, Error> {
    let query = query(&input.options)?;
    job.counts.expect(count(service, &query).await?);
    let options = aside::options(job, input.format, input.language, input.options.rows_per_file);
    let of = service.clone();
    aside::make(service, job, NAME, options, move |threads, options, to, told| {
        threads.block_on(export_counted(&of, &query, options, to, |rows| told.rows(rows)))
    })
    .await
}

fn query(options: &ExportAccountsOptions) -> Result<AccountQuery, Error> {
    let text = |name: &str, text: &Option<String>| filter_text(name, text.as_deref());
    let filter = AccountFilter {
        text: text("text", &options.text)?,
        status: options.status,
        email: text("email", &options.email)?.map(|email| email.to_lowercase()),
        uid: text("uid", &options.uid)?,
        balance_min: options.min_balance_cents,
        balance_max: options.max_balance_cents,
        ..AccountFilter::default()
    };
    let group = text("group", &options.group)?.map(|group| HolderGroupRef::parse(&group));
    let currency = text("currency", &options.currency)?;
    Ok(AccountQuery { filter, currency, group, ..AccountQuery::default() })
}
