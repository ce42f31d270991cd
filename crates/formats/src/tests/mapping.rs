//! Proposals for columns, and fingerprints of headers.

use crate::mapping::fingerprint;
use crate::probe::{ProbeOptions, Purpose, probe};

/// Each column as `header=field confidence`, with its meaning if it has to be decided.
fn columns(file: &str, purpose: Purpose, mapped: &[(&str, &str)]) -> String {
    let mapped = mapped.iter().map(|(field, header)| ((*field).to_owned(), (*header).to_owned())).collect();
    let options = ProbeOptions { purpose, file: crate::open::FileOptions::default(), mapped };
    let probe =
        probe(std::io::Cursor::new(file.as_bytes().to_vec()), &options).unwrap_or_else(|e| panic!("{e}"));
    let column = |column: &crate::mapping::ColumnGuess| {
        let meaning =
            column.meaning.map(|meaning| format!(" ({})", meaning.name(domain::code::Language::English)));
        match column.field {
            Some(field) => {
                format!("{}={field} {}{}", column.header, column.confidence, meaning.unwrap_or_default())
            }
            None => format!("{}{}", column.header, meaning.unwrap_or_default()),
        }
    };
    probe.columns.iter().map(column).collect::<Vec<_>>().join(", ")
}

fn check(file: &str, expected: &str) {
    assert_eq!(columns(file, Purpose::Payments, &[]), expected, "{file}");
}

#[test]
fn known_names_are_sure_and_others_are_guesses() {
    for (file, expected) in [
        ("payee,amount,memo\nA,1,x\n", "payee=payee 100, amount=amount 100, memo=memo 100"),
        ("收款账号,金额,备注\nA,1,x\n", "收款账号=payee 100, 金额=amount 100, 备注=memo 100"),
        ("payee,Net Pay\nA,1\n", "payee=payee 100, Net Pay=amount 70"),
        ("payee,amuont\nA,1\n", "payee=payee 100, amuont=amount 70"),
        ("benefciary,amount\nA,1\n", "benefciary=payee 70, amount=amount 100"),
        ("收款账号,实发金额\nA,1\n", "收款账号=payee 100, 实发金额=amount 70"),
        ("员工姓名,工号,实发工资\nA,7,1\n", "员工姓名, 工号=uid 70, 实发工资=amount 70"),
        ("payee,Amount (USD)\nA,1\n", "payee=payee 100, Amount (USD)=amount 70"),
        ("contact,amount\na@x.cn,1\nb@y.com,2\n", "contact=email 60, amount=amount 100"),
        ("payee,c,x\nA,CNY,1.00\nB,USD,2.50\n", "payee=payee 100, c=currency 60, x=amount 40"),
        ("payee,,amount\nA,z,1\n", "payee=payee 100, #2, amount=amount 100"),
        ("payee,amount,execution date\nA,1,x\n", "payee=payee 100, amount=amount 100, execution date (date)"),
        ("付款日期,收款账号,金额\nx,A,1\n", "付款日期 (date), 收款账号=payee 100, 金额=amount 100"),
        (
            "payee,amount,status,token,chain\nA,1,,,\n",
            "payee=payee 100, amount=amount 100, status (status), token (token), chain (network)",
        ),
    ] {
        check(file, expected);
    }
}

#[test]
fn a_serial_number_is_a_weak_guess_if_it_numbers_the_rows() {
    check("序号,收款账号,金额\n1,A,1\n2,B,1\n", "序号=external_id 40, 收款账号=payee 100, 金额=amount 100");
    check(
        "流水号,收款账号,金额\nP7,A,1\nP9,B,1\n",
        "流水号=external_id 70, 收款账号=payee 100, 金额=amount 100",
    );
}

#[test]
fn a_field_and_a_column_are_used_once_and_the_likeliest_wins() {
    check("amount,Net Pay,payee\n1,1,A\n", "amount=amount 100, Net Pay, payee=payee 100");
    check("Gross amount,Net Pay,payee\n1,1,A\n", "Gross amount, Net Pay=amount 70, payee=payee 100");
}

#[test]
fn what_the_uploader_mapped_is_sure() {
    let file = "payee,wallet,amount,pay date\nA,W,1,x\n";
    assert_eq!(
        columns(file, Purpose::Payments, &[("payee", "WALLET"), ("memo", "Pay Date"), ("unknown", "x")]),
        "payee, wallet=payee 100, amount=amount 100, pay date=memo 100"
    );
}

#[test]
fn account_files_have_proposals_of_their_own() {
    let file = "账号,员工姓名,币种,余额,入职日期\nA1,安,CNY,1.00,x\n";
    assert_eq!(
        columns(file, Purpose::Accounts, &[]),
        "账号=number 100, 员工姓名=holder 70, 币种=currency 100, 余额=opening 100, 入职日期 (date)"
    );
}

#[test]
fn files_with_the_same_headers_share_a_fingerprint() {
    let of = |headers: &[&str]| {
        fingerprint(&headers.iter().map(|header| (*header).to_owned()).collect::<Vec<_>>())
    };
    let one = of(&["Payee Account", "Amount", "备注"]);
    assert_eq!(one.len(), 64);
    assert_eq!(of(&["备注", "payee_account", "AMOUNT", ""]), one);
    assert_ne!(of(&["payee_account", "AMOUNT"]), one);
    assert_ne!(of(&["payee account amount", "备注"]), one);
}
