//! Control totals: what is counted, skipped and folded.

use super::{payment, payments, problem};
use crate::payment::{AmountColumn, PaymentField, PaymentFileOptions, PaymentMapping};
use crate::report::{NAMED_MAX, Summary, Totals};

/// Rows and problems in line order, and the summary.
fn read(file: &str, options: &PaymentFileOptions, page: usize) -> (String, Summary) {
    let mut reader = payments(file.as_bytes(), options).unwrap_or_else(|e| panic!("{e}"));
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    while reader.next_page(page, &mut rows, &mut problems).unwrap() {}
    let rows = rows.iter().map(|row| (row.line, payment(row)));
    let mut lines: Vec<_> = rows.chain(problems.iter().map(|p| (p.line, problem(p)))).collect();
    lines.sort_by_key(|(line, _)| *line);
    (lines.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n"), reader.summary())
}

fn totals(summary: &Summary) -> String {
    let Totals { rows, blank_rows, total_rows, sum, unreadable_amounts } = summary.totals;
    format!("rows {rows} blank {blank_rows} totals {total_rows} sum {sum} unreadable {unreadable_amounts}")
}

fn check(file: &str, rows: &str, counted: &str) {
    let rows = rows.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    for page in [1, 2, 1_000] {
        let (read, summary) = read(file, &PaymentFileOptions::default(), page);
        assert_eq!((read, totals(&summary)), (rows.clone(), counted.to_owned()), "page {page}: {file}");
    }
}

#[test]
fn rows_of_only_delimiters_and_spaces_are_skipped_and_counted_like_blank_lines() {
    for header in ["account,amount,memo", "账号,金额,备注"] {
        check(
            &format!("\n\n{header}\nA,1.5,\n,,\n\n , \u{3000},\t\nB,2,\n\r\n,,,,,,\n   \n\"\",\"\",\n"),
            "4 \"1.5\" account=\"A\"\n8 \"2\" account=\"B\"",
            "rows 2 blank 7 totals 0 sum 3.5 unreadable 0",
        );
    }
}

#[test]
fn a_file_of_blank_rows_is_refused_as_having_no_rows() {
    for page in [1, 100] {
        let mut reader = payments("account,amount\n,\n,\n".as_bytes(), &PaymentFileOptions::default())
            .unwrap_or_else(|e| panic!("{e}"));
        let (mut rows, mut problems) = (Vec::new(), Vec::new());
        let refused = loop {
            match reader.next_page(page, &mut rows, &mut problems) {
                Ok(more) => assert!(more),
                Err(error) => break error.to_string(),
            }
        };
        assert_eq!(refused, "line 3: FILE_NO_ROWS");
    }
}

#[test]
fn a_row_without_a_payee_is_a_total_only_if_its_amount_is_the_sum_above() {
    for (header, note) in [("to,amount,memo", "Total"), ("收款账号,金额,备注", "合计")] {
        let rows = "2 \"1.50\" payee=\"A\"\n3 \"2.25\" payee=\"B\"";
        for total in ["3.75", "3.750"] {
            check(
                &format!("{header}\nA,1.50,\nB,2.25,\n,{total},{note}\n"),
                rows,
                "rows 2 blank 0 totals 1 sum 3.75 unreadable 0",
            );
        }
        check(
            &format!("{header}\nA,1.50,\nB,2.25,\n,3.76,{note}\n"),
            &format!("{rows}\n! 4 - PAYEE_MISSING \"\""),
            "rows 3 blank 0 totals 0 sum 7.51 unreadable 0",
        );
        // A subtotal, more rows, a total. A total label in the payee column counts as a payee's name.
        check(
            &format!("{header}\nA,1,\n,1,{note}\nB,2,\n,3,\n{note},3,\n"),
            &format!("2 \"1\" payee=\"A\"\n4 \"2\" payee=\"B\"\n6 \"3\" payee=\"{note}\""),
            "rows 3 blank 0 totals 2 sum 6 unreadable 0",
        );
        // There is nothing above the first row, and an unreadable amount is not part of any sum.
        check(
            &format!("{header}\n,0,\nA,x,\n,0,{note}\n"),
            "! 2 - PAYEE_MISSING \"\"\n3 \"x\" payee=\"A\"",
            "rows 2 blank 0 totals 1 sum 0 unreadable 1",
        );
    }
    let summary = read("to,amount\nA,5\n,5.0", &PaymentFileOptions::default(), 9).1;
    let named: Vec<_> = summary.total_rows.iter().map(|row| (row.line, row.amount.as_str())).collect();
    assert_eq!(named, [(3, "5.0")]);
}

#[test]
fn a_total_names_neither_payer_nor_account_nor_email_nor_uid() {
    for column in
        ["payer", "payee", "account", "email", "uid", "付款账号", "收款账号", "账号", "邮箱", "用户ID"]
    {
        let named = format!("{column},amount\nA,5\nB,5\n");
        assert_eq!(read(&named, &PaymentFileOptions::default(), 9).1.totals.total_rows, 0, "{column}");
        let unnamed = format!("{column},amount\nA,5\n,5\n");
        assert_eq!(read(&unnamed, &PaymentFileOptions::default(), 9).1.totals.total_rows, 1, "{column}");
    }
}

#[test]
fn control_totals_count_all_rows_and_every_readable_amount() {
    check(
        "account,amount\nA,0.1\nB,0.2\n,7\nC\nD,1,2\nE,\nF,-1\nG,\"1,000.00\"\nH\0,4\nI,999999999999999999\nJ,1.000000001\n",
        "2 \"0.1\" account=\"A\"
         3 \"0.2\" account=\"B\"
         ! 4 - PAYEE_MISSING \"\"
         ! 5 - FIELD_COUNT \"1 / 2\"
         ! 6 - FIELD_COUNT \"3 / 2\"
         ! 7 amount AMOUNT_MISSING \"\"
         8 \"-1\" account=\"F\"
         9 \"1,000.00\" account=\"G\"
         ! 10 account NUL_BYTE \"H\\\\u{0}\"
         11 \"999999999999999999\" account=\"I\"
         12 \"1.000000001\" account=\"J\"",
        "rows 11 blank 0 totals 0 sum 1000000000000000006.3 unreadable 7",
    );
    let options = PaymentFileOptions { amounts: AmountColumn::Optional, ..PaymentFileOptions::default() };
    let summary = read("account,amount\nA,\nB,5\nC,x", &options, 9).1;
    assert_eq!(totals(&summary), "rows 3 blank 0 totals 0 sum 5 unreadable 1");
}

#[test]
fn full_width_letters_and_digits_are_folded_in_numbers_and_reported() {
    for (header, column) in [("account,amount,memo", "amount"), ("账号,金额,备注", "金额")] {
        let file = format!("{header}\nA,１２．５０,９月\nＡ１２,3,\nC,1，5,\n");
        let (rows, summary) = read(&file, &PaymentFileOptions::default(), 9);
        assert_eq!(
            rows,
            "2 \"12.50\" account=\"A\" memo=\"９月\"\n3 \"3\" account=\"A12\"\n4 \"1，5\" account=\"C\""
        );
        let folded: Vec<_> =
            summary.folded.iter().map(|f| (f.line, &*f.column, &*f.before, &*f.after)).collect();
        let account = header.split(',').next().unwrap();
        assert_eq!(folded, [(2, column, "１２．５０", "12.50"), (3, account, "Ａ１２", "A12")]);
        assert_eq!(totals(&summary), "rows 3 blank 0 totals 0 sum 15.50 unreadable 1");
    }
}

#[test]
fn the_summary_has_a_bounded_size() {
    let rows = "A,１\n".repeat(NAMED_MAX + 5) + &",105\n".repeat(NAMED_MAX + 5);
    let summary = read(&format!("account,amount\n{rows}"), &PaymentFileOptions::default(), 50).1;
    assert_eq!((summary.folded.len(), summary.folded_count), (NAMED_MAX, 105));
    assert_eq!((summary.total_rows.len(), summary.totals.total_rows), (NAMED_MAX, 105));
    let long = format!("account,amount\nA１{},1", "x".repeat(400));
    assert_eq!(read(&long, &PaymentFileOptions::default(), 50).1.folded[0].after.chars().count(), 64);
}

#[test]
fn external_ids_that_only_number_the_rows_are_detected_at_the_end() {
    for (header, ids, is_count) in [
        ("external_id,to,amount", "1 2 3", true),
        ("request_id,to,amount", "1 2 3", true),
        ("业务号,收款账号,金额", "1 2 3", true),
        ("外部编号,收款账号,金额", "001 002 003", true),
        ("external_id,to,amount", "1", true),
        ("external_id,to,amount", "1 2 4", false),
        ("external_id,to,amount", "0 1 2", false),
        ("external_id,to,amount", "2 1 3", false),
        ("external_id,to,amount", "1 2 x", false),
        ("业务号,收款账号,金额", "P1 P2 P3", false),
        ("reference,to,amount", "1 2 3", false),
        ("序号,收款账号,金额", "1 2 3", false),
    ] {
        let rows: Vec<_> = ids.split(' ').map(|id| format!("{id},A,1")).collect();
        // Blank rows and totals do not count as rows.
        let file = format!("{header}\n{}\n,,\n,,{}\n", rows.join("\n"), rows.len());
        let summary = read(&file, &PaymentFileOptions::default(), 2).1;
        assert_eq!(summary.external_ids_are_a_row_count, is_count, "{header} {ids}");
        let name = header.split(',').next().unwrap();
        let is_proposed = summary.proposals.iter().any(|p| p.field == "external_id" && p.header == name);
        assert_eq!(is_proposed, is_count || name == "序号", "{header} {ids}");
    }
    assert!(
        !read("external_id,to,amount\n1,A,1\n,B,1", &PaymentFileOptions::default(), 9)
            .1
            .external_ids_are_a_row_count
    );
    let broken = "external_id,to,amount\n1,A,1\n2,B\n3,C,1";
    assert!(read(broken, &PaymentFileOptions::default(), 9).1.external_ids_are_a_row_count);
    let mut map = PaymentMapping::default();
    map.set(PaymentField::ExternalId, "external_id");
    let mapped = PaymentFileOptions { map, ..PaymentFileOptions::default() };
    assert!(!read("external_id,to,amount\n1,A,1\n2,B,1", &mapped, 9).1.external_ids_are_a_row_count);
}
