//! The permissions page.

use super::same;
use domain::access::{Audience, Operation, Reach, Role};
use std::fmt::Write as _;

const HEAD: &str = "# Who may do what

One line per operation, named by its `operationId` in [openapi.json](openapi.json). *own*: only on resources that the
same user or key created. An API key needs the scope in the last column; where it is empty, no key is allowed. Users may
never approve what they created, whatever their role.

Written by `cargo xtask docs` from `crates/domain/src/access.rs`.

| operation | operator | finance | admin | auditor | key |
| --- | --- | --- | --- | --- | --- |
";

fn cells(operation: Operation) -> (Vec<&'static str>, String) {
    match operation.audience() {
        Audience::Everyone => (vec!["yes"; Role::ALL.len()], "yes, no sign-in needed".to_owned()),
        Audience::SignedIn => (vec!["yes"; Role::ALL.len()], String::new()),
        Audience::Identified => (vec!["yes"; Role::ALL.len()], "yes".to_owned()),
        Audience::Granted { roles, own, scope, key } => {
            let cell = |role: Role| match (roles.contains(&role), own.contains(&role)) {
                (true, _) => "yes",
                (false, true) => "own",
                (false, false) => "",
            };
            let scope = scope
                .map(|scope| match key {
                    Reach::All => format!("`{}`", scope.name()),
                    Reach::Own => format!("`{}`, own", scope.name()),
                })
                .unwrap_or_default();
            (Role::ALL.into_iter().map(cell).collect(), scope)
        }
    }
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for operation in Operation::ALL {
        let (roles, key) = cells(*operation);
        writeln!(page, "| `{}` | {} | {key} |", operation.name(), roles.join(" | ")).unwrap();
    }
    page
}

#[test]
fn the_permissions_page_matches_the_table() {
    same("access.md", &page());
}

#[test]
fn the_columns_are_the_roles() {
    let names = Role::ALL.map(Role::name).join(" | ");
    assert!(HEAD.contains(&format!("| operation | {names} | key |")), "{names}");
}
