//! Pages of the admin API: 50 rows, by number, with document 002's `pagination` beside `data`.

use crate::kit::answer::OK;
use crate::kit::paging::Paging;
use crate::kit::problem::Problem;
use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::de::IntoDeserializer;
use serde::de::value::StringDeserializer;
use serde::{Deserialize, Deserializer, Serialize};
use service::batch::list::OffsetPage;
use service::listing::Total;
use utoipa::ToSchema;

/// The default page size.
const USUAL: i64 = 50;

/// A page's position in its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct AdminPagination {
    /// The page number, from 1.
    #[schema(example = 1)]
    page: i64,
    /// Rows per page.
    #[schema(example = 50)]
    page_size: i64,
    /// The number of rows in the whole list; counted up to 10,000.
    #[schema(example = 125)]
    total: i64,
    /// True if there may be more rows than `total`; absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false, example = true)]
    total_is_least: bool,
    /// The number of pages in the whole list.
    #[schema(example = 3)]
    total_pages: i64,
}

/// A page of a response, with its position beside the data.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdminPage<T> {
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// A message for people, in the language requested by `Accept-Language`.
    #[schema(example = "OK")]
    message: String,
    /// The result.
    data: T,
    /// The page's position in the list.
    pagination: AdminPagination,
}

/// The requested page, refused if out of bounds.
pub(super) fn requested(page: Option<i64>, page_size: Option<i64>) -> Result<(Paging, OffsetPage), Problem> {
    let paging = Paging::of(page, page_size, USUAL)?;
    Ok((paging, OffsetPage { limit: paging.page_size, offset: paging.offset() }))
}

impl<T> AdminPage<T> {
    /// A page of a list with a total.
    pub(super) fn of(data: T, Paging { page, page_size }: Paging, total: Total) -> Self {
        let Total { rows: total, is_least: total_is_least } = total;
        let total_pages = (total + page_size - 1) / page_size;
        let pagination = AdminPagination { page, page_size, total, total_is_least, total_pages };
        Self { success: true, message: OK.text(), data, pagination }
    }
}

impl<T: Serialize> IntoResponse for AdminPage<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

/// A filter that may be sent empty, as in document 002's example: `status=` is all.
pub(super) fn or_empty<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    given: D,
) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(given)?;
    if text.is_empty() {
        return Ok(None);
    }
    let given: StringDeserializer<D::Error> = text.into_deserializer();
    T::deserialize(given).map(Some)
}
