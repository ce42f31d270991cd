//! Common to the lists of `/api/v2`: pages by number or by cursor, sort order, text filters.

use crate::app::App;
use crate::kit::paging::{self, Pagination, Paging};
use crate::kit::problem::Problem;
use domain::code::Code;
use serde::Deserialize;
use service::listing::{Counting, Order, PageRequest, Total};
use service::place::{NextPage, SearchPlace};
use utoipa::ToSchema;

/// The default page size.
const USUAL: i64 = 20;
/// The maximum length of a filter text, in characters.
const TEXT_MAX: usize = 255;

/// The sort direction of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OrderBy {
    /// Smallest first.
    Asc,
    /// Largest first.
    Desc,
}

impl From<OrderBy> for Order {
    fn from(order: OrderBy) -> Self {
        match order {
            OrderBy::Asc => Self::Ascending,
            OrderBy::Desc => Self::Descending,
        }
    }
}

/// A requested page of a named list. A cursor is valid only for the list that issued it.
#[derive(Debug)]
pub(crate) struct Page {
    list: String,
    paging: Option<Paging>,
    pub slice: PageRequest,
    /// The unfinished search for the page, if the cursor is of one.
    pub resumed: Option<SearchPlace>,
}

impl Page {
    /// A page by number or after a cursor; the first page if neither is given.
    pub(crate) fn of(
        app: &App,
        list: String,
        order: Order,
        (page, page_size): (Option<i64>, Option<i64>),
        cursor: Option<&str>,
    ) -> Result<Self, Problem> {
        let Some(cursor) = cursor else {
            let paging = Paging::of(page, page_size, USUAL)?;
            let (offset, limit) = (paging.offset(), paging.page_size);
            let slice = PageRequest { order, offset, limit, ..PageRequest::default() };
            return Ok(Self { list, paging: Some(paging), slice, resumed: None });
        };
        if page.is_some() {
            return Err(Problem::about(Code::QueryInvalid, "page, cursor: send only one of them"));
        }
        let limit = paging::size(page_size, USUAL)?;
        let place = app.cursors.open(&list, cursor)?;
        let (after, resumed) = match NextPage::read(&place).ok_or(Code::CursorInvalid)? {
            NextPage::After(row) => (Some(row), None),
            NextPage::Search(place) => (None, Some(place)),
        };
        let slice = PageRequest { order, after, limit, ..PageRequest::default() };
        Ok(Self { list, paging: None, slice, resumed })
    }

    /// Whether to count the rows: only pages by number report a total.
    pub(crate) const fn counting(&self) -> Counting {
        if self.paging.is_some() { Counting::Bounded } else { Counting::No }
    }

    /// The page's position in the list.
    pub(crate) fn pagination(&self, app: &App, total: Option<Total>, next: Option<&NextPage>) -> Pagination {
        let next = next.map(|place| app.cursors.seal(&self.list, &place.text()));
        match (self.paging, total) {
            (Some(paging), Some(Total { rows, is_least })) => {
                Pagination { total_is_least: is_least, ..paging.of_total(rows, next) }
            }
            _ => paging::by_cursor(self.slice.limit, next),
        }
    }
}

/// A filter text of a query, refused if it cannot occur in any stored value.
pub(crate) fn text(name: &str, text: Option<String>) -> Result<Option<String>, Problem> {
    filter_text(Code::QueryInvalid, name, text)
}

/// The same in a body.
pub(crate) fn body_text(name: &str, text: Option<String>) -> Result<Option<String>, Problem> {
    filter_text(Code::BodyInvalid, name, text)
}

fn filter_text(code: Code, name: &str, text: Option<String>) -> Result<Option<String>, Problem> {
    match text {
        Some(text) if text.chars().count() > TEXT_MAX || text.chars().any(char::is_control) => {
            Err(Problem::about(code, format!("{name}: at most {TEXT_MAX} visible characters")))
        }
        Some(text) if text.is_empty() => Ok(None),
        other => Ok(other),
    }
}
