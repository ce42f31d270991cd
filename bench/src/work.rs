//! One shape: accounts, then batch after batch in the same ledger.

use crate::input::{self, Lines};
use crate::place::Place;
use crate::{BenchOptions, RoundSpeed, Shape, Step, floor, machine};
use domain::account_ref::GivenAccount;
use domain::batch::{BatchState, BatchType};
use engine::{Engine, EngineOptions, history};
use ledger::{Clock, Door, DoorOptions};
use serde_json::{Value as Json, json};
use service::account_import::AccountImport;
use service::batch::import::BatchImport;
use service::policy::{self, PolicyChange};
use service::statement::{self, StatementQuery};
use service::transfer::{self, TransferRequest};
use service::{Error, Service, account, batch};
use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;
use store::Store;
use store::audit::Actor;
use store::batch::Batch;

/// A frozen clock: a measured run must not cross midnight.
#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> i64 {
        1_767_198_600_000_000
    }
}

/// The measurements of one batch.
struct Round {
    import_rows_per_s: f64,
    items_per_s: f64,
    cpu_s: f64,
    history_s: f64,
    postings: i64,
    fee_share: f64,
    bytes_per_item: f64,
    /// Of the run alone; None if the database does not count its log.
    log_bytes_per_item: Option<f64>,
    import_peak_rss: u64,
    peak_rss: u64,
}

pub(crate) async fn measure(
    shape: Shape,
    options: &BenchOptions,
    say: &mut impl FnMut(Step),
) -> Result<Json, Error> {
    let place = Place::make(options, shape.name()).await?;
    let result = rounds(shape, options, &place, say).await;
    place.remove().await?;
    result
}

/// A ledger as one process has it open.
pub(crate) struct Ledger {
    pub store: Store,
    door: Door,
    pub service: Service,
}

impl Ledger {
    /// A ledger in a store, with a frozen clock.
    pub(crate) fn over(store: Store, options: &BenchOptions) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(Still);
        let door = Door::open(store.clone(), clock.clone(), DoorOptions { chunk_items: options.chunk_items });
        let service = Service::new(store.clone(), door.clone(), clock);
        Self { store, door, service }
    }

    /// The engine of this process.
    pub(crate) fn engine(&self) -> Engine {
        let (store, door, service) = (self.store.clone(), self.door.clone(), self.service.clone());
        Engine::new(store, door, service, EngineOptions::default())
    }
}

async fn rounds(
    shape: Shape,
    options: &BenchOptions,
    place: &Place,
    say: &mut impl FnMut(Step),
) -> Result<Json, Error> {
    let ledger = Ledger::over(place.open().await?, options);
    let actor = Actor::new(domain::principal::Principal::CommandLine, "bench", "bench");
    set_up(shape, options, &ledger, &actor, say).await?;
    let mut rounds = Vec::new();
    for round in 0..options.rounds {
        let measured = one(shape, options, &ledger, &actor, round).await?;
        say(Step::Round(RoundSpeed {
            shape,
            number: round + 1,
            import_rows_per_s: measured.import_rows_per_s,
            items_per_s: measured.items_per_s,
            history_s: measured.history_s,
            bytes_per_item: measured.bytes_per_item,
            log_bytes_per_item: measured.log_bytes_per_item.unwrap_or_default(),
        }));
        rounds.push(measured);
    }
    let (newest_ms, dated_ms) = statements(shape, &ledger.service).await?;
    let begun = Instant::now();
    let verified = upkeep::verify::run(&ledger.store).await.map_err(std::io::Error::other)?;
    let verify_s = begun.elapsed().as_secs_f64();
    let chunk = u64::try_from(options.chunk_items).unwrap_or(50_000);
    let floor = floor::measure(place, options.items, chunk).await?;
    say(Step::Floor { shape, items_per_s: floor, verify_s });
    let parts: Vec<Json> = rounds.iter().map(|round| report(round, options.items)).collect();
    let (first, last) = (rounds.first(), rounds.last());
    Ok(json!({
        "shape": shape.name(),
        "items_per_s": first.map(|r| r.items_per_s.round()),
        "floor_items_per_s": floor.round(),
        "bytes_per_item": first.map(|r| r.bytes_per_item.round()),
        "log_bytes_per_item": first.and_then(|r| r.log_bytes_per_item).map(f64::round),
        "peak_rss_bytes": rounds.iter().map(|r| r.peak_rss).max(),
        "cpu_s": first.map(|r| r.cpu_s),
        "last_to_first": first.zip(last).map(|(a, b)| b.items_per_s / a.items_per_s),
        "statement_newest_ms": newest_ms,
        "statement_dated_ms": dated_ms,
        "verify_ok": verified.is_ok(),
        "verify_s": verify_s,
        "rounds": parts,
    }))
}

/// Milliseconds per statement page of 50 entries, median of 21: the newest page, and the page of a date.
/// For one-to-many the account is the source, which has an entry for every item.
async fn statements(shape: Shape, service: &Service) -> Result<(f64, f64), Error> {
    let number = if shape == Shape::OneToMany { "SOURCE" } else { "A000000001" };
    let newest = StatementQuery { limit: 50, ..StatementQuery::default() };
    let day = Some("2025-12-31".to_owned());
    let dated = StatementQuery { from: day.clone(), to: day, limit: 50, ..StatementQuery::default() };
    Ok((median_ms(service, number, &newest).await?, median_ms(service, number, &dated).await?))
}

async fn median_ms(service: &Service, number: &str, query: &StatementQuery) -> Result<f64, Error> {
    let mut times = Vec::new();
    for _ in 0..21 {
        let begun = Instant::now();
        let page = statement::show(service, &number.into(), query).await?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        if page.entries.is_empty() {
            return Err(std::io::Error::other("the statement is empty").into());
        }
    }
    times.sort_unstable_by(f64::total_cmp);
    Ok(times.get(10).copied().unwrap_or_default())
}

fn report(round: &Round, items: u64) -> Json {
    let run_s = items as f64 / round.items_per_s;
    json!({
        "import_rows_per_s": round.import_rows_per_s.round(),
        "import_peak_rss_bytes": round.import_peak_rss,
        "items_per_s": round.items_per_s.round(),
        "items_per_s_with_history": (items as f64 / (run_s + round.history_s)).round(),
        "postings_per_s": (round.postings as f64 / run_s).round(),
        "history_s": round.history_s,
        "cpu_s": round.cpu_s,
        "fee_share": round.fee_share,
        "bytes_per_item": round.bytes_per_item.round(),
        "peak_rss_bytes": round.peak_rss,
    })
}

/// Accounts, a benchmark policy (every check on, none that refuses an item) and the money to pay with.
pub(crate) async fn set_up(
    shape: Shape,
    options: &BenchOptions,
    ledger: &Ledger,
    actor: &Actor,
    say: &mut impl FnMut(Step),
) -> Result<(), Error> {
    let service = &ledger.service;
    let text = |s: &str| Some(s.to_owned());
    let change = PolicyChange {
        min: text("0.01"),
        max: text("5000.00"),
        day: text("900000000000.00"),
        month: text("900000000000.00"),
        batch_max: text("900000000000.00"),
        fee_threshold: text("900.00"),
        fee_rate: text("0.001"),
        fee_min: text("0.50"),
        fee_max: text("50.00"),
    };
    policy::set(service, actor, "USD", None, &change).await?;
    let begun = Instant::now();
    let count = input::accounts(shape, options.items);
    let opening = if shape == Shape::Random { "1000000.00" } else { "" };
    let accounts = Lines::new("number,holder,email,uid,currency,opening\n", count, move |k, line| {
        drop(writeln!(line, "A{k:09},Holder {k},,U{k:09},USD,{opening}"));
    });
    let imported = account::import(service, actor, accounts, AccountImport::default()).await?;
    for source in ["SOURCE", "SOURCE2"] {
        let file = Lines::new("number,holder,email,uid,currency,opening\n", 1, move |_, line| {
            drop(writeln!(line, "{source},Employer {source},,{source},USD,"));
        });
        account::import(service, actor, file, AccountImport::default()).await?;
        let deposit = TransferRequest {
            to: Some(source.into()),
            amount: "40000000000.00".to_owned().into(),
            ..TransferRequest::default()
        };
        transfer::create(service, actor, &deposit).await?;
    }
    history::catch_up(&ledger.store, &ledger.door).await?;
    ledger.store.checkpoint().await?;
    say(Step::Opened { shape, accounts: imported.opened, seconds: begun.elapsed().as_secs_f64() });
    Ok(())
}

async fn one(
    shape: Shape,
    options: &BenchOptions,
    ledger: &Ledger,
    actor: &Actor,
    round: u32,
) -> Result<Round, Error> {
    let Ledger { store, door, service } = ledger;
    let bytes = store.size_bytes().await?;
    machine::reset_peak_rss();
    let begun = Instant::now();
    let batch = import(shape, options, service, actor, u64::from(round)).await?;
    let import_s = begun.elapsed().as_secs_f64();
    let import_peak_rss = machine::peak_rss_bytes();

    machine::reset_peak_rss();
    let log = store.log_bytes().await?;
    let (begun, cpu) = (Instant::now(), machine::cpu_s());
    batch::execute(service, actor, batch.id.into()).await?;
    let ended = ledger.engine().run(batch.id, |_| ()).await?;
    let (run_s, cpu_s) = (begun.elapsed().as_secs_f64(), machine::cpu_s() - cpu);

    let log = log.zip(store.log_bytes().await?).map(|(before, after)| after - before);
    let begun = Instant::now();
    let postings = history::catch_up(store, door).await?;
    let history_s = begun.elapsed().as_secs_f64();
    store.checkpoint().await?;
    if ended.state != BatchState::Completed {
        return Err(std::io::Error::other(format!("the batch ended {}", ended.state.name())).into());
    }
    let items = options.items as f64;
    Ok(Round {
        import_rows_per_s: items / import_s,
        items_per_s: items / run_s,
        cpu_s,
        history_s,
        postings,
        fee_share: (postings as f64 - items) / items,
        bytes_per_item: store.size_bytes().await?.saturating_sub(bytes) as f64 / items,
        log_bytes_per_item: log.map(|bytes| bytes as f64 / items),
        import_peak_rss,
        peak_rss: machine::peak_rss_bytes(),
    })
}

async fn import(
    shape: Shape,
    options: &BenchOptions,
    service: &Service,
    actor: &Actor,
    round: u64,
) -> Result<Batch, Error> {
    let (items, n) = (options.items, input::accounts(shape, options.items));
    let file: Box<dyn std::io::Read + Send> = match shape {
        Shape::OneToMany => Box::new(Lines::new("account,amount\n", items, move |k, line| {
            let (account, cents) = (input::shuffled(k, n, round), input::cents(round, k));
            drop(writeln!(line, "A{account:09},{}.{:02}", cents / 100, cents % 100));
        })),
        Shape::Random => Box::new(Lines::new("source,account,amount\n", items, move |k, line| {
            let ((source, target), cents) = (input::pair(round, k, n), input::cents(round, k));
            drop(writeln!(line, "A{source:09},A{target:09},{}.{:02}", cents / 100, cents % 100));
        })),
    };
    let source = (shape == Shape::OneToMany).then_some("SOURCE");
    take_in(service, actor, shape, source, file).await
}

/// Imports a file as a batch that can be executed.
pub(crate) async fn take_in(
    service: &Service,
    actor: &Actor,
    shape: Shape,
    source: Option<&str>,
    file: Box<dyn std::io::Read + Send>,
) -> Result<Batch, Error> {
    let import = BatchImport {
        account: source.map(GivenAccount::from),
        currency: Some("USD".to_owned()),
        ..BatchImport::new(
            if source.is_some() { BatchType::OneToMany } else { BatchType::ManyToMany },
            format!("bench {}", shape.name()),
        )
    };
    let imported = batch::import(service, actor, &import, file).await?;
    imported.batch.ok_or_else(|| std::io::Error::other("no row was imported").into())
}
