//! Single transfers by 100 callers at a time, in windows, beside a probe of the disk.

use crate::figures::{at_share, largest, median, rounded};
use crate::input;
use crate::ledger::Ledger;
use crate::machine::{self, MemoryWatch, PeakMemory};
use crate::options::{BenchOptions, Step, WindowSpeed};
use crate::payments::{accounts, payment_file};
use crate::place::Place;
use crate::probe::{Probe, Probed};
use crate::shape::Shape;
use crate::work::{check, take_in};
use serde_json::{Value as Json, json};
use service::transfer::{self, AmountInput, TransferRequest};
use service::{Actor, Error, Service, batch};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::task::JoinSet;

/// Callers at a time.
const CALLERS: u64 = 100;
/// The most accounts that they pay from and to.
const ACCOUNTS_MAX: u64 = 1_000;

/// The measurements of one window.
pub(crate) struct Window {
    requests_per_s: f64,
    /// Milliseconds, sorted.
    times: Vec<f64>,
    probed: Probed,
    cpu_s: f64,
    peak: PeakMemory,
    /// The speed of the batch beside it.
    items_per_s: Option<f64>,
}

impl Window {
    /// How many transfers were made in it.
    pub(crate) fn requests(&self) -> usize {
        self.times.len()
    }
}

/// Measures windows one after another in a ledger of their own.
pub(crate) async fn measure(
    shape: Shape,
    options: &BenchOptions,
    say: &mut impl FnMut(Step),
) -> Result<Json, Error> {
    let place = Place::make(options, shape.name()).await?;
    let result = async {
        let ledger = Ledger::open(&place, options).await?;
        let windows = windows(shape, options, &ledger, say).await?;
        let begun = Instant::now();
        let verified = upkeep::verify::run(&ledger.store).await.map_err(std::io::Error::other)?;
        Ok(report(shape, &windows, verified.is_ok(), begun.elapsed().as_secs_f64()))
    };
    let result = result.await;
    place.remove().await?;
    result
}

pub(crate) async fn windows(
    shape: Shape,
    options: &BenchOptions,
    ledger: &Ledger,
    say: &mut impl FnMut(Step),
) -> Result<Vec<Window>, Error> {
    // A batch pays between its own accounts, and the callers between some of them.
    let has_batch = shape == Shape::SinglesBesideBatch;
    let all = accounts(shape.pays(), options.items);
    let some = all.min(ACCOUNTS_MAX);
    ledger.set_up(shape, if has_batch { all } else { some }, say).await?;
    let mut windows = Vec::new();
    for round in 0..shape.rounds(options.rounds) {
        let callers = Callers::new(ledger, some, round);
        let window = if has_batch {
            beside_batch(options, ledger, callers, round).await?
        } else {
            window(options, callers, (options.items / 10).max(CALLERS)).await?
        };
        ledger.settle().await?;
        say(Step::Window(WindowSpeed {
            shape,
            number: round + 1,
            requests_per_s: window.requests_per_s,
            p99_ms: at_share(&window.times, 0.99),
            longest_ms: at_share(&window.times, 1.0),
        }));
        windows.push(window);
    }
    Ok(windows)
}

/// A window while a batch runs: it ends with the batch.
async fn beside_batch(
    options: &BenchOptions,
    ledger: &Ledger,
    callers: Callers,
    round: u32,
) -> Result<Window, Error> {
    let (pays, items) = (Shape::SinglesBesideBatch.pays(), options.items);
    let batch = take_in(ledger, pays, round, payment_file(pays, items, round)?).await?;
    let end = Arc::clone(&callers.end);
    batch::execute(&ledger.service, &ledger.actor, batch.id.into()).await?;
    let engine = ledger.engine();
    let run = async {
        let begun = Instant::now();
        let ended = engine.run(batch.id, |_| ()).await;
        let seconds = begun.elapsed().as_secs_f64();
        end.store(0, Ordering::Relaxed);
        check(pays, items, round, &ended?)?;
        Ok::<_, Error>(items as f64 / seconds)
    };
    let (window, items_per_s) = tokio::join!(window(options, callers, u64::MAX), run);
    Ok(Window { items_per_s: Some(items_per_s?), ..window? })
}

/// What the callers of a window share.
#[derive(Clone)]
struct Callers {
    service: Service,
    actor: Actor,
    accounts: u64,
    seed: u64,
    next: Arc<AtomicU64>,
    /// The request at which they end.
    end: Arc<AtomicU64>,
}

impl Callers {
    fn new(ledger: &Ledger, accounts: u64, round: u32) -> Self {
        let (service, actor) = (ledger.service.clone(), ledger.actor.clone());
        let (next, end) = (Arc::default(), Arc::new(AtomicU64::new(u64::MAX)));
        Self { service, actor, accounts, seed: u64::from(round), next, end }
    }

    /// Requests one transfer after another; returns the milliseconds that each took.
    async fn call(self) -> Result<Vec<f64>, Error> {
        let mut times = Vec::new();
        loop {
            let k = self.next.fetch_add(1, Ordering::Relaxed);
            // The first ones are made in any case, so that a short window has a figure.
            if k >= self.end.load(Ordering::Relaxed).max(CALLERS) {
                return Ok(times);
            }
            let (from, to) = input::pair(self.seed ^ 0x51, k, self.accounts);
            let cents = i64::try_from(input::cents(self.seed, k)).unwrap_or(1);
            let request = TransferRequest {
                from: Some(format!("A{from:09}").as_str().into()),
                to: Some(format!("A{to:09}").as_str().into()),
                amount: AmountInput::Minor(cents),
                ..TransferRequest::default()
            };
            let begun = Instant::now();
            let done = transfer::create(&self.service, &self.actor, &request).await?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
            if let Some(code) = done.outcome.code {
                return Err(std::io::Error::other(format!("a single transfer was refused: {code}")).into());
            }
        }
    }
}

async fn window(options: &BenchOptions, callers: Callers, requests: u64) -> Result<Window, Error> {
    callers.end.fetch_min(requests, Ordering::Relaxed);
    let (probe, memory) = (Probe::start(&options.dir)?, MemoryWatch::begin());
    let (begun, cpu) = (Instant::now(), machine::cpu_s());
    let mut tasks = JoinSet::new();
    for _ in 0..CALLERS {
        tasks.spawn(callers.clone().call());
    }
    let mut times = Vec::new();
    while let Some(called) = tasks.join_next().await {
        times.extend(called.map_err(std::io::Error::other)??);
    }
    let (seconds, cpu_s) = (begun.elapsed().as_secs_f64(), machine::cpu_s() - cpu);
    let (probed, peak) = (probe.end()?, memory.peak());
    times.sort_unstable_by(f64::total_cmp);
    let requests_per_s = times.len() as f64 / seconds;
    Ok(Window { requests_per_s, times, probed, cpu_s, peak, items_per_s: None })
}

/// The medians of the windows; the longest of all of them.
fn report(shape: Shape, windows: &[Window], verify_ok: bool, verify_s: f64) -> Json {
    let middle = |of: fn(&Window) -> f64| rounded(median(windows.iter().map(of)));
    let most = |of: fn(&Window) -> f64| rounded(largest(windows.iter().map(of)));
    let peak = windows.iter().map(|w| w.peak).fold(PeakMemory::default(), PeakMemory::max);
    let beside = windows.iter().filter_map(|w| w.items_per_s).collect::<Vec<_>>();
    let of_window = |window: &Window| {
        json!({
            "requests": window.requests(),
            "requests_per_s": window.requests_per_s.round(),
            "p50_ms": rounded(at_share(&window.times, 0.5)),
            "p99_ms": rounded(at_share(&window.times, 0.99)),
            "longest_ms": rounded(at_share(&window.times, 1.0)),
            "probe_count": window.probed.count,
            "probe_p50_ms": rounded(window.probed.p50_ms),
            "probe_longest_ms": rounded(window.probed.longest_ms),
            "cpu_s": window.cpu_s,
            "batch_items_per_s": window.items_per_s.map(f64::round),
        })
    };
    json!({
        "shape": shape.name(),
        "callers": CALLERS,
        "requests": windows.iter().map(Window::requests).sum::<usize>(),
        "requests_per_s": middle(|w| w.requests_per_s).round(),
        "p50_ms": middle(|w| at_share(&w.times, 0.5)),
        "p99_ms": middle(|w| at_share(&w.times, 0.99)),
        "longest_ms": most(|w| at_share(&w.times, 1.0)),
        "probe_p50_ms": middle(|w| w.probed.p50_ms),
        "probe_longest_ms": most(|w| w.probed.longest_ms),
        "longest_beyond_probe_ms": most(|w| at_share(&w.times, 1.0) - w.probed.longest_ms),
        "batch_items_per_s": (!beside.is_empty()).then(|| median(beside).round()),
        "cpu_s": middle(|w| w.cpu_s),
        "peak_rss_bytes": peak.resident,
        "peak_anonymous_bytes": peak.anonymous,
        "verify_ok": verify_ok,
        "verify_s": verify_s,
        "windows": windows.iter().map(of_window).collect::<Vec<_>>(),
    })
}
