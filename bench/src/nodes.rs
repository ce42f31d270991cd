//! Two processes on one database: two workers run two batches with different sources and disjoint payees.

use crate::ledger::Ledger;
use crate::options::{BenchOptions, Step};
use crate::payments::{self, SECOND, SINGLE, accounts};
use crate::place::Place;
use crate::shape::Shape;
use domain::batch::BatchState;
use engine::Pulse;
use serde_json::{Value as Json, json};
use service::batch::import::BatchImport;
use service::{Error, Service, batch, node};
use std::process::Stdio;
use std::time::{Duration, Instant};
use store::batch::Batch;
use tokio::process::{Child, Command};

/// Interval between polls of the batches.
const LOOK: Duration = Duration::from_millis(20);

/// Combined items per second of two workers.
pub(crate) async fn measure(options: &BenchOptions, say: &mut impl FnMut(Step)) -> Result<Json, Error> {
    let place = Place::make(options, Shape::TwoNodes.name()).await?;
    let result = on(&place, options, say).await;
    place.remove().await?;
    result
}

async fn on(place: &Place, options: &BenchOptions, say: &mut impl FnMut(Step)) -> Result<Json, Error> {
    let Place::Server { url, .. } = place else {
        return Err(std::io::Error::other("two processes need a server").into());
    };
    let ledger = Ledger::open(place, options).await?;
    let (service, actor) = (&ledger.service, &ledger.actor);
    // Without a heartbeat the workers would treat this process as one that died during its import.
    let pulse = Pulse::start(ledger.engine(), false).await?;
    let shape = Shape::TwoNodes;
    ledger.set_up(shape, accounts(shape.pays(), options.items), say).await?;
    let batches = [half(&ledger, options, 0).await?, half(&ledger, options, 1).await?];
    let mut workers = Vec::new();
    for _ in 0..2 {
        workers.push(worker(options, url)?);
    }
    while node::list(service).await?.iter().filter(|node| node.is_worker).count() < workers.len() {
        tokio::time::sleep(LOOK).await;
    }
    let begun = Instant::now();
    for batch in &batches {
        batch::execute(service, actor, batch.id.into()).await?;
    }
    for batch in &batches {
        ended(service, batch).await?;
    }
    let items_per_s = options.items as f64 / begun.elapsed().as_secs_f64();
    for mut worker in workers {
        worker.kill().await?;
    }
    pulse.leave().await?;
    say(Step::TwoNodes { items_per_s });
    Ok(json!({ "nodes": 2, "items": options.items, "items_per_s": items_per_s.round() }))
}

/// A batch to every second account.
async fn half(ledger: &Ledger, options: &BenchOptions, which: u64) -> Result<Batch, Error> {
    let source = if which == 0 { SINGLE } else { SECOND };
    let import = BatchImport {
        account: Some(source.into()),
        ..payments::batch_import(Shape::TwoNodes.pays(), u32::from(which > 0))
    };
    let file = payments::half_file(options.items, which)?;
    let imported = batch::import(&ledger.service, &ledger.actor, &import, file).await?;
    imported.batch.ok_or_else(|| std::io::Error::other("no row was imported").into())
}

fn worker(options: &BenchOptions, url: &str) -> std::io::Result<Child> {
    Command::new(&options.program)
        .args(["--chunk-items", &options.chunk_items.to_string(), "work"])
        .env("DATABASE_URL", url)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
}

async fn ended(service: &Service, batch: &Batch) -> Result<(), Error> {
    loop {
        let now = batch::named(service, batch.id.into()).await?;
        if now.state == BatchState::Completed {
            return Ok(());
        }
        if now.state.has_ended() {
            return Err(std::io::Error::other(format!("the batch ended {}", now.state.name())).into());
        }
        tokio::time::sleep(LOOK).await;
    }
}
