//! While a server holds the data directory, a command that wants to write is refused with the server's
//! address and the API call that does the same.

use crate::commands::{all_commands, command_of};
use crate::support::{Answer, Ledger, answer, payroll, stop};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};

const DOCUMENT: &str = include_str!("../../../../docs/reference/openapi.json");

/// A command, and the method and path of the equivalent API call, if there is one.
type Writer = (&'static [&'static str], Option<(&'static str, &'static str)>);

/// Commands that write.
const WRITERS: &[Writer] = &[
    (&["init"], None),
    (&["asset", "add", "EUR"], Some(("POST", "/api/v2/currencies"))),
    (&["holder", "add", "--name", "N"], Some(("POST", "/api/v2/holders"))),
    (&["holder", "change", "hold_1", "--name", "N"], Some(("PATCH", "/api/v2/holders/{id}"))),
    (
        &["account", "open", "--number", "N", "--holder", "N", "--currency", "USD"],
        Some(("POST", "/api/v2/accounts")),
    ),
    (&["account", "import", "payees.csv"], None),
    (&["account", "make-default", "P1"], Some(("POST", "/api/v2/accounts/{id}/make-default"))),
    (&["account", "freeze", "P1"], Some(("POST", "/api/v2/accounts/{id}/freeze"))),
    (&["account", "unfreeze", "P1"], Some(("POST", "/api/v2/accounts/{id}/unfreeze"))),
    (&["account", "totp", "bind", "P1"], Some(("POST", "/api/v2/accounts/{id}/totp"))),
    (
        &["account", "totp", "bind", "P1", "--confirm", "1"],
        Some(("POST", "/api/v2/accounts/{id}/totp/confirm")),
    ),
    (&["account", "totp", "unbind", "P1"], Some(("DELETE", "/api/v2/accounts/{id}/totp"))),
    (&["account", "close", "P1"], Some(("POST", "/api/v2/accounts/{id}/close"))),
    (&["deposit", "--account", "P1", "--amount", "1"], Some(("POST", "/api/v2/deposits"))),
    (&["withdraw", "--account", "P1", "--amount", "1"], Some(("POST", "/api/v2/withdrawals"))),
    (
        &["transfer", "--from", "ACME", "--to", "P1", "--amount", "1"],
        Some(("POST", "/api/v2/account-transfers")),
    ),
    (&["fx", "set", "USD", "EUR", "1"], Some(("POST", "/api/v2/fx-rates"))),
    (&["fx", "policy", "USD", "EUR", "--rounding", "down"], Some(("PUT", "/api/v2/fx-rates/policies"))),
    (&["policy", "set", "--currency", "USD", "--max", "1"], Some(("PUT", "/api/v2/policies"))),
    (
        &["approval", "policy", "set", "--currency", "USD", "--band", "1000=1"],
        Some(("PUT", "/api/v2/approval-policies")),
    ),
    (
        &["approval", "policy", "confirm", "--currency", "USD"],
        Some(("POST", "/api/v2/approval-policies/{currency}/confirm")),
    ),
    (&["approval", "approve", "1"], Some(("POST", "/api/v1/admin/transfer/batches/{batch_id}/approve"))),
    (&["approval", "reject", "1"], Some(("POST", "/api/v1/admin/transfer/batches/{batch_id}/approve"))),
    (
        &["approval", "withdraw", "1"],
        Some(("POST", "/api/v1/admin/transfer/batches/{batch_id}/withdraw-approval")),
    ),
    (&["batch", "recall", "1"], Some(("POST", "/api/batch-transfers/{id}/recall"))),
    (&["batch", "reopen", "1"], Some(("POST", "/api/batch-transfers/{id}/reopen"))),
    (
        &["batch", "import", "batch.csv", "--type", "one_to_many", "--account", "ACME", "--name", "N"],
        Some(("POST", "/api/batch-transfers")),
    ),
    (
        &["batch", "deposit", "--account", "ACME", "--amount", "1", "--currency", "USD", "--name", "N"],
        Some(("POST", "/api/batch-transfers")),
    ),
    (
        &["batch", "withdraw", "--account", "ACME", "--amount", "1", "--currency", "USD", "--name", "N"],
        Some(("POST", "/api/batch-transfers")),
    ),
    (&["batch", "import", "batch.csv", "--into", "1"], Some(("POST", "/api/batch-transfers/{id}/relations"))),
    (&["batch", "submit", "1"], Some(("POST", "/api/batch-transfers/{id}/submit"))),
    (&["batch", "run", "1"], Some(("POST", "/api/batch-transfers/{id}/execute"))),
    (&["batch", "run"], None),
    (&["batch", "start", "1"], Some(("POST", "/api/batch-transfers/{id}/execute"))),
    (&["batch", "pause", "1"], Some(("POST", "/api/batch-transfers/{id}/pause"))),
    (&["batch", "resume", "1"], Some(("POST", "/api/batch-transfers/{id}/resume"))),
    (&["batch", "cancel", "1"], Some(("POST", "/api/batch-transfers/{id}/cancel"))),
    (&["batch", "cancel", "1", "--for-good"], Some(("POST", "/api/batch-transfers/{id}/cancel"))),
    (&["batch", "copy", "1", "--items", "all"], Some(("POST", "/api/batch-transfers/{id}/copy"))),
    (&["batch", "reprice", "1"], Some(("POST", "/api/batch-transfers/{id}/reprice"))),
    (
        &["batch", "problems", "1", "--drop", "all", "--count", "1"],
        Some(("DELETE", "/api/batch-transfers/{id}/problems")),
    ),
    (&["batch", "retry", "1"], Some(("POST", "/api/batch-transfers/{id}/retry-failed"))),
    (
        &["batch", "retry", "1", "--line", "2"],
        Some(("POST", "/api/batch-transfers/{id}/relations/{relationId}/retry")),
    ),
    (
        &["batch", "skip", "1", "--line", "2", "--reason", "r"],
        Some(("POST", "/api/batch-transfers/{id}/relations/{relationId}/skip")),
    ),
    (
        &["batch", "skip", "1", "--all-failed", "--reason", "r"],
        Some(("POST", "/api/batch-transfers/{id}/skip-failed")),
    ),
    (&["batch", "vouchers", "1", "--set", "/a"], Some(("PUT", "/api/batch-transfers/{id}/vouchers"))),
    (&["user", "add", "new", "--name", "N", "--role", "admin"], Some(("POST", "/api/v1/users"))),
    (&["user", "disable", "new"], Some(("PATCH", "/api/v1/users/{id}"))),
    (&["user", "enable", "new"], Some(("PATCH", "/api/v1/users/{id}"))),
    (&["user", "role", "new", "admin"], Some(("PATCH", "/api/v1/users/{id}"))),
    (&["user", "reset", "new"], Some(("POST", "/api/v1/users/{id}/password-reset"))),
    (&["user", "totp", "reset", "new"], Some(("POST", "/api/v1/users/{id}/totp-reset"))),
    (&["notice", "list"], Some(("GET", "/api/v1/notices"))),
    (&["notice", "read", "1"], Some(("POST", "/api/v1/notices/{id}/read"))),
    (&["notice", "read", "--all"], Some(("POST", "/api/v1/notices/read"))),
    (&["notice", "remind", "--text", "t"], Some(("POST", "/api/v1/notices/reminders"))),
    (&["notice", "address"], Some(("GET", "/api/v1/notices/address"))),
    (&["notice", "address", "a@example.com"], Some(("PUT", "/api/v1/notices/address"))),
    (&["login", "new"], Some(("POST", "/api/v1/auth/login"))),
    (&["logout"], Some(("POST", "/api/v1/auth/logout"))),
    (&["key", "add", "k", "--scope", "read"], Some(("POST", "/api/v1/api-keys"))),
    (&["key", "rotate", "k"], Some(("POST", "/api/v1/api-keys/{id}/rotate"))),
    (&["key", "rotate"], None),
    (&["key", "revoke", "k"], Some(("DELETE", "/api/v1/api-keys/{id}"))),
    (&["group", "add", "Sales"], Some(("POST", "/api/v2/holder-groups"))),
    (&["group", "change", "Sales", "--name", "S"], Some(("PATCH", "/api/v2/holder-groups/{id}"))),
    (&["group", "remove", "Sales"], Some(("DELETE", "/api/v2/holder-groups/{id}"))),
    (&["group", "members", "Sales", "--add", "hold_1"], Some(("POST", "/api/v2/holder-groups/{id}/members"))),
    (&["template", "save", "Monthly", "--from", "1"], Some(("POST", "/api/batch-transfer-templates"))),
    (&["template", "change", "1", "--name", "T"], Some(("PATCH", "/api/batch-transfer-templates/{id}"))),
    (&["template", "remove", "1"], Some(("DELETE", "/api/batch-transfer-templates/{id}"))),
    (&["template", "use", "1"], Some(("POST", "/api/batch-transfer-templates/{id}/batches"))),
    (
        &["webhook", "add", "https://example.org/h", "--event", "batch.finished"],
        Some(("POST", "/api/v2/webhooks")),
    ),
    (&["webhook", "change", "hook_1", "--disable"], Some(("PATCH", "/api/v2/webhooks/{id}"))),
    (&["webhook", "remove", "hook_1"], Some(("DELETE", "/api/v2/webhooks/{id}"))),
    (&["webhook", "rotate", "hook_1"], Some(("POST", "/api/v2/webhooks/{id}/rotate"))),
    (&["webhook", "test", "hook_1"], Some(("POST", "/api/v2/webhooks/{id}/test"))),
    (
        &["webhook", "replay", "hook_1", "1"],
        Some(("POST", "/api/v2/webhooks/{id}/deliveries/{delivery}/replay")),
    ),
    (&["task", "cancel", "task_1"], Some(("DELETE", "/api/v1/batch-tasks/{id}"))),
    (&["file", "upload", "pay.csv"], Some(("POST", "/api/v1/files"))),
    (&["file", "download", "file_1"], Some(("GET", "/api/v1/files/{id}/content"))),
    (&["setting", "set", "--time-zone", "UTC"], Some(("PUT", "/api/v2/settings"))),
    (&["accept-loss", "--reason", "r"], None),
    (&["work"], None),
    (&["serve", "--listen", "127.0.0.1:0"], None),
];

/// Commands that only read, or that do not concern this directory.
const READERS: &[&str] = &[
    "account export",
    "account export-statement",
    "account list",
    "account show",
    "account statement",
    "account totp show",
    "asset list",
    "audit",
    "audit checkpoint",
    "audit export",
    "audit key",
    "audit show",
    "backup",
    "batch changes",
    "batch evidence",
    "batch export",
    "batch history",
    "batch items",
    "approval list",
    "approval policy show",
    "approval show",
    "batch list",
    "batch preview",
    "batch problems",
    "batch status",
    "bench",
    "completion",
    "config check",
    "copy",
    "fx list",
    "fx policy",
    "group list",
    "group show",
    "health",
    "holder list",
    "key list",
    "key new-master",
    "migrate",
    "node list",
    "policy show",
    "restore",
    "file show",
    "file template",
    "setting show",
    "show-transfer",
    "stats",
    "stats export",
    "task list",
    "task show",
    "task watch",
    "template list",
    "template show",
    "transfer export",
    "transfer list",
    "user list",
    "user totp show",
    "verify",
    "webhook deliveries",
    "webhook list",
    "webhook show",
];

/// A server on a ledger; killed when it is dropped.
struct Server {
    child: Child,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn serve(ledger: &Ledger, listen: &str) -> Server {
    let mut command = ledger.command();
    let mut child = command.args(["--json", "serve", "--listen", listen]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
    Server { child, url: said["url"].as_str().unwrap().to_owned() }
}

fn lock_file(ledger: &Ledger) -> String {
    std::fs::read_to_string(ledger.path().join("data/sluice.lock")).unwrap()
}

fn busy(ledger: &Ledger, args: &[&str]) -> Answer {
    ledger.refused(args, 5, "DATA_DIRECTORY_BUSY")
}

#[test]
fn a_refused_writer_is_told_the_server_and_the_equivalent_api_call() {
    let ledger = Ledger::funded("10.00");
    ledger.payees(1);
    ledger.import(&payroll(1), &[]);
    let server = serve(&ledger, "127.0.0.1:0");
    let commands = all_commands(&ledger);
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let mut walked: BTreeSet<String> = READERS.iter().copied().map(ToOwned::to_owned).collect();
    for (args, call) in WRITERS {
        let refused = busy(&ledger, args);
        let error = &refused.json["error"];
        assert_eq!(error["writer"], json!({ "pid": server.child.id(), "url": server.url }), "{args:?}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(&server.url), "{args:?}: {message}");
        match call {
            Some((method, path)) => {
                assert_eq!(error["call"], json!({ "method": method, "path": path }), "{args:?}");
                assert!(message.contains(&format!("{method} {}{path}", server.url)), "{args:?}: {message}");
                assert!(document["paths"][path][method.to_lowercase()].is_object(), "{method} {path}");
            }
            None => {
                assert_eq!(error["call"], json!(null), "{args:?}");
                assert!(message.contains("stop the server"), "{args:?}: {message}");
            }
        }
        walked.extend(command_of(&commands, args));
    }
    assert_eq!(walked, commands, "every command must be in WRITERS or READERS");
    // Readers are not blocked.
    ledger.ok(&["account", "show", "ACME"]);
    let chinese = ledger.run(&["--lang", "zh", "deposit", "--account", "P1", "--amount", "1"]);
    assert!(chinese.stderr.contains("服务器正在使用"), "{chinese:?}");
}

#[test]
fn the_lock_file_describes_only_its_current_holder() {
    let ledger = Ledger::funded("10.00");
    ledger.payees(1);
    let deposit = ["deposit", "--account", "ACME", "--amount", "1.00"];
    // A stopped server leaves no address.
    let mut server = serve(&ledger, "127.0.0.1:0");
    assert_eq!(lock_file(&ledger), format!("{}\n{}\n", server.child.id(), server.url));
    stop(&server.child);
    server.child.wait().unwrap();
    assert_eq!(lock_file(&ledger), "");
    ledger.ok(&deposit);
    // A killed server leaves its address, and the next writer is not mistaken for it.
    let mut server = serve(&ledger, "127.0.0.1:0");
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    assert!(lock_file(&ledger).contains(&server.url));
    let args =
        ["batch", "import", "-", "--type", "one_to_many", "--account", "ACME", "--name", "Slow", "--json"];
    let mut child = ledger.command().args(args).stdin(Stdio::piped()).spawn().unwrap();
    let pid = child.id().to_string();
    while lock_file(&ledger).trim() != pid {
        assert!(child.try_wait().unwrap().is_none(), "the writer ended");
        std::thread::yield_now();
    }
    let refused = busy(&ledger, &deposit);
    assert_eq!(refused.json["error"]["writer"], json!({ "pid": child.id(), "url": null }));
    assert!(!refused.stderr.contains("http"), "{refused:?}");
    child.stdin.take().unwrap().write_all(b"account,amount\nP1,1.00\n").unwrap();
    assert_eq!(answer(&child.wait_with_output().unwrap()).exit, 0);
    ledger.ok(&deposit);
}

#[test]
fn a_server_that_listens_on_all_addresses_is_reported_under_a_reachable_one() {
    let ledger = Ledger::funded("10.00");
    let server = serve(&ledger, "0.0.0.0:0");
    let refused = busy(&ledger, &["deposit", "--account", "ACME", "--amount", "1.00"]);
    let url = refused.json["error"]["writer"]["url"].as_str().unwrap().to_owned();
    assert_eq!(url, server.url.replace("0.0.0.0", "127.0.0.1"));
}
