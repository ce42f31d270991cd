//! The order of refusals and the arithmetic of the fold, one line per case.

use super::*;
use crate::fee::FeePolicy;
use crate::id::{HolderId, TransferId};
use crate::limit::LimitPolicy;
use crate::policy::Policy;
use crate::transfer::TransferKind;

const USD: AssetId = AssetId(1);
const EUR: AssetId = AssetId(2);
const TODAY: Calendar = Calendar { day: 20_000, month: 656 };

fn customer(id: i64, asset: AssetId, holder: i64, balance: i64) -> Account {
    Account { balance, ..opened(AccountId(id), asset, Some(HolderId(holder)), AccountKind::Customer) }
}

/// Accounts 1 and 2 belong to holder 1, each other account to its own holder; 4 is frozen, 5 closed, 6 and 8
/// in euros.
fn book() -> Book {
    let mut accounts = vec![
        customer(1, USD, 1, 1_000_000),
        customer(2, USD, 1, 0),
        customer(3, USD, 3, 100_050),
        Account { status: AccountStatus::Frozen, ..customer(4, USD, 4, 500) },
        Account { status: AccountStatus::Closed, ..customer(5, USD, 5, 0) },
        customer(6, EUR, 6, 500_000),
        customer(7, USD, 7, i64::MAX - 10),
        customer(8, EUR, 8, 500_000),
    ];
    for (place, asset) in [USD, EUR].into_iter().enumerate() {
        for (offset, kind) in AccountKind::SYSTEM.into_iter().enumerate() {
            let id = AccountId(i64::try_from(100 + place * 10 + offset).unwrap());
            accounts.push(opened(id, asset, None, kind));
        }
    }
    Book::new(accounts, PostingId::first_of_chunk(9))
}

fn policies() -> PolicyBook {
    let policy = Policy {
        limit: LimitPolicy { min: 10, max: 500_000, day: 700_000, month: 800_000 },
        fee: FeePolicy { threshold: 100_000, rate_ppm: 1_000, min: 100, max: 5_000 },
        batch_max: 10_000_000,
    };
    let mut book = PolicyBook::new(1);
    book.set_asset(USD, policy.clone());
    // The euro has its shipped policy; account 8 has its own.
    book.set_shipped(
        EUR,
        Policy { limit: LimitPolicy { max: 5_000, ..LimitPolicy::NONE }, ..policy.clone() },
    );
    book.set_account(
        AccountId(8),
        Policy { limit: LimitPolicy { max: 2_000, ..LimitPolicy::NONE }, ..policy },
    );
    book
}

fn check(table: &str) {
    let (mut book, policies) = (book(), policies());
    for line in table.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let request = Request {
            transfer: TransferId(1),
            kind: match cells[0] {
                "transfer" => TransferKind::Single,
                "deposit" => TransferKind::Deposit,
                "withdraw" => TransferKind::Withdrawal,
                other => panic!("{other}"),
            },
            source: AccountId(cells[1].parse().unwrap()),
            target: AccountId(cells[2].parse().unwrap()),
            amount: cells[3].parse().unwrap(),
            exchanged: cells[4].parse().ok(),
        };
        let got = match book.post(&request, &policies, TODAY, &mut Vec::new()) {
            Ok(posted) => format!("ok fee={} legs={}", posted.fee, posted.count),
            Err(code) => code.name().to_owned(),
        };
        assert_eq!(got, cells[6..].join(" "), "{line}");
        let total: i128 =
            book.accounts.iter().filter(|a| a.asset == USD).map(|a| i128::from(a.balance)).sum();
        assert_eq!(
            total,
            1_000_000 + 100_050 + 500 + i128::from(i64::MAX - 10),
            "money was created or lost: {line}"
        );
    }
}

#[test]
fn refusals_come_in_table_order() {
    check(
        "transfer 90 3   0       _ -> SOURCE_ACCOUNT_NOT_FOUND
         transfer 1  90  0       _ -> TARGET_ACCOUNT_NOT_FOUND
         transfer 100 5  0       _ -> SYSTEM_ACCOUNT
         transfer 1 101  5       _ -> SYSTEM_ACCOUNT
         deposit  1  3   5       _ -> SYSTEM_ACCOUNT
         transfer 5  4   0       _ -> SOURCE_ACCOUNT_CLOSED
         transfer 4  4   0       _ -> SOURCE_ACCOUNT_FROZEN
         transfer 1  5   0       _ -> TARGET_ACCOUNT_CLOSED
         transfer 1  4   0       _ -> TARGET_ACCOUNT_FROZEN
         transfer 1  1   0       _ -> SAME_ACCOUNT
         transfer 1  6   0       _ -> CURRENCY_MISMATCH
         transfer 1  6   0       0 -> AMOUNT_NOT_POSITIVE
         transfer 1  6   5       0 -> EXCHANGE_TOO_SMALL
         transfer 1  8   5    2001 -> AMOUNT_BELOW_MINIMUM
         transfer 1  8   10   2001 -> TARGET_AMOUNT_ABOVE_MAXIMUM
         transfer 1  3   5       6 -> EXCHANGE_AMOUNT_MISMATCH
         transfer 1  3   0       _ -> AMOUNT_NOT_POSITIVE
         transfer 1  3   -5      _ -> AMOUNT_NOT_POSITIVE
         transfer 1  3   9       _ -> AMOUNT_BELOW_MINIMUM
         transfer 1  3   500001  _ -> AMOUNT_ABOVE_MAXIMUM
         transfer 3  1   100051  _ -> INSUFFICIENT_BALANCE
         transfer 3  1   100001  _ -> INSUFFICIENT_BALANCE_FOR_FEE
         transfer 1  7   50      _ -> BALANCE_OVERFLOW",
    );
}

#[test]
fn limits_count_earlier_transfers() {
    check(
        "transfer 1 3 500000 _ -> ok fee=500 legs=2
         transfer 1 2 200000 _ -> ok fee=0 legs=1
         transfer 1 3 10     _ -> DAY_LIMIT_EXCEEDED
         withdraw 1 100 10   _ -> DAY_LIMIT_EXCEEDED
         withdraw 3 100 10   _ -> ok fee=0 legs=1
         deposit 100 3 10    _ -> ok fee=0 legs=1
         transfer 1 6 10     9 -> DAY_LIMIT_EXCEEDED
         transfer 2 6 1000  900 -> ok fee=0 legs=2",
    );
}

#[test]
fn a_conversion_is_limited_on_the_receiving_side_if_a_limit_was_set_there() {
    check(
        "transfer 2 8 10   2000 -> INSUFFICIENT_BALANCE
         transfer 1 8 10   2000 -> ok fee=0 legs=2
         transfer 1 8 10   2001 -> TARGET_AMOUNT_ABOVE_MAXIMUM
         transfer 1 8 10 4000000000 -> TARGET_AMOUNT_ABOVE_MAXIMUM
         transfer 1 6 10   5001 -> ok fee=0 legs=2
         transfer 8 1 10     10 -> ok fee=0 legs=2
         transfer 6 8 2001    _ -> ok fee=0 legs=1
         deposit 110 8 2001   _ -> ok fee=0 legs=1
         transfer 8 3 2001   10 -> AMOUNT_ABOVE_MAXIMUM",
    );
}

#[test]
fn the_postings_of_an_account_form_a_chain_of_balances() {
    let (mut book, policies, mut postings) = (book(), policies(), Vec::new());
    let request = |target: i64, amount: i64| Request {
        transfer: TransferId(target),
        kind: TransferKind::Single,
        source: AccountId(1),
        target: AccountId(target),
        amount,
        exchanged: None,
    };
    book.post(&request(3, 200_000), &policies, TODAY, &mut postings).unwrap();
    book.post(&request(2, 5_000), &policies, TODAY, &mut postings).unwrap();
    let source: Vec<_> = postings.iter().filter(|p| p.debit == AccountId(1)).collect();
    assert_eq!(source.iter().map(|p| p.debit_after).collect::<Vec<_>>(), [800_000, 799_800, 794_800]);
    assert_eq!(source[0].debit_prev, None);
    assert_eq!(source[2].debit_prev, Some(source[1].id));
    assert_eq!(book.get(AccountId(1)).unwrap().head, Some(source[2].id));
    assert_eq!(book.changed().count(), 4);
    // Only the payer's day and month changed; fees and what is received do not count.
    let ids = |accounts: Vec<&Account>| accounts.iter().map(|account| account.id.0).collect::<Vec<_>>();
    assert_eq!(ids(book.spent().collect()), [1]);
    let mut rest = ids(book.unspent().collect());
    rest.extend(ids(book.spent().collect()));
    rest.sort_unstable();
    let mut changed = ids(book.changed().collect());
    changed.sort_unstable();
    assert_eq!(rest, changed);
}

#[test]
fn a_clock_that_jumps_back_does_not_reopen_the_day() {
    let window = Window { key: 10, out: 7 };
    assert_eq!((window.spent(9), window.spent(10), window.spent(11)), (7, 7, 0));
    assert_eq!(window.add(9, 1), Window { key: 10, out: 8 });
    assert_eq!(window.add(11, 1), Window { key: 11, out: 1 });
}
