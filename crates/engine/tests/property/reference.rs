//! The reference ledger: balances in a map, and the rules written a second time, as simply as possible. It
//! shares no code with the ledger except the names of codes and states.

use crate::batches::Batch;
use crate::rules::{DAY, Policy, Window, calendar, exchange, minor, month_days, scale};
use crate::steps::{Jump, Money, PolicyDraw, RATES, Step};
use domain::account::AccountStatus;
use domain::account_ref::GivenAccount;
use domain::code::Code;
use service::transfer::{AmountInput, TransferRequest};
use std::collections::{BTreeMap, BTreeSet};

/// Bounds beyond this are never reached.
const MONEY_MAX: i128 = 1_000_000_000;
/// 2026-03-10 12:00 UTC.
pub const START: i64 = 1_773_144_000_000_000;

/// The answer to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Done,
    Refused(Code),
    Moved { code: Option<Code>, fee: i128, replayed: bool, kept: bool },
    Accounts { opened: usize, refused: usize },
    Imported { taken: i64, refused: i64 },
    Retried(i64),
}

impl From<Result<(), Code>> for Answer {
    fn from(result: Result<(), Code>) -> Self {
        result.map_or_else(Self::Refused, |()| Self::Done)
    }
}

/// Why money moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Sent,
    In,
    Out,
}

#[derive(Debug, Clone)]
pub struct Account {
    pub holder: usize,
    pub currency: String,
    pub status: AccountStatus,
    touched: bool,
    policy: Option<Policy>,
    day: Window,
    month: Window,
}

/// The state of the reference ledger.
#[derive(Debug, Clone)]
pub struct Reference {
    pub now: i64,
    pub accounts: BTreeMap<String, Account>,
    pub balances: BTreeMap<String, i128>,
    numbers: Vec<String>,
    policies: BTreeMap<String, Policy>,
    rates: BTreeMap<(String, String), usize>,
    operations: BTreeMap<String, (String, Answer)>,
    /// The default account of each holder and currency.
    defaults: BTreeMap<(usize, String), String>,
    openings: BTreeSet<String>,
    pub batches: Vec<Batch>,
}

impl Reference {
    pub fn new() -> Self {
        Self {
            now: START,
            accounts: BTreeMap::new(),
            balances: BTreeMap::new(),
            numbers: Vec::new(),
            policies: BTreeMap::new(),
            rates: BTreeMap::new(),
            operations: BTreeMap::new(),
            defaults: BTreeMap::new(),
            openings: BTreeSet::new(),
            batches: Vec::new(),
        }
    }

    /// Customer accounts, in opening order.
    pub fn numbers(&self) -> &[String] {
        &self.numbers
    }

    pub fn currency(&self, number: &str) -> &str {
        &self.accounts[number].currency
    }

    /// All non-zero balances.
    pub fn balances(&self) -> BTreeMap<String, i128> {
        self.balances.iter().filter(|(_, minor)| **minor != 0).map(|(n, minor)| (n.clone(), *minor)).collect()
    }

    /// Resolves an amount at a bound for a payer in its current state: one of its limits, the rest of its
    /// daily or monthly limit, the fee threshold, or its whole balance.
    pub fn settle(&self, money: Money, payer: &str) -> Money {
        let Money::Edge(place, more) = money else { return money };
        let (account, today) = (&self.accounts[payer], calendar(self.now));
        let policy = self.policy(&account.currency, Some(payer));
        let all = self.balances.get(payer).copied().unwrap_or(0);
        let bound = policy.bounds(today, account.day, account.month).into_iter().nth(place).unwrap_or(all);
        let amount = if bound > MONEY_MAX { all } else { bound } + i128::from(more);
        Money::Minor(i64::try_from(amount.max(0)).unwrap())
    }

    pub fn jump(&self, jump: Jump) -> i64 {
        match jump {
            Jump::By(micros) => self.now + micros,
            Jump::NextDay => (self.now.div_euclid(DAY) + 1) * DAY,
            Jump::NextMonth => {
                let month = calendar(self.now).1;
                (0..=month).map(month_days).sum::<i64>() * DAY
            }
        }
    }

    pub fn take(&mut self, step: &Step) -> Answer {
        match step {
            Step::Open { number, holder, currency } => self.open(number, *holder, currency),
            Step::Accounts(rows) => self.open_many(rows),
            Step::Move(new) => self.request(new),
            Step::Status(number, status) => self.status(number, *status).into(),
            Step::Policy { currency, account, change } => {
                self.policy_set(currency, account.as_deref(), change).into()
            }
            Step::Rate { source, target, .. } if source == target => Answer::Refused(Code::RateInvalid),
            Step::Rate { source, target, rate } => {
                self.rates.insert((source.clone(), target.clone()), *rate);
                Answer::Done
            }
            Step::Clock(now) => {
                self.now = *now;
                Answer::Done
            }
            Step::CatchUp => Answer::Done,
            other => self.take_batch(other),
        }
    }

    fn open(&mut self, number: &str, holder: usize, currency: &str) -> Answer {
        if self.accounts.contains_key(number) {
            return Answer::Refused(Code::AccountExists);
        }
        let account = Account {
            holder,
            currency: currency.to_owned(),
            status: AccountStatus::Active,
            touched: false,
            policy: None,
            day: Window::default(),
            month: Window::default(),
        };
        self.accounts.insert(number.to_owned(), account);
        self.numbers.push(number.to_owned());
        self.defaults.entry((holder, currency.to_owned())).or_insert_with(|| number.to_owned());
        Answer::Done
    }

    /// Opens new accounts with their opening balance. An existing account is known, and refused if it has
    /// another holder or currency. A known account without any posting has lost its opening, which is paid
    /// now.
    fn open_many(&mut self, rows: &[(String, usize, String, i64)]) -> Answer {
        let (mut opened, mut refused) = (0, 0);
        let mut seen = Vec::new();
        let mut openings = Vec::new();
        let known = self.accounts.clone();
        for (number, holder, currency, opening) in rows {
            let fresh = !seen.contains(&number);
            seen.push(number);
            match known.get(number) {
                _ if !fresh => refused += 1,
                None => {
                    self.open(number, *holder, currency);
                    opened += 1;
                    openings.push((number, *opening));
                }
                Some(there) if there.currency != *currency || there.holder != *holder => refused += 1,
                Some(there) if !there.touched && there.status == AccountStatus::Active => {
                    openings.push((number, *opening));
                }
                Some(_) => {}
            }
        }
        for (number, opening) in openings.into_iter().filter(|(_, opening)| *opening > 0) {
            // An opening is paid once: its first answer is final, even if it is a refusal.
            if self.openings.insert(number.clone()) {
                let world = format!("world-{}", self.accounts[number].currency);
                let _ = self.post(Why::In, &world, number, i128::from(opening), None);
            }
        }
        Answer::Accounts { opened, refused }
    }

    fn status(&mut self, number: &str, to: AccountStatus) -> Result<(), Code> {
        use AccountStatus::{Active, Closed, Frozen};
        let empty = self.balances.get(number).is_none_or(|minor| *minor == 0);
        let account = &self.accounts[number];
        match (account.status, to) {
            (Active | Frozen, Closed) if !empty => return Err(Code::AccountNotEmpty),
            (Active | Frozen, Closed) | (Active, Frozen) | (Frozen, Active) => {}
            _ => return Err(Code::AccountState),
        }
        let key = (account.holder, account.currency.clone());
        if to == Closed && self.defaults.get(&key).is_some_and(|default| default == number) {
            let is_other = |(other, account): (&String, &Account)| {
                other != number
                    && (account.holder, &account.currency) == (key.0, &key.1)
                    && account.status != Closed
            };
            if self.accounts.iter().any(is_other) {
                return Err(Code::DefaultNeeded);
            }
            self.defaults.remove(&key);
        }
        self.accounts.get_mut(number).unwrap().status = to;
        Ok(())
    }

    pub fn policy(&self, currency: &str, account: Option<&str>) -> Policy {
        let own = account.and_then(|number| self.accounts[number].policy.clone());
        let whole = || self.policies.get(currency).cloned().unwrap_or_else(|| Policy::shipped(currency));
        own.unwrap_or_else(whole)
    }

    /// The most that one conversion may pay in: bounded only by a policy that was set explicitly.
    fn received_max(&self, number: &str) -> Option<i128> {
        let account = &self.accounts[number];
        account.policy.as_ref().or_else(|| self.policies.get(&account.currency)).map(|policy| policy.max)
    }

    fn policy_set(&mut self, currency: &str, account: Option<&str>, change: &PolicyDraw) -> Result<(), Code> {
        let mut policy = self.policy(currency, account);
        policy.change(change)?;
        match account {
            Some(number) => self.accounts.get_mut(number).unwrap().policy = Some(policy),
            None => drop(self.policies.insert(currency.to_owned(), policy)),
        }
        Ok(())
    }

    /// A single movement: reads the request, checks for an earlier one with the same operation id, then posts
    /// it.
    fn request(&mut self, new: &TransferRequest) -> Answer {
        let (why, source, target, amount, exchanged) = match self.read(new) {
            Ok(read) => read,
            Err(code) => return Answer::Refused(code),
        };
        let content = format!("{new:?}");
        if let Some((first, answer)) = new.operation.as_ref().and_then(|id| self.operations.get(id)) {
            return match answer.clone() {
                Answer::Moved { code, fee, kept, .. } if *first == content => {
                    Answer::Moved { code, fee, replayed: true, kept }
                }
                _ => Answer::Moved {
                    code: Some(Code::OperationConflict),
                    fee: 0,
                    replayed: false,
                    kept: false,
                },
            };
        }
        let result = self.post(why, &source, &target, amount, exchanged);
        let (code, fee) = (result.err(), result.unwrap_or(0));
        let answer = Answer::Moved { code, fee, replayed: false, kept: true };
        if let Some(id) = &new.operation {
            self.operations.insert(id.clone(), (content, answer.clone()));
        }
        answer
    }

    fn read(&self, new: &TransferRequest) -> Result<(Why, String, String, i128, Option<i128>), Code> {
        let is_system = |number: &str| number.contains('-');
        let known = |number: &str| is_system(number) || self.accounts.contains_key(number);
        let currency = |number: &String| match number.split_once('-') {
            Some((_, currency)) => currency.to_owned(),
            None => self.accounts[number].currency.clone(),
        };
        let written = |side: &Option<GivenAccount>| side.as_ref().map(|given| given.written.clone());
        let (from, to) = (written(&new.from), written(&new.to));
        if from.as_ref().is_some_and(|number| !known(number)) {
            return Err(Code::SourceNotFound);
        }
        if to.as_ref().is_some_and(|number| !known(number)) {
            return Err(Code::TargetNotFound);
        }
        let paying = currency(from.as_ref().or(to.as_ref()).unwrap());
        let paid = to.as_ref().map_or_else(|| paying.clone(), currency);
        let amount = minor(major(&new.amount), &paying)?;
        let exchanged = if paying == paid {
            // None of the rates is 1.
            if new.rate.is_some() {
                return Err(Code::ExchangeMismatch);
            }
            None
        } else {
            let given =
                new.rate.as_ref().map(|text| RATES.iter().position(|(rate, ..)| rate == text).unwrap());
            let stored = self.rates.get(&(paying.clone(), paid.clone())).copied();
            // No two of the rates are within 2 % of each other.
            if given.is_some() && given != stored {
                return Err(Code::RateOutOfBounds);
            }
            let (_, number, decimals) = RATES[stored.ok_or(Code::CurrencyMismatch)?];
            let below = 10_i128.pow(decimals + scale(&paying));
            Some(exchange(amount * number * 10_i128.pow(scale(&paid)), below))
        };
        let why = match (&from, &to) {
            (Some(_), Some(_)) => Why::Sent,
            (None, _) => Why::In,
            (_, None) => Why::Out,
        };
        let world = format!("world-{paying}");
        let name = |number: Option<String>| number.unwrap_or_else(|| world.clone());
        Ok((why, name(from), name(to), amount, exchanged))
    }

    /// Moves money or returns the refusal; the fee is charged on top.
    pub fn post(
        &mut self,
        why: Why,
        source: &str,
        target: &str,
        amount: i128,
        exchanged: Option<i128>,
    ) -> Result<i128, Code> {
        let (payer, payee) = (self.accounts.get(source), self.accounts.get(target));
        if (payer.is_none() && why != Why::In) || (payee.is_none() && why != Why::Out) {
            return Err(Code::SystemAccount);
        }
        let status = |account: Option<&Account>| account.map_or(AccountStatus::Active, |a| a.status);
        match (status(payer), status(payee)) {
            (AccountStatus::Closed, _) => return Err(Code::SourceClosed),
            (AccountStatus::Frozen, _) => return Err(Code::SourceFrozen),
            (_, AccountStatus::Closed) => return Err(Code::TargetClosed),
            (_, AccountStatus::Frozen) => return Err(Code::TargetFrozen),
            _ => {}
        }
        if source == target {
            return Err(Code::SameAccount);
        }
        if amount <= 0 {
            return Err(Code::AmountNotPositive);
        }
        if exchanged.is_some_and(|minor| minor <= 0) {
            return Err(Code::ExchangeTooSmall);
        }
        let mut fee = 0;
        if let Some(account) = payer {
            let policy = self.policy(&account.currency, Some(source));
            policy.allows(amount, calendar(self.now), account.day, account.month)?;
            if exchanged.is_some_and(|minor| self.received_max(target).is_some_and(|max| minor > max)) {
                return Err(Code::TargetAboveMaximum);
            }
            let charged = why == Why::Sent && payee.is_some_and(|other| other.holder != account.holder);
            fee = if charged { policy.fee(amount)? } else { 0 };
            let there = self.balances.get(source).copied().unwrap_or(0);
            if amount > there {
                return Err(Code::InsufficientBalance);
            }
            if amount + fee > there {
                return Err(Code::InsufficientForFee);
            }
        }
        self.book(source, target, amount, exchanged, fee);
        Ok(fee)
    }

    fn book(&mut self, source: &str, target: &str, amount: i128, exchanged: Option<i128>, fee: i128) {
        let (day, month) = calendar(self.now);
        let currency = |name: &str| match name.split_once('-') {
            Some((_, currency)) => currency.to_owned(),
            None => self.accounts[name].currency.clone(),
        };
        let (paying, paid) = (currency(source), currency(target));
        if let Some(account) = self.accounts.get_mut(source) {
            account.day.add(day, amount);
            account.month.add(month, amount);
            account.touched = true;
        }
        if let Some(account) = self.accounts.get_mut(target) {
            account.touched = true;
        }
        let mut shift = |name: String, minor: i128| *self.balances.entry(name).or_default() += minor;
        shift(source.to_owned(), -amount - fee);
        shift(format!("fee_income-{paying}"), fee);
        shift(target.to_owned(), exchanged.unwrap_or(amount));
        if let Some(exchanged) = exchanged {
            shift(format!("fx_clearing-{paying}"), amount);
            shift(format!("fx_clearing-{paid}"), -exchanged);
        }
    }
}

/// The amount as a person wrote it.
fn major(amount: &AmountInput) -> &str {
    match amount {
        AmountInput::Major(text) => text,
        AmountInput::Minor(_) => unreachable!("the steps give major units"),
    }
}
