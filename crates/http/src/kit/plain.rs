//! Identifiers in JSON: strings in which full-width digits are refused, because programs write them
//! (contract: "Ids, numbers, text"). The service checks everything else about them.

use domain::code::Code;
use domain::identity::Uid;
use domain::script::Digits;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// An account number, e-mail address or uid, exactly as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlainText(pub String);

impl<'de> Deserialize<'de> for PlainText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match Uid::parse(&text, Digits::Refuse) {
            Err(Code::FullWidthDigits) => Err(serde::de::Error::custom(Code::FullWidthDigits)),
            _ => Ok(Self(text)),
        }
    }
}

impl PartialSchema for PlainText {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255)).into()
    }
}

impl ToSchema for PlainText {}
