//! Groups of holders over the API: their life, whom they narrow lists to, and who may change them.

use crate::batch_tools::{audited, verify};
use crate::browser::{Browser, add, first_admin};
use crate::world::{World, world};
use serde_json::{Value as Json, json};

const GROUPS: &str = "/api/v2/holder-groups";

/// Holders `hold_1` to `hold_{count}`, each with an account `N-{k}`.
async fn holders(world: &World, count: i64) {
    for k in 1..=count {
        let holder = json!({ "name": format!("Holder {k}"), "uid": format!("U{k}") });
        let account = json!({ "number": format!("N-{k}"), "currency": "USD", "holder": holder });
        assert_eq!(world.post("/api/v2/accounts", account).await.status, 200);
    }
}

async fn listed(world: &World, path: &str, field: &str) -> Vec<String> {
    let answer = world.get(path).await;
    let rows = answer.data().as_array().unwrap_or_else(|| panic!("{answer:?}"));
    rows.iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_group_is_added_filled_renamed_and_removed() {
    let world = world().await;
    holders(&world, 3).await;
    let made = world.post(GROUPS, json!({ "name": " Sales  London ", "description": "25th" })).await;
    let group = made.data();
    let shown = (&group["name"], &group["description"], &group["members"]);
    assert_eq!(shown, (&json!("Sales  London"), &json!("25th"), &json!(0)));
    let id = group["id"].as_i64().unwrap();
    let members = format!("{GROUPS}/{id}/members");
    let change = json!({ "add": ["hold_1", "hold_2", "hold_1"], "remove": ["hold_3"] });
    let changed = world.post(&members, change).await;
    let counts =
        |data: &Json| (data["added"].clone(), data["removed"].clone(), data["group"]["members"].clone());
    assert_eq!(counts(changed.data()), (json!(2), json!(0), json!(2)));
    // The name in another spelling is the same group.
    let spelled = format!("{GROUPS}/SALES%20london/members");
    let again = world.post(&spelled, json!({ "add": ["hold_2", "hold_3"] })).await;
    assert_eq!(counts(again.data()), (json!(1), json!(0), json!(3)));
    let left = world.post(&members, json!({ "remove": ["hold_2"] })).await;
    assert_eq!(counts(left.data()), (json!(0), json!(1), json!(2)));
    let renamed = world.request(reqwest::Method::PATCH, &format!("{GROUPS}/{id}"));
    let renamed = crate::world::answer(renamed.json(&json!({ "name": "销售", "description": "" }))).await;
    assert_eq!((&renamed.data()["name"], &renamed.data()["members"]), (&json!("销售"), &json!(2)));
    assert_eq!(world.get(&format!("{GROUPS}/Sales%20London")).await.code(), "HOLDER_GROUP_NOT_FOUND");
    let removed =
        crate::world::answer(world.request(reqwest::Method::DELETE, &format!("{GROUPS}/{id}"))).await;
    assert_eq!((removed.status, &removed.data()["id"]), (200, &json!(id)));
    assert_eq!(world.get(&format!("{GROUPS}/{id}")).await.code(), "HOLDER_GROUP_NOT_FOUND");
    assert_eq!(listed(&world, "/api/v2/holders", "id").await, ["hold_1", "hold_2", "hold_3"]);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn lists_of_holders_accounts_and_groups_are_narrowed_to_a_group() {
    let world = world().await;
    holders(&world, 4).await;
    for (name, add) in [("Odd", json!(["hold_1", "hold_3"])), ("Low", json!(["hold_1", "hold_2"]))] {
        assert_eq!(world.post(GROUPS, json!({ "name": name })).await.status, 200);
        assert_eq!(world.post(&format!("{GROUPS}/{name}/members"), json!({ "add": add })).await.status, 200);
    }
    for (path, field, expected) in [
        ("/api/v2/holders?group=Odd", "id", vec!["hold_1", "hold_3"]),
        ("/api/v2/holders?group=odd&text=3", "id", vec!["hold_3"]),
        ("/api/v2/holders?group=2", "id", vec!["hold_1", "hold_2"]),
        ("/api/v2/accounts?group=Odd", "number", vec!["N-1", "N-3"]),
        ("/api/v2/accounts?group=Odd&sort=number&order=desc", "number", vec!["N-3", "N-1"]),
        ("/api/v2/accounts?group=Low&uid=U2", "number", vec!["N-2"]),
        ("/api/v2/accounts?group=Low&text=holder%201", "number", vec!["N-1"]),
        ("/api/v2/holder-groups", "name", vec!["Odd", "Low"]),
        ("/api/v2/holder-groups?holder=hold_1&text=o", "name", vec!["Odd", "Low"]),
        ("/api/v2/holder-groups?holder=hold_3", "name", vec!["Odd"]),
        ("/api/v2/holder-groups?holder=hold_4", "name", vec![]),
    ] {
        assert_eq!(listed(&world, path, field).await, expected, "{path}");
    }
    let long = format!("{GROUPS}/{}", "x".repeat(300));
    let nul = format!("{GROUPS}/a%00b");
    for path in ["/api/v2/holders?group=None", "/api/v2/accounts?group=99", long.as_str(), nul.as_str()] {
        assert_eq!(world.get(path).await.code(), "HOLDER_GROUP_NOT_FOUND", "{path}");
    }
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn pages_of_a_group_follow_each_other() {
    let world = world().await;
    holders(&world, 5).await;
    assert_eq!(world.post(GROUPS, json!({ "name": "All" })).await.status, 200);
    let all: Vec<_> = (1..=5).map(|k| format!("hold_{k}")).collect();
    assert_eq!(world.post(&format!("{GROUPS}/All/members"), json!({ "add": all })).await.status, 200);
    for (list, field, first) in [("holders", "id", "hold_"), ("accounts", "number", "N-")] {
        let (mut seen, mut path) = (Vec::new(), format!("/api/v2/{list}?group=All&pageSize=2"));
        loop {
            let page = world.get(&path).await;
            seen.extend(
                page.data().as_array().unwrap().iter().map(|row| row[field].as_str().unwrap().to_owned()),
            );
            let Some(next) = page.json["pagination"]["nextCursor"].as_str() else { break };
            path = format!("/api/v2/{list}?group=All&pageSize=2&cursor={next}");
        }
        assert_eq!(seen, (1..=5).map(|k| format!("{first}{k}")).collect::<Vec<_>>(), "{list}");
    }
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn the_audit_log_names_who_really_joined_and_left() {
    let world = world().await;
    holders(&world, 3).await;
    assert_eq!(world.post(GROUPS, json!({ "name": "G" })).await.status, 200);
    let members = format!("{GROUPS}/1/members");
    for body in [
        json!({ "add": ["hold_1", "hold_2"], "remove": ["hold_3"] }),
        json!({ "add": ["hold_2", "hold_3"], "remove": ["hold_1"] }),
    ] {
        assert_eq!(world.post(&members, body).await.status, 200);
    }
    let rows = audited(&world, "holder_group", Some(1)).await;
    let of = |row: &(String, String, Json)| json!([row.2["joined"], row.2["left"]]);
    let changes: Vec<_> = rows.iter().filter(|row| row.0 == "holder_group.members").map(of).collect();
    assert_eq!(changes, [json!([[1, 2], []]), json!([[3], [1]])]);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn what_a_group_cannot_be() {
    let world = world().await;
    holders(&world, 1).await;
    assert_eq!(world.post(GROUPS, json!({ "name": "Sales London" })).await.status, 200);
    let long = "x".repeat(501);
    for (body, code) in [
        (json!({ "name": "ＳＡＬＥＳ  london" }), "HOLDER_GROUP_EXISTS"),
        (json!({ "name": "Sales\u{200d} London" }), "HOLDER_GROUP_EXISTS"),
        (json!({ "name": "42" }), "HOLDER_GROUP_NAME_INVALID"),
        (json!({ "name": " " }), "NAME_INVALID"),
        (json!({ "name": "a\nb" }), "CONTROL_CHARACTER"),
        (json!({ "name": "New", "description": long }), "TEXT_TOO_LONG"),
    ] {
        assert_eq!(world.post(GROUPS, body.clone()).await.code(), code, "{body}");
    }
    let cyrillic = world.post(GROUPS, json!({ "name": "S\u{430}les" })).await;
    assert_eq!(cyrillic.data()["mixedScripts"], true);
    assert_eq!(world.get(&format!("{GROUPS}/1")).await.data()["mixedScripts"], false);
    let members = format!("{GROUPS}/1/members");
    let many: Vec<_> = (1..=10_001).map(|k| format!("hold_{k}")).collect();
    for (body, code) in [
        (json!({ "add": ["hold_1", "hold_2"] }), "HOLDER_NOT_FOUND"),
        (json!({ "add": ["1"] }), "HOLDER_NOT_FOUND"),
        (json!({ "add": ["hold_1"], "remove": ["hold_1"] }), "HOLDER_GROUP_MEMBER_TWICE"),
        (json!({ "add": many }), "HOLDER_GROUP_MEMBERS_TOO_MANY"),
    ] {
        assert_eq!(world.post(&members, body).await.code(), code);
    }
    // One unknown holder, and nobody joined.
    assert_eq!(world.get(&format!("{GROUPS}/1")).await.data()["members"], 0);
    verify(&world).await;
    world.stop().await;
}

async fn group_of(browser: &Browser, name: &str) -> String {
    let made = browser.post(GROUPS, json!({ "name": name })).await;
    format!("{GROUPS}/{}", made.data()["id"])
}

#[tokio::test]
async fn an_operator_changes_only_groups_of_his_own() {
    let world = world().await;
    let admin = first_admin(&world).await;
    for (login, role) in
        [("anna", "operator"), ("olga", "operator"), ("fred", "finance"), ("alan", "auditor")]
    {
        add(&admin, login, role).await;
    }
    let people = async |login: &str| Browser::signed_in(&world, login, crate::browser::PASSWORD).await;
    let (anna, olga, fred, alan) =
        (people("anna").await, people("olga").await, people("fred").await, people("alan").await);
    let path = group_of(&anna, "Sales").await;
    let rename = |name: &str| json!({ "name": name });
    assert_eq!(olga.patch(&path, rename("Mine")).await.code(), "FORBIDDEN");
    assert_eq!(olga.post(&format!("{path}/members"), json!({})).await.code(), "FORBIDDEN");
    assert_eq!(olga.delete(&path).await.code(), "FORBIDDEN");
    assert_eq!(alan.post(GROUPS, rename("Audit")).await.code(), "FORBIDDEN");
    assert_eq!(alan.get(&path).await.data()["name"], "Sales");
    assert_eq!(anna.patch(&path, rename("Sales 2")).await.status, 200);
    assert_eq!(fred.patch(&path, rename("Sales 3")).await.status, 200);
    assert_eq!(fred.delete(&path).await.status, 200);
    verify(&world).await;
    world.stop().await;
}
