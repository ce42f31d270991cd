//! The remarks and confirmations sent with a batch's state changes.

use crate::kit::body::Input;
use crate::kit::problem::Problem;
use domain::code::Code;
use serde::Deserialize;
use service::batch::submit::Submission;
use utoipa::ToSchema;

/// A remark for the history: `note`, or `reason` as document 002 calls it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "note": "The wrong month" }))]
pub(crate) struct BatchNoteInput {
    /// A remark, shown in the batch's history.
    #[schema(max_length = 500)]
    note: Option<String>,
    /// The same under document 002's name; send only one of the two.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// The remark and confirmations of a submission.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "note": "November", "leaveProblems": 3 }))]
pub(crate) struct BatchSubmitInput {
    /// A remark, shown in the batch's history.
    #[schema(max_length = 500)]
    note: Option<String>,
    /// The same under document 002's name; send only one of the two.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// The number of refused file rows to leave unpaid. It must equal the number of open ones; otherwise the
    /// request is refused with `PROBLEMS_OPEN` and the right number.
    #[serde(default)]
    #[schema(minimum = 0)]
    leave_problems: i64,
    /// The reason for paying although an earlier batch pays the same; without it, such a batch is refused
    /// with `BATCH_SIMILAR`.
    #[schema(max_length = 500)]
    again: Option<String>,
    /// Whether to leave out relations that equal one that has been paid or can still be paid.
    #[serde(default)]
    without_paid: bool,
}

/// How to cancel a batch, and why.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "note": "The wrong file", "forGood": true }))]
pub(crate) struct BatchCancelInput {
    /// A remark, shown in the batch's history.
    #[schema(max_length = 500)]
    note: Option<String>,
    /// The same under document 002's name; send only one of the two.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// For a batch that has begun: whether unpaid transfers are skipped, so that no retry can pay them.
    #[serde(default)]
    for_good: bool,
}

impl Input for BatchNoteInput {}

impl Input for BatchSubmitInput {}

impl Input for BatchCancelInput {}

impl BatchNoteInput {
    /// The remark; empty if there is none.
    pub(crate) fn text(self) -> Result<String, Problem> {
        words(self.note, self.reason)
    }
}

impl BatchSubmitInput {
    /// The remark and the confirmations.
    pub(crate) fn read(self) -> Result<(String, Submission), Problem> {
        let Self { leave_problems, again, without_paid, .. } = self;
        Ok((words(self.note, self.reason)?, Submission { leave_problems, again, without_paid }))
    }
}

impl BatchCancelInput {
    /// The remark, and whether the cancellation is permanent.
    pub(crate) fn read(self) -> Result<(String, bool), Problem> {
        Ok((words(self.note, self.reason)?, self.for_good))
    }
}

/// The remark under either name; refused under both.
pub(crate) fn words(note: Option<String>, reason: Option<String>) -> Result<String, Problem> {
    let (name, text) = match (note, reason) {
        (Some(_), Some(_)) => {
            return Err(Problem::about(Code::BodyInvalid, "note, reason: send only one of them"));
        }
        (Some(note), None) => ("note", note),
        (None, reason) => ("reason", reason.unwrap_or_default()),
    };
    if text.contains('\0') {
        return Err(Problem::about(Code::NulByte, name));
    }
    if text.chars().count() > domain::transfer::MEMO_MAX {
        return Err(Problem::about(Code::TextTooLong, name));
    }
    Ok(text)
}
