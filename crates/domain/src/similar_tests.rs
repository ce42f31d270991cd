//! When payments are the same, when batches are similar, and for how long that matters.

use super::*;
use std::fmt::Write;

const PLAIN: Payment<'_> = Payment {
    source: AccountId(1),
    target: AccountId(2),
    amount: 500,
    reference: Some("INV-7"),
    external_id: None,
    memo: Some("May salary"),
};

#[test]
fn rows_are_the_same_if_they_pay_the_same_whatever_their_spelling() {
    let cases = [
        ("itself", PLAIN, true),
        ("spaces", Payment { memo: Some("  May   salary "), ..PLAIN }, true),
        ("line ends", Payment { memo: Some("May\r\nsalary"), ..PLAIN }, true),
        ("the formula guard of our result files", Payment { memo: Some("'May salary"), ..PLAIN }, true),
        ("another payer", Payment { source: AccountId(3), ..PLAIN }, false),
        ("another payee", Payment { target: AccountId(3), ..PLAIN }, false),
        ("payer and payee swapped", Payment { source: AccountId(2), target: AccountId(1), ..PLAIN }, false),
        ("another amount", Payment { amount: 501, ..PLAIN }, false),
        ("another reference", Payment { reference: Some("INV-8"), ..PLAIN }, false),
        ("no reference", Payment { reference: None, ..PLAIN }, false),
        ("an external id", Payment { external_id: Some("X1"), ..PLAIN }, false),
        ("another memo", Payment { memo: Some("June salary"), ..PLAIN }, false),
        (
            "reference and memo swapped",
            Payment { reference: PLAIN.memo, memo: PLAIN.reference, ..PLAIN },
            false,
        ),
    ];
    for (name, payment, is_same) in cases {
        assert_eq!(print(&payment) == print(&PLAIN), is_same, "{name}");
    }
    let composed = Payment { memo: Some("Jos\u{e9}"), ..PLAIN };
    assert_eq!(print(&composed), print(&Payment { memo: Some("Jose\u{301}"), ..PLAIN }));
}

#[test]
fn a_print_never_changes_because_it_is_stored() {
    assert_eq!(print(&PLAIN), 15_235_476_496_695_066_700);
}

/// The day of the year 2026.
fn day(month: i64, day: i64) -> i64 {
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    before[usize::try_from(month - 1).unwrap()] + day
}

#[test]
fn the_window_counts_calendar_days_between_submissions() {
    // 2026-05-01 is a Friday.
    let cases = [
        ("the same day", (5, 1), (5, 1), 4),
        ("Friday's on Tuesday", (5, 1), (5, 5), 4),
        ("Friday's on Wednesday", (5, 1), (5, 6), 4),
        ("weekly wages", (5, 1), (5, 8), 4),
        ("weekly wages, a day early for a holiday", (5, 1), (5, 7), 4),
        ("weekly wages, Thursday's before Friday's", (4, 30), (5, 8), 4),
        ("two weeks' wages before Christmas", (12, 18), (12, 23), 4),
        ("monthly wages", (4, 30), (5, 29), 4),
        ("monthly wages after 35 days", (3, 31), (5, 5), 4),
        ("after 36 days", (3, 30), (5, 5), 4),
        ("a daily collection, window off", (5, 1), (5, 2), 0),
        ("the same day, window off", (5, 1), (5, 1), 0),
        ("the next day, window 1", (5, 1), (5, 2), 1),
        ("two days later, window 1", (5, 1), (5, 3), 1),
        ("monthly wages, window 35", (4, 30), (5, 29), 35),
        ("a clock set back", (5, 2), (5, 1), 4),
    ];
    let mut table = String::new();
    for (name, earlier, now, window) in cases {
        let nearness = Nearness::of(day(earlier.0, earlier.1), day(now.0, now.1), window);
        writeln!(table, "{name}: {nearness:?}").unwrap();
    }
    assert_eq!(
        table,
        "the same day: Within\nFriday's on Tuesday: Within\nFriday's on Wednesday: Remark\n\
         weekly wages: Remark\nweekly wages, a day early for a holiday: Remark\n\
         weekly wages, Thursday's before Friday's: Remark\ntwo weeks' wages before Christmas: Remark\n\
         monthly wages: Remark\nmonthly wages after 35 days: Remark\nafter 36 days: Apart\n\
         a daily collection, window off: Apart\nthe same day, window off: Apart\n\
         the next day, window 1: Within\ntwo days later, window 1: Remark\n\
         monthly wages, window 35: Within\na clock set back: Within\n"
    );
}

#[test]
fn a_batch_is_similar_if_more_than_half_its_rows_match_or_one_row_of_a_broken_off_batch() {
    for (rows, same, is_broken_off, is_similar) in [
        (10, 10, false, true),
        (10, 6, false, true),
        (10, 5, false, false),
        (10, 0, false, false),
        (11, 6, false, true),
        (11, 5, false, false),
        (1, 1, false, true),
        (10, 1, true, true),
        (10, 0, true, false),
    ] {
        let overlap = Overlap { rows, same, is_broken_off };
        assert_eq!(overlap.is_similar(), is_similar, "{overlap:?}");
    }
}

#[test]
fn each_row_is_matched_at_most_once() {
    let row = |print, item| Printed { print, item };
    let rows = Rows::new(vec![row(7, 1), row(3, 2), row(7, 3), row(9, 4)]);
    let pairs = |earlier: &[Printed]| {
        let mut comparison = rows.against();
        earlier.iter().for_each(|row| comparison.show(*row));
        comparison.pairs()
    };
    assert_eq!(pairs(&[]), []);
    assert_eq!(pairs(&[row(4, 10), row(0, 11), row(99, 12)]), []);
    assert_eq!(pairs(&[row(7, 10)]), [(1, 10)]);
    assert_eq!(pairs(&[row(7, 10), row(9, 11), row(7, 12), row(7, 13)]), [(1, 10), (4, 11), (3, 12)]);
    assert_eq!((rows.count(), Rows::new(Vec::new()).count()), (4, 0));
}
