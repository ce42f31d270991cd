//! The operations on a ledger, in names and texts that both ledgers understand.

use domain::account::AccountStatus;
use domain::batch::{BatchMode, BatchType};
use service::batch::rework::Rework;
use service::transfer::TransferRequest;

/// Currencies and their decimals.
pub const CURRENCIES: [(&str, u32); 3] = [("USD", 2), ("EUR", 2), ("JPY", 0)];
/// Rates as text, and as an integer over a power of ten.
pub const RATES: [(&str, i128, u32); 5] =
    [("1.1", 11, 1), ("0.92345", 92_345, 5), ("151.337", 151_337, 3), ("0.00661", 661, 5), ("2", 2, 0)];
/// Fee rates as text and in parts per million. The last one yields a fee that no balance can hold.
pub const FEE_RATES: [(&str, i128); 4] =
    [("0", 0), ("0.001", 1_000), ("0.05", 50_000), ("9000000000000", 9_000_000_000_000_000_000)];

/// An amount in minor units, or a text with too many decimals for every currency.
#[derive(Debug, Clone, Copy)]
pub enum Money {
    Minor(i64),
    /// One of the payer's bounds, by index, plus an offset; resolved before the step is taken.
    Edge(usize, i64),
    TooFine,
}

impl Money {
    pub fn text(self, currency: &str) -> String {
        let scale = CURRENCIES.iter().find(|(code, _)| *code == currency).map_or(2, |(_, scale)| *scale);
        match self {
            Self::TooFine => "1.2345".to_owned(),
            Self::Edge(..) => panic!("not resolved"),
            Self::Minor(minor) if scale == 0 => minor.to_string(),
            Self::Minor(minor) => format!("{}.{:02}", minor / 100, minor % 100),
        }
    }
}

/// A change of a policy bound: unchanged, lifted, or set to minor units.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    Same,
    Lifted,
    At(i64),
}

/// A policy change. Bounds in the order min, max, day, month, batch, threshold, fee min, fee max.
#[derive(Debug, Clone)]
pub struct PolicyDraw {
    pub bounds: [Bound; 8],
    pub fee_rate: Option<usize>,
}

/// A row of a payment file.
#[derive(Debug, Clone)]
pub struct Row {
    pub source: String,
    pub payee: String,
    pub money: Money,
}

/// A payment file and how to import it.
#[derive(Debug, Clone)]
pub struct File {
    pub kind: BatchType,
    pub mode: BatchMode,
    pub single: Option<String>,
    pub currency: String,
    pub rows: Vec<Row>,
    pub strict: bool,
    pub draft: bool,
}

/// One step, with names instead of indexes.
#[derive(Debug, Clone)]
pub enum Step {
    Open {
        number: String,
        holder: usize,
        currency: String,
    },
    Accounts(Vec<(String, usize, String, i64)>),
    Move(TransferRequest),
    Status(String, AccountStatus),
    Policy {
        currency: String,
        account: Option<String>,
        change: PolicyDraw,
    },
    Rate {
        source: String,
        target: String,
        rate: usize,
    },
    Clock(i64),
    Import(File),
    Submit(usize),
    Execute(usize),
    Run(usize),
    Pause(usize),
    /// The flag: whether for good.
    Cancel(usize, bool),
    Resume(usize),
    SkipFailed(usize),
    Retry(usize, Rework),
    RetryLine(usize, i64),
    SkipLine(usize, i64),
    CatchUp,
}

/// How the clock jumps.
#[derive(Debug, Clone, Copy)]
pub enum Jump {
    By(i64),
    NextDay,
    NextMonth,
}

/// The initial steps of every ledger: accounts of four holders in three currencies, money, limits and fees.
pub fn beginning() -> Vec<Step> {
    let accounts = [
        (0, "USD"),
        (1, "USD"),
        (2, "USD"),
        (3, "USD"),
        (0, "USD"),
        (1, "USD"),
        (0, "EUR"),
        (1, "EUR"),
        (2, "EUR"),
        (2, "JPY"),
    ];
    let open = |(place, (holder, currency)): (usize, &(usize, &str))| Step::Open {
        number: format!("A{place}"),
        holder: *holder,
        currency: (*currency).to_owned(),
    };
    let deposit = |place: usize| {
        Step::Move(TransferRequest {
            to: Some(format!("A{place}").into()),
            amount: "5000".to_owned().into(),
            ..TransferRequest::default()
        })
    };
    // Document 004's rules with smaller numbers, so that they are often reached.
    let (same, at) = (Bound::Same, Bound::At);
    let bounds = [at(1), at(500_000), at(300_000), at(700_000), same, at(100_000), at(100), at(5_000)];
    let change = PolicyDraw { bounds, fee_rate: Some(1) };
    let rules = Step::Policy { currency: "USD".to_owned(), account: None, change };
    let steps = accounts.iter().enumerate().map(open).chain((0..accounts.len()).map(deposit));
    steps.chain([rules]).collect()
}
