//! Imports accounts from a file with the columns number, holder, email, uid, currency and opening. Every row has an
//! outcome.
//!
//! A page of rows is one transaction with a fixed number of queries. Opening balances are money and go
//! through the door, each under its own operation id, so an interrupted import is simply run again.

mod outcome;
mod page;
mod row;
mod source;

pub use self::outcome::{AccountsImported, ImportedRow, OpeningOutcome, RowOutcome};

use self::page::ImportPage;
use self::row::ParsedRow;
use self::source::AccountSource;
use crate::file::blocking;
use crate::write::WriteResult;
use crate::{Error, Service};
use domain::fact::{Action, Fact};
use domain::id::AccountId;
use domain::noun::NounId;
use domain::transfer::TransferKind;
use formats::account::{AccountFileOptions, AccountRow};
use ledger::request::OperationKey;
use ledger::{Effects, Outcome, Party, PostingRequest};
use std::io::{Read, Seek};
use store::audit::Actor;
use store::named_lock::{self, NamedLock};

/// How an account file is read.
#[derive(Debug, Clone, Default)]
pub struct AccountImport {
    /// How to read the file.
    pub options: AccountFileOptions,
    /// Whether numbers that look like other accounts' numbers are allowed.
    pub confusable: bool,
}

/// Opens the accounts in a file. Rows that cannot be accepted are reported as problems; the others are
/// opened.
pub async fn import<R: Read + Seek + Send + 'static>(
    service: &Service,
    actor: &Actor,
    read: R,
    how: AccountImport,
) -> Result<AccountsImported, Error> {
    let AccountImport { options, confusable } = how;
    let mut source = blocking(move || AccountSource::open(read, &options)).await?;
    let mut imported = AccountsImported::default();
    loop {
        let (back, parsed) = blocking(move || source.page()).await?;
        source = back;
        imported.refuse_unread(parsed.problems);
        let mut page = open_page(service, actor, parsed.rows, confusable).await?;
        let outcomes = pay_openings(service, actor, &page.openings).await?;
        page.settle_openings(outcomes);
        imported.take(page.rows, page.problems);
        if !parsed.more {
            imported.file = source.report();
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
    confusable: bool,
) -> Result<ImportPage, Error> {
    let mut write = service.step(actor, Action::AccountImport).await?;
    named_lock::take(&mut write.tx, NamedLock::Directory).await?;
    let page = ImportPage::open(&mut write.tx, rows, confusable, write.now).await?;
    let fact = Fact::new(Action::AccountImport, None)
        .with("count", page.opened.len())
        .with("first", page.opened.first().map(|id| id.0))
        .with("rows", page.rows.len())
        .with("problems", page.problems.len())
        .with("confusable", confusable);
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
