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

impl Order {
    /// The comparison with what comes after a value, and the direction as written in `ORDER BY`.
    const fn sql(self) -> (&'static str, &'static str) {
        match self {
            Self::Ascending => (">", ""),
            Self::Descending => ("<", " DESC"),
        }
    }
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

    /// Whether another one, which does not begin before it, begins at most a gap after its end.
    #[must_use]
    pub const fn reaches(self, next: Self, gap: i64) -> bool {
        next.first <= self.last.saturating_add(gap)
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
    /// Only rows with these keys; empty: with any.
    pub among: Vec<i64>,
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

    /// Only rows whose column has one of these stored numbers.
    pub(crate) fn one_of(&mut self, column: &str, numbers: &[String]) {
        self.text += &format!(" AND {column} IN ({})", numbers.join(", "));
    }

    /// Only rows in which one of these columns contains a text, ignoring case. An engine may ignore case for ASCII
    /// letters only; other letters then match as written.
    pub(crate) fn contains(&mut self, columns: &[&str], part: &str) {
        let lower = self.arg(pattern(&part.to_lowercase()).into());
        let mut any: Vec<_> =
            columns.iter().map(|column| format!("LOWER({column}) LIKE {lower} ESCAPE '!'")).collect();
        if !part.is_ascii() {
            let written = self.arg(pattern(part).into());
            any.extend(columns.iter().map(|column| format!("{column} LIKE {written} ESCAPE '!'")));
        }
        self.text += &format!(" AND ({})", any.join(" OR "));
    }

    /// Only rows with keys in a window.
    pub(crate) fn within(&mut self, key: &str, window: Window) {
        let (first, last) = (self.arg(window.first.into()), self.arg(window.last.into()));
        self.text += &format!(" AND {key} BETWEEN {first} AND {last}");
    }

    /// The query that counts the rows; with a bound, counting stops there.
    pub(crate) fn count(mut self, most: Option<i64>) -> (String, Vec<Value>) {
        let Some(most) = most else { return (format!("SELECT COUNT(*) {}", self.text), self.args) };
        let most = self.arg(most.into());
        (format!("SELECT COUNT(*) FROM (SELECT 1 {} LIMIT {most}) counted", self.text), self.args)
    }

    /// The query for a page of the rows, sorted by a column and then by the key.
    pub(crate) fn page(
        self,
        columns: &str,
        sort: &str,
        key: &str,
        slice: PageRequest,
    ) -> (String, Vec<Value>) {
        let ties = slice.order;
        self.page_with_ties(columns, (sort, key), ties, slice)
    }

    /// The same, with the order of the rows that are equal in the sorted column.
    pub(crate) fn page_with_ties(
        mut self,
        columns: &str,
        (sort, key): (&str, &str),
        ties: Order,
        slice: PageRequest,
    ) -> (String, Vec<Value>) {
        let (sign, way) = slice.order.sql();
        let (tie_sign, tie_way) = ties.sql();
        let (by_key, order) = match sort == key {
            true => (true, format!("{key}{way}")),
            false => (false, format!("{sort}{way}, {key}{tie_way}")),
        };
        if let Some(CursorKey { value, key: number }) = slice.after {
            let number = self.arg(number.into());
            let behind = if by_key {
                format!("{key} {sign} {number}")
            } else {
                let value = self.arg(value);
                // An index by the column is entered at the value; a window of keys is read instead of it.
                let from =
                    slice.window.map_or_else(|| format!("{sort} {sign}= {value} AND "), |_| String::new());
                format!("{from}({sort} {sign} {value} OR ({sort} = {value} AND {key} {tie_sign} {number}))")
            };
            self.text += &format!(" AND {behind}");
        }
        if let Some(window) = slice.window {
            self.within(key, window);
        }
        if !slice.among.is_empty() {
            let keys: Vec<_> = slice.among.iter().map(|key| self.arg((*key).into())).collect();
            self.text += &format!(" AND {key} IN ({})", keys.join(", "));
        }
        let (limit, offset) = (self.arg(slice.limit.into()), self.arg(slice.offset.into()));
        let text = format!("SELECT {columns} {} ORDER BY {order} LIMIT {limit} OFFSET {offset}", self.text);
        (text, self.args)
    }
}

/// The pattern of texts that contain a part. Unescaped, `%` and `_` would match any text, and the engines disagree on
/// what a backslash does.
fn pattern(part: &str) -> String {
    let mut pattern = part.to_owned();
    for special in ['!', '%', '_'] {
        pattern = pattern.replace(special, &format!("!{special}"));
    }
    format!("%{pattern}%")
}
