//! Decimal mark, group mark and currency sign: only as declared.

use super::{check_any, check_opened, opened, shown};
use crate::number_style::NumberStyle;
use crate::open::FileOptions;
use crate::payment::PaymentFileOptions;

fn style(words: &str) -> Option<NumberStyle> {
    let words: Vec<&str> = words.split(' ').collect();
    let word = |place: usize| words.get(place).copied().filter(|word| *word != "-");
    NumberStyle::parse(word(0), word(1), word(2))
}

#[test]
fn amounts_are_read_in_the_declared_style_and_no_other() {
    // Decimal mark, group mark, sign => amounts as written and as read, or the code.
    let table = "
        - - - => 1250.50=1250.50 1,250.50=1,250.50
        dot comma - => 1,250.50=1250.50 1250.50=1250.50 1,250=1250 12,50=AMOUNT_STYLE 1,25,000=AMOUNT_STYLE ,250=AMOUNT_STYLE 1，250=1250 1.250,50=AMOUNT_STYLE
        comma dot - => 1.250,50=1250.50 1250,50=1250.50 0,5=0.5 1.250=1250 1.25=AMOUNT_STYLE 1,250.50=AMOUNT_STYLE 1,2,3=AMOUNT_STYLE 5,=AMOUNT_STYLE
        comma - - => 12,5=12.5 12.5=AMOUNT_STYLE 1.250=AMOUNT_STYLE 12=12
        comma space - => 1_250,50=1250.50 1~250,50=1250.50 1__250=AMOUNT_STYLE 12_50=AMOUNT_STYLE
        dot apostrophe - => 1'250.50=1250.50 1’250=1250 1'25=AMOUNT_STYLE
        dot comma ¥ => ¥1,250.50=1250.50 ￥1,250=1250 1,250¥=1250 ¥_5=5 5=5 $5=AMOUNT_STYLE ¥¥5=AMOUNT_STYLE -¥5=AMOUNT_SIGN
        comma dot € => 1.250,50_€=1250.50 €5=5 5_$=AMOUNT_STYLE
        dot comma USD => USD_1,000.00=1000.00 1,000.00USD=1000.00 EUR_5=AMOUNT_STYLE
        dot comma - => -5=AMOUNT_SIGN +5=AMOUNT_SIGN (5)=AMOUNT_SIGN 1E3=AMOUNT_EXPONENT １,２５０=1250 five=AMOUNT_STYLE
    ";
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (words, cases) = line.split_once(" => ").unwrap();
        let options = PaymentFileOptions { numbers: style(words).unwrap(), ..PaymentFileOptions::default() };
        for case in cases.split(' ') {
            let (written, read) = case.split_once('=').unwrap();
            let written = written.replace('_', " ").replace('~', "\u{a0}");
            let file = format!("payee\tamount\nA\t{written}\n");
            let expected = match read.starts_with("AMOUNT_") {
                true => format!("! 2 amount {read} {written:?}"),
                false => format!("2 {read:?} payee=\"A\""),
            };
            assert_eq!(
                shown(opened(file.into_bytes(), &FileOptions::default(), &options)),
                expected,
                "{words}: {case}"
            );
        }
    }
}

#[test]
fn a_style_that_contradicts_itself_cannot_be_declared() {
    for words in [
        "dot dot -",
        "comma comma -",
        "point - -",
        "dot underscore -",
        "dot - 5",
        "dot - -5",
        "dot - a.b",
        "dot - Renminbi_Yuan",
    ] {
        assert_eq!(style(words), None, "{words}");
    }
    assert_eq!(style("- - -"), Some(NumberStyle::default()));
}

#[test]
fn the_style_is_that_of_texts_and_not_of_number_cells() {
    let options =
        PaymentFileOptions { numbers: style("comma dot -").unwrap(), ..PaymentFileOptions::default() };
    let bytes = super::workbook::amount(r#"<c r="B2"><v>1250.5</v></c>"#);
    check_opened(bytes, &FileOptions::default(), &options, r#"2 "1250.5" payee="A""#);
    let bytes = super::workbook::amount(r#"<c r="B2" t="str"><v>1.250,5</v></c>"#);
    check_opened(bytes, &FileOptions::default(), &options, r#"2 "1250.5" payee="A""#);
}

#[test]
fn sums_and_total_rows_follow_the_style() {
    let options =
        PaymentFileOptions { numbers: style("comma dot -").unwrap(), ..PaymentFileOptions::default() };
    let file = "payee;amount\nA;1.000,50\nB;2,25\n;1.002,75\n";
    check_opened(
        file,
        &FileOptions::default(),
        &options,
        "2 \"1000.50\" payee=\"A\"\n3 \"2.25\" payee=\"B\"",
    );
    check_any("payee;amount\nA;1,5\n;1,5\n", "2 \"1,5\" payee=\"A\"\n! 3 - PAYEE_MISSING \"\"");
}
