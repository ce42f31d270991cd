//! A batch as the input of a task names it: `batch-20251210-001`, `batch_9`, `9`, or a JSON number, which is an id.

use crate::batch_ref::BatchRef;
use crate::id::BatchId;
use crate::noun::NounId;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A batch, by id or number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchName(pub BatchRef);

impl Serialize for BatchName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            BatchRef::Id(id) => serializer.serialize_i64(id.0),
            BatchRef::Number(number) => serializer.collect_str(&number),
        }
    }
}

impl<'de> Deserialize<'de> for BatchName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Name)
    }
}

struct Name;

impl Visitor<'_> for Name {
    type Value = BatchName;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<BatchName, E> {
        BatchRef::parse(text).map(BatchName).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<BatchName, E> {
        BatchId::from_number(number).map(|id| BatchName(id.into())).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<BatchName, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }
}
