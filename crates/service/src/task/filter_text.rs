//! Texts by which an export is filtered, as the lists of the API take them.

use crate::Error;
use domain::code::Code;

/// The longest, in characters.
const TEXT_MAX: usize = 255;

/// A filter of an option; none if it is empty. `BODY_INVALID` names one that no stored value can contain.
pub(super) fn filter_text(option: &str, text: Option<&str>) -> Result<Option<String>, Error> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.chars().count() > TEXT_MAX || text.chars().any(char::is_control) {
        return Err(Error::bilingual(
            Code::BodyInvalid,
            format!("options.{option}: at most {TEXT_MAX} visible characters"),
            format!("options.{option}：最多 {TEXT_MAX} 个可见字符"),
        ));
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_nothing_can_match_is_refused_and_an_empty_one_is_none() {
        let long = "x".repeat(TEXT_MAX + 1);
        for (given, read) in [
            (None, Some(None)),
            (Some(""), Some(None)),
            (Some("张"), Some(Some("张"))),
            (Some("a\nb"), None),
            (Some(long.as_str()), None),
        ] {
            let found = filter_text("text", given);
            assert_eq!(found.as_ref().ok().map(Option::as_deref), read, "{given:?}");
            let refused = read.is_none().then_some(Code::BodyInvalid);
            assert_eq!(found.err().and_then(|error| error.code()), refused, "{given:?}");
        }
    }
}
