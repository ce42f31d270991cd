//! The Rust files of the crates, parsed.

use super::file::File;
use crate::error::{Error, Result};
use syn::punctuated::Punctuated;
use syn::{Attribute, Item, Meta, Token};

/// A parsed file under `crates/NAME/src`, `crates/NAME/tests`, `xtask` or `bench`.
pub struct Source {
    /// The folder of its crate, such as `crates/store`.
    pub krate: String,
    /// From the root, with `/`.
    pub path: String,
    /// Its module within the crate: `["batch", "list"]` of `src/batch/list.rs`; empty for `lib.rs` and `main.rs`.
    pub module: Vec<String>,
    /// Whether it ships: under `src`, and not a module for tests alone.
    pub ships: bool,
    pub tree: syn::File,
}

/// Parses every Rust file that belongs to a crate.
pub fn parse(files: &[File]) -> Result<Vec<Source>> {
    let rust = files.iter().filter(|file| file.is(".rs"));
    let placed = rust.filter_map(|file| Some((file, place(&file.path)?)));
    let parsed = placed.map(|(file, (krate, inside))| {
        let tree = syn::parse_file(&file.text).map_err(|error| Error::Rust(file.path.clone(), error))?;
        let module = inside.strip_prefix("src/").map(module_of).unwrap_or_default();
        let ships = inside.starts_with("src/") && !inside.ends_with("tests.rs");
        Ok(Source { krate: krate.to_owned(), path: file.path.clone(), module, ships, tree })
    });
    parsed.collect()
}

/// The crate's folder, and the path within it.
fn place(path: &str) -> Option<(&str, &str)> {
    let depth = if path.starts_with("crates/") { 2 } else { 1 };
    let (at, _) = path.match_indices('/').nth(depth - 1)?;
    let (krate, inside) = (path.get(..at)?, path.get(at + 1..)?);
    (krate.starts_with("crates/") || ["xtask", "bench"].contains(&krate)).then_some((krate, inside))
}

fn module_of(inside: &str) -> Vec<String> {
    let mut parts: Vec<_> = inside
        .trim_end_matches(".rs")
        .split('/')
        .map(|part| part.trim_start_matches("r#").to_owned())
        .collect();
    if parts.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        parts.pop();
    }
    parts
}

/// The items of a tree that ship: those of modules written in the file too, tests left out.
pub fn shipped(items: &[Item]) -> Vec<&Item> {
    let mut found = Vec::new();
    for item in items.iter().filter(|item| !is_for_tests(attributes(item))) {
        found.push(item);
        if let Item::Mod(module) = item {
            found.extend(module.content.iter().flat_map(|(_, inner)| shipped(inner)));
        }
    }
    found
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether an item carries `#[cfg(test)]`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        let conditions = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        conditions.is_ok_and(|all| all.iter().any(|condition| condition.path().is_ident("test")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_knows_its_crate_and_module() {
        let of = |path: &str| {
            let sources = parse(&[File { path: path.to_owned(), text: String::new() }]).unwrap();
            sources.first().map(|source| (source.krate.clone(), source.module.join("::"), source.ships))
        };
        let is = |krate: &str, module: &str, ships| Some((krate.to_owned(), module.to_owned(), ships));
        assert_eq!(of("crates/store/src/lib.rs"), is("crates/store", "", true));
        assert_eq!(of("crates/store/src/batch/mod.rs"), is("crates/store", "batch", true));
        assert_eq!(of("crates/store/src/batch/list.rs"), is("crates/store", "batch::list", true));
        assert_eq!(of("crates/store/src/search_tests.rs"), is("crates/store", "search_tests", false));
        assert_eq!(of("crates/store/tests/it/main.rs"), is("crates/store", "", false));
        assert_eq!(of("xtask/src/tidy.rs"), is("xtask", "tidy", true));
        assert_eq!(of("docs/a.rs"), None);
    }
}
