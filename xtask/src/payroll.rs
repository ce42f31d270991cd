//! `cargo xtask payroll`: writes the two example files, byte for byte the same each time.
//!
//! To add a row that is wrong on purpose, give [`Flaw`] a variant and [`FLAWS`] a line.

use crate::error::{Error, Result};
use std::path::Path;

const EMPLOYEES: usize = 1_000;
const SEED: u64 = 0x5105_ce20;

const NOTES: &[&str] = &[
    "November salary",
    "November salary",
    "November salary",
    "November salary + overtime",
    "November salary, part time",
    "November salary + shift allowance",
];

/// What is wrong with a row of the payroll.
#[derive(Clone, Copy)]
enum Flaw {
    /// Replaces the amount.
    Amount(&'static str),
    Currency(&'static str),
    UnknownAccount,
    NoPayee,
    /// Repeats the payee of an earlier row.
    PayeeOf(usize),
}

/// A payroll row (from 1, not counting the header) and its flaw. The last one can be parsed, but the demo's
/// policy refuses transfers above 50,000.
const FLAWS: &[(usize, Flaw)] = &[
    (17, Flaw::UnknownAccount),
    (58, Flaw::Amount("-3100.00")),
    (112, Flaw::Amount("4150.125")),
    (189, Flaw::Amount("\"1,250.00\"")),
    (246, Flaw::Amount("")),
    (301, Flaw::Currency("EUR")),
    (402, Flaw::PayeeOf(377)),
    (455, Flaw::Amount("0.00")),
    (530, Flaw::NoPayee),
    (618, Flaw::Amount("\"4200,00\"")),
    (871, Flaw::Amount("75000.00")),
];

/// The number of refused payroll rows, as an argument.
pub const WRONG: &str = "12";

/// Payees with valid rows whose accounts the demo freezes between import and run, so that paying them fails.
pub const FROZEN: [&str; 2] = ["EMP-0744", "EMP-0952"];

/// Writes both files.
pub fn run(root: &Path) -> Result<()> {
    for (name, text) in [("staff.csv", staff()), ("payroll.csv", payroll())] {
        let path = root.join("examples").join(name);
        std::fs::write(&path, &text).map_err(|e| Error::File(path, e))?;
        println!("examples/{name}: {} rows", text.lines().count() - 1);
    }
    Ok(())
}

/// A fixed pseudo-random sequence (linear congruential generator).
struct Numbers(u64);

impl Numbers {
    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound.max(1)
    }

    fn one_of(&mut self, words: &[&'static str]) -> &'static str {
        words.get(self.below(words.len())).copied().unwrap_or_default()
    }
}

struct Employee {
    uid: String,
    account: String,
    name: String,
    email: String,
}

/// All employees. They have numbers instead of names: an example needs no real names.
fn employees() -> Vec<Employee> {
    let employee = |number: usize| Employee {
        uid: format!("E{number:04}"),
        account: format!("EMP-{number:04}"),
        name: format!("Employee {number:04}"),
        email: format!("e{number:04}@example.com"),
    };
    (1..=EMPLOYEES).map(employee).collect()
}

fn staff() -> String {
    let mut text = String::from("number,holder,email,uid,currency,opening\n");
    for Employee { uid, account, name, email } in employees() {
        push(&mut text, &format!("{account},{name},{email},{uid},USD,"));
    }
    text
}

fn payroll() -> String {
    let employees = employees();
    let mut numbers = Numbers(SEED ^ 0xffff);
    let mut text = String::from("Employee No,Account,Email,Amount,Currency,Note,Reference\n");
    for (row, employee) in (1..).zip(&employees) {
        // The lower of two draws: most people earn less than the middle of the range.
        let cents = 210_000 + numbers.below(770_001).min(numbers.below(770_001)) / 500 * 500;
        let mut amount = format!("{}.{:02}", cents / 100, cents % 100);
        let note = numbers.one_of(NOTES);
        let note = if note.contains(',') { format!("\"{note}\"") } else { note.to_owned() };
        // Some payees are identified by email only.
        let by_email = numbers.below(20) == 0;
        let mut payee = employee;
        let mut account = if by_email { "" } else { employee.account.as_str() };
        let mut email = employee.email.as_str();
        let mut currency = "USD";
        match FLAWS.iter().find(|(place, _)| *place == row).map(|(_, flaw)| *flaw) {
            None => {}
            Some(Flaw::Amount(text)) => amount = text.to_owned(),
            Some(Flaw::Currency(code)) => currency = code,
            Some(Flaw::UnknownAccount) => (account, email) = ("EMP-9917", ""),
            Some(Flaw::NoPayee) => (account, email) = ("", ""),
            Some(Flaw::PayeeOf(earlier)) => {
                payee = employees.get(earlier - 1).unwrap_or(employee);
                (account, email) = (payee.account.as_str(), payee.email.as_str());
            }
        }
        let uid = &payee.uid;
        push(&mut text, &format!("{uid},{account},{email},{amount},{currency},{note},NOV-{row:04}"));
    }
    text
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn kept(name: &str) -> String {
        let path = crate::root().unwrap().join("examples").join(name);
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn the_committed_files_are_what_the_generator_writes() {
        let again = "run `cargo xtask payroll`";
        assert!(kept("staff.csv") == staff(), "{again}");
        assert!(kept("payroll.csv") == payroll(), "{again}");
    }

    #[test]
    fn there_are_a_thousand_rows_and_no_email_appears_twice() {
        assert_eq!(payroll().lines().count(), 1_001);
        let emails: HashSet<String> = employees().into_iter().map(|e| e.email).collect();
        assert_eq!(emails.len(), EMPLOYEES);
    }

    #[test]
    fn the_demo_deposit_covers_all_payable_rows() {
        let flawed: HashSet<usize> = FLAWS.iter().map(|(row, _)| *row).collect();
        let mut sum = 0_u64;
        for (row, line) in (1..).zip(payroll().lines().skip(1)).filter(|(row, _)| !flawed.contains(row)) {
            let cents: u64 = line.split(',').nth(3).unwrap().replace('.', "").parse().unwrap();
            assert!((210_000..=980_000).contains(&cents), "row {row}");
            sum += cents;
        }
        assert!((400_000_000..580_000_000).contains(&sum), "{sum}");
    }
}
