//! The codes that executing, resuming, retrying and single transfers need.

use super::app::{STEP, bind, enrol, named, transfer, world_with_bound_payer};
use crate::batch_tools::{BATCHES, at, balance, ended, make, open, salaries, verify};
use crate::browser::first_admin;
use crate::world::{World, answer, world};
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::audit::AuditFilter;
use std::time::Duration;

/// What a request with these codes is answered, and whether money moved.
async fn tried(world: &World, path: &str, body: Json) -> (u16, String, i64) {
    let before = balance(world, "PAY").await;
    let answered = world.post(path, body).await;
    if answered.status == 200 && path.starts_with(BATCHES) {
        let id = answered.json["data"]["batchId"].as_i64().unwrap();
        ended(world, id).await;
    }
    (answered.status, answered.code().to_owned(), before - balance(world, "PAY").await)
}

#[tokio::test]
async fn without_a_right_code_a_bound_account_pays_nothing() {
    let (world, _, app) = world_with_bound_payer(2, false).await;
    let batch = make(&world, salaries(2, "10.00")).await;
    let withdrawal = |more: Json| {
        let mut body = json!({ "accountId": "PAY", "amountCents": 100 });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    type Body<'a> = Box<dyn Fn(Json) -> Json + 'a>;
    let ways: [(String, Body<'_>, i64); 4] = [
        ("/api/v2/account-transfers".to_owned(), Box::new(|more| transfer(100, more)), 100),
        ("/api/v2/withdrawals".to_owned(), Box::new(withdrawal), 100),
        (at(batch, "/execute"), Box::new(|more| more), 2_000),
        // Executes a batch that has not begun.
        (at(make(&world, salaries(1, "10.00")).await, "/resume"), Box::new(|more| more), 1_000),
    ];
    for (path, body, amount) in ways {
        let code = app.fresh(&world);
        let wrong = if code == "000000" { "111111" } else { "000000" };
        for (more, expected) in [
            (json!({}), (400, "VERIFICATION_CODE_REQUIRED", 0)),
            (json!({ "auto2FA": true }), (400, "VERIFICATION_CODE_REQUIRED", 0)),
            (json!({ "verificationCode": wrong }), (401, "AUTH_2FA_CODE_INVALID", 0)),
            (json!({ "verificationCodes": { "P-0": code } }), (400, "VERIFICATION_CODE_REQUIRED", 0)),
            (json!({ "verificationCode": app.code(&world, 1) }), (401, "AUTH_2FA_CODE_INVALID", 0)),
            (json!({ "verificationCode": code }), (200, "ok", amount)),
        ] {
            let seen = tried(&world, &path, body(more.clone())).await;
            assert_eq!((seen.0, seen.1.as_str(), seen.2), expected, "{path} {more}");
        }
        let seen =
            tried(&world, "/api/v2/account-transfers", transfer(100, json!({ "verificationCode": code })));
        assert_eq!(seen.await, (401, "AUTH_2FA_CODE_USED".to_owned(), 0), "{path}");
    }
    // Nothing is asked of who is paid.
    open(&world, "RICH", "USD", "10.00").await;
    let paid = json!({ "fromAccountId": "RICH", "toAccountId": "PAY", "fromAmountCents": 100 });
    world.post("/api/v2/account-transfers", paid).await.data();
    let deposit = json!({ "accountId": "PAY", "amountCents": 100 });
    world.post("/api/v2/deposits", deposit).await.data();
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_refusal_names_the_accounts_and_the_seconds_and_a_preview_names_them_before() {
    let (world, _, app) = world_with_bound_payer(1, true).await;
    let batch = make(&world, salaries(1, "10.00")).await;
    let accounts = json!([{ "id": "acct_5", "number": "PAY", "auto2FA": true }]);
    let number = world.get("/api/v2/accounts/PAY").await.data()["id"].clone();
    let mut accounts = accounts;
    accounts[0]["id"] = number;
    let missing = world.post(&at(batch, "/execute"), Json::Null).await;
    let data = json!({ "require2FA": true, "accounts": accounts, "accountCount": 1 });
    assert_eq!((missing.status, &missing.json["data"]), (400, &data));
    let chinese = world.request(Method::POST, &at(batch, "/execute")).header("Accept-Language", "zh");
    assert_eq!(answer(chinese).await.json["message"], "账户已开启2FA，请提供验证码");
    for preview in [
        world.post(&at(batch, "/preview"), Json::Null).await,
        world.post(&format!("{BATCHES}/preview"), salaries(1, "10.00")).await,
    ] {
        assert_eq!((&preview.data()["require2FA"], &preview.data()["accounts"]), (&json!(true), &accounts));
    }
    let code = app.fresh(&world);
    let pay = || transfer(1, json!({ "verificationCode": code }));
    world.post("/api/v2/account-transfers", pay()).await.data();
    world.clock.pass(Duration::from_secs(7));
    let used = world.post("/api/v2/account-transfers", pay()).await;
    let wait = &used.json["data"]["retryAfterSeconds"];
    assert_eq!((used.status, used.code(), wait), (401, "AUTH_2FA_CODE_USED", &json!(23)));
    world.stop().await;
}

#[tokio::test]
async fn retry_and_resume_ask_again_and_a_refusal_uses_up_no_code() {
    let (world, _, app) = world_with_bound_payer(2, false).await;
    let batch = make(&world, salaries(2, "10.00")).await;
    for payee in ["P-0", "P-1"] {
        let path = format!("/api/v2/accounts/{payee}/freeze");
        world.post(&path, Json::Null).await.data();
    }
    let code = |code: String| json!({ "verificationCode": code });
    world.post(&at(batch, "/execute"), code(app.fresh(&world))).await.data();
    let failed = ended(&world, batch).await;
    assert_eq!(failed["failedCount"], 2);
    for payee in ["P-0", "P-1"] {
        let path = format!("/api/v2/accounts/{payee}/unfreeze");
        world.post(&path, Json::Null).await.data();
    }
    let item = failed["relations"][0]["id"].as_i64().unwrap();
    let one = at(batch, &format!("/relations/{item}/retry"));
    assert_eq!(named(&world.post(&one, Json::Null).await).1, "VERIFICATION_CODE_REQUIRED");
    assert_eq!(
        named(&world.post(&at(batch, "/retry-failed"), Json::Null).await),
        (400, "VERIFICATION_CODE_REQUIRED", vec!["PAY"])
    );
    // A request that is refused for another reason has used up nothing: the same code lets the next one through.
    let fresh = app.fresh(&world);
    assert_eq!(world.post(&at(batch, "/execute"), code(fresh.clone())).await.code(), "BATCH_WRONG_STATE");
    assert_eq!(world.post(&at(batch, "/relations/9999/retry"), code(fresh.clone())).await.status, 404);
    world.post(&one, code(fresh)).await.data();
    assert_eq!(ended(&world, batch).await["successCount"], 1);
    world.post(&at(batch, "/retry-failed"), code(app.fresh(&world))).await.data();
    assert_eq!(ended(&world, batch).await["successCount"], 2);
    // Nothing to do needs no code.
    assert_eq!(world.post(&at(batch, "/retry-failed"), Json::Null).await.data()["count"], 0);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn auto_2fa_works_where_it_is_allowed_and_uses_up_no_code() {
    let (world, _, app) = world_with_bound_payer(1, true).await;
    let code = app.fresh(&world);
    for _ in 0..3 {
        let body = transfer(100, json!({ "auto2FA": true }));
        world.post("/api/v2/account-transfers", body).await.data();
    }
    world.post("/api/v2/account-transfers", transfer(100, json!({ "verificationCode": code }))).await.data();
    let batch = make(&world, salaries(1, "10.00")).await;
    world.post(&at(batch, "/execute"), json!({ "auto2FA": true })).await.data();
    assert_eq!(ended(&world, batch).await["state"], "completed");
    let audit =
        world.audit(AuditFilter { action: Some("batch.execute".to_owned()), ..AuditFilter::default() }).await;
    let detail: Json = serde_json::from_str(&audit[0].detail).unwrap();
    assert_eq!(detail["consent"]["automatic"].as_array().unwrap().len(), 1, "{detail}");
    world.stop().await;
}

#[tokio::test]
async fn the_same_key_is_sent_again_with_another_code_and_takes_effect_once() {
    let (world, _, app) = world_with_bound_payer(1, false).await;
    let batch = make(&world, salaries(1, "10.00")).await;
    for (key, path, amount) in
        [("k-1", "/api/v2/account-transfers".to_owned(), 100), ("k-2", at(batch, "/execute"), 1_000)]
    {
        let body = |more: Json| if key == "k-1" { transfer(100, more) } else { more };
        let (code, before) = (app.fresh(&world), balance(&world, "PAY").await);
        let wrong = if code == "000000" { "111111" } else { "000000" };
        for (more, expected) in [
            (json!({}), "VERIFICATION_CODE_REQUIRED"),
            (json!({ "verificationCode": wrong }), "AUTH_2FA_CODE_INVALID"),
            (json!({ "verificationCode": code }), "ok"),
            // The first answer again, before any code is looked at.
            (json!({ "verificationCode": code }), "ok"),
            (json!({ "verificationCode": wrong }), "ok"),
            (json!({ "auto2FA": true }), "ok"),
            (json!({}), "ok"),
        ] {
            let answered = world.post_once(key, &path, body(more.clone())).await;
            assert_eq!(answered.code(), expected, "{path} {more}");
        }
        if key == "k-2" {
            ended(&world, batch).await;
        }
        assert_eq!(before - balance(&world, "PAY").await, amount, "{path}");
    }
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn where_many_pay_one_every_bound_payer_needs_a_code_and_no_other() {
    let world = world().await;
    let admin = first_admin(&world).await;
    open(&world, "POT", "USD", "0").await;
    let ids = [open(&world, "A-1", "USD", "50.00").await, open(&world, "A-2", "USD", "50.00").await];
    open(&world, "A-3", "USD", "50.00").await;
    // A number that looks like another account's id.
    let odd = ids[1].to_string();
    open(&world, &odd, "USD", "50.00").await;
    let one = bind(&world, &admin, "A-1", true).await;
    let two = bind(&world, &admin, "A-2", false).await;
    let three = bind(&world, &admin, &odd, false).await;
    bind(&world, &admin, "POT", false).await;
    let relations: Vec<Json> = ["A-1", "A-2", "A-3", &odd]
        .map(|number| json!({ "sourceAccountId": number, "amount": "10.00" }))
        .to_vec();
    let body =
        json!({ "name": "C", "type": "many_to_one", "targetAccountId": "POT", "relations": relations });
    let batch = make(&world, body).await;
    let run = async |more: Json| {
        let answered = world.post(&at(batch, "/execute"), more).await;
        let (_, code, numbers) = named(&answered);
        (code.to_owned(), numbers.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let is = |code: &str, numbers: &[&str]| {
        (code.to_owned(), numbers.iter().map(|number| (*number).to_owned()).collect::<Vec<_>>())
    };
    world.clock.pass(STEP);
    let codes = [one.code(&world, 0), two.code(&world, 0), three.code(&world, 0)];
    assert_eq!(run(Json::Null).await, is("VERIFICATION_CODE_REQUIRED", &["A-1", "A-2", &odd]));
    let bare = json!({ "verificationCode": codes[0] });
    assert_eq!(run(bare).await, is("VERIFICATION_CODE_REQUIRED", &["A-1", "A-2", &odd]));
    let auto = json!({ "auto2FA": true });
    assert_eq!(run(auto).await, is("VERIFICATION_CODE_REQUIRED", &["A-2", &odd]));
    // Bare digits are the number here, not the id of A-2.
    let digits = json!({ "verificationCodes": { "A-1": codes[0], &odd: codes[2] } });
    assert_eq!(run(digits).await, is("VERIFICATION_CODE_REQUIRED", &["A-2"]));
    let tagged = format!("acct_{}", ids[1]);
    let swapped = json!({ "auto2FA": true, "verificationCodes": { &tagged: codes[2], &odd: codes[1] } });
    assert_eq!(run(swapped).await, is("AUTH_2FA_CODE_INVALID", &["A-2", &odd]));
    let first = ids[0].to_string();
    let all = json!({ "verificationCodes": { &first: codes[0], &tagged: codes[1], &odd: codes[2] } });
    assert_eq!(run(all).await.0, "ok");
    assert_eq!(ended(&world, batch).await["successCount"], 4);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn neither_codes_nor_secrets_are_in_the_audit_log() {
    let (world, _, app) = world_with_bound_payer(1, false).await;
    let code = app.fresh(&world);
    for code in [code.as_str(), "424242", "not-a-code"] {
        let body = transfer(1, json!({ "verificationCode": code, "verificationCodes": { "X": "737373" } }));
        world.post("/api/v2/account-transfers", body).await;
    }
    for row in world.audit(AuditFilter::default()).await {
        let text = format!("{row:?}");
        for secret in [code.as_str(), "424242", "737373", "not-a-code", app.secret.base32().as_str()] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn the_persons_step_up_is_asked_for_beside_the_accounts_code() {
    let (world, admin, of_account) = world_with_bound_payer(1, false).await;
    open(&world, "FREE", "USD", "100.00").await;
    let own = enrol(&world, &admin).await;
    // A code suffices for five minutes in a session.
    world.clock.pass(Duration::from_secs(600));
    let pay = async |from: &str, codes: Json| {
        let mut body = json!({ "fromAccountId": from, "toAccountId": "P-0", "fromAmountCents": 100 });
        body.as_object_mut().unwrap().extend(codes.as_object().unwrap().clone());
        admin.post("/api/v2/account-transfers", body).await.code().to_owned()
    };
    let (mine, theirs) = (own.code(&world, 0), of_account.code(&world, 0));
    for (from, codes, expected) in [
        ("FREE", json!({}), "AUTH_2FA_REQUIRED"),
        ("FREE", json!({ "verificationCode": theirs }), "AUTH_2FA_CODE_INVALID"),
        ("PAY", json!({}), "VERIFICATION_CODE_REQUIRED"),
        ("PAY", json!({ "verificationCode": theirs }), "AUTH_2FA_REQUIRED"),
        ("PAY", json!({ "2fa_code": mine }), "VERIFICATION_CODE_REQUIRED"),
        ("PAY", json!({ "verificationCode": mine, "2fa_code": mine }), "AUTH_2FA_CODE_INVALID"),
        // No refusal has used up a code.
        ("PAY", json!({ "verificationCode": theirs, "2fa_code": mine }), "ok"),
        ("FREE", json!({}), "ok"),
    ] {
        assert_eq!(pay(from, codes.clone()).await, expected, "{from} {codes}");
    }
    world.clock.pass(Duration::from_secs(600));
    let mine = own.code(&world, 0);
    // Where no debited account has a factor, the code is the person's.
    assert_eq!(pay("FREE", json!({ "verificationCode": mine })).await, "ok");
    world.clock.pass(Duration::from_secs(600));
    let batch = make(
        &world,
        json!({ "name": "B", "type": "one_to_many", "sourceAccountId": "FREE",
        "relations": [{ "targetAccountId": "P-0", "amount": "1.00" }] }),
    )
    .await;
    let path = at(batch, "/execute");
    assert_eq!(admin.post(&path, Json::Null).await.code(), "AUTH_2FA_REQUIRED");
    let code = json!({ "verificationCode": own.code(&world, 0) });
    assert_eq!(admin.post(&path, code).await.code(), "ok");
    assert_eq!(ended(&world, batch).await["state"], "completed");
    world.stop().await;
}
