//! The posting fold: the one function that decides money.
//!
//! A [`Book`] holds the accounts of a chunk as they were read under lock. [`Book::post`] decides one
//! request against it and either refuses it with the first code in order, changing nothing, or moves the
//! balances and returns the postings. Requests are folded one after another, so each sees the effect of those
//! before it. Nothing here can fail half-way: after the last check the movement must succeed.

mod checks;
mod request;

pub use self::request::{Posted, Posting, PostingKind, Request};

use self::checks::{check_available, check_kinds, check_received, check_states};
use crate::account::{Account, AccountKind, AccountStatus, Window};
use crate::code::Code;
use crate::id::{AccountId, AssetId, PostingId};
use crate::limit::Calendar;
use crate::policy::PolicyBook;
use hashbrown::HashMap;

/// The accounts that a chunk is decided on. A book may serve one chunk after the other: [`Book::begin`] starts
/// the next one on the balances that the last one left.
#[derive(Debug, Clone)]
pub struct Book {
    accounts: Vec<Account>,
    /// Whether the account at a place was changed in this chunk.
    touched: Vec<bool>,
    /// Whether the account at a place has paid in this chunk: its day and month changed too.
    spent: Vec<bool>,
    /// The places of the changed accounts, each once.
    changed: Vec<usize>,
    places: HashMap<AccountId, usize>,
    system: HashMap<(AssetId, AccountKind), AccountId>,
    next: PostingId,
    /// What accounts were before each change since the savepoint, if one is set.
    undo: Option<Undo>,
}

/// How to get back to a savepoint.
#[derive(Debug, Clone)]
struct Undo {
    next: PostingId,
    /// How many accounts had been changed.
    changed: usize,
    before: Vec<(usize, Account)>,
}

/// What a request will do, once every check has passed.
struct Plan {
    source: usize,
    target: usize,
    fee: i64,
    fee_account: Option<usize>,
    clearing: Option<(usize, usize, i64)>,
}

impl Book {
    /// A book over accounts as they were read, numbering postings from `next`.
    #[must_use]
    pub fn new(accounts: Vec<Account>, next: PostingId) -> Self {
        let (known, places, system) = Default::default();
        let (touched, spent, changed) = Default::default();
        let mut book = Self { accounts: known, touched, spent, changed, places, system, next, undo: None };
        book.reserve(accounts.len());
        accounts.into_iter().for_each(|account| book.add(account));
        book
    }

    /// Makes room for further accounts.
    pub fn reserve(&mut self, further: usize) {
        self.accounts.reserve(further);
        self.touched.reserve(further);
        self.spent.reserve(further);
        self.places.reserve(further);
    }

    /// Starts a chunk on the balances as they are: nothing is changed yet, and postings are numbered from `next`.
    pub fn begin(&mut self, next: PostingId) {
        self.forget_changes(0);
        (self.next, self.undo) = (next, None);
    }

    /// How many accounts it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Whether it has no accounts.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// Marks where [`Book::roll_back`] returns to.
    pub fn set_savepoint(&mut self) {
        self.undo = Some(Undo { next: self.next, changed: self.changed.len(), before: Vec::new() });
    }

    /// Undoes everything since the savepoint.
    pub fn roll_back(&mut self) {
        let Some(undo) = self.undo.take() else { return };
        for (place, before) in undo.before.into_iter().rev() {
            if let Some(account) = self.accounts.get_mut(place) {
                *account = before;
            }
        }
        self.forget_changes(undo.changed);
        self.next = undo.next;
    }

    /// Forgets which accounts were changed, but for the first ones.
    fn forget_changes(&mut self, but: usize) {
        for place in self.changed.drain(but..) {
            if let (Some(touched), Some(spent)) = (self.touched.get_mut(place), self.spent.get_mut(place)) {
                (*touched, *spent) = (false, false);
            }
        }
    }

    /// Adds an account unless it is already there (a preview reads accounts as it encounters them).
    pub fn add(&mut self, account: Account) {
        if self.places.contains_key(&account.id) {
            return;
        }
        if account.kind.is_system() {
            self.system.insert((account.asset, account.kind), account.id);
        }
        self.places.insert(account.id, self.accounts.len());
        self.accounts.push(account);
        self.touched.push(false);
        self.spent.push(false);
    }

    /// An account in its current state.
    #[must_use]
    pub fn get(&self, id: AccountId) -> Option<&Account> {
        self.accounts.get(*self.places.get(&id)?)
    }

    /// Whether an account is in the book.
    #[must_use]
    pub fn contains(&self, id: AccountId) -> bool {
        self.places.contains_key(&id)
    }

    /// The system account of a kind in a currency.
    #[must_use]
    pub fn system(&self, asset: AssetId, kind: AccountKind) -> Option<AccountId> {
        self.system.get(&(asset, kind)).copied()
    }

    /// The accounts changed by this chunk, each once.
    pub fn changed(&self) -> impl Iterator<Item = &Account> {
        self.changed.iter().filter_map(|place| self.accounts.get(*place))
    }

    /// The changed accounts that have paid: their day and month changed too.
    pub fn spent(&self) -> impl Iterator<Item = &Account> {
        self.changed_and(true)
    }

    /// The changed accounts that have not paid: only their balance and head changed.
    pub fn unspent(&self) -> impl Iterator<Item = &Account> {
        self.changed_and(false)
    }

    fn changed_and(&self, spent: bool) -> impl Iterator<Item = &Account> {
        let is_so = move |place: &&usize| self.spent.get(**place) == Some(&spent);
        self.changed.iter().filter(is_so).filter_map(|place| self.accounts.get(*place))
    }

    /// Decides one request. A refusal carries the first code in table order and changes nothing.
    pub fn post(
        &mut self,
        request: &Request,
        policies: &PolicyBook,
        today: Calendar,
        postings: &mut Vec<Posting>,
    ) -> Result<Posted, Code> {
        let plan = self.plan(request, policies, today)?;
        // From here on the request must succeed: every check has passed and nothing has changed yet.
        Ok(self.apply(request, &plan, today, postings))
    }

    fn plan(&self, request: &Request, policies: &PolicyBook, today: Calendar) -> Result<Plan, Code> {
        let source_place = *self.places.get(&request.source).ok_or(Code::SourceNotFound)?;
        let target_place = *self.places.get(&request.target).ok_or(Code::TargetNotFound)?;
        let source = self.accounts.get(source_place).ok_or(Code::SourceNotFound)?;
        let target = self.accounts.get(target_place).ok_or(Code::TargetNotFound)?;
        check_kinds(request.kind, source, target)?;
        check_states(source, target)?;
        if source.id == target.id {
            return Err(Code::SameAccount);
        }
        let clearing = self.clearing(source, target, request)?;
        if request.amount <= 0 {
            return Err(Code::AmountNotPositive);
        }
        let policy = policies.of(source.id, source.asset).filter(|_| request.kind.is_limited());
        if let Some(policy) = policy {
            policy.limit.check(source, request.amount, today)?;
        }
        if let Some((_, _, exchanged)) = clearing {
            check_received(target, exchanged, policies)?;
        }
        let is_charged = request.kind.is_charged() && source.holder != target.holder;
        let fee = policy.filter(|_| is_charged).map_or(Ok(0), |policy| policy.fee.fee(request.amount))?;
        let fee_account = self.fee_account(source, fee)?;
        check_available(source, request.amount, fee)?;
        let plan = Plan { source: source_place, target: target_place, fee, fee_account, clearing };
        self.check_overflow(&plan, request)?;
        Ok(plan)
    }

    fn fee_account(&self, source: &Account, fee: i64) -> Result<Option<usize>, Code> {
        if fee == 0 {
            return Ok(None);
        }
        self.place_of(source.asset, AccountKind::FeeIncome).map(Some).ok_or(Code::FeeOverflow)
    }

    fn place_of(&self, asset: AssetId, kind: AccountKind) -> Option<usize> {
        self.places.get(&self.system(asset, kind)?).copied()
    }

    fn clearing(
        &self,
        source: &Account,
        target: &Account,
        request: &Request,
    ) -> Result<Option<(usize, usize, i64)>, Code> {
        if source.asset == target.asset {
            return match request.exchanged {
                Some(amount) if amount != request.amount => Err(Code::ExchangeMismatch),
                _ => Ok(None),
            };
        }
        let exchanged = request.exchanged.ok_or(Code::CurrencyMismatch)?;
        if exchanged <= 0 {
            let is_too_small = request.amount > 0;
            return Err(if is_too_small { Code::ExchangeTooSmall } else { Code::AmountNotPositive });
        }
        let out = self.place_of(source.asset, AccountKind::FxClearing).ok_or(Code::CurrencyMismatch)?;
        let back = self.place_of(target.asset, AccountKind::FxClearing).ok_or(Code::CurrencyMismatch)?;
        Ok(Some((out, back, exchanged)))
    }

    /// Every changed balance must stay within `i64`; checked before anything moves.
    fn check_overflow(&self, plan: &Plan, request: &Request) -> Result<(), Code> {
        let fits = |place: usize, delta: i64| {
            self.accounts.get(place).is_some_and(|account| account.balance.checked_add(delta).is_some())
        };
        let out = request.amount.checked_add(plan.fee).ok_or(Code::BalanceOverflow)?;
        let received = plan.clearing.map_or(request.amount, |(_, _, exchanged)| exchanged);
        let bridge = plan.clearing.is_none_or(|(a, b, e)| fits(a, request.amount) && fits(b, -e));
        let fee = plan.fee_account.is_none_or(|place| fits(place, plan.fee));
        if fits(plan.source, -out) && fits(plan.target, received) && bridge && fee {
            Ok(())
        } else {
            Err(Code::BalanceOverflow)
        }
    }

    fn apply(
        &mut self,
        request: &Request,
        plan: &Plan,
        today: Calendar,
        postings: &mut Vec<Posting>,
    ) -> Posted {
        let first = self.next;
        let (source, target, amount) = (plan.source, plan.target, request.amount);
        match plan.clearing {
            None => postings.push(self.leg(request, PostingKind::Transfer, source, target, amount)),
            Some((out, back, exchanged)) => {
                postings.push(self.leg(request, PostingKind::ExchangeOut, source, out, amount));
                postings.push(self.leg(request, PostingKind::ExchangeIn, back, target, exchanged));
            }
        }
        if let Some(place) = plan.fee_account {
            postings.push(self.leg(request, PostingKind::Fee, source, place, plan.fee));
        }
        // The posting has marked the source as changed, and kept what it was before.
        if request.kind.is_limited()
            && let Some(account) = self.accounts.get_mut(source)
        {
            account.day = account.day.add(today.day, amount);
            account.month = account.month.add(today.month, amount);
            if let Some(spent) = self.spent.get_mut(source) {
                *spent = true;
            }
        }
        Posted { fee: plan.fee, first, count: self.next.0 - first.0 }
    }

    fn leg(
        &mut self,
        request: &Request,
        kind: PostingKind,
        debit: usize,
        credit: usize,
        amount: i64,
    ) -> Posting {
        let id = self.next;
        self.next = PostingId(id.0 + 1);
        let (debit, debit_after, debit_prev) = self.shift(debit, -amount, id);
        let (credit, credit_after, credit_prev) = self.shift(credit, amount, id);
        let transfer = request.transfer;
        Posting {
            id,
            transfer,
            kind,
            debit,
            credit,
            amount,
            debit_after,
            credit_after,
            debit_prev,
            credit_prev,
        }
    }

    fn shift(&mut self, place: usize, delta: i64, id: PostingId) -> (AccountId, i64, Option<PostingId>) {
        if let Some(touched) = self.touched.get_mut(place)
            && !std::mem::replace(touched, true)
        {
            self.changed.push(place);
        }
        if let (Some(undo), Some(account)) = (&mut self.undo, self.accounts.get(place)) {
            undo.before.push((place, account.clone()));
        }
        match self.accounts.get_mut(place) {
            Some(account) => {
                account.balance += delta;
                (account.id, account.balance, account.head.replace(id))
            }
            // Unreachable: places come from this book's own map.
            None => (AccountId(0), 0, None),
        }
    }
}

/// A newly opened, empty account.
#[must_use]
pub fn opened(
    id: AccountId,
    asset: AssetId,
    holder: Option<crate::id::HolderId>,
    kind: AccountKind,
) -> Account {
    Account {
        id,
        asset,
        holder,
        kind,
        status: AccountStatus::Active,
        overdraft: 0,
        balance: 0,
        held: 0,
        head: None,
        day: Window::default(),
        month: Window::default(),
    }
}

#[cfg(test)]
#[path = "posting_tests.rs"]
mod tests;
