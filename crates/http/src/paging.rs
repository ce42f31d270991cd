//! Pages of lists: by number (`page`, `pageSize`) or by cursor.

use crate::problem::Problem;
use domain::code::Code;
use serde::Serialize;
use utoipa::ToSchema;

/// Rows of a page at most.
pub(crate) const PAGE_SIZE_MAX: i64 = 200;
/// The last page that is reached by number; beyond it there is the cursor.
const PAGE_MAX: i64 = 10_000;

/// Where a page is in its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pagination {
    /// The page's number, from 1; null if the page was reached by cursor.
    #[schema(example = 1)]
    pub page: Option<i64>,
    /// Rows of a page.
    #[schema(example = 20)]
    pub page_size: i64,
    /// Rows of the whole list; null if they were not counted (pages by cursor).
    #[schema(example = 57)]
    pub total: Option<i64>,
    /// Whether there may be more rows than `total`: a list is counted up to 10,000 rows, and no further than it was
    /// searched.
    #[schema(example = false)]
    pub total_is_least: bool,
    /// Pages of the whole list; null if they were not counted.
    #[schema(example = 3)]
    pub total_pages: Option<i64>,
    /// Where the next page begins: send it as `cursor`. Null on the last page.
    pub next_cursor: Option<String>,
    /// A list with conditions is searched for a second. If that did not reach its end: when the last row was made that was
    /// looked at; `nextCursor` goes on from there. Null if the page is whole.
    #[schema(format = DateTime, example = json!(null))]
    pub searched_until: Option<String>,
}

impl Pagination {
    /// Of a search that may have run out of time at a row that was made then, microseconds UTC.
    pub(crate) fn until(self, searched_until: Option<i64>) -> Self {
        Self { searched_until: searched_until.map(crate::time::wire), ..self }
    }
}

/// A page that was asked for by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paging {
    pub page: i64,
    pub page_size: i64,
}

impl Paging {
    /// Refuses numbers outside the bounds.
    pub(crate) fn of(page: Option<i64>, page_size: Option<i64>, usual: i64) -> Result<Self, Problem> {
        let page_size = size(page_size, usual)?;
        match page.unwrap_or(1) {
            page @ 1..=PAGE_MAX => Ok(Self { page, page_size }),
            _ => Err(Problem::about(Code::QueryInvalid, format!("page: 1 to {PAGE_MAX}"))),
        }
    }

    /// Rows before the page.
    pub(crate) const fn offset(self) -> i64 {
        (self.page - 1) * self.page_size
    }

    /// Tells where the page is in a list of so many rows.
    pub(crate) const fn of_total(self, total: i64, next_cursor: Option<String>) -> Pagination {
        Pagination {
            page: Some(self.page),
            page_size: self.page_size,
            total: Some(total),
            total_is_least: false,
            total_pages: Some((total + self.page_size - 1) / self.page_size),
            next_cursor,
            searched_until: None,
        }
    }
}

/// The size of a page, refused outside its bounds.
pub(crate) fn size(page_size: Option<i64>, usual: i64) -> Result<i64, Problem> {
    match page_size.unwrap_or(usual) {
        size @ 1..=PAGE_SIZE_MAX => Ok(size),
        _ => Err(Problem::about(Code::QueryInvalid, format!("pageSize: 1 to {PAGE_SIZE_MAX}"))),
    }
}

/// A page that was reached by cursor.
pub(crate) const fn by_cursor(page_size: i64, next_cursor: Option<String>) -> Pagination {
    Pagination {
        page: None,
        page_size,
        total: None,
        total_is_least: false,
        total_pages: None,
        next_cursor,
        searched_until: None,
    }
}
