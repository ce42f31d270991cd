//! How a request identifies an account.

use domain::account_ref::GivenAccount;
use domain::code::Code;
use domain::id::AccountId;
use domain::noun::NounId;
use domain::script::Digits;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use utoipa::openapi::{ObjectBuilder, OneOfBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// An account: its id as a JSON number or as `acct_18`, or its account number as any other string. The verb
/// refuses a text that names no account, so that the refusal is audited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccountInput(pub GivenAccount);

impl AccountInput {
    /// Reads a string from JSON, a query or a path. Programs write these, so full-width digits are refused.
    pub(crate) fn read(text: &str) -> Result<Self, Code> {
        match GivenAccount::read(text.to_owned(), Digits::Refuse) {
            GivenAccount { named: Err(Code::FullWidthDigits), .. } => Err(Code::FullWidthDigits),
            given => Ok(Self(given)),
        }
    }
}

impl<'de> Deserialize<'de> for AccountInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Named)
    }
}

/// Accepts a JSON number or string.
struct Named;

impl Visitor<'_> for Named {
    type Value = AccountInput;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an account's id as a number, or its account number or acct_ID as a string")
    }

    fn visit_i64<E: Error>(self, id: i64) -> Result<AccountInput, E> {
        Ok(AccountInput(GivenAccount::read(AccountId(id).tagged(), Digits::Refuse)))
    }

    fn visit_u64<E: Error>(self, id: u64) -> Result<AccountInput, E> {
        self.visit_i64(i64::try_from(id).unwrap_or(i64::MAX))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<AccountInput, E> {
        AccountInput::read(text).map_err(E::custom)
    }
}

impl PartialSchema for AccountInput {
    fn schema() -> RefOr<Schema> {
        let id = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(domain::id::ID_MAX));
        let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255));
        OneOfBuilder::new().item(id).item(text).into()
    }
}

impl ToSchema for AccountInput {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_number_is_an_id_and_a_string_is_passed_on() {
        for (json, expected) in [
            ("18", "acct_18"),
            ("\"18\"", "18"),
            ("\"acct_18\"", "acct_18"),
            ("\" A-1 \"", " A-1 "),
            ("0", "acct_0"),
            ("-1", "acct_-1"),
            ("18446744073709551615", "acct_9223372036854775807"),
            ("\"１８\"", "FULL_WIDTH_DIGITS"),
            ("1.0", "refused"),
            ("true", "refused"),
            ("[18]", "refused"),
            ("null", "refused"),
        ] {
            let said = match serde_json::from_str::<AccountInput>(json) {
                Ok(given) => given.0.written,
                Err(error) if error.to_string().starts_with("FULL_WIDTH_DIGITS") => {
                    "FULL_WIDTH_DIGITS".to_owned()
                }
                Err(_) => "refused".to_owned(),
            };
            assert_eq!(said, expected, "{json}");
        }
    }
}
