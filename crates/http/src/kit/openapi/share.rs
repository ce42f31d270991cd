//! Deduplicates the document: utoipa inlines generic types, parameters, error responses and their examples at every use,
//! which would be two thirds of the document.
//!
//! - Examples of errors become `components.examples`, one per code.
//! - Error responses and parameters that operations share become components.
//! - The data inside an envelope refers to its schema.

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};

/// Moves repeated parts into `components`.
pub(super) fn share(mut document: Value) -> Value {
    share_examples(&mut document);
    share_responses(&mut document);
    share_parameters(&mut document);
    refer_to_schemas(&mut document);
    document
}

/// Only error responses have named examples.
fn share_examples(document: &mut Value) {
    let mut examples = Map::new();
    for response in operations(document).flat_map(responses) {
        let contents = response.get_mut("content").and_then(Value::as_object_mut);
        let named =
            contents.into_iter().flat_map(Map::values_mut).filter_map(|content| content.get_mut("examples"));
        for (code, example) in named.filter_map(Value::as_object_mut).flat_map(Map::iter_mut) {
            let shared = std::mem::replace(example, reference("examples", code));
            examples.insert(code.clone(), shared);
        }
    }
    add_components(document, "examples", examples);
}

fn share_responses(document: &mut Value) {
    let all = operations(document).flat_map(responses);
    let errors = all.filter(|response| !codes(response).is_empty()).map(|response| response.clone());
    let shared = Shared::of(errors.collect(), |response| {
        let codes = codes(response);
        match codes.as_slice() {
            [one] => one.clone(),
            [one, two] => format!("{one}_AND_{two}"),
            [one, rest @ ..] => format!("{one}_AND_{}_MORE", rest.len()),
            [] => String::new(),
        }
    });
    operations(document).flat_map(responses).for_each(|response| shared.refer(response, "responses"));
    add_components(document, "responses", shared.components);
}

/// The codes that a response has examples of.
fn codes(response: &Value) -> Vec<String> {
    let contents = response.get("content").and_then(Value::as_object);
    let examples = contents.into_iter().flat_map(Map::values).filter_map(|content| content.get("examples"));
    examples.filter_map(Value::as_object).flat_map(Map::keys).cloned().collect()
}

fn share_parameters(document: &mut Value) {
    let all = operations(document).flat_map(parameters).map(|parameter| parameter.clone()).collect();
    let shared = Shared::of(all, |parameter| {
        parameter.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
    });
    operations(document).flat_map(parameters).for_each(|parameter| shared.refer(parameter, "parameters"));
    add_components(document, "parameters", shared.components);
}

/// Values that are used more than once, with their component names.
struct Shared {
    names: HashMap<Value, String>,
    components: Map<String, Value>,
}

impl Shared {
    fn of(all: Vec<Value>, name: impl Fn(&Value) -> String) -> Self {
        let mut uses: HashMap<&Value, usize> = HashMap::new();
        all.iter().for_each(|value| *uses.entry(value).or_default() += 1);
        let mut shared = Self { names: HashMap::new(), components: Map::new() };
        for value in all.iter().filter(|value| uses.get(value).is_some_and(|uses| *uses > 1)) {
            if !shared.names.contains_key(value) {
                shared.add(value, &name(value));
            }
        }
        shared
    }

    /// Uses the name, or the name with the first free number.
    fn add(&mut self, value: &Value, name: &str) {
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        if let Some(name) = names.find(|name| !self.components.contains_key(name)) {
            self.components.insert(name.clone(), value.clone());
            self.names.insert(value.clone(), name);
        }
    }

    fn refer(&self, value: &mut Value, section: &str) {
        if let Some(name) = self.names.get(value) {
            *value = reference(section, name);
        }
    }
}

/// Replaces inlined copies of named schemas by references.
fn refer_to_schemas(document: &mut Value) {
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else {
        return;
    };
    let is_worth_it = |schema: &Value| schema.get("properties").is_some();
    let named: BTreeMap<String, String> = schemas
        .iter()
        .filter(|(_, schema)| is_worth_it(schema))
        .map(|(name, schema)| (schema.to_string(), name.clone()))
        .collect();
    for (name, schema) in schemas.iter_mut() {
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for property in properties.into_iter().flat_map(Map::values_mut) {
            refer_property(property, &named, name);
        }
    }
}

/// Handles a property and the items of a list.
fn refer_property(property: &mut Value, named: &BTreeMap<String, String>, within: &str) {
    if let Some(items) = property.get_mut("items") {
        refer_property(items, named, within);
    }
    if let Some(name) = named.get(&property.to_string()).filter(|name| *name != within) {
        *property = reference("schemas", name);
    }
}

fn reference(section: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{section}/{name}") })
}

fn add_components(document: &mut Value, section: &str, components: Map<String, Value>) {
    if let Some(all) = document.get_mut("components").and_then(Value::as_object_mut) {
        all.insert(section.to_owned(), Value::Object(components));
    }
}

fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let items = paths.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut);
    items.flat_map(Map::values_mut).filter(|operation| operation.get("responses").is_some())
}

fn responses(operation: &mut Value) -> impl Iterator<Item = &mut Value> {
    operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut)
}

fn parameters(operation: &mut Value) -> impl Iterator<Item = &mut Value> {
    operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: &str) -> Value {
        json!({ "description": code, "content": { "application/json": {
            "schema": {}, "examples": { code: { "value": code } } } } })
    }

    fn operation(codes: &[&str]) -> Value {
        let responses: Map<_, _> =
            codes.iter().enumerate().map(|(at, code)| ((400 + at).to_string(), error(code))).collect();
        json!({ "get": { "parameters": [{ "name": "id", "in": "path" }], "responses": responses } })
    }

    fn item() -> Value {
        json!({ "type": "object", "properties": { "id": { "type": "integer" } } })
    }

    #[test]
    fn repeated_parts_become_components() {
        let shared = share(json!({
            "paths": { "/a": operation(&["X", "Y"]), "/b": operation(&["X"]) },
            "components": { "schemas": {
                "Item": item(),
                "Envelope_Item": { "properties": { "data": item(), "all": { "type": "array", "items": item() } } },
            } },
        }));
        let at = |pointer: &str| shared.pointer(pointer).cloned().unwrap_or_default();
        assert_eq!(at("/components/examples/X/value"), json!("X"));
        assert_eq!(at("/components/examples/Y/value"), json!("Y"));
        for path in ["/paths/~1a", "/paths/~1b"] {
            assert_eq!(at(&format!("{path}/get/responses/400")), reference("responses", "X"));
            assert_eq!(at(&format!("{path}/get/parameters/0")), reference("parameters", "id"));
        }
        let own = at("/paths/~1a/get/responses/401/content/application~1json/examples/Y");
        assert_eq!(own, reference("examples", "Y"), "a response used once stays inline");
        assert_eq!(at("/components/parameters/id/in"), json!("path"));
        assert_eq!(at("/components/schemas/Item"), item());
        let envelope = "/components/schemas/Envelope_Item/properties";
        assert_eq!(at(&format!("{envelope}/data")), reference("schemas", "Item"));
        assert_eq!(at(&format!("{envelope}/all/items")), reference("schemas", "Item"));
    }

    #[test]
    fn different_values_with_one_name_are_numbered() {
        let values = ["a", "b", "a", "b", "c"].map(|text| json!({ "name": "id", "text": text }));
        let shared = Shared::of(values.to_vec(), |_| "id".to_owned());
        let names: Vec<_> = shared.components.keys().map(String::as_str).collect();
        assert_eq!(names, ["id", "id_2"]);
    }
}
