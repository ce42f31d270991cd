//! A receiver on loopback that records what it gets and answers as told.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A message as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub id: String,
    pub at: i64,
    pub signatures: Vec<String>,
    pub body: String,
    /// The status that it was answered with.
    pub status: u16,
}

/// A running receiver; it is gone when it is dropped.
pub struct Receiver {
    pub port: u16,
    received: Arc<Mutex<Vec<Received>>>,
    task: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    /// Starts a receiver. `status` is asked for each message, with how often its id has arrived before.
    pub async fn start(port: u16, status: impl Fn(&str, usize) -> u16 + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let (all, status) = (received.clone(), Arc::new(status));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (all, status) = (all.clone(), status.clone());
                tokio::spawn(async move { answer(stream, &all, &*status).await });
            }
        });
        Self { port, received, task }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// Everything that has arrived so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

async fn answer(
    mut stream: TcpStream,
    all: &Mutex<Vec<Received>>,
    status: &(dyn Fn(&str, usize) -> u16 + Sync),
) {
    let Some(text) = read(&mut stream).await else { return };
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let header = |name: &str| -> String {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let mut found = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name));
        found.next().unwrap().1.to_owned()
    };
    let id = header("webhook-id");
    let status = {
        let mut all = all.lock().unwrap();
        let status = status(&id, all.iter().filter(|one| one.id == id).count());
        let signatures = header("webhook-signature").split(' ').map(ToOwned::to_owned).collect();
        let at = header("webhook-timestamp").parse().unwrap();
        all.push(Received { id, at, signatures, body: body.to_owned(), status });
        status
    };
    drop(stream.write_all(format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n").as_bytes()).await);
}

/// A request whose body has the announced length.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let (mut bytes, mut part) = (Vec::new(), [0_u8; 4_096]);
    loop {
        let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().unwrap())
        });
        if body.len() >= length.unwrap() {
            return Some(text);
        }
    }
}
