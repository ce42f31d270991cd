//! The database roles of docs/guide/postgresql.md, read from the guide itself: the working role can do
//! everything that a ledger needs, and cannot change committed rows.

use crate::cluster::BUILT;
use std::process::{Command, Output};
use testkit::binary;
use testkit::draw::number;
use testkit::postgres::{Postgres, execute, try_query};

const GUIDE: &str = include_str!("../../../../docs/guide/postgresql.md");

/// The guide's statements: those to run on the server, and those to run in the new database.
fn statements(suffix: u64) -> (Vec<String>, Vec<String>) {
    let block = GUIDE.split("```sql").nth(1).unwrap().split("```").next().unwrap();
    let named = block
        .replace("sluice_owner", &format!("owner_{suffix}"))
        .replace("sluice_app", &format!("app_{suffix}"))
        .replace("DATABASE sluice ", &format!("DATABASE grants_{suffix} "));
    let code: String =
        named.lines().filter(|line| !line.starts_with("--")).map(|l| format!("{l} ")).collect();
    let all = code.split(';').map(str::trim).filter(|text| !text.is_empty()).map(ToOwned::to_owned);
    all.partition(|text| text.starts_with("CREATE"))
}

fn run(url: &str, args: &[&str]) -> Output {
    Command::new(binary(BUILT)).env("DATABASE_URL", url).env("USER", "tester").args(args).output().unwrap()
}

fn ok(url: &str, args: &[&str]) {
    let output = run(url, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_working_role_of_the_guide_suffices_and_cannot_change_committed_rows() {
    let server = Postgres::shared();
    let suffix = number("SLUICE_SEED", u64::from(std::process::id()));
    let (outside, inside) = statements(suffix);
    assert_eq!((outside.len(), inside.len()), (3, 7), "{outside:?} {inside:?}");
    outside.iter().for_each(|statement| execute(&server.url(), statement));
    let url = |role: &str| format!("postgres://{role}_{suffix}@{}/grants_{suffix}", server.address());
    let (owner, app) = (url("owner"), url("app"));
    ok(&owner, &["init"]);
    inside.iter().for_each(|statement| execute(&owner, statement));

    move_money(&app);
    pay_batches(&app);
    change_the_rest(&app);
    ok(&app, &["verify"]);
    expect_committed_rows_are_kept(&app, &owner);
    execute(&server.url(), &format!("DROP DATABASE grants_{suffix} WITH (FORCE)"));
    for role in ["owner", "app"] {
        execute(&server.url(), &format!("DROP ROLE {role}_{suffix}"));
    }
}

fn move_money(app: &str) {
    ok(app, &["account", "open", "--number", "PAY", "--holder", "Employer", "--currency", "USD"]);
    ok(app, &["account", "open", "--number", "EUR", "--holder", "Employer", "--currency", "EUR"]);
    ok(app, &["fx", "set", "USD", "EUR", "0.9"]);
    ok(app, &["policy", "set", "--currency", "USD", "--max", "none"]);
    ok(app, &["deposit", "--account", "PAY", "--amount", "1000.00"]);
    ok(app, &["transfer", "--from", "PAY", "--to", "EUR", "--amount", "10.00"]);
}

fn pay_batches(app: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pay.csv");
    std::fs::write(&file, "account,amount,external_id\nP1,1.00,E1\nP2,2.00,E2\nP2,2.00,E3\nNOBODY,1.00,E4\n")
        .unwrap();
    for number in ["P1", "P2"] {
        ok(app, &["account", "open", "--number", number, "--holder", number, "--currency", "USD"]);
    }
    let file = file.display().to_string();
    let import = ["batch", "import", &file, "--type", "one_to_many", "--account", "PAY", "--name", "b"];
    // A refused strict import rolls back everything it wrote.
    assert_eq!(run(app, &import).status.code(), Some(1));
    assert_eq!(run(app, &[&import[..], &["--partial"]].concat()).status.code(), Some(4));
    ok(app, &["batch", "problems", "2", "--drop", "PAYEE_NOT_FOUND", "--count", "1"]);
    ok(app, &["batch", "submit", "2", "--leave-problems", "2"]);
    ok(app, &["batch", "run", "2"]);
    // Cancelling a draft releases its external ids.
    let other = folder.path().join("other.csv");
    std::fs::write(&other, "account,amount,external_id\nP1,7.00,E7\n").unwrap();
    let other = other.display().to_string();
    ok(
        app,
        &["batch", "import", &other, "--type", "one_to_many", "--account", "PAY", "--name", "c", "--draft"],
    );
    ok(app, &["batch", "cancel", "3"]);
}

fn change_the_rest(app: &str) {
    ok(app, &["setting", "set", "--account", "PAY", "--duplicate-window", "0"]);
    ok(app, &["setting", "set", "--account", "PAY", "--no-own-window"]);
    ok(app, &["fx", "policy", "USD", "EUR", "--rounding", "down"]);
    ok(app, &["account", "open", "--number", "P1-2", "--holder", "P1", "--currency", "USD"]);
    ok(app, &["account", "make-default", "P1-2"]);
    ok(app, &["user", "add", "li", "--name", "Li", "--role", "operator"]);
    ok(app, &["user", "reset", "li"]);
    ok(app, &["user", "disable", "li"]);
    ok(app, &["key", "add", "payroll", "--scope", "read"]);
    ok(app, &["key", "revoke", "payroll"]);
    // What signing in does; there is no command for it.
    for statement in ["UPDATE session SET seen_at = 1", "UPDATE login_failure SET failures = 0"] {
        execute(app, statement);
    }
    execute(app, "DELETE FROM login_failure");
}

fn expect_committed_rows_are_kept(app: &str, owner: &str) {
    let kept =
        ["posting", "transfer", "transfer_exchange", "transfer_voucher", "audit", "operation", "answer"];
    for table in kept.into_iter().chain([
        "fx_rate",
        "chunk",
        "app_user",
        "api_key",
        "commit_link",
        "image",
        "item_mark",
    ]) {
        let refused = try_query(app, &format!("DELETE FROM {table}")).unwrap_err();
        assert!(refused.starts_with("42501"), "{table}: {refused}");
    }
    let refused = try_query(app, "UPDATE posting SET amount = 1").unwrap_err();
    assert!(refused.starts_with("42501"), "{refused}");
    // Even the owner is refused, by a trigger.
    assert!(try_query(owner, "UPDATE posting SET amount = 1").unwrap_err().contains("append-only"));
}
