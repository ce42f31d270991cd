//! A code in words with what it is about, where it is told in an answer that is no refusal: of a task that failed, of a file
//! that cannot be read.

use domain::code::{Code, Language};

/// The code's message, and in brackets what it is about.
pub(crate) fn said(code: Code, about: Option<&str>, language: Language) -> String {
    let text = code.message(language);
    match (about.filter(|about| !about.is_empty()), language) {
        (Some(about), Language::English) => format!("{text} ({about})"),
        (Some(about), Language::Chinese) => format!("{text}（{about}）"),
        (None, _) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_code_is_about_follows_in_brackets() {
        let text = |language| Code::StoredFileNotFound.message(language);
        let (english, chinese) = (text(Language::English), text(Language::Chinese));
        for (about, language, expected) in [
            (Some("file_7"), Language::English, format!("{english} (file_7)")),
            (Some("file_7"), Language::Chinese, format!("{chinese}（file_7）")),
            (Some(""), Language::English, english.to_owned()),
            (None, Language::Chinese, chinese.to_owned()),
        ] {
            assert_eq!(said(Code::StoredFileNotFound, about, language), expected);
        }
    }
}
