//! Where the next page of a list begins, and the text of it in a cursor.

use std::fmt::Write as _;
use store::listing::CursorKey;
use store::value::Value;

/// Where the next page of a list begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextPage {
    /// After this row.
    After(CursorKey),
    /// Where a search continues: it ran out of time before it knew which rows come next.
    Search(SearchPlace),
}

/// An unfinished search for a page whose rows may be anywhere: no row is certain before all of them were searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchPlace {
    /// The page begins after this row; none at the beginning of the list.
    pub after: Option<CursorKey>,
    /// Rows to skip before the page.
    pub skip: i64,
    /// The last key that is searched, fixed when the search began: what is added meanwhile does not belong to it.
    pub end: i64,
    /// The key up to which everything was searched.
    pub at: i64,
    /// What follows that key and was searched as well, in an order of its own: up to this value and key.
    pub inside: Option<(i64, i64)>,
    /// The rows that come first among those searched, by ascending key.
    pub found: Vec<i64>,
    /// The last of them, if others that come after it were not kept.
    pub bound: Option<CursorKey>,
}

impl NextPage {
    /// The row after which the next page begins, if it is certain.
    #[must_use]
    pub const fn row(&self) -> Option<&CursorKey> {
        match self {
            Self::After(row) => Some(row),
            Self::Search(_) => None,
        }
    }

    /// It as text.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::After(row) => row_text(row),
            Self::Search(place) => place.text(),
        }
    }

    /// The place of such a text.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text.strip_prefix('s') {
            Some(place) => Some(Self::Search(SearchPlace::read(place)?)),
            None => Some(Self::After(read_row(text)?)),
        }
    }
}

impl SearchPlace {
    fn text(&self) -> String {
        let (value, key) = self.inside.unzip();
        let number = |number: Option<i64>| number.map_or_else(String::new, |number| number.to_string());
        let Self { after, skip, end, at, found, bound, .. } = self;
        let row = |row: &Option<CursorKey>| row.as_ref().map(row_text).unwrap_or_default();
        let (found, after, bound) = (gaps(found), row(after), row(bound));
        // The texts of rows may hold a comma.
        let length = after.len();
        format!("s{skip},{end},{at},{},{},{found},{length},{after}{bound}", number(value), number(key))
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(8, ',');
        let mut part = || parts.next();
        let (skip, end, at) = (part()?.parse().ok()?, part()?.parse().ok()?, part()?.parse().ok()?);
        let inside = match (part()?, part()?) {
            ("", "") => None,
            (value, key) => Some((value.parse().ok()?, key.parse().ok()?)),
        };
        let (found, length) = (read_gaps(part()?)?, part()?.parse().ok()?);
        let (after, bound) = part()?.split_at_checked(length)?;
        let (after, bound) = (read_row_or_none(after)?, read_row_or_none(bound)?);
        Some(Self { after, skip, end, at, inside, found, bound })
    }
}

/// A row as text: its key, preceded by a number that the list is sorted by, or followed by a text.
fn row_text(row: &CursorKey) -> String {
    match &row.value {
        Value::I64(value) => format!("{value} {}", row.key),
        Value::Text(text) => format!("{}={text}", row.key),
        Value::Null | Value::Blob(_) => row.key.to_string(),
    }
}

fn read_row(text: &str) -> Option<CursorKey> {
    if let Some((key, text)) = text.split_once('=') {
        return Some(CursorKey { value: text.into(), key: key.parse().ok()? });
    }
    match text.split_once(' ') {
        Some((value, key)) => {
            Some(CursorKey { value: Value::I64(value.parse().ok()?), key: key.parse().ok()? })
        }
        None => Some(CursorKey { value: Value::Null, key: text.parse().ok()? }),
    }
}

fn read_row_or_none(text: &str) -> Option<Option<CursorKey>> {
    if text.is_empty() { Some(None) } else { Some(Some(read_row(text)?)) }
}

/// Ascending keys as the gaps between them, which are short.
fn gaps(keys: &[i64]) -> String {
    let (mut text, mut before) = (String::new(), 0);
    for key in keys {
        // Writing to a string cannot fail.
        let _ = write!(text, "{:x}.", key.wrapping_sub(before));
        before = *key;
    }
    text
}

fn read_gaps(text: &str) -> Option<Vec<i64>> {
    let mut key = 0_i64;
    let gaps = text.split_terminator('.');
    gaps.map(|gap| {
        key = key.checked_add(i64::from_str_radix(gap, 16).ok()?)?;
        Some(key)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: impl Into<Value>, key: i64) -> CursorKey {
        CursorKey { value: value.into(), key }
    }

    #[test]
    fn a_place_survives_as_text() {
        let none = SearchPlace::default();
        let search = |place: &SearchPlace| NextPage::Search(place.clone());
        let found = vec![1, 2, 300, 70_000_000_000];
        let inside = Some((-5, 7));
        for (place, text) in [
            (NextPage::After(row(17, 4)), "17 4"),
            (NextPage::After(row(-17, 4)), "-17 4"),
            (NextPage::After(row(Value::Null, 4)), "4"),
            (NextPage::After(row("a=b, 你 c", 4)), "4=a=b, 你 c"),
            (search(&none), "s0,0,0,,,,0,"),
            (
                search(&SearchPlace { skip: 20, end: 9, at: 5, found, ..none.clone() }),
                "s20,9,5,,,1.1.12a.104c533ad4.,0,",
            ),
            (
                search(&SearchPlace { inside, after: Some(row("a,b", 4)), ..none.clone() }),
                "s0,0,0,-5,7,,5,4=a,b",
            ),
            (search(&SearchPlace { bound: Some(row(8, 4)), ..none.clone() }), "s0,0,0,,,,0,8 4"),
            (
                search(&SearchPlace { after: Some(row("你", 1)), bound: Some(row("好,", 2)), ..none }),
                "s0,0,0,,,,5,1=你2=好,",
            ),
        ] {
            assert_eq!(place.text(), text);
            assert_eq!(NextPage::read(text), Some(place));
        }
        for text in [
            "",
            "x",
            "1 x",
            "x=1",
            "s",
            "s1,2",
            "s1,2,3,4,,,0,",
            "s1,2,3,,,x.,0,",
            "s1,2,3,,,,0",
            "s1,2,3,,,,x,",
            "s1,2,3,,,,0,x",
            "s1,2,3,,,,2,1",
            "s1,2,3,,,,3,1=你",
        ] {
            assert_eq!(NextPage::read(text), None, "{text}");
        }
    }
}
