//! Pages of lists: by number (`page`, `pageSize`) or by cursor.

use crate::kit::problem::Problem;
use domain::code::Code;
use serde::Serialize;
use utoipa::ToSchema;

/// The maximum page size.
pub(crate) const PAGE_SIZE_MAX: i64 = 200;
/// The last page that can be requested by number; beyond it, clients use the cursor.
const PAGE_MAX: i64 = 10_000;

/// A page's position in its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pagination {
    /// The page number, from 1; null if the page was requested by cursor.
    #[schema(example = 1)]
    pub page: Option<i64>,
    /// Rows per page.
    #[schema(example = 20)]
    pub page_size: i64,
    /// The number of rows in the whole list; null if they were not counted, as with pages by cursor.
    #[schema(example = 57)]
    pub total: Option<i64>,
    /// Whether there may be more rows than `total`: rows are counted up to 10,000, and no further than the
    /// list was searched.
    #[schema(example = false)]
    pub total_is_least: bool,
    /// The number of pages in the whole list; null if the rows were not counted.
    #[schema(example = 3)]
    pub total_pages: Option<i64>,
    /// The start of the next page, to be sent as `cursor`; null on the last page.
    pub next_cursor: Option<String>,
    /// A list that is filtered, or sorted by what no index keeps, is searched for one second. If the search ran out of
    /// time, the creation time of the last row that was examined; `nextCursor` continues from there. In the latter case
    /// the page is empty until all rows were examined, because any of them may be the first. Null if the page is
    /// complete.
    #[schema(format = DateTime, example = json!(null))]
    pub searched_until: Option<String>,
}

impl Pagination {
    /// Notes where a search ran out of time: the last examined row's creation time, in microseconds UTC.
    pub(crate) fn until(self, searched_until: Option<i64>) -> Self {
        Self { searched_until: searched_until.map(crate::kit::time::wire), ..self }
    }
}

/// A page requested by number.
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

    /// The page's position in a list of `total` rows.
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

/// The page size; refused if out of bounds.
pub(crate) fn size(page_size: Option<i64>, usual: i64) -> Result<i64, Problem> {
    match page_size.unwrap_or(usual) {
        size @ 1..=PAGE_SIZE_MAX => Ok(size),
        _ => Err(Problem::about(Code::QueryInvalid, format!("pageSize: 1 to {PAGE_SIZE_MAX}"))),
    }
}

/// The position of a page requested by cursor.
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
