//! Each English file has a Chinese twin, which is accepted or refused for the same reasons, with messages in
//! Chinese.

use crate::support::{Answer, Ledger};
use crate::walk::Walk;
use serde_json::{Value, json};

/// What is wrong with a file, its type and options, the file and its twin, and the outcome of both: an error
/// code, or the number of imported rows and the codes of the others.
type Twin = (&'static str, &'static str, &'static [&'static str], &'static str, &'static str, &'static str);

const ONE: &str = "one_to_many";
const INTO: &str = "many_to_one";
const MANY: &str = "many_to_many";

const TWINS: &[Twin] = &[
    ("nothing", ONE, &[], "account,amount\n2001,1.00\n", "账号,金额\n2001,1.00\n", "1 taken"),
    ("no rows", ONE, &[], "account,amount\n", "账号,金额\n", "FILE_NO_ROWS"),
    ("no amount", ONE, &[], "account,memo\n2001,1\n", "账号,备注\n2001,1\n", "COLUMN_MISSING"),
    ("no payee", ONE, &[], "amount,memo\n1.00,1\n", "金额,备注\n1.00,1\n", "COLUMN_MISSING"),
    ("semicolons", ONE, &[], "account;amount\n2001;1.00\n", "账号;金额\n2001;1.00\n", "1 taken"),
    (
        "two amounts",
        ONE,
        &[],
        "amount,value,to\n1,1,2001\n",
        "金额,转账金额,收款账号\n1,1,2001\n",
        "COLUMN_DUPLICATE",
    ),
    (
        "a date",
        ONE,
        &[],
        "to,amount,execution date\n2001,1,2027-03-31\n",
        "收款账号,金额,付款日期\n2001,1,2027-03-31\n",
        "COLUMN_UNDECIDED",
    ),
    (
        "a date, set aside",
        ONE,
        &["--ignore-column", "日期"],
        "to,amount,日期\n2001,1,2027-03-31\n",
        "收款账号,金额,日期\n2001,1,2027-03-31\n",
        "1 taken",
    ),
    (
        "a state",
        ONE,
        &[],
        "to,amount,status\n2001,1,completed\n",
        "收款账号,金额,状态\n2001,1,已完成\n",
        "COLUMN_UNDECIDED",
    ),
    (
        "not decided",
        ONE,
        &[],
        "beneficiary,amount,staff no\n2001,1,7\n",
        "收款账户,金额,工号\n2001,1,7\n",
        "1 taken",
    ),
    (
        "another payer",
        ONE,
        &[],
        "from,to,amount\n1002,2001,1\n1001,2001,1\n",
        "付款账号,收款账号,金额\n1002,2001,1\n1001,2001,1\n",
        "1 taken, PAYER_CONFLICT",
    ),
    (
        "another payee",
        INTO,
        &[],
        "payer,payee,amount\n2001,1002,1\n",
        "付款账号,收款账号,金额\n2001,1002,1\n",
        "PAYEE_CONFLICT",
    ),
    ("a collection", INTO, &[], "payer,amount\n2001,1\n", "付款账号,金额\n2001,1\n", "1 taken"),
    (
        "pairs",
        MANY,
        &[],
        "payer,payee,amount\n1001,2001,1\n",
        "付款账号,收款账号,金额\n1001,2001,1\n",
        "1 taken",
    ),
    ("no such account", ONE, &[], "to,amount\n9999,1\n", "收款账号,金额\n9999,1\n", "PAYEE_NOT_FOUND"),
    ("no such address", ONE, &[], "email,amount\na@b.test,1\n", "邮箱,金额\na@b.test,1\n", "PAYEE_NOT_FOUND"),
    (
        "an id",
        ONE,
        &[],
        "to,amount\n5,1\nacct_999,1\n",
        "收款账号,金额\n5,1\nacct_999,1\n",
        "PAYEE_NOT_FOUND, PAYEE_NOT_FOUND",
    ),
    (
        "twice",
        ONE,
        &[],
        "to,amount\n2001,1\n2001,2\n",
        "收款账号,金额\n2001,1\n2001,2\n",
        "DUPLICATE_TARGET, DUPLICATE_TARGET",
    ),
    ("to itself", ONE, &[], "to,amount\n1001,1\n", "收款账号,金额\n1001,1\n", "SAME_ACCOUNT"),
    (
        "amounts",
        ONE,
        &[],
        "to,amount\n2001,-1\n2001,\"1,5\"\n2001,1e3\n2001,x\n2001,0\n2001,.\n2001,\n",
        "收款账号,金额\n2001,-1\n2001,\"1,5\"\n2001,1e3\n2001,x\n2001,0\n2001,.\n2001,\n",
        "AMOUNT_SIGN, AMOUNT_DECIMAL_COMMA, AMOUNT_EXPONENT, AMOUNT_LETTERS, AMOUNT_NOT_POSITIVE, AMOUNT_DIGIT_MISSING, \
         AMOUNT_MISSING",
    ),
    ("fewer fields", ONE, &[], "to,amount,memo\n2001,1\n", "收款账号,金额,备注\n2001,1\n", "FIELD_COUNT"),
    ("only commas", ONE, &[], "to,amount\n,\n2001,1\n,\n", "收款账号,金额\n,\n2001,1\n,\n", "1 taken"),
    ("other currency", ONE, &[], "to,amount\n1003,1\n", "收款账号,金额\n1003,1\n", "CURRENCY_MISMATCH"),
    (
        "the file's currency",
        ONE,
        &[],
        "to,amount,ccy\n2001,1,EUR\n",
        "收款账号,金额,币种\n2001,1,EUR\n",
        "CURRENCY_MISMATCH",
    ),
    (
        "control totals",
        ONE,
        &["--expect-rows", "2"],
        "to,amount\n2001,1\n",
        "收款账号,金额\n2001,1\n",
        "CONTROL_TOTAL_DIFFERS",
    ),
    (
        "external id",
        ONE,
        &[],
        "to,amount,request id\n2001,1,a b\n",
        "收款账号,金额,业务号\n2001,1,a b\n",
        "EXTERNAL_ID_INVALID",
    ),
];

fn ledger() -> Ledger {
    let ledger = Ledger::none();
    ledger.ok(&["init", "--time-zone", "UTC"]);
    ledger.ok(&["asset", "add", "EUR"]);
    for (number, currency) in [("1001", "USD"), ("1002", "USD"), ("1003", "EUR"), ("2001", "USD")] {
        ledger.ok(&["account", "open", "--number", number, "--holder", "李四", "--currency", currency]);
    }
    ledger.ok(&["setting", "set", "--duplicate-window", "0"]);
    ledger
}

fn args<'a>(file: &'a str, kind: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let side: &[&str] = if kind == MANY { &["--currency", "USD"] } else { &["--account", "1001"] };
    [&["batch", "import", file, "--type", kind, "--name", "五月", "--partial"][..], side, more].concat()
}

/// The outcome of an import, in one line.
fn outcome(answer: &Answer) -> String {
    if let Some(code) = answer.json["error"]["code"].as_str() {
        return code.to_owned();
    }
    let taken =
        answer.json["taken"].as_i64().filter(|count| *count > 0).map(|count| format!("{count} taken"));
    let codes = answer.json["problems"].as_array().unwrap().iter();
    let codes = codes.map(|problem| problem["code"].as_str().unwrap().to_owned());
    taken.into_iter().chain(codes).collect::<Vec<_>>().join(", ")
}

fn lines(answer: &Answer) -> Vec<Value> {
    let problems = answer.json["problems"].as_array().cloned().unwrap_or_default();
    problems.iter().map(|problem| json!([problem["line"], problem["code"], problem["value"]])).collect()
}

#[test]
fn each_file_has_the_same_outcome_as_its_chinese_twin() {
    let mut walk = Walk::of(ledger());
    let mut table = String::new();
    let mut expected = String::new();
    for (name, kind, more, english, chinese, ending) in TWINS {
        let file = walk.file("1.csv", english);
        let said = walk.ledger.run(&args(&file, kind, more));
        let file = walk.file("2.csv", chinese);
        let twin = walk.ledger.run(&args(&file, kind, more));
        assert_eq!(lines(&said), lines(&twin), "{name}");
        table += &format!("{name}: {} / {}\n", outcome(&said), outcome(&twin));
        expected += &format!("{name}: {ending} / {ending}\n");
        walk.say(&args(&file, kind, more), twin.exit);
    }
    assert_eq!(table, expected);
    assert_eq!(walk.problems, Vec::<String>::new());
    walk.ledger.verified();
}
