//! What every request meets, whatever it asks for.

use crate::world::world;
use reqwest::Method;

#[tokio::test]
async fn the_server_lives_and_says_what_it_does_not_know() {
    let world = world().await;
    assert_eq!(world.get("/healthz").await.data()["status"], "up");
    assert_eq!(world.get("/readyz").await.data()["status"], "up");
    assert_eq!(
        (world.get("/nowhere").await.status, world.get("/nowhere").await.code().to_owned()),
        (404, "ROUTE_NOT_FOUND".to_owned())
    );
    let put = crate::world::answer(world.request(Method::PUT, "/healthz")).await;
    assert_eq!((put.status, put.code()), (405, "METHOD_NOT_ALLOWED"));
    world.stop().await;
}
