//! Exports that are imported again: our readers find every column, in both languages, and read what was written.

use super::super::{accounts, payments, problem, read_with};
use super::{money, options, result_file, results, text, written};
use crate::account::AccountFileOptions;
use crate::export::cell::{Cell, Moment};
use crate::export::columns::account::{ACCOUNTS, AccountExportRow};
use crate::export::columns::problem::{PROBLEMS, ProblemExportRow};
use crate::export::columns::template::{
    ACCOUNTS_TO_OPEN, AccountTemplateRow, PAYMENTS_BETWEEN, PAYMENTS_BY_ACCOUNT, PAYMENTS_BY_PERSON,
    PaymentBetweenRow, PaymentByAccountRow, PaymentByPersonRow,
};
use crate::export::columns::{audit, preview, problem as problems, result, statement, statistics, transfer};
use crate::export::options::ExportForm;
use crate::export::table::ExportTable;
use crate::payment::{AmountColumn, PaymentFileOptions};
use crate::read_error::ReadError;
use domain::code::Language;

const LANGUAGES: [Language; 2] = [Language::English, Language::Chinese];

fn setting_aside(headers: &[&str]) -> PaymentFileOptions {
    PaymentFileOptions {
        ignore: headers.iter().map(|header| (*header).to_owned()).collect(),
        ..PaymentFileOptions::default()
    }
}

fn read(bytes: &[u8], options: &PaymentFileOptions) -> String {
    match read_with(bytes, options, 100) {
        Ok(rows) => rows,
        Err(ReadError::Refused(refusal)) => format!("refused {}", problem(&refusal.problem)),
        Err(ReadError::Io(error)) => panic!("{error}"),
    }
}

#[test]
fn a_result_is_refused_until_its_status_and_dates_are_decided_on() {
    for (language, undecided) in [
        (Language::English, ["status", "paid_at", "value_date"]),
        (Language::Chinese, ["状态", "付款时间", "起息日"]),
    ] {
        let file = result_file(ExportForm::Csv, language);
        let Err(ReadError::Refused(refusal)) = read_with(&*file, &PaymentFileOptions::default(), 100) else {
            panic!("{language:?}: taken")
        };
        let headers: Vec<&str> = refusal.undecided.iter().map(|column| column.header.as_str()).collect();
        assert_eq!(headers, undecided);
        assert!(refusal.is_result, "{language:?}");
        let expected = r#"2 "12.30" payer="S-001" payee="0012" currency="USD" memo="=HYPERLINK(\"http://x\")" reference="a,b" external_id="E-1"
3 "1234567890123456.78" payer="S-001" payee="0013" currency="USD" memo="五月工资" reference="a,b"
4 "-5" payee="b@example.com" currency="USD" memo="two\nlines""#;
        assert_eq!(read(&file, &setting_aside(&undecided)), expected);
    }
}

/// Rows and problems without their lines, which differ: JSON lines have no header. Remarks are left out.
fn rows_of(form: ExportForm, language: Language) -> String {
    let dates = ["status", "paid_at", "value_date", "状态", "付款时间", "起息日"];
    let opened = super::super::opened(
        result_file(form, language),
        &crate::open::FileOptions::default(),
        &setting_aside(&dates),
    );
    let opened = opened.unwrap_or_else(|error| panic!("{form:?}: {error}"));
    let rows = opened.lines().filter(|line| !line.starts_with('~'));
    let without = |line: &str| {
        let (mark, rest) = line.strip_prefix("! ").map_or(("", line), |rest| ("! ", rest));
        mark.to_owned() + rest.split_once(' ').map_or(rest, |(_, rest)| rest)
    };
    rows.map(without).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_form_of_a_result_is_read_as_the_same_rows() {
    for language in LANGUAGES {
        let csv = rows_of(ExportForm::Csv, language);
        assert_eq!(csv.lines().count(), results().len(), "{csv}");
        assert_eq!(shortened(&rows_of(ExportForm::Xlsx, language)), shortened(&csv));
        assert_eq!(rows_of(ExportForm::JsonLines, language), csv);
    }
}

/// The rows with amounts as a number cell has them: without zeros at the end.
fn shortened(rows: &str) -> String {
    let line = |line: &str| match line.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        Some((amount, rest)) if amount.contains('.') => {
            format!("\"{}\"{rest}", amount.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => line.to_owned(),
    };
    rows.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_exported_again_from_what_was_read_is_the_same() {
    for language in LANGUAGES {
        let file = result_file(ExportForm::Csv, language);
        let dates = ["status", "paid_at", "value_date", "状态", "付款时间", "起息日"];
        let mut reader = payments(&*file, &setting_aside(&dates)).unwrap_or_else(|e| panic!("{e}"));
        let (mut rows, mut none) = (Vec::new(), Vec::new());
        while reader.next_page(10, &mut rows, &mut none).unwrap() {}
        assert_eq!((rows.len(), none.len()), (results().len(), 0));
        let again = |row: &crate::payment::PaymentRow| -> Vec<Cell<'static>> {
            let text = |text: &Option<String>| -> &'static str { text.clone().unwrap_or_default().leak() };
            let row = PaymentByAccountRow {
                account: text(&row.payee),
                amount: text(&row.amount).into(),
                currency: text(&row.currency),
                memo: text(&row.memo),
                reference: text(&row.reference),
                external_id: text(&row.external_id),
                ..PaymentByAccountRow::default()
            };
            row.cells().to_vec()
        };
        let second =
            written(&PAYMENTS_BY_ACCOUNT, &options(ExportForm::Csv, language), rows.iter().map(again)).0;
        let (mut second_rows, mut none) = (Vec::new(), Vec::new());
        let mut reader = payments(&*second, &PaymentFileOptions::default()).unwrap_or_else(|e| panic!("{e}"));
        while reader.next_page(10, &mut second_rows, &mut none).unwrap() {}
        for (first, second) in rows.iter().zip(&second_rows) {
            assert_eq!(
                (&first.payee, &first.amount, &first.memo, &first.reference, &first.external_id),
                (&second.account, &second.amount, &second.memo, &second.reference, &second.external_id)
            );
        }
    }
}

#[test]
fn a_file_of_refused_rows_is_read_with_its_keys() {
    let row = ProblemExportRow {
        sluice_row: 31,
        line: 4,
        payee: "0012",
        email: "b@example.com",
        uid: "+8613800000000",
        amount: "-5",
        ratio: "2",
        currency: "USD",
        memo: "'=1",
        reference: "r",
        external_id: "E-1",
        code: "AMOUNT_SIGN",
        reason: "amount: an amount has no sign",
        ..ProblemExportRow::default()
    };
    for language in LANGUAGES {
        let file = written(&PROBLEMS, &options(ExportForm::Csv, language), [row.cells().to_vec()]).0;
        let expected = r#"2 "-5" payee="0012" email="b@example.com" uid="+8613800000000" ratio="2" currency="USD" memo="'=1" reference="r" external_id="E-1" row_key="31""#;
        assert_eq!(read(&file, &PaymentFileOptions::default()), expected, "{language:?}");
    }
}

#[test]
fn a_template_is_read_as_it_was_made() {
    for language in LANGUAGES {
        let csv = |table: &ExportTable, row: &[Cell<'_>]| {
            written(table, &options(ExportForm::Csv, language), [row.to_vec()]).0
        };
        let row = PaymentByAccountRow {
            account: "0012",
            holder: "Example Ltd",
            amount: money(1_230, 2, "USD"),
            currency: "USD",
            ..PaymentByAccountRow::default()
        };
        let file = csv(&PAYMENTS_BY_ACCOUNT, &row.cells());
        assert_eq!(read(&file, &PaymentFileOptions::default()), r#"2 "12.30" account="0012" currency="USD""#);
        let row = PaymentByPersonRow {
            email: "b@example.com",
            uid: "U-1",
            holder: "B",
            ..PaymentByPersonRow::default()
        };
        let file = csv(&PAYMENTS_BY_PERSON, &row.cells());
        let without = PaymentFileOptions { amounts: AmountColumn::Optional, ..PaymentFileOptions::default() };
        assert_eq!(read(&file, &without), r#"2 "-" email="b@example.com" uid="U-1""#);
        let row = PaymentBetweenRow {
            payer: "0012",
            payee: "6222020200112233445",
            holder: "B",
            amount: money(1_230, 2, "USD"),
            currency: "USD",
            ..PaymentBetweenRow::default()
        };
        let file = csv(&PAYMENTS_BETWEEN, &row.cells());
        let expected = r#"2 "12.30" payer="0012" payee="6222020200112233445" currency="USD""#;
        assert_eq!(read(&file, &PaymentFileOptions::default()), expected);
        let row = AccountTemplateRow {
            number: "0012",
            holder: "=B",
            email: "b@example.com",
            uid: "U-1",
            currency: "USD",
            opening: money(500, 2, "USD"),
        };
        let file = csv(&ACCOUNTS_TO_OPEN, &row.cells());
        assert_eq!(opened(&file), r#"2 0012 =B Some("b@example.com") Some("U-1") USD Some("5.00")"#);
    }
}

fn opened(file: &[u8]) -> String {
    let ignore = ["status", "opened_at", "状态", "创建时间"].map(str::to_owned).to_vec();
    let options = AccountFileOptions { ignore, ..AccountFileOptions::default() };
    let mut reader = accounts(file, &options).unwrap_or_else(|e| panic!("{e}"));
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    while reader.next_page(10, &mut rows, &mut problems).unwrap() {}
    assert_eq!(problems, []);
    let shown = |row: &crate::account::AccountRow| {
        let crate::account::AccountRow { line, number, holder, email, uid, currency, opening } = row;
        format!("{line} {number} {holder} {email:?} {uid:?} {currency} {opening:?}")
    };
    rows.iter().map(shown).collect::<Vec<_>>().join("\n")
}

#[test]
fn exported_accounts_can_be_opened_elsewhere_with_their_balances() {
    let row = AccountExportRow {
        id: "acct_17",
        number: "0012",
        holder: "Example Ltd",
        uid: "U-1",
        currency: "USD",
        kind: "customer",
        status: "active",
        balance: money(1_230, 2, "USD"),
        available: money(1_000, 2, "USD"),
        held: money(230, 2, "USD"),
        overdraft: money(0, 2, "USD"),
        opened_at: Some(Moment(0)),
        ..AccountExportRow::default()
    };
    for language in LANGUAGES {
        let file = written(&ACCOUNTS, &options(ExportForm::Csv, language), [row.cells().to_vec()]).0;
        assert_eq!(opened(&file), r#"2 0012 Example Ltd None Some("U-1") USD Some("12.30")"#, "{language:?}");
    }
}

#[test]
fn tables_have_each_header_once_and_names_in_lower_case() {
    for table in [
        &result::RESULTS,
        &ACCOUNTS,
        &statement::STATEMENT,
        &transfer::TRANSFERS,
        &preview::PREVIEW,
        &statistics::STATISTICS,
        &audit::AUDIT,
        &problems::PROBLEMS,
        &PAYMENTS_BY_ACCOUNT,
        &PAYMENTS_BY_PERSON,
        &PAYMENTS_BETWEEN,
        &ACCOUNTS_TO_OPEN,
    ] {
        for language in LANGUAGES {
            let mut headers: Vec<String> = table.headers(language).map(crate::layout::fold).collect();
            let count = headers.len();
            headers.sort();
            headers.dedup();
            assert_eq!(headers.len(), count, "{}", table.name);
        }
        for column in table.columns.iter() {
            assert!(column.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", column.name);
            let is_chinese = !column.chinese.is_ascii() || column.name == "sluice_row";
            assert!(is_chinese && column.width > 0, "{}", column.name);
        }
    }
}

#[test]
fn every_word_has_its_chinese() {
    use crate::export::words;
    use domain::{account, item, transfer};
    let has = |words: words::Words, word: &str| words.iter().any(|(known, _)| *known == word);
    assert!(item::ItemState::ALL.iter().all(|state| has(words::ITEM_STATES, state.name())));
    assert!(account::AccountStatus::ALL.iter().all(|status| has(words::ACCOUNT_STATUSES, status.name())));
    assert!(account::AccountKind::ALL.iter().all(|kind| has(words::ACCOUNT_KINDS, kind.name())));
    assert!(transfer::TransferKind::ALL.iter().all(|kind| has(words::TRANSFER_KINDS, kind.name())));
    assert!(transfer::TransferStatus::ALL.iter().all(|status| has(words::TRANSFER_STATUSES, status.name())));
    assert!(text(result_file(ExportForm::Csv, Language::Chinese)).contains("成功"));
}
