//! Lists as clients request them: conditions, a chosen order, a cursor to continue from. The texts are
//! assembled from fixed parts only; everything a client sent is an argument.

use crate::value::Value;

/// A list's sort direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Smallest first.
    #[default]
    Ascending,
    /// Largest first.
    Descending,
}

/// Where a page ended: the sorted column's value in its last row, and the row's key as tie-breaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorKey {
    /// The sorted column's value; the key itself if the list is sorted by it.
    pub value: Value,
    /// The row's key.
    pub key: i64,
}

/// A range of keys, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The lowest.
    pub first: i64,
    /// The highest.
    pub last: i64,
}

impl Window {
    /// Whether it contains no keys.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.first > self.last
    }
}

/// Which page of a list is requested.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    /// The order.
    pub order: Order,
    /// Start after this cursor.
    pub after: Option<CursorKey>,
    /// Rows to skip.
    pub offset: i64,
    /// Maximum number of rows.
    pub limit: i64,
    /// Only rows with keys in this window.
    pub window: Option<Window>,
}

/// A query under construction.
#[derive(Debug)]
pub(crate) struct Listing {
    text: String,
    args: Vec<Value>,
}

impl Listing {
    /// Over tables, as written after `FROM`.
    pub(crate) fn over(from: &str) -> Self {
        Self { text: format!("FROM {from} WHERE 1 = 1"), args: Vec::new() }
    }

    fn arg(&mut self, value: Value) -> String {
        self.args.push(value);
        format!("${}", self.args.len())
    }

    /// Only rows that meet this condition; each `?` is replaced by the value.
    pub(crate) fn and(&mut self, condition: &str, value: impl Into<Value>) {
        let place = self.arg(value.into());
        self.text += &format!(" AND {}", condition.replace('?', &place));
    }

    /// Only rows in which one of these columns contains a text, ignoring case.
    pub(crate) fn contains(&mut self, columns: &[&str], part: &str) {
        let mut pattern = part.to_lowercase();
        // Unescaped they would match any text, and the engines disagree on what a backslash does.
        for special in ['!', '%', '_'] {
            pattern = pattern.replace(special, &format!("!{special}"));
        }
        let place = self.arg(format!("%{pattern}%").into());
        let any: Vec<_> =
            columns.iter().map(|column| format!("LOWER({column}) LIKE {place} ESCAPE '!'")).collect();
        self.text += &format!(" AND ({})", any.join(" OR "));
    }

    /// The query that counts the rows; with a bound, counting stops there.
    pub(crate) fn count(mut self, most: Option<i64>) -> (String, Vec<Value>) {
        let Some(most) = most else { return (format!("SELECT COUNT(*) {}", self.text), self.args) };
        let most = self.arg(most.into());
        (format!("SELECT COUNT(*) FROM (SELECT 1 {} LIMIT {most}) counted", self.text), self.args)
    }

    /// The query for a page of the rows, sorted by a column and then by the key.
    pub(crate) fn page(
        mut self,
        columns: &str,
        sort: &str,
        key: &str,
        slice: PageRequest,
    ) -> (String, Vec<Value>) {
        let (sign, way) = match slice.order {
            Order::Ascending => (">", ""),
            Order::Descending => ("<", " DESC"),
        };
        let (by_key, order) = match sort == key {
            true => (true, format!("{key}{way}")),
            false => (false, format!("{sort}{way}, {key}{way}")),
        };
        if let Some(CursorKey { value, key: number }) = slice.after {
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
