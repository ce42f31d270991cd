//! How columns are recognised, in both languages.

use super::{check, check_opened, check_with, payments};
use crate::delimiter::Delimiter;
use crate::open::FileOptions;
use crate::payment::{AmountColumn, PaymentField, PaymentFileOptions, PaymentMapping, Side};

/// Reads a file with one row under each header; the cells are a, b, c and so on, except that an amount is 1.
fn check_roles(table: &str) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (header, expected) = line.split_once(" => ").unwrap();
        let cells = header.split(',').zip('a'..).map(|(name, cell)| {
            if PaymentField::parse(name) == Some(PaymentField::Amount) {
                "1".to_owned()
            } else {
                cell.to_string()
            }
        });
        let row = cells.collect::<Vec<_>>().join(",");
        check(format!("{header}\n{row}"), &format!("2 \"1\" {expected}"));
    }
}

#[test]
fn a_column_keeps_the_side_named_by_its_header() {
    check_roles(
        r#"
        from,to,amount => payer="a" payee="b"
        source,target,amount => payer="a" payee="b"
        payer,payee,value => payer="a" payee="b"
        payer_identifier,payee_identifier,amount => payer="a" payee="b"
        source_account,beneficiary,Transfer Amount => payer="a" payee="b"
        Debit Account,Credit Account,amount => payer="a" payee="b"
        fromAccount,toAccount,amount => payer="a" payee="b"
        付款账号,收款账号,金额 => payer="a" payee="b"
        付款账户,收款账户,金额 => payer="a" payee="b"
        转出账号,转入账户,转账金额 => payer="a" payee="b"
        源账户,目标账户,付款金额 => payer="a" payee="b"
        payer,amount => payer="a"
        付款人账号,金额 => payer="a"
        recipient,amount => payee="a"
        Receiver,amount => payee="a"
        account,amount => account="a"
        counterparty,amount => account="a"
        账号,金额 => account="a"
        对方账号,金额 => account="a"
        account,payee,amount => payee="b" account="a"
        账号,收款账号,金额 => payee="b" account="a"
        "#,
    );
}

#[test]
fn headers_are_matched_ignoring_case_and_separators() {
    check_roles(
        r#"
        Payee_Identifier,VALUE,Ccy,Remarks,request-id,id => payee="a" currency="c" memo="d" external_id="e"
        收款账号,转账金额,币种,备注,业务号 => payee="a" currency="c" memo="d" external_id="e"
        email,uid,amount,ref => email="a" uid="b" reference="d"
        邮箱,用户ID,金额,参考号 => email="a" uid="b" reference="d"
        payee,amount,reference,external_id => payee="a" reference="c" external_id="d"
        payee,amount,ref,EndToEndId => payee="a" reference="c" external_id="d"
        收款账号,金额,参考号,外部编号 => payee="a" reference="c" external_id="d"
        payee,amount,client_ref,sluice_row => payee="a" external_id="c" row_key="d"
        payee,amount,payment_id => payee="a" external_id="c"
        payee,amount,ratio => payee="a" ratio="c"
        收款账号,金额,比例 => payee="a" ratio="c"
        "#,
    );
}

#[test]
fn a_file_without_amounts_is_read_if_they_are_entered_later() {
    let options = PaymentFileOptions { amounts: AmountColumn::Optional, ..PaymentFileOptions::default() };
    check_with(
        &options,
        "payee,weight\nA,1\nB,2.5",
        "2 \"-\" payee=\"A\" ratio=\"1\"\n3 \"-\" payee=\"B\" ratio=\"2.5\"",
    );
    check_with(&options, "收款账号\nA\nB", "2 \"-\" payee=\"A\"\n3 \"-\" payee=\"B\"");
    check_with(&options, "payee,amount\nA,5\nB,", "2 \"5\" payee=\"A\"\n3 \"-\" payee=\"B\"");
    check("payee,ratio\nA,1", r#"refused ! 1 amount COLUMN_MISSING "payee, ratio""#);
}

#[test]
fn an_email_or_uid_has_the_side_named_by_its_header() {
    for (header, field, side) in [
        ("email", PaymentField::Email, None),
        ("Payee Email", PaymentField::Email, Some(Side::Payee)),
        ("收款人邮箱", PaymentField::Email, Some(Side::Payee)),
        ("payer_email", PaymentField::Email, Some(Side::Payer)),
        ("付款人邮箱", PaymentField::Email, Some(Side::Payer)),
        ("payee_uid", PaymentField::Uid, Some(Side::Payee)),
        ("payer_uid", PaymentField::Uid, Some(Side::Payer)),
        ("to", PaymentField::Payee, Some(Side::Payee)),
        ("付款账号", PaymentField::Payer, Some(Side::Payer)),
        ("账号", PaymentField::Account, None),
        ("账号", PaymentField::Payee, None),
    ] {
        let file = format!("{header},amount\nA,1");
        let reader =
            payments(file.as_bytes(), &PaymentFileOptions::default()).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(reader.side(field), side, "{header}");
        assert_eq!(reader.header(PaymentField::Amount), Some("amount"));
    }
}

#[test]
fn columns_that_are_not_read_are_reported() {
    for (header, options, ignored) in [
        ("account,amount", PaymentFileOptions::default(), &[][..]),
        ("account,amount,Dept,,序列", PaymentFileOptions::default(), &["Dept", "#4", "序列"]),
        ("账号,金额,部门,", PaymentFileOptions::default(), &["部门", "#4"]),
        ("account,amount,memo", setting_aside(&["MEMO"]), &["memo"]),
        ("account,amount,Pay Date,x", setting_aside(&["pay_date", "not there"]), &["Pay Date", "x"]),
        ("账号,金额,付款日期", setting_aside(&["付款日期"]), &["付款日期"]),
    ] {
        let file = format!("{header}\nA,1,,,");
        let reader = payments(file.as_bytes(), &options).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(reader.ignored_columns(), ignored, "{header}");
        assert_eq!(reader.summary().ignored_columns, ignored, "{header}");
    }
}

fn setting_aside(headers: &[&str]) -> PaymentFileOptions {
    PaymentFileOptions {
        ignore: headers.iter().map(|header| (*header).to_owned()).collect(),
        ..PaymentFileOptions::default()
    }
}

#[test]
fn a_serial_number_is_proposed_as_an_external_id_but_not_used() {
    for (header, proposed) in [
        ("序号,账号,金额", &["external_id=序号"][..]),
        ("流水号,序号,账号,金额", &["external_id=流水号", "external_id=序号"]),
        ("Serial No,account,amount", &["external_id=Serial No"]),
        ("seq,account,amount", &["external_id=seq"]),
        ("流水号,外部编号,账号,金额", &[]),
        ("工号,账号,金额", &["uid=工号"]),
        ("Employee No,account,amount", &["uid=Employee No"]),
    ] {
        let file = format!("{header}\n7");
        let reader =
            payments(file.as_bytes(), &PaymentFileOptions::default()).unwrap_or_else(|e| panic!("{e}"));
        let proposals: Vec<_> = reader
            .proposals()
            .iter()
            .map(|proposal| format!("{}={}", proposal.field, proposal.header))
            .collect();
        assert_eq!(proposals, proposed, "{header}");
    }
    let mut mapping = PaymentMapping::default();
    mapping.set(PaymentField::ExternalId, "流水号");
    let options = PaymentFileOptions { map: mapping, ..PaymentFileOptions::default() };
    check_with(&options, "流水号,账号,金额\n7,A,1", r#"2 "1" account="A" external_id="7""#);
}

#[test]
fn a_mapping_takes_precedence_over_names() {
    let mut mapping = PaymentMapping::default();
    mapping.set(PaymentField::Account, "Wallet Address");
    mapping.set(PaymentField::Memo, "reference");
    let options = PaymentFileOptions { map: mapping.clone(), ..PaymentFileOptions::default() };
    check_with(&options, "account,wallet_address,amount,reference\nA,W,1,r", r#"2 "1" account="W" memo="r""#);
    check_with(
        &options,
        "account,amount\nA,1",
        r#"refused ! 1 Wallet Address COLUMN_MISSING "account, amount""#,
    );
    mapping.set(PaymentField::Uid, "reference");
    let options = PaymentFileOptions { map: mapping, ..PaymentFileOptions::default() };
    check_with(
        &options,
        "wallet address,amount,reference\nA,1,r",
        r#"refused ! 1 reference COLUMN_DUPLICATE "reference""#,
    );
}

#[test]
fn a_declared_delimiter_counts_more_than_what_divides_the_lines() {
    let declared = |delimiter| FileOptions { delimiter: Some(delimiter), ..FileOptions::default() };
    let options = PaymentFileOptions::default();
    let refused = r#"refused ! 1 amount COLUMN_MISSING "account;amount""#;
    check_opened("account;amount\nA;1", &declared(Delimiter::Comma), &options, refused);
    for (name, text) in [
        ("semicolon", "account;amount\nA,B;1"),
        ("tab", "account\tamount\nA,B\t1"),
        ("pipe", "account|amount\nA,B|1"),
        ("|", "account|amount\nA,B|1"),
    ] {
        let delimiter = Delimiter::parse(name).unwrap();
        check_opened(text, &declared(delimiter), &options, r#"2 "1" account="A,B""#);
    }
}
