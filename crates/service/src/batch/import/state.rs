//! An import in progress: what has been taken and refused so far.

use super::lease::ImportLease;
use super::seen::SeenRows;
use super::sort::{problem, sort};
use super::source::{Columns, PAGE, ParsedPage};
use crate::batch::external_id::Clashes;
use crate::batch::items::{delete_items, number_of_rows};
use crate::batch::problems::{self, Refused};
use crate::batch::rows::row::Accepted;
use crate::batch::terms::BatchTerms;
use crate::file::FileReport;
use crate::payee::{Field, Payees, Wrong};
use crate::{Error, Service};
use domain::amount::format_minor;
use domain::batch::BatchType;
use domain::code::Code;
use domain::id::BatchId;
use hashbrown::HashMap;
use ledger::content::ContentHash;
use serde_json::{Map, Value};
use store::Tx;
use store::batch::Filled;
use store::item::{Item, Page};

/// An import in progress.
pub(super) struct ImportState {
    pub id: BatchId,
    pub lease: ImportLease,
    pub terms: BatchTerms,
    columns: Columns,
    pub first: Option<i64>,
    pub last: i64,
    pub taken: i64,
    pub refused: i64,
    pub amount: i128,
    seen: SeenRows,
    pub content: ContentHash,
}

/// Why an accepted row is refused after all.
pub(super) enum TakenOut {
    /// Its external id is held by another item, or repeated on this page; and where.
    Clash(Code, String),
    /// Its external id appears again in the file.
    SameId,
    /// Its payee, or its payer where many pay one, appears again in the file.
    Twice,
}

impl ImportState {
    pub(super) fn new(id: BatchId, lease: ImportLease, terms: BatchTerms, columns: Columns) -> Self {
        Self {
            id,
            lease,
            terms,
            columns,
            first: None,
            last: 0,
            taken: 0,
            refused: 0,
            amount: 0,
            seen: SeenRows::default(),
            content: ContentHash::default(),
        }
    }

    /// Splits a page into accepted and refused rows.
    pub(super) fn sort(&mut self, payees: &Payees, page: ParsedPage) -> (Vec<Accepted>, Vec<Refused>) {
        let (rows, refused) = sort(&self.terms, &self.columns, payees, page);
        self.refused += number_of_rows(refused.len());
        if self.terms.kind != BatchType::ManyToMany {
            rows.iter().for_each(|(_, row)| self.meet(row));
        }
        (rows.into_iter().map(|(_, row)| row).collect(), refused)
    }

    fn meet(&mut self, row: &Accepted) {
        if self.terms.allow_repeat {
            self.seen.key(self.terms.repeat_key(&row.item), row.item.line);
        } else {
            self.seen.account(self.terms.other(&row.item).0);
        }
    }

    /// Counts rows that have been numbered.
    pub(super) fn take(&mut self, rows: &[Accepted]) {
        let numbers = rows.first().zip(rows.last());
        if let Some((first, last)) = numbers {
            self.first.get_or_insert(first.item.number.0);
            self.last = last.item.number.0;
        }
        rows.iter().for_each(|row| self.content.item(&row.item));
        self.taken += number_of_rows(rows.len());
        self.amount += rows.iter().map(|row| i128::from(row.item.amount)).sum::<i128>();
    }

    /// The result of the import for the batch's row.
    pub(super) fn filled(&self, file: &FileReport) -> Result<Filled, Error> {
        Ok(Filled {
            file_hash: Some(file.hash.clone()),
            first_number: self.first.unwrap_or(0),
            last_number: self.last,
            refused_count: self.refused,
            total_count: self.taken,
            total_amount: i64::try_from(self.amount).map_err(|_| Error::from(Code::BatchAboveMaximum))?,
        })
    }

    /// Splits the rows of a page by whether they can claim their external ids; the others come with the
    /// reason.
    pub(super) fn part(
        &mut self,
        rows: Vec<Accepted>,
        mut clashes: Clashes,
    ) -> (Vec<Accepted>, Vec<(Item, TakenOut)>) {
        self.seen.same_id.extend(clashes.met_before);
        let (mut free, mut clashed) = (Vec::with_capacity(rows.len()), Vec::new());
        for (place, row) in rows.into_iter().enumerate() {
            match clashes.wrong.remove(&place) {
                Some((code, about)) => clashed.push((row.item, TakenOut::Clash(code, about))),
                None => free.push(row),
            }
        }
        (free, clashed)
    }

    fn own_field(&self) -> Field {
        self.columns.own_field(self.terms.own_side())
    }

    /// Refuses rows that had been accepted, and returns them with their content.
    pub(super) async fn refuse(
        &mut self,
        tx: &mut Tx,
        rows: &[(Item, TakenOut)],
    ) -> Result<Vec<Refused>, Error> {
        self.refused += number_of_rows(rows.len());
        let mut others: Vec<i64> = rows.iter().map(|(item, _)| self.terms.other(item).0).collect();
        others.sort_unstable();
        others.dedup();
        let numbers: HashMap<i64, String> = store::account::numbers(tx, others).await?.into_iter().collect();
        let refused = |(item, why): &(Item, TakenOut)| {
            let number = numbers.get(&self.terms.other(item).0).map_or("", String::as_str);
            let id = item.external_id.as_deref().unwrap_or_default();
            let wrong = match why {
                TakenOut::Clash(code, about) => Wrong::new(Field::ExternalId, *code, about),
                TakenOut::SameId => Wrong::new(Field::ExternalId, Code::ExternalIdRepeated, id),
                TakenOut::Twice => Wrong::new(self.own_field(), self.terms.duplicate(), number),
            };
            let problems = vec![problem(&self.columns, item.line, wrong)];
            Refused { line: item.line, content: Some(self.content(item, number)), problems }
        };
        Ok(rows.iter().map(refused).collect())
    }

    /// The content of an item's row, under the standard column names.
    fn content(&self, item: &Item, number: &str) -> Map<String, Value> {
        let amount = format_minor(i128::from(item.amount), self.terms.asset.scale);
        let texts = [
            (self.own_field(), Some(number)),
            (Field::Amount, Some(amount.as_str())),
            (Field::Memo, item.memo.as_deref()),
            (Field::Reference, item.reference.as_deref()),
            (Field::ExternalId, item.external_id.as_deref()),
        ];
        let said =
            |(field, text): (Field, Option<&str>)| Some((field.column().to_owned(), Value::from(text?)));
        texts.into_iter().filter_map(said).collect()
    }
}

/// Removes every row whose payee, payer or external id the file has more than once.
pub(super) async fn drop_duplicates(service: &Service, state: &mut ImportState) -> Result<(), Error> {
    if !state.seen.has_doubles() {
        return Ok(());
    }
    state.content = ContentHash::default();
    let mut after = state.first.unwrap_or(1) - 1;
    loop {
        let mut tx = service.store.write().await?;
        state.lease.hold(&mut tx).await?;
        let limit = number_of_rows(PAGE);
        let page = Page { batch: state.id, after, last: state.last, limit };
        let mut items = store::item::page(&mut tx, page, None, None).await?;
        store::external_id::fill_page(&mut tx, state.id, &mut items).await?;
        let Some(last) = items.last().map(|item| item.number.0) else { return Ok(()) };
        let mut out = Vec::new();
        for item in items {
            match state.doubled(&item) {
                Some(why) => out.push((item, why)),
                None => state.content.item(&item),
            }
        }
        state.take_out(&mut tx, &out).await?;
        if !out.is_empty() {
            store::head::advance(&mut tx).await?;
        }
        tx.commit().await?;
        after = last;
    }
}

impl ImportState {
    fn doubled(&self, item: &Item) -> Option<TakenOut> {
        if self.seen.is_twice(self.terms.other(item).0, item.line) {
            Some(TakenOut::Twice)
        } else {
            self.seen.same_id.contains(&item.number.0).then_some(TakenOut::SameId)
        }
    }

    /// Removes items that are in the file twice.
    async fn take_out(&mut self, tx: &mut Tx, out: &[(Item, TakenOut)]) -> Result<(), Error> {
        let ranges: Vec<_> = out.iter().map(|(item, _)| (item.number.0, item.number.0)).collect();
        delete_items(tx, self.id, &ranges).await?;
        self.taken -= number_of_rows(out.len());
        self.amount -= out.iter().map(|(item, _)| i128::from(item.amount)).sum::<i128>();
        let mut refused = self.refuse(tx, out).await?;
        problems::keep(tx, self.id, &mut refused).await
    }
}
