//! The whole ledger as text, one line a row.

use domain::account::AccountStatus;
use domain::amount::format_minor;
use domain::batch::{BatchIntent, BatchState};
use domain::code::Code;
use domain::item::ItemState;
use domain::transfer::TransferKind;
use store::value::{Row, Rows};
use store::{Store, Tx};

const ACCOUNTS: &str = "SELECT a.number, b.balance, a.status FROM account a JOIN balance b ON b.account = a.id \
                        WHERE a.kind = 1 ORDER BY a.number";
/// Openings and fees name the ledger's own accounts, which have no number that a test chose: they are `-`.
const TRANSFERS: &str = "SELECT t.number, t.kind, s.number, d.number, t.amount, t.code, s.kind, d.kind, t.fee \
                         FROM transfer t LEFT JOIN account s ON s.id = t.source \
                         LEFT JOIN account d ON d.id = t.target ORDER BY t.number";
const BATCHES: &str = "SELECT id, state, intent, total_count, success_count, failed_count, skipped_count, \
                       success_amount FROM batch ORDER BY id";
const ITEMS: &str = "SELECT i.batch, i.line, i.number, s.number, d.number, i.amount, i.state, i.code FROM item_now i \
                     JOIN account s ON s.id = i.source JOIN account d ON d.id = i.target ORDER BY i.batch, i.line";
const AUDIT: &str = "SELECT action, result FROM audit ORDER BY id";

/// Everything that is stored, but for times and hashes.
pub async fn print(store: &Store) -> String {
    let mut tx = store.read().await.unwrap();
    let mut lines = Vec::new();
    lines.extend(rows(&mut tx, ACCOUNTS).await.iter().map(account));
    lines.extend(rows(&mut tx, TRANSFERS).await.iter().map(transfer));
    let items = rows(&mut tx, ITEMS).await;
    for batch in rows(&mut tx, BATCHES).await.iter() {
        lines.push(self::batch(batch));
        let of_batch = |item: &Row<'_>| item.i64(0).unwrap() == batch.i64(0).unwrap();
        lines.extend(items.iter().filter(of_batch).map(item));
    }
    lines.join("\n")
}

/// The actions of the audit log from a row on, each with its result; repeated ones are counted.
pub async fn audit(store: &Store, from: usize) -> (usize, String) {
    let mut tx = store.read().await.unwrap();
    let all = rows(&mut tx, AUDIT).await;
    let words: Vec<String> = all
        .iter()
        .skip(from)
        .map(|row| format!("{} {}", row.text(0).unwrap(), row.text(1).unwrap()))
        .collect();
    let mut lines: Vec<(String, usize)> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some((last, count)) if *last == word => *count += 1,
            _ => lines.push((word, 1)),
        }
    }
    let shown = |(word, count): &(String, usize)| {
        if *count == 1 { word.clone() } else { format!("{word} x{count}") }
    };
    (all.iter().count(), lines.iter().map(shown).collect::<Vec<_>>().join(", "))
}

async fn rows(tx: &mut Tx, sql: &str) -> Rows {
    tx.fetch_text(sql.to_owned(), vec![]).await.unwrap()
}

fn amount(minor: i64) -> String {
    format_minor(i128::from(minor), 2)
}

/// ` CODE`, or nothing.
fn code(number: Option<i64>) -> String {
    let code = number.map(|number| Code::from_number(number).unwrap().name());
    code.map_or_else(String::new, |name| format!(" {name}"))
}

fn account(row: Row<'_>) -> String {
    let status = AccountStatus::from_number(row.i64(2).unwrap()).unwrap();
    let status = if status == AccountStatus::Active { String::new() } else { format!(" {}", status.name()) };
    format!("{} {}{status}", row.text(0).unwrap(), amount(row.i64(1).unwrap()))
}

fn transfer(row: Row<'_>) -> String {
    let side = |number: usize, kind: usize| match row.opt_i64(kind).unwrap() {
        Some(1) => row.text(number).unwrap(),
        _ => "-".to_owned(),
    };
    let kind = TransferKind::from_number(row.i64(1).unwrap()).unwrap().name();
    let fee = match row.i64(8).unwrap() {
        0 => String::new(),
        fee => format!(" fee {}", amount(fee)),
    };
    let (number, moved) = (row.i64(0).unwrap(), amount(row.i64(4).unwrap()));
    let (from, to) = (side(2, 6), side(3, 7));
    format!("{number} {kind} {from} -> {to} {moved}{fee}{}", code(row.opt_i64(5).unwrap()))
}

fn batch(row: Row<'_>) -> String {
    let state = BatchState::from_number(row.i64(1).unwrap()).unwrap();
    let intent = BatchIntent::from_number(row.i64(2).unwrap()).unwrap();
    let asked =
        if intent == BatchIntent::Run { String::new() } else { format!(" asked to {}", intent.name()) };
    let [total, paid, failed, skipped] = [3, 4, 5, 6].map(|place| row.i64(place).unwrap());
    let sum = amount(row.i64(7).unwrap());
    let (id, state) = (row.i64(0).unwrap(), state.name());
    format!("batch {id} {state}{asked}: {paid} paid ({sum}), {failed} failed, {skipped} skipped of {total}")
}

fn item(row: Row<'_>) -> String {
    let state = ItemState::from_number(row.i64(6).unwrap()).unwrap().name();
    let (line, number) = (row.i64(1).unwrap(), row.i64(2).unwrap());
    let (from, to) = (row.text(3).unwrap(), row.text(4).unwrap());
    let moved = amount(row.i64(5).unwrap());
    format!("line {line}: {number} {from} -> {to} {moved} {state}{}", code(row.opt_i64(7).unwrap()))
}
