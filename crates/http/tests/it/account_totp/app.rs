//! What the tests of accounts' second factors share: an authenticator app, and a world with a bound payer.

use crate::browser::{Browser, first_admin};
use crate::world::{Answer, World, answer};
use data_encoding::BASE32_NOPAD;
use domain::totp::{TotpSecret, step_at};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::time::Duration;

pub const STEP: Duration = Duration::from_secs(30);

/// An account's authenticator app.
pub struct App {
    pub secret: TotpSecret,
}

impl App {
    /// Reads the secret of a new factor as an app does.
    pub fn scanning(drawn: &Json) -> Self {
        let bytes = BASE32_NOPAD.decode(drawn["secret"].as_str().unwrap().as_bytes()).unwrap();
        Self { secret: TotpSecret::from_bytes(&bytes).unwrap() }
    }

    /// The code of this time step, or of one some steps away.
    pub fn code(&self, world: &World, away: i64) -> String {
        self.secret.code(step_at(world.service.now()) + away).to_string()
    }

    /// A new code: the next step is waited for.
    pub fn fresh(&self, world: &World) -> String {
        world.clock.pass(STEP);
        self.code(world, 0)
    }
}

pub fn totp(number: &str, rest: &str) -> String {
    format!("/api/v2/accounts/{number}/totp{rest}")
}

/// Binds an account, as an administrator does.
pub async fn bind(world: &World, admin: &Browser, number: &str, auto: bool) -> App {
    let app = App::scanning(admin.post(&totp(number, ""), Json::Null).await.data());
    let confirm = json!({ "code": app.code(world, 0), "auto2FA": auto });
    assert_eq!(admin.post(&totp(number, "/confirm"), confirm).await.data()["totp"], "bound");
    app
}

pub async fn unbind(admin: &Browser, number: &str, body: Json) -> Answer {
    answer(admin.request(Method::DELETE, &totp(number, "")).json(&body)).await
}

/// Status, code, and the numbers of the accounts that a refusal names.
pub fn named(answer: &Answer) -> (u16, &str, Vec<&str>) {
    let accounts = answer.json["data"]["accounts"].as_array();
    let numbers = accounts.into_iter().flatten().map(|account| account["number"].as_str().unwrap());
    (answer.status, answer.code(), numbers.collect())
}

pub fn transfer(amount: i64, more: Json) -> Json {
    let mut body = json!({ "fromAccountId": "PAY", "toAccountId": "P-0", "fromAmountCents": amount });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// A payer with 5,000.00 USD that is bound, and payees.
pub async fn world_with_bound_payer(payees: usize, auto: bool) -> (World, Browser, App) {
    let world = crate::batch_tools::world_with_payees(payees).await;
    let admin = first_admin(&world).await;
    let app = bind(&world, &admin, "PAY", auto).await;
    (world, admin, app)
}

/// Sets up a person's own factor; returns the app.
pub async fn enrol(world: &World, browser: &Browser) -> App {
    let password = json!({ "password": crate::browser::PASSWORD });
    let app = App::scanning(browser.post("/api/v1/auth/totp", password).await.data());
    browser.post("/api/v1/auth/totp/confirm", json!({ "code": app.code(world, 0) })).await.data();
    app
}
