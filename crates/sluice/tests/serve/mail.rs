//! The password at the mail server goes to the mail server alone.

use crate::server::{Ledger, until};
use rustix::process::Signal;
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

const PASSWORD: &str = "canary-smtp-password-7";

/// A mail server without TLS, and all that it was told.
fn mail_server() -> (u16, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            stream.write_all(b"220 mail.example.org\r\n").unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            for line in lines.map_while(Result::ok) {
                let answer: &[u8] = match line.get(..4).unwrap_or_default() {
                    // It claims to take a password in clear.
                    "EHLO" => b"250-mail.example.org\r\n250 AUTH PLAIN LOGIN\r\n",
                    "QUIT" => b"221 bye\r\n",
                    _ => b"502 no\r\n",
                };
                // Nobody may listen any more.
                drop(tell.send(line));
                drop(stream.write_all(answer));
            }
        }
    });
    (port, told)
}

#[tokio::test]
async fn attack_43_the_password_at_the_mail_server_is_shown_nowhere_and_not_sent_without_tls() {
    let ledger = Ledger::with_accounts(1);
    let (port, told) = mail_server();
    ledger.file(
        "sluice.toml",
        &format!(
            "mail_from = \"pay@example.org\"\nsmtp_host = \"127.0.0.1\"\nsmtp_port = {port}\n\
             smtp_tls = \"starttls\"\nsmtp_user = \"pay\"\n"
        ),
    );
    let with_password = |args: &[&str]| {
        let mut command = ledger.command(args);
        command.env("SLUICE_SMTP_PASSWORD", PASSWORD);
        command
    };
    let checked = with_password(&["config", "check"]).output().unwrap();
    assert!(checked.status.success(), "{checked:?}");
    let mut server = ledger.serve_by(&mut with_password(&[]), &["--log-level", "trace"]);
    let administrator = json!({ "token": server.told["setUpToken"], "login": "root", "name": "R",
        "password": "violet-kettle-81-orbit" });
    let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
    let send = async |method: &str, path: &str, body: &serde_json::Value| {
        let request = client.request(method.parse().unwrap(), format!("{}{path}", server.url)).json(body);
        let answer = request.send().await.unwrap().error_for_status().unwrap();
        answer.text().await.unwrap()
    };
    let mut answers = send("POST", "/api/v1/setup", &administrator).await;
    let login = json!({ "login": "root", "password": administrator["password"] });
    answers += &send("POST", "/api/v1/auth/login", &login).await;
    let address = json!({ "email": "root@example.org", "language": "en" });
    answers += &send("PUT", "/api/v1/notices/address", &address).await;
    answers += &send("POST", "/api/v1/notices/reminders", &json!({ "text": "look" })).await;
    until("the e-mail was refused", async || server.said().contains("an e-mail was not sent")).await;
    server.signal(Signal::TERM);
    server.ended();
    let heard: Vec<String> = told.try_iter().collect();
    assert!(heard.iter().any(|line| line.starts_with("EHLO")), "{heard:?}");
    assert!(!heard.iter().any(|line| line.starts_with("AUTH")), "{heard:?}");
    let database = std::fs::read(ledger.path().join("data/sluice.db")).unwrap();
    let shown = [checked.stdout, checked.stderr, server.said().into_bytes(), answers.into_bytes(), database];
    for (place, bytes) in shown.iter().enumerate() {
        let is_shown = bytes.windows(PASSWORD.len()).any(|part| part == PASSWORD.as_bytes());
        assert!(!is_shown, "in place {place}");
    }
}
