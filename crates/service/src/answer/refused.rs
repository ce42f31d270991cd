//! Refusals. The code is stored as its number, which is never reused; `data` is exactly what the client was
//! sent.

use super::form::form;
use crate::{Error, Refusal};
use domain::code::Code;
use serde_json::Value;

form! {
    RefusedForm {
        "code" code: i64,
        "detail" detail: Option<String>,
        "chinese" chinese: Option<String>,
        "data" data: Option<Value>,
    }
}

impl RefusedForm {
    pub(super) fn of(refusal: Refusal) -> Self {
        let Refusal { code, detail, chinese, data } = refusal;
        Self { code: code.number(), detail, chinese, data }
    }

    /// An unknown code was stored by a later version of this program.
    pub(super) fn back(self) -> Result<Refusal, Error> {
        let Self { code, detail, chinese, data } = self;
        let unknown = || {
            tracing::error!(code, "a stored refusal has an unknown code");
            Error::from(Code::AnswerUnreadable)
        };
        let code = Code::from_number(code).ok_or_else(unknown)?;
        Ok(Refusal { code, detail, chinese, data })
    }
}
