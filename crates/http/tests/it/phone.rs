//! Authenticator apps of people.

use crate::browser::{Browser, PASSWORD, text};
use crate::world::{Answer, World};
use data_encoding::BASE32_NOPAD;
use domain::totp::{STEP_S, TotpSecret, step_at};
use serde_json::{Value as Json, json};
use std::time::Duration;

/// A time step.
pub const STEP: Duration = Duration::from_secs(STEP_S as u64);

/// An app with one secret.
#[derive(Debug, Clone)]
pub struct Phone(TotpSecret);

impl Phone {
    /// The app into which somebody typed this secret.
    pub fn of(base32: &str) -> Self {
        Self(TotpSecret::from_bytes(&BASE32_NOPAD.decode(base32.as_bytes()).unwrap()).unwrap())
    }

    /// The code that it shows now.
    pub fn code(&self, world: &World) -> String {
        self.code_of(world, 0)
    }

    /// The code that it shows, or showed, this many steps from now.
    pub fn code_of(&self, world: &World, steps: i64) -> String {
        self.0.code(step_at(world.service.now()) + steps).to_string()
    }

    /// Waits until it shows a new code.
    pub fn next_code(&self, world: &World) -> String {
        world.clock.pass(STEP);
        self.code(world)
    }
}

/// A code that the app does not show now, nor in the step before.
pub fn wrong_code(phone: &Phone, world: &World) -> String {
    let right = [phone.code(world), phone.code_of(world, -1)];
    let codes = ["111111", "222222", "333333"];
    codes.into_iter().find(|code| !right.iter().any(|right| right == code)).unwrap().to_owned()
}

/// Enrols an app for the signed-in user. Returns it and the recovery codes.
pub async fn enrol(world: &World, browser: &Browser) -> (Phone, Vec<String>) {
    let begun = browser.post("/api/v1/auth/totp", json!({ "password": PASSWORD })).await;
    let phone = Phone::of(&text(&begun.data()["secret"]));
    let confirmed = confirm(browser, &phone.code(world)).await;
    (phone, recovery_codes(&confirmed))
}

pub async fn confirm(browser: &Browser, code: &str) -> Answer {
    browser.post("/api/v1/auth/totp/confirm", json!({ "code": code })).await
}

pub fn recovery_codes(answer: &Answer) -> Vec<String> {
    answer.data()["recoveryCodes"].as_array().unwrap().iter().map(text).collect()
}

/// The challenge that the password gives.
pub async fn challenge(browser: &Browser, login: &str) -> String {
    let answer = browser.login(login, PASSWORD).await;
    assert_eq!(answer.data()["require2FA"], json!(true), "{}", answer.json);
    text(&answer.data()["challenge"])
}

pub async fn answer_challenge(browser: &Browser, challenge: &str, code: &str) -> Answer {
    browser.post("/api/v1/auth/2fa", json!({ "challenge": challenge, "code": code })).await
}

/// Signs a user in by the password and the app's next code.
pub async fn signed_in(world: &World, address: &str, login: &str, phone: &Phone) -> Browser {
    let browser = Browser::at(world, address);
    let challenge = challenge(&browser, login).await;
    answer_challenge(&browser, &challenge, &phone.next_code(world)).await.data();
    browser
}

/// A body with a one-time code.
pub fn with_code(body: &str, code: &str) -> Json {
    let mut json: Json = serde_json::from_str(body).unwrap();
    json["2fa_code"] = json!(code);
    json
}
