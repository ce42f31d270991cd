//! The npm packages whose code is in the web page, from npm's lock file, as components of a CycloneDX document.

use crate::error::{Error, Result};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const LOCK: &str = "web/package-lock.json";
const FOLDER: &str = "node_modules/";

/// What a document says of them.
#[derive(Debug)]
pub struct PagePackages {
    pub components: Vec<Value>,
    pub dependencies: Vec<Value>,
}

impl PagePackages {
    /// Reads the lock file. Tools that only build or test the page are left out.
    pub fn read(root: &Path) -> Result<Self> {
        let path = root.join(LOCK);
        let text = std::fs::read(&path).map_err(|error| Error::File(path.clone(), error))?;
        let lock: Value = serde_json::from_slice(&text).unwrap_or_default();
        let packages = lock.get("packages").and_then(Value::as_object);
        Ok(Self::of(packages.ok_or_else(|| Error::Missing(format!("{LOCK} lists no packages")))?))
    }

    /// A package that is installed in two places is one component, which needs what either needs.
    fn of(packages: &Map<String, Value>) -> Self {
        let is_tool = |of: &Value| of.get("dev").is_some() || of.get("devOptional").is_some();
        let shipped: BTreeMap<&str, (Value, String, &Value)> = packages
            .iter()
            .filter(|(path, of)| !path.is_empty() && !is_tool(of))
            .filter_map(|(path, of)| {
                component(path, of).map(|(part, purl)| (path.as_str(), (part, purl, of)))
            })
            .collect();
        let (mut components, mut needs) = (BTreeMap::new(), BTreeMap::<&str, BTreeSet<&str>>::new());
        for (path, (part, purl, of)) in &shipped {
            components.insert(purl, part.clone());
            let of_this = needs.entry(purl).or_default();
            let needed = wanted(of).filter_map(|name| found_from(path, name, |at| shipped.get(at)));
            of_this.extend(needed.map(|(_, purl, _)| purl.as_str()));
        }
        Self {
            components: components.into_values().collect(),
            dependencies: needs
                .into_iter()
                .map(|(purl, on)| json!({ "ref": purl, "dependsOn": on }))
                .collect(),
        }
    }
}

/// Of `node_modules/a/node_modules/@scope/name`, with its package URL.
fn component(path: &str, of: &Value) -> Option<(Value, String)> {
    let (_, name) = path.rsplit_once(FOLDER)?;
    let version = of.get("version")?.as_str()?;
    let purl = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
    let license = of.get("license").and_then(Value::as_str);
    let part = json!({
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "licenses": license.map(|expression| json!({ "expression": expression })).into_iter().collect::<Vec<_>>(),
    });
    Some((part, purl))
}

/// The names of the packages that a package needs.
fn wanted(of: &Value) -> impl Iterator<Item = &str> {
    let kinds = ["dependencies", "peerDependencies", "optionalDependencies"];
    kinds
        .into_iter()
        .filter_map(|kind| of.get(kind)?.as_object())
        .flat_map(|names| names.keys().map(String::as_str))
}

/// The package of a name as Node.js finds it from a package: in its own folder, else in that of each one around it.
fn found_from<'a, T>(from: &str, name: &str, get: impl Fn(&str) -> Option<&'a T>) -> Option<&'a T> {
    let mut folder = from;
    loop {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        if let Some(found) = get(&format!("{prefix}{FOLDER}{name}")) {
            return Some(found);
        }
        let (outer, _) = folder.rsplit_once(FOLDER)?;
        folder = outer.trim_end_matches('/');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_needs_the_nearest_one_of_a_name_and_tools_are_left_out() {
        let lock = json!({
            "": { "dependencies": { "a": "1" } },
            "node_modules/a": { "version": "1.0.0", "license": "MIT", "dependencies": { "b": "2", "@s/c": "1" } },
            "node_modules/a/node_modules/b": { "version": "2.0.0", "dependencies": { "@s/c": "1" } },
            "node_modules/b": { "version": "1.0.0", "peerDependencies": { "a": "1", "absent": "1" } },
            "node_modules/@s/c": { "version": "3.0.0", "optionalDependencies": { "tool": "1" } },
            "node_modules/tool": { "version": "9.0.0", "dev": true },
        });
        let page = PagePackages::of(lock.as_object().unwrap());
        let refs: Vec<&Value> = page.components.iter().map(|part| &part["bom-ref"]).collect();
        assert_eq!(refs, ["pkg:npm/%40s/c@3.0.0", "pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0", "pkg:npm/b@2.0.0"]);
        assert_eq!(page.components[1]["licenses"], json!([{ "expression": "MIT" }]));
        let needs: Vec<String> = page.dependencies.iter().map(|one| one["dependsOn"].to_string()).collect();
        assert_eq!(
            needs,
            [
                "[]",
                r#"["pkg:npm/%40s/c@3.0.0","pkg:npm/b@2.0.0"]"#,
                r#"["pkg:npm/a@1.0.0"]"#,
                r#"["pkg:npm/%40s/c@3.0.0"]"#
            ]
        );
    }
}
