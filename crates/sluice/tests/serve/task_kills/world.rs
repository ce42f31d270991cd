//! A server that imports and exports the same payments again and again, and what has to hold of its ledger and files.

use crate::server::{Ledger, Server, until};
use domain::task::TaskType;
use reqwest::{Client, RequestBuilder};
use rustix::process::Signal;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::time::Duration;

/// Payments of the file: three pages.
const ROWS: usize = 25_000;
/// What the sweep leaves alone: a day, and more.
const TWO_DAYS: Duration = Duration::from_secs(2 * 24 * 3_600);
const STATES: [&str; 6] = ["", "pending", "processing", "completed", "failed", "cancelled"];

/// What a task does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Import,
    Export,
}

/// A ledger, its server, and the file of payments.
pub struct World {
    pub ledger: Ledger,
    pub server: Server,
    secret: String,
    file: String,
    started: u64,
}

fn serve(ledger: &Ledger, failpoints: Option<&str>) -> Server {
    let mut command = ledger.command(&[]);
    command.env("SLUICE_FILES", ledger.path().join("files"));
    if let Some(points) = failpoints {
        command.env("FAILPOINTS", points);
    }
    ledger.serve_by(&mut command, &[])
}

impl World {
    pub async fn new(ledger: Ledger) -> Self {
        std::fs::create_dir(ledger.path().join("files")).unwrap();
        let secret = ledger.key();
        let server = serve(&ledger, None);
        let mut world = Self { ledger, server, secret, file: String::new(), started: 0 };
        let rows = "A0,A1,0.01\n".repeat(ROWS);
        let upload = Client::new().post(world.at("/api/v1/files?name=pay.csv"));
        let upload = upload.header("content-type", "application/octet-stream");
        let uploaded = world.answer(upload.body(format!("source,account,amount\n{rows}"))).await;
        world.file = uploaded["data"]["file_id"].as_str().unwrap_or_else(|| panic!("{uploaded}")).to_owned();
        world
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.server.url)
    }

    async fn answer(&self, request: RequestBuilder) -> Json {
        request.bearer_auth(&self.secret).send().await.unwrap().json().await.unwrap()
    }

    /// Stops the server if it still runs, and starts another.
    pub fn restart(&mut self, failpoints: Option<&str>) {
        if !self.server.has_ended() {
            self.server.signal(Signal::TERM);
            self.server.ended();
        }
        self.server = serve(&self.ledger, failpoints);
    }

    /// Starts a task; exports are of the first batch that was imported.
    pub async fn start(&mut self, kind: Kind) -> i64 {
        self.started += 1;
        let input = match kind {
            Kind::Import => json!({ "task_type": "import_batch", "file_id": self.file,
                "options": { "type": "many_to_many", "currency": "USD", "draft": true,
                    "name": format!("t{}", self.started) } }),
            Kind::Export => json!({ "task_type": "export_batch", "format": "xlsx",
                "batch_id": self.number("SELECT CAST(MIN(id) AS TEXT) FROM batch WHERE ready = 1") }),
        };
        let before = self.count("task");
        let request = Client::new().post(self.at("/api/v1/batch-tasks")).json(&input);
        // A server that is killed at the first step may not have answered; the task exists by then.
        if let Ok(response) = request.bearer_auth(&self.secret).send().await {
            assert_eq!(response.status(), 200, "{:?}", response.text().await);
        }
        assert_eq!(self.count("task"), before + 1);
        self.number("SELECT CAST(MAX(id) AS TEXT) FROM task")
    }

    pub async fn cancel(&self, task: i64) {
        let answer =
            self.answer(Client::new().delete(self.at(&format!("/api/v1/batch-tasks/task_{task}")))).await;
        assert_eq!(answer["success"], true, "{answer}");
    }

    fn number(&self, query: &str) -> i64 {
        self.ledger.texts(query)[0].parse().unwrap()
    }

    fn count(&self, rows: &str) -> i64 {
        self.number(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {rows}"))
    }

    pub fn state(&self, task: i64) -> &'static str {
        let state = self.number(&format!("SELECT CAST(state AS TEXT) FROM task WHERE id = {task}"));
        STATES[usize::try_from(state).unwrap()]
    }

    /// Waits until a task has ended; returns how.
    pub async fn ended(&self, task: i64) -> &'static str {
        let has_ended = || !["pending", "processing"].contains(&self.state(task));
        until("the task has ended", async || has_ended()).await;
        self.state(task)
    }

    /// Name and size of each file in the store, with what lies aside.
    fn stored(&self) -> BTreeMap<String, u64> {
        let folders = std::fs::read_dir(self.ledger.path().join("files")).unwrap().map(Result::unwrap);
        let folders = folders.filter(|folder| folder.file_type().unwrap().is_dir());
        let files = folders.flat_map(|folder| std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap));
        files.map(|file| (file.file_name().into_string().unwrap(), file.metadata().unwrap().len())).collect()
    }

    fn known(&self) -> BTreeMap<String, u64> {
        let rows =
            self.ledger.texts("SELECT object || ' ' || CAST(size AS TEXT) FROM upload WHERE gone_at IS NULL");
        let parts = rows.iter().map(|row| row.split_once(' ').unwrap());
        parts.map(|(name, size)| (name.to_owned(), size.parse().unwrap())).collect()
    }

    /// Asserts that every batch that can be seen has all its rows, and every file that is known all its bytes.
    pub fn whole(&self) {
        let of_batch = "(SELECT COUNT(*) FROM item WHERE item.batch = batch.id)";
        assert_eq!(self.count(&format!("batch WHERE ready = 1 AND {of_batch} <> {ROWS}")), 0);
        assert_eq!(
            self.count("(SELECT name FROM batch WHERE ready = 1 GROUP BY name HAVING COUNT(*) > 1) twice"),
            0
        );
        let stored = self.stored();
        for (name, size) in self.known() {
            assert_eq!(stored.get(&name), Some(&size), "{name}");
        }
    }

    /// Asserts that a task has made one whole batch or file.
    pub async fn completed(&self, task: i64, kind: Kind) {
        self.whole();
        let of_task = format!("FROM task WHERE id = {task}");
        match kind {
            Kind::Import => {
                let batch = self.number(&format!("SELECT CAST(batch AS TEXT) {of_task}"));
                assert_eq!(self.count(&format!("item WHERE batch = {batch}")), i64::try_from(ROWS).unwrap());
                self.no_rest().await;
            }
            Kind::Export => {
                let made = self.number(&format!("SELECT CAST(made AS TEXT) {of_task}"));
                let content = Client::new().get(self.at(&format!("/api/v1/files/file_{made}/content")));
                let bytes = content.bearer_auth(&self.secret).send().await.unwrap().bytes().await.unwrap();
                assert_eq!(rows_of(&bytes), ROWS + 1);
            }
        }
    }

    /// Waits until no unfinished import is left.
    async fn no_rest(&self) {
        until("unfinished imports are discarded", async || self.count("batch WHERE ready = 0") == 0).await;
    }

    /// Asserts that a task that was cancelled has left neither a batch nor a file, and nothing aside.
    pub async fn left_nothing(&self, task: i64) {
        self.no_rest().await;
        // An export's batch is the one that it was to write.
        let import = TaskType::ImportBatch.number();
        let made = format!("(made IS NOT NULL OR (kind = {import} AND batch IS NOT NULL))");
        assert_eq!(self.count(&format!("task WHERE id = {task} AND {made}")), 0);
        assert_eq!(self.count(&format!("upload WHERE task = {task}")), 0);
    }

    /// When all is done: no row without its batch, and what killed tasks left aside is removed once it is a day old.
    pub async fn swept(&mut self) {
        assert_eq!(self.count("item WHERE batch NOT IN (SELECT id FROM batch)"), 0);
        self.server.signal(Signal::TERM);
        assert_eq!(self.server.ended().code(), Some(0), "{}", self.server.said());
        self.ledger.verified();
        for folder in std::fs::read_dir(self.ledger.path().join("files")).unwrap().map(Result::unwrap) {
            if !folder.file_type().unwrap().is_dir() {
                continue;
            }
            for file in std::fs::read_dir(folder.path()).unwrap() {
                let file = File::options().write(true).open(file.unwrap().path()).unwrap();
                let modified = file.metadata().unwrap().modified().unwrap();
                file.set_modified(modified - TWO_DAYS).unwrap();
            }
        }
        self.server = serve(&self.ledger, None);
        let known = self.known();
        until("what was left aside is swept", async || self.stored() == known).await;
    }
}

/// The rows of a workbook's first sheet.
fn rows_of(bytes: &[u8]) -> usize {
    use calamine::Reader;
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    book.worksheet_range_at(0).unwrap().unwrap().height()
}
