//! Account numbers: what people and other systems call an account, such as an IBAN.
//!
//! A number and an id never look the same: an id carries its noun (`acct_18`), and no account can be opened
//! with a number of that form.

use crate::code::Code;
use crate::identity::identifier;
use crate::noun;
use crate::script::{Digits, is_mixed, skeleton};
use crate::text::{NAME_MAX, kept_text};
use serde::{Deserialize, Serialize};

/// Lengths of an IBAN without spaces (ISO 13616), from Norway's to the longest allowed.
const IBAN_LENGTHS: std::ops::RangeInclusive<usize> = 15..=34;

kept_text! {
    /// An account's number: 1 to [`NAME_MAX`] visible characters in NFKC.
    AccountNumber, |text| Self::parse(text, Digits::Refuse)
}

impl AccountNumber {
    /// The number as stored: trimmed and in NFKC. An IBAN-like number also loses its spaces and becomes upper
    /// case.
    ///
    /// Refuses with `INVISIBLE_CHARACTER`, `MIXED_SCRIPTS`, `FULL_WIDTH_DIGITS` (if `digits` says so) or
    /// `NUL_BYTE`, consecutive spaces (`NUMBER_SPACES`), and a number that is empty or too long
    /// (`NAME_INVALID`). No account has a number that is refused here.
    pub fn parse(text: &str, digits: Digits) -> Result<Self, Code> {
        let number = identifier(text, digits)?;
        if !(1..=NAME_MAX).contains(&number.chars().count()) {
            Err(Code::NameInvalid)
        } else if let Some(iban) = iban(&number) {
            Ok(Self(iban))
        } else if number.contains("  ") {
            Err(Code::NumberSpaces)
        } else if is_mixed(&number) {
            Err(Code::MixedScripts)
        } else {
            Ok(Self(number))
        }
    }

    /// The number of an account to be opened; one that could be read as an id is `NAME_RESERVED`.
    pub fn for_opening(text: &str, digits: Digits) -> Result<Self, Code> {
        let number = Self::parse(text, digits)?;
        if number.is_reserved() { Err(Code::NameReserved) } else { Ok(number) }
    }

    /// Whether the number has the form of an id, in any case and any kind of digits. No account has such a
    /// number.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        noun::is_id_like(&self.0)
    }

    /// The key shared by all numbers that a reader could mistake for this one (see [`skeleton`]).
    #[must_use]
    pub fn skeleton(&self) -> String {
        skeleton(&self.0)
    }
}

/// The canonical spelling of an IBAN-like number: two letters, two digits, then letters and digits, grouped
/// or not.
fn iban(number: &str) -> Option<String> {
    let joined = number.replace(' ', "");
    let (country, rest) = joined.split_at_checked(2)?;
    let (check, account) = rest.split_at_checked(2)?;
    let is_iban = IBAN_LENGTHS.contains(&joined.len())
        && country.bytes().all(|b| b.is_ascii_alphabetic())
        && check.bytes().all(|b| b.is_ascii_digit())
        && account.bytes().all(|b| b.is_ascii_alphanumeric());
    is_iban.then(|| joined.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{check, said};
    use proptest::prelude::*;

    #[test]
    fn a_number_has_one_spelling() {
        let (full, long) = ("9".repeat(255), "9".repeat(256));
        check(
            &[
                (" 6222 0202 ", "6222 0202"),
                ("６２２２", "6222"),
                ("Ａ－１\u{3000}Ｂ", "A-1 B"),
                ("a\u{a0}b", "a b"),
                ("Cafe\u{301}-1", "Café-1"),
                ("工资户 A1", "工资户 A1"),
                ("Счёт 5", "Счёт 5"),
                ("18", "18"),
                ("0018", "0018"),
                ("acct_18", "acct_18"),
                (&full, &full),
                (&long, "NAME_INVALID"),
                ("", "NAME_INVALID"),
                ("\u{3000}", "NAME_INVALID"),
                ("a  b", "NUMBER_SPACES"),
                ("a \u{a0}b", "NUMBER_SPACES"),
                ("a\tb", "INVISIBLE_CHARACTER"),
                ("a\u{1680}b", "INVISIBLE_CHARACTER"),
                ("6222\u{200b}", "INVISIBLE_CHARACTER"),
                ("62\u{202e}22", "INVISIBLE_CHARACTER"),
                ("6222\u{fe0f}", "INVISIBLE_CHARACTER"),
                ("\u{301}6222", "INVISIBLE_CHARACTER"),
                ("АCCT-1", "MIXED_SCRIPTS"),
                ("62٢2", "MIXED_SCRIPTS"),
                ("6222\0", "NUL_BYTE"),
            ],
            |text| said(AccountNumber::parse(text, Digits::Fold)),
        );
        assert_eq!(said(AccountNumber::parse("６２２２", Digits::Refuse)), "FULL_WIDTH_DIGITS");
    }

    #[test]
    fn an_iban_is_stored_in_upper_case_without_spaces_and_other_numbers_are_unchanged() {
        check(
            &[
                ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
                ("de89370400440532013000", "DE89370400440532013000"),
                ("ＤＥ89\u{a0}3704\u{a0}0044\u{a0}0532\u{a0}0130\u{a0}00", "DE89370400440532013000"),
                ("NO93 8601 1117 947", "NO9386011117947"),
                ("mt84 malt 0110 0001 2345 mtlc ast0 01s", "MT84MALT011000012345MTLCAST001S"),
                ("no93 8601 1117 94", "no93 8601 1117 94"),
                ("de8x 3704 0044 0532 0130 00", "de8x 3704 0044 0532 0130 00"),
                ("d189 3704 0044 0532 0130 00", "d189 3704 0044 0532 0130 00"),
                ("de89-3704-0044-0532-0130-00", "de89-3704-0044-0532-0130-00"),
                ("6222 0202 0001 2345 678", "6222 0202 0001 2345 678"),
                ("DE89  3704 0044 0532 0130 00", "DE89370400440532013000"),
            ],
            |text| said(AccountNumber::parse(text, Digits::Fold)),
        );
    }

    #[test]
    fn a_number_that_could_be_read_as_an_id_cannot_be_opened() {
        let reserved = "NAME_RESERVED";
        check(
            &[
                ("acct_18", reserved),
                ("ACCT_18", reserved),
                ("ａｃｃｔ＿１８", reserved),
                ("acct_018", reserved),
                ("acct_99999999999999999999999", reserved),
                ("user_3", reserved),
                ("tmpl_1", reserved),
                ("evt_1", reserved),
                ("18", "18"),
                ("acct-18", "acct-18"),
                ("acct_18a", "acct_18a"),
                ("acct_", "acct_"),
                ("account_18", "account_18"),
                ("my_acct_18", "my_acct_18"),
                ("batch-20251210-001", "batch-20251210-001"),
            ],
            |text| said(AccountNumber::for_opening(text, Digits::Fold)),
        );
    }

    #[test]
    fn numbers_that_look_alike_share_a_skeleton() {
        let of = |text| AccountNumber::parse(text, Digits::Fold).unwrap().skeleton();
        assert_eq!(of("ACC-10"), of("acc-lO"));
        assert_eq!(of("СОР"), of("COP"));
        assert_ne!(of("ACC-10"), of("ACC-11"));
    }

    proptest! {
        #[test]
        fn a_stored_number_reads_back_unchanged(text in "\\PC{0,20}|[a-zA-Z]{2}[0-9]{2}( ?[a-z0-9]{4}){2,8}") {
            if let Ok(kept) = AccountNumber::parse(&text, Digits::Fold) {
                prop_assert_eq!(AccountNumber::parse(kept.as_str(), Digits::Refuse), Ok(kept));
            }
        }
    }
}
