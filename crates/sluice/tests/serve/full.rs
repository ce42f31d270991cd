//! A server out of file descriptors because of silent connections.

use crate::server::{LONG, Ledger};
use reqwest::Client;
use std::net::TcpStream;
use std::process::{Command, Stdio};

#[tokio::test]
async fn probes_are_answered_while_silent_connections_use_up_the_descriptors() {
    let ledger = Ledger::with_accounts(2);
    let secret = ledger.key();
    let mut command = Command::new("sh");
    let limited = "ulimit -n 96; exec \"$0\" \"$@\"";
    command.env_clear().env("USER", "tester").env("PATH", "/usr/bin:/bin").current_dir(ledger.path());
    command.args(["-c", limited, env!("CARGO_BIN_EXE_sluice"), "--data", "data", "--json"]);
    command.stdin(Stdio::null());
    let server = ledger.serve_by(&mut command, &[]);
    let address = server.url.strip_prefix("http://").unwrap();
    let silent: Vec<_> = (0..400).map(|_| TcpStream::connect(address).unwrap()).collect();
    for path in ["healthz", "readyz", "metrics"] {
        let probe = Client::new().get(format!("{}/{path}", server.url)).timeout(LONG);
        assert_eq!(probe.send().await.unwrap().status(), 200, "{path}");
    }
    let full = Client::new().get(format!("{}/api/v2/accounts", server.url)).bearer_auth(&secret);
    let told = full.timeout(LONG).send().await.unwrap();
    // The server may have closed some silent connections by now.
    if told.status() != 200 {
        assert_eq!(told.status(), 503);
        assert!(told.headers().contains_key("retry-after"));
    }
    drop(silent);
    crate::server::until("descriptors are free again", async || {
        let read = Client::new().get(format!("{}/api/v2/accounts", server.url)).bearer_auth(&secret);
        read.send().await.is_ok_and(|response| response.status() == 200)
    })
    .await;
}
