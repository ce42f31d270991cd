//! How long a function may be.

use super::source::Source;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{ImplItemFn, ItemFn, Signature, TraitItemFn};

/// Lines from `fn` to the closing brace.
const LINES_MAX: usize = 60;

/// Functions that are longer, tests included: a test that long shows several rules at once.
pub fn too_long(source: &Source) -> Vec<String> {
    let mut lengths = Lengths(Vec::new());
    lengths.visit_file(&source.tree);
    let long = lengths.0.into_iter().filter(|(_, lines)| *lines > LINES_MAX);
    long.map(|(name, lines)| {
        format!("{}: fn {name} has {lines} lines, at most {LINES_MAX}; let it do one thing", source.path)
    })
    .collect()
}

struct Lengths(Vec<(String, usize)>);

impl Lengths {
    fn note(&mut self, signature: &Signature, body: &impl Spanned) {
        let (first, last) = (signature.span().start().line, body.span().end().line);
        self.0.push((signature.ident.to_string(), last.saturating_sub(first) + 1));
    }
}

impl<'ast> Visit<'ast> for Lengths {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.note(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.note(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(body) = &function.default {
            self.note(&function.sig, body);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::file::File;
    use crate::tidy::source::parse;

    #[test]
    fn functions_of_more_than_sixty_lines_are_found_wherever_they_are() {
        let found = |text: String| {
            let file = File { path: "crates/a/src/b.rs".to_owned(), text };
            parse(&[file]).unwrap().iter().flat_map(too_long).count()
        };
        let function = |lines: usize| format!("fn a() {{\n{}}}\n", "b();\n".repeat(lines - 2));
        assert_eq!(found(function(LINES_MAX)), 0);
        assert_eq!(found(function(LINES_MAX + 1)), 1);
        assert_eq!(found(format!("#[doc = \"a\"]\nimpl A {{\n{}}}", function(LINES_MAX + 1))), 1);
        assert_eq!(found(format!("mod tests {{\n{}}}", function(LINES_MAX + 1))), 1);
    }
}
