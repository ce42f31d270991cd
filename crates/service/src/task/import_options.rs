//! The options that every import of a file has.

use crate::Error;
use crate::file::unknown_word;
use domain::code::Code;
use domain::visible::shown;
use formats::header::ColumnMapping;
use formats::number_style::NumberStyle;
use std::collections::BTreeMap;

const NUMBERS: &str = "dot, comma; comma, dot, space, apostrophe; €, USD, …";

/// Which column each field is read from; `BODY_INVALID` names a word that is no field.
pub(super) fn mapping<F: Copy + PartialEq>(
    given: &BTreeMap<String, String>,
    parse: impl Fn(&str) -> Option<F>,
    known: &str,
) -> Result<ColumnMapping<F>, Error> {
    let mut map = ColumnMapping::default();
    for (name, header) in given {
        let unknown = || wrong(&format!("options.mapping: {}", shown(name)), known);
        map.set(parse(name).ok_or_else(unknown)?, header.clone());
    }
    Ok(map)
}

/// How amounts are written: their decimal mark, their group mark and the currency sign with them.
pub(super) fn numbers([decimal, group, sign]: [Option<&str>; 3]) -> Result<NumberStyle, Error> {
    NumberStyle::parse(decimal, group, sign).ok_or_else(|| {
        let given = [decimal, group, sign].map(|text| shown(text.unwrap_or_default())).join(", ");
        wrong(&format!("options.decimal, options.group, options.sign: {given}"), NUMBERS)
    })
}

fn wrong(what: &str, known: &str) -> Error {
    unknown_word(Code::BodyInvalid, what, known)
}
