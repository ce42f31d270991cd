//! Randomly drawn steps: indexes into lists, resolved against the accounts and batches that exist when the
//! step is taken.

use crate::reference::Reference;
use crate::steps::{Bound, CURRENCIES, FEE_RATES, File, Jump, Money, PolicyDraw, RATES, Row, Step};
use domain::account::AccountStatus;
use domain::account_ref::GivenAccount;
use domain::batch::{BatchMode, BatchState, BatchType};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use service::batch::rework::Rework;
use service::transfer::TransferRequest;

const HOUR: i64 = 3_600_000_000;

/// The other account of a payment: usually one in the same currency.
#[derive(Debug, Clone, Copy)]
pub struct Partner {
    place: Index,
    any: bool,
}

/// A row of an account file: an existing or a new account, holder, currency, opening balance.
type AccountDraw = (Option<Index>, usize, usize, i64);

/// A drawn step.
#[derive(Debug, Clone)]
pub enum Draw {
    Open {
        holder: usize,
        currency: usize,
    },
    Accounts(Vec<AccountDraw>),
    Deposit(Index, Money),
    Withdraw(Index, Money),
    Transfer {
        from: Index,
        to: Partner,
        money: Money,
        rate: Option<usize>,
        operation: Option<u8>,
        day: Option<u8>,
    },
    Again(Index),
    Stranger {
        from: bool,
        name: &'static str,
        other: Index,
    },
    Status(Index, AccountStatus),
    Policy {
        account: Index,
        whole: bool,
        change: PolicyDraw,
    },
    Rate {
        source: usize,
        target: usize,
        rate: usize,
    },
    Clock(Jump),
    Import {
        kind: BatchType,
        mode: BatchMode,
        single: Index,
        rows: Vec<(Partner, Partner, Money)>,
        strict: bool,
        draft: bool,
    },
    SameFile(Index),
    Batch(Index, Verb),
    NewestOnward,
    CatchUp,
}

/// An operation on a batch; lines are given by index.
#[derive(Debug, Clone)]
pub enum Verb {
    Submit,
    Execute,
    /// The next step towards its end.
    Onward,
    Run,
    Pause,
    Cancel,
    CallOff,
    Resume,
    SkipFailed,
    Retry(Rework),
    RetryLine(Index),
    SkipLine(Index),
}

fn money() -> impl Strategy<Value = Money> {
    prop_oneof![
        12 => (1..=300_000_i64).prop_map(Money::Minor),
        3 => (0..=3_i64).prop_map(Money::Minor),
        2 => (0..=3_000_000_i64).prop_map(Money::Minor),
        5 => (0..6_usize, -1..=1_i64).prop_map(|(bound, more)| Money::Edge(bound, more)),
        1 => Just(Money::TooFine),
    ]
}

fn partner() -> impl Strategy<Value = Partner> {
    (any::<Index>(), prop::bool::weighted(0.15)).prop_map(|(place, any)| Partner { place, any })
}

fn bound(low: std::ops::RangeInclusive<i64>) -> impl Strategy<Value = Bound> {
    prop_oneof![3 => Just(Bound::Same), 1 => Just(Bound::Lifted), 3 => low.prop_map(Bound::At)]
}

fn policy() -> impl Strategy<Value = PolicyDraw> {
    let limits =
        (bound(0..=500), bound(1..=500_000), bound(0..=500_000), bound(0..=900_000), bound(1..=900_000));
    let fees = (bound(0..=100_000), bound(0..=200), bound(0..=2_000), prop::option::of(0..FEE_RATES.len()));
    (limits, fees).prop_map(|((a, b, c, d, e), (f, g, h, fee_rate))| PolicyDraw {
        bounds: [a, b, c, d, e, f, g, h],
        fee_rate,
    })
}

fn transfer() -> impl Strategy<Value = Draw> {
    let rate = prop::option::weighted(0.2, 0..RATES.len());
    let operation = prop::option::weighted(0.4, 0..4_u8);
    let day = prop::option::weighted(0.3, 1..=28_u8);
    (any::<Index>(), partner(), money(), rate, operation, day).prop_map(
        |(from, to, money, rate, operation, day)| Draw::Transfer { from, to, money, rate, operation, day },
    )
}

fn import() -> impl Strategy<Value = Draw> {
    let kind =
        select(vec![BatchType::OneToMany, BatchType::OneToMany, BatchType::ManyToOne, BatchType::ManyToMany]);
    let mode = select(BatchMode::ALL.to_vec());
    let rows = prop::collection::vec((partner(), partner(), money()), 1..=7);
    (kind, mode, any::<Index>(), rows, prop::bool::weighted(0.1), prop::bool::weighted(0.2)).prop_map(
        |(kind, mode, single, rows, strict, draft)| Draw::Import { kind, mode, single, rows, strict, draft },
    )
}

fn verb() -> impl Strategy<Value = Verb> {
    prop_oneof![
        1 => Just(Verb::Submit),
        2 => Just(Verb::Execute),
        12 => Just(Verb::Onward),
        3 => Just(Verb::Run),
        2 => Just(Verb::Pause),
        1 => Just(Verb::Cancel),
        1 => Just(Verb::CallOff),
        2 => Just(Verb::Resume),
        1 => Just(Verb::SkipFailed),
        2 => Just(Verb::Retry(Rework::AllFailed)),
        1 => Just(Verb::Retry(Rework::Untried)),
        2 => any::<Index>().prop_map(Verb::RetryLine),
        2 => any::<Index>().prop_map(Verb::SkipLine),
    ]
}

fn jump() -> impl Strategy<Value = Jump> {
    prop_oneof![
        4 => (1..=30 * HOUR).prop_map(Jump::By),
        2 => (-3 * HOUR..=-1).prop_map(Jump::By),
        2 => Just(Jump::NextDay),
        1 => Just(Jump::NextMonth),
    ]
}

/// A sequence of steps. A payday is three of them: a file is imported and its batch moved on twice.
pub fn sequence() -> impl Strategy<Value = Vec<Draw>> {
    let payday = import().prop_map(|file| vec![file, Draw::NewestOnward, Draw::NewestOnward]);
    let one = prop_oneof![1 => payday, 8 => draw().prop_map(|draw| vec![draw])];
    prop::collection::vec(one, 1..=60).prop_map(|days| days.concat())
}

/// Any step.
fn draw() -> impl Strategy<Value = Draw> {
    let status = select(vec![AccountStatus::Active, AccountStatus::Frozen, AccountStatus::Closed]);
    let account_row = (prop::option::weighted(0.3, any::<Index>()), 0..4_usize, 0..3_usize, 0..90_000_i64);
    let name = select(vec!["NOBODY", "world-USD", "fee_income-EUR", "fx_clearing-JPY"]);
    prop_oneof![
        2 => (0..4_usize, 0..3_usize).prop_map(|(holder, currency)| Draw::Open { holder, currency }),
        1 => prop::collection::vec(account_row, 1..=4).prop_map(Draw::Accounts),
        4 => (any::<Index>(), money()).prop_map(|(to, money)| Draw::Deposit(to, money)),
        2 => (any::<Index>(), money()).prop_map(|(from, money)| Draw::Withdraw(from, money)),
        12 => transfer(),
        2 => any::<Index>().prop_map(Draw::Again),
        1 => (any::<bool>(), name, any::<Index>()).prop_map(|(from, name, other)| Draw::Stranger { from, name, other }),
        3 => (any::<Index>(), status).prop_map(|(account, status)| Draw::Status(account, status)),
        3 => (any::<Index>(), any::<bool>(), policy())
            .prop_map(|(account, whole, change)| Draw::Policy { account, whole, change }),
        2 => (0..3_usize, 0..3_usize, 0..RATES.len())
            .prop_map(|(source, target, rate)| Draw::Rate { source, target, rate }),
        3 => jump().prop_map(Draw::Clock),
        6 => import(),
        1 => any::<Index>().prop_map(Draw::SameFile),
        22 => (any::<Index>(), verb()).prop_map(|(batch, verb)| Draw::Batch(batch, verb)),
        1 => Just(Draw::CatchUp),
    ]
}

impl Draw {
    /// The resolved step; none if there is nothing to apply it to.
    pub fn resolve(&self, reference: &Reference, done: &[Step]) -> Option<Step> {
        let known = Known(reference);
        Some(match self {
            Self::Open { holder, currency } => Step::Open {
                number: known.fresh(0),
                holder: *holder,
                currency: CURRENCIES[*currency].0.to_owned(),
            },
            Self::Accounts(rows) => Step::Accounts(known.account_rows(rows)),
            Self::Deposit(..) | Self::Withdraw(..) | Self::Transfer { .. } | Self::Stranger { .. } => {
                Step::Move(self.movement(&known)?)
            }
            Self::Again(index) => {
                again(done, index, |step| matches!(step, Step::Move(new) if new.operation.is_some()))?
            }
            Self::Status(number, status) => Step::Status(known.account(number), *status),
            Self::Policy { account: number, whole, change } => {
                let number = known.account(number);
                let (currency, account) = (known.currency(&number), (!whole).then_some(number));
                Step::Policy { currency, account, change: change.clone() }
            }
            Self::Rate { source, target, rate } => Step::Rate {
                source: CURRENCIES[*source].0.to_owned(),
                target: CURRENCIES[*target].0.to_owned(),
                rate: *rate,
            },
            Self::Clock(jump) => Step::Clock(reference.jump(*jump)),
            Self::Import { .. } => Step::Import(self.file(&known)?),
            Self::SameFile(index) => again(done, index, |step| matches!(step, Step::Import(_)))?,
            Self::Batch(index, verb) => {
                let newest = reference.batches.len().checked_sub(1)?;
                verb.resolve(newest - index.index(3.min(newest + 1)), reference)
            }
            Self::NewestOnward => Verb::Onward.resolve(reference.batches.len().checked_sub(1)?, reference),
            Self::CatchUp => Step::CatchUp,
        })
    }

    /// The transfer, if this draw moves money.
    fn movement(&self, known: &Known<'_>) -> Option<TransferRequest> {
        Some(match self {
            Self::Deposit(to, money) => known.transfer(None, Some(known.account(to)), *money),
            Self::Withdraw(from, money) => known.transfer(Some(known.account(from)), None, *money),
            Self::Transfer { from, to, money, rate, operation, day } => {
                let (from, to) = (known.account(from), known.partner(to, &known.account(from)));
                // Within one currency every rate is refused, so only few are requested.
                let rate = rate.filter(|place| *place == 0 || known.currency(&from) != known.currency(&to));
                TransferRequest {
                    rate: rate.map(|place| RATES[place].0.to_owned()),
                    operation: operation.map(|number| format!("operation-{number}")),
                    date: day.map(|day| format!("2026-02-{day:02}")),
                    ..known.transfer(Some(from), Some(to), *money)
                }
            }
            Self::Stranger { from, name, other } => {
                let (name, other) = (Some((*name).into()), Some(known.account(other).into()));
                let (from, to) = if *from { (name, other) } else { (other, name) };
                TransferRequest { from, to, amount: "1".to_owned().into(), ..TransferRequest::default() }
            }
            _ => return None,
        })
    }

    /// The file, if this draw imports one.
    fn file(&self, known: &Known<'_>) -> Option<File> {
        let Self::Import { kind, mode, single, rows, strict, draft } = self else { return None };
        let single = known.account(single);
        let row = |(source, payee, money): &(Partner, Partner, Money)| Row {
            source: known.partner(source, &single),
            payee: known.partner(payee, &single),
            money: known.0.settle(*money, &single),
        };
        Some(File {
            kind: *kind,
            mode: *mode,
            currency: known.currency(&single),
            rows: rows.iter().map(row).collect(),
            single: (*kind != BatchType::ManyToMany).then_some(single),
            strict: *strict,
            draft: *draft,
        })
    }
}

/// What a draw is resolved against.
struct Known<'a>(&'a Reference);

impl Known<'_> {
    /// A number that no account has.
    fn fresh(&self, place: usize) -> String {
        format!("A{}", self.0.numbers().len() + place)
    }

    fn account(&self, index: &Index) -> String {
        index.get(self.0.numbers()).clone()
    }

    fn currency(&self, number: &str) -> String {
        self.0.currency(number).to_owned()
    }

    fn partner(&self, partner: &Partner, of: &str) -> String {
        let near = |n: &&String| partner.any || (*n != of && self.0.currency(n) == self.0.currency(of));
        let near: Vec<&String> = self.0.numbers().iter().filter(near).collect();
        if near.is_empty() { of.to_owned() } else { (*partner.place.get(&near)).clone() }
    }

    fn account_rows(&self, rows: &[AccountDraw]) -> Vec<(String, usize, String, i64)> {
        let row = |(place, (known, holder, code, opening)): (usize, &AccountDraw)| {
            let number = known.as_ref().map_or_else(|| self.fresh(place), |index| self.account(index));
            (number, *holder, CURRENCIES[*code].0.to_owned(), *opening)
        };
        rows.iter().enumerate().map(row).collect()
    }

    fn transfer(&self, from: Option<String>, to: Option<String>, money: Money) -> TransferRequest {
        let number = from.as_deref().or(to.as_deref()).unwrap_or_default();
        let amount = self.0.settle(money, number).text(&self.currency(number));
        let (from, to) = (from.map(GivenAccount::from), to.map(GivenAccount::from));
        TransferRequest { from, to, amount: amount.into(), ..TransferRequest::default() }
    }
}

impl Verb {
    fn resolve(&self, batch: usize, reference: &Reference) -> Step {
        let lines = reference.lines(batch);
        match (self, reference.batches[batch].state) {
            (Self::Submit, _) | (Self::Onward, BatchState::Draft) => Step::Submit(batch),
            (Self::Execute, _) | (Self::Onward, BatchState::Pending) => Step::Execute(batch),
            (Self::Resume, _) | (Self::Onward, BatchState::Paused) => Step::Resume(batch),
            (Self::Onward, BatchState::Failed) => Step::Retry(batch, Rework::AllFailed),
            (Self::Onward | Self::Run, _) => Step::Run(batch),
            (Self::Pause, _) => Step::Pause(batch),
            (Self::Cancel, _) => Step::Cancel(batch, false),
            (Self::CallOff, _) => Step::Cancel(batch, true),
            (Self::SkipFailed, _) => Step::SkipFailed(batch),
            (Self::Retry(which), _) => Step::Retry(batch, *which),
            (Self::RetryLine(index), _) => Step::RetryLine(batch, *index.get(&lines)),
            (Self::SkipLine(index), _) => Step::SkipLine(batch, *index.get(&lines)),
        }
    }
}

/// Repeats an earlier step.
fn again(done: &[Step], index: &Index, fits: impl Fn(&&Step) -> bool) -> Option<Step> {
    let fitting: Vec<&Step> = done.iter().filter(fits).collect();
    (!fitting.is_empty()).then(|| (*index.get(&fitting)).clone())
}
