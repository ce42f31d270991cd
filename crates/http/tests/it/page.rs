//! The addresses of the web page over a connection. What they answer with a page is tested in `src/site`: these tests
//! run without one.

use crate::world::world;
use reqwest::Client;

#[tokio::test]
async fn the_document_needs_no_sign_in_and_has_a_stricter_policy_than_the_api() {
    let world = world().await;
    let client = Client::new();
    let get = async |path: &str| {
        let request = client.get(format!("{}{path}", world.url)).header("accept", "text/html");
        request.send().await.unwrap()
    };
    let mut nonces = Vec::new();
    for path in ["/", "/batch-transfer/detail/batch-20260310-001"] {
        let response = get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("content-type"), "text/html; charset=utf-8");
        let text = response.text().await.unwrap();
        let nonce = text.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert!(policy.contains(&format!("'nonce-{nonce}'")), "{policy}");
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
    for path in ["/api/nothing", "/assets/index-1a2b.js", "/metrics/x"] {
        let response = get(path).await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (404, &"application/json".parse().unwrap())
        );
    }
    world.stop().await;
}
