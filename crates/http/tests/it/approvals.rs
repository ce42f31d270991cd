//! Approvals over HTTP: document 002's operation to the letter, the queue, the policy, and ways back to draft.

use crate::batch_tools::{BATCHES, at, salaries, world_with_payees};
use crate::browser::{Browser, PASSWORD, add, first_admin};
use crate::phone::{Phone, enrol, signed_in};
use crate::world::{Answer, World, answer};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// A finance user whose cooling-off has ended, under a policy of one approval from 0.00 USD.
struct Office {
    world: World,
    checker: Browser,
    phone: Phone,
    recovery_codes: Vec<String>,
}

async fn office() -> Office {
    let world = world_with_payees(1).await;
    let admin = first_admin(&world).await;
    add(&admin, "check-1", "finance").await;
    let body = json!({ "currency": "USD", "bands": [{ "from": "0.00", "levels": [{ "count": 1 }] }] });
    let set = admin.put("/api/v2/approval-policies", body).await;
    assert_eq!((&set.data()["version"], &set.data()["validHours"]), (&json!(1), &json!(72)));
    let first = Browser::signed_in(&world, "check-1", PASSWORD).await;
    let (phone, recovery_codes) = enrol(&world, &first).await;
    world.clock.pass(Duration::from_secs(25 * 3_600));
    let checker = signed_in(&world, "203.0.113.9", "check-1", &phone).await;
    Office { world, checker, phone, recovery_codes }
}

impl Office {
    async fn batch(&self) -> (i64, String) {
        let made = self.world.post(BATCHES, salaries(1, "10.00")).await;
        let data = made.data();
        assert_eq!(data["approval"]["needed"], json!(1));
        (data["id"].as_i64().unwrap(), data["batchNumber"].as_str().unwrap().to_owned())
    }

    async fn decide(&self, number: &str, key: Option<&str>, body: Json) -> Answer {
        let path = format!("/api/v1/admin/transfer/batches/{number}/approve");
        let request = self.checker.request(Method::POST, &path).header("Accept-Language", "zh").json(&body);
        answer(match key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        })
        .await
    }

    fn body(&self, action: &str) -> Json {
        json!({ "action": action, "note": "已核实，批准", "2fa_code": self.phone.next_code(&self.world) })
    }
}

#[tokio::test]
async fn document_002s_approval_to_the_letter() {
    let office = office().await;
    let (id, number) = office.batch().await;
    let queue = office.checker.get("/api/v1/approvals").await;
    assert_eq!(
        (&queue.data()[0]["batch_id"], &queue.json["pagination"]["total"]),
        (&json!(number), &json!(1))
    );
    assert_eq!(queue.json["message"], "OK");
    let unkeyed = office.decide(&number, None, office.body("approve")).await;
    assert_eq!((unkeyed.status, unkeyed.code()), (400, "IDEMPOTENCY_KEY_REQUIRED"));
    let wrong = json!({ "action": "approve", "2fa_code": "000000" });
    let refused = office.decide(&number, Some("k-0"), wrong).await;
    assert_eq!((refused.status, refused.code()), (401, "AUTH_2FA_CODE_INVALID"));
    assert!(refused.json["message"].as_str().unwrap().starts_with("2FA 验证码错误"), "{}", refused.json);
    let executed = office.world.post(&at(id, "/execute"), json!({})).await;
    assert_eq!((executed.status, executed.code()), (400, "BATCH_NOT_APPROVED"));

    let body = office.body("approve");
    let approved = office.decide(&number, Some("k-1"), body.clone()).await;
    let data = approved.data().clone();
    assert_eq!(approved.json["message"], "批次已审批通过");
    assert_eq!((&data["batch_id"], &data["status"]), (&json!(number), &json!("approved")));
    assert_eq!(data["approved_by"], "check-1");
    assert!(data["approved_at"].as_str().unwrap().ends_with('Z'), "{data}");
    // Sent again with another code: the first answer again.
    let again = office.decide(&number, Some("k-1"), office.body("approve")).await;
    assert_eq!(again.data(), &data);
    let other = office.decide(&number, Some("k-2"), office.body("approve")).await;
    assert_eq!((other.status, other.code()), (409, "BATCH_NOT_PENDING"));
    assert_eq!(other.json["message"], "批次不是待审批状态");
    let none = office.decide("batch-20260310-999", Some("k-3"), office.body("approve")).await;
    assert_eq!((none.status, none.code()), (404, "BATCH_NOT_FOUND"));

    let shown = office.world.get(&at(id, "/approvals")).await;
    let decisions = &shown.data()["decisions"];
    assert_eq!((&decisions[0]["approver"], &decisions[0]["counts"]), (&json!("check-1"), &json!(true)));
    let path = format!("/api/v1/admin/transfer/batches/{number}");
    let reviewed = office.checker.get(&path).await.data()["approval"].clone();
    let level = json!({ "count": 1, "roles": [], "users": [], "given": ["check-1"], "open": 0 });
    assert_eq!((&reviewed["levels"], &reviewed["needed"]), (&json!([level]), &json!(1)));
    let decision = &reviewed["decisions"][0];
    assert_eq!((&decision["approver"], &decision["sponsors"][0]["by"]), (&json!("check-1"), &json!("root")));
    let withdraw = format!("/api/v1/admin/transfer/batches/{number}/withdraw-approval");
    let withdrawn = office.checker.post(&withdraw, json!({ "reason": "row 7" })).await;
    assert_eq!(withdrawn.data(), &json!({ "batch_id": number, "status": "pending" }));
    let rejected = office.decide(&number, Some("k-4"), office.body("reject")).await;
    assert_eq!(
        (&rejected.data()["status"], &rejected.data()["approved_at"]),
        (&json!("rejected"), &Json::Null)
    );
    let reopened = office.world.post(&at(id, "/reopen"), json!({ "note": "mended" })).await;
    assert_eq!(reopened.data()["state"], "draft");
    let recalled = office.world.post(&at(id, "/recall"), Json::Null).await;
    assert_eq!((recalled.status, recalled.code()), (400, "BATCH_WRONG_STATE"));
    office.world.stop().await;
}

#[tokio::test]
async fn nobody_approves_their_own_batch() {
    let office = office().await;
    let made = office.checker.post(BATCHES, salaries(1, "10.00")).await;
    let number = made.data()["batchNumber"].as_str().unwrap().to_owned();
    let own = office.decide(&number, Some("k-1"), office.body("approve")).await;
    assert_eq!((own.status, own.code()), (400, "CANNOT_APPROVE_OWN"));
    assert_eq!(own.json["message"], "不能审批自己提交的申请");
    office.world.stop().await;
}

#[tokio::test]
async fn nobody_approves_what_is_made_from_a_template_or_a_batch_of_their_own() {
    let office = office().await;
    let templates = "/api/batch-transfer-templates";
    let body = |name: &str| {
        let mut body = salaries(1, "10.00");
        body["name"] = json!(name);
        body
    };
    let saved = office.checker.post(templates, body("Saved")).await;
    let saved = format!("{templates}/{}", saved.data()["id"]);
    // Somebody else changes what the checker changed.
    let edited = office.world.post(templates, body("Edited")).await;
    let edited = format!("{templates}/{}", edited.data()["id"]);
    office.checker.patch(&edited, json!({ "remarks": "for March" })).await.data();
    let named = office.world.request(Method::PATCH, &edited).json(&json!({ "name": "Renamed" }));
    answer(named).await.data();
    let own = office.checker.post(BATCHES, body("Own")).await.data()["id"].as_i64().unwrap();
    let kept = office.world.post(templates, json!({ "name": "Kept", "from": own.to_string() })).await;
    let kept = format!("{templates}/{}", kept.data()["id"]);
    for (path, body) in [
        (format!("{saved}/batches"), json!({})),
        (format!("{edited}/batches"), json!({})),
        (format!("{kept}/batches"), json!({})),
        (at(own, "/copy"), json!({ "items": "all" })),
    ] {
        let made = office.world.post(&path, body).await.data().clone();
        let made = if made["batch"].is_object() { made["batch"].clone() } else { made };
        let made = if made["batch"].is_object() { made["batch"].clone() } else { made };
        let (id, number) = (made["id"].as_i64().unwrap(), made["batchNumber"].as_str().unwrap());
        office.world.post(&at(id, "/submit"), Json::Null).await.data();
        let decided = office.decide(number, Some(&format!("k-{id}")), office.body("approve")).await;
        assert_eq!((decided.status, decided.code()), (400, "CANNOT_APPROVE_OWN"), "{path}");
    }
    office.world.stop().await;
}

#[tokio::test]
async fn only_those_who_could_approve_now_are_named() {
    let office = office().await;
    let made = office.checker.post(BATCHES, salaries(1, "10.00")).await;
    let id = made.data()["id"].as_i64().unwrap();
    let named = async || {
        let shown = office.world.get(&at(id, "/approvals")).await;
        let people = shown.data()["mayApprove"].as_array().unwrap().clone();
        people.iter().map(|person| crate::browser::text(&person["login"])).collect::<Vec<_>>()
    };
    assert_eq!(named().await, [] as [&str; 0], "the administrator has no second factor");
    let root = Browser::signed_in(&office.world, "root", PASSWORD).await;
    enrol(&office.world, &root).await;
    assert_eq!(named().await, [] as [&str; 0], "the administrator is cooling off");
    office.world.clock.pass(Duration::from_secs(24 * 3_600));
    assert_eq!(named().await, ["root"]);
    office.world.stop().await;
}

#[tokio::test]
async fn attack_10_a_code_that_signed_in_approves_nothing_and_one_that_approved_approves_nothing_else() {
    let office = office().await;
    let (_, first) = office.batch().await;
    let (_, second) = office.batch().await;
    // The code of the sign-in a moment ago, as somebody may have overheard it; and the sign-in itself is no approval.
    for (key, code) in [("k-1", Some(office.phone.code(&office.world))), ("k-2", None)] {
        let mut body = json!({ "action": "approve" });
        if let Some(code) = &code {
            body["2fa_code"] = json!(code);
        }
        let refused = office.decide(&first, Some(key), body).await;
        let expected = if code.is_some() { "AUTH_2FA_CODE_USED" } else { "AUTH_2FA_REQUIRED" };
        assert_eq!(refused.code(), expected, "{}", refused.json);
    }
    let body = office.body("approve");
    office.decide(&first, Some("k-3"), body.clone()).await.data();
    let again = office.decide(&second, Some("k-4"), body).await;
    assert_eq!((again.status, again.code()), (401, "AUTH_2FA_CODE_USED"));
    office.world.stop().await;
}

#[tokio::test]
async fn attack_13_a_recovery_code_neither_approves_nor_executes() {
    let office = office().await;
    let (id, number) = office.batch().await;
    let [first, second, third, ..] = &office.recovery_codes[..] else { panic!("no recovery codes") };
    let refused =
        office.decide(&number, Some("k-1"), json!({ "action": "approve", "2fa_code": first })).await;
    assert_eq!((refused.status, refused.code()), (401, "AUTH_2FA_CODE_INVALID"));
    office.decide(&number, Some("k-2"), office.body("approve")).await.data();
    let lost = Browser::at(&office.world, "203.0.113.10");
    let challenge = crate::phone::challenge(&lost, "check-1").await;
    crate::phone::answer_challenge(&lost, &challenge, second).await.data();
    for (body, expected) in [
        (json!({}), "AUTH_2FA_REQUIRED"),
        (json!({ "2fa_code": third }), "AUTH_2FA_CODE_INVALID"),
        (json!({ "2fa_code": office.phone.next_code(&office.world) }), "ok"),
    ] {
        assert_eq!(lost.post(&at(id, "/execute"), body).await.code(), expected);
    }
    office.world.stop().await;
}

#[tokio::test]
async fn the_answers_say_what_else_counts_towards_the_band() {
    let office = office().await;
    for earlier in ["0.00", "10.00", "20.00"] {
        let made = office.world.post(BATCHES, salaries(1, "10.00")).await;
        let id = made.data()["id"].as_i64().unwrap();
        let previewed = office.world.post(&at(id, "/preview"), Json::Null).await;
        let (batch, approvals) =
            (office.world.get(&at(id, "")).await, office.world.get(&at(id, "/approvals")).await);
        for approval in [
            &made.data()["approval"],
            &previewed.data()["approval"],
            &batch.data()["approval"],
            approvals.data(),
        ] {
            assert_eq!(approval["sameDay"], json!(earlier), "{approval}");
        }
    }
    office.world.stop().await;
}

#[tokio::test]
async fn a_policy_that_was_read_can_be_set_again() {
    let office = office().await;
    let read = office.checker.get("/api/v2/approval-policies").await;
    let dollars =
        read.data().as_array().unwrap().iter().find(|one| one["currency"] == "USD").unwrap().clone();
    let admin = Browser::signed_in(&office.world, "root", PASSWORD).await;
    let set = admin.put("/api/v2/approval-policies", dollars.clone()).await;
    assert_eq!(set.data(), &dollars, "nothing changed");
    let mut older = dollars;
    older["version"] = json!(7);
    assert_eq!(admin.put("/api/v2/approval-policies", older).await.code(), "APPROVAL_POLICY_CHANGED");
    office.world.stop().await;
}

#[tokio::test]
async fn a_single_transfer_in_the_lowest_band_says_to_make_a_batch() {
    let office = office().await;
    let body = json!({ "fromAccountId": "PAY", "toAccountId": "P-0", "fromAmountCents": 100 });
    let refused = office.world.post("/api/v2/account-transfers", body).await;
    assert_eq!((refused.status, refused.code()), (422, "APPROVAL_REQUIRED"));
    assert!(refused.json["message"].as_str().unwrap().contains("enter it as a batch"), "{}", refused.json);
    office.world.stop().await;
}
