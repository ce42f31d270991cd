//! The reference's batches: each is a list of items, with what users and runs do to them.

use crate::reference::{Answer, Reference, Why};
use crate::rules::minor;
use crate::steps::{File, Money, Row, Step};
use domain::account::AccountStatus;
use domain::batch::{BatchMode, BatchState, BatchType};
use domain::code::Code;
use domain::item::ItemState;
use service::batch::rework::Rework;

/// An item of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub line: i64,
    pub source: String,
    pub target: String,
    pub amount: i128,
    pub state: ItemState,
    pub code: Option<Code>,
}

#[derive(Debug, Clone)]
pub struct Batch {
    pub state: BatchState,
    mode: BatchMode,
    currency: String,
    single: Option<String>,
    /// How many rows of its file were refused.
    refused: i64,
    items: Vec<Item>,
    /// Fees charged on its items.
    fees: i128,
    is_called_off: bool,
}

/// The visible part of a batch: its state; the counts of all, completed, failed and skipped items; the sums
/// of all, completed and failed items, and the fees; the items.
pub type Seen = (BatchState, [i64; 4], [i128; 4], Vec<Item>);

/// A payment file as text.
pub fn text(file: &File) -> String {
    let line = |row: &Row| format!("{},{},{}\n", row.source, row.payee, row.money.text(&file.currency));
    let without_source = |row: &Row| format!("{},{}\n", row.payee, row.money.text(&file.currency));
    if file.kind == BatchType::ManyToMany {
        "source,account,amount\n".to_owned() + &file.rows.iter().map(line).collect::<String>()
    } else {
        "account,amount\n".to_owned() + &file.rows.iter().map(without_source).collect::<String>()
    }
}

impl Batch {
    fn count(&self, state: ItemState) -> usize {
        self.items.iter().filter(|item| item.state == state).count()
    }

    fn sum(&self, state: Option<ItemState>) -> i128 {
        let of = self.items.iter().filter(|item| state.is_none_or(|state| item.state == state));
        of.map(|item| item.amount).sum()
    }

    fn seen(&self) -> Seen {
        use ItemState::{Completed, Failed, Skipped};
        let counts = [self.items.len(), self.count(Completed), self.count(Failed), self.count(Skipped)];
        let sums = [self.sum(None), self.sum(Some(Completed)), self.sum(Some(Failed)), self.fees];
        (self.state, counts.map(|count| i64::try_from(count).unwrap()), sums, self.items.clone())
    }

    const fn has_begun(&self) -> bool {
        use BatchState::{Completed, Failed, PartiallyCompleted, Paused, Processing};
        matches!(self.state, Processing | Paused | Completed | PartiallyCompleted | Failed)
    }

    /// If no item is pending, derives the state from the items' outcomes.
    fn end(&mut self) {
        if self.count(ItemState::Pending) > 0 {
            return;
        }
        self.state = match (self.count(ItemState::Completed), self.count(ItemState::Failed)) {
            (0, 0) if self.is_called_off => BatchState::Cancelled,
            (0, _) => BatchState::Failed,
            (_, 0) => BatchState::Completed,
            _ => BatchState::PartiallyCompleted,
        };
    }

    fn may_rework(&self) -> Result<(), Code> {
        if self.has_begun() && !self.is_called_off { Ok(()) } else { Err(Code::BatchState) }
    }

    fn fail_waiting(&mut self, code: Code) {
        for item in self.items.iter_mut().filter(|item| item.state == ItemState::Pending) {
            (item.state, item.code) = (ItemState::Failed, Some(code));
        }
    }

    /// Makes matching failed items pending again; a batch that had ended runs again.
    fn retry(&mut self, fits: impl Fn(&Item) -> bool) -> i64 {
        let mut count = 0;
        for item in self.items.iter_mut().filter(|item| item.state == ItemState::Failed && fits(item)) {
            (item.state, item.code) = (ItemState::Pending, None);
            count += 1;
        }
        if count > 0 && self.state != BatchState::Paused {
            self.state = BatchState::Processing;
        }
        count
    }

    fn skip(&mut self, fits: impl Fn(ItemState) -> bool) -> i64 {
        let mut count = 0;
        for item in self.items.iter_mut().filter(|item| fits(item.state)) {
            item.state = ItemState::Skipped;
            count += 1;
        }
        count
    }

    fn call_off(&mut self) {
        self.skip(|state| matches!(state, ItemState::Pending | ItemState::Failed));
        self.is_called_off = true;
        self.end();
    }

    fn line(&mut self, line: i64) -> &mut Item {
        self.items.iter_mut().find(|item| item.line == line).unwrap()
    }
}

impl Reference {
    /// The visible part of all batches, in creation order.
    pub fn batches(&self) -> Vec<Seen> {
        self.batches.iter().map(Batch::seen).collect()
    }

    pub fn lines(&self, batch: usize) -> Vec<i64> {
        self.batches[batch].items.iter().map(|item| item.line).collect()
    }

    pub fn take_batch(&mut self, step: &Step) -> Answer {
        match step {
            Step::Import(file) => self.import(file),
            Step::Submit(batch) => self.submit(*batch).into(),
            Step::Execute(batch) => self.execute(*batch).into(),
            Step::Run(batch) => self.run(*batch),
            Step::Pause(batch) => self.pause(*batch).into(),
            Step::Cancel(batch, for_good) => self.cancel(*batch, *for_good).into(),
            Step::Resume(batch) => self.resume(*batch),
            Step::SkipFailed(batch) => self.skip_failed(*batch),
            Step::Retry(batch, which) => self.retry(*batch, *which),
            Step::RetryLine(batch, line) => self.retry_line(*batch, *line).into(),
            Step::SkipLine(batch, line) => self.skip_line(*batch, *line).into(),
            other => panic!("not about a batch: {other:?}"),
        }
    }

    fn import(&mut self, file: &File) -> Answer {
        match self.read_file(file) {
            Err(code) => Answer::Refused(code),
            Ok((items, refused)) if items.is_empty() || (file.strict && refused > 0) => {
                Answer::Imported { taken: 0, refused }
            }
            Ok((items, refused)) => {
                let total: i128 = items.iter().map(|item| item.amount).sum();
                if total > self.policy(&file.currency, file.single.as_deref()).batch_max {
                    return Answer::Refused(Code::BatchAboveMaximum);
                }
                let taken = i64::try_from(items.len()).unwrap();
                let state = if file.draft || refused > 0 { BatchState::Draft } else { BatchState::Pending };
                let (mode, currency, single) = (file.mode, file.currency.clone(), file.single.clone());
                self.batches.push(Batch {
                    state,
                    mode,
                    currency,
                    single,
                    refused,
                    items,
                    fees: 0,
                    is_called_off: false,
                });
                Answer::Imported { taken, refused }
            }
        }
    }

    /// The accepted rows, and how many were refused. If a payee occurs twice, all its rows are refused.
    fn read_file(&self, file: &File) -> Result<(Vec<Item>, i64), Code> {
        if let Some(single) = &file.single {
            let paid = file.kind == BatchType::ManyToOne;
            // A frozen account is accepted: its items fail when they are executed, and can be retried.
            if self.accounts[single].status == AccountStatus::Closed {
                return Err(if paid { Code::TargetClosed } else { Code::SourceClosed });
            }
        }
        let rows = file.rows.iter().enumerate().filter_map(|(place, row)| self.read_row(file, place, row));
        let mut items: Vec<Item> = rows.collect();
        let other =
            |item: &Item| if file.kind == BatchType::ManyToOne { &item.source } else { &item.target }.clone();
        if file.kind != BatchType::ManyToMany {
            let others: Vec<String> = items.iter().map(other).collect();
            items.retain(|item| others.iter().filter(|name| **name == other(item)).count() == 1);
        }
        let refused = file.rows.len() - items.len();
        Ok((items, i64::try_from(refused).unwrap()))
    }

    fn read_row(&self, file: &File, place: usize, row: &Row) -> Option<Item> {
        let usable = |number: &String| {
            let account = &self.accounts[number];
            account.status != AccountStatus::Closed && account.currency == file.currency
        };
        let (source, target) = match (file.kind, &file.single) {
            (BatchType::OneToMany, Some(single)) => (single, &row.payee),
            (BatchType::ManyToOne, Some(single)) => (&row.payee, single),
            _ => (&row.source, &row.payee),
        };
        if !usable(source) || !usable(target) || source == target || matches!(row.money, Money::TooFine) {
            return None;
        }
        let amount = minor(&row.money.text(&file.currency), &file.currency).unwrap();
        let policy = self.policy(&file.currency, Some(source));
        let fits = amount > 0 && (policy.min..=policy.max).contains(&amount);
        fits.then(|| Item {
            line: i64::try_from(place).unwrap() + 2,
            source: source.clone(),
            target: target.clone(),
            amount,
            state: ItemState::Pending,
            code: None,
        })
    }

    fn within_maximum(&self, batch: usize) -> Result<(), Code> {
        let batch = &self.batches[batch];
        let most = self.policy(&batch.currency, batch.single.as_deref()).batch_max;
        if batch.sum(None) > most { Err(Code::BatchAboveMaximum) } else { Ok(()) }
    }

    fn submit(&mut self, batch: usize) -> Result<(), Code> {
        if self.batches[batch].state != BatchState::Draft {
            return Err(Code::BatchState);
        }
        self.within_maximum(batch)?;
        if self.batches[batch].refused > 0 {
            return Err(Code::ProblemsOpen);
        }
        self.batches[batch].state = BatchState::Pending;
        Ok(())
    }

    fn execute(&mut self, batch: usize) -> Result<(), Code> {
        match self.batches[batch].state {
            BatchState::Pending => {}
            _ => return Err(Code::BatchState),
        }
        self.within_maximum(batch)?;
        self.batches[batch].state = BatchState::Processing;
        Ok(())
    }

    /// Continues with the pending items; in an ended batch, untried items become pending again.
    fn resume(&mut self, place: usize) -> Answer {
        let batch = &mut self.batches[place];
        let waiting = i64::try_from(batch.count(ItemState::Pending)).unwrap();
        match batch.state {
            BatchState::Draft | BatchState::Cancelled => return Answer::Refused(Code::BatchState),
            BatchState::Completed | BatchState::PartiallyCompleted | BatchState::Failed => {
                if batch.is_called_off {
                    return Answer::Refused(Code::BatchState);
                }
                let untried = |item: &Item| matches!(item.code, Some(Code::Interrupted | Code::Stopped));
                return match batch.retry(untried) {
                    0 => Answer::Refused(Code::BatchNotResumable),
                    count => Answer::Retried(count),
                };
            }
            BatchState::Processing => return Answer::Retried(waiting),
            _ => {}
        }
        if let Err(code) = self.within_maximum(place) {
            return Answer::Refused(code);
        }
        self.batches[place].state = BatchState::Processing;
        Answer::Retried(waiting)
    }

    fn pause(&mut self, batch: usize) -> Result<(), Code> {
        match self.batches[batch].state {
            BatchState::Processing | BatchState::Paused => self.batches[batch].state = BatchState::Paused,
            _ => return Err(Code::BatchState),
        }
        Ok(())
    }

    /// A batch that has not begun is cancelled. After that, pending items are interrupted or, for good, all
    /// unpaid ones skipped.
    fn cancel(&mut self, batch: usize, for_good: bool) -> Result<(), Code> {
        let batch = &mut self.batches[batch];
        match batch.state {
            BatchState::Draft | BatchState::Pending => {
                batch.state = BatchState::Cancelled;
                batch.items.iter_mut().for_each(|item| item.state = ItemState::Skipped);
            }
            BatchState::Cancelled => return Err(Code::BatchCancelled),
            BatchState::Processing | BatchState::Paused if !for_good => {
                batch.fail_waiting(Code::Interrupted);
                batch.end();
            }
            BatchState::Processing | BatchState::Paused => batch.call_off(),
            _ if for_good && batch.count(ItemState::Failed) > 0 => batch.call_off(),
            _ => return Err(Code::BatchCannotCancel),
        }
        Ok(())
    }

    fn retry(&mut self, batch: usize, which: Rework) -> Answer {
        let batch = &mut self.batches[batch];
        if let Err(code) = batch.may_rework() {
            return Answer::Refused(code);
        }
        let untried = |item: &Item| matches!(item.code, Some(Code::Interrupted | Code::Stopped));
        Answer::Retried(batch.retry(|item| which == Rework::AllFailed || untried(item)))
    }

    fn retry_line(&mut self, batch: usize, line: i64) -> Result<(), Code> {
        let batch = &mut self.batches[batch];
        batch.may_rework()?;
        if batch.retry(|item| item.line == line) == 1 { Ok(()) } else { Err(Code::ItemState) }
    }

    fn skip_line(&mut self, batch: usize, line: i64) -> Result<(), Code> {
        let batch = &mut self.batches[batch];
        batch.may_rework()?;
        let item = batch.line(line);
        match item.state {
            ItemState::Failed | ItemState::Pending => item.state = ItemState::Skipped,
            _ => return Err(Code::ItemState),
        }
        batch.end();
        Ok(())
    }

    fn skip_failed(&mut self, batch: usize) -> Answer {
        let batch = &mut self.batches[batch];
        match batch.may_rework() {
            Err(code) => Answer::Refused(code),
            Ok(()) => {
                let failed = batch.skip(|state| state == ItemState::Failed);
                if failed > 0 {
                    batch.end();
                }
                Answer::Retried(failed)
            }
        }
    }

    /// Pays the pending items in order, following the batch's mode.
    fn run(&mut self, place: usize) -> Answer {
        if self.batches[place].state != BatchState::Processing {
            return Answer::Done;
        }
        let mode = self.batches[place].mode;
        let before = self.clone();
        let mut batch = self.batches[place].clone();
        for at in 0..batch.items.len() {
            let item = batch.items[at].clone();
            if item.state != ItemState::Pending {
                continue;
            }
            match self.post(Why::Sent, &item.source, &item.target, item.amount, None) {
                Ok(fee) => {
                    batch.items[at].state = ItemState::Completed;
                    batch.fees += fee;
                }
                Err(code) => {
                    if mode == BatchMode::Atomic {
                        *self = before.clone();
                        batch = before.batches[place].clone();
                    }
                    (batch.items[at].state, batch.items[at].code) = (ItemState::Failed, Some(code));
                    match mode {
                        BatchMode::Continue => continue,
                        BatchMode::StopOnFailure => batch.fail_waiting(Code::Stopped),
                        BatchMode::Atomic => batch.fail_waiting(Code::AtomicAborted),
                    }
                    break;
                }
            }
        }
        batch.end();
        self.batches[place] = batch;
        Answer::Done
    }
}
