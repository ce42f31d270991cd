//! The accounts and the payments of each shape: files that are generated.

use crate::input::{self, Lines, cents, shuffled};
use crate::shape::Pays;
use domain::batch::BatchType;
use service::batch::import::BatchImport;
use std::fs::File;
use std::io::{Result, Write as _};

/// The account on the single side of a batch.
pub(crate) const SINGLE: &str = "SOURCE";
/// The payer of the second batch where two run at once.
pub(crate) const SECOND: &str = "SOURCE2";
/// One item in so many fails where some do: 5 %.
const FAILS: u64 = 20;
/// What accounts that pay have at the beginning, in cents.
pub(crate) const OPENING_MINOR: i64 = 100_000_000;
/// The rate at which items are converted, from USD to EUR.
pub(crate) const RATE: &str = "0.92";

/// How many accounts a shape draws from.
pub(crate) const fn accounts(pays: Pays, items: u64) -> u64 {
    match pays {
        Pays::OneToMany | Pays::ManyToOne | Pays::Fx => items,
        Pays::Random | Pays::Failures => {
            let tenth = items / 10;
            if tenth > 100_000 {
                100_000
            } else if tenth < 10 {
                10
            } else {
                tenth
            }
        }
    }
}

/// How many accounts without money there are beside the others; their payments fail.
pub(crate) const fn poor(pays: Pays, accounts: u64) -> u64 {
    match pays {
        Pays::Failures => accounts.div_ceil(FAILS),
        Pays::OneToMany | Pays::Random | Pays::ManyToOne | Pays::Fx => 0,
    }
}

/// Whether an item fails.
pub(crate) const fn fails(pays: Pays, k: u64) -> bool {
    matches!(pays, Pays::Failures) && k % FAILS == FAILS - 1
}

/// The currency of the accounts that a file names, other than those that pay.
const fn currency(pays: Pays) -> &'static str {
    match pays {
        Pays::Fx => "EUR",
        Pays::OneToMany | Pays::Random | Pays::ManyToOne | Pays::Failures => "USD",
    }
}

/// A file of accounts, those without money last.
pub(crate) fn account_file(pays: Pays, count: u64) -> Lines<impl FnMut(u64, &mut Vec<u8>)> {
    let currency = currency(pays);
    let opening = match pays {
        Pays::Random | Pays::ManyToOne | Pays::Failures => format!("{}.00", OPENING_MINOR / 100),
        Pays::OneToMany | Pays::Fx => String::new(),
    };
    let line = move |k: u64, line: &mut Vec<u8>| {
        drop(match k.checked_sub(count) {
            None => writeln!(line, "A{k:09},Holder {k},,U{k:09},{currency},{opening}"),
            Some(k) => writeln!(line, "P{k:09},Poor {k},,P{k:09},{currency},"),
        });
    };
    Lines::new("number,holder,email,uid,currency,opening\n", count + poor(pays, count), line)
}

/// The import of a shape's batch.
pub(crate) fn batch_import(pays: Pays, round: u32) -> BatchImport {
    let kind = match pays {
        Pays::OneToMany | Pays::Fx => BatchType::OneToMany,
        Pays::ManyToOne => BatchType::ManyToOne,
        Pays::Random | Pays::Failures => BatchType::ManyToMany,
    };
    BatchImport {
        account: (kind != BatchType::ManyToMany).then(|| SINGLE.into()),
        currency: Some("USD".to_owned()),
        convert: pays == Pays::Fx,
        ..BatchImport::new(kind, format!("bench {round}"))
    }
}

/// The file of a shape's batch: two columns, or three where each row names both sides.
pub(crate) fn payment_file(pays: Pays, items: u64, round: u32) -> Result<File> {
    let (n, round) = (accounts(pays, items), u64::from(round));
    let poor = poor(pays, n).max(1);
    match pays {
        Pays::OneToMany | Pays::ManyToOne | Pays::Fx => {
            let line = move |k: u64, line: &mut Vec<u8>| {
                let (account, cents) = (shuffled(k, n, round), cents(round, k));
                drop(writeln!(line, "A{account:09},{}.{:02}", cents / 100, cents % 100));
            };
            Lines::new("account,amount\n", items, line).written()
        }
        Pays::Random | Pays::Failures => {
            let line = move |k: u64, line: &mut Vec<u8>| {
                let ((source, target), cents) = (input::pair(round, k, n), cents(round, k));
                let (kind, source) = if fails(pays, k) { ('P', source % poor) } else { ('A', source) };
                drop(writeln!(line, "{kind}{source:09},A{target:09},{}.{:02}", cents / 100, cents % 100));
            };
            Lines::new("source,account,amount\n", items, line).written()
        }
    }
}

/// A file of six columns that names each account by its number and by its holder's uid.
pub(crate) fn wide_file(items: u64, round: u32) -> Result<File> {
    let seed = u64::from(round);
    let line = move |k: u64, line: &mut Vec<u8>| {
        let (account, cents) = (shuffled(k, items, seed), cents(seed, k));
        let (major, minor) = (cents / 100, cents % 100);
        drop(writeln!(
            line,
            "A{account:09},U{account:09},{major}.{minor:02},USD,Salary of round {round},R{round}-{k:09}"
        ));
    };
    Lines::new("account,uid,amount,currency,memo,reference\n", items, line).written()
}

/// A file that pays every second account, beginning with the first or the second one.
pub(crate) fn half_file(items: u64, which: u64) -> Result<File> {
    let n = items / 2;
    let line = move |k: u64, line: &mut Vec<u8>| {
        let (account, cents) = (shuffled(k, n, which) * 2 + which, cents(which, k));
        drop(writeln!(line, "A{account:09},{}.{:02}", cents / 100, cents % 100));
    };
    Lines::new("account,amount\n", n, line).written()
}

/// What a batch must have done at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expected {
    pub count: i64,
    pub amount: i64,
    pub failed: i64,
}

/// What the batch of a round must have done at its end.
pub(crate) fn expected(pays: Pays, items: u64, round: u32) -> Expected {
    let mut expected = Expected { count: 0, amount: 0, failed: 0 };
    for k in 0..items {
        if fails(pays, k) {
            expected.failed += 1;
        } else {
            expected.count += 1;
            expected.amount += i64::try_from(cents(u64::from(round), k)).unwrap_or_default();
        }
    }
    expected
}
