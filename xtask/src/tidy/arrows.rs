//! The allowed dependencies between crates, checked against cargo's metadata.
//!
//! Dev-dependencies do not count: a test may use any crate.

use cargo_metadata::{DependencyKind, Metadata};

/// Each crate and the crates it may use. Every crate must be listed; a crate that does not exist yet may be.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("formats", &["domain"]),
    ("files", &[]),
    ("store", &["domain"]),
    ("ledger", &["domain", "store"]),
    ("service", &["domain", "files", "formats", "store", "ledger"]),
    ("upkeep", &["domain", "store", "ledger"]),
    ("engine", &["domain", "formats", "store", "ledger", "service", "upkeep", "rails"]),
    ("rails", &["domain", "formats"]),
    ("http-api", &["domain", "service"]),
    ("page", &[]),
    ("bench", &["domain", "formats", "store", "ledger", "service", "upkeep", "engine"]),
    (
        "sluice",
        &[
            "domain", "files", "formats", "store", "ledger", "service", "upkeep", "engine", "rails",
            "http-api", "page", "bench",
        ],
    ),
    ("testkit", &[]),
    ("xtask", &["testkit"]),
];

/// Dependencies that the list does not allow.
pub fn check(metadata: &Metadata) -> Vec<String> {
    let packages = metadata.workspace_packages();
    let ours: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut found = Vec::new();
    for package in &packages {
        let used = package.dependencies.iter().filter(|used| used.kind != DependencyKind::Development);
        let used = used.map(|used| used.name.as_str()).filter(|name| ours.contains(name));
        found.extend(check_crate(package.name.as_str(), &used.collect::<Vec<_>>()));
    }
    found
}

fn check_crate(name: &str, used: &[&str]) -> Vec<String> {
    let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == name) else {
        return vec![format!("crate {name}: add it to ARROWS in xtask/src/tidy/arrows.rs")];
    };
    let wrong = used.iter().filter(|used| !allowed.contains(used));
    wrong.map(|used| format!("crate {name} uses {used}, which ARROWS does not allow")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unlisted_dependency_is_found() {
        assert!(check_crate("domain", &[]).is_empty());
        assert_eq!(check_crate("domain", &["store"]).len(), 1);
        assert_eq!(check_crate("http-api", &["service", "ledger", "engine"]).len(), 2);
        assert_eq!(check_crate("service", &["engine"]).len(), 1);
        assert_eq!(check_crate("upkeep", &["store", "service"]).len(), 1);
        assert_eq!(check_crate("other", &[]).len(), 1);
    }

    #[test]
    fn the_list_has_no_cycle() {
        let mut known: Vec<&str> = Vec::new();
        while known.len() < ARROWS.len() {
            let before = known.len();
            let ready = |uses: &[&str]| uses.iter().all(|used| known.contains(used));
            let next: Vec<&str> =
                ARROWS.iter().filter(|(n, u)| !known.contains(n) && ready(u)).map(|(n, _)| *n).collect();
            known.extend(next);
            assert!(known.len() > before, "cycle beyond {known:?}");
        }
    }
}
