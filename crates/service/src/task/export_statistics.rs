//! Writing statistics to a file.

use super::aside;
use super::export_statement::given;
use super::filter_text::filter_text;
use super::job::Job;
use crate::statistics::{self, GroupBy, StatisticsQuery};
use crate::statistics_export::export_counted;
use crate::{Error, Service};
use domain::task::export_statistics::{ExportStatisticsInput, ExportStatisticsOptions, StatisticsGrouping};
use domain::task::made::MadeFile;
use store::Tx;

/// The file's name, without its ending.
const NAME: &str = "statistics";

/// Checks what is asked for, as the statistics do: the period, the currency and the account.
pub(super) async fn check_statistics(tx: &mut Tx, input: &ExportStatisticsInput) -> Result<(), Error> {
    aside::check_rows(input.options.rows_per_file)?;
    statistics::check(tx, &query(&input.options)?).await
}

/// Writes the statistics of a period.
pub async fn export_statistics(
    service: &Service,
    job: &Job,
    input: &ExportStatisticsInput,
) -> Result<MadeFile, Error> {
    let (query, of) = (query(&input.options)?, service.clone());
    let options = aside::options(job, input.format, input.language, input.options.rows_per_file);
    aside::make(service, job, NAME, options, move |threads, options, to, told| {
        threads.block_on(export_counted(&of, &query, options, to, |rows| told.rows(rows)))
    })
    .await
}

fn query(options: &ExportStatisticsOptions) -> Result<StatisticsQuery, Error> {
    Ok(StatisticsQuery {
        from: options.from.clone(),
        to: options.to.clone(),
        currency: filter_text("currency", options.currency.as_deref())?,
        account: options.account_id.as_ref().map(given),
        group: match options.group_by {
            Some(StatisticsGrouping::Day) => GroupBy::Day,
            Some(StatisticsGrouping::Account) => GroupBy::Account,
            Some(StatisticsGrouping::None) | None => GroupBy::None,
        },
    })
}
