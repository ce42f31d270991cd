//! How a request identifies a payer or a payee.

use domain::script::Digits;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer};
use service::payee::{Field, Given, Side};
use std::fmt;
use utoipa::ToSchema;

/// An account: its id as a JSON number, or, as a string, its account number or its id in the form `acct_18`.
/// A string of digits only is an account number, never an id.
#[derive(Debug, Clone, ToSchema)]
#[schema(example = "PAYROLL-1")]
#[expect(
    dead_code,
    reason = "the schema of `BatchPartyInput`: read by its own visitor, which names no Rust type"
)]
#[serde(untagged)]
pub(crate) enum BatchPartySchema {
    /// The account's id.
    Id(i64),
    /// The account's number, or its prefixed id.
    Number(String),
}

/// An account as it was sent.
#[derive(Debug, Clone)]
pub(crate) enum BatchPartyInput {
    /// A JSON number.
    Id(i64),
    /// A JSON string.
    Text(String),
}

impl BatchPartyInput {
    pub(crate) fn given(self, side: Option<Side>, field: Field) -> Given {
        match self {
            Self::Id(id) => Given::id(side, field, id),
            Self::Text(text) => Given::account(side, field, text, Digits::Refuse),
        }
    }
}

impl<'de> Deserialize<'de> for BatchPartyInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Party;

        impl Visitor<'_> for Party {
            type Value = BatchPartyInput;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an account: its id as a number, or its account number as a string")
            }

            fn visit_i64<E: serde::de::Error>(self, id: i64) -> Result<BatchPartyInput, E> {
                Ok(BatchPartyInput::Id(id))
            }

            fn visit_u64<E: serde::de::Error>(self, id: u64) -> Result<BatchPartyInput, E> {
                // A number that is too large is refused as an invalid id, just like a negative one.
                Ok(BatchPartyInput::Id(i64::try_from(id).unwrap_or(i64::MAX)))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<BatchPartyInput, E> {
                Ok(BatchPartyInput::Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Party)
    }
}
