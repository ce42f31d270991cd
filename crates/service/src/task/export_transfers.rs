//! Writing transfers to a file.

use super::aside;
use super::export_statement::given;
use super::filter_text::filter_text;
use super::job::Job;
use crate::date::read_range;
use crate::transfer::TransferQuery;
use crate::transfer::export::export_counted;
use crate::{Error, Service, account_cache};
use domain::code::Code;
use domain::task::export_transfers::{ExportTransfersInput, ExportTransfersOptions};
use domain::task::made::MadeFile;
use domain::transfer::TransferStatus;
use domain::visible::shown;
use store::Tx;

/// The file's name, without its ending.
const NAME: &str = "transfers";

/// Checks what is asked for. An account that does not exist is refused: an empty file would not tell a mistyped number
/// from an account without transfers.
pub(super) async fn check_transfers(tx: &mut Tx, input: &ExportTransfersInput) -> Result<(), Error> {
    let options = &input.options;
    aside::check_rows(options.rows_per_file)?;
    let query = query(options)?;
    read_range(query.from.as_deref(), query.to.as_deref())?;
    if let Some(account) = &query.account {
        account_cache::named(tx, account).await?;
    }
    if let Some(code) = &query.currency {
        let known = store::asset::all(tx).await?.iter().any(|asset| asset.code == *code);
        return known.then_some(()).ok_or_else(|| Error::refused(Code::AssetUnknown, shown(code)));
    }
    Ok(())
}

/// Writes the transfers that the list shows with these filters.
pub async fn export_transfers(
    service: &Service,
    job: &Job,
    input: &ExportTransfersInput,
) -> Result<MadeFile, Error> {
    let (query, of) = (query(&input.options)?, service.clone());
    let options = aside::options(job, input.format, input.language, input.options.rows_per_file);
    aside::make(service, job, NAME, options, move |threads, options, to, told| {
        let told = |rows, searched| told.rows_within(rows, searched);
        threads.block_on(export_counted(&of, query, options, to, told))
    })
    .await
}

fn query(options: &ExportTransfersOptions) -> Result<TransferQuery, Error> {
    Ok(TransferQuery {
        account: options.account_id.as_ref().map(given),
        completed: options.status.map(|status| status == TransferStatus::Completed),
        kind: options.kind.map(|kind| kind.stored()),
        internal: options.kind.and_then(|kind| kind.internal()),
        currency: filter_text("currency", options.currency.as_deref())?,
        from: options.from.clone(),
        to: options.to.clone(),
        text: filter_text("text", options.text.as_deref())?,
        ..TransferQuery::default()
    })
}
