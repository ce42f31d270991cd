//! The options of a file of accounts, as the import takes them.

use super::import_options::{mapping, numbers};
use crate::Error;
use crate::account_import::AccountImport;
use crate::file::FileWords;
use domain::code::Code;
use domain::task::import_accounts::ImportAccountsOptions;
use formats::account::{AccountField, AccountFileOptions};

/// The import that options mean; `BODY_INVALID` names the option that means none.
pub fn read_account_import(options: &ImportAccountsOptions) -> Result<AccountImport, Error> {
    let words = FileWords {
        encoding: options.encoding.as_deref(),
        delimiter: options.delimiter.as_deref(),
        sheet: options.sheet.as_deref(),
    };
    let marks = [&options.decimal, &options.group, &options.sign];
    let known = "number, holder, email, uid, currency, opening";
    let file = AccountFileOptions {
        file: words.options(Code::BodyInvalid, "options.")?,
        map: mapping(&options.mapping, AccountField::parse, known)?,
        numbers: numbers(marks.map(|text| text.as_deref()))?,
        ignore: options.ignore.clone(),
    };
    Ok(AccountImport { options: file, confusable: options.confusable, job: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use formats::account::AccountMapping;
    use formats::delimiter::Delimiter;

    #[test]
    fn options_are_those_of_the_command_line_and_one_that_means_nothing_is_named() {
        let read = |text: &str| read_account_import(&serde_json::from_str(text).unwrap());
        let import = read(
            r#"{"confusable":true,"delimiter":"semicolon","sheet":"2","decimal":"comma","ignore":["Hired on"],
                "mapping":{"holder":"Employee","opening":"Start"}}"#,
        )
        .unwrap();
        let mut map = AccountMapping::default();
        map.set(AccountField::Holder, "Employee");
        map.set(AccountField::Opening, "Start");
        let AccountFileOptions { file, map: found, ignore, .. } = import.options;
        assert_eq!((found, ignore, import.confusable), (map, vec!["Hired on".to_owned()], true));
        assert_eq!((file.delimiter, file.sheet.as_deref()), (Some(Delimiter::Semicolon), Some("2")));
        for text in [r#"{"encoding":"utf-7"}"#, r#"{"mapping":{"colour":"x"}}"#, r#"{"decimal":"x"}"#] {
            assert_eq!(read(text).unwrap_err().code(), Some(Code::BodyInvalid), "{text}");
        }
    }
}
