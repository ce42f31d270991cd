//! Accounts and balances that someone changed with another program: `verify` names each.

use crate::support::{Ledger, payroll};
use rusqlite::Connection;

fn id(connection: &Connection, number: &str) -> i64 {
    connection.query_row("SELECT id FROM account WHERE number = ?1", [number], |row| row.get(0)).unwrap()
}

#[test]
fn a_missing_a_stray_and_a_wrong_balance_are_named() {
    let ledger = Ledger::funded("1000.00");
    ledger.payees(5);
    let imported = ledger.import(&payroll(4), &[]);
    let batch = imported.json["batch_id"].as_str().unwrap().to_owned();
    ledger.ok(&["batch", "run", &batch]);
    ledger.verified();
    let file = ledger.path().join("data/sluice.db");
    let whole = {
        let connection = Connection::open(&file).unwrap();
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        std::fs::read(&file).unwrap()
    };
    // P5 was paid nothing, P1 was.
    for (change, number, named) in [
        ("DELETE FROM balance WHERE account = ?1", "P5", vec!["account_has_balance"]),
        (
            "DELETE FROM balance WHERE account = ?1",
            "P1",
            vec!["account_has_balance", "currency_sums_to_zero"],
        ),
        ("UPDATE balance SET account = 9999 WHERE account = ?1", "P5", vec!["account_has_balance"]),
        ("UPDATE balance SET overdraft = NULL WHERE account = ?1", "P5", vec!["balance_not_below_limit"]),
        ("UPDATE balance SET head = 1 WHERE account = ?1", "P5", vec!["balance_is_sum_of_postings"]),
        (
            "UPDATE balance SET balance = balance + 1 WHERE account = ?1",
            "P1",
            vec!["balance_is_sum_of_postings", "currency_sums_to_zero"],
        ),
    ] {
        {
            let connection = Connection::open(&file).unwrap();
            connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
            let changed = connection.execute(change, [id(&connection, number)]).unwrap();
            assert_eq!(changed, 1, "{change}");
            connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        }
        let verified = ledger.run(&["verify"]);
        let violations = verified.json["violations"].as_array().unwrap();
        let invariants: Vec<_> = violations.iter().map(|one| one["invariant"].as_str().unwrap()).collect();
        assert_eq!(invariants, named, "{change} {number}: {verified:?}");
        std::fs::write(&file, &whole).unwrap();
    }
    ledger.verified();
}
