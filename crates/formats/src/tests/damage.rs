//! What spreadsheets do to values before they are saved as text.

use super::{check, check_any};

#[test]
fn a_value_that_a_spreadsheet_changed_is_a_problem_of_its_own() {
    for (payee, amount, problem) in [
        ("1.23E+15", "1", "payee DIGITS_LOST \"1.23E+15\""),
        ("6.22202E+18", "1", "payee DIGITS_LOST \"6.22202E+18\""),
        ("6,22E+18", "1", "payee DIGITS_LOST \"6,22E+18\""),
        ("2-Mar", "1", "payee DATE_FOR_NUMBER \"2-Mar\""),
        ("Mar-26", "1", "payee DATE_FOR_NUMBER \"Mar-26\""),
        ("2-mar-2026", "1", "payee DATE_FOR_NUMBER \"2-mar-2026\""),
        ("3月2日", "1", "payee DATE_FOR_NUMBER \"3月2日\""),
        ("2026年3月", "1", "payee DATE_FOR_NUMBER \"2026年3月\""),
        ("#N/A", "1", "payee CELL_ERROR \"#N/A\""),
        ("########", "1", "payee CELL_ERROR \"########\""),
        ("A", "2026-03-02", "amount DATE_FOR_NUMBER \"2026-03-02\""),
        ("A", "2026/3/2", "amount DATE_FOR_NUMBER \"2026/3/2\""),
        ("A", "3/2", "amount DATE_FOR_NUMBER \"3/2\""),
        ("A", "2-Mar", "amount DATE_FOR_NUMBER \"2-Mar\""),
        ("A", "#REF!", "amount CELL_ERROR \"#REF!\""),
    ] {
        check(
            format!("payee\tamount\n\"{payee}\"\t{amount}").replace('\t', ";").replace(';', ","),
            &format!("! 2 {problem}"),
        );
    }
    check("payee,amount,memo\nA,1,#N/A", "! 2 memo CELL_ERROR \"#N/A\"");
}

#[test]
fn values_that_only_look_like_damage_are_kept() {
    for payee in [
        "ACC-000123",
        "12-34-56",
        "2026-03-02",
        "MAR-2026-07",
        "E+5",
        "1E5",
        "7-11",
        "#1",
        "##",
        "Mar",
        "三月",
        "1-Q",
    ] {
        check(format!("payee,amount\n{payee},1"), &format!("2 \"1\" payee={payee:?}"));
    }
    // Left to the reader of amounts.
    check("payee,amount,memo\nA,1.23E+15,2-Mar", "2 \"1.23E+15\" payee=\"A\" memo=\"2-Mar\"");
}

fn accounts(numbers: impl Iterator<Item = String>) -> String {
    let rows: String = numbers.map(|number| format!("{number},1\n")).collect();
    format!("payee,amount\n{rows}")
}

/// The remarks on a file of account numbers.
fn remarks(file: &str) -> Vec<String> {
    let read = super::shown(super::opened(
        file.as_bytes().to_vec(),
        &crate::open::FileOptions::default(),
        &crate::payment::PaymentFileOptions::default(),
    ));
    read.lines().filter(|line| line.starts_with('~')).map(str::to_owned).collect()
}

#[test]
fn a_few_numbers_shorter_than_the_others_are_remarked_on() {
    let full = || (100_000..100_020).map(|n: u32| n.to_string());
    let with = |more: &[&str]| accounts(full().chain(more.iter().map(|n| (*n).to_owned())));
    assert_eq!(remarks(&with(&["12345", "77"])), ["~ 22 payee LEADING_ZEROS_LOST \"2 / 22\""]);
    assert_eq!(remarks(&with(&[])), [""; 0]);
    assert_eq!(remarks(&with(&["1234567"])), [""; 0], "longer ones prove nothing");
    assert_eq!(remarks(&with(&["012345", "77"])), [""; 0], "the column keeps its zeros");
    assert_eq!(remarks(&with(&["A-1", "x"])), [""; 0]);
    assert_eq!(remarks(&accounts((1..30_u32).map(|n| n.to_string()))), [""; 0], "the lengths differ anyway");
    assert_eq!(remarks("payee,amount\n123456,1\n77,1\n"), [""; 0], "too few");
}

#[test]
fn long_numbers_that_all_end_in_zeros_are_remarked_on() {
    let lost = |count: usize| accounts((0..count).map(|n| format!("62220212345{n:04}0000")));
    assert_eq!(remarks(&lost(1)), ["~ 2 payee DIGITS_LOST \"1 / 1\""]);
    assert_eq!(remarks(&lost(4)), ["~ 2 payee DIGITS_LOST \"4 / 4\""]);
    let good = lost(4) + "6222021234567890123,1\n";
    assert_eq!(remarks(&good), [""; 0]);
    // One number of sixteen digits ends in a zero by chance.
    assert_eq!(remarks("payee,amount\n6222021234567890,1\n"), [""; 0]);
    check_any("payee,amount\n6222021234567890123,1\n", r#"2 "1" payee="6222021234567890123""#);
}
