//! Two processes on one database: two workers run two batches with different sources and disjoint payees.

use crate::input::{self, Lines};
use crate::place::Place;
use crate::work::{self, Ledger};
use crate::{BenchOptions, Shape, Step};
use domain::batch::BatchState;
use engine::Pulse;
use serde_json::{Value as Json, json};
use service::{Error, Service, batch, node};
use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};
use store::audit::Actor;
use store::batch::Batch;
use tokio::process::{Child, Command};

/// Interval between polls of the batches.
const LOOK: Duration = Duration::from_millis(20);

/// Combined items per second of two workers.
pub(crate) async fn measure(options: &BenchOptions, say: &mut impl FnMut(Step)) -> Result<Json, Error> {
    let place = Place::make(options, "two_nodes").await?;
    let result = on(&place, options, say).await;
    place.remove().await?;
    result
}

async fn on(place: &Place, options: &BenchOptions, say: &mut impl FnMut(Step)) -> Result<Json, Error> {
    let Place::Server { url, .. } = place else {
        return Err(std::io::Error::other("two processes need a server").into());
    };
    let ledger = Ledger::over(place.open().await?, options);
    let service = &ledger.service;
    let actor = Actor::new(domain::principal::Principal::CommandLine, "bench", "bench");
    // Without a heartbeat the workers would treat this process as one that died during its import.
    let pulse = Pulse::start(ledger.engine(), false).await?;
    work::set_up(Shape::OneToMany, options, &ledger, &actor, say).await?;
    let batches = [half(service, &actor, options, 0).await?, half(service, &actor, options, 1).await?];
    let mut workers = Vec::new();
    for _ in 0..2 {
        workers.push(worker(options, url)?);
    }
    while node::list(service).await?.iter().filter(|node| node.is_worker).count() < workers.len() {
        tokio::time::sleep(LOOK).await;
    }
    let begun = Instant::now();
    for batch in &batches {
        batch::execute(service, &actor, batch.id.into()).await?;
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
async fn half(service: &Service, actor: &Actor, options: &BenchOptions, which: u64) -> Result<Batch, Error> {
    let n = input::accounts(Shape::OneToMany, options.items) / 2;
    let lines = Lines::new("account,amount\n", n, move |k, line| {
        let (account, cents) = (input::shuffled(k, n, which) * 2 + which, input::cents(which, k));
        drop(writeln!(line, "A{account:09},{}.{:02}", cents / 100, cents % 100));
    });
    let source = if which == 0 { "SOURCE" } else { "SOURCE2" };
    work::take_in(service, actor, Shape::OneToMany, Some(source), Box::new(lines)).await
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
