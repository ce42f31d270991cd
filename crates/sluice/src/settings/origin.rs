//! Where a value comes from, for people.

use crate::say::say;
use domain::code::Language;

/// The origin of a value, for people.
pub(super) fn origin_text(origin: &str, language: Language) -> String {
    let names = [
        ("the option ", say("the option ", "选项 ")),
        ("the environment variable ", say("the environment variable ", "环境变量 ")),
        ("the defaults", say("the defaults", "默认值")),
        ("the default", say("the default", "默认值")),
    ];
    let found = names.into_iter().find_map(|(name, said)| Some((origin.strip_prefix(name)?, said)));
    match (found, language) {
        (Some((rest, said)), Language::Chinese) => format!("{}{rest}", said.to(language)),
        _ => origin.to_owned(),
    }
}
