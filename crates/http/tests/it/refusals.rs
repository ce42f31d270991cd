//! Every refused write of an authenticated caller leaves an audit row. The test walks the table of
//! operations, so an operation that writes cannot be added without a row here.

use crate::browser::first_admin;
use crate::world::{World, answer, world};
use domain::access::{Audience, Operation};
use reqwest::Method;
use serde_json::{Value as Json, json};

/// How to get an operation that writes refused.
enum Refused {
    /// A request that reaches its verb: method, path, body; and the audit row's action and result.
    By(Method, &'static str, Json, &'static str, &'static str),
    /// It reads, has no authenticated caller, or is never refused.
    Not,
}

fn by(method: Method, path: &'static str, body: Json, action: &'static str, code: &'static str) -> Refused {
    Refused::By(method, path, body, action, code)
}

#[expect(clippy::too_many_lines, reason = "one arm per operation: the table is the test")]
fn refused(operation: Operation) -> Refused {
    use Operation as O;
    let (post, none) = (|| Method::POST, || json!({}));
    match operation {
        O::ChangePassword => {
            let body =
                json!({ "currentPassword": "not the current one", "newPassword": "granite-lamp-37-meadow" });
            by(post(), "/api/v1/auth/password", body, "user.password", "PASSWORD_WRONG")
        }
        O::SessionEnd => {
            by(Method::DELETE, "/api/v1/auth/sessions/999", none(), "session.end", "SESSION_NOT_FOUND")
        }
        O::UserAdd => {
            let body = json!({ "login": "root", "name": "Again", "role": "operator" });
            by(post(), "/api/v1/users", body, "user.add", "USER_EXISTS")
        }
        O::UserChange => {
            by(Method::PATCH, "/api/v1/users/999", json!({ "name": "X" }), "user.change", "USER_NOT_FOUND")
        }
        O::UserReset => {
            by(post(), "/api/v1/users/999/password-reset", Json::Null, "user.reset", "USER_NOT_FOUND")
        }
        O::UserSignOut => {
            by(post(), "/api/v1/users/999/end-sessions", Json::Null, "user.sign_out", "USER_NOT_FOUND")
        }
        O::KeyAdd => by(
            post(),
            "/api/v1/api-keys",
            json!({ "name": "all", "scopes": [] }),
            "api_key.add",
            "SCOPE_INVALID",
        ),
        O::KeyRotate => {
            by(post(), "/api/v1/api-keys/999/rotate", Json::Null, "api_key.rotate", "API_KEY_NOT_FOUND")
        }
        O::KeyRevoke => {
            by(Method::DELETE, "/api/v1/api-keys/999", none(), "api_key.revoke", "API_KEY_NOT_FOUND")
        }
        O::BatchCreate => {
            let relations = json!([{ "targetAccountId": "nobody", "amount": "1.00" }]);
            let body = json!({ "name": "x", "type": "one_to_many", "sourceAccountId": "nobody",
                               "relations": relations });
            by(post(), "/api/batch-transfers", body, "batch.create", "SOURCE_ACCOUNT_NOT_FOUND")
        }
        O::BatchEdit => {
            let body = json!({ "name": "another" });
            by(Method::PATCH, "/api/batch-transfers/999", body, "batch.edit", "BATCH_NOT_FOUND")
        }
        O::RelationAdd => {
            let body = json!({ "relations": [{ "targetAccountId": "nobody", "amount": "1.00" }] });
            by(post(), "/api/batch-transfers/999/relations", body, "batch.edit", "BATCH_NOT_FOUND")
        }
        O::RelationDelete => {
            let path = "/api/batch-transfers/999/relations/1";
            by(Method::DELETE, path, none(), "batch.edit", "BATCH_NOT_FOUND")
        }
        O::BatchSubmit => {
            by(post(), "/api/batch-transfers/999/submit", Json::Null, "batch.submit", "BATCH_NOT_FOUND")
        }
        O::BatchExecute => {
            by(post(), "/api/batch-transfers/999/execute", Json::Null, "batch.execute", "BATCH_NOT_FOUND")
        }
        O::BatchPause => {
            by(post(), "/api/batch-transfers/999/pause", Json::Null, "batch.pause", "BATCH_NOT_FOUND")
        }
        O::BatchResume => {
            by(post(), "/api/batch-transfers/999/resume", Json::Null, "batch.resume", "BATCH_NOT_FOUND")
        }
        O::BatchCancel => {
            by(post(), "/api/batch-transfers/999/cancel", Json::Null, "batch.cancel", "BATCH_NOT_FOUND")
        }
        O::RelationRetry => {
            let path = "/api/batch-transfers/999/relations/1/retry";
            by(post(), path, Json::Null, "item.retry", "BATCH_NOT_FOUND")
        }
        O::BatchRetry => {
            by(post(), "/api/batch-transfers/999/retry-failed", Json::Null, "batch.retry", "BATCH_NOT_FOUND")
        }
        O::RelationSkip => {
            let path = "/api/batch-transfers/999/relations/1/skip";
            by(post(), path, Json::Null, "item.skip", "BATCH_NOT_FOUND")
        }
        O::TransferCreate => {
            let body = json!({ "fromAccountId": "nobody", "toAccountId": "nobody", "fromAmountCents": 1 });
            let code = "SOURCE_ACCOUNT_NOT_FOUND";
            by(post(), "/api/v2/account-transfers", body, "transfer.create", code)
        }
        O::DepositCreate => {
            let body = json!({ "accountId": "nobody", "amountCents": 1 });
            by(post(), "/api/v2/deposits", body, "transfer.create", "TARGET_ACCOUNT_NOT_FOUND")
        }
        O::WithdrawalCreate => {
            let body = json!({ "accountId": "nobody", "amountCents": 1 });
            by(post(), "/api/v2/withdrawals", body, "transfer.create", "SOURCE_ACCOUNT_NOT_FOUND")
        }
        O::AccountOpen => {
            let body = json!({ "number": "A", "currency": "NOT-ONE", "holder": { "name": "Ann" } });
            by(post(), "/api/v2/accounts", body, "account.open", "CURRENCY_UNKNOWN")
        }
        O::AccountFreeze => {
            let path = "/api/v2/accounts/nobody/freeze";
            by(post(), path, Json::Null, "account.status", "ACCOUNT_NOT_FOUND")
        }
        O::AccountUnfreeze => {
            let path = "/api/v2/accounts/nobody/unfreeze";
            by(post(), path, Json::Null, "account.status", "ACCOUNT_NOT_FOUND")
        }
        O::AccountClose => {
            by(post(), "/api/v2/accounts/nobody/close", Json::Null, "account.status", "ACCOUNT_NOT_FOUND")
        }
        O::AccountMakeDefault => {
            let path = "/api/v2/accounts/nobody/make-default";
            by(post(), path, Json::Null, "holder.make_default", "ACCOUNT_NOT_FOUND")
        }
        O::HolderChange => {
            let (path, body) = ("/api/v2/holders/hold_999", json!({ "name": "X" }));
            by(Method::PATCH, path, body, "holder.change", "HOLDER_NOT_FOUND")
        }
        O::HolderAdd => by(post(), "/api/v2/holders", json!({ "name": " " }), "holder.add", "NAME_INVALID"),
        O::CurrencyAdd => {
            by(post(), "/api/v2/currencies", json!({ "code": "no" }), "asset.add", "CURRENCY_UNKNOWN")
        }
        O::RateSet => {
            let body = json!({ "source": "USD", "target": "USD", "rate": "1" });
            by(post(), "/api/v2/fx-rates", body, "fx.set", "RATE_INVALID")
        }
        O::PolicySet => {
            let body = json!({ "currency": "USD", "max": "-5" });
            by(Method::PUT, "/api/v2/policies", body, "policy.set", "AMOUNT_SIGN")
        }
        O::SettingsSet => {
            let body = json!({ "timeZone": "Mars/Olympus" });
            by(Method::PUT, "/api/v2/settings", body, "setting.set", "TIME_ZONE_UNKNOWN")
        }
        O::BatchCopy => {
            let body = json!({ "items": "all" });
            by(post(), "/api/batch-transfers/999/copy", body, "batch.create", "BATCH_NOT_FOUND")
        }
        O::BatchReprice => {
            by(post(), "/api/batch-transfers/999/reprice", Json::Null, "batch.reprice", "BATCH_NOT_FOUND")
        }
        O::BatchSkipFailed => {
            let path = "/api/batch-transfers/999/skip-failed";
            by(post(), path, Json::Null, "batch.skip_failed", "BATCH_NOT_FOUND")
        }
        O::ProblemDrop => {
            let path = "/api/batch-transfers/999/problems?count=1";
            by(Method::DELETE, path, Json::Null, "batch.edit", "BATCH_NOT_FOUND")
        }
        O::FxPolicySet => {
            let body = json!({ "source": "USD", "target": "USD", "rounding": "down" });
            by(Method::PUT, "/api/v2/fx-rates/policies", body, "fx_policy.set", "FX_POLICY_INVALID")
        }
        // No caller is authenticated before these succeed; a failure is a security event.
        O::SetUp | O::Login | O::AcceptInvitation => Refused::Not,
        // Signing out is never refused to a signed-in user.
        O::Logout => Refused::Not,
        _ => Refused::Not,
    }
}

/// Whether an operation changes something, judging by its method in the document.
fn writes(operation: Operation, document: &Json) -> bool {
    let paths = document["paths"].as_object().unwrap();
    paths.values().flat_map(|item| item.as_object().unwrap()).any(|(method, described)| {
        described["operationId"] == operation.name()
            && method != "get"
            && !operation.name().starts_with("preview")
    })
}

async fn newest_row(world: &World, action: &str) -> Json {
    let found = world.get(&format!("/api/v2/audit?action={action}&pageSize=1")).await;
    found.data()[0].clone()
}

#[tokio::test]
async fn every_refused_write_leaves_an_audit_row() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let document = http_api::document();
    let (mut tried, mut wrong) = (0, Vec::new());
    for operation in Operation::ALL.iter().copied().filter(|one| writes(*one, &document)) {
        let Refused::By(method, path, body, action, code) = refused(operation) else {
            let is_known =
                matches!(operation.audience(), Audience::Everyone) || operation == Operation::Logout;
            assert!(is_known, "{} has no row here", operation.name());
            continue;
        };
        let request = admin.request(method, path);
        let sent = answer(if body.is_null() { request } else { request.json(&body) }).await;
        let row = newest_row(&world, action).await;
        let told = (sent.code(), &row["result"], &row["actorKind"]);
        if told != (code, &json!(code), &json!("user")) {
            wrong.push(format!("{}: {told:?} {}", operation.name(), sent.json));
        }
        tried += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 25, "{tried}");
    world.stop().await;
}
