//! An import in progress: what has been taken and refused so far, and who has been met.

use super::super::lifecycle::{Content, ContentHash};
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
    /// Items whose external id another row of the file has as well.
    pub same_id: HashSet<i64>,
    pub content: ContentHash,
    /// The content once all rows were taken.
    pub settled: Option<Content>,
    /// This process, which holds the lease of the import.
    pub node: String,
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
                let number = row.source.as_deref().unwrap_or_default();
                let source = directory.by_number(number, &self.asset);
                let missing = |_| of("source", Code::SourceNotFound, number);
                (source.map_err(missing)?, other)
            }
        };
        if source == target {
            return Err(of("account", Code::SameAccount, row.account.as_deref().unwrap_or_default()));
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
            reference: row.reference,
            // Files have no column of it yet.
            external_id: None,
        })
    }

    /// Whether the file has the item's own side, or its external id, more than once.
    pub(super) fn is_double(&self, item: &Item) -> bool {
        self.twice.contains(&self.other(item).0) || self.same_id.contains(&item.number.0)
    }

    /// Why a row of which the file has two is refused; `number` is its own side's.
    pub(super) fn double(&self, item: &Item, number: String) -> ImportProblem {
        let (column, code, value) = if !self.twice.contains(&self.other(item).0) {
            ("external_id", Code::ExternalIdRepeated, item.external_id.clone().unwrap_or_default())
        } else if self.kind == BatchType::ManyToOne {
            ("account", Code::DuplicateSource, number)
        } else {
            ("account", Code::DuplicateTarget, number)
        };
        ImportProblem { line: item.line, column: Some(column.to_owned()), code, value }
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
