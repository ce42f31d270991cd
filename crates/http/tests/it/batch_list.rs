//! Lists of batches and relations: pages, cursors, filters, sorts.

use crate::batch_tools::{BATCHES, at, is, make, outcome, run, salaries, world_with_payees};
use crate::world::World;
use serde_json::{Value as Json, json};
use std::time::Duration;

fn names(list: &Json) -> Vec<String> {
    let all = list["batchTransfers"].as_array().unwrap();
    all.iter().map(|batch| batch["name"].as_str().unwrap().to_owned()).collect()
}

async fn named(world: &World, query: &str) -> Vec<String> {
    names(world.get(&format!("{BATCHES}?{query}")).await.data())
}

/// Batches `b-0` to `b-4`, a day apart; `b-4` is a draft, `b-3` cancelled, `b-2` completed.
async fn five() -> World {
    let world = world_with_payees(5).await;
    for place in 0..5 {
        let mut body = salaries(place + 1, "1.00");
        body["name"] = json!(format!("b-{place}"));
        body["draft"] = json!(place == 4);
        if place == 2 {
            run(&world, body).await;
        } else {
            let id = make(&world, body).await;
            if place == 3 {
                world.post(&at(id, "/cancel"), Json::Null).await.data();
            }
        }
        world.clock.pass(Duration::from_secs(86_400));
    }
    world
}

#[tokio::test]
async fn batches_are_listed_by_page_filter_and_sort() {
    let world = five().await;
    let first = world.get(&format!("{BATCHES}?page=1&pageSize=2")).await;
    assert_eq!(names(first.data()), ["b-4", "b-3"]);
    let pagination = &first.data()["pagination"];
    assert_eq!((&pagination["page"], &pagination["pageSize"]), (&json!(1), &json!(2)));
    assert_eq!((&pagination["total"], &pagination["totalPages"]), (&json!(5), &json!(3)));
    for (query, expected) in [
        ("page=3&pageSize=2", &["b-0"][..]),
        ("page=4&pageSize=2", &[]),
        ("status=pending", &["b-4", "b-1", "b-0"]),
        ("state=pending", &["b-1", "b-0"]),
        ("status=failed", &["b-3"]),
        ("status=completed", &["b-2"]),
        ("status=completed&state=draft", &[]),
        ("type=many_to_one", &[]),
        ("type=one_to_many&pageSize=1", &["b-4"]),
        ("search=B-1", &["b-1"]),
        ("search=%25", &[]),
        ("search=_", &[]),
        ("createdFrom=2026-03-13T00:00:00Z", &["b-4", "b-3"]),
        ("createdTo=2026-03-11T12:00:00Z", &["b-0"]),
        ("sort=createdAt", &["b-0", "b-1", "b-2", "b-3", "b-4"]),
        ("sort=-name&pageSize=2", &["b-4", "b-3"]),
        ("sort=totalAmount&pageSize=2", &["b-0", "b-1"]),
        ("sort=-totalAmount&pageSize=1", &["b-4"]),
    ] {
        assert_eq!(named(&world, query).await, expected, "{query}");
    }
    let mut body = salaries(1, "1.00");
    body["name"] = json!("Ärzte 三月工资");
    make(&world, body).await;
    for search in ["%C3%84rzte", "RZTE", "%E4%B8%89%E6%9C%88"] {
        assert_eq!(named(&world, &format!("search={search}")).await, ["Ärzte 三月工资"], "{search}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_cursor_covers_the_whole_list_once() {
    let world = five().await;
    let (mut seen, mut query) = (Vec::new(), "pageSize=2".to_owned());
    for _ in 0..3 {
        let list = world.get(&format!("{BATCHES}?{query}")).await;
        seen.extend(names(list.data()));
        let Some(cursor) = list.data()["pagination"]["nextCursor"].as_str() else { break };
        query = format!("pageSize=2&cursor={cursor}");
        // Batches added in front do not shift the following pages.
        make(&world, salaries(1, "0.01")).await;
    }
    assert_eq!(seen, ["b-4", "b-3", "b-2", "b-1", "b-0"]);
    for sort in ["createdAt", "name", "-name", "totalAmount", "-totalAmount"] {
        let list = format!("search=b-&sort={sort}&pageSize=2");
        let (whole, mut seen) = (named(&world, &format!("search=b-&sort={sort}")).await, Vec::new());
        let mut query = list.clone();
        loop {
            let page = world.get(&format!("{BATCHES}?{query}")).await;
            seen.extend(names(page.data()));
            let Some(cursor) = page.data()["pagination"]["nextCursor"].as_str() else { break };
            query = format!("{list}&cursor={cursor}");
            let other = world.get(&format!("{BATCHES}?cursor={cursor}")).await;
            assert_eq!(outcome(&other), is(422, "CURSOR_INVALID"), "a cursor of another order");
        }
        assert_eq!((seen.len(), seen), (5, whole), "{sort}");
    }

    let id =
        world.get(&format!("{BATCHES}?search=b-4")).await.data()["batchTransfers"][0]["id"].as_i64().unwrap();
    let (mut accounts, mut query) = (Vec::new(), "pageSize=2".to_owned());
    loop {
        let list = world.get(&at(id, &format!("/relations?{query}"))).await;
        let rows = list.data().as_array().unwrap().clone();
        accounts.extend(rows.iter().map(|row| row["targetAccount"].as_str().unwrap().to_owned()));
        let Some(cursor) = list.json["pagination"]["nextCursor"].as_str() else { break };
        query = format!("pageSize=2&cursor={cursor}");
        let other = world.get(&format!("{BATCHES}?cursor={cursor}")).await;
        assert_eq!(outcome(&other), is(422, "CURSOR_INVALID"));
    }
    assert_eq!(accounts, ["P-0", "P-1", "P-2", "P-3", "P-4"]);
    let second = world.get(&at(id, "/relations?page=2&pageSize=2")).await;
    assert_eq!(second.data()[0]["targetAccount"], "P-2");
    let pagination = &second.json["pagination"];
    assert_eq!((&pagination["total"], &pagination["totalPages"]), (&json!(5), &json!(3)));
    world.stop().await;
}

#[tokio::test]
async fn an_unknown_or_invalid_list_parameter_is_refused() {
    let world = world_with_payees(1).await;
    let id = make(&world, salaries(1, "1.00")).await;
    let lists = [BATCHES.to_owned(), at(id, "/relations"), at(id, "/history")];
    for list in &lists {
        for query in [
            "page=0",
            "page=-1",
            "page=1000000000",
            "pageSize=0",
            "pageSize=-1",
            "pageSize=201",
            "pageSize=1e3",
            "page=",
            "unknown=1",
            "page=1&page=2",
        ] {
            let answer = world.get(&format!("{list}?{query}")).await;
            assert_eq!(outcome(&answer), is(422, "QUERY_INVALID"), "{list}?{query}");
        }
    }
    for query in [
        "sort=created_by",
        "sort=id;DROP",
        "status=cancelled",
        "state=gone",
        "type=x",
        "search=",
        "search=%00",
        "createdFrom=yesterday",
        "cursor=x&page=1",
    ] {
        let answer = world.get(&format!("{BATCHES}?{query}")).await;
        assert_eq!(outcome(&answer), is(422, "QUERY_INVALID"), "{query}");
    }
    for query in ["cursor=x", "cursor=", "cursor=MTc"] {
        assert_eq!(
            outcome(&world.get(&format!("{BATCHES}?{query}")).await),
            is(422, "CURSOR_INVALID"),
            "{query}"
        );
        assert_eq!(
            outcome(&world.get(&at(id, &format!("/relations?{query}"))).await),
            is(422, "CURSOR_INVALID"),
            "{query}"
        );
    }
    world.stop().await;
}
