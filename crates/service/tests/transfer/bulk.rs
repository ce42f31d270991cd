//! Accounts, batches and transfers in numbers that no use case could make in a test's time.

use crate::world::{A1, World};
use domain::account::AccountStatus;
use domain::batch::{BatchIntent, BatchState, BatchType};

/// The transfers that are made in bulk, and the most accounts and batches.
pub const ROWS: i64 = 100_000;
/// Where their numbers begin.
pub const FIRST: i64 = 1_000_000;
/// The first of the accounts, near the others: a search without time takes a request for 2,000 unused ids.
const FIRST_ACCOUNT: i64 = 10_000;
/// The numbers from 0 to below a bound, as a table `n(i)`.
fn numbers(rows: i64) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {rows})"
    )
}

/// The accounts and batches that are made in bulk. There are more than a total counts; with all of them, a search
/// without time takes a hundred requests a page.
fn few_or_many() -> i64 {
    if std::env::var("SLUICE_SCALE").is_ok_and(|scale| scale != "small") { ROWS } else { ROWS / 5 }
}

/// Accounts of one holder, a few of them frozen.
pub fn make_accounts(world: &World) {
    let frozen = AccountStatus::Frozen.number();
    world
        .run(&format!(
            "INSERT INTO account (id, number, holder, asset, kind, status, opened_at)
             {} SELECT {FIRST_ACCOUNT} + i, 'L-' || (i * 7919 % 1000003), holder, asset, kind,
                  CASE WHEN i % 4000 = 7 THEN {frozen} ELSE status END, opened_at + i * 31 % 9973
                FROM n, account WHERE number = '{A1}'",
            numbers(few_or_many())
        ))
        .unwrap();
    world
        .run(&format!(
            "INSERT INTO balance (account, balance, head, overdraft, held, day, day_out, month, month_out)
             {} SELECT {FIRST_ACCOUNT} + i, i * 104729 % 20011, NULL, overdraft, 0, day, 0, month, 0
                FROM n, balance WHERE account = (SELECT id FROM account WHERE number = '{A1}')",
            numbers(few_or_many())
        ))
        .unwrap();
}

/// Drafts of every size, a few of them paused.
pub fn make_batches(world: &World) {
    let (paused, draft) = (BatchState::Paused.number(), BatchState::Draft.number());
    let (one, many) = (BatchType::OneToMany.number(), BatchType::ManyToMany.number());
    let run = BatchIntent::Run.number();
    world
        .run(&format!(
            "INSERT INTO batch (id, day, day_number, name, kind, mode, state, intent, ready, asset, first_number,
               last_number, refused_count, total_count, total_amount, success_count, success_amount,
               failed_count, failed_amount, skipped_count, fee_amount, created_by, created_at)
             {} SELECT {FIRST} + i, 20000 + i / 1000, i % 1000, 'pay ' || (i * 7919 % 997),
                  CASE WHEN i % 3 = 0 THEN {many} ELSE {one} END, 1,
                  CASE WHEN i % 5000 = 9 THEN {paused} ELSE {draft} END, {run}, CASE WHEN i % 50 = 3 THEN 0 ELSE 1 END,
                  (SELECT asset FROM account WHERE number = '{A1}'), 1, 0, 0, 0, i * 104729 % 5003, 0, 0, 0, 0, 0, 0,
                  'tester', 1000000 + i
                FROM n",
            numbers(few_or_many())
        ))
        .unwrap();
}

/// A thousand transfers a chunk, whose commits lie so far apart that they are read in several windows.
pub fn make_transfers(world: &World) {
    world
        .run(&format!(
            "INSERT INTO transfer (number, kind, status, code, source, target, amount, fee, first_posting,
               posting_count, value_date, created_at, memo)
             {} SELECT {FIRST} + i, kind, status, code, source, target,
                  1 + i * 7919 % 10007, 0, first_posting, posting_count, value_date + i * 31 % 7, created_at + i,
                  CASE WHEN i % 20000 = 11 THEN 'a rare one' END
                FROM n, transfer WHERE number = (SELECT MIN(number) FROM transfer
                  WHERE status = 1 AND target = (SELECT id FROM account WHERE number = '{A1}'))",
            numbers(ROWS)
        ))
        .unwrap();
    world
        .run(&format!(
            "INSERT INTO chunk (number, commit_number, postings, first_transfer, last_transfer, first_date,
               last_date, refused, least_amount, most_amount)
             SELECT {FIRST} + number / 1000, 10000 + (number - {FIRST}) / 1000 * 2000, 0, MIN(number), MAX(number),
               MIN(value_date), MAX(value_date), 0, MIN(amount), MAX(amount)
             FROM transfer WHERE number >= {FIRST} GROUP BY number / 1000, (number - {FIRST}) / 1000"
        ))
        .unwrap();
    world.run("UPDATE ledger_head SET commit_number = commit_number + 300000").unwrap();
}
