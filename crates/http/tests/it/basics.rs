//! Behaviour common to all requests.

use crate::world::world;
use reqwest::Method;

#[tokio::test]
async fn probes_are_up_and_unknown_routes_and_methods_are_refused() {
    let world = world().await;
    assert_eq!(world.get("/healthz").await.data()["status"], "up");
    assert_eq!(world.get("/readyz").await.data(), &serde_json::json!({ "status": "up", "files": "disk" }));
    assert_eq!(
        (world.get("/nowhere").await.status, world.get("/nowhere").await.code().to_owned()),
        (404, "ROUTE_NOT_FOUND".to_owned())
    );
    let put = crate::world::answer(world.request(Method::PUT, "/healthz")).await;
    assert_eq!((put.status, put.code()), (405, "METHOD_NOT_ALLOWED"));
    world.stop().await;
}
