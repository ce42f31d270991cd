//! Filtered lists return what they have found when their search budget of a second is used up; the cursor
//! continues from there.

use crate::batch_tools::open;
use crate::world::{Answer, World, world, world_with};
use http_api::Options;
use serde_json::{Value as Json, json};
use service::transfer::{self, TransferRequest};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::counter::{self, Counter};
use tokio::time::timeout;

const TRANSFERS: &str = "/api/v2/account-transfers";

/// Makes deposits with these memos, each separated by more drawn numbers than one search step covers.
async fn far_apart(world: &World, memos: &[&str]) {
    apart(world, memos, 25_000).await;
}

async fn apart(world: &World, memos: &[&str], numbers: i64) {
    open(world, "PAY", "USD", "0").await;
    for memo in memos {
        let mut tx = world.store.write().await.unwrap();
        counter::take(&mut tx, Counter::Number, numbers).await.unwrap();
        tx.commit().await.unwrap();
        let deposit = TransferRequest {
            to: Some("PAY".into()),
            amount: "1.00".to_owned().into(),
            memo: Some((*memo).to_owned()),
            ..TransferRequest::default()
        };
        transfer::create(&world.service, &world.actor, &deposit).await.unwrap();
    }
}

fn memos(page: &Answer) -> Vec<String> {
    page.data().as_array().unwrap().iter().map(|row| row["memo"].as_str().unwrap().to_owned()).collect()
}

/// A server whose search budget allows only one step.
async fn hurried() -> World {
    let options =
        Options { per_address: 0, per_identity: 0, search_budget: Duration::ZERO, ..Options::default() };
    world_with(options).await
}

#[tokio::test]
async fn rows_found_within_the_budget_are_returned_and_the_cursor_continues() {
    for (order, expected) in
        [("desc", ["needle 3", "needle 2", "needle 1"]), ("asc", ["needle 1", "needle 2", "needle 3"])]
    {
        let world = hurried().await;
        far_apart(&world, &["needle 1", "hay", "needle 2", "hay", "needle 3"]).await;
        let path = format!("{TRANSFERS}?text=needle&order={order}");
        let mut page = world.get(&path).await;
        let pagination = &page.json["pagination"];
        assert_eq!(
            (&pagination["page"], &pagination["totalIsLeast"]),
            (&json!(1), &json!(true)),
            "{pagination}"
        );
        let (mut found, mut partial) = (memos(&page), 0);
        while let Some(cursor) = page.json["pagination"]["nextCursor"].as_str().map(str::to_owned) {
            // This world's clock is frozen, so all of them were posted at the same time.
            assert_eq!(page.json["pagination"]["searchedUntil"], "2026-03-10T12:00:00Z");
            partial += 1;
            page = world.get(&format!("{path}&cursor={cursor}")).await;
            found.extend(memos(&page));
        }
        assert_eq!(page.json["pagination"]["searchedUntil"], Json::Null);
        assert_eq!(found, expected, "{order}");
        assert!(partial >= 10, "only {partial} partial pages for 125,000 numbers");
        world.stop().await;
    }
}

#[tokio::test]
async fn a_page_that_any_row_may_be_on_is_empty_until_all_were_searched() {
    for (order, expected) in [("asc", ["a", "b", "c", "d", "e"]), ("desc", ["e", "d", "c", "b", "a"])] {
        let world = hurried().await;
        far_apart(&world, &["a", "b", "c", "d", "e"]).await;
        let path = format!("{TRANSFERS}?sort=fromAmountCents&kind=deposit&order={order}");
        let (mut page, mut partial) = (world.get(&path).await, 0);
        while page.json["pagination"]["searchedUntil"] != Json::Null {
            assert_eq!(memos(&page), [""; 0]);
            partial += 1;
            let cursor = page.json["pagination"]["nextCursor"].as_str().unwrap().to_owned();
            page = world.get(&format!("{path}&cursor={cursor}")).await;
        }
        // All have one amount, so they come in booking order.
        assert_eq!(
            (memos(&page), &page.json["pagination"]["nextCursor"]),
            (expected.map(str::to_owned).to_vec(), &Json::Null)
        );
        assert!(partial >= 4, "only {partial} partial pages for five cells");
        world.stop().await;
    }
}

#[tokio::test]
async fn within_the_budget_a_list_is_complete_and_counted() {
    let world = world().await;
    far_apart(&world, &["needle 1", "hay", "needle 2"]).await;
    let page = world.get(&format!("{TRANSFERS}?text=NEEDLE&pageSize=1")).await;
    assert_eq!(memos(&page), ["needle 2"]);
    let pagination = &page.json["pagination"];
    assert_eq!(
        (
            &pagination["total"],
            &pagination["totalIsLeast"],
            &pagination["totalPages"],
            &pagination["searchedUntil"]
        ),
        (&json!(2), &json!(false), &json!(2), &Json::Null)
    );
    let second = world.get(&format!("{TRANSFERS}?text=needle&pageSize=1&page=2")).await;
    assert_eq!(
        (memos(&second), &second.json["pagination"]["nextCursor"]),
        (vec!["needle 1".to_owned()], &Json::Null)
    );
    let none = world.get(&format!("{TRANSFERS}?text=nothing")).await;
    assert_eq!((memos(&none).len(), &none.json["pagination"]["total"]), (0, &json!(0)));
    world.stop().await;
}

/// In memory there is one connection.
mod on_disk {
    use super::*;

    /// Its numbers are so many that a search ends only with its caller.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_search_whose_client_disconnects_gives_up_its_turn_and_its_reader() {
        let search_budget = Duration::from_secs(86_400);
        let options = Options { per_address: 0, per_identity: 0, search_budget, ..Options::default() };
        let world = Arc::new(world_with(options).await);
        apart(&world, &["first", "last"], 1_000_000_000_000_000).await;
        let search = || {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.get(&format!("{TRANSFERS}?text=nothing")).await.status })
        };
        let list = async || world.get(&format!("{TRANSFERS}?pageSize=1")).await;
        // More searches than there are readers.
        for round in 0..10 {
            let searches = [search(), search()];
            // Both turns of this caller are taken once a list has to wait.
            while timeout(Duration::from_millis(100), list()).await.is_ok() {}
            assert!(searches.iter().all(|search| !search.is_finished()), "round {round}");
            for search in searches {
                search.abort();
                assert!(search.await.unwrap_err().is_cancelled());
            }
            // A list waits five seconds for its turn, then it is refused.
            assert_eq!(memos(&list().await), ["last"], "round {round}");
        }
        if !world.store.is_sole_writer() {
            assert_idle(&world).await;
        }
        Arc::into_inner(world).unwrap().stop().await;
    }

    /// Waits until the server's sessions of this process run nothing.
    async fn assert_idle(world: &World) {
        let text = format!(
            "SELECT query FROM pg_stat_activity WHERE application_name = 'sluice {}' AND state <> 'idle'
               AND pid <> pg_backend_pid()",
            world.store.node()
        );
        let begun = Instant::now();
        loop {
            let mut tx = world.store.read().await.unwrap();
            let busy = tx.fetch_text(text.clone(), Vec::new()).await.unwrap();
            if busy.iter().next().is_none() {
                return;
            }
            drop(tx);
            assert!(begun.elapsed() < Duration::from_secs(60), "{busy:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test]
async fn the_audit_log_and_accounts_are_searched_the_same_way() {
    let world = hurried().await;
    far_apart(&world, &["needle"]).await;
    for (path, rows) in [
        ("/api/v2/audit?action=account.open", 1),
        ("/api/v2/audit?action=account.open&from=2026-03-10&to=2026-03-10", 1),
        ("/api/v2/audit?from=2026-03-11", 0),
        ("/api/v2/accounts?text=pay", 1),
        ("/api/v2/accounts?text=nobody", 0),
    ] {
        let page = world.get(path).await;
        let pagination = &page.json["pagination"];
        assert_eq!(page.data().as_array().unwrap().len(), rows, "{path}");
        // One step covers all rows.
        assert_eq!(
            (&pagination["nextCursor"], &pagination["searchedUntil"]),
            (&Json::Null, &Json::Null),
            "{path}"
        );
    }
    world.stop().await;
}
