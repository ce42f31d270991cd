//! Drafts edited by commands: one relation, many at once, all accounts that a filter matches; and a batch's vouchers.

use crate::batch_tools::{BATCHES, at, audited, make, open, salaries, send, verify, world_with_payees};
use crate::browser::{Browser, PASSWORD, add, first_admin};
use crate::task_tools::{FILES, upload};
use crate::world::{Answer, World, answer};
use reqwest::Method;
use serde_json::{Value as Json, json};

async fn draft(world: &World, count: usize) -> i64 {
    let mut body = salaries(count, "1.00");
    body["draft"] = json!(true);
    make(world, body).await
}

/// The relations as `id line payee amount`.
async fn relations(world: &World, id: i64) -> Vec<(i64, String)> {
    let list = world.get(&at(id, "/relations?pageSize=200")).await;
    let row = |row: &Json| {
        let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
        (row["id"].as_i64().unwrap(), format!("{} {} {}", row["line"], text("targetAccount"), text("amount")))
    };
    list.data().as_array().unwrap().iter().map(row).collect()
}

fn shown(rows: &[(i64, String)]) -> Vec<&str> {
    rows.iter().map(|(_, text)| text.as_str()).collect()
}

#[tokio::test]
async fn one_relation_is_changed_and_keeps_its_id_and_line() {
    let world = world_with_payees(4).await;
    let id = draft(&world, 3).await;
    let before = relations(&world, id).await;
    let path = at(id, &format!("/relations/{}", before[1].0));
    let changed = send(
        &world,
        Method::PATCH,
        &path,
        json!({ "amount": "2.50", "memo": "m", "reference": "r", "externalId": "X-1" }),
    )
    .await;
    let (batch, relation) = (&changed.data()["batch"], &changed.data()["relation"]);
    assert_eq!(
        (&batch["totalAmount"], &batch["version"], &batch["totalCount"]),
        (&json!("4.50"), &json!(2), &json!(3))
    );
    let texts = json!([
        relation["id"],
        relation["line"],
        relation["amount"],
        relation["memo"],
        relation["reference"],
        relation["externalId"]
    ]);
    assert_eq!(texts, json!([before[1].0, 2, "2.50", "m", "r", "X-1"]));
    // Nothing sent changes nothing.
    let nothing = send(&world, Method::PATCH, &path, json!({})).await;
    assert_eq!(
        (&nothing.data()["batch"]["version"], &nothing.data()["relation"]["amount"]),
        (&json!(2), &json!("2.50"))
    );
    // What is not sent stays; what is empty goes; null waits for its amount.
    let changed = send(&world, Method::PATCH, &path, json!({ "amount": null, "memo": "" })).await;
    let relation = &changed.data()["relation"];
    let texts = json!([relation["amount"], relation["memo"], relation["reference"], relation["externalId"]]);
    assert_eq!(texts, json!([null, null, "r", "X-1"]));
    assert_eq!(changed.data()["batch"]["totalAmount"], "2.00");
    let moved = json!({ "contactType": "email", "targetIdentifier": "p-3@example.com", "amount": "3.00" });
    let changed = send(&world, Method::PATCH, &path, moved).await;
    assert_eq!(changed.data()["relation"]["targetIdentifier"], "p-3@example.com");
    // An amount does not look the address up again.
    let changed = send(&world, Method::PATCH, &path, json!({ "amount": "4.00" })).await;
    assert_eq!(changed.data()["relation"]["contactType"], "email");
    assert_eq!(shown(&relations(&world, id).await), ["1 P-0 1.00", "2 P-3 4.00", "3 P-2 1.00"]);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_relation_is_not_changed_into_what_could_not_be_added() {
    let world = world_with_payees(2).await;
    let id = draft(&world, 2).await;
    let before = relations(&world, id).await;
    let path = at(id, &format!("/relations/{}", before[1].0));
    send(&world, Method::PATCH, &path, json!({ "memo": "m" })).await.data();
    for (body, code) in [
        (json!({ "targetAccountId": "P-0" }), "DUPLICATE_TARGET"),
        (json!({ "targetAccountId": "NONE" }), "BATCH_ROWS_INVALID"),
        (json!({ "amount": "0" }), "BATCH_ROWS_INVALID"),
        (json!({ "amount": "10000.01" }), "BATCH_ROWS_INVALID"),
        (json!({ "other": 1 }), "BODY_INVALID"),
    ] {
        assert_eq!(send(&world, Method::PATCH, &path, body.clone()).await.code(), code, "{body}");
    }
    let old =
        answer(world.request(Method::PATCH, &path).header("If-Match", "1").json(&json!({ "memo": "x" })))
            .await;
    assert_eq!(old.code(), "DRAFT_CHANGED");
    assert_eq!(
        send(&world, Method::PATCH, &at(id, "/relations/999"), json!({})).await.code(),
        "ITEM_NOT_FOUND"
    );
    world.post(&at(id, "/submit"), Json::Null).await.data();
    assert_eq!(send(&world, Method::PATCH, &path, json!({ "memo": "x" })).await.code(), "BATCH_WRONG_STATE");
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn many_relations_are_removed_at_once() {
    let world = world_with_payees(6).await;
    let id = draft(&world, 6).await;
    let all = relations(&world, id).await;
    let remove = at(id, "/relations/remove");
    let ids = json!({ "ids": [all[0].0, all[2].0, all[3].0, all[0].0] });
    let removed = world.post(&remove, ids).await;
    assert_eq!(
        (&removed.data()["removed"], &removed.data()["batch"]["totalAmount"]),
        (&json!(3), &json!("3.00"))
    );
    assert_eq!(shown(&relations(&world, id).await), ["2 P-1 1.00", "5 P-4 1.00", "6 P-5 1.00"]);
    let path = at(id, &format!("/relations/{}", all[4].0));
    send(&world, Method::PATCH, &path, json!({ "amount": null })).await.data();
    let version = world.get(&at(id, "")).await.data()["version"].clone();
    let nothing = world.post(&remove, json!({ "ids": [] })).await;
    assert_eq!((&nothing.data()["removed"], &nothing.data()["batch"]["version"]), (&json!(0), &version));
    let removed = world.post(&remove, json!({ "missingAmount": true })).await;
    assert_eq!(removed.data()["removed"], 1);
    for (body, code) in [
        (json!({ "ids": [all[1].0, all[0].0] }), "ITEM_NOT_FOUND"),
        (json!({}), "BODY_INVALID"),
        (json!({ "ids": [], "all": true }), "BODY_INVALID"),
    ] {
        assert_eq!(world.post(&remove, body.clone()).await.code(), code, "{body}");
    }
    let removed = world.post(&remove, json!({ "all": true })).await;
    assert_eq!((&removed.data()["removed"], &removed.data()["batch"]["totalCount"]), (&json!(2), &json!(0)));
    let added = json!({ "relations": [{ "targetAccountId": "P-0", "amount": "1.00" }] });
    assert_eq!(world.post(&at(id, "/relations"), added).await.data()["batch"]["totalCount"], 1);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn all_accounts_that_a_filter_matches_are_added() {
    let world = world_with_payees(5).await;
    open(&world, "E-1", "EUR", "0").await;
    assert_eq!(world.post("/api/v2/accounts/P-4/freeze", json!({ "reason": "r" })).await.status, 200);
    let id = draft(&world, 1).await;
    let by_filter = at(id, "/relations/by-filter");
    let added = world.post(&by_filter, json!({})).await;
    let data = added.data();
    assert_eq!((&data["added"], &data["already"]), (&json!(3), &json!(1)));
    assert_eq!(data["refused"], json!([{ "account": "PAY", "code": "SAME_ACCOUNT" }]));
    assert_eq!(shown(&relations(&world, id).await), ["1 P-0 1.00", "2 P-1 -", "3 P-2 -", "4 P-3 -"]);
    let again = world.post(&by_filter, json!({})).await;
    assert_eq!((&again.data()["added"], &again.data()["already"]), (&json!(0), &json!(4)));
    let fixed = json!({ "text": "p-4", "status": "frozen", "amountMode": "fixed", "fixedAmount": "5.00" });
    assert_eq!(world.post(&by_filter, fixed).await.data()["added"], 1);
    assert_eq!(relations(&world, id).await[4].1, "5 P-4 5.00");
    let euros = world.post(&by_filter, json!({ "currency": "eur" })).await;
    assert_eq!(euros.data()["refused"], json!([{ "account": "E-1", "code": "CURRENCY_MISMATCH" }]));
    assert_eq!(world.post("/api/v2/holder-groups", json!({ "name": "G" })).await.status, 200);
    assert_eq!(world.post("/api/v2/holder-groups/G/members", json!({ "add": ["hold_3"] })).await.status, 200);
    let other = draft(&world, 0).await;
    let added = world
        .post(
            &at(other, "/relations/by-filter"),
            json!({ "group": "G", "amountMode": "equal", "totalAmount": "9.00" }),
        )
        .await;
    assert_eq!(added.data()["added"], 1);
    assert_eq!(shown(&relations(&world, other).await), ["1 P-1 9.00"]);
    // What does not fit an amount is listed, unless the others' shares depend on it.
    let unfit = json!({ "text": "P-0", "amountMode": "fixed", "fixedAmount": "10000.01" });
    let added = world.post(&at(other, "/relations/by-filter"), unfit).await;
    assert_eq!(added.data()["refused"], json!([{ "account": "P-0", "code": "AMOUNT_ABOVE_MAXIMUM" }]));
    let shares = json!({ "text": "P-", "amountMode": "equal", "totalAmount": "0.01" });
    let refused = world.post(&at(other, "/relations/by-filter"), shares).await;
    let problem = &refused.json["data"]["problems"][0];
    assert_eq!((refused.code(), &problem["payee"]), ("BATCH_ROWS_INVALID", &json!("P-2")), "{refused:?}");
    for (body, code) in [
        (json!({ "group": "None" }), "HOLDER_GROUP_NOT_FOUND"),
        (json!({ "group": "a\0b" }), "BODY_INVALID"),
        (json!({ "text": "a\0b" }), "BODY_INVALID"),
        (json!({ "email": "a\0b@example.com" }), "BODY_INVALID"),
        (json!({ "uid": "x".repeat(256) }), "BODY_INVALID"),
        (json!({ "currency": "U\0D" }), "CURRENCY_UNKNOWN"),
        (json!({ "currency": "XXX" }), "CURRENCY_UNKNOWN"),
        (json!({ "amountMode": "ratio", "totalAmount": "1.00" }), "AMOUNT_MODE_INVALID"),
    ] {
        assert_eq!(world.post(&by_filter, body.clone()).await.code(), code, "{body}");
    }
    let across = json!({ "name": "A", "type": "many_to_many", "currency": "USD", "draft": true });
    let across = make(&world, across).await;
    assert_eq!(world.post(&at(across, "/relations/by-filter"), json!({})).await.code(), "BATCH_SIDE_INVALID");
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn the_audit_log_names_what_a_command_added_and_removed() {
    let world = world_with_payees(3).await;
    let id = draft(&world, 1).await;
    let by_filter = at(id, "/relations/by-filter");
    let fixed = json!({ "text": "P-", "amountMode": "fixed", "fixedAmount": "5.00" });
    assert_eq!(world.post(&by_filter, fixed).await.data()["added"], 2);
    let rows = relations(&world, id).await;
    let remove = at(id, "/relations/remove");
    world.post(&remove, json!({ "ids": [rows[0].0] })).await.data();
    world.post(&remove, json!({ "all": true })).await.data();
    assert_eq!(world.post(&by_filter, json!({ "group": "None" })).await.code(), "HOLDER_GROUP_NOT_FOUND");
    let rows_of = audited(&world, "batch", Some(id)).await;
    let edits: Vec<&Json> = rows_of.iter().filter(|row| row.0 == "batch.edit").map(|row| &row.2).collect();
    let account = async |number: &str| {
        let account = world.get(&format!("/api/v2/accounts/{number}")).await;
        let id = account.data()["id"].as_str().unwrap().to_owned();
        id.trim_start_matches("acct_").parse::<i64>().unwrap()
    };
    let added = json!([account("P-1").await, account("P-2").await]);
    let told = |of: &Json| json!([of["added"], of["amount"], of["accounts"], of["status"], of["refused"]]);
    assert_eq!(told(edits[0]), json!([2, 1000, added, "active", 0]));
    let told = |of: &Json| json!([of["deleted"], of["deleted_count"], of["deleted_amount"]]);
    assert_eq!(told(edits[1]), json!([[rows[0].0], 1, 100]));
    assert_eq!(told(edits[2]), json!([[rows[1].0, rows[2].0], 2, 1000]));
    // A refusal names its batch.
    assert_eq!((edits.len(), rows_of.last().map(|row| row.1.as_str())), (4, Some("HOLDER_GROUP_NOT_FOUND")));
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_batch_has_vouchers_in_any_state() {
    let world = world_with_payees(1).await;
    let id = draft(&world, 1).await;
    let path = at(id, "/vouchers");
    assert_eq!(world.get(&path).await.data()["voucherUrl"], json!([]));
    let one = send(&world, Method::PUT, &path, json!({ "voucherUrl": "https://example.org/1.pdf" })).await;
    assert_eq!(one.data()["voucherUrl"], json!(["https://example.org/1.pdf"]));
    world.post(&at(id, "/submit"), Json::Null).await.data();
    let two = json!({ "voucherUrl": ["/receipts/2", "https://example.org/2.pdf"] });
    send(&world, Method::PUT, &path, two.clone()).await.data();
    assert_eq!(world.get(&path).await.data(), &two);
    for wrong in [json!("javascript:alert(1)"), json!(["/a", "//b"]), json!(vec!["/a"; 21])] {
        let refused = send(&world, Method::PUT, &path, json!({ "voucherUrl": wrong })).await;
        assert_eq!(refused.code(), "VOUCHER_INVALID", "{refused:?}");
    }
    assert_eq!(
        send(&world, Method::PUT, &path, json!({ "voucherUrl": [] })).await.data()["voucherUrl"],
        json!([])
    );
    assert_eq!(world.get(&format!("{BATCHES}/999/vouchers")).await.code(), "BATCH_NOT_FOUND");
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_file_that_is_a_voucher_is_kept_for_all_who_read_the_batch() {
    let world = world_with_payees(1).await;
    let admin = first_admin(&world).await;
    for login in ["anna", "bob"] {
        add(&admin, login, "operator").await;
    }
    let anna = Browser::signed_in(&world, "anna", PASSWORD).await;
    let bob = Browser::signed_in(&world, "bob", PASSWORD).await;
    let of = async |who: &Browser| {
        let made = who.post(BATCHES, salaries(1, "1.00")).await.data()["id"].as_i64().unwrap();
        at(made, "/vouchers")
    };
    let (hers, his) = (of(&anna).await, of(&bob).await);
    let file = upload(&anna, "receipt.pdf", "%PDF-1.7").await;
    let shown = format!("{FILES}/{file}");
    let body = json!({ "voucherUrl": file });
    // Another can neither read it nor name it; it is as if it were not there.
    assert_eq!(bob.get(&shown).await.code(), "FILE_NOT_FOUND");
    assert_eq!(bob.put(&his, body.clone()).await.code(), "FILE_NOT_FOUND");
    assert_eq!(bob.put(&his, json!({ "voucherUrl": "file_99" })).await.code(), "FILE_NOT_FOUND");
    assert_eq!(bob.get(&his).await.data()["voucherUrl"], json!([]));
    let set = anna.put(&hers, body.clone()).await;
    assert_eq!(set.data()["voucherUrl"], json!([file]));
    let kept = bob.get(&shown).await.data().clone();
    assert_eq!(kept["expires_at"], Json::Null, "{kept}");
    // It proves his payment too.
    assert_eq!(bob.put(&his, body).await.data()["voucherUrl"], json!([file]));
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_preview_lists_only_what_would_be_refused() {
    let world = world_with_payees(4).await;
    let id = draft(&world, 4).await;
    let rows = relations(&world, id).await;
    for (place, amount) in [(1, json!("4999.50")), (3, json!(null))] {
        let path = at(id, &format!("/relations/{}", rows[place].0));
        send(&world, Method::PATCH, &path, json!({ "amount": amount })).await.data();
    }
    let page = async |query: &str| {
        world.post(&at(id, &format!("/preview?{query}")), Json::Null).await.data().clone()
    };
    let preview = page("only=refused").await;
    let row = |row: &Json| json!([row["line"], row["errorCode"]]);
    let listed: Vec<Json> = preview["relations"].as_array().unwrap().iter().map(row).collect();
    assert_eq!(listed, [json!([2, "INSUFFICIENT_BALANCE"]), json!([4, "AMOUNT_MISSING"])]);
    let counts = (&preview["totalCount"], &preview["failedCount"], &preview["pagination"]["total"]);
    assert_eq!(counts, (&json!(4), &json!(2), &json!(2)));
    let second = page("only=refused&pageSize=1&page=2").await;
    assert_eq!(second["relations"][0]["line"], 4);
    assert_eq!(page("").await["pagination"]["total"], 4);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn relations_are_listed_with_holders_by_code_and_from_a_line() {
    let world = world_with_payees(4).await;
    let mut body = salaries(4, "2000.00");
    body["name"] = json!("Too much");
    let id = make(&world, body).await;
    world.post(&at(id, "/execute"), Json::Null).await.data();
    crate::batch_tools::ended(&world, id).await;
    let list = async |query: &str| world.get(&at(id, &format!("/relations?{query}"))).await;
    let lines = |answer: &Answer| -> Vec<i64> {
        answer.data().as_array().unwrap().iter().map(|row| row["line"].as_i64().unwrap()).collect()
    };
    let failed = list("errorCode=INSUFFICIENT_BALANCE&pageSize=1").await;
    assert_eq!((lines(&failed), &failed.json["pagination"]["total"]), (vec![3], &json!(2)));
    assert_eq!(failed.data()[0]["targetHolder"], "P-2");
    assert_eq!(failed.data()[0]["sourceHolder"], "PAY");
    // Those that are skipped keep their code and have failed no more.
    let skip = at(id, &format!("/relations/{}/skip", failed.data()[0]["id"]));
    world.post(&skip, json!({ "reason": "later" })).await.data();
    assert_eq!(lines(&list("errorCode=INSUFFICIENT_BALANCE").await), [4]);
    assert_eq!(lines(&list("errorCode=INSUFFICIENT_BALANCE&status=skipped").await), Vec::<i64>::new());
    assert_eq!(lines(&list("errorCode=ACCOUNT_NOT_FOUND").await), Vec::<i64>::new());
    assert_eq!(lines(&list("fromLine=3").await), [3, 4]);
    assert_eq!(lines(&list("fromLine=5").await), Vec::<i64>::new());
    let page = list("fromLine=2&pageSize=2").await;
    let next = page.json["pagination"]["nextCursor"].as_str().unwrap();
    assert_eq!(
        (lines(&page), lines(&list(&format!("cursor={next}&pageSize=2")).await)),
        (vec![2, 3], vec![4])
    );
    for query in ["errorCode=NONE", "fromLine=2&page=1", "fromLine=0x"] {
        assert_eq!(list(query).await.code(), "QUERY_INVALID", "{query}");
    }
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_single_transfer_is_previewed_with_its_limits() {
    let world = world_with_payees(1).await;
    let preview = async |amount: i64| {
        let body = json!({ "fromAccountId": "PAY", "toAccountId": "P-0", "fromAmountCents": amount });
        world.post("/api/v2/account-transfers/preview", body).await.data().clone()
    };
    let seen = preview(10_000).await;
    let shown = json!([
        seen["ok"],
        seen["amount"],
        seen["fee"],
        seen["from"]["balanceBefore"],
        seen["from"]["balanceAfter"],
        seen["to"]["balanceAfter"],
        seen["require2FA"]
    ]);
    assert_eq!(shown, json!([true, "100.00", "0.00", "5000.00", "4900.00", "100.00", false]));
    let limits = &seen["limits"];
    assert_eq!(json!([limits["max"], limits["day"]["used"]]), json!(["10000.00", "0.00"]));
    let poor = preview(600_000).await;
    let shown = json!([poor["ok"], poor["errorCode"], poor["from"]["balanceAfter"]]);
    assert_eq!(shown, json!([false, "INSUFFICIENT_BALANCE", "5000.00"]));
    assert_eq!(preview(1_000_001).await["errorCode"], "AMOUNT_ABOVE_MAXIMUM");
    // Nothing moved, and nothing was stored.
    assert_eq!(world.get("/api/v2/accounts/PAY").await.data()["balanceCents"], 500_000);
    let body = json!({ "fromAccountId": "PAY", "toAccountId": "P-0", "fromAmountCents": 10_000 });
    world.post("/api/v2/account-transfers", body).await.data();
    assert_eq!(preview(1).await["limits"]["day"]["used"], "100.00");
    let body = json!({ "fromAccountId": "PAY", "toAccountId": "NONE", "fromAmountCents": 1 });
    let refused = world.post("/api/v2/account-transfers/preview", body).await;
    assert_eq!(refused.status, 404, "{refused:?}");
    verify(&world).await;
    world.stop().await;
}
