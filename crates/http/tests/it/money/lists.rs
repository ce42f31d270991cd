//! Lists: filters, sorting, pages by number and by cursor.

use super::{TRANSFERS, pay, two, with};
use crate::world::World;
use serde_json::{Value as Json, json};

impl World {
    /// All rows of a list, read page by page.
    async fn all(&self, path: &str) -> Vec<Json> {
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("{path}{cursor}")).await;
            rows.extend(page.data().as_array().unwrap().iter().cloned());
            match page.json["pagination"]["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return rows,
            }
        }
    }

    async fn ids(&self, path: &str) -> Vec<i64> {
        self.all(path)
            .await
            .iter()
            .map(|row| row["id"].as_str().unwrap().rsplit('_').next().unwrap().parse().unwrap())
            .collect()
    }

    /// The status and code of a list request.
    async fn refused(&self, path: &str) -> String {
        let answer = self.get(path).await;
        format!("{} {}", answer.status, answer.code())
    }
}

#[tokio::test]
async fn accounts_are_filtered_sorted_and_paged() {
    let (world, a, b) = two().await;
    let mut opened = vec![a, b];
    for place in 0..9 {
        let long = format!("{}-{place}", "Z".repeat(200));
        let number = if place % 2 == 0 { long } else { format!("y_{place}") };
        opened.push(world.open(&number, &format!("h{place}"), "EUR", 1_000 * (place % 3)).await);
    }
    let list = "/api/v2/accounts?pageSize=3";
    for (query, count) in [
        ("", 11),
        ("&currency=EUR", 9),
        ("&minBalanceCents=500000", 2),
        ("&minBalanceCents=1&maxBalanceCents=1000", 3),
        ("&email=ANN@example.com", 1),
        ("&uid=nobody", 0),
        ("&status=frozen", 0),
        ("&text=y_", 4),
        ("&text=%25", 0),
        ("&text=' OR 1=1 --", 0),
    ] {
        assert_eq!(world.ids(&format!("{list}{query}")).await.len(), count, "{query}");
        let total = world.get(&format!("{list}{query}&page=1")).await.json["pagination"]["total"].clone();
        assert_eq!(total, json!(count), "{query}");
    }
    for sort in ["id", "number", "balance", "createdAt"] {
        let key = if sort == "balance" { "balanceCents" } else { sort };
        let up = world.all(&format!("{list}&sort={sort}")).await;
        let mut down = world.all(&format!("{list}&sort={sort}&order=desc")).await;
        down.reverse();
        assert_eq!((up.len(), &up), (11, &down), "{sort}");
        let ordered = |pair: &[Json]| match (&pair[0][key], &pair[1][key]) {
            (Json::Number(a), Json::Number(b)) => a.as_i64() <= b.as_i64(),
            (Json::String(a), Json::String(b)) if sort == "number" => a <= b,
            _ => true,
        };
        assert!(up.windows(2).all(ordered), "{sort}");
        // Reading by page number returns the same rows.
        let second = world.get(&format!("{list}&sort={sort}&page=2")).await;
        assert_eq!(second.data().as_array().unwrap()[..], up[3..6]);
        assert_eq!(second.json["pagination"]["totalPages"], 4);
    }
    world.end().await;
}

#[tokio::test]
async fn transfers_are_filtered_sorted_and_paged() {
    let (world, a, b) = two().await;
    let eur = world.open("E-1", "eva", "EUR", 700).await;
    for place in 0..10 {
        let date =
            json!({ "transferDate": format!("2026-02-{:02}", 20 - place), "memo": format!("note {place}") });
        world.post(TRANSFERS, with(pay(&a, &b, 100 + place % 4), date)).await.data();
    }
    assert_eq!(world.post(TRANSFERS, pay(&eur, &b, 5)).await.code(), "CURRENCY_MISMATCH");
    let list = format!("{TRANSFERS}?pageSize=4");
    for (query, count) in [
        ("".to_owned(), 14),
        (format!("&accountId={}", eur.id), 2),
        ("&accountId=E-1&status=completed".to_owned(), 1),
        ("&status=failed".to_owned(), 1),
        ("&kind=deposit".to_owned(), 3),
        ("&kind=batch".to_owned(), 0),
        ("&currency=EUR".to_owned(), 2),
        ("&from=2026-02-12&to=2026-02-14".to_owned(), 3),
        ("&text=NOTE 7".to_owned(), 1),
        ("&accountId=nobody".to_owned(), 0),
    ] {
        assert_eq!(world.ids(&format!("{list}{query}")).await.len(), count, "{query}");
        let total = world.get(&format!("{list}{query}&page=1")).await.json["pagination"]["total"].clone();
        assert_eq!(total, json!(count), "{query}");
    }
    let newest = world.ids(&list).await;
    assert!(newest.windows(2).all(|pair| pair[0] > pair[1]));
    for (sort, key) in [("transferDate", "transferDate"), ("fromAmountCents", "fromAmountCents")] {
        let up = world.all(&format!("{list}&sort={sort}&order=asc")).await;
        let mut down = world.all(&format!("{list}&sort={sort}")).await;
        down.reverse();
        assert_eq!((up.len(), &up), (14, &down), "{sort}");
        let text = |row: &Json| (row[key].as_str().map(str::to_owned), row[key].as_i64());
        assert!(up.windows(2).all(|pair| text(&pair[0]) <= text(&pair[1])), "{sort}");
    }
    world.end().await;
}

#[tokio::test]
async fn an_invalid_cursor_or_list_parameter_is_refused() {
    let (world, a, b) = two().await;
    for _ in 0..5 {
        world.post(TRANSFERS, pay(&a, &b, 1)).await.data();
    }
    let next = |answer: &crate::world::Answer| {
        answer.json["pagination"]["nextCursor"].as_str().unwrap_or("none").to_owned()
    };
    let transfers = next(&world.get(&format!("{TRANSFERS}?pageSize=2")).await);
    let statement = next(&world.get("/api/v2/accounts/A-1/transactions?pageSize=2").await);
    let (invalid, wrong) = ("422 CURSOR_INVALID", "422 QUERY_INVALID");
    for (path, expected) in [
        (format!("/api/v2/accounts?cursor={transfers}"), invalid),
        (format!("{TRANSFERS}?sort=transferDate&cursor={transfers}"), invalid),
        (format!("{TRANSFERS}?order=asc&cursor={transfers}"), invalid),
        (format!("/api/v2/accounts/B-1/transactions?cursor={statement}"), invalid),
        (format!("/api/v2/accounts/A-1/transactions?from=2026-01-01&cursor={statement}"), invalid),
        (format!("/api/v2/audit?cursor={statement}"), invalid),
        (format!("/api/v2/holders?cursor={statement}"), invalid),
        (format!("{TRANSFERS}?cursor=MTc"), invalid),
        (format!("{TRANSFERS}?cursor="), invalid),
        (format!("{TRANSFERS}?cursor={}", "A".repeat(5_000)), invalid),
        (format!("{TRANSFERS}?cursor={transfers}&page=2"), wrong),
        (format!("{TRANSFERS}?sort=memo"), wrong),
        ("/api/v2/accounts?sort=holder".to_owned(), wrong),
        ("/api/v2/accounts?sort=id;drop".to_owned(), wrong),
        ("/api/v2/accounts?order=up".to_owned(), wrong),
        ("/api/v2/accounts?page=0".to_owned(), wrong),
        ("/api/v2/accounts?page=10001".to_owned(), wrong),
        ("/api/v2/accounts?pageSize=201".to_owned(), wrong),
        ("/api/v2/accounts?pageSize=-1".to_owned(), wrong),
        ("/api/v2/accounts?page=9223372036854775808".to_owned(), wrong),
        ("/api/v2/accounts?limit=5".to_owned(), wrong),
        ("/api/v2/accounts?page=1&page=2".to_owned(), wrong),
        ("/api/v2/accounts?text=%00".to_owned(), wrong),
        ("/api/v2/accounts?minBalanceCents=1.5".to_owned(), wrong),
        ("/api/v2/accounts?currency=XXX".to_owned(), "422 CURRENCY_UNKNOWN"),
    ] {
        assert_eq!(world.refused(&path).await, expected, "{path}");
    }
    world.end().await;
}
