//! What people say with a move of a batch.

use crate::problem::Problem;
use domain::code::Code;
use serde::Deserialize;
use service::batch::submit::Submission;
use utoipa::ToSchema;

/// Why, for those who read the history: `note`, or `reason` as document 002 calls it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "note": "The wrong month" }))]
pub(crate) struct BatchNoteInput {
    /// A person's words.
    #[schema(max_length = 500)]
    note: Option<String>,
    /// The same under document 002's name; only one of the two is sent.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// What is said and confirmed with a submission.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "note": "November", "leaveProblems": 3 }))]
pub(crate) struct BatchSubmitInput {
    /// A person's words.
    #[schema(max_length = 500)]
    note: Option<String>,
    /// The same under document 002's name; only one of the two is sent.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// How many refused rows of its file are left unpaid: exactly as many as are open, else `PROBLEMS_OPEN` with the
    /// right number.
    #[serde(default)]
    #[schema(minimum = 0)]
    leave_problems: i64,
    /// Why it is paid although an earlier batch pays the same; without it such a batch is `BATCH_SIMILAR`.
    #[schema(max_length = 500)]
    again: Option<String>,
    /// Leave out relations that equal one which is paid or can still be paid.
    #[serde(default)]
    without_paid: bool,
}

/// How a batch is called off, and why.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "note": "The wrong file", "forGood": true }))]
pub(crate) struct BatchCancelInput {
    /// A person's words.
    #[schema(max_length = 500)]
    note: Option<String>,
    /// The same under document 002's name; only one of the two is sent.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// Of a batch that has begun: whether what is not paid is skipped, so that no retry can pay it.
    #[serde(default)]
    for_good: bool,
}

impl BatchNoteInput {
    /// The words; empty if there are none.
    pub(crate) fn text(self) -> Result<String, Problem> {
        words(self.note, self.reason)
    }
}

impl BatchSubmitInput {
    /// The words, and what is confirmed.
    pub(crate) fn read(self) -> Result<(String, Submission), Problem> {
        let Self { leave_problems, again, without_paid, .. } = self;
        Ok((words(self.note, self.reason)?, Submission { leave_problems, again, without_paid }))
    }
}

impl BatchCancelInput {
    /// The words, and whether it is for good.
    pub(crate) fn read(self) -> Result<(String, bool), Problem> {
        Ok((words(self.note, self.reason)?, self.for_good))
    }
}

fn words(note: Option<String>, reason: Option<String>) -> Result<String, Problem> {
    let (name, text) = match (note, reason) {
        (Some(_), Some(_)) => {
            return Err(Problem::about(Code::BodyInvalid, "note, reason: send one of them"));
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
