//! Users of the web page: the socket connects with the session's cookie and ends with the session.

use super::batches::{execute, submitted};
use super::client::{How, Watcher};
use crate::browser::{Browser, PASSWORD, first_admin};
use crate::world::{World, world};
use domain::access::Role;
use reqwest::Client;
use serde_json::{Value as Json, json};
use service::user::{self, NewUser};
use std::time::{Duration, Instant};

/// Signs in again and returns the cookie as a client sends it.
async fn cookie(world: &World, login: &str) -> String {
    let body = json!({ "login": login, "password": PASSWORD });
    let request = Client::new().post(format!("{}/api/v1/auth/login", world.url)).json(&body);
    let response = request.send().await.unwrap();
    let set = response.headers()["set-cookie"].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

async fn at_the_page(world: &World, cookie: &str) -> Watcher {
    let headers = json!({ "Cookie": cookie, "Origin": world.url }).to_string();
    Watcher::connect(&world.url, How { headers: Some(&headers), ..How::default() }).await
}

#[tokio::test]
async fn the_page_watches_with_its_cookie() {
    let world = world().await;
    let admin: Browser = first_admin(&world).await;
    assert_eq!(admin.me().await, "root");
    let batch = submitted(&world, 100).await;
    let mut watcher = at_the_page(&world, &cookie(&world, "root").await).await;
    watcher.join(batch.id.0);
    execute(&world.service, &batch).await;
    assert_eq!(watcher.progress_until("completed").await.last().unwrap()["progress"], 100);
    world.stop().await;
}

#[tokio::test]
async fn a_person_is_told_in_the_own_room_how_many_notices_are_unread() {
    let world = world().await;
    first_admin(&world).await;
    let mut page = at_the_page(&world, &cookie(&world, "root").await).await;
    assert_eq!(page.ask("join_room", &json!("user")).await["success"], true);
    assert_eq!(page.until("notices_unread").await, json!({ "unread": 0 }));
    let new = NewUser { login: "mei".to_owned(), name: "Mei".to_owned(), role: Role::Operator };
    user::add(&world.service, &world.actor, &new).await.unwrap();
    assert_eq!(page.until("notices_unread").await, json!({ "unread": 1 }));
    let mut key = Watcher::connect(&world.url, How { token: Some(&world.key), ..How::default() }).await;
    let refused = key.ask("join_room", &json!("user")).await;
    assert_eq!(refused["error"]["code"], "FORBIDDEN", "a key is no person: {refused}");
    world.stop().await;
}

#[tokio::test]
async fn attack_20_a_session_that_ends_closes_its_sockets_and_no_others() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let (ends, stays) = (cookie(&world, "root").await, cookie(&world, "root").await);
    let mut leaving = at_the_page(&world, &ends).await;
    let mut staying = at_the_page(&world, &stays).await;
    let begun = Instant::now();
    let logout = Client::new().post(format!("{}/api/v1/auth/logout", world.url)).header("Cookie", &ends);
    assert_eq!(logout.send().await.unwrap().status(), 200);
    assert_eq!(leaving.until("disconnect").await, "io server disconnect");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(staying.ask("leave_room", &json!("batch_transfer_1")).await["success"], true);
    // The ended session cannot reconnect.
    let headers = json!({ "Cookie": ends }).to_string();
    let mut again = Watcher::start(&world.url, How { headers: Some(&headers), ..How::default() });
    assert_eq!(again.until("connect_error").await, Json::from("AUTH_REQUIRED"));
    assert_eq!(admin.me().await, "root");
    world.stop().await;
}
