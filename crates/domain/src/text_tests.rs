//! What each kind of text accepts, and with which code it refuses the rest.

use crate::script::Digits;
use crate::table::{check, said};
use crate::text::{ExternalId, Name, OperationId, Reference, Text};
use proptest::prelude::*;

const INVISIBLE: &str = "INVISIBLE_CHARACTER";
const CONTROL: &str = "CONTROL_CHARACTER";

#[test]
fn a_text_may_have_line_breaks_and_mixed_scripts_but_no_control_characters() {
    let (full, long) = ("张".repeat(500), "张".repeat(501));
    check(
        &[
            ("  rent, March \n", "rent, March"),
            ("line\r\nline\tcolumn", "line\r\nline\tcolumn"),
            ("Zahlung für Иван", "Zahlung für Иван"),
            ("👨\u{200d}👩\u{200d}👧", "👨\u{200d}👩\u{200d}👧"),
            (&full, &full),
            ("", "none"),
            (" \u{3000}\t", "none"),
            (&long, "TEXT_TOO_LONG"),
            ("\u{200b}\u{2060}", INVISIBLE),
            ("a\0", "NUL_BYTE"),
            ("a\u{1b}[31m", CONTROL),
            ("a\u{85}b", CONTROL),
            ("a\u{2028}b", CONTROL),
            ("a\u{202e}txt.exe", CONTROL),
            ("a\u{2066}b\u{2069}", CONTROL),
            ("a\u{200f}b", CONTROL),
        ],
        |text| said(Text::parse(text).map(|text| text.map_or("none".to_owned(), String::from))),
    );
}

#[test]
fn a_name_is_one_line_of_1_to_255_characters() {
    let (full, long) = ("x".repeat(255), "x".repeat(256));
    check(
        &[
            (" Anna Weber ", "Anna Weber"),
            ("Anna Иванова", "Anna Иванова"),
            ("\u{fa19}山", "\u{fa19}山"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            (&full, &full),
            (&long, "NAME_INVALID"),
            ("", "NAME_INVALID"),
            (" \u{a0} ", "NAME_INVALID"),
            ("\u{200b}", "NAME_INVALID"),
            ("a\nb", CONTROL),
            ("a\tb", CONTROL),
            ("a\u{202d}b", CONTROL),
            ("a\0b", "NUL_BYTE"),
        ],
        |text| said(Name::parse(text)),
    );
}

#[test]
fn mixed_scripts_are_reported_so_that_they_can_be_flagged() {
    assert!(Name::parse("Аnna").unwrap().is_mixed());
    assert!(!Name::parse("Анна").unwrap().is_mixed());
    assert!(!Name::parse("王 Anna").unwrap().is_mixed());
    assert!(Text::parse("Оплата ABC").unwrap().unwrap().is_mixed());
    assert!(Reference::parse("Иван ABC").unwrap().is_mixed());
}

#[test]
fn names_that_differ_only_in_encoding_and_spaces_read_the_same() {
    let same = |a: &str, b: &str| Name::parse(a).unwrap().reads_as(b);
    assert!(same("Jose\u{301}  Ruiz", "José Ruiz "));
    assert!(same("王\u{3000}芳", "王 芳"));
    assert!(same("ＡＢＣ商事", "ABC商事"));
    assert!(!same("José Ruiz", "Jose Ruiz"));
    assert!(!same("Jo Ann", "Joann"));
}

#[test]
fn a_reference_is_visible_and_stored_as_it_reads() {
    let (full, long) = ("é".repeat(140), "é".repeat(141));
    check(
        &[
            (" Invoice 12/2026 ", "Invoice 12/2026"),
            ("Cafe\u{301}", "Café"),
            ("工资\u{3000}11月", "工资 11月"),
            ("a\u{a0}b", "a b"),
            ("№ １２", "№ １２"),
            (&full, &full),
            (&"e\u{301}".repeat(140), &full),
            (&long, "REFERENCE_INVALID"),
            ("", "REFERENCE_INVALID"),
            ("  ", "REFERENCE_INVALID"),
            ("a\u{200b}", INVISIBLE),
            ("a\u{fe0f}", INVISIBLE),
            ("\u{301}a", INVISIBLE),
            ("a\nb", CONTROL),
            ("a\u{202e}b", CONTROL),
            ("a\0", "NUL_BYTE"),
        ],
        |text| said(Reference::parse(text)),
    );
}

#[test]
fn an_external_id_has_1_to_64_plain_characters() {
    let (full, long) = ("x".repeat(64), "x".repeat(65));
    let invalid = "EXTERNAL_ID_INVALID";
    let rows = [
        (" PAY-2026.03:7/a_B ", "PAY-2026.03:7/a_B"),
        (&*full, &*full),
        (&*long, invalid),
        ("", invalid),
        ("a b", invalid),
        ("a#b", invalid),
        ("a\u{200b}", invalid),
        ("编号1", invalid),
        ("é", invalid),
    ];
    check(&rows, |text| said(ExternalId::parse(text, Digits::Refuse)));
    check(&rows, |text| said(ExternalId::parse(text, Digits::Fold)));
    assert_eq!(said(ExternalId::parse("Ａ１２", Digits::Fold)), "A12");
    assert_eq!(said(ExternalId::parse("Ａ１２", Digits::Refuse)), "FULL_WIDTH_DIGITS");
}

#[test]
fn an_operation_id_has_1_to_128_visible_ascii_characters_and_is_never_trimmed() {
    let (full, long) = ("x".repeat(128), "x".repeat(129));
    let invalid = "OPERATION_ID_INVALID";
    check(
        &[
            ("pay-1", "pay-1"),
            ("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
            (&full, &full),
            (&long, invalid),
            ("", invalid),
            (" pay-1", invalid),
            ("pay-1 ", invalid),
            ("pay 1", invalid),
            ("pay\t1", invalid),
            ("pay\n", invalid),
            ("pay\u{7f}", invalid),
            ("päy", invalid),
            ("１", invalid),
        ],
        |text| said(OperationId::parse(text)),
    );
}

#[test]
fn a_stored_text_is_a_json_string_and_is_checked_when_read() {
    let name = Name::parse(" 王芳 ").unwrap();
    assert_eq!(serde_json::to_string(&name).unwrap(), "\"王芳\"");
    assert_eq!(serde_json::from_str::<Name>("\" 王芳\"").unwrap(), name);
    assert_eq!(serde_json::from_str::<Name>("\"\"").unwrap_err().to_string(), "NAME_INVALID");
    assert!(serde_json::from_str::<Text>("\"a\\u0000\"").is_err());
    assert!(serde_json::from_str::<ExternalId>("\"１\"").is_err());
}

proptest! {
    #[test]
    fn stored_text_reads_back_unchanged(text in "\\PC{0,40}|[ a-zÀ-ÿ\u{300}-\u{30f}０-９\u{3000}]{0,12}") {
        if let Ok(Some(kept)) = Text::parse(&text) {
            prop_assert_eq!(Text::parse(kept.as_str()), Ok(Some(kept)));
        }
        if let Ok(kept) = Name::parse(&text) {
            prop_assert_eq!(Name::parse(kept.as_str()), Ok(kept));
        }
        if let Ok(kept) = Reference::parse(&text) {
            prop_assert_eq!(Reference::parse(kept.as_str()), Ok(kept));
        }
        if let Ok(kept) = ExternalId::parse(&text, Digits::Fold) {
            prop_assert_eq!(ExternalId::parse(kept.as_str(), Digits::Refuse), Ok(kept));
        }
    }
}
