//! Lists as people ask for them: conditions, an order of their choice, a place to go on from. The texts are
//! put together from fixed parts only; whatever people sent is an argument.

use crate::value::Value;

/// Which way a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Smallest first.
    #[default]
    Ascending,
    /// Largest first.
    Descending,
}

/// Where a page ended: the sorted column's value in its last row, and the row's key, which makes the order a
/// total one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The sorted column's value; the key itself if the list is sorted by it.
    pub value: Value,
    /// The row's key.
    pub key: i64,
}

/// Keys from one to another, both of them in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The lowest.
    pub first: i64,
    /// The highest.
    pub last: i64,
}

impl Window {
    /// Whether no key is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.first > self.last
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Default)]
pub struct Slice {
    /// The order.
    pub order: Order,
    /// Behind this place.
    pub after: Option<Place>,
    /// Rows to leave out at the beginning.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
    /// Only rows with keys in here.
    pub window: Option<Window>,
}

/// A query under construction.
#[derive(Debug)]
pub(crate) struct Listing {
    text: String,
    args: Vec<Value>,
}

impl Listing {
    /// Over tables, as after `FROM`.
    pub(crate) fn over(from: &str) -> Self {
        Self { text: format!("FROM {from} WHERE 1 = 1"), args: Vec::new() }
    }

    fn arg(&mut self, value: Value) -> String {
        self.args.push(value);
        format!("${}", self.args.len())
    }

    /// Only rows that fulfil this; each `?` stands for the value.
    pub(crate) fn and(&mut self, condition: &str, value: impl Into<Value>) {
        let place = self.arg(value.into());
        self.text += &format!(" AND {}", condition.replace('?', &place));
    }

    /// Only rows of which one of these columns contains a text, in upper or lower case.
    pub(crate) fn contains(&mut self, columns: &[&str], part: &str) {
        let mut pattern = part.to_lowercase();
        // Else they would stand for any text, and the engines do not agree on what a backslash does.
        for special in ['!', '%', '_'] {
            pattern = pattern.replace(special, &format!("!{special}"));
        }
        let place = self.arg(format!("%{pattern}%").into());
        let any: Vec<_> =
            columns.iter().map(|column| format!("LOWER({column}) LIKE {place} ESCAPE '!'")).collect();
        self.text += &format!(" AND ({})", any.join(" OR "));
    }

    /// The query for the number of rows; with a bound, no more of them are counted.
    pub(crate) fn count(mut self, most: Option<i64>) -> (String, Vec<Value>) {
        let Some(most) = most else { return (format!("SELECT COUNT(*) {}", self.text), self.args) };
        let most = self.arg(most.into());
        (format!("SELECT COUNT(*) FROM (SELECT 1 {} LIMIT {most}) counted", self.text), self.args)
    }

    /// The query for a part of the rows, sorted by a column and then by the key.
    pub(crate) fn page(mut self, columns: &str, sort: &str, key: &str, slice: Slice) -> (String, Vec<Value>) {
        let (sign, way) = match slice.order {
            Order::Ascending => (">", ""),
            Order::Descending => ("<", " DESC"),
        };
        let (by_key, order) = match sort == key {
            true => (true, format!("{key}{way}")),
            false => (false, format!("{sort}{way}, {key}{way}")),
        };
        if let Some(Place { value, key: number }) = slice.after {
            let number = self.arg(number.into());
            let behind = if by_key {
                format!("{key} {sign} {number}")
            } else {
                let value = self.arg(value);
                format!("({sort} {sign} {value} OR ({sort} = {value} AND {key} {sign} {number}))")
            };
            self.text += &format!(" AND {behind}");
        }
        if let Some(window) = slice.window {
            let (first, last) = (self.arg(window.first.into()), self.arg(window.last.into()));
            self.text += &format!(" AND {key} BETWEEN {first} AND {last}");
        }
        let (limit, offset) = (self.arg(slice.limit.into()), self.arg(slice.offset.into()));
        let text = format!("SELECT {columns} {} ORDER BY {order} LIMIT {limit} OFFSET {offset}", self.text);
        (text, self.args)
    }
}
