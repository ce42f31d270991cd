//! `--lang zh` covers everything that users read.

use crate::support::{Ledger, stop};
use crate::walk::{Walk, latin_words, text};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

#[test]
fn under_lang_zh_no_command_prints_an_english_word() {
    let mut walk = Walk::of(Ledger::none());
    money(&mut walk);
    people(&mut walk);
    let batch = batches(&mut walk);
    failures(&mut walk, &batch);
    upkeep(&mut walk);
    until_stopped(&mut walk);
    assert_eq!(walk.problems, Vec::<String>::new());
    assert_eq!(walk.walked, walk.commands, "every command must be run by this test");
}

fn money(walk: &mut Walk) {
    walk.say(&["init", "--time-zone", "UTC"], 0);
    walk.say(&["asset", "add", "EUR"], 0);
    walk.say(&["asset", "list"], 0);
    walk.say(&["holder", "add", "--name", "张三", "--uid", "9001"], 0);
    walk.say(&["holder", "change", "hold_1", "--name", "张三丰", "--no-uid"], 0);
    walk.say(&["holder", "list", "--limit", "1"], 0);
    for (number, currency) in [("1001", "USD"), ("1002", "USD"), ("1003", "EUR"), ("1004", "USD")] {
        walk.say(&["account", "open", "--number", number, "--holder", "李四", "--currency", currency], 0);
    }
    let file = "number,holder,email,uid,currency,opening\n2001,王五,,9002,USD,5.00\n2002,,,,USD,\n";
    let file = walk.file("3.csv", file);
    walk.say(&["account", "import", &file], 4);
    let file = "number,holder,email,uid,currency,opening\n2001,王小五,,9002,USD,5.00\n2003,王五,,9002,USD,\n";
    let file = walk.file("7.csv", file);
    walk.say(&["account", "import", &file], 0);
    walk.say(&["account", "make-default", "2003"], 0);
    walk.say(&["account", "list", "--limit", "2"], 0);
    walk.say(&["deposit", "--account", "1001", "--amount", "100.00", "--op-id", "1"], 0);
    walk.say(&["deposit", "--account", "1001", "--amount", "100.00", "--op-id", "1"], 0);
    walk.say(&["withdraw", "--account", "1001", "--amount", "1.00"], 0);
    walk.say(&["fx", "set", "USD", "EUR", "0.9", "--origin", "央行"], 0);
    walk.say(&["fx", "list"], 0);
    walk.say(&["fx", "policy", "USD", "EUR", "--rounding", "half_even", "--minimum", "0.10"], 0);
    walk.say(&["fx", "policy", "USD", "EUR"], 0);
    walk.say(&["fx", "policy", "USD", "EUR", "--rounding", "x1"], 1);
    walk.say(&["transfer", "--from", "1001", "--to", "1003", "--amount", "2.00", "--memo", "货款"], 0);
    walk.say(&["transfer", "--from", "1002", "--to", "1001", "--amount", "2.00"], 1);
    walk.say(&["transfer", "list", "--limit", "2"], 0);
    for transfer in ["1", "2", "4", "5", "6"] {
        walk.say(&["show-transfer", transfer], 0);
    }
    walk.say(&["account", "show", "1001"], 0);
    walk.say(&["account", "statement", "1001", "--limit", "1"], 0);
    walk.say(&["account", "statement", "1001", "--from", "2020-01-01", "--to", "2999-12-31"], 0);
    walk.say(&["account", "freeze", "1002", "--reason", "司法冻结"], 0);
    walk.say(&["account", "unfreeze", "1002"], 0);
    walk.say(&["account", "totp", "bind", "1002"], 1);
    walk.say(&["account", "totp", "unbind", "1002"], 1);
    walk.say(&["account", "totp", "show", "1002"], 0);
    walk.say(&["account", "close", "1002"], 0);
    exports(walk);
    groups(walk);
    walk.say(&["policy", "show", "--currency", "USD", "--account", "1001"], 0);
    walk.say(&["policy", "set", "--currency", "USD", "--max", "none"], 0);
    walk.say(&["approval", "policy", "set", "--currency", "USD", "--no-bands", "--valid-hours", "24"], 0);
    walk.say(&["approval", "policy", "set", "--currency", "USD", "--band", "1000"], 64);
    walk.say(&["approval", "policy", "set", "--currency", "USD", "--band", "1000=1"], 1);
    walk.say(&["approval", "policy", "show"], 0);
    walk.say(&["approval", "policy", "confirm", "--currency", "USD"], 1);
    walk.say(&["approval", "list"], 0);
    walk.say(&["approval", "list", "--which", "mine"], 1);
    walk.say(&["approval", "approve", "1"], 1);
    walk.say(&["approval", "reject", "1"], 1);
    walk.say(&["approval", "withdraw", "1"], 1);
    walk.say(&["stats", "--from", "2020-01-01", "--to", "2999-12-31"], 0);
}

fn exports(walk: &mut Walk) {
    let out = walk.ledger.path().join("8.csv").display().to_string();
    walk.say(&["account", "export", "--out", &out], 0);
    walk.say(&["account", "export", "--json"], 64);
    walk.say(&["account", "export-statement", "1001", "--out", &out], 0);
    walk.say(&["account", "export-statement", "9999", "--out", &out], 1);
    walk.say(&["transfer", "export", "--out", &out], 0);
    walk.say(&["transfer", "export", "--account", "9999", "--out", &out], 1);
    walk.say(&["stats", "export", "--from", "2020-01-01", "--to", "2999-12-31", "--out", &out], 0);
    walk.say(&["file", "template", "--type", "one_to_many", "--accounts", "1001", "--out", &out], 0);
    walk.say(&["file", "template", "--type", "many_to_many", "--accounts", "1001", "--out", &out], 1);
}

fn groups(walk: &mut Walk) {
    walk.say(&["group", "add", "销售部", "--description", "每月发放"], 0);
    walk.say(&["group", "add", "42"], 1);
    walk.say(&["group", "change", "销售部", "--name", "市场部"], 0);
    walk.say(&["group", "members", "市场部", "--add", "1"], 0);
    walk.say(&["group", "members", "市场部", "--remove", "999"], 0);
    walk.say(&["group", "show", "市场部"], 0);
    walk.say(&["group", "list", "--limit", "1"], 0);
    walk.say(&["holder", "list", "--group", "市场部"], 0);
    walk.say(&["account", "list", "--group", "无"], 1);
    walk.say(&["group", "remove", "市场部"], 0);
}

fn people(walk: &mut Walk) {
    walk.say(&["user", "add", "1234", "--name", "赵六", "--role", "operator"], 0);
    walk.say(&["user", "add", "5678", "--name", "孙七", "--role", "auditor"], 0);
    walk.say(&["user", "role", "1234", "finance"], 0);
    walk.say(&["user", "disable", "1234"], 0);
    walk.say(&["user", "list", "--limit", "1"], 0);
    walk.say(&["user", "enable", "1234"], 0);
    walk.say(&["user", "reset", "1234"], 0);
    walk.say(&["user", "totp", "show", "1234"], 0);
    walk.say(&["user", "totp", "reset", "1234"], 1);
    walk.say(&["notice", "list"], 1);
    walk.say(&["notice", "read", "1"], 1);
    walk.say(&["notice", "remind", "--text", "提醒"], 1);
    walk.say(&["notice", "remind", "--at", "1", "--text", "提醒"], 64);
    walk.say(&["notice", "address"], 1);
    walk.say(&["login", "1234"], 1);
    walk.say(&["logout"], 1);
    walk.say(&["key", "add", "工资", "--scope", "batches:write"], 0);
    walk.say(&["key", "list"], 0);
    walk.say(&["key", "rotate", "工资"], 0);
    walk.say(&["key", "rotate"], 1);
    let key = walk.ledger.path().join("13").display().to_string();
    walk.say(&["key", "new-master", &key], 0);
    walk.say(&["key", "new-master", &key], 3);
    walk.say(&["key", "revoke", "工资"], 0);
    walk.say(&["webhook", "add", "https://1.1.1.1/", "--event", "batch.finished"], 1);
    walk.say(&["webhook", "add", "https://127.0.0.1/", "--event", "batch.finished"], 1);
    walk.say(&["webhook", "list"], 0);
    for verb in ["show", "change", "remove", "rotate", "test", "deliveries"] {
        walk.say(&["webhook", verb, "1"], 1);
    }
    walk.say(&["webhook", "replay", "1", "1"], 1);
    walk.say(&["task", "list"], 0);
    for verb in ["show", "cancel", "watch"] {
        walk.say(&["task", verb, "1"], 1);
    }
    let pay = walk.ledger.path().join("5.csv").display().to_string();
    std::fs::write(&pay, "1,2\n").unwrap();
    walk.say(&["file", "upload", &pay], 0);
    walk.say(&["file", "show", "1"], 0);
    walk.say(&["file", "show", "2"], 1);
    let copy = walk.ledger.path().join("6.csv").display().to_string();
    walk.say(&["file", "download", "1", "--out", &copy], 0);
    walk.say(&["setting", "set", "--time-zone", "Asia/Shanghai"], 0);
    walk.say(&["setting", "show"], 0);
    walk.say(&["audit", "--limit", "50"], 0);
    let key = walk.ledger.path().join("14").display().to_string();
    walk.say(&["audit", "key", &key], 0);
    walk.say(&["audit", "key", &key], 3);
    let checkpoint = walk.ledger.path().join("15").display().to_string();
    walk.say(&["audit", "checkpoint", "--key", &key, "--to", &checkpoint], 0);
    walk.say(&["verify", "--checkpoint", &checkpoint], 0);
    walk.say(&["verify", "--checkpoint", &key], 3);
    let out = walk.ledger.path().join("7.jsonl").display().to_string();
    walk.say(&["audit", "export", "--out", &out], 0);
    walk.say(&["audit", "show", "1"], 0);
    walk.say(&["audit", "show", "999999"], 1);
}

/// The arguments of an import from `1001`.
fn import<'a>(file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let args = ["batch", "import", file, "--type", "one_to_many", "--account", "1001", "--name", "工资"];
    [&args, more].concat()
}

/// From files with wrong rows to results; returns a batch that can no longer run.
fn batches(walk: &mut Walk) -> String {
    refused_rows(walk);
    walk.say(&["batch", "run"], 0);
    walk.say(&["batch", "run", "1"], 0);
    walk.say(&["batch", "resume", "1"], 1);
    walk.say(&["batch", "status", "1"], 0);
    walk.say(&["approval", "show", "1"], 0);
    walk.say(&["batch", "recall", "1"], 1);
    walk.say(&["batch", "reopen", "1"], 1);
    walk.say(&["batch", "history", "1"], 0);
    walk.say(&["batch", "changes", "1"], 0);
    let out = walk.ledger.path().join("5.csv").display().to_string();
    walk.say(&["batch", "export", "1", "--out", &out], 0);
    let out = walk.ledger.path().join("6.zip").display().to_string();
    walk.say(&["batch", "evidence", "1", "--out", &out], 0);
    // More than the account has: an item fails, is retried and is skipped.
    let file = walk.file("2.csv", "account,amount\n2001,9999.00\n");
    walk.say(&import(&file, &["--draft"]), 0);
    walk.say(&["batch", "submit", "2"], 0);
    walk.say(&["batch", "start", "2"], 0);
    walk.say(&["deposit", "--account", "1001", "--amount", "1.00"], 0);
    walk.say(&["batch", "pause", "2", "--note", "等待审批"], 0);
    walk.say(&["batch", "resume", "2"], 0);
    walk.say(&["batch", "items", "2"], 0);
    walk.say(&["batch", "retry", "2"], 0);
    walk.say(&["batch", "skip", "2", "--all-failed", "--reason", "离职"], 0);
    walk.say(&["batch", "list", "--limit", "1"], 0);
    let file = walk.file("4.csv", "account,amount\n2001,3.00\n");
    walk.say(&import(&file, &[]), 0);
    walk.say(&["batch", "cancel", "3", "--note", "月份错误"], 0);
    let file = walk.file("10.csv", "account,amount\n1003,3.00\n");
    walk.say(&import(&file, &["--convert"]), 0);
    walk.say(&["fx", "set", "USD", "EUR", "0.91", "--origin", "央行"], 0);
    walk.say(&["batch", "reprice", "4"], 0);
    walk.say(&["batch", "copy", "4", "--items", "failed"], 1);
    walk.say(&["batch", "vouchers", "1"], 0);
    walk.say(&["batch", "vouchers", "1", "--set", "x1"], 1);
    walk.say(&["template", "save", "月薪", "--from", "1", "--description", "每月"], 0);
    walk.say(&["template", "list", "--limit", "1"], 0);
    walk.say(&["template", "show", "1"], 0);
    walk.say(&["template", "change", "1", "--name", "工资", "--no-group"], 0);
    walk.say(&["template", "change", "1", "--group", "无"], 1);
    walk.say(&["template", "use", "9"], 1);
    walk.say(&["template", "remove", "1"], 0);
    walk.say(&["batch", "cancel", "4", "--for-good", "--note", "文件错误"], 0);
    walk.say(&["batch", "resume", "4"], 1);
    walk.say(&["batch", "copy", "1", "--items", "all", "--name", "六月工资"], 0);
    for verb in ["deposit", "withdraw"] {
        let batch =
            ["batch", verb, "--account", "1001", "--amount", "0.01", "--currency", "USD", "--name", "银行"];
        walk.say(&batch, 0);
    }
    "3".to_owned()
}

/// A file with refused rows, some of which are dropped and some left unpaid, and with a row added later.
fn refused_rows(walk: &mut Walk) {
    let rows =
        "account,amount,memo,备用\n2001,1.00,五月,\n1003,1.00,,\n2001,x,,\n9999,1.00,,\n1001,1.00,,\n,,,\n";
    let file = walk.file("1.csv", rows);
    let refused = walk.ledger.path().join("11.csv").display().to_string();
    walk.say(&import(&file, &["--partial", "--refused", &refused]), 4);
    walk.say(&["batch", "preview", "1"], 0);
    walk.say(&["batch", "items", "1", "--limit", "1"], 0);
    walk.say(&["batch", "problems", "1"], 0);
    walk.say(&["batch", "problems", "1", "--out", &refused], 0);
    let more = walk.file("12.csv", "account,amount\n1004,１.00\n");
    walk.say(&["batch", "import", &more, "--into", "1"], 0);
    walk.say(&["batch", "submit", "1"], 1);
    walk.say(&["batch", "problems", "1", "--drop", "AMOUNT_LETTERS", "--count", "1"], 0);
    walk.say(&["batch", "problems", "1", "--drop", "x1", "--count", "1"], 64);
    walk.say(&["batch", "submit", "1", "--leave-problems", "3"], 0);
}

/// Refusals, and command lines that cannot be parsed.
fn failures(walk: &mut Walk, batch: &str) {
    let rows = walk.file("6.csv", "account,amount\n2001,x\n");
    walk.say(&import(&rows, &["--map", "x1=y1"]), 64);
    walk.say(&import(&rows, &["--expect-rows", "7", "--expect-total", "9.00"]), 1);
    let import = ["batch", "import", &rows, "--type", "one_to_many"];
    walk.say(&[&import[..], &["--account", "1001", "--name", "错"]].concat(), 1);
    walk.say(&[&import[..], &["--currency", "USD", "--name", "错"]].concat(), 64);
    walk.say(&["batch", "import", "0.csv", "--type", "one_to_many", "--account", "1001", "--name", "错"], 3);
    walk.say(&["batch", "run", batch], 1);
    walk.say(&["batch", "skip", "2", "--reason", "错"], 64);
    walk.say(&["batch", "export", "1", "--json"], 64);
    walk.say(&["batch", "status", "99"], 1);
    walk.say(&["account", "list", "--currency", "XYZ"], 1);
    walk.say(&["account", "list", "--after", "x1"], 1);
    walk.say(&["account", "list", "--limit", "x1"], 64);
    walk.say(&["account", "list", "--status", "x1"], 64);
    walk.say(&["account", "statement", "1001", "--from", "2026-02-02", "--to", "2026-02-01"], 1);
    walk.say(&["audit", "--from", "2026-02-30"], 1);
    walk.say(&["account", "show"], 64);
    walk.say(&["account", "show", "1001", "--x1"], 64);
    walk.say(&["account", "x1"], 64);
    walk.say(&["batch", "retry", "2", "--item", "1", "--line", "1"], 64);
    walk.say(&["user", "disable", "9999"], 1);
    walk.say(&["init"], 1);
    walk.say(&["init", "--time-zone", "Mars/1"], 1);
    walk.say(&["work", "--runs", "0"], 64);
}

fn upkeep(walk: &mut Walk) {
    walk.say(&["verify"], 0);
    walk.say(&["node", "list"], 0);
    walk.say(&["migrate"], 64);
    walk.say(&["health"], 75);
    walk.say(&["completion", "x1"], 64);
    let (from, to) = (walk.ledger.path().join("data"), walk.ledger.path().join("8"));
    let (from, to) = (from.to_str().unwrap().to_owned(), to.to_str().unwrap().to_owned());
    walk.say(&["copy", "--from", &from, "--to", &from], 64);
    walk.say(&["copy", "--from", &from, "--to", &to], 0);
    walk.say(&["deposit", "--account", "1001", "--amount", "1.00"], 1);
    walk.say(&["copy", "--unseal", "--from", &from], 0);
    let backup = walk.ledger.path().join("9").to_str().unwrap().to_owned();
    walk.say(&["backup", "--to", &backup], 0);
    walk.say(&["backup", "--to", &backup], 1);
    walk.say(&["restore", "--from", &backup], 1);
    walk.say(&["accept-loss", "--reason", "损坏"], 1);
    // Each line names a setting, with the rest in Chinese.
    let settings = text(&walk.output(&["config", "check"]).stdout);
    assert!(settings.lines().count() > 15 && settings.lines().all(|line| !line.is_ascii()), "{settings}");
    walk.walked.insert("config check".to_owned());
}

/// Commands that run until they are stopped.
fn until_stopped(walk: &mut Walk) {
    for (args, said) in
        [(&["work"][..], Stdio::null as fn() -> Stdio), (&["serve", "--listen", "127.0.0.1:0"], Stdio::piped)]
    {
        let mut command = walk.ledger.command();
        command.env("USER", "王芳").env("SLUICE_LANG", "zh").env("SLUICE_LOG", "off").args(args);
        let mut child = command.stdout(said()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        match child.stdout.take() {
            Some(out) => BufReader::new(out).read_line(&mut line).unwrap(),
            None => BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap(),
        };
        stop(&child);
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}");
        assert!(!line.is_ascii() && latin_words(&line.replace("Sluice", "")).is_empty(), "{args:?}: {line}");
        walk.walked.insert(args[0].to_owned());
    }
    let folder = walk.ledger.path().join("9").display().to_string();
    walk.say(&["bench", "--items", "100", "--rounds", "1", "--dir", &folder], 0);
    walk.say(&["bench", "--shapes", "x1"], 64);
}

#[test]
fn only_the_messages_of_json_answers_are_translated() {
    let ledger = Ledger::funded("1.00");
    ledger.payees(1);
    let poor = ["--lang", "zh", "transfer", "--from", "ACME", "--to", "P1", "--amount", "2.00"];
    let answer = ledger.run(&poor).json;
    assert_eq!(
        (answer["status"].as_str(), answer["code"].as_str()),
        (Some("failed"), Some("INSUFFICIENT_BALANCE"))
    );
    assert_eq!(answer["message"], "可用余额不足");
    let shown = ledger.ok(&["--lang", "zh", "account", "show", "ACME"]).json;
    assert_eq!((shown["status"].as_str(), shown["kind"].as_str()), (Some("active"), Some("customer")));
    let refused = ledger.run(&["--lang", "zh", "account", "show", "NOBODY"]);
    assert_eq!(refused.json["error"]["message"], "账户不存在");
    assert!(refused.stderr.starts_with("错误：账户不存在：NOBODY (ACCOUNT_NOT_FOUND)"), "{refused:?}");
}
