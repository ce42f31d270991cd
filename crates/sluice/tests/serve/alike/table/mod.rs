//! The table: a command, the call that does the same, and what must be equal in their answers.
//!
//! Account `A0` to `A3` have 1,000.00 USD each; batch 1 is a draft with two refused rows. `^transfer` is the
//! newest transfer, `^3.2` the second item of batch 3.

mod accounts;
mod apart;
mod batches;
mod people;
mod rules;
mod transfers;

use accounts::ACCOUNTS;
pub use apart::APART;
use batches::{BEFORE, RUNNING};
use people::PEOPLE;
use rules::RULES;
use transfers::TRANSFERS;

/// A command and the call that does the same.
#[derive(Debug)]
pub struct Alike {
    /// The command with its arguments, which have no spaces in them.
    pub command: &'static str,
    /// Method and path.
    pub call: &'static str,
    /// The body; empty if there is none.
    pub body: &'static str,
    /// What must be equal in the answers, or why both refuse (see `same`).
    pub same: &'static str,
}

impl Alike {
    pub fn method(&self) -> &'static str {
        self.call.split(' ').next().unwrap()
    }

    pub fn path(&self) -> &'static str {
        self.call.split(' ').nth(1).unwrap()
    }
}

const fn alike(command: &'static str, call: &'static str, body: &'static str, same: &'static str) -> Alike {
    Alike { command, call, body, same }
}

/// Files that commands import.
pub const FILES: &[(&str, &str)] = &[
    ("bad.csv", "source,account,amount\nA0,A1,0.01\nA0,NOPE,2.00\nA0,A2,abc\n"),
    ("pay.csv", "source,account,amount,memo\nA0,A1,0.02,one\nA1,A2,2.00,two\nA2,A0,5000.00,three\n"),
    ("more.csv", "account,amount\nA2,4.00\n"),
    ("one.csv", "account,amount\nA1,3.00\n"),
    ("fx.csv", "source,account,amount,currency\nA0,E0,1.50,USD\n"),
    ("fail.csv", "source,account,amount\nA1,A0,7000.00\nA2,A0,8000.00\nA2,A1,9000.00\n"),
    ("stop.csv", "source,account,amount\nA3,A1,0.33\n"),
];

/// Commands before the ledger is copied.
pub const SEED: &[&str] = &["batch import bad.csv --type many_to_many --currency USD --name Bad --partial"];

/// Beside a server that runs no batch, in this order.
pub const ASLEEP: &[&[Alike]] = &[RULES, ACCOUNTS, TRANSFERS, PEOPLE, BEFORE];
/// After that, beside a server that runs batches.
pub const AWAKE: &[&[Alike]] = &[RUNNING];

/// The whole table.
pub fn all() -> impl Iterator<Item = &'static Alike> {
    ASLEEP.iter().chain(AWAKE).copied().flatten().chain(APART.iter().map(|(pair, _)| pair))
}
