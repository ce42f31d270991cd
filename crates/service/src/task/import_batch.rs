//! The options of a file to import, as the import takes them.

use super::import_options::{mapping, numbers};
use crate::Error;
use crate::batch::import::{AddFile, BatchImport, Expected};
use crate::batch::submit::Submission;
use crate::file::FileWords;
use domain::access::Reach;
use domain::batch::{BatchMode, BatchType};
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::task::import_batch::ImportBatchOptions;
use formats::payment::{PaymentField, PaymentFileOptions};

/// What becomes of the rows of a file.
#[derive(Debug, Clone)]
pub enum FileImport {
    /// A batch of their own.
    New(Box<BatchImport>),
    /// More items of a draft.
    Into(BatchRef, Box<AddFile>),
}

/// The import that options mean; `BODY_INVALID` names the option that means none.
pub fn read_import(options: &ImportBatchOptions) -> Result<FileImport, Error> {
    let file = file_options(options)?;
    let expected = Expected { rows: options.expect_rows, total: options.expect_total.clone() };
    if let Some(batch) = options.into {
        let (partial, version) = (options.partial, options.version);
        let add = AddFile { options: file, partial, expected, reach: Reach::Own, version, job: None };
        return Ok(FileImport::Into(batch.0, Box::new(add)));
    }
    let kind = options.kind.unwrap_or(BatchType::OneToMany);
    let name = options.name.clone().unwrap_or_default();
    Ok(FileImport::New(Box::new(BatchImport {
        mode: options.mode.unwrap_or(BatchMode::Continue),
        account: options.account.clone().map(Into::into),
        currency: options.currency.clone(),
        remarks: options.remarks.clone(),
        options: file,
        partial: options.partial,
        draft: options.draft,
        submission: Submission {
            leave_problems: options.leave_problems,
            again: options.again.clone(),
            without_paid: options.without_paid,
        },
        convert: options.convert,
        allow_repeat: options.allow_repeat,
        expected,
        ..BatchImport::new(kind, name)
    })))
}

/// How options say that a file is read.
pub(crate) fn file_options(options: &ImportBatchOptions) -> Result<PaymentFileOptions, Error> {
    let words = FileWords {
        encoding: options.encoding.as_deref(),
        delimiter: options.delimiter.as_deref(),
        sheet: options.sheet.as_deref(),
    };
    let file = words.options(Code::BodyInvalid, "options.")?;
    let marks = [&options.decimal, &options.group, &options.sign];
    Ok(PaymentFileOptions {
        file,
        map: mapping(&options.mapping, PaymentField::parse, "payee, amount, memo, …")?,
        numbers: numbers(marks.map(|text| text.as_deref()))?,
        ignore: options.ignore.clone(),
        ..PaymentFileOptions::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use formats::delimiter::Delimiter;
    use formats::encoding::Encoding;
    use formats::number_style::NumberStyle;
    use formats::open::FileOptions;

    fn read(text: &str) -> Result<FileImport, Error> {
        read_import(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn options_are_those_of_the_command_line() {
        let FileImport::New(import) = read(
            r#"{"type":"many_to_one","account":"6001","name":"July","mode":"atomic","partial":true,"draft":true,
                "again":"yes","withoutPaid":true,"leaveProblems":2,"delimiter":";","mapping":{"amount":"Net"},
                "sheet":"2","encoding":"gb18030","decimal":"comma","group":"dot","sign":"€",
                "ignore":["Status"],"expectRows":3,"expectTotal":"9.00","convert":true,"allowRepeat":true}"#,
        )
        .unwrap() else {
            panic!("a batch of its own")
        };
        assert_eq!(
            (import.kind, import.mode, import.name.as_str()),
            (BatchType::ManyToOne, BatchMode::Atomic, "July")
        );
        assert_eq!(import.account.map(|account| account.written).as_deref(), Some("6001"));
        assert!(import.partial && import.draft && import.convert && import.allow_repeat);
        assert_eq!((import.submission.leave_problems, import.submission.without_paid), (2, true));
        let file = FileOptions {
            encoding: Some(Encoding::Gb18030),
            delimiter: Some(Delimiter::Semicolon),
            sheet: Some("2".to_owned()),
        };
        assert_eq!((import.options.file, import.options.ignore), (file, vec!["Status".to_owned()]));
        let numbers = NumberStyle::parse(Some("comma"), Some("dot"), Some("€"));
        assert_eq!(Some(import.options.numbers), numbers);
        assert_eq!((import.expected.rows, import.expected.total.as_deref()), (Some(3), Some("9.00")));
        let FileImport::Into(batch, add) = read(r#"{"into":"batch_9","version":4,"partial":true}"#).unwrap()
        else {
            panic!("into a draft")
        };
        assert_eq!((batch.to_string().as_str(), add.version, add.partial), ("batch_9", Some(4), true));
    }

    #[test]
    fn an_option_that_means_nothing_is_named() {
        for text in [
            r#"{"delimiter":"colon"}"#,
            r#"{"encoding":"utf-7"}"#,
            r#"{"mapping":{"colour":"Net"}}"#,
            r#"{"decimal":"comma","group":"comma"}"#,
        ] {
            assert_eq!(read(text).unwrap_err().code(), Some(Code::BodyInvalid), "{text}");
        }
    }
}
