//! Opening accounts from the rows of a file.

use super::TaskKind;
use super::measured::Measured;
use crate::engine::Engine;
use domain::task::import_accounts::{ImportAccountsInput, ImportAccountsOutput};
use service::account;
use service::account_import::AccountImport;
use service::task::{self, Job, TaskFailed};

/// [`domain::task::TaskType::ImportAccounts`].
pub(super) struct ImportAccounts;

impl TaskKind for ImportAccounts {
    type Input = Box<ImportAccountsInput>;
    type Output = ImportAccountsOutput;

    async fn run(
        engine: &Engine,
        job: &Job,
        input: Box<ImportAccountsInput>,
    ) -> Result<ImportAccountsOutput, TaskFailed> {
        let service = &engine.service;
        let file = Measured::open(service, job, input.file_id).await?;
        job.counts.step("reading", service.now());
        let how = AccountImport { job: Some(job.clone()), ..task::read_account_import(&input.options)? };
        Ok(account::import(service, &job.actor(), file, how).await?.output())
    }
}
