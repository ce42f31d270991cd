//! Files of a crate that use each other in a circle: neither can be read, tested or moved alone.
//!
//! The crate's root is left out: it is the table of contents and names everything.

use super::source::{Source, shipped};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::{self, Visit};
use syn::{Item, Path, UseTree, Visibility};

type Module = Vec<String>;

/// One problem per circle, with the shortest way around.
pub fn check(sources: &[Source]) -> Vec<String> {
    let crates: BTreeSet<&str> = sources.iter().map(|source| source.krate.as_str()).collect();
    crates.into_iter().flat_map(|krate| check_crate(krate, sources)).collect()
}

fn check_crate(krate: &str, sources: &[Source]) -> Vec<String> {
    let ours: Vec<_> = sources
        .iter()
        .filter(|source| source.krate == krate && source.ships && !source.module.is_empty())
        .collect();
    let modules: BTreeSet<Module> = ours.iter().map(|source| source.module.clone()).collect();
    let mut graph: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for source in ours {
        graph.entry(source.module.clone()).or_default().extend(used_by(source, &modules));
    }
    let mut problems = Vec::new();
    while let Some(circle) = shortest_circle(&graph) {
        let names: Vec<_> = circle.iter().map(|module| module.join("::")).collect();
        problems.push(format!("{krate}: files in a circle: {}", names.join(" -> ")));
        // The rest of its files may be in another.
        if let [first, second, ..] = circle.as_slice()
            && let Some(uses) = graph.get_mut(first)
        {
            uses.remove(second);
        }
    }
    problems
}

/// The files that a file uses, itself left out.
fn used_by(source: &Source, modules: &BTreeSet<Module>) -> BTreeSet<Module> {
    let mut paths = Paths(Vec::new());
    for item in shipped(&source.tree.items) {
        match item {
            Item::Use(item) => leaves(&item.tree, &mut Vec::new(), &mut paths.0),
            // Its items come by themselves.
            Item::Mod(_) => {}
            item => paths.visit_item(item),
        }
    }
    let absolute = paths.0.iter().filter_map(|path| absolute(path, &source.module, modules));
    let files = absolute.map(|path| file_of(path, modules));
    files.filter(|module| !module.is_empty() && *module != source.module).collect()
}

/// Every path that a `use` names.
fn leaves(tree: &UseTree, before: &mut Module, found: &mut Vec<Module>) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            leaves(&path.tree, before, found);
            before.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, before, found)),
        UseTree::Name(name) => found.push([&before[..], &[name.ident.to_string()]].concat()),
        UseTree::Rename(rename) => found.push([&before[..], &[rename.ident.to_string()]].concat()),
        UseTree::Glob(_) => found.push(before.clone()),
    }
}

/// Paths outside of `use`.
struct Paths(Vec<Module>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_path(&mut self, path: &'ast Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    // `pub(super)` says who may use an item; it uses nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

/// From the crate's root; none for what is outside of the crate.
fn absolute(path: &[String], from: &Module, modules: &BTreeSet<Module>) -> Option<Module> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([from, rest].concat()),
        "super" => {
            let above = from.get(..from.len().checked_sub(1)?)?.to_vec();
            if rest.first().is_some_and(|next| next == "super") {
                return absolute(rest, &above, modules);
            }
            Some([&above, rest].concat())
        }
        // A child that is named without `self`; an item of the file itself is none.
        _ => Some([from, path].concat())
            .filter(|path| path.get(..=from.len()).is_some_and(|m| modules.contains(m))),
    }
}

/// The file in which a path leads to something: the longest part that is a module.
fn file_of(mut path: Module, modules: &BTreeSet<Module>) -> Module {
    while !modules.contains(&path) && path.pop().is_some() {}
    path
}

fn shortest_circle(graph: &BTreeMap<Module, BTreeSet<Module>>) -> Option<Vec<Module>> {
    graph.keys().filter_map(|start| way_back(graph, start)).min_by_key(Vec::len)
}

/// From a file over those that it uses back to itself, breadth first.
fn way_back(graph: &BTreeMap<Module, BTreeSet<Module>>, start: &Module) -> Option<Vec<Module>> {
    let mut came_from: BTreeMap<&Module, &Module> = BTreeMap::new();
    let mut edge = vec![start];
    while !edge.is_empty() {
        let mut next = Vec::new();
        for module in edge {
            for used in graph.get(module).into_iter().flatten() {
                if used == start {
                    return Some(way(&came_from, start, module));
                }
                if !came_from.contains_key(used) {
                    came_from.insert(used, module);
                    next.push(used);
                }
            }
        }
        edge = next;
    }
    None
}

fn way(came_from: &BTreeMap<&Module, &Module>, start: &Module, last: &Module) -> Vec<Module> {
    let mut way = vec![start.clone(), last.clone()];
    let mut at = last;
    while let Some(before) = came_from.get(at).copied().filter(|_| at != start) {
        way.push(before.clone());
        at = before;
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::file::File;
    use crate::tidy::source::parse;

    fn check_files(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<_> = files
            .iter()
            .map(|(name, text)| File { path: format!("crates/x/src/{name}.rs"), text: (*text).to_owned() })
            .collect();
        check(&parse(&files).unwrap())
    }

    #[test]
    fn circles_are_found_in_uses_and_paths_and_tests_do_not_count() {
        let clean = [("lib", "mod a; mod b;"), ("a", "use crate::b::B;"), ("b", "pub struct B;")];
        assert_eq!(check_files(&clean), [""; 0]);
        for back in ["use crate::a;", "use super::a::A;", "fn f() { crate::a::f() }", "type C = super::a::A;"]
        {
            let files = [("lib", "mod a; mod b;"), ("a", "use crate::b::{self, B};"), ("b", back)];
            assert_eq!(check_files(&files), ["crates/x: files in a circle: a -> b -> a"], "{back}");
        }
        let visible =
            [("a", "use crate::a::b::B;"), ("a/b", "pub(super) struct B; impl B { pub(super) fn f() {} }")];
        assert_eq!(check_files(&visible), [""; 0]);
        let in_tests = [("a", "use crate::b::B;"), ("b", "#[cfg(test)] mod tests { use crate::a::A; }")];
        assert_eq!(check_files(&in_tests), [""; 0]);
    }

    #[test]
    fn a_file_and_its_child_are_a_circle_when_each_uses_the_other() {
        let parent = ("a/mod", "mod b; pub use b::B; pub struct A;");
        assert_eq!(
            check_files(&[parent, ("a/b", "pub(super) struct B; impl B { pub(super) fn b() {} }")]),
            [""; 0]
        );
        assert_eq!(
            check_files(&[parent, ("a/b", "use super::A;")]),
            ["crates/x: files in a circle: a -> a::b -> a"]
        );
    }

    #[test]
    fn a_circle_of_three_is_told_in_its_order() {
        let files = [("a", "use crate::b;"), ("b", "use crate::c;"), ("c", "use crate::a;")];
        assert_eq!(check_files(&files), ["crates/x: files in a circle: a -> b -> c -> a"]);
    }
}
