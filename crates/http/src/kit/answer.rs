//! The response envelope: `{ success, message, data }`, with `pagination` beside `data` in lists.

use crate::kit::language;
use crate::kit::paging::Pagination;
use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::code::Language;
use serde::Serialize;
use utoipa::ToSchema;

/// A response's message for people, in both languages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Message {
    pub english: &'static str,
    pub chinese: &'static str,
}

/// For responses that need no message.
pub(crate) const OK: Message = Message { english: "OK", chinese: "成功" };

/// The response envelope.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Envelope<T> {
    /// Always true.
    #[schema(example = true)]
    pub success: bool,
    /// A message for people, in the language requested by `Accept-Language`.
    #[schema(example = "OK")]
    pub message: String,
    /// The result.
    pub data: T,
}

/// The response envelope of a list, with pagination beside the data.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListEnvelope<T> {
    /// Always true.
    #[schema(example = true)]
    pub success: bool,
    /// A message for people, in the language requested by `Accept-Language`.
    #[schema(example = "OK")]
    pub message: String,
    /// A page of the list.
    pub data: Vec<T>,
    /// The page's position in the list.
    pub pagination: Pagination,
}

/// A handler's response.
#[derive(Debug)]
pub(crate) struct Answer<T> {
    message: Message,
    remark: Option<Message>,
    data: T,
}

/// The response of a list handler.
#[derive(Debug)]
pub(crate) struct ListAnswer<T> {
    pub data: Vec<T>,
    pub pagination: Pagination,
}

impl<T> Answer<T> {
    /// Without a message.
    pub(crate) const fn of(data: T) -> Self {
        Self { message: OK, remark: None, data }
    }

    /// With a message for people.
    pub(crate) const fn saying(message: Message, data: T) -> Self {
        Self { message, remark: None, data }
    }

    /// With a remark after the message, if there is one.
    pub(crate) fn remarking(self, remark: Option<Message>) -> Self {
        Self { remark, ..self }
    }
}

impl Message {
    /// The text in the request's language.
    pub(crate) fn text(self) -> String {
        match language::current() {
            Language::English => self.english.to_owned(),
            Language::Chinese => self.chinese.to_owned(),
        }
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let message = match self.remark {
            None => self.message.text(),
            Some(remark) => format!("{}; {}", self.message.text(), remark.text()),
        };
        Json(Envelope { success: true, message, data: self.data }).into_response()
    }
}

impl<T: Serialize> IntoResponse for ListAnswer<T> {
    fn into_response(self) -> Response {
        let Self { data, pagination } = self;
        Json(ListEnvelope { success: true, message: OK.text(), data, pagination }).into_response()
    }
}
