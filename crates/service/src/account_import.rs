//! Imports accounts from a file: `number,holder,email,uid,currency,opening`. Every row has an outcome.
//!
//! A page of rows is one transaction with a fixed number of queries. Opening balances are money and go
//! through the door, each under its own operation id, so an interrupted import is simply run again.

mod outcome;
mod page;

pub use self::outcome::{AccountsImported, ImportedRow, OpeningOutcome, RowOutcome};

use self::page::{Page, Ready};
use crate::write::Done;
use crate::{Error, Service};
use domain::amount::Amount;
use domain::code::{Code, Language};
use domain::fact::{Action, Fact};
use domain::id::AccountId;
use domain::noun::NounId;
use domain::transfer::TransferKind;
use formats::account::{AccountReader, AccountRow, Options};
use formats::csv_reader::Delimiter;
use formats::problem::{Problem, ReadError};
use ledger::request::OperationKey;
use ledger::{Outcome, Party, Single};
use std::io::Read;
use store::audit::Actor;
use store::named_lock::{self, NamedLock};

/// Rows per transaction.
const PAGE: usize = 10_000;

/// How an account file is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct AccountImport {
    /// The field separator.
    pub delimiter: Delimiter,
    /// Whether numbers that look like other accounts' numbers are allowed.
    pub confusable: bool,
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => Self::Io(error),
            ReadError::Refused(refusal) => {
                let (english, chinese) =
                    (refusal.detail(Language::English), refusal.detail(Language::Chinese));
                Self::told(refusal.problem.code, english, chinese)
            }
        }
    }
}

impl Service {
    /// Opens the accounts in a file. Rows that cannot be accepted are reported as problems; the others are
    /// opened.
    pub async fn account_import<R: Read + Send + 'static>(
        &self,
        actor: &Actor,
        read: R,
        delimiter: Delimiter,
    ) -> Result<AccountsImported, Error> {
        self.account_import_as(actor, read, AccountImport { delimiter, confusable: false }).await
    }

    /// Like [`Self::account_import`], with all options.
    pub async fn account_import_as<R: Read + Send + 'static>(
        &self,
        actor: &Actor,
        read: R,
        how: AccountImport,
    ) -> Result<AccountsImported, Error> {
        let mut reader =
            AccountReader::open(read, &Options { delimiter: how.delimiter, ..Options::default() })?;
        let mut imported = AccountsImported::default();
        loop {
            let (mut rows, mut problems) = (Vec::new(), Vec::new());
            let more = reader.next_page(PAGE, &mut rows, &mut problems)?;
            imported.refuse_unread(problems);
            let page = self.account_page(actor, rows, how).await?;
            let outcomes = self.pay_openings(actor, &page.openings).await?;
            imported.take(page, outcomes);
            if !more {
                imported.rows.sort_by_key(|row| row.line);
                imported.problems.sort_by_key(|problem| problem.line);
                return Ok(imported);
            }
        }
    }

    /// Opens a page of accounts in one transaction; the opening balances are paid afterwards.
    async fn account_page(
        &self,
        actor: &Actor,
        rows: Vec<AccountRow>,
        how: AccountImport,
    ) -> Result<Page, Error> {
        let mut write = self.step(actor, Action::AccountImport).await?;
        named_lock::take(&mut write.tx, NamedLock::Directory).await?;
        let page = Page::open(&mut write.tx, rows, how, write.now).await?;
        let fact = Fact::new(Action::AccountImport, None)
            .with("count", page.opened.len())
            .with("first", page.opened.first().map(|id| id.0))
            .with("rows", page.rows.len())
            .with("problems", page.problems.len())
            .with("confusable", how.confusable);
        write.end(Ok(Done::one((), fact))).await?;
        Ok(page)
    }

    /// Pays opening balances; the outcomes are in the same order.
    async fn pay_openings(
        &self,
        actor: &Actor,
        openings: &[(usize, Ready, AccountId)],
    ) -> Result<Vec<Outcome>, Error> {
        if openings.is_empty() {
            return Ok(Vec::new());
        }
        let singles = openings.iter().map(|(_, row, id)| opening(actor, row, *id)).collect();
        Ok(self.door.bulk(singles).await?)
    }
}

/// The operation id of an opening is derived from the account id, in a namespace reserved for the ledger: no
/// caller's operation id can collide with it.
fn opening(actor: &Actor, row: &Ready, account: AccountId) -> Single {
    let operation = OperationKey {
        id: format!("internal:opening:{}", account.tagged()),
        fingerprint: row.opening.minor().to_string(),
    };
    Single {
        actor: actor.clone(),
        operation: Some(operation),
        kind: TransferKind::Opening,
        source: Party::World(row.asset.id),
        target: Party::Account(account),
        amount: row.opening.minor(),
        exchange: None,
        quote: None,
        value_date: None,
        memo: None,
        vouchers: None,
        refused: None,
    }
}

/// The row's opening balance; zero if there is none.
fn read_opening(row: &AccountRow, scale: u8) -> Result<Amount, Problem> {
    match row.opening.as_deref() {
        None | Some("") => Ok(Amount::ZERO),
        Some(text) => Amount::parse(text, scale).map_err(|code| problem(row, "opening", code, text)),
    }
}

fn problem(row: &AccountRow, column: &str, code: Code, value: &str) -> Problem {
    Problem::of_column(row.line, column, code, value.as_bytes())
}
