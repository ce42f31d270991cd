//! The permission table, checked against the running server: every operation of the document, requested
//! anonymously, by every role, by a key of each scope and by a key of all scopes.

use crate::browser::{Browser, PASSWORD, add, first_admin};
use crate::world::{World, world};
use domain::access::{Asker, Operation, Role, Scope};
use domain::code::Code;
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use service::api_key::{self, NewApiKey};
use std::collections::BTreeSet;

/// An operation as described in the document.
struct Served {
    operation: Operation,
    method: Method,
    path: String,
}

fn served() -> Vec<Served> {
    let document = http_api::document();
    let paths = document["paths"].as_object().unwrap();
    let mut all = Vec::new();
    for (path, item) in paths {
        for (method, described) in item.as_object().unwrap() {
            let Some(name) = described["operationId"].as_str() else { continue };
            let operation = Operation::from_name(name).unwrap_or_else(|| panic!("no row for {name}"));
            let method = method.to_uppercase().parse().unwrap();
            all.push(Served { operation, method, path: filled(path) });
        }
    }
    all
}

/// A path with ids that do not exist.
fn filled(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "999999".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() {
    let served: BTreeSet<&str> = served().iter().map(|one| one.operation.name()).collect();
    let rows: BTreeSet<&str> = Operation::ALL.iter().map(|operation| operation.name()).collect();
    assert_eq!(served, rows);
}

enum Way {
    Nobody,
    Person(Role, Browser),
    Key(Vec<Scope>, String),
}

impl Way {
    fn asker(&self) -> Asker<'_> {
        match self {
            Self::Nobody => Asker::Anonymous,
            Self::Person(role, _) => Asker::Person(*role),
            Self::Key(scopes, _) => Asker::Key(scopes),
        }
    }

    /// Sends a request without valid content: if it is permitted, the status is neither 401 nor 403.
    async fn ask(&self, nobody: &Browser, one: &Served) -> (StatusCode, Json) {
        let request = match self {
            Self::Nobody => nobody.request(one.method.clone(), &one.path),
            Self::Person(_, browser) => browser.request(one.method.clone(), &one.path),
            Self::Key(_, key) => nobody.request(one.method.clone(), &one.path).bearer_auth(key),
        };
        let request =
            if one.method == Method::GET { request } else { request.json(&json!({ "no": "field" })) };
        let response = request.send().await.unwrap();
        let status = response.status();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Json::Null))
    }
}

async fn ways(world: &World) -> Vec<Way> {
    let admin = first_admin(world).await;
    let mut all = vec![Way::Nobody];
    for role in Role::ALL {
        let login = format!("one.{}", role.name());
        add(&admin, &login, role.name()).await;
        all.push(Way::Person(role, Browser::signed_in(world, &login, PASSWORD).await));
    }
    let each = Scope::ALL.iter().map(|scope| vec![*scope]);
    for scopes in each.chain([Scope::ALL.to_vec()]) {
        let names = scopes.iter().map(|scope| scope.name().to_owned()).collect::<Vec<_>>();
        let new = NewApiKey { name: names.join("+"), scopes: names, ..NewApiKey::default() };
        let made = api_key::add(&world.service, &world.actor, &new).await.unwrap();
        all.push(Way::Key(scopes, made.secret.unwrap()));
    }
    all
}

#[tokio::test]
async fn the_server_permits_exactly_what_the_table_permits() {
    let world = world().await;
    let (ways, nobody) = (ways(&world).await, Browser::at(&world, "203.0.113.1"));
    let mut tried = 0;
    for one in served() {
        // Metrics are readable from the networks in the options, without signing in.
        let is_open = one.operation == Operation::Metrics;
        for way in ways.iter().filter(|_| !is_open) {
            // Logging out would end the session that the other requests need.
            if one.operation == Operation::Logout && matches!(way, Way::Person(..)) {
                continue;
            }
            let (status, json) = way.ask(&nobody, &one).await;
            let code = json["error"]["code"].as_str().unwrap_or("ok");
            let about = format!("{} {:?}: {status} {code}", one.operation.name(), way.asker());
            match one.operation.allow(way.asker()) {
                Err(expected) => {
                    assert_eq!((status.as_u16(), code), (expected.http(), expected.name()), "{about}");
                    let named = match way.asker() {
                        Asker::Person(role) if expected == Code::Forbidden => {
                            format!("yours is {}", role.name())
                        }
                        Asker::Key(_) if expected == Code::Forbidden => "key".to_owned(),
                        _ => String::new(),
                    };
                    assert!(json["message"].as_str().unwrap().contains(&named), "{about}: {json}");
                }
                Ok(_) => assert!(![401, 403].contains(&status.as_u16()), "{about}"),
            }
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
    world.stop().await;
}
