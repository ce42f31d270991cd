//! Receivers that are slow, lie, redirect, never stop or are not there, and names that lead inside.

use super::Sender;
use domain::webhook::address::WebhookNetworks;
use domain::webhook::delivery::{Attempt, DeliveryFailure};
use domain::webhook::target::Target;
use service::webhook::send::Message;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

fn loopback() -> WebhookNetworks {
    WebhookNetworks::new(vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()])
}

fn message(url: &str) -> Message {
    let target = Target::parse(url).unwrap();
    let (id, signature) = ("evt_7".to_owned(), "v1,abc v1,def".to_owned());
    Message { target, id, at: 1_700_000_000, signature, body: r#"{"id":"evt_7"}"#.to_owned() }
}

/// A receiver that reads a request's head and answers as the given function does.
async fn receiver<F: Future<Output = ()> + Send + 'static>(
    answer: impl Fn(TcpStream) -> F + Send + Sync + 'static,
) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            answer(stream).await;
        }
    });
    (port, task)
}

/// Reads a request and returns it as text.
async fn read_request(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut part = [0_u8; 4_096];
    loop {
        let read = stream.read(&mut part).await.unwrap();
        text.extend_from_slice(&part[..read]);
        let so_far = String::from_utf8_lossy(&text).into_owned();
        if read == 0 || so_far.ends_with("}") {
            return so_far;
        }
    }
}

async fn sent(answer: &'static [u8]) -> Attempt {
    let (port, task) = receiver(move |mut stream| async move {
        read_request(&mut stream).await;
        // The sender may be gone.
        drop(stream.write_all(answer).await);
    })
    .await;
    let sender = Sender::new(loopback()).unwrap();
    let attempt = sender.send(&message(&format!("http://127.0.0.1:{port}/hook?a=b"))).await;
    task.abort();
    attempt
}

const fn failed(failure: DeliveryFailure, status: Option<u16>) -> Attempt {
    Attempt { failure: Some(failure), status }
}

#[tokio::test]
async fn a_message_has_the_headers_of_standard_webhooks_and_its_body_as_it_was_signed() {
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let (port, task) = receiver(move |mut stream| {
        let told = told.clone();
        async move {
            told.send(read_request(&mut stream).await).unwrap();
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        }
    })
    .await;
    let sender = Sender::new(loopback()).unwrap();
    let attempt = sender.send(&message(&format!("http://127.0.0.1:{port}/hook?a=b"))).await;
    assert_eq!(attempt, Attempt { failure: None, status: Some(204) });
    let request = heard.recv().await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{head}");
    for line in [
        format!("host: 127.0.0.1:{port}"),
        "content-type: application/json".to_owned(),
        "webhook-id: evt_7".to_owned(),
        "webhook-timestamp: 1700000000".to_owned(),
        "webhook-signature: v1,abc v1,def".to_owned(),
    ] {
        assert!(head.to_lowercase().lines().any(|found| found == line), "{line} in {head}");
    }
    assert_eq!(body, r#"{"id":"evt_7"}"#);
    task.abort();
}

#[tokio::test]
async fn the_status_decides_and_what_is_no_answer_is_none() {
    for (answer, expected) in [
        (
            &b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"[..],
            Attempt { failure: None, status: Some(200) },
        ),
        // It announces more than it sends.
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok", Attempt { failure: None, status: Some(200) }),
        (b"HTTP/1.1 500 Oops\r\n\r\n", failed(DeliveryFailure::StatusRefused, Some(500))),
        (b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n", failed(DeliveryFailure::StatusRefused, Some(404))),
        (b"", failed(DeliveryFailure::AnswerInvalid, None)),
        (b"HTTP/1.1", failed(DeliveryFailure::AnswerInvalid, None)),
        (b"220 mail.example ESMTP\r\n", failed(DeliveryFailure::AnswerInvalid, None)),
    ] {
        assert_eq!(sent(answer).await, expected, "{}", String::from_utf8_lossy(answer));
    }
}

#[tokio::test]
async fn a52_a_redirect_is_a_failure_and_is_not_followed() {
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let (inside, other) = receiver(move |_| {
        told.send(()).unwrap();
        async {}
    })
    .await;
    let (port, task) = receiver(move |mut stream| async move {
        read_request(&mut stream).await;
        let answer = format!(
            "HTTP/1.1 307 Over there\r\nlocation: http://127.0.0.1:{inside}/\r\ncontent-length: 0\r\n\r\n"
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let attempt = Sender::new(loopback()).unwrap().send(&message(&format!("http://127.0.0.1:{port}/"))).await;
    assert_eq!(attempt, failed(DeliveryFailure::Redirected, Some(307)));
    assert!(heard.try_recv().is_err(), "nobody came to where it led");
    task.abort();
    other.abort();
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off_and_counts_by_its_status() {
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let (port, task) = receiver(move |mut stream| {
        let told = told.clone();
        async move {
            read_request(&mut stream).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n").await.unwrap();
            let (block, mut taken) = (vec![b'x'; 16_384], 0_u64);
            while stream.write_all(&block).await.is_ok() {
                taken += 16_384;
            }
            told.send(taken).unwrap();
        }
    })
    .await;
    let attempt = Sender::new(loopback()).unwrap().send(&message(&format!("http://127.0.0.1:{port}/"))).await;
    assert_eq!(attempt, Attempt { failure: None, status: Some(200) });
    // What the sockets' own buffers take comes on top of what is read.
    assert!(heard.recv().await.unwrap() < 64 << 20);
    task.abort();
}

#[tokio::test]
async fn a_head_without_end_is_no_answer() {
    let (port, task) = receiver(move |mut stream| async move {
        read_request(&mut stream).await;
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\n").await);
        while stream.write_all(b"x-padding: 0123456789abcdef0123456789abcdef\r\n").await.is_ok() {}
    })
    .await;
    let attempt = Sender::new(loopback()).unwrap().send(&message(&format!("http://127.0.0.1:{port}/"))).await;
    assert_eq!(attempt, failed(DeliveryFailure::AnswerInvalid, None));
    task.abort();
}

#[tokio::test]
async fn a_slow_receiver_is_given_up_in_time() {
    let within = Duration::from_millis(200);
    // One never answers; the other answers with success, and then a byte at a time.
    for (head, expected) in [
        (&b""[..], failed(DeliveryFailure::TimedOut, None)),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n", Attempt { failure: None, status: Some(200) }),
    ] {
        let (port, task) = receiver(move |mut stream| async move {
            read_request(&mut stream).await;
            drop(stream.write_all(head).await);
            std::future::pending::<()>().await;
        })
        .await;
        let sender = Sender::new(loopback()).unwrap().within(within);
        let begun = Instant::now();
        assert_eq!(sender.send(&message(&format!("http://127.0.0.1:{port}/"))).await, expected);
        assert!(begun.elapsed() >= within);
        task.abort();
    }
}

#[tokio::test]
async fn a_receiver_that_is_not_there_or_has_no_tls_is_a_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let sender = Sender::new(loopback()).unwrap();
    let attempt = sender.send(&message(&format!("http://127.0.0.1:{port}/"))).await;
    assert_eq!(attempt, failed(DeliveryFailure::Unreachable, None));
    let (port, task) = receiver(|mut stream| async move {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await);
    })
    .await;
    let attempt = sender.send(&message(&format!("https://127.0.0.1:{port}/"))).await;
    assert_eq!(attempt, failed(DeliveryFailure::TlsFailed, None));
    task.abort();
}

#[tokio::test]
async fn a50_the_connector_checks_the_addresses_that_a_name_leads_to() {
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let (port, task) = receiver(move |_| {
        told.send(()).unwrap();
        async {}
    })
    .await;
    let sender = Sender::new(WebhookNetworks::default()).unwrap();
    // As if they had been saved: the checks on saving are not those of the connector.
    for url in [
        format!("http://localhost:{port}/"),
        format!("https://localhost:{port}/"),
        format!("http://127.0.0.1:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://[64:ff9b::127.0.0.1]:{port}/"),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "http://1.1.1.1/".to_owned(),
    ] {
        let attempt = sender.send(&message(&url)).await;
        assert_eq!(attempt, failed(DeliveryFailure::AddressRefused, None), "{url}");
    }
    assert!(heard.try_recv().is_err(), "nobody connected");
    task.abort();
}
