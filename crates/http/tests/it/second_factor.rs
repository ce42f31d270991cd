//! The second factor of people: setting it up, signing in with it, what a half session can do, guessing.

use crate::browser::{Browser, PASSWORD, add, behind_proxy, first_admin, text};
use crate::phone::{
    Phone, STEP, answer_challenge, challenge, confirm, enrol, recovery_codes, signed_in, wrong_code,
};
use crate::world::{World, answer, world, world_with};
use domain::access::{Asker, Operation};
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::audit::AuditFilter;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);
const MINUTE: Duration = Duration::from_secs(60);

async fn factor(browser: &Browser) -> Json {
    browser.get("/api/v1/auth/me").await.data()["factor"].clone()
}

#[tokio::test]
async fn a_factor_is_set_up_with_the_password_and_confirmed_with_a_code_in_the_same_session() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let other = Browser::signed_in(&world, "root", PASSWORD).await;
    assert_eq!(admin.get("/api/v1/auth/me").await.data()["nextSteps"], json!(["enrolTotp"]));
    assert_eq!(confirm(&admin, "123456").await.code(), "TOTP_ENROLMENT_MISSING");
    let wrong = admin.post("/api/v1/auth/totp", json!({ "password": "not the password" })).await;
    assert_eq!((wrong.status, wrong.code()), (422, "PASSWORD_WRONG"));
    let begun = admin.post("/api/v1/auth/totp", json!({ "password": PASSWORD })).await;
    let secret = text(&begun.data()["secret"]);
    assert_eq!(secret.len(), 32);
    assert!(text(&begun.data()["uri"]).starts_with("otpauth://totp/Sluice:root?secret="));
    assert!(text(&begun.data()["qr"]).contains("<svg"));
    let phone = Phone::of(&secret);
    for (browser, code, expected) in [
        (&admin, wrong_code(&phone, &world), "AUTH_2FA_CODE_INVALID"),
        (&other, phone.code(&world), "TOTP_ENROLMENT_MISSING"),
        (&admin, phone.code(&world), "ok"),
        (&admin, phone.code(&world), "TOTP_ENROLMENT_MISSING"),
    ] {
        assert_eq!(confirm(browser, &code).await.code(), expected);
    }
    assert_eq!((admin.me().await, other.me().await), ("root".to_owned(), "AUTH_REQUIRED".to_owned()));
    let me = admin.get("/api/v1/auth/me").await;
    assert_eq!((&me.data()["factor"]["totp"], &me.data()["nextSteps"]), (&json!("active"), &json!([])));
    assert_eq!(me.data()["factor"]["recoveryCodes"], 10);
    // Not confirmed in time.
    add(&admin, "li", "finance").await;
    let li = Browser::signed_in(&world, "li", PASSWORD).await;
    let begun = li.post("/api/v1/auth/totp", json!({ "password": PASSWORD })).await;
    world.clock.pass(15 * MINUTE);
    let late = Phone::of(&text(&begun.data()["secret"])).code(&world);
    assert_eq!(confirm(&li, &late).await.code(), "TOTP_ENROLMENT_MISSING");
    world.stop().await;
}

#[tokio::test]
async fn a_factor_is_replaced_with_a_code_or_a_recovery_code_and_stays_until_then() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let (old, codes) = enrol(&world, &admin).await;
    let begin = async |code: Option<&str>| {
        let body = match code {
            Some(code) => json!({ "password": PASSWORD, "2fa_code": code }),
            None => json!({ "password": PASSWORD }),
        };
        admin.post("/api/v1/auth/totp", body).await
    };
    for (code, expected) in [
        (None, "AUTH_2FA_REQUIRED"),
        (Some(wrong_code(&old, &world)), "AUTH_2FA_CODE_INVALID"),
        (Some(old.next_code(&world)), "ok"),
        (Some(codes[0].clone()), "ok"),
        (Some(codes[0].clone()), "AUTH_2FA_CODE_INVALID"),
    ] {
        assert_eq!(begin(code.as_deref()).await.code(), expected, "{code:?}");
    }
    signed_in(&world, "203.0.113.1", "root", &old).await;
    let begun = begin(Some(&codes[1].to_lowercase().replace('-', " "))).await;
    let new = Phone::of(&text(&begun.data()["secret"]));
    let fresh = recovery_codes(&confirm(&admin, &new.code(&world)).await);
    assert!(fresh.len() == 10 && fresh.iter().all(|code| !codes.contains(code)));
    let browser = Browser::at(&world, "203.0.113.1");
    let token = challenge(&browser, "root").await;
    for (code, expected) in [
        (old.next_code(&world), "AUTH_2FA_CODE_INVALID"),
        (codes[2].clone(), "AUTH_2FA_CODE_INVALID"),
        (new.code(&world), "ok"),
    ] {
        assert_eq!(answer_challenge(&browser, &token, &code).await.code(), expected);
    }
    world.stop().await;
}

#[tokio::test]
async fn attack_11_a_half_session_can_do_nothing_but_give_its_code() {
    let world = world().await;
    let admin = first_admin(&world).await;
    enrol(&world, &admin).await;
    let half = Browser::at(&world, "203.0.113.7");
    let login = half.request(Method::POST, "/api/v1/auth/login");
    let login = login.json(&json!({ "login": "root", "password": PASSWORD })).send().await.unwrap();
    assert!(!login.headers().contains_key("set-cookie"), "no cookie before the code");
    let token = challenge(&half, "root").await;
    let document = http_api::document();
    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, described) in methods.as_object().unwrap() {
            let Some(operation) = described["operationId"].as_str().and_then(Operation::from_name) else {
                continue;
            };
            if operation.allow(Asker::Anonymous).is_ok() || operation == Operation::Metrics {
                continue;
            }
            let part = |part: &str| if part.starts_with('{') { "1".to_owned() } else { part.to_owned() };
            let path = path.split('/').map(part).collect::<Vec<_>>().join("/");
            let method: Method = method.to_uppercase().parse().unwrap();
            let bare = answer(half.request(method.clone(), &path).json(&json!({}))).await;
            let bearer = answer(half.request(method, &path).bearer_auth(&token).json(&json!({}))).await;
            for refused in [bare, bearer] {
                assert_eq!((refused.status, refused.code()), (401, "AUTH_REQUIRED"), "{}", operation.name());
            }
            tried += 1;
        }
    }
    assert!(tried > 50, "{tried}");
    world.stop().await;
}

#[tokio::test]
async fn a_challenge_takes_five_codes_and_works_once_within_five_minutes() {
    let world = world_with(behind_proxy()).await;
    let admin = first_admin(&world).await;
    let (phone, _) = enrol(&world, &admin).await;
    world.clock.pass(STEP);
    let browser = Browser::at(&world, "198.51.100.1");
    let token = challenge(&browser, "root").await;
    for _ in 0..5 {
        let wrong = answer_challenge(&browser, &token, &wrong_code(&phone, &world)).await;
        assert_eq!((wrong.status, wrong.code()), (401, "AUTH_2FA_CODE_INVALID"));
    }
    let sixth = answer_challenge(&browser, &token, &phone.code(&world)).await;
    assert_eq!((sixth.status, sixth.code()), (401, "AUTH_CHALLENGE_INVALID"));
    let token = challenge(&browser, "root").await;
    let early = answer_challenge(&browser, &token, &phone.code(&world)).await;
    assert_eq!((early.status, early.code()), (429, "AUTH_TOO_MANY_ATTEMPTS"));
    world.clock.pass(Duration::from_secs(1));
    answer_challenge(&browser, &token, &phone.code(&world)).await.data();
    assert_eq!(browser.me().await, "root");
    let again = answer_challenge(&browser, &token, &phone.next_code(&world)).await;
    assert_eq!(again.code(), "AUTH_CHALLENGE_INVALID", "it works once");
    let token = challenge(&browser, "root").await;
    world.clock.pass(5 * MINUTE);
    let late = answer_challenge(&browser, &token, &phone.code(&world)).await;
    assert_eq!(late.code(), "AUTH_CHALLENGE_INVALID", "it has expired");
    assert_eq!(
        answer_challenge(&browser, "challenge_made-up", "123456").await.code(),
        "AUTH_CHALLENGE_INVALID"
    );
    world.stop().await;
}

#[tokio::test]
async fn attack_20_a_challenge_ends_with_everything_that_ends_sessions() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let id = add(&admin, "li", "finance").await;
    let li = Browser::signed_in(&world, "li", PASSWORD).await;
    let (phone, _) = enrol(&world, &li).await;
    let path = format!("/api/v1/users/{id}");
    let half = Browser::at(&world, "203.0.113.9");
    let over = async |token: &str, what: &str| {
        let refused = answer_challenge(&half, token, &phone.next_code(&world)).await;
        assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID", "{what}");
    };
    let token = challenge(&half, "li").await;
    admin.post(&format!("{path}/end-sessions"), Json::Null).await.data();
    over(&token, "ended by an administrator").await;
    let token = challenge(&half, "li").await;
    admin.patch(&path, json!({ "role": "operator" })).await.data();
    over(&token, "another role").await;
    let token = challenge(&half, "li").await;
    admin.patch(&path, json!({ "disabled": true })).await.data();
    over(&token, "disabled").await;
    admin.patch(&path, json!({ "disabled": false })).await.data();
    let token = challenge(&half, "li").await;
    admin.post(&format!("{path}/totp-reset"), Json::Null).await.data();
    over(&token, "the factor was reset").await;
    world.stop().await;
}

#[tokio::test]
async fn attack_08_a_code_and_those_before_it_are_refused_once_one_was_accepted() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let (phone, _) = enrol(&world, &admin).await;
    world.clock.pass(10 * STEP);
    let try_code = async |code: &str| {
        let browser = Browser::at(&world, "203.0.113.1");
        answer_challenge(&browser, &challenge(&browser, "root").await, code).await
    };
    for away in [-10, -2, 1, 2, 10] {
        let refused = try_code(&phone.code_of(&world, away)).await;
        assert_eq!(refused.code(), "AUTH_2FA_CODE_INVALID", "{away}");
        // A right code in between keeps the throttle away.
        try_code(&phone.next_code(&world)).await.data();
    }
    world.clock.pass(STEP + Duration::from_secs(10));
    let now = phone.code(&world);
    try_code(&now).await.data();
    for (code, seconds) in [(now, 20), (phone.code_of(&world, -1), 0)] {
        let refused = try_code(&code).await;
        assert_eq!((refused.status, refused.code()), (401, "AUTH_2FA_CODE_USED"));
        assert_eq!(refused.json["data"]["retryAfterSeconds"], seconds);
    }
    // The previous step alone: typing took a while.
    world.clock.pass(2 * STEP);
    try_code(&phone.code_of(&world, -1)).await.data();
    world.stop().await;
}

#[tokio::test]
async fn attack_13_a_recovery_code_signs_in_once_and_lets_nothing_else_through() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let (_, codes) = enrol(&world, &admin).await;
    let lost = Browser::at(&world, "203.0.113.1");
    let token = challenge(&lost, "root").await;
    answer_challenge(&lost, &token, &codes[3]).await.data();
    assert_eq!(factor(&lost).await["recoveryCodes"], 9);
    assert_eq!(factor(&lost).await["freshUntil"], Json::Null);
    let add_key = async |code: Option<&str>| {
        let mut body = json!({ "name": "k", "scopes": ["read"] });
        if let Some(code) = code {
            body["2fa_code"] = json!(code);
        }
        lost.post("/api/v1/api-keys", body).await
    };
    assert_eq!(add_key(None).await.code(), "AUTH_2FA_REQUIRED");
    assert_eq!(add_key(Some(&codes[4])).await.code(), "AUTH_2FA_CODE_INVALID");
    let other = Browser::at(&world, "203.0.113.2");
    let token = challenge(&other, "root").await;
    for (code, expected) in [(&codes[3], "AUTH_2FA_CODE_INVALID"), (&codes[4], "ok")] {
        assert_eq!(answer_challenge(&other, &token, code).await.code(), expected);
    }
    world.stop().await;
}

#[tokio::test]
async fn two_concurrent_uses_of_one_recovery_code_sign_in_once() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let (_, codes) = enrol(&world, &admin).await;
    let (one, two) = (Browser::at(&world, "203.0.113.1"), Browser::at(&world, "203.0.113.2"));
    let (first, second) = (challenge(&one, "root").await, challenge(&two, "root").await);
    let (first, second) =
        tokio::join!(answer_challenge(&one, &first, &codes[0]), answer_challenge(&two, &second, &codes[0]));
    let mut codes = [first.code(), second.code()];
    codes.sort_unstable();
    assert_eq!(codes, ["AUTH_2FA_CODE_INVALID", "ok"]);
    world.stop().await;
}

/// Guesses codes for as long as a day, as early as the server lets, and returns how many were checked.
async fn guess_for_a_day(world: &World, phone: &Phone) -> u32 {
    let guesser = Browser::at(world, "198.51.100.66");
    let (mut checked, mut waited) = (0, Duration::ZERO);
    while waited < 24 * HOUR {
        let token = challenge(&guesser, "li").await;
        let guessed = answer_challenge(&guesser, &token, &wrong_code(phone, world)).await;
        match guessed.code() {
            "AUTH_2FA_CODE_INVALID" => checked += 1,
            "AUTH_TOO_MANY_ATTEMPTS" => {
                let wait = guessed.json["data"]["retryAfterSeconds"].as_u64().unwrap();
                assert!(wait <= 3_600, "{wait}");
                world.clock.pass(Duration::from_secs(wait));
                waited += Duration::from_secs(wait);
            }
            other => panic!("{other}"),
        }
    }
    checked
}

#[tokio::test]
async fn attack_01_guessed_codes_are_bounded_by_day_and_lock_nobody_out() {
    let world = world_with(behind_proxy()).await;
    let admin = first_admin(&world).await;
    add(&admin, "li", "finance").await;
    let li = Browser::signed_in(&world, "li", PASSWORD).await;
    let (phone, _) = enrol(&world, &li).await;
    signed_in(&world, "203.0.113.50", "li", &phone).await;
    let checked = guess_for_a_day(&world, &phone).await;
    assert!((20..=45).contains(&checked), "{checked}");
    // Where the person's code was accepted before, guesses from elsewhere do not count.
    signed_in(&world, "203.0.113.50", "li", &phone).await;
    // Elsewhere the person waits an hour at most.
    world.clock.pass(HOUR);
    signed_in(&world, "203.0.113.99", "li", &phone).await;
    world.stop().await;
}

#[tokio::test]
async fn attack_01_parallel_guesses_with_one_challenge_are_counted_one_by_one() {
    let world = world_with(behind_proxy()).await;
    let admin = first_admin(&world).await;
    let (phone, _) = enrol(&world, &admin).await;
    let token = challenge(&Browser::at(&world, "198.51.100.1"), "root").await;
    let wrong = wrong_code(&phone, &world);
    let tries = (1..=30).map(|n| {
        let (browser, token, wrong) =
            (Browser::at(&world, &format!("198.51.100.{n}")), token.clone(), wrong.clone());
        tokio::spawn(async move { answer_challenge(&browser, &token, &wrong).await.code().to_owned() })
    });
    let mut checked = 0;
    for one in tries.collect::<Vec<_>>() {
        checked += u32::from(one.await.unwrap() == "AUTH_2FA_CODE_INVALID");
    }
    assert_eq!(checked, 5);
    world.stop().await;
}

#[tokio::test]
async fn attack_19_a_planted_session_is_not_adopted_by_the_second_step() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let (phone, _) = enrol(&world, &admin).await;
    let planted = format!("sluice_session={}", "ab".repeat(32));
    let half = Browser::at(&world, "203.0.113.1");
    let body = json!({ "challenge": challenge(&half, "root").await, "code": phone.next_code(&world) });
    let request = reqwest::Client::new().post(format!("{}/api/v1/auth/2fa", world.url));
    let response = request.header("cookie", &planted).json(&body).send().await.unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("sluice_session=") && !cookie.starts_with(&planted), "{cookie}");
    let me = reqwest::Client::new().get(format!("{}/api/v1/auth/me", world.url));
    assert_eq!(answer(me.header("cookie", &planted)).await.status, 401);
    world.stop().await;
}

#[tokio::test]
async fn nothing_secret_of_a_factor_is_audited_or_stored_in_clear() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let begun = admin.post("/api/v1/auth/totp", json!({ "password": PASSWORD })).await;
    let secret = text(&begun.data()["secret"]);
    let phone = Phone::of(&secret);
    let codes = recovery_codes(&confirm(&admin, &phone.code(&world)).await);
    let token = challenge(&Browser::at(&world, "203.0.113.1"), "root").await;
    let used = phone.next_code(&world);
    answer_challenge(&Browser::at(&world, "203.0.113.1"), &token, &used).await.data();
    let open = challenge(&Browser::at(&world, "203.0.113.1"), "root").await;
    let mut found = format!("{:?}", world.audit(AuditFilter::default()).await);
    for (table, columns) in [
        ("recovery_code", "selector || hash"),
        ("challenge", "token"),
        ("sealed_secret", "owner || sealed"),
        ("setting", "name || value"),
    ] {
        let mut tx = world.store.read().await.unwrap();
        let rows = tx.fetch_text(format!("SELECT {columns} FROM {table}"), Vec::new()).await.unwrap();
        found.extend(rows.iter().map(|row| row.text(0).unwrap()));
    }
    let plain: Vec<String> = codes.iter().map(|code| code.replace('-', "")).collect();
    for secret in codes.iter().chain(&plain).chain([&secret, &token, &open]) {
        assert!(!found.contains(secret.as_str()), "{secret} is in {found}");
    }
    assert!(found.contains("user.totp_confirm") && found.contains("user:1"), "{found}");
    world.stop().await;
}
