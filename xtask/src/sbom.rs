//! `cargo xtask sbom`: the components of the binary as a CycloneDX 1.5 document, from cargo's metadata of the
//! lock file, and of the web page in it, from npm's. Dependencies of tests only or of other platforms only are left out.
//! The output is reproducible: it contains no time and no random number.

use crate::error::{Error, Result};
use crate::page_packages::PagePackages;
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Node, Package, PackageId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Writes `target/sbom.cdx.json`.
pub fn run(root: &Path) -> Result<()> {
    let folder = root.join("target");
    std::fs::create_dir_all(&folder).map_err(|error| Error::File(folder.clone(), error))?;
    let path = folder.join("sbom.cdx.json");
    std::fs::write(&path, text(root)?).map_err(|error| Error::File(path.clone(), error))?;
    println!("{}", path.display());
    Ok(())
}

/// The document as text.
pub fn text(root: &Path) -> Result<String> {
    Ok(format!("{:#}\n", document(&metadata(root)?, PagePackages::read(root)?)?))
}

/// Cargo's metadata for the host platform.
fn metadata(root: &Path) -> Result<Metadata> {
    let platform = ["--locked".to_owned(), "--filter-platform".to_owned(), host()?];
    Ok(MetadataCommand::new().current_dir(root).other_options(platform).exec()?)
}

/// The host platform's target triple, from rustc.
pub fn host() -> Result<String> {
    let shown = "rustc -vV";
    let output = Command::new("rustc").arg("-vV").output().map_err(|e| Error::Start(shown.to_owned(), e))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Error::Answer(shown.to_owned(), text.clone()))
}

/// The document of the package `sluice`, with the components of its page.
fn document(metadata: &Metadata, page: PagePackages) -> Result<Value> {
    let missing = |what: &str| Error::Missing(format!("cargo metadata is missing {what}"));
    let resolve = metadata.resolve.as_ref().ok_or_else(|| missing("the dependencies"))?;
    let nodes: BTreeMap<&PackageId, &Node> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let packages: BTreeMap<&PackageId, &Package> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let sluice = metadata.packages.iter().find(|package| package.name.as_str() == "sluice");
    let sluice = sluice.ok_or_else(|| missing("the package sluice"))?;
    let (mut seen, mut left) = (BTreeSet::new(), vec![&sluice.id]);
    while let Some(id) = left.pop() {
        if seen.insert(id) {
            left.extend(needed(nodes.get(id).copied()));
        }
    }
    let mut parts: Vec<_> = seen.iter().filter_map(|id| packages.get(id).copied()).collect();
    parts.sort_by_key(|package| name(package));
    let crates = parts.iter().filter(|part| part.id != sluice.id).map(|part| component(part, "library"));
    let components: Vec<_> = crates.chain(page.components).collect();
    let depends = |part: &&Package| {
        let of = needed(nodes.get(&part.id).copied());
        let mut on: Vec<_> = of.filter_map(|id| packages.get(id)).map(|package| name(package)).collect();
        on.sort_unstable();
        on.dedup();
        json!({ "ref": name(part), "dependsOn": on })
    };
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": component(sluice, "application") },
        "components": components,
        "dependencies": parts.iter().map(depends).chain(page.dependencies).collect::<Vec<_>>(),
    }))
}

/// Dependencies that go into the binary or build it.
fn needed(node: Option<&Node>) -> impl Iterator<Item = &PackageId> {
    let is_needed = |kind: &DependencyKind| *kind != DependencyKind::Development;
    let all = node.into_iter().flat_map(|node| &node.deps);
    all.filter(move |dep| dep.dep_kinds.iter().any(|kind| is_needed(&kind.kind))).map(|dep| &dep.pkg)
}

fn name(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version)
}

fn component(package: &Package, kind: &str) -> Value {
    let mut component = json!({
        "type": kind,
        "bom-ref": name(package),
        "name": package.name.as_str(),
        "version": package.version.to_string(),
        "purl": name(package),
    });
    if let (Some(fields), Some(license)) = (component.as_object_mut(), &package.license) {
        // Cargo's older notation for OR.
        let expression = license.replace('/', " OR ").replace("  ", " ");
        fields.insert("licenses".to_owned(), json!([{ "expression": expression }]));
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_lists_each_component_once_with_licence_and_dependencies() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let metadata = metadata(root).unwrap();
        let document = document(&metadata, PagePackages::read(root).unwrap()).unwrap();
        assert_eq!((&document["bomFormat"], &document["specVersion"]), (&json!("CycloneDX"), &json!("1.5")));
        let own = &document["metadata"]["component"];
        assert_eq!((&own["type"], &own["name"]), (&json!("application"), &json!("sluice")));
        let components = document["components"].as_array().unwrap();
        let refs: Vec<&str> = components.iter().map(|part| part["bom-ref"].as_str().unwrap()).collect();
        let distinct: BTreeSet<&str> = refs.iter().copied().collect();
        assert_eq!(distinct.len(), refs.len());
        assert!(refs.is_sorted() && refs.len() > 100, "{}", refs.len());
        for part in components {
            let purl = part["purl"].as_str().unwrap();
            assert!(purl.starts_with("pkg:cargo/") || purl.starts_with("pkg:npm/"), "{part}");
            // One npm package names its licence in a form that npm does not put into the lock file.
            let without = purl.starts_with("pkg:npm/xmlhttprequest-ssl@");
            assert!(
                without || part["licenses"][0]["expression"].as_str().is_some_and(|text| !text.contains('/')),
                "{part}"
            );
        }
        let has = |name: &str| refs.iter().any(|one| one.starts_with(&format!("pkg:cargo/{name}@")));
        assert!(refs.iter().any(|one| one.starts_with("pkg:npm/react@")));
        assert!(refs.iter().any(|one| one.starts_with("pkg:npm/%40tanstack/react-query@")));
        assert!(!refs.iter().any(|one| one.starts_with("pkg:npm/vite@")), "tools are left out");
        assert!(has("rusqlite") && has("tokio-postgres") && has("store"));
        assert!(!has("testkit") && !has("proptest") && !has("xtask"), "test-only dependencies are left out");
        let known: BTreeSet<&str> =
            distinct.iter().copied().chain([own["bom-ref"].as_str().unwrap()]).collect();
        let dependencies = document["dependencies"].as_array().unwrap();
        assert_eq!(dependencies.len(), known.len());
        let react_dom = dependencies.iter().find(|one| one["ref"].as_str().unwrap().contains("/react-dom@"));
        assert!(react_dom.unwrap()["dependsOn"].to_string().contains("pkg:npm/scheduler@"), "{react_dom:?}");
        for one in dependencies {
            let on = one["dependsOn"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
            assert!(on.chain([one["ref"].as_str().unwrap()]).all(|name| known.contains(name)), "{one}");
        }
    }
}
