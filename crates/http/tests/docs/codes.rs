//! The error code page.

use super::same;
use domain::code::{Code, Language, Retry};
use std::fmt::Write as _;

const HEAD: &str = "# Error codes

Every error response has one of these codes in `error.code`; result files and the command line use them too. The number
is the stored form. *later*: the same request may succeed later; *final*: it never will.
The operator's view returns `BATCH_WRONG_STATE`, `ITEM_WRONG_STATE` and `BATCH_CANNOT_CANCEL` with status 400.

Written by `cargo xtask docs` from the tables in `crates/domain/src/code`.

| number | code | HTTP | retry | English | 中文 |
| ---: | --- | ---: | --- | --- | --- |
";

fn page() -> String {
    let mut codes = Code::ALL.to_vec();
    codes.sort_by_key(|code| code.number());
    let mut page = HEAD.to_owned();
    for code in codes {
        let retry = if code.retry() == Retry::Later { "later" } else { "final" };
        let (english, chinese) = (code.message(Language::English), code.message(Language::Chinese));
        let (number, name, http) = (code.number(), code.name(), code.http());
        writeln!(page, "| {number} | `{name}` | {http} | {retry} | {english} | {chinese} |").unwrap();
    }
    page
}

#[test]
fn the_error_code_page_matches_the_table() {
    same("error-codes.md", &page());
}

#[test]
fn every_code_is_on_the_page_once() {
    let page = page();
    for code in Code::ALL {
        let row = format!("| {} | `{}` | {} |", code.number(), code.name(), code.http());
        assert_eq!(page.matches(&row).count(), 1, "{code}");
    }
    assert!(page.lines().all(|line| !line.starts_with('|') || line.matches(" | ").count() == 5));
}
