//! The OpenAPI document: up to date and complete.

use super::same;
use domain::access::Operation;
use serde_json::{Map, Value};
use std::collections::HashSet;

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

fn document() -> Value {
    http_api::document()
}

/// Path, method and description of every operation.
fn operations(document: &Value) -> Vec<(String, String, Map<String, Value>)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let item = item.as_object().unwrap().clone();
        let methods = item.into_iter().filter(|(name, _)| METHODS.contains(&name.as_str()));
        let path = path.clone();
        methods.map(move |(method, one)| (path.clone(), method, one.as_object().unwrap().clone()))
    };
    paths.iter().flat_map(of_path).collect()
}

/// What a value refers to, if it is a reference.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let reference = value.get("$ref").and_then(Value::as_str);
    reference.map_or(value, |reference| document.pointer(reference.trim_start_matches('#')).unwrap())
}

/// The document as committed: pretty JSON, but a reference is one line, so that a review shows more of what differs.
fn pretty(document: &Value) -> String {
    let text = serde_json::to_string_pretty(document).unwrap();
    let (mut pretty, mut lines) = (String::new(), text.lines().peekable());
    while let Some(line) = lines.next() {
        pretty += line;
        if line.ends_with('{') && lines.peek().is_some_and(|next| next.trim_start().starts_with("\"$ref\"")) {
            let reference = lines.next().unwrap().trim();
            let is_whole = lines.peek().is_some_and(|next| next.trim_start().starts_with('}'));
            let end = if is_whole { lines.next().unwrap().trim() } else { "" };
            pretty += &format!(" {reference} {end}");
        }
        pretty = pretty.trim_end().to_owned() + "\n";
    }
    pretty
}

/// Every `$ref`.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// A value together with the schemas that it refers to.
fn with_schemas(document: &Value, value: &Value) -> String {
    let (mut text, mut seen) = (value.to_string(), HashSet::new());
    let mut open = Vec::new();
    references(value, &mut open);
    while let Some(reference) = open.pop() {
        if seen.insert(reference.clone()) {
            let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
            references(schema, &mut open);
            text += &schema.to_string();
        }
    }
    text
}

#[test]
fn the_committed_document_matches_the_code() {
    same("openapi.json", &pretty(&document()));
}

#[test]
fn it_is_openapi_3_1_and_every_reference_resolves() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let mut all = Vec::new();
    references(&document, &mut all);
    assert!(!all.is_empty());
    for reference in all {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

#[test]
fn every_operation_is_in_the_permission_table_and_has_a_summary() {
    let document = document();
    let mut seen = HashSet::new();
    for (path, method, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(Operation::from_name(id).is_some(), "{id} is not in the permission table");
        assert!(seen.insert(id.to_owned()), "{id} is used twice");
        assert!(operation.get("summary").is_some_and(|text| text.as_str() != Some("")), "{id}: no summary");
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{id}: must have one tag");
        for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            assert!(resolved(&document, parameter).get("schema").is_some(), "{id}: {parameter}");
        }
        let named = path.matches('{').count();
        let parameters = operation.get("parameters").and_then(Value::as_array);
        let in_path = |one: &&Value| resolved(&document, one)["in"] == "path";
        let described = parameters.into_iter().flatten().filter(in_path).count();
        assert_eq!(named, described, "{id} {method} {path}: path parameters");
    }
}

#[test]
fn every_response_has_a_schema_and_every_body_an_example() {
    let document = document();
    for (_, _, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        let contents = operation["responses"]["200"]["content"].as_object();
        let (_, content) = contents.and_then(|all| all.iter().next()).unwrap_or_else(|| unreachable!("{id}"));
        assert!(content.get("schema").is_some(), "{id}: the response has no schema");
        assert!(with_schemas(&document, content).contains("\"example"), "{id}: the response has no example");
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(
                resolved(&document, response)["description"].as_str().is_some_and(|text| !text.is_empty()),
                "{id} {status}"
            );
        }
        if let Some(body) = operation.get("requestBody") {
            let fields = with_schemas(&document, body);
            assert!(fields.contains("\"example"), "{id}: the request body has no example");
        }
    }
}
