//! An import in progress: what has been taken and refused so far, and who has been met.

use super::super::lifecycle::ContentHash;
use super::super::resolve::{self, Directory};
use domain::asset::Asset;
use domain::batch::BatchType;
use domain::code::Code;
use domain::id::{AccountId, BatchId, TransferId};
use domain::item::ItemState;
use domain::policy::PolicyBook;
use formats::payment::PaymentRow;
use formats::problem::Problem;
use hashbrown::HashSet;
use std::sync::{Arc, Mutex};
use store::import_problem::ImportProblem;
use store::item::Item;

/// An import that this process is at, until it is dropped.
pub(super) struct AtImport {
    pub batch: BatchId,
    pub importing: Arc<Mutex<std::collections::HashSet<BatchId>>>,
}

impl Drop for AtImport {
    fn drop(&mut self) {
        if let Ok(mut importing) = self.importing.lock() {
            importing.remove(&self.batch);
        }
    }
}

/// An import in progress.
pub(super) struct Progress {
    pub id: BatchId,
    pub _at_work: AtImport,
    pub kind: BatchType,
    pub asset: Asset,
    pub single: Option<AccountId>,
    pub policies: PolicyBook,
    pub first: Option<i64>,
    pub last: i64,
    pub taken: i64,
    pub refused: i64,
    pub amount: i128,
    /// Counterparties met so far, a bit each, and those met more than once.
    pub seen: Vec<u64>,
    pub twice: HashSet<i64>,
    pub content: ContentHash,
}

impl Progress {
    pub(super) const fn other(&self, item: &Item) -> AccountId {
        match self.kind {
            BatchType::ManyToOne => item.source,
            BatchType::OneToMany | BatchType::ManyToMany => item.target,
        }
    }

    /// A row as an item, or why it cannot be one. Its number comes later.
    pub(super) fn item(&mut self, directory: &Directory, row: PaymentRow) -> Result<Item, Problem> {
        let of = |column: &str, code: Code, value: &str| {
            Problem::of_column(row.line, column, code, value.as_bytes())
        };
        let other = directory.payee(&row, &self.asset)?;
        if let Some(currency) = &row.currency
            && !currency.eq_ignore_ascii_case(&self.asset.code)
        {
            return Err(of("currency", Code::CurrencyMismatch, currency));
        }
        let (source, target) = match (self.kind, self.single) {
            (BatchType::OneToMany, Some(single)) => (single, other),
            (BatchType::ManyToOne, Some(single)) => (other, single),
            _ => {
                let number = row.payer.as_deref().unwrap_or_default();
                let source = directory.by_number(number, &self.asset);
                let missing = |_| of("source", Code::SourceNotFound, number);
                (source.map_err(missing)?, other)
            }
        };
        if source == target {
            let number = row.payee.as_deref().or(row.account.as_deref()).unwrap_or_default();
            return Err(of("account", Code::SameAccount, number));
        }
        let policy = self.policies.of(source, self.asset.id);
        let amount = resolve::amount(&row, &self.asset, policy.map(|p| &p.limit))?;
        self.meet(other);
        Ok(Item {
            number: TransferId(0),
            line: i64::try_from(row.line).unwrap_or(i64::MAX),
            source,
            target,
            amount: amount.minor(),
            state: ItemState::Pending,
            code: None,
            memo: row.memo,
            reference: row.reference.or(row.external_id),
        })
    }

    fn meet(&mut self, other: AccountId) {
        if self.kind == BatchType::ManyToMany {
            return;
        }
        let (Ok(word), bit) = (usize::try_from(other.0 / 64), other.0 % 64) else { return };
        if word >= self.seen.len() {
            self.seen.resize(word + 1, 0);
        }
        if let Some(bits) = self.seen.get_mut(word) {
            if *bits & (1 << bit) != 0 {
                self.twice.insert(other.0);
            }
            *bits |= 1 << bit;
        }
    }

    /// Counts rows, not problems: a row may have several.
    pub(super) fn refuse(&mut self, problems: Vec<Problem>) -> Vec<ImportProblem> {
        let lines: HashSet<u64> = problems.iter().map(|p| p.line).collect();
        self.refused += i64::try_from(lines.len()).unwrap_or(0);
        problems
            .into_iter()
            .map(|p| ImportProblem {
                line: i64::try_from(p.line).unwrap_or(i64::MAX),
                column: p.column,
                code: p.code,
                value: p.value,
            })
            .collect()
    }
}
