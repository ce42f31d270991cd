//! Files refused as a whole: the hints in the refusal, in both languages.

use domain::code::Language;

use super::{check_with, payments};
use crate::meaning::Meaning;
use crate::payment::{PaymentField, PaymentFileOptions, PaymentMapping};
use crate::read_error::ReadError;
use crate::refusal::FileRefusal;

fn refusal(file: &[u8], options: &PaymentFileOptions) -> FileRefusal {
    match payments(file, options).err() {
        Some(ReadError::Refused(refusal)) => *refusal,
        other => panic!("{other:?} {}", String::from_utf8_lossy(file)),
    }
}

#[test]
fn a_refusal_shows_the_headers_found_and_what_would_help() {
    for (file, english, chinese) in [
        (
            "account;amount\nA;1",
            r#"COLUMN_MISSING line 1, column amount; columns found: "account;amount"; probable delimiter: semicolon"#,
            r#"第1行，列 amount；现有列："account;amount"；分隔符可能是：semicolon"#,
        ),
        (
            "账号\t金额\nA\t1",
            r#"COLUMN_MISSING line 1, column amount; columns found: "账号\t金额"; probable delimiter: tab"#,
            r#"第1行，列 amount；现有列："账号\t金额"；分隔符可能是：tab"#,
        ),
        (
            "\"to\"|value|note\nA|1|x",
            r#"COLUMN_MISSING line 1, column amount; columns found: "to|value|note"; probable delimiter: pipe"#,
            r#"第1行，列 amount；现有列："to|value|note"；分隔符可能是：pipe"#,
        ),
        (
            "payee,amuont,dept\nA,1,x",
            r#"COLUMN_MISSING line 1, column amount; columns found: "payee", "amuont", "dept"; did you mean: amount=amuont"#,
            r#"第1行，列 amount；现有列："payee"、"amuont"、"dept"；可能对应：amount=amuont"#,
        ),
        (
            "收款账号,实发金额\nA,1",
            r#"COLUMN_MISSING line 1, column amount; columns found: "收款账号", "实发金额"; did you mean: amount=实发金额"#,
            r#"第1行，列 amount；现有列："收款账号"、"实发金额"；可能对应：amount=实发金额"#,
        ),
        (
            "payee,Net Pay,Amount (USD),Gross amount,Basic amount\nA,1,1,1,1",
            r#"COLUMN_MISSING line 1, column amount; columns found: "payee", "Net Pay", "Amount (USD)", "Gross amount", "Basic amount"; did you mean: amount=Net Pay, amount=Amount (USD), amount=Gross amount"#,
            r#"第1行，列 amount；现有列："payee"、"Net Pay"、"Amount (USD)"、"Gross amount"、"Basic amount"；可能对应：amount=Net Pay、amount=Amount (USD)、amount=Gross amount"#,
        ),
        (
            "benefciary,amount,status\nA,1,x",
            r#"COLUMN_MISSING line 1, column payee / payer / account / email / uid; map or ignore: "status" (status); columns found: "benefciary", "amount", "status"; did you mean: payee=benefciary"#,
            r#"第1行，列 payee / payer / account / email / uid；请映射或忽略："status"（状态）；现有列："benefciary"、"amount"、"status"；可能对应：payee=benefciary"#,
        ),
        (
            "phone,amount\n1,1",
            r#"COLUMN_MISSING line 1, column payee / payer / account / email / uid; columns found: "phone", "amount"; did you mean: uid=phone"#,
            r#"第1行，列 payee / payer / account / email / uid；现有列："phone"、"amount"；可能对应：uid=phone"#,
        ),
        (
            "to,amount,execution date,币种代号\nA,1,2027-03-31,x",
            r#"COLUMN_UNDECIDED line 1; map or ignore: "execution date" (date), "币种代号" (currency)"#,
            r#"第1行；请映射或忽略："execution date"（日期）、"币种代号"（币种）"#,
        ),
        ("\nto,to,amount\nA,B,1", r#"COLUMN_DUPLICATE line 2, column to: to"#, r#"第2行，列 to：to"#),
        ("%PDF-1.7", r#"FILE_UNSUPPORTED line 1: PDF"#, r#"第1行：PDF"#),
    ] {
        let refusal = refusal(file.as_bytes(), &PaymentFileOptions::default());
        let shown = format!("{} {}", refusal.problem.code, refusal.detail(Language::English));
        assert_eq!(shown, english, "{file}");
        assert_eq!(refusal.detail(Language::Chinese), chinese, "{file}");
    }
}

#[test]
fn a_column_about_when_in_what_or_whether_to_pay_is_never_silently_ignored() {
    let table = [
        (
            Meaning::Date,
            "execution date|value_date|valueDate|VALUEDATE|pay date|PayDate|Date|date of payment|due date",
        ),
        (
            Meaning::Date,
            "paid at|created_on|payment time|timestamp|scheduled|schedule|pay day|payday|due|time",
        ),
        (Meaning::Date, "日期|付款日期|执行日期|生效日|到期日|付款日|付款时间|时间|创建时间"),
        (
            Meaning::Status,
            "status|Status Code|paymentStatus|payment_status|STATE|item state|result|paid|processed",
        ),
        (Meaning::Status, "状态|付款状态|处理结果|是否支付"),
        (Meaning::Currency, "payment currency|target_currency|currencies|currency2|fx ccy|fiat"),
        (Meaning::Currency, "付款币种|币别|原货币|外币"),
        (Meaning::Network, "network|Network Id|chain|blockchain|chain_id|chainId|target chain|rail"),
        (Meaning::Network, "链|网络|区块链|公链|链类型"),
        (
            Meaning::Token,
            "token|token_address|tokenAddress|token_type|asset|asset code|coin|stablecoin|contract address",
        ),
        (Meaning::Token, "代币|代币合约|通证|资产|合约地址"),
    ];
    for (meaning, headers) in table {
        for header in headers.split('|') {
            assert_eq!(Meaning::of(header), Some(meaning), "{header}");
            let file = format!("payee,amount,{header}\nA,1,x");
            let refusal = refusal(file.as_bytes(), &PaymentFileOptions::default());
            assert_eq!(refusal.problem.code.name(), "COLUMN_UNDECIDED", "{header}");
            assert_eq!(refusal.undecided.len(), 1, "{header}");
            let aside =
                PaymentFileOptions { ignore: vec![header.to_owned()], ..PaymentFileOptions::default() };
            check_with(&aside, &file, r#"2 "1" payee="A""#);
            let mut map = PaymentMapping::default();
            map.set(PaymentField::Memo, header);
            let mapped = PaymentFileOptions { map, ..PaymentFileOptions::default() };
            check_with(&mapped, &file, r#"2 "1" payee="A" memo="x""#);
        }
    }
}

#[test]
fn other_columns_are_harmless() {
    let headers = "id|name|Department|last update|candidate|mandate|statement|estate|overtime|part time|data|\
        net pay|bank|branch|contract no|paid by|phone|payment_mode|payer_identifier_type|Basic amount|\
        部门|姓名|开户行|链接|加班时间|合同编号|银行|手机|工资";
    for header in headers.split('|') {
        assert_eq!(Meaning::of(header), None, "{header}");
    }
}

#[test]
fn our_own_result_file_is_not_paid_again() {
    let header: Vec<&str> = crate::export::columns::result::RESULTS.headers(Language::English).collect();
    let file = format!("{}\n1,2,S,T,1.00,USD,0.00,completed,,,,,,9,,\n", header.join(","));
    let refusal = refusal(file.as_bytes(), &PaymentFileOptions::default());
    assert!(refusal.is_result);
    assert_eq!(
        refusal.detail(Language::English),
        r#"line 1; map or ignore: "status" (status), "paid_at" (date), "value_date" (date); this is a result file, not a payment file"#
    );
    assert_eq!(
        refusal.detail(Language::Chinese),
        r#"第1行；请映射或忽略："status"（状态）、"paid_at"（日期）、"value_date"（日期）；这是结果文件，不是付款文件"#
    );
}

#[test]
fn a_mapping_to_a_missing_column_shows_the_existing_columns() {
    let mut map = PaymentMapping::default();
    map.set(PaymentField::Amount, "Net");
    let refusal = refusal(b"payee,amount\nA,1", &PaymentFileOptions { map, ..PaymentFileOptions::default() });
    assert_eq!(refusal.headers, ["payee", "amount"]);
    assert_eq!(refusal.detail(Language::English), r#"line 1, column Net; columns found: "payee", "amount""#);
}
