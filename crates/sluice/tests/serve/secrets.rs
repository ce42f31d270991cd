//! Secrets of users and programs are neither in the log at its most verbose level, over any protocol that the
//! server speaks, nor in a core dump.

use crate::server::{Ledger, Server, until};
use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER};
use domain::totp::{TotpSecret, step_at};
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, RequestBuilder, Response};
use rusqlite::Connection;
use rustix::process::Signal;
use serde_json::{Value as Json, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const PASSWORD: &str = "violet-kettle-81-orbit";
/// The most verbose level, with the modules that would log the most.
const LEVEL: &str = "trace,socketioxide=trace,socketioxide::client=trace,engineioxide=trace,\
                     engineioxide_core=trace,hyper=trace,tungstenite=trace,tokio_tungstenite=trace,tokio_postgres=trace";

/// Secrets that the server has issued.
struct Secrets {
    set_up: String,
    cookie: String,
    key: String,
    invitation: String,
}

fn text(json: &Json) -> String {
    json.as_str().unwrap_or_else(|| panic!("no text: {json}")).to_owned()
}

async fn data(request: RequestBuilder) -> Json {
    let response: Response = request.send().await.unwrap();
    let (status, json): (_, Json) = (response.status(), response.json().await.unwrap());
    assert!(status.is_success(), "{json}");
    json["data"].clone()
}

/// Sets up the first administrator, who creates a user and a key.
async fn hand_out(server: &Server, client: &Client) -> Secrets {
    let (url, set_up) = (&server.url, text(&server.told["setUpToken"]));
    let first = json!({ "token": set_up, "login": "root", "name": "R", "password": PASSWORD });
    data(client.post(format!("{url}/api/v1/setup")).json(&first)).await;
    let login = client.post(format!("{url}/api/v1/auth/login"));
    let signed_in = login.json(&json!({ "login": "root", "password": PASSWORD })).send().await.unwrap();
    let cookie = signed_in.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let post =
        |path: &str, body: Json| client.post(format!("{url}{path}")).header(COOKIE, &cookie).json(&body);
    let user = json!({ "login": "li", "name": "Li", "role": "operator" });
    let invitation = text(&data(post("/api/v1/users", user)).await["invitationToken"]);
    let accepted = json!({ "token": invitation, "password": PASSWORD });
    data(client.post(format!("{url}/api/v1/auth/invitation")).json(&accepted)).await;
    let key = json!({ "name": "program", "scopes": ["read"] });
    let key = text(&data(post("/api/v1/api-keys", key)).await["secret"]);
    Secrets { set_up, cookie, key, invitation }
}

/// Connects to the live progress by long polling, with a key or the cookie.
async fn poll(url: &str, client: &Client, cookie: &str, auth: &str) {
    let url = format!("{url}/socket.io/?EIO=4&transport=polling");
    let send = async |request: RequestBuilder| {
        request.header(COOKIE, cookie).send().await.unwrap().text().await.unwrap()
    };
    let opened = send(client.get(&url)).await;
    let opened: Json = serde_json::from_str(&opened[1..]).unwrap();
    let url = format!("{url}&sid={}", text(&opened["sid"]));
    send(client.post(&url).body(format!("40{auth}"))).await;
    let mut told = String::new();
    // Pings may arrive in between.
    while !told.contains("40{") {
        told = send(client.get(&url)).await;
        assert!(["2", "40{"].iter().any(|kind| told.starts_with(kind)), "{told}");
    }
    send(client.post(&url).body(format!("42[\"join_room\",{{\"token\":{auth}}}]"))).await;
}

/// Connects to the live progress over a WebSocket, with a key.
fn upgrade(url: &str, cookie: &str, key: &str) {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let head = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n\
         connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut heard = String::new();
    let mut hear = |stream: &mut TcpStream, part: &str| {
        while !heard.contains(part) {
            let mut bytes = [0; 1024];
            let count = stream.read(&mut bytes).unwrap();
            assert!(count > 0, "{heard}");
            heard.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    };
    hear(&mut stream, "\"sid\"");
    let message = format!("40{{\"token\":\"{key}\"}}");
    let length = u16::try_from(message.len()).unwrap();
    // One text frame; its mask is all zeros.
    let mut frame = vec![0x81];
    if length < 126 {
        frame.push(0x80 | u8::try_from(length).unwrap());
    } else {
        frame.push(0x80 | 126);
        frame.extend(length.to_be_bytes());
    }
    frame.extend([0; 4]);
    frame.extend(message.as_bytes());
    stream.write_all(&frame).unwrap();
    hear(&mut stream, "40{\"sid\"");
}

#[tokio::test]
async fn attack_22_no_issued_secret_is_logged_over_any_protocol() {
    let ledger = Ledger::with_accounts(1);
    let mut server = ledger.serve(&["--log-level", LEVEL]);
    let client = Client::new();
    let secrets = hand_out(&server, &client).await;
    let read = client.get(format!("{}/api/v2/accounts", server.url)).bearer_auth(&secrets.key);
    data(read).await;
    let auth = json!({ "token": secrets.key }).to_string();
    poll(&server.url, &client, "none=1", &auth).await;
    poll(&server.url, &client, &secrets.cookie, "").await;
    let (url, cookie, key) = (server.url.clone(), secrets.cookie.clone(), secrets.key.clone());
    tokio::task::spawn_blocking(move || upgrade(&url, &cookie, &key)).await.unwrap();
    let last = client.get(format!("{}/nowhere", server.url)).header("x-request-id", "the-last-request");
    last.bearer_auth(&secrets.key).send().await.unwrap();
    until("the last request is logged", async || server.said().contains("the-last-request")).await;
    server.signal(Signal::TERM);
    server.ended();
    let said = server.said();
    assert!(said.contains("DEBUG") && said.contains("http_api"), "the log is not at trace level: {said}");
    let (_, token) = secrets.cookie.split_once('=').unwrap();
    for secret in [&secrets.set_up, &secrets.key, &secrets.invitation, token, PASSWORD] {
        // Part of a secret must not be logged either.
        let half = &secret[secret.len() / 2..];
        assert!(
            !said.contains(half),
            "{half} in: {}",
            said.lines().find(|line| line.contains(half)).unwrap()
        );
    }
}

/// A request of a signed-in person; returns the whole answer as text.
async fn told(client: &Client, cookie: &str, method: &str, url: &str, body: Option<Json>) -> String {
    let request = client.request(method.parse().unwrap(), url).header(COOKIE, cookie);
    let request = if let Some(body) = body { request.json(&body) } else { request };
    request.send().await.unwrap().text().await.unwrap()
}

#[expect(clippy::disallowed_methods, reason = "codes follow the clock of the server under test")]
fn code_of(secret: &str, away: i64) -> String {
    let bytes = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let micros = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    let step = step_at(i64::try_from(micros).unwrap()) + away;
    TotpSecret::from_bytes(&bytes).unwrap().code(step).to_string()
}

/// Draws a secret and confirms it with the code of the previous step; the secret, and what the confirmation said. The
/// step may end in between, hence the second try.
async fn enrolled(
    client: &Client,
    cookie: &str,
    url: &str,
    begin: Option<Json>,
    confirm: fn(String) -> Json,
) -> (String, Json) {
    let drawn: Json = serde_json::from_str(&told(client, cookie, "POST", url, begin).await).unwrap();
    let secret = text(&drawn["data"]["secret"]);
    loop {
        let body = Some(confirm(code_of(&secret, -1)));
        let said = told(client, cookie, "POST", &format!("{url}/confirm"), body).await;
        let said: Json = serde_json::from_str(&said).unwrap();
        if said["success"] == true {
            return (secret, said["data"].clone());
        }
        assert_eq!(said["error"]["code"], "AUTH_2FA_CODE_INVALID", "{said}");
    }
}

/// Adds a webhook and rotates its secret; returns the first one, which still signs.
async fn secret_of_webhook(client: &Client, cookie: &str, url: &str) -> String {
    let hooks = format!("{url}/api/v2/webhooks");
    let hook = json!({ "url": "https://example.org/hook", "events": ["reminder.due"] });
    let hook = told(client, cookie, "POST", &hooks, Some(hook)).await;
    let hook: Json = serde_json::from_str(&hook).unwrap();
    told(client, cookie, "POST", &format!("{hooks}/hook_1/rotate"), None).await;
    text(&hook["data"]["secret"]).strip_prefix("whsec_").unwrap().to_owned()
}

/// The evidence pack of a new batch, whose files are not compressed.
async fn evidence(client: &Client, cookie: &str, url: &str) -> Vec<u8> {
    let batches = format!("{url}/api/batch-transfers");
    let batch = json!({ "name": "B", "type": "one_to_many", "sourceAccountId": "A0",
        "relations": [{ "targetAccountId": "A1", "amount": "0.01" }] });
    let made = told(client, cookie, "POST", &batches, Some(batch)).await;
    let made: Json = serde_json::from_str(&made).unwrap();
    let pack = client.get(format!("{batches}/{}/evidence", made["data"]["id"])).header(COOKIE, cookie);
    let pack = pack.send().await.unwrap().error_for_status().unwrap();
    pack.bytes().await.unwrap().to_vec()
}

/// All e-mails that the server has written, once there is one.
async fn mails(ledger: &Ledger) -> Vec<u8> {
    let folder = ledger.path().join("mail");
    let read = || -> Vec<u8> {
        let files = std::fs::read_dir(&folder).into_iter().flatten();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap_or_default()).collect()
    };
    until("an e-mail is written", async || !read().is_empty()).await;
    read()
}

/// What the files of the ledger and the log must not contain of a secret: its text, and the bytes behind it.
fn traces(secret: &str) -> Vec<Vec<u8>> {
    let mut traces = vec![secret.as_bytes().to_vec()];
    if let Ok(bytes) = BASE32_NOPAD.decode(secret.as_bytes()) {
        traces.extend([HEXLOWER.encode(&bytes).into_bytes(), BASE64.encode(&bytes).into_bytes(), bytes]);
    }
    if let Ok(bytes) = BASE64.decode(secret.as_bytes()) {
        traces.extend([HEXLOWER.encode(&bytes).into_bytes(), bytes]);
    }
    traces
}

/// A server with a master key in a file, on a ledger with an account.
fn with_master_key() -> (Ledger, Server) {
    let ledger = Ledger::with_accounts(2);
    let made = ledger.ok(&["key", "new-master", "master.key"]);
    assert_eq!(made["file"], "master.key");
    let settings = "master_key_file = \"master.key\"\nmail_from = \"pay@example.org\"\nmail_dir = \"mail\"\n";
    ledger.file("sluice.toml", settings);
    let server = ledger.serve(&["--log-level", LEVEL]);
    (ledger, server)
}

/// Requests whose answers could show a secret: those that get it wrong, and those that list what has one.
fn temptations(
    of_account: &str,
    of_person: &str,
    of_hook: &str,
    recovery: &str,
) -> [(&'static str, &'static str, Option<Json>); 16] {
    let pay = json!({ "fromAccountId": "A0", "toAccountId": "A1", "fromAmountCents": 1, "auto2FA": true });
    let wrong = json!({ "fromAccountId": "A0", "toAccountId": "A1", "fromAmountCents": 1,
        "verificationCode": of_account, "2fa_code": of_person });
    [
        ("POST", "/api/v2/account-transfers", Some(pay)),
        ("POST", "/api/v2/account-transfers", Some(wrong)),
        ("POST", "/api/v2/accounts/A0/totp", None),
        ("POST", "/api/v1/auth/login", Some(json!({ "login": "root", "password": recovery }))),
        ("POST", "/api/v1/auth/2fa", Some(json!({ "challenge": of_person, "code": recovery }))),
        ("DELETE", "/api/v2/accounts/A0/totp", Some(json!({ "verificationCode": of_account }))),
        ("GET", "/api/v2/accounts", None),
        ("GET", "/api/v1/users", None),
        ("GET", "/api/v1/auth/me", None),
        ("GET", "/api/v2/audit?pageSize=200", None),
        ("GET", "/api/v2/audit?format=jsonl", None),
        ("GET", "/api/v1/operation-logs", None),
        ("GET", "/api/v2/settings", None),
        ("GET", "/api/v2/webhooks", None),
        ("PATCH", "/api/v2/webhooks/hook_1", Some(json!({ "url": of_hook }))),
        ("GET", "/api/v2/webhooks/hook_1/deliveries", None),
    ]
}

#[tokio::test]
async fn attack_43_planted_secrets_are_in_clear_in_no_file_no_log_and_no_later_answer() {
    let (ledger, mut server) = with_master_key();
    let (client, url) = (Client::new(), server.url.clone());
    let Secrets { cookie, key, .. } = hand_out(&server, &client).await;
    let totp = format!("{url}/api/v2/accounts/A0/totp");
    let (of_account, _) =
        enrolled(&client, &cookie, &totp, None, |code| json!({ "code": code, "auto2FA": true })).await;
    let of_hook = secret_of_webhook(&client, &cookie, &url).await;
    let password = json!({ "password": PASSWORD });
    let address = Some(json!({ "email": "root@example.org", "language": "en" }));
    told(&client, &cookie, "PUT", &format!("{url}/api/v1/notices/address"), address).await;
    let own = format!("{url}/api/v1/auth/totp");
    let (of_person, codes) =
        enrolled(&client, &cookie, &own, Some(password), |code| json!({ "code": code })).await;
    let recovery = text(&codes["recoveryCodes"][0]);
    let mut answers = String::new();
    for (method, path, body) in temptations(&of_account, &of_person, &of_hook, &recovery) {
        answers += &told(&client, &cookie, method, &format!("{url}{path}"), body).await;
    }
    let last = client.get(format!("{url}/nowhere")).header("x-request-id", "the-last-request");
    last.bearer_auth(&key).send().await.unwrap();
    until("the last request is logged", async || server.said().contains("the-last-request")).await;
    // The log of the database still exists while the server runs.
    let pack = evidence(&client, &cookie, &url).await;
    let mut places =
        vec![("answers", answers.into_bytes()), ("evidence", pack), ("mail", mails(&ledger).await)];
    for name in ["sluice.db", "sluice.db-wal"] {
        places.push((name, std::fs::read(ledger.path().join("data").join(name)).unwrap()));
    }
    server.signal(Signal::TERM);
    server.ended();
    places.push(("log", server.said().into_bytes()));
    let master = std::fs::read_to_string(ledger.path().join("master.key")).unwrap();
    let (_, token) = cookie.split_once('=').unwrap();
    for secret in [of_account.as_str(), &of_person, &of_hook, &recovery, token, master.trim_end()] {
        for trace in traces(secret) {
            for (name, bytes) in &places {
                assert!(!bytes.windows(trace.len()).any(|part| part == trace), "{secret} in {name}");
            }
        }
    }
    assert!(places.iter().all(|(name, bytes)| !bytes.is_empty() || *name == "sluice.db-wal"));
}

#[tokio::test]
async fn a_server_with_both_master_keys_encrypts_the_secrets_again_while_it_serves() {
    let (ledger, mut server) = with_master_key();
    let client = Client::new();
    let Secrets { cookie, .. } = hand_out(&server, &client).await;
    let totp = format!("{}/api/v2/accounts/A0/totp", server.url);
    enrolled(&client, &cookie, &totp, None, |code| json!({ "code": code, "auto2FA": true })).await;
    let second = ledger.ok(&["key", "new-master", "second.key"])["key"].clone();
    let both = "master_key_file = \"second.key\"\nformer_master_key_file = \"master.key\"\n";
    let stop = |server: &mut Server| {
        server.signal(Signal::TERM);
        server.ended();
    };
    let pay = async |server: &Server| {
        let body =
            json!({ "fromAccountId": "A0", "toAccountId": "A1", "fromAmountCents": 1, "auto2FA": true });
        let url = format!("{}/api/v2/account-transfers", server.url);
        let said = told(&client, &cookie, "POST", &url, Some(body)).await;
        serde_json::from_str::<Json>(&said).unwrap()["error"]["code"].as_str().unwrap_or("ok").to_owned()
    };
    stop(&mut server);
    ledger.file("sluice.toml", both);
    let mut server = ledger.serve(&[]);
    assert_eq!(pay(&server).await, "ok");
    let keys = || {
        let file = Connection::open(ledger.path().join("data/sluice.db")).unwrap();
        let mut select = file.prepare("SELECT DISTINCT key_id FROM sealed_secret").unwrap();
        let keys = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
        keys.map(Result::unwrap).collect::<Vec<_>>()
    };
    until("the secrets are under the second key", async || keys() == [text(&second)]).await;
    assert_eq!(pay(&server).await, "ok");
    stop(&mut server);
    for (key, expected) in [("second.key", "ok"), ("master.key", "MASTER_KEY_WRONG")] {
        ledger.file("sluice.toml", &format!("master_key_file = \"{key}\"\n"));
        let mut server = ledger.serve(&[]);
        assert_eq!(pay(&server).await, expected, "{key}");
        stop(&mut server);
    }
    ledger.ok(&["verify"]);
}

#[tokio::test]
async fn a_server_without_a_master_key_starts_and_says_what_it_lacks() {
    let ledger = Ledger::with_accounts(2);
    let server = ledger.serve(&[]);
    let client = Client::new();
    let Secrets { cookie, .. } = hand_out(&server, &client).await;
    let totp = format!("{}/api/v2/accounts/A0/totp", server.url);
    let said: Json = serde_json::from_str(&told(&client, &cookie, "POST", &totp, None).await).unwrap();
    assert_eq!(said["error"]["code"], "MASTER_KEY_MISSING");
    let pay = json!({ "fromAccountId": "A0", "toAccountId": "A1", "fromAmountCents": 1 });
    let url = format!("{}/api/v2/account-transfers", server.url);
    let said: Json = serde_json::from_str(&told(&client, &cookie, "POST", &url, Some(pay)).await).unwrap();
    assert_eq!(said["success"], true, "{said}");
}

#[test]
fn a_server_crash_leaves_no_core_dump_unless_enabled() {
    for (args, expected) in [(&[][..], true), (&["--core-dumps"], false)] {
        let ledger = Ledger::with_accounts(1);
        let before = std::fs::read_to_string("/proc/self/limits").unwrap();
        let mut server = ledger.serve(args);
        let core = |limits: &str| {
            let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
            line.split_whitespace().skip(4).take(2).map(str::to_owned).collect::<Vec<_>>()
        };
        let limits = core(&server.proc("limits"));
        assert_eq!(limits == ["0", "0"], expected || core(&before) == ["0", "0"], "{args:?} {limits:?}");
        server.signal(Signal::ABORT);
        assert!(!server.ended().success());
        let left = std::fs::read_dir(ledger.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let cores: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with("core")).collect();
        assert!(!expected || cores.is_empty(), "{cores:?}");
    }
}
