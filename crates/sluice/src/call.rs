//! A call of the HTTP API, as shown to a user. Method and path come from the API's own document.

use domain::access::Operation;
use serde_json::{Value, json};

/// An API call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    method: String,
    path: String,
}

impl Call {
    /// The method and path of an operation, from the document.
    pub(crate) fn of(operation: Operation) -> Option<Self> {
        Self::described(&http_api::document(), operation)
    }

    fn described(document: &Value, operation: Operation) -> Option<Self> {
        let paths = document.get("paths")?.as_object()?;
        paths.iter().find_map(|(path, methods)| {
            let is_it =
                |described: &Value| described.get("operationId")?.as_str().map(|id| id == operation.name());
            let (method, _) = methods.as_object()?.iter().find(|(_, one)| is_it(one) == Some(true))?;
            Some(Self { method: method.to_ascii_uppercase(), path: path.clone() })
        })
    }

    /// For people, with the server's address.
    pub(crate) fn shown(&self, url: &str) -> String {
        format!("{} {url}{}", self.method, self.path)
    }

    /// For scripts.
    pub(crate) fn to_json(&self) -> Value {
        json!({ "method": self.method, "path": self.path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_call_has_a_unique_path_and_the_operation_id_of_the_document() {
        let document = http_api::document();
        let mut paths = HashSet::new();
        for operation in Operation::ALL {
            let Some(call) = Call::described(&document, *operation) else { continue };
            let method = call.method.to_ascii_lowercase();
            let described = &document["paths"][&call.path][&method];
            assert_eq!(described["operationId"], operation.name());
            assert!(paths.insert((call.method, call.path)), "{}", operation.name());
        }
        assert_eq!(
            Call::described(&document, Operation::DepositCreate).unwrap().shown("http://h"),
            "POST http://h/api/v2/deposits"
        );
    }
}
