//! One meaning a name: types that are defined twice in a crate, and public functions that nothing uses.

use super::source::{Source, shipped};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::{self, Visit};
use syn::{Ident, ImplItem, Item, Visibility};

/// Types of one name in one crate. A reader who meets the name must not have to look which one is meant.
pub fn with_two_meanings(sources: &[Source]) -> Vec<String> {
    let mut places: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.ships) {
        for name in shipped(&source.tree.items).into_iter().filter_map(type_name) {
            places.entry((&source.krate, name)).or_default().push(&source.path);
        }
    }
    let twice = places.into_iter().filter(|(_, places)| places.len() > 1);
    twice.map(|((_, name), places)| format!("{name} is defined in {}", places.join(" and "))).collect()
}

fn type_name(item: &Item) -> Option<String> {
    let name = match item {
        Item::Enum(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

/// Public functions that tests alone use, with the reason why they ship.
const FOR_TESTS: &[(&str, &str)] = &[
    ("catalogue", "a test prepares every statement on both engines"),
    ("password_runs", "a test counts how often Argon2 runs, to show that no answer tells by its time"),
];

/// Public functions whose name nothing that ships mentions, but for their definition. The compiler does not see
/// them: another crate might use them.
pub fn unused(sources: &[Source]) -> Vec<String> {
    let mut mentions = Mentions::default();
    sources.iter().filter(|source| source.ships).for_each(|source| {
        for item in shipped(&source.tree.items).into_iter().filter(|item| !matches!(item, Item::Mod(_))) {
            mentions.visit_item(item);
        }
    });
    let defined = sources.iter().filter(|source| source.ships && source.krate != "crates/testkit");
    let unused =
        defined.flat_map(|source| public_functions(source).into_iter().map(move |name| (source, name)));
    unused
        .filter(|(_, name)| mentions.of(name) <= 1 && !FOR_TESTS.iter().any(|(known, _)| known == name))
        .map(|(source, name)| format!("{}: nothing that ships uses pub fn {name}", source.path))
        .collect()
}

/// How often each name is mentioned.
#[derive(Default)]
struct Mentions(BTreeMap<String, usize>);

impl Mentions {
    fn of(&self, name: &str) -> usize {
        self.0.get(name).copied().unwrap_or_default()
    }

    fn note(&mut self, name: String) {
        *self.0.entry(name).or_default() += 1;
    }

    fn note_tokens(&mut self, tokens: proc_macro2::TokenStream) {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Ident(name) => self.note(name.to_string()),
                proc_macro2::TokenTree::Group(group) => self.note_tokens(group.stream()),
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Mentions {
    fn visit_ident(&mut self, name: &'ast Ident) {
        self.note(name.to_string());
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.note_tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.note_tokens(list.tokens.clone());
        }
    }
}

fn public_functions(source: &Source) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for item in shipped(&source.tree.items) {
        match item {
            Item::Fn(function) if is_public(&function.vis) => {
                found.insert(function.sig.ident.to_string());
            }
            Item::Impl(block) if block.trait_.is_none() => {
                let functions = block.items.iter().filter_map(|item| match item {
                    ImplItem::Fn(function) if is_public(&function.vis) => {
                        Some(function.sig.ident.to_string())
                    }
                    _ => None,
                });
                found.extend(functions);
            }
            _ => {}
        }
    }
    found
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::file::File;
    use crate::tidy::source::parse;

    fn sources(files: &[(&str, &str)]) -> Vec<Source> {
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        parse(&files).unwrap()
    }

    #[test]
    fn a_type_is_defined_once_in_a_crate() {
        let (a, b) = ("crates/x/src/a.rs", "crates/x/src/b.rs");
        let found = |files: &[(&str, &str)]| with_two_meanings(&sources(files)).len();
        assert_eq!(found(&[(a, "struct Page;"), (b, "enum Page {}")]), 1);
        assert_eq!(found(&[(a, "struct Page;"), ("crates/y/src/b.rs", "struct Page;")]), 0);
        assert_eq!(found(&[(a, "struct Page;"), (b, "#[cfg(test)] mod tests { struct Page; }")]), 0);
        assert_eq!(found(&[(a, "impl I for A { type Page = u8; }"), (b, "struct Page;")]), 0);
    }

    #[test]
    fn a_public_function_is_used_by_what_ships() {
        let a = ("crates/x/src/a.rs", "pub fn go() {} impl A { pub fn stay(&self) {} }");
        let found = |other: (&str, &str)| unused(&sources(&[a, other])).len();
        assert_eq!(found(("crates/y/src/b.rs", "fn b() {}")), 2);
        assert_eq!(found(("crates/y/src/b.rs", "fn b() { go(); A.stay() }")), 0);
        assert_eq!(found(("crates/y/src/b.rs", "fn b() { assert!(go()); told!(A.stay()) }")), 0);
        assert_eq!(found(("crates/y/tests/b.rs", "fn b() { go(); A.stay() }")), 2);
    }
}
