//! Two batches and what is expected of comparing them, as text; and against a naive reference.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// `A 100, B 50`: accounts by letter and what they are paid.
fn rows(text: &str) -> PaidRows {
    let row = |part: &str| {
        let (account, amount) = part.trim().split_once(' ').unwrap();
        Paid { account: id(account), other: AccountId(0), amount: amount.parse().unwrap() }
    };
    PaidRows::new(text.split(',').filter(|part| !part.trim().is_empty()).map(row).collect())
}

fn id(letter: &str) -> AccountId {
    AccountId(letter.bytes().next().map(i64::from).unwrap())
}

fn letter(id: AccountId) -> char {
    char::from(u8::try_from(id.0).unwrap())
}

fn shown(changes: &[Change]) -> String {
    let one = |change: &Change| {
        let before = change.account_before.map_or(String::new(), |id| format!("{}>", letter(id)));
        format!(
            "{} {before}{} {} {}",
            change.kind.name(),
            letter(change.account),
            change.before,
            change.after
        )
    };
    changes.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// The base, the batch, the holders with several accounts, and the changes.
const TABLE: &str = "
    A 100, B 50          | A 100, B 50          |       |
    A 100                | A 100, B 50          |       | payee_new B 0 50
    A 100, B 50          | B 50                 |       | payee_gone A 100 0
    A 100                | A 120                |       |
    A 100                | A 121                |       | amount_moved A 100 121
    A 100                | A 80                 |       |
    A 100                | A 79                 |       | amount_moved A 100 79
    A 1                  | A 2                  |       | amount_moved A 1 2
    A 100, B 9, D 4      | A 100, C 9, D 4      | BC    | account_changed B>C 9 9
    A 100, B 9           | A 100, C 12          | BC    | account_changed B>C 9 12
    B 9                  | C 9, D 9             | BCD   | account_changed B>C 9 9; payee_new D 0 9
    B 9, D 9             | C 9                  | BCD   | account_changed B>C 9 9; payee_gone D 9 0
    B 9, C 7             | A 9, D 7             | BD CA | account_changed C>A 7 9; account_changed B>D 9 7
    A 60, A 40           | A 100                |       |
    A 100                | A 60, A 61           |       | amount_moved A 100 121
                         | A 1, B 2             |       | payee_new A 0 1; payee_new B 0 2
    A 1                  |                      |       | payee_gone A 1 0";

#[test]
fn the_changes_are_those_of_the_table() {
    for line in TABLE.lines().skip(1) {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let holder = |account: AccountId| {
            let place = columns[2].split(' ').position(|group| group.contains(letter(account)))?;
            Some(HolderId(i64::try_from(place).unwrap()))
        };
        let found = join_accounts(compare(&rows(columns[1]), &rows(columns[0])), holder);
        assert_eq!(shown(&found), columns[3], "{line}");
    }
}

#[test]
fn a_row_that_names_both_sides_is_compared_by_both() {
    let row = |account, other| Paid { account: AccountId(account), other: AccountId(other), amount: 5 };
    let (base, batch) =
        (PaidRows::new(vec![row(1, 2), row(1, 3)]), PaidRows::new(vec![row(1, 3), row(2, 1)]));
    let found: Vec<_> = compare(&batch, &base).iter().map(|one| (one.kind, one.account.0)).collect();
    assert_eq!(found, [(ChangeKind::PayeeGone, 1), (ChangeKind::PayeeNew, 2)]);
}

/// What the comparison should find, by looking every payee up.
fn naive(batch: &[Paid], base: &[Paid]) -> Vec<(ChangeKind, i64, i64, i64)> {
    let sums = |rows: &[Paid]| {
        let mut sums: BTreeMap<i64, i64> = BTreeMap::new();
        rows.iter().for_each(|row| *sums.entry(row.account.0).or_default() += row.amount);
        sums
    };
    let (batch, base) = (sums(batch), sums(base));
    let mut found = Vec::new();
    for (account, after) in &batch {
        match base.get(account) {
            None => found.push((ChangeKind::PayeeNew, *account, 0, *after)),
            Some(before) if (after - before).abs() * 100 > before * MOVED_PERCENT => {
                found.push((ChangeKind::AmountMoved, *account, *before, *after));
            }
            Some(_) => {}
        }
    }
    let gone = base.iter().filter(|(account, _)| !batch.contains_key(account));
    found.extend(gone.map(|(account, before)| (ChangeKind::PayeeGone, *account, *before, 0)));
    found.sort_unstable();
    found
}

fn some_rows() -> impl Strategy<Value = Vec<Paid>> {
    let row = (1..12_i64, 1..40_i64).prop_map(|(account, amount)| Paid {
        account: AccountId(account),
        other: AccountId(0),
        amount,
    });
    prop::collection::vec(row, 0..20)
}

proptest! {
    #[test]
    fn the_merge_finds_what_a_lookup_of_every_payee_finds(batch in some_rows(), base in some_rows()) {
        let merged = compare(&PaidRows::new(batch.clone()), &PaidRows::new(base.clone()));
        let mut found: Vec<_> =
            merged.iter().map(|one| (one.kind, one.account.0, one.before, one.after)).collect();
        found.sort_unstable();
        prop_assert_eq!(found, naive(&batch, &base));
    }

    #[test]
    fn joining_accounts_loses_no_money_and_no_payee(
        batch in some_rows(),
        base in some_rows(),
        holders in prop::collection::vec(prop::option::of(1..4_i64), 12),
    ) {
        let changes = compare(&PaidRows::new(batch), &PaidRows::new(base));
        let holder = |account: AccountId| {
            holders[usize::try_from(account.0).unwrap()].map(HolderId)
        };
        let joined = join_accounts(changes.clone(), holder);
        let sums = |all: &[Change]| {
            all.iter().fold((0, 0), |(before, after), one| (before + one.before, after + one.after))
        };
        prop_assert_eq!(sums(&changes), sums(&joined));
        for one in &joined {
            if let Some(before) = one.account_before {
                prop_assert_eq!(holder(before), holder(one.account));
                prop_assert!(holder(before).is_some() && before != one.account);
            }
        }
        // No holder is left with a new payee and one that is gone.
        for new in joined.iter().filter(|one| one.kind == ChangeKind::PayeeNew) {
            let own = holder(new.account);
            let gone = |one: &&Change| one.kind == ChangeKind::PayeeGone && holder(one.account) == own;
            prop_assert!(own.is_none() || !joined.iter().any(|one| gone(&one)));
        }
    }
}
