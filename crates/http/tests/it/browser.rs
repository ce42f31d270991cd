//! Users with browsers, each with its own cookies and address.

use crate::world::{Answer, World, answer};
use http_api::Options;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value as Json, json};
use service::set_up;

/// Strong enough, and not derived from a login.
pub const PASSWORD: &str = "violet-kettle-81-orbit";
pub const OTHER_PASSWORD: &str = "granite-lamp-37-meadow";

/// Options of a server that trusts `X-Forwarded-For` from loopback and has no rate limits.
pub fn behind_proxy() -> Options {
    Options {
        per_address: 0,
        per_identity: 0,
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
        ..Options::default()
    }
}

/// A user's browser.
pub struct Browser {
    client: Client,
    url: String,
    address: String,
}

impl Browser {
    /// Not signed in.
    pub fn at(world: &World, address: &str) -> Self {
        let client = Client::builder().cookie_store(true).build().unwrap();
        Self { client, url: world.url.clone(), address: address.to_owned() }
    }

    /// Signed in.
    pub async fn signed_in(world: &World, login: &str, password: &str) -> Self {
        let browser = Self::at(world, "203.0.113.1");
        browser.login(login, password).await.data();
        browser
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        request.header("x-forwarded-for", &self.address)
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, json: Json) -> Answer {
        let request = self.request(Method::POST, path);
        answer(if json.is_null() { request } else { request.json(&json) }).await
    }

    pub async fn put(&self, path: &str, json: Json) -> Answer {
        answer(self.request(Method::PUT, path).json(&json)).await
    }

    pub async fn patch(&self, path: &str, json: Json) -> Answer {
        answer(self.request(Method::PATCH, path).json(&json)).await
    }

    pub async fn delete_with(&self, path: &str, json: Json) -> Answer {
        answer(self.request(Method::DELETE, path).json(&json)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        answer(self.request(Method::DELETE, path)).await
    }

    pub async fn login(&self, login: &str, password: &str) -> Answer {
        self.post("/api/v1/auth/login", json!({ "login": login, "password": password })).await
    }

    /// The login that the server sees for this browser, or the code of its refusal.
    pub async fn me(&self) -> String {
        let me = self.get("/api/v1/auth/me").await;
        if me.status == 200 { text(&me.data()["user"]["login"]) } else { me.code().to_owned() }
    }
}

pub fn text(json: &Json) -> String {
    json.as_str().unwrap_or_else(|| panic!("no text: {json}")).to_owned()
}

/// The first administrator, `root`, signed in.
pub async fn first_admin(world: &World) -> Browser {
    let token = set_up::token(&world.service).await.unwrap().unwrap();
    let browser = Browser::at(world, "203.0.113.1");
    let body = json!({ "token": token.expose(), "login": "root", "name": "R", "password": PASSWORD });
    browser.post("/api/v1/setup", body).await.data();
    browser.login("root", PASSWORD).await.data();
    browser
}

/// Adds a user who sets a password through the invitation; returns the id.
pub async fn add(admin: &Browser, login: &str, role: &str) -> String {
    let body = json!({ "login": login, "name": "N", "role": role });
    let added = admin.post("/api/v1/users", body).await;
    let token = text(&added.data()["invitationToken"]);
    accept(admin, &token, PASSWORD).await.data();
    text(&added.data()["user"]["id"])
}

pub async fn accept(browser: &Browser, token: &str, password: &str) -> Answer {
    browser.post("/api/v1/auth/invitation", json!({ "token": token, "password": password })).await
}
