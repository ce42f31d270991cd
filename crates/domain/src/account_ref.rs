//! How an account is named from outside: by id or by number.

use crate::code::Code;
use crate::id::AccountId;
use crate::noun::{NounId, plain_id};
use crate::number::AccountNumber;
use crate::script::Digits;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An account as a request, a file or a user names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountRef {
    /// By id: `acct_18`, or a JSON number.
    Id(AccountId),
    /// By number: any other text, even if it is all digits.
    Number(AccountNumber),
}

/// An account as a caller gave it, parsed where it enters. A text that cannot name an account keeps the
/// reason: the verb refuses it, and audits the refusal, as it does for an account that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenAccount {
    /// The text as written.
    pub written: String,
    /// The account it names, or why it cannot name one.
    pub named: Result<AccountRef, Code>,
}

impl GivenAccount {
    /// Parses a text; `digits` says whether full-width digits are allowed.
    #[must_use]
    pub fn read(written: String, digits: Digits) -> Self {
        let named = AccountRef::parse(&written, digits);
        Self { written, named }
    }
}

/// As people write it: full-width digits count as digits.
impl From<String> for GivenAccount {
    fn from(written: String) -> Self {
        Self::read(written, Digits::Fold)
    }
}

/// As people write it: full-width digits count as digits.
impl From<&str> for GivenAccount {
    fn from(written: &str) -> Self {
        written.to_owned().into()
    }
}

impl AccountRef {
    /// Reads a string from a query, file, command line or JSON: `acct_18` is an id, bare digits are a number.
    ///
    /// Refuses what cannot be a number (see [`AccountNumber::parse`]), and with `ID_INVALID` what looks like
    /// an id but is not an account id in its only spelling (`ACCT_18`, `acct_018`, `user_3`).
    pub fn parse(text: &str, digits: Digits) -> Result<Self, Code> {
        let number = AccountNumber::parse(text, digits)?;
        if number.is_reserved() {
            AccountId::from_tagged(number.as_str()).map(Self::Id)
        } else {
            Ok(Self::Number(number))
        }
    }

    /// Reads a JSON number, which is an id; `ID_INVALID` outside the bounds.
    pub fn from_json_number(number: i64) -> Result<Self, Code> {
        AccountId::from_number(number).map(Self::Id)
    }

    /// The id that a number of bare digits may have been meant as. If no account has the number but one has
    /// this id, the refusal says how to write the id.
    #[must_use]
    pub fn looks_like_id(&self) -> Option<AccountId> {
        match self {
            Self::Id(_) => None,
            Self::Number(number) => plain_id(number.as_str()).map(AccountId),
        }
    }
}

/// `acct_18`, or the number.
impl std::fmt::Display for AccountRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => f.write_str(&id.tagged()),
            Self::Number(number) => number.fmt(f),
        }
    }
}

impl Serialize for AccountRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonAccount)
    }
}

/// Accepts a JSON number or string.
struct JsonAccount;

impl Visitor<'_> for JsonAccount {
    type Value = AccountRef;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an account's id as a number, or its number or tagged id as a string")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<AccountRef, E> {
        AccountRef::from_json_number(number).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<AccountRef, E> {
        let number = i64::try_from(number).map_err(|_| E::custom(Code::IdInvalid))?;
        self.visit_i64(number)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<AccountRef, E> {
        AccountRef::parse(text, Digits::Refuse).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{check, said};

    fn kind(result: Result<AccountRef, Code>) -> String {
        said(result.map(|found| match found {
            AccountRef::Id(id) => format!("id {id}"),
            AccountRef::Number(number) => format!("number {number}"),
        }))
    }

    #[test]
    fn only_the_tagged_form_is_an_id_and_bare_digits_are_a_number() {
        check(
            &[
                ("acct_18", "id 18"),
                (" acct_18 ", "id 18"),
                ("18", "number 18"),
                ("018", "number 018"),
                ("acct-18", "number acct-18"),
                ("DE89 3704 0044 0532 0130 00", "number DE89370400440532013000"),
                ("ACCT_18", "ID_INVALID"),
                ("acct_018", "ID_INVALID"),
                ("acct_0", "ID_INVALID"),
                ("acct_9007199254740992", "ID_INVALID"),
                ("user_3", "ID_INVALID"),
                ("", "NAME_INVALID"),
                ("a\u{200b}", "INVISIBLE_CHARACTER"),
            ],
            |text| kind(AccountRef::parse(text, Digits::Refuse)),
        );
        assert_eq!(kind(AccountRef::parse("acct_１８", Digits::Fold)), "id 18");
        assert_eq!(kind(AccountRef::parse("acct_１８", Digits::Refuse)), "FULL_WIDTH_DIGITS");
    }

    #[test]
    fn a_text_that_names_no_account_keeps_its_reason() {
        let given = GivenAccount::from("ACCT_18");
        assert_eq!((given.written.as_str(), given.named), ("ACCT_18", Err(Code::IdInvalid)));
        assert_eq!(GivenAccount::from("acct_１８").named, Ok(AccountRef::Id(AccountId(18))));
    }

    #[test]
    fn a_displayed_reference_reads_back_as_the_same_account() {
        for text in ["acct_18", "18", "王-1"] {
            let found = AccountRef::parse(text, Digits::Refuse).unwrap();
            assert_eq!(AccountRef::parse(&found.to_string(), Digits::Refuse), Ok(found));
        }
    }

    #[test]
    fn a_number_of_bare_digits_may_have_been_meant_as_an_id() {
        let id = |text| AccountRef::parse(text, Digits::Refuse).unwrap().looks_like_id();
        assert_eq!(id("8"), Some(AccountId(8)));
        for text in ["acct_8", "08", "8a", "9007199254740992"] {
            assert_eq!(id(text), None, "{text}");
        }
    }

    #[test]
    fn in_json_a_number_is_an_id_and_a_string_is_read_as_text() {
        check(
            &[
                ("18", "id 18"),
                ("\"18\"", "number 18"),
                ("\"acct_18\"", "id 18"),
                ("9007199254740991", "id 9007199254740991"),
                ("9007199254740992", "refused"),
                ("18446744073709551615", "refused"),
                ("0", "refused"),
                ("-1", "refused"),
                ("1.5", "refused"),
                ("1.0", "refused"),
                ("true", "refused"),
                ("[18]", "refused"),
                ("{\"id\":18}", "refused"),
                ("\"１８\"", "refused"),
            ],
            |json| serde_json::from_str(json).map_or("refused".to_owned(), |found| kind(Ok(found))),
        );
    }

    #[test]
    fn an_account_is_written_to_json_as_a_string() {
        let json = |text| serde_json::to_string(&AccountRef::parse(text, Digits::Refuse).unwrap()).unwrap();
        assert_eq!((json("acct_18"), json("18")), ("\"acct_18\"".to_owned(), "\"18\"".to_owned()));
    }
}
