//! Binding and unbinding.

use super::app::{App, bind, enrol, named, totp, transfer, unbind, world_with_bound_payer};
use crate::browser::{Browser, add, first_admin};
use serde_json::{Value as Json, json};
use std::time::Duration;

#[tokio::test]
async fn an_account_is_bound_by_a_code_of_a_secret_that_is_shown_once() {
    let world = crate::batch_tools::world_with_payees(1).await;
    let admin = first_admin(&world).await;
    let shown = async || world.get("/api/v2/accounts/PAY").await.data()["totp"].clone();
    assert_eq!(shown().await, "none");
    let early = admin.post(&totp("PAY", "/confirm"), json!({ "code": "123456" })).await;
    assert_eq!(named(&early).1, "ACCOUNT_TOTP_NOT_BEGUN");
    let first = admin.post(&totp("PAY", ""), Json::Null).await.data().clone();
    assert!(first["uri"].as_str().unwrap().starts_with("otpauth://totp/Sluice:PAY?secret="));
    assert!(first["qr"].as_str().unwrap().starts_with("<svg"));
    // Not in force before it is confirmed; a new secret replaces it.
    assert_eq!(shown().await, "none");
    let app = App::scanning(admin.post(&totp("PAY", ""), Json::Null).await.data());
    let old = App::scanning(&first).code(&world, 0);
    for (code, expected) in [(old, "AUTH_2FA_CODE_INVALID"), (app.code(&world, 1), "AUTH_2FA_CODE_INVALID")] {
        let refused = admin.post(&totp("PAY", "/confirm"), json!({ "code": code })).await;
        assert_eq!((refused.status, refused.code()), (401, expected));
    }
    let confirm = json!({ "code": app.code(&world, 0) });
    assert_eq!(admin.post(&totp("PAY", "/confirm"), confirm.clone()).await.data()["totp"], "bound");
    assert_eq!(shown().await, "bound");
    for path in ["", "/confirm"] {
        let body = if path.is_empty() { Json::Null } else { confirm.clone() };
        assert_eq!(named(&admin.post(&totp("PAY", path), body).await).1, "ACCOUNT_TOTP_BOUND", "{path}");
    }
    let system = admin.post(&totp("world-USD", ""), Json::Null).await;
    assert_eq!(system.code(), "SYSTEM_ACCOUNT");
    world.stop().await;
}

#[tokio::test]
async fn a_secret_that_waits_longer_than_an_hour_cannot_be_confirmed() {
    let world = crate::batch_tools::world_with_payees(1).await;
    let admin = first_admin(&world).await;
    let app = App::scanning(admin.post(&totp("PAY", ""), Json::Null).await.data());
    world.clock.pass(Duration::from_secs(1_700));
    admin.get("/api/v1/auth/me").await;
    world.clock.pass(Duration::from_secs(1_700));
    admin.get("/api/v1/auth/me").await;
    world.clock.pass(Duration::from_secs(201));
    let late = admin.post(&totp("PAY", "/confirm"), json!({ "code": app.code(&world, 0) })).await;
    assert_eq!(late.code(), "ACCOUNT_TOTP_NOT_BEGUN");
    world.stop().await;
}

#[tokio::test]
async fn only_finance_and_administrators_bind_and_unbind() {
    let world = crate::batch_tools::world_with_payees(1).await;
    let admin = first_admin(&world).await;
    for (login, role, expected) in [("op", "operator", 403), ("fin", "finance", 200), ("aud", "auditor", 403)]
    {
        add(&admin, login, role).await;
        let browser = Browser::signed_in(&world, login, crate::browser::PASSWORD).await;
        assert_eq!(browser.post(&totp("PAY", ""), Json::Null).await.status, expected, "{role}");
        let unbound = unbind(&browser, "P-0", json!({})).await;
        assert_eq!(unbound.status == 403, expected == 403, "{role}");
    }
    assert_eq!(world.post(&totp("PAY", ""), Json::Null).await.status, 403, "no key, whatever its scopes");
    world.stop().await;
}

#[tokio::test]
async fn attack_a_stolen_session_does_not_unbind_an_account() {
    let (world, admin, app) = world_with_bound_payer(1, false).await;
    let code = app.fresh(&world);
    let wrong = if code == "000000" { "111111" } else { "000000" };
    for (body, expected) in [
        (json!({}), "VERIFICATION_CODE_REQUIRED"),
        (json!({ "verificationCode": wrong }), "AUTH_2FA_CODE_INVALID"),
        (json!({ "verificationCode": code }), "ok"),
        (json!({ "verificationCode": code }), "ACCOUNT_TOTP_NOT_BOUND"),
    ] {
        assert_eq!(unbind(&admin, "PAY", body.clone()).await.code(), expected, "{body}");
    }
    world.post("/api/v2/account-transfers", transfer(100, json!({}))).await.data();
    // The new factor knows nothing of the old one's codes.
    let again = bind(&world, &admin, "PAY", false).await;
    let old = world
        .post("/api/v2/account-transfers", transfer(1, json!({ "verificationCode": app.fresh(&world) })));
    assert_eq!(old.await.code(), "AUTH_2FA_CODE_INVALID");
    let new = transfer(1, json!({ "verificationCode": again.code(&world, 0) }));
    world.post("/api/v2/account-transfers", new).await.data();
    world.stop().await;
}

#[tokio::test]
async fn who_lost_the_accounts_app_unbinds_with_a_factor_of_their_own() {
    let (world, admin, _) = world_with_bound_payer(1, false).await;
    let code = json!({ "2fa_code": "123456" });
    assert_eq!(unbind(&admin, "PAY", code).await.code(), "TOTP_NOT_ENROLLED");
    let own = enrol(&world, &admin).await;
    assert_eq!(unbind(&admin, "PAY", json!({})).await.code(), "VERIFICATION_CODE_REQUIRED", "fresh or not");
    let code = json!({ "2fa_code": own.fresh(&world) });
    assert_eq!(unbind(&admin, "PAY", code).await.data()["totp"], "none");
    world.stop().await;
}
