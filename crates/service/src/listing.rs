//! Places in lists as texts, for whoever hands them out as cursors.

use store::value::Value;

pub use store::listing::{Order, Place, Slice};

/// A place as a text. A text value is left out, because it may be long: the list that is sorted by it looks it
/// up by the key.
#[must_use]
pub fn place_text(place: &Place) -> String {
    match &place.value {
        Value::I64(value) => format!("{value} {}", place.key),
        _ => place.key.to_string(),
    }
}

/// The place of such a text.
#[must_use]
pub fn read_place(text: &str) -> Option<Place> {
    match text.split_once(' ') {
        Some((value, key)) => Some(Place { value: Value::I64(value.parse().ok()?), key: key.parse().ok()? }),
        None => Some(Place { value: Value::Null, key: text.parse().ok()? }),
    }
}
