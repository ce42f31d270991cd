//! `serve`: runs the HTTP API over the ledger and a worker until it is stopped.

mod args;
mod limits;
mod meter;

use crate::commands::health::within_reach;
use crate::commands::work::{PATIENCE, Stop};
use crate::data_dir::{DataDir, MarkPlace};
use crate::exit::{Exit, Failure};
use crate::globals::Globals;
use crate::say::say;
use crate::session::{Access, Session};
use crate::settings::{Loaded, Settings, unknown_variables};
use crate::traces::Traces;
use domain::code::Language;
use engine::EngineOptions;
use http_api::{App, Options, Site};
use opentelemetry_otlp::ExporterBuildError;
use serde_json::json;
use service::{Behind, Error, seal, set_up};
use std::time::Duration;
use store::StoreError;
use store::mark::Mark;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub(crate) use args::ServeArgs;

/// Extra time for final clean-up after the grace period.
const LAST: Duration = Duration::from_secs(3);

/// Serves until it is asked to stop.
pub(crate) async fn run(globals: &Globals, loaded: &Loaded) -> Result<Exit, Failure> {
    let stop = Stop::listen()?;
    let settings = &loaded.settings;
    for name in unknown_variables(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok())) {
        tracing::warn!(name, "ignoring an environment variable that is not a setting");
    }
    limits::disable_core_dumps_unless(settings.core_dumps);
    let connections = limits::connections();
    // Bind before opening the ledger, so that a second server on the same address fails at once.
    let listener = listen(settings).await?;
    let meter = meter::Meter::start(globals)?;
    make_if_missing(globals).await?;
    let mut session = Session::open(globals, Access::Work).await?;
    let secret = seal::cursor_secret(&session.service, &session.actor).await?;
    let options = Options { connections, ..settings.options() };
    let metrics = meter.render(meter::Backups::of(&session).await?);
    let traces = Traces::start(settings).map_err(no_traces)?;
    let app = App::new(session.service.clone(), options, secret.as_bytes())
        .with_metrics(metrics)
        .with_tracer(traces.tracer())
        .with_site(Site::of(page::files()));
    warn_of_places(globals)?;
    let done = serve(&session, settings, listener, app, stop).await;
    let left = session.leave().await;
    // It blocks; a panic of it would be logged as any other.
    drop(tokio::task::spawn_blocking(|| traces.stop()).await);
    done?;
    left?;
    if tokio::time::timeout(LAST, session.close()).await.is_err() {
        tracing::warn!("the last transaction did not end in time; the next start checks more closely");
    }
    tracing::info!("stopped");
    Ok(Exit::Success)
}

fn no_traces(error: ExporterBuildError) -> Failure {
    Failure::System {
        what: say("Cannot export traces", "无法导出追踪数据"),
        error: std::io::Error::other(error),
    }
}

/// Runs the server and the worker until both have ended.
async fn serve(
    session: &Session,
    settings: &Settings,
    listener: TcpListener,
    app: App,
    stop: Stop,
) -> Result<(), Failure> {
    announce(session, settings, &listener, app.has_page()).await?;
    let (asked, stopped) = watch::channel(false);
    let grace = Duration::from_secs(settings.stop_timeout_s);
    let served = async {
        let (serving, stopped) = (app.clone(), stopped.clone());
        let stop = async {
            stop_requested(stopped).await;
            // Sockets would otherwise stay open for as long as a client watches.
            app.close_sockets().await;
        };
        http_api::serve(listener, serving, grace, stop).await;
        Ok(())
    };
    let both = async { tokio::try_join!(served, work(session, settings, stop_requested(stopped.clone()))) };
    let late = async {
        stop_requested(stopped.clone()).await;
        tokio::time::sleep(grace + LAST).await;
    };
    let listening = async {
        stop.asked().await;
        tracing::info!("stopping: waiting for requests and chunks in flight");
        // All receivers live in this function.
        asked.send_replace(true);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        ended = both => ended.map(|_| ()).map_err(Failure::from),
        () = app.fatal() => Err(unconfirmed()),
        () = session.door_closed() => Err(unconfirmed()),
        () = late => {
            tracing::warn!("not everything ended in time; the next start resumes the rest");
            Ok(())
        }
        () = listening => Ok(()),
    }
}

/// Runs batches, or only keeps the history up to date.
async fn work(session: &Session, settings: &Settings, stop: impl Future<Output = ()>) -> Result<(), Error> {
    let options = EngineOptions {
        retry_for: PATIENCE,
        runs_max: settings.runs,
        tasks_max: settings.tasks,
        ..EngineOptions::default()
    };
    let engine = session.engine_with(options);
    if settings.worker {
        return engine.work(stop).await;
    }
    engine.keep_history(stop).await
}

/// Completes when the process is to stop.
async fn stop_requested(mut stopped: watch::Receiver<bool>) {
    // A dropped sender counts as a request to stop.
    drop(stopped.wait_for(|stop| *stop).await);
}

fn unconfirmed() -> Failure {
    Error::Store(StoreError::Fatal("a commit".to_owned())).into()
}

async fn listen(settings: &Settings) -> Result<TcpListener, Failure> {
    let failed = |error| Failure::Listen { address: settings.listen.to_string(), error };
    TcpListener::bind(settings.listen).await.map_err(failed)
}

/// Creates a ledger in a data directory that contains none, so that a first start needs no other command. On
/// a server the database name may be mistyped, so `init` is required there.
async fn make_if_missing(globals: &Globals) -> Result<(), Failure> {
    if globals.database.is_some() || DataDir(globals.data.clone()).has_ledger() {
        return Ok(());
    }
    expect_none(globals)?;
    let mut session = Session::create(globals).await?;
    session.close().await;
    tracing::info!(place = session.store.shown(), "created a new ledger");
    Ok(())
}

/// Refuses to create a ledger where one existed: its disk may not be mounted. `init` creates one explicitly.
fn expect_none(globals: &Globals) -> Result<(), Failure> {
    let directory = DataDir(globals.data.clone());
    directory.make()?;
    let place = MarkPlace::of(&directory, globals.mark_dir.as_deref())?;
    match Mark::read(&place.path)? {
        Some(mark) if !mark.ledger.is_empty() => {
            Err(StoreError::Behind(Behind::Gone { known: mark.commit_number }).into())
        }
        _ => Ok(()),
    }
}

/// Warns about unsafe locations and permissions of the ledger and its mark.
fn warn_of_places(globals: &Globals) -> Result<(), Failure> {
    if globals.database.is_some() {
        if globals.mark_dir.is_none() {
            tracing::warn!(
                "no mark of the ledger's head is kept: set mark_dir, so that lost commits are detected"
            );
        }
        return Ok(());
    }
    let directory = DataDir(globals.data.clone());
    let place = MarkPlace::of(&directory, globals.mark_dir.as_deref())?;
    if !place.is_apart {
        let mark = place.path.display();
        tracing::warn!(%mark, "the mark of the ledger's head is inside the data directory, so an old copy of both goes undetected: set mark_dir");
    }
    for path in directory.open_to_others() {
        let path = path.display();
        tracing::warn!(%path, "users other than the owner can read the ledger: run chmod 700 on its directory");
    }
    Ok(())
}

/// Announces the server's address once it can be reached: on standard output, and in the lock file for
/// commands that find the data directory in use.
async fn announce(
    session: &Session,
    settings: &Settings,
    listener: &TcpListener,
    has_page: bool,
) -> Result<(), Failure> {
    let failed = |error| Failure::Listen { address: settings.listen.to_string(), error };
    let address = listener.local_addr().map_err(failed)?;
    session.announce(&format!("http://{}", within_reach(address)))?;
    let url = format!("http://{address}");
    let (place, node) = (session.store.shown(), session.store.node().to_owned());
    tracing::info!(url, place, node, version = env!("CARGO_PKG_VERSION"), "listening");
    let set_up = set_up::token(&session.service).await?;
    let token = set_up.as_ref().map(|token| token.expose().to_owned());
    let json = json!({ "url": url, "ledger": place, "node": node, "setUpToken": token });
    let text = || {
        let text = greeting(&url, has_page, session.language);
        match token.as_deref() {
            None => text,
            Some(token) if has_page => format!("{text}\n{}", first_page(&url, token, session.language)),
            Some(token) => format!("{text}\n{}", first_call(&url, token, session.language)),
        }
    };
    session.out.answer(json, text)
}

fn greeting(url: &str, has_page: bool, language: Language) -> String {
    if has_page {
        return say!(
            language,
            "Sluice is listening on {url}: open it in a browser; the API is documented at {url}/api/docs",
            "Sluice 正在监听 {url}：请在浏览器中打开；接口文档见 {url}/api/docs"
        );
    }
    say!(
        language,
        "Sluice is listening on {url}; the API is documented at {url}/api/docs",
        "Sluice 正在监听 {url}；接口文档见 {url}/api/docs"
    )
}

/// The token is behind the `#`, which no log sees.
fn first_page(url: &str, token: &str, language: Language) -> String {
    say!(
        language,
        "There are no users yet. Create the first administrator (valid once, for a day):\n  {url}/set-up#{token}\n\
         or stop the server and run `sluice user add`",
        "尚无用户。请创建第一位管理员（一天内有效，仅限一次）：\n  {url}/set-up#{token}\n\
         或停止服务器后运行 `sluice user add`"
    )
}

fn first_call(url: &str, token: &str, language: Language) -> String {
    let curl = format!(
        "curl {url}/api/v1/setup -H 'Content-Type: application/json' \\\n    \
         -d '{{\"token\":\"{token}\",\"login\":\"you@example.com\",\"name\":\"You\",\"password\":\"…\"}}'"
    );
    say!(
        language,
        "There are no users yet. Create the first administrator (valid once, for a day):\n  {curl}\n\
         or stop the server and run `sluice user add`",
        "尚无用户。请创建第一位管理员（一天内有效，仅限一次）：\n  {curl}\n\
         或停止服务器后运行 `sluice user add`"
    )
}
