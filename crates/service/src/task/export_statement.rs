//! Writing an account's statement to a file.

use super::aside;
use super::job::Job;
use crate::date::read_range;
use crate::statement::export::export_counted;
use crate::statement::{Direction, StatementQuery};
use crate::{Error, Service, account_cache};
use domain::account_ref::{AccountRef, GivenAccount};
use domain::noun::NounId;
use domain::task::export_statement::{EntryDirection, ExportStatementInput, ExportStatementOptions};
use domain::task::made::MadeFile;
use store::Tx;

/// Checks what is asked for: the account exists, and the period does not end before it begins.
pub(super) async fn check_statement(tx: &mut Tx, input: &ExportStatementInput) -> Result<(), Error> {
    let ExportStatementOptions { from, to, rows_per_file, .. } = &input.options;
    aside::check_rows(*rows_per_file)?;
    read_range(from.as_deref(), to.as_deref())?;
    account_cache::named(tx, &given(&input.account_id)).await.map(drop)
}

/// Writes the entries that the statement shows.
pub async fn export_statement(
    service: &Service,
    job: &Job,
    input: ExportStatementInput,
) -> Result<MadeFile, Error> {
    let account = given(&input.account_id);
    let id = account_cache::named(&mut service.store.read().await?, &account).await?.id;
    let options = aside::options(job, input.format, input.language, input.options.rows_per_file);
    let (query, of) = (query(input.options), service.clone());
    let name = format!("statement-{}", id.tagged());
    aside::make(service, job, &name, options, move |threads, options, to, told| {
        threads.block_on(export_counted(&of, &account, query, options, to, |rows| told.rows(rows)))
    })
    .await
}

/// An account of a task as verbs take it.
pub(super) fn given(account: &AccountRef) -> GivenAccount {
    GivenAccount { written: account.to_string(), named: Ok(account.clone()) }
}

fn query(options: ExportStatementOptions) -> StatementQuery {
    let direction = options.direction.map(|direction| match direction {
        EntryDirection::In => Direction::In,
        EntryDirection::Out => Direction::Out,
    });
    StatementQuery { from: options.from, to: options.to, direction, ..StatementQuery::default() }
}
