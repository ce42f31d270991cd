//! Clients that disconnect at any moment of a request.

use crate::world::{World, world};
use rustix::fd::AsFd;
use serde_json::{Value as Json, json};
use std::time::Duration;
use testkit::draw::{Random, number};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// A request whose client closes the connection.
struct Cut {
    key: String,
    path: &'static str,
    body: Json,
}

#[tokio::test]
async fn a_cut_request_leaves_no_open_transaction_and_no_partial_effect() {
    let (world, mut random) = (world().await, Random(number("SLUICE_SEED", 7)));
    accounts(&world).await;
    let cuts = number("SLUICE_CUTS", 300);
    let mut sent = Vec::new();
    for k in 0..cuts {
        let cut = request(k, &mut random);
        send_and_cut(&world, &cut, &mut random).await;
        sent.push(cut);
    }
    // Retry each of them to completion: whether or not the first attempt took effect, there is one effect.
    let mut paid = 0;
    for cut in &sent {
        let answer = world.post_once(&cut.key, cut.path, cut.body.clone()).await;
        answer.data();
        paid += cut.body["fromAmountCents"].as_i64().unwrap_or(0);
    }
    let balance = world.get("/api/v2/accounts/FROM").await.data()["balanceCents"].as_i64().unwrap();
    assert_eq!(balance, 100_000_000 - paid);
    let batches = sent.iter().filter(|cut| cut.path == "/api/batch-transfers").count();
    let listed = world.get("/api/batch-transfers?pageSize=1").await;
    assert_eq!(listed.data()["pagination"]["total"], json!(batches));
    let violations = upkeep::verify::run(&world.store).await.unwrap().violations();
    assert!(violations.is_empty(), "{violations:?}");
    world.stop().await;
}

async fn accounts(world: &World) {
    for number in ["FROM", "TO", "TOO"] {
        let open = json!({ "number": number, "holder": { "name": number }, "currency": "USD" });
        world.post("/api/v2/accounts", open).await.data();
    }
    let deposit = json!({ "accountId": "FROM", "amountCents": 100_000_000 });
    world.post("/api/v2/deposits", deposit).await.data();
}

/// A transfer, or a batch of two.
fn request(k: u64, random: &mut Random) -> Cut {
    let key = format!("cut-{k}");
    if random.below(4) > 0 {
        let body =
            json!({ "fromAccountId": "FROM", "toAccountId": "TO", "fromAmountCents": 1 + random.below(9) });
        return Cut { key, path: "/api/v2/account-transfers", body };
    }
    let relations = json!([{ "contactType": "inner", "targetIdentifier": "TO", "amount": "1.00" },
                           { "contactType": "inner", "targetIdentifier": "TOO", "amount": "2.00" }]);
    let body = json!({ "name": format!("cut {k}"), "type": "one_to_many", "sourceAccountId": "FROM",
                       "relations": relations, "draft": true });
    Cut { key, path: "/api/batch-transfers", body }
}

/// Sends part or all of the request, waits a moment, and closes the connection, half of the time with a
/// reset.
async fn send_and_cut(world: &World, cut: &Cut, random: &mut Random) {
    let address = world.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let body = cut.body.to_string();
    let text = format!(
        "POST {} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        cut.path,
        world.key,
        cut.key,
        body.len()
    );
    let part = if random.below(5) == 0 { random.below(text.len() as u64) as usize } else { text.len() };
    stream.write_all(&text.as_bytes()[..part]).await.unwrap();
    // The close comes at any time from before the server has read the request to after it has answered.
    tokio::time::sleep(Duration::from_micros(random.below(4_000))).await;
    if random.below(2) == 0 {
        rustix::net::sockopt::set_socket_linger(stream.as_fd(), Some(Duration::ZERO)).unwrap();
    }
    drop(stream);
}
