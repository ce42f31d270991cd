//! What a person decided about the columns of a file to import. It is remembered for files with the same headers.

use super::{TaskInput, TaskOutput};
use serde::Serialize;
use std::collections::BTreeMap;

/// What was decided about the columns of a file, in the words of a task's options.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ColumnChoices {
    /// Which column each field is read from: field to header.
    pub mapping: BTreeMap<String, String>,
    /// Headers of columns that are set aside.
    pub ignore: Vec<String>,
    /// The decimal mark of amounts, if it was said.
    pub decimal: Option<String>,
    /// Their group mark.
    pub group: Option<String>,
    /// The currency sign or code that is written with them.
    pub sign: Option<String>,
}

impl ColumnChoices {
    /// Whether nothing was decided: the columns have names that say what they hold.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

macro_rules! choices {
    ($options:expr) => {
        ColumnChoices {
            mapping: $options.mapping.clone(),
            ignore: $options.ignore.clone(),
            decimal: $options.decimal.clone(),
            group: $options.group.clone(),
            sign: $options.sign.clone(),
        }
    };
}

impl TaskInput {
    /// What its starter decided about the columns of the file; none if nothing, or if it imports no file.
    #[must_use]
    pub fn column_choices(&self) -> Option<ColumnChoices> {
        let choices = match self {
            Self::ImportBatch(input) => choices!(input.options),
            Self::ImportAccounts(input) => choices!(input.options),
            Self::ExportBatch(_)
            | Self::ExportAccounts(_)
            | Self::ExportStatement(_)
            | Self::ExportTransfers(_)
            | Self::ExportStatistics(_)
            | Self::ExportAudit(_)
            | Self::AnnotateOriginal(_)
            | Self::Evidence(_)
            | Self::Verify(_)
            | Self::Preview(_) => return None,
        };
        Some(choices).filter(|choices| !choices.is_empty())
    }
}

impl TaskOutput {
    /// The set of headers of the file that was imported.
    #[must_use]
    pub fn header_set(&self) -> Option<&str> {
        match self {
            Self::ImportBatch(output) => output.file.header_set.as_deref(),
            Self::ImportAccounts(output) => output.file.header_set.as_deref(),
            Self::ExportBatch(_)
            | Self::ExportAccounts(_)
            | Self::ExportStatement(_)
            | Self::ExportTransfers(_)
            | Self::ExportStatistics(_)
            | Self::ExportAudit(_)
            | Self::AnnotateOriginal(_)
            | Self::Evidence(_)
            | Self::Verify(_)
            | Self::Preview(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_decided_about_columns_is_a_choice() {
        for (input, expected) in [
            (r#"{"task_type":"import_batch","file_id":"file_1"}"#, "null"),
            (
                r#"{"task_type":"import_batch","file_id":"file_1","options":{"partial":true,"sheet":"2"}}"#,
                "null",
            ),
            (r#"{"task_type":"verify"}"#, "null"),
            (
                r#"{"task_type":"import_batch","file_id":"file_1","options":{"mapping":{"amount":"Net"}}}"#,
                r#"{"mapping":{"amount":"Net"},"ignore":[],"decimal":null,"group":null,"sign":null}"#,
            ),
            (
                r#"{"task_type":"import_accounts","file_id":"file_1","options":{"ignore":["Hired"],"decimal":"comma"}}"#,
                r#"{"mapping":{},"ignore":["Hired"],"decimal":"comma","group":null,"sign":null}"#,
            ),
        ] {
            let task: TaskInput = serde_json::from_str(input).unwrap();
            assert_eq!(serde_json::to_string(&task.column_choices()).unwrap(), expected, "{input}");
        }
    }
}
