//! Imports accounts from a file: `number,holder,email,uid,currency,opening`. Every row has an outcome.
//!
//! A page of rows is one transaction with a fixed number of queries. Opening balances are money and go
//! through the door, each under its own operation id, so an interrupted import is simply run again.

mod outcome;
mod page;
mod row;

pub use self::outcome::{AccountsImported, ImportedRow, OpeningOutcome, RowOutcome};

use self::page::ImportPage;
use self::row::ParsedRow;
use crate::write::WriteResult;
use crate::{Error, Service};
use domain::code::Language;
use domain::fact::{Action, Fact};
use domain::id::AccountId;
use domain::noun::NounId;
use domain::transfer::TransferKind;
use formats::account::{AccountFileOptions, AccountReader, AccountRow};
use formats::delimiter::Delimiter;
use formats::read_error::ReadError;
use ledger::request::OperationKey;
use ledger::{Effects, Outcome, Party, PostingRequest};
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
                Self::bilingual(refusal.problem.code, english, chinese)
            }
        }
    }
}

/// Opens the accounts in a file. Rows that cannot be accepted are reported as problems; the others are
/// opened.
pub async fn import<R: Read + Send + 'static>(
    service: &Service,
    actor: &Actor,
    read: R,
    how: AccountImport,
) -> Result<AccountsImported, Error> {
    let mut reader = AccountReader::open(
        read,
        &AccountFileOptions { delimiter: how.delimiter, ..AccountFileOptions::default() },
    )?;
    let mut imported = AccountsImported::default();
    loop {
        let (mut rows, mut problems) = (Vec::new(), Vec::new());
        let more = reader.next_page(PAGE, &mut rows, &mut problems)?;
        imported.refuse_unread(problems);
        let mut page = open_page(service, actor, rows, how).await?;
        let outcomes = pay_openings(service, actor, &page.openings).await?;
        page.settle_openings(outcomes);
        imported.take(page.rows, page.problems);
        if !more {
            imported.rows.sort_by_key(|row| row.line);
            imported.problems.sort_by_key(|problem| problem.line);
            return Ok(imported);
        }
    }
}

/// Opens a page of accounts in one transaction; the opening balances are paid afterwards.
async fn open_page(
    service: &Service,
    actor: &Actor,
    rows: Vec<AccountRow>,
    how: AccountImport,
) -> Result<ImportPage, Error> {
    let mut write = service.step(actor, Action::AccountImport).await?;
    named_lock::take(&mut write.tx, NamedLock::Directory).await?;
    let page = ImportPage::open(&mut write.tx, rows, how.confusable, write.now).await?;
    let fact = Fact::new(Action::AccountImport, None)
        .with("count", page.opened.len())
        .with("first", page.opened.first().map(|id| id.0))
        .with("rows", page.rows.len())
        .with("problems", page.problems.len())
        .with("confusable", how.confusable);
    write.end(Ok(WriteResult::one((), fact))).await?;
    Ok(page)
}

/// Pays opening balances; the outcomes are in the same order.
async fn pay_openings(
    service: &Service,
    actor: &Actor,
    openings: &[(usize, ParsedRow, AccountId)],
) -> Result<Vec<Outcome>, Error> {
    if openings.is_empty() {
        return Ok(Vec::new());
    }
    let requests = openings.iter().map(|(_, row, id)| opening(row, *id)).collect();
    Ok(service.door.bulk(actor.clone(), requests).await?)
}

/// The operation id of an opening is derived from the account id, in a namespace reserved for the ledger: no
/// caller's operation id can collide with it.
fn opening(row: &ParsedRow, account: AccountId) -> PostingRequest {
    let operation = OperationKey {
        id: format!("internal:opening:{}", account.tagged()),
        fingerprint: row.opening.minor().to_string(),
    };
    PostingRequest {
        kind: TransferKind::Opening,
        source: Party::World(row.asset.id),
        target: Party::Account(account),
        amount: row.opening.minor(),
        exchange: Ok(None),
        quote: None,
        value_date: None,
        memo: None,
        refused: None,
        effects: Effects::of(Some(operation), None),
    }
}
