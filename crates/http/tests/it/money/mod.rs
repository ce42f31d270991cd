//! The money side of the API: its helpers, and one file per noun.

mod account;
mod amounts;
mod audit;
mod directory;
mod idempotency;
mod lists;
mod rates;
mod search;
mod statistics;
mod transfer;

use crate::world::{World, world};
use serde_json::{Value as Json, json};
use service::fx;
use service::fx_policy::{self, FxPolicyChange};
use service::policy::{self, PolicyChange};

pub const TRANSFERS: &str = "/api/v2/account-transfers";

/// An account opened for a test.
#[derive(Debug, Clone)]
pub struct Opened {
    pub id: String,
    pub number: String,
}

impl World {
    /// Sets limits and fees for dollars; null lifts a limit.
    pub async fn policy(&self, fields: Json) {
        let set = |name: &str| match fields.get(name) {
            Some(Json::String(text)) => Some(text.clone()),
            Some(_) => Some("none".to_owned()),
            None => None,
        };
        let change = PolicyChange {
            min: set("min"),
            max: set("max"),
            day: set("day"),
            month: set("month"),
            batch_max: None,
            fee_threshold: set("feeThreshold"),
            fee_rate: set("feeRate"),
            fee_min: set("feeMin"),
            fee_max: set("feeMax"),
        };
        policy::set(&self.service, &self.actor, "USD", None, &change).await.unwrap();
    }

    /// Stores a rate.
    pub async fn rate(&self, source: &str, target: &str, rate: &str) {
        fx::set(&self.service, &self.actor, source, target, rate, "test").await.unwrap();
    }

    /// Changes the policy of a currency pair.
    pub async fn fx_policy(&self, source: &str, target: &str, fields: Json) {
        let text = |name: &str| fields[name].as_str().map(str::to_owned);
        let change = FxPolicyChange {
            tolerance: text("tolerance"),
            rounding: text("rounding"),
            minimum: text("minimum"),
            max_age_h: fields["maxAgeHours"].as_i64(),
        };
        fx_policy::set(&self.service, &self.actor, source, target, &change).await.unwrap();
    }

    /// Opens an account and deposits money into it.
    pub async fn open(&self, number: &str, holder: &str, currency: &str, cents: i64) -> Opened {
        let body = json!({ "number": number, "currency": currency,
                           "holder": { "name": holder, "email": format!("{holder}@example.com") } });
        let opened = self.post("/api/v2/accounts", body).await;
        let id = opened.data()["id"].as_str().unwrap().to_owned();
        if cents > 0 {
            let deposit = json!({ "accountId": id, "amountCents": cents });
            self.post("/api/v2/deposits", deposit).await.data();
        }
        Opened { id, number: number.to_owned() }
    }

    pub async fn balance(&self, account: &Opened) -> i64 {
        let shown = self.get(&format!("/api/v2/accounts/{}", account.id)).await;
        shown.data()["balanceCents"].as_i64().unwrap()
    }

    /// The id of an account, by its number.
    pub async fn id_of(&self, number: &str) -> String {
        let shown = self.get(&format!("/api/v2/accounts/{number}")).await;
        shown.data()["id"].as_str().unwrap().to_owned()
    }

    /// Ends a test: verifies the ledger and stops the server.
    pub async fn end(self) {
        let found = upkeep::verify::run(&self.store).await.unwrap();
        assert!(found.is_ok(), "{:?}", found.violations());
        self.stop().await;
    }
}

/// A transfer's body.
pub fn pay(from: &Opened, to: &Opened, cents: i64) -> Json {
    json!({ "fromAccountId": from.id, "toAccountId": to.id, "fromAmountCents": cents })
}

/// A body with fields added or replaced.
pub fn with(mut body: Json, fields: Json) -> Json {
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// A world with the dollar accounts of two holders: 10,000.00 and 5,000.00.
pub async fn two() -> (World, Opened, Opened) {
    let world = world().await;
    let a = world.open("A-1", "ann", "USD", 1_000_000).await;
    let b = world.open("B-1", "bob", "USD", 500_000).await;
    (world, a, b)
}
