//! A ledger on the chosen engine, and helpers that read what is stored.

use std::time::{Duration, Instant};
use store::value::Row;
use store::{Schema, Store, StoreError, Tx};
use testkit::place::{Engine, Place};
use testkit::postgres::query_text;

/// How long a session may take to become idle.
const IDLE: Duration = Duration::from_secs(20);

/// An empty ledger.
pub struct World {
    pub store: Store,
    pub place: Place,
}

/// On the engine chosen for the run.
pub async fn world() -> World {
    on(Engine::chosen()).await
}

pub async fn on(engine: Engine) -> World {
    let place = Place::on(engine);
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    World { store, place }
}

/// For tests in `on_server`: they need several writers.
pub async fn server() -> World {
    on(only(Engine::Server)).await
}

/// Refuses to pass on an engine that the test says nothing about. `.config/nextest.toml` keeps such tests out.
pub fn only(engine: Engine) -> Engine {
    assert_eq!(Engine::chosen(), engine, "filtered by its module's name in .config/nextest.toml");
    engine
}

/// Waits until no session of this store has an open transaction or a running statement.
pub async fn assert_idle(world: &World) {
    let text = format!(
        "SELECT state, query FROM pg_stat_activity WHERE application_name = 'sluice {}' AND state <> 'idle'",
        world.store.node()
    );
    let begun = Instant::now();
    loop {
        let busy = query_text(&world.place.text, &text);
        if busy.is_empty() {
            return;
        }
        assert!(begun.elapsed() < IDLE, "{busy:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Runs one statement.
pub async fn run(tx: &mut Tx, text: &str) -> Result<(), StoreError> {
    tx.fetch_text(text.to_owned(), vec![]).await.map(|_| ())
}

/// A query's rows, each read by `of`.
pub async fn all<T>(tx: &mut Tx, text: &str, of: impl Fn(Row<'_>) -> Result<T, StoreError>) -> Vec<T> {
    let rows = tx.fetch_text(text.to_owned(), vec![]).await.unwrap();
    rows.iter().map(|row| of(row).unwrap()).collect()
}

impl World {
    /// Runs statements in one transaction.
    pub async fn write(&self, texts: &[&str]) -> Result<(), StoreError> {
        let mut tx = self.store.write().await?;
        for text in texts {
            run(&mut tx, text).await?;
        }
        tx.commit().await
    }

    /// The integers in a query's first column.
    pub async fn numbers(&self, text: &str) -> Vec<i64> {
        all(&mut self.store.read().await.unwrap(), text, |row| row.i64(0)).await
    }

    pub async fn count(&self, table: &str) -> i64 {
        self.numbers(&format!("SELECT COUNT(*) FROM {table}")).await[0]
    }

    /// A table with a column of every type, a key, a check and a unique column.
    pub async fn with_sample(self) -> Self {
        let (number, text, bytes, strict) = match self.place.engine {
            Engine::File | Engine::Memory => ("INTEGER", "TEXT", "BLOB", "STRICT"),
            Engine::Server => ("BIGINT", "TEXT COLLATE \"C\"", "BYTEA", ""),
        };
        let table = format!(
            "CREATE TABLE sample (id {number} NOT NULL PRIMARY KEY, number {number} CHECK (number <> 13),
               word {text}, bytes {bytes}, tag {text}, parent {number} REFERENCES sample (id),
               CONSTRAINT sample_tag UNIQUE (tag)) {strict}"
        );
        self.write(&[&table]).await.unwrap();
        self
    }
}

/// The actor in all tests.
pub fn tester() -> domain::principal::Author {
    domain::principal::Author { principal: domain::principal::Principal::User(1), name: "tester".to_owned() }
}
