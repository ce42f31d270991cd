//! An import in progress: what has been taken and refused so far, and which accounts have been seen.

use super::super::content::ContentHash;
use super::super::create::number_of_rows;
use super::super::external_id::Clashes;
use super::super::problems::Refused;
use super::super::rows::{Accepted, BatchTerms, RepeatKey, own_amount};
use super::source::{Columns, FileReport, ParsedPage};
use super::{Line, PAGE};
use crate::payee::{Field, Payees, Side, Wrong};
use crate::{Error, Service};
use domain::amount::format_minor;
use domain::batch::BatchType;
use domain::code::Code;
use domain::id::BatchId;
use formats::problem::Problem;
use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use store::Tx;
use store::batch::Filled;
use store::import_problem::ImportProblem;
use store::item::{Item, Page};

/// A guard: the import counts as running in this process until it is dropped.
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
    _at_work: AtImport,
    pub terms: BatchTerms,
    columns: Columns,
    pub first: Option<i64>,
    pub last: i64,
    pub taken: i64,
    pub refused: i64,
    pub amount: i128,
    met: Met,
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

/// The accounts seen so far. Without repeats one bit per account is enough; with repeats each key is kept.
#[derive(Default)]
struct Met {
    seen: Vec<u64>,
    accounts: HashSet<i64>,
    keys: HashMap<RepeatKey, i64>,
    lines: HashSet<i64>,
    /// Items whose external id appears again in a later row.
    same_id: HashSet<i64>,
}

impl Met {
    fn account(&mut self, id: i64) {
        let (Ok(word), bit) = (usize::try_from(id / 64), id % 64) else { return };
        if word >= self.seen.len() {
            self.seen.resize(word + 1, 0);
        }
        if let Some(bits) = self.seen.get_mut(word) {
            if *bits & (1 << bit) != 0 {
                self.accounts.insert(id);
            }
            *bits |= 1 << bit;
        }
    }

    fn key(&mut self, key: RepeatKey, line: i64) {
        match self.keys.entry(key) {
            Entry::Occupied(first) => self.lines.extend([*first.get(), line]),
            Entry::Vacant(place) => {
                place.insert(line);
            }
        }
    }

    fn is_twice(&self, other: i64, line: i64) -> bool {
        self.accounts.contains(&other) || self.lines.contains(&line)
    }

    fn has_doubles(&self) -> bool {
        !(self.accounts.is_empty() && self.lines.is_empty() && self.same_id.is_empty())
    }
}

impl Progress {
    pub(super) fn new(id: BatchId, at_work: AtImport, terms: BatchTerms, columns: Columns) -> Self {
        Self {
            id,
            _at_work: at_work,
            terms,
            columns,
            first: None,
            last: 0,
            taken: 0,
            refused: 0,
            amount: 0,
            met: Met::default(),
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
            self.met.key(self.terms.repeat_key(&row.item), row.item.line);
        } else {
            self.met.account(self.terms.other(&row.item).0);
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
        self.met.same_id.extend(clashes.met_before);
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

impl Service {
    /// Removes every row whose payee, payer or external id the file has more than once.
    pub(super) async fn drop_duplicates(&self, progress: &mut Progress) -> Result<(), Error> {
        if !progress.met.has_doubles() {
            return Ok(());
        }
        progress.content = ContentHash::default();
        let mut after = progress.first.unwrap_or(1) - 1;
        loop {
            let mut tx = self.store.write().await?;
            let limit = number_of_rows(PAGE);
            let page = Page { batch: progress.id, after, last: progress.last, limit };
            let mut items = store::item::page(&mut tx, page, None, None).await?;
            store::external_id::fill_page(&mut tx, progress.id, &mut items).await?;
            let Some(last) = items.last().map(|item| item.number.0) else { return Ok(()) };
            let mut out = Vec::new();
            for item in items {
                match progress.doubled(&item) {
                    Some(why) => out.push((item, why)),
                    None => progress.content.item(&item),
                }
            }
            progress.take_out(&mut tx, &out).await?;
            tx.commit().await?;
            after = last;
        }
    }
}

impl Progress {
    fn doubled(&self, item: &Item) -> Option<TakenOut> {
        if self.met.is_twice(self.terms.other(item).0, item.line) {
            Some(TakenOut::Twice)
        } else {
            self.met.same_id.contains(&item.number.0).then_some(TakenOut::SameId)
        }
    }

    /// Removes items that are in the file twice.
    async fn take_out(&mut self, tx: &mut Tx, out: &[(Item, TakenOut)]) -> Result<(), Error> {
        for (item, _) in out {
            let range = (item.number.0, item.number.0);
            super::super::edit::delete_items(tx, self.id, range).await?;
        }
        self.taken -= number_of_rows(out.len());
        self.amount -= out.iter().map(|(item, _)| i128::from(item.amount)).sum::<i128>();
        let mut refused = self.refuse(tx, out).await?;
        super::super::problems::keep(tx, self.id, &mut refused).await
    }
}

/// The accepted rows of a page, each with its repair key, and the refused ones.
pub(super) fn sort(
    terms: &BatchTerms,
    columns: &Columns,
    payees: &Payees,
    page: ParsedPage,
) -> (Vec<(Option<String>, Accepted)>, Vec<Refused>) {
    let mut refused: BTreeMap<u64, Refused> = BTreeMap::new();
    for found in page.problems {
        let line = number_of_line(found.line);
        let row = refused.entry(found.line);
        let row = row.or_insert_with(|| Refused { line, content: None, problems: Vec::new() });
        row.problems.push(of_file(terms, found));
    }
    for Line { line, row, .. } in page.refused {
        if let Some(kept) = u64::try_from(line).ok().and_then(|line| refused.get_mut(&line)) {
            kept.content = Some(super::source::content(&row));
        }
    }
    let mut accepted = Vec::with_capacity(page.lines.len());
    for Line { line, key, row } in page.lines {
        match terms.row(payees, line, &row, own_amount(&row, terms.asset.scale)) {
            Ok(one) => accepted.push((key, one)),
            Err(wrong) => {
                let problems = wrong.into_iter().map(|wrong| problem(columns, line, wrong)).collect();
                let content = Some(super::source::content(&row));
                refused.insert(u64::try_from(line).unwrap_or(0), Refused { line, content, problems });
            }
        }
    }
    (accepted, refused.into_values().collect())
}

fn number_of_line(line: u64) -> i64 {
    i64::try_from(line).unwrap_or(i64::MAX)
}

fn of_file(terms: &BatchTerms, found: Problem) -> ImportProblem {
    // The reader does not know which side the rows of this batch name.
    let code = match found.code {
        Code::PayeeMissing if terms.kind != BatchType::OneToMany => Side::Payer.missing(),
        code => code,
    };
    ImportProblem {
        row: 0,
        line: number_of_line(found.line),
        column: found.column,
        code,
        value: found.value,
        suggestion: None,
    }
}

/// A row's problem, under the column name of its file.
pub(super) fn problem(columns: &Columns, line: i64, wrong: Wrong) -> ImportProblem {
    let column = columns.name(wrong.field).map(str::to_owned);
    let value = formats::problem::shorten(wrong.value.as_bytes());
    ImportProblem { row: 0, line, column, code: wrong.code, value, suggestion: wrong.suggestion }
}
