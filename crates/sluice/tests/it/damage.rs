//! Damage in index pages: an overwritten page, a flipped bit. `verify` names the index each time and exits
//! with 2.

use crate::support::{Ledger, payroll};
use domain::principal::Principal;
use ledger::{Clock, Door, DoorOptions};
use rusqlite::Connection;
use service::Service;
use service::transfer::{self, TransferRequest};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::audit::Actor;
use testkit::draw::{Random, number};

/// An index page with entries.
struct Leaf {
    index: String,
    page: usize,
}

/// Rows that no command leaves in an idle ledger.
const AT_WORK: &str = "
    INSERT INTO node (name, stripe, worker, joined_at, expires_at) VALUES ('node-7', 7, 1, 1, 2);
    INSERT INTO session (token, app_user, address, agent, created_at, seen_at) VALUES ('t', 1, '::1', 'x', 1, 1);
    INSERT INTO login_failure (name, failures, last_at) VALUES ('user:ann', 1, 1);
    INSERT INTO account_totp (account, automatic, begun_at, confirmed_at)
      SELECT MAX(id), 0, 1, NULL FROM account;
    INSERT INTO sealed_secret (owner, key_id, sealed) VALUES ('account:7', 'k', 'AAEC');
    INSERT INTO totp_step (owner, step, used_at) VALUES ('account:7', 1, 1);
    INSERT INTO factor (app_user, since, is_initial) VALUES (1, 1, 0);
    INSERT INTO enrolment (app_user, session, begun_at) VALUES (1, 1, 1);
    INSERT INTO recovery_code (app_user, selector, hash) VALUES (1, 'ABCD', 'h');
    INSERT INTO challenge (token, app_user, password_at, tries, expires_at) VALUES ('c', 1, 1, 0, 2);
    INSERT INTO approval_policy (asset, version, content, set_by, set_by_kind, set_at, due_at)
      VALUES (1, 1, '{}', 'x', 2, 1, 1);
    INSERT INTO approval (batch, round, app_user, role, action, content_hash, factor, at)
      SELECT MAX(batch), 1, 1, 1, 1, 'h', 'totp', 1 FROM approval_round;
    INSERT INTO seen_network (app_user, network, seen_at) VALUES (1, '203.0.113.0/24', 1);
    INSERT INTO mail_address (app_user, email, language) VALUES (1, 'ann@example.com', 1);
    INSERT INTO notice (app_user, event) SELECT 1, MAX(id) FROM outbox;
    INSERT INTO reminder (due_at, person, content, created_by, created_at, created_by_kind)
      VALUES (1, 1, 'x', 'x', 1, 2);
    INSERT INTO mail (app_user, event, state, tries, next_at) SELECT 1, MAX(id), 1, 0, 1 FROM outbox;
    INSERT INTO holder_group (name, name_key, description, members, created_by, created_at, created_by_kind)
      VALUES ('Sales', 'sales', '', 1, 'x', 1, 2);
    INSERT INTO holder_group_member (holder_group, holder) SELECT 1, MIN(id) FROM holder;
    INSERT INTO batch_template (name, name_key, description, kind, mode, asset, convert, follows_rates,
      allow_repeat, holder_group, items, amount, version, created_by, created_at, changed_at, created_by_kind)
      VALUES ('Payroll', 'payroll', '', 1, 1, 1, 0, 0, 0, 1, 1, 5, 1, 'x', 1, 1, 2);
    INSERT INTO batch_template_item (template, place, source, target, amount) VALUES (1, 1, 1, 2, 5);
    INSERT INTO batch_voucher (batch, place, url) VALUES (1, 1, '/a');
    INSERT INTO batch_template_use (template, batch) VALUES (1, 1);
    INSERT INTO batch_template_editor (template, kind, id, person, at) VALUES (1, 2, 0, 0, 1);
    INSERT INTO webhook (url, events, description, enabled, created_by, created_at, created_by_kind)
      VALUES ('https://example.org/', 'batch.finished', '', 1, 'x', 1, 2);
    INSERT INTO webhook_delivery (webhook, event, batch, state, attempts, due_at)
      SELECT 1, MAX(id), 1, 1, 0, 1 FROM outbox;
    INSERT INTO upload (place, object, name, kind, size, sha256, created_by, created_by_kind, created_at)
      VALUES ('p', 'o', 'pay.csv', 1, 3, 'h', 'x', 2, 1);
    INSERT INTO task (kind, state, input, upload, place, processed, steps, takes, created_by, created_by_kind, created_at,
                      header_set)
      VALUES (1, 1, '{}', 1, 'p', 0, '[]', 0, 'x', 2, 1, 'h');
    INSERT INTO answer (operation, outcome) SELECT id, '{}' FROM operation;";

/// A ledger in which every index has entries.
pub fn ledger() -> Ledger {
    let ledger = Ledger::funded("1000.00");
    ledger.ok(&["asset", "add", "EUR"]);
    ledger.ok(&["fx", "set", "USD", "EUR", "0.9"]);
    ledger.ok(&["fx", "policy", "USD", "EUR", "--tolerance", "0.03"]);
    ledger.payees(40);
    ledger.ok(&["account", "open", "--number", "EURO", "--holder", "Euro", "--currency", "EUR"]);
    ledger.ok(&["user", "add", "ann@example.com", "--name", "Ann", "--role", "admin"]);
    ledger.ok(&["key", "add", "k", "--scope", "read"]);
    ledger.ok(&["key", "rotate", "k"]);
    ledger.ok(&["deposit", "--account", "ACME", "--amount", "1.00", "--op-id", "d1"]);
    pay(&ledger);
    call_off(&ledger);
    deposit_with_voucher(&ledger);
    ledger.ok(&["verify"]);
    ledger.commit(AT_WORK);
    ledger.verified();
    ledger
}

/// Runs a batch in which one item is paid in another currency, one fails and is copied to a linked draft, and
/// one row is refused.
fn pay(ledger: &Ledger) {
    let rows = payroll(40).lines().skip(1).fold(String::new(), |rows, row| rows + row + ",\n");
    let rows = format!("account,amount,memo,external_id\n{rows}EURO,3.00,May,X1\nNOBODY,1.00,May,X2\n");
    let imported = ledger.import(&rows, &["--convert", "--partial"]);
    assert_eq!((imported.exit, &imported.json["refused"]), (4, &1.into()), "{imported:?}");
    let batch = imported.json["batch_id"].as_str().unwrap().to_owned();
    ledger.ok(&["batch", "submit", &batch, "--leave-problems", "1"]);
    ledger.ok(&["account", "freeze", "P2", "--reason", "a test"]);
    ledger.ok(&["batch", "run", &batch]);
    ledger.ok(&["batch", "copy", &batch, "--items", "failed"]);
}

/// A batch that names its payee by e-mail, and is cancelled.
fn call_off(ledger: &Ledger) {
    let imported = ledger.import("account,email,amount\n,p1@example.com,7.00\n", &[]);
    let batch = imported.json["batch_id"].as_str().unwrap().to_owned();
    ledger.ok(&["batch", "cancel", &batch, "--reason", "wrong"]);
}

#[derive(Debug)]
struct Now;

impl Clock for Now {
    fn now(&self) -> i64 {
        let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
        i64::try_from(since.as_micros()).unwrap()
    }
}

/// No command gives vouchers.
fn deposit_with_voucher(ledger: &Ledger) {
    let deposit = TransferRequest {
        to: Some("ACME".into()),
        amount: "1.00".to_owned().into(),
        vouchers: vec!["https://example.org/1".to_owned()],
        ..TransferRequest::default()
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = store::Store::open(&file(ledger)).await.unwrap();
        let clock: Arc<dyn Clock> = Arc::new(Now);
        let door = Door::open(store.clone(), clock.clone(), DoorOptions::default());
        let service = Service::new(store, door, clock);
        let actor = Actor::new(Principal::CommandLine, "tester", "test");
        let made = transfer::create(&service, &actor, &deposit).await.unwrap();
        assert_eq!(made.outcome.code, None);
    });
}

fn file(ledger: &Ledger) -> PathBuf {
    ledger.path().join("data/sluice.db")
}

/// The indexes of the schema, including those of table constraints.
fn indexes(file: &Path) -> BTreeSet<String> {
    let connection = Connection::open(file).unwrap();
    let mut statement = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'index'").unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

fn leaves(file: &Path) -> (Vec<Leaf>, usize) {
    let connection = Connection::open(file).unwrap();
    let text = "SELECT d.name, d.pageno FROM dbstat d JOIN sqlite_schema s ON s.name = d.name
                WHERE s.type = 'index' AND d.pagetype = 'leaf' AND d.ncell > 0 ORDER BY d.pageno";
    let mut statement = connection.prepare(text).unwrap();
    let rows = statement.query_map([], |row| {
        Ok(Leaf { index: row.get(0)?, page: usize::try_from(row.get::<_, i64>(1)?).unwrap() })
    });
    let leaves = rows.unwrap().map(Result::unwrap).collect();
    let size: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap();
    (leaves, usize::try_from(size).unwrap())
}

fn drawn(random: &mut Random, below: usize) -> usize {
    usize::try_from(random.below(u64::try_from(below).unwrap())).unwrap()
}

fn two(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]))
}

/// Flips one bit of an entry's content; its length stays the same.
fn flip(page: &mut [u8], random: &mut Random) {
    let entries = two(page, 3);
    let at = two(page, 8 + 2 * drawn(random, entries));
    // All entries here are shorter than 128 bytes: one byte holds the entry's length, one the header's.
    let length = usize::from(page[at]);
    assert!(length < 128 && length > 2);
    let byte = at + 2 + drawn(random, length - 1);
    page[byte] ^= 1 << random.below(8);
}

fn overwrite(page: &mut [u8], random: &mut Random) {
    for byte in page {
        *byte = u8::try_from(random.below(256)).unwrap();
    }
}

fn is_named(ledger: &Ledger, file: &Path, whole: &[u8], damaged: &[u8], what: &str, index: &str) {
    std::fs::write(file, damaged).unwrap();
    let verified = ledger.run(&["verify"]);
    let violations = verified.json["violations"].to_string();
    assert_eq!(verified.exit, 2, "{what} {index}: {verified:?}");
    assert!(
        violations.contains("file_is_sound") && violations.contains(index),
        "{what} {index}: {violations}"
    );
    std::fs::write(file, whole).unwrap();
}

#[test]
fn the_index_of_an_overwritten_page_is_named() {
    let seed = number("SLUICE_SEED", 7);
    let (ledger, mut random) = (ledger(), Random(seed));
    let file = file(&ledger);
    let (leaves, size) = leaves(&file);
    let whole = std::fs::read(&file).unwrap();
    for round in 0..20 {
        let leaf = &leaves[drawn(&mut random, leaves.len())];
        let mut damaged = whole.clone();
        let page = &mut damaged[(leaf.page - 1) * size..leaf.page * size];
        let what = format!("seed {seed} round {round} page {}", leaf.page);
        overwrite(page, &mut random);
        is_named(&ledger, &file, &whole, &damaged, &what, &leaf.index);
    }
    ledger.verified();
}

#[test]
fn an_index_with_a_flipped_bit_is_named() {
    let seed = number("SLUICE_SEED", 7);
    let (ledger, mut random) = (ledger(), Random(seed));
    let file = file(&ledger);
    let (leaves, size) = leaves(&file);
    let reached: BTreeSet<String> = leaves.iter().map(|leaf| leaf.index.clone()).collect();
    assert_eq!(reached, indexes(&file), "an index has no entries: add some in `ledger`");
    let whole = std::fs::read(&file).unwrap();
    for leaf in leaves {
        let mut damaged = whole.clone();
        flip(&mut damaged[(leaf.page - 1) * size..leaf.page * size], &mut random);
        is_named(&ledger, &file, &whole, &damaged, &format!("seed {seed} page {}", leaf.page), &leaf.index);
    }
    ledger.verified();
}

#[test]
fn a_quick_verification_recomputes_the_books_and_leaves_pages_alone() {
    let (ledger, mut random) = (ledger(), Random(number("SLUICE_SEED", 7)));
    let file = file(&ledger);
    let (leaves, size) = leaves(&file);
    let leaf = leaves.iter().find(|leaf| leaf.index == "holder_email").unwrap();
    let whole = std::fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    overwrite(&mut damaged[(leaf.page - 1) * size..leaf.page * size], &mut random);
    std::fs::write(&file, &damaged).unwrap();
    assert_eq!(ledger.run(&["verify"]).exit, 2);
    let quick = ledger.ok(&["verify", "--quick"]);
    std::fs::write(&file, &whole).unwrap();
    assert_eq!(quick.json, ledger.ok(&["verify"]).json);
    Connection::open(&file)
        .unwrap()
        .execute("UPDATE balance SET balance = balance + 1 WHERE account = 1", [])
        .unwrap();
    assert_eq!(ledger.run(&["verify", "--quick"]).exit, 2);
}
