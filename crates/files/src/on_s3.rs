//! The same against a real S3 server: moto (PyPI, `moto[server]`), which a test starts. Not run by default
//! (`.config/nextest.toml`): `cargo nextest run -p files --profile s3`.

use super::*;
use object_store::aws::AmazonS3Builder;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const BUCKET: &str = "payments";

/// A server; killed when it is dropped.
struct Moto {
    child: Child,
    address: String,
}

impl Drop for Moto {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Moto {
    fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let port = free.port().to_string();
        let mut python = Command::new("python3");
        python.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port]);
        let child = python.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let moto = Self { child, address: free.to_string() };
        let begun = Instant::now();
        while moto.make_bucket().is_none() {
            assert!(begun.elapsed() < Duration::from_secs(60), "moto does not answer");
            std::thread::sleep(Duration::from_millis(100));
        }
        moto
    }

    fn make_bucket(&self) -> Option<()> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        let head = format!("PUT /{BUCKET} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\n\r\n", self.address);
        stream.write_all(head.as_bytes()).ok()?;
        let mut answer = [0; 64];
        let read = stream.read(&mut answer).ok()?;
        String::from_utf8_lossy(&answer[..read]).contains(" 200 ").then_some(())
    }

    async fn files(&self, prefix: &str) -> Files {
        let reached = AmazonS3Builder::new()
            .with_endpoint(format!("http://{}", self.address))
            .with_allow_http(true)
            .with_region("us-east-1")
            .with_access_key_id("key")
            .with_secret_access_key("secret");
        let store = place::bucket(reached, BUCKET, prefix).unwrap();
        let place = place::identify(store.as_ref()).await.unwrap().into();
        Files { store, place, directory: None }
    }
}

#[tokio::test]
async fn a_bucket_keeps_files_in_parts_under_a_prefix() {
    let moto = Moto::start();
    let (files, other) = (moto.files("sluice/eu").await, moto.files("sluice/us").await);
    assert_eq!(moto.files("sluice/eu").await.place(), files.place(), "another process of the same place");
    assert_ne!(other.place(), files.place());
    for size in [0, 5, written::PART, 2 * written::PART + 3] {
        let (key, bytes) = (Key::draw().unwrap(), vec![b'x'; size]);
        let mut writing = files.write(&key).await.unwrap();
        writing.append(&bytes).await.unwrap();
        assert!(matches!(files.read(&key).await, Err(FilesError::Missing)));
        assert_eq!(writing.finish().await.unwrap().size, u64::try_from(size).unwrap());
        let mut read = Vec::new();
        files.open_file(&key).await.unwrap().read_to_end(&mut read).unwrap();
        assert_eq!(read, bytes, "{size}");
        assert!(matches!(other.read(&key).await, Err(FilesError::Missing)));
        let later = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 33);
        assert_eq!(files.before(later).await.unwrap(), std::slice::from_ref(&key));
        files.delete(&key).await.unwrap();
        files.delete(&key).await.unwrap();
        assert_eq!(files.before(later).await.unwrap(), []);
    }
}
