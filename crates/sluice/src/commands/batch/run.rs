//! `batch run` and `batch resume`: the batch runs in this process until it ends or Ctrl-C pauses it.

use super::progress::RunDisplay;
use super::show::{BatchView, answer};
use crate::consent::ConsentArgs;
use crate::exit::{Exit, Failure};
use crate::out::note;
use crate::say::say;
use crate::session::Session;
use domain::batch::BatchState;
use domain::batch_ref::BatchRef;
use domain::id::BatchId;
use serde_json::{Value, json};
use service::batch::submit::Submission;
use service::{Error, batch};
use store::batch::Batch;
use tokio::signal::unix::{SignalKind, signal};

/// `batch run ID`.
pub(crate) async fn one(session: &Session, batch: BatchRef, consent: &ConsentArgs) -> Result<Exit, Failure> {
    let batch = begin(session, batch, consent).await?;
    let batch = carry_out(session, &batch).await?;
    ended(session, batch, &[]).await
}

/// `batch run` without ID: continues every unfinished run.
pub(crate) async fn left(session: &Session) -> Result<Exit, Failure> {
    let (mut views, mut exit) = (Vec::new(), Exit::Success);
    for batch in batch::processing(&session.service).await? {
        let batch = carry_out(session, &batch).await?;
        let paused = batch.state == BatchState::Paused;
        views.push(BatchView::of(session, batch).await?);
        if paused {
            exit = Exit::Interrupted;
            break;
        }
    }
    let json =
        json!({ "batches": views.iter().map(|view| Value::Object(view.to_json())).collect::<Value>() });
    let text = || {
        if views.is_empty() {
            return say!(
                session.language,
                "There are no unfinished runs. To run a batch: `sluice batch run ID`",
                "没有尚未执行完毕的批次。要执行某个批次：`sluice batch run ID`"
            );
        }
        views.iter().map(|view| view.to_text(session.out)).collect::<Vec<_>>().join("\n\n")
    };
    session.out.answer(json, text)?;
    Ok(exit)
}

/// `batch resume`.
pub(crate) async fn resume(
    session: &Session,
    batch: BatchRef,
    consent: &ConsentArgs,
) -> Result<Exit, Failure> {
    let (_, count) = batch::resume(&consent.service(session).await?, &session.actor, batch).await?;
    to_its_end(session, batch, count).await
}

/// Runs a batch that has begun, with `count` items waiting.
pub(crate) async fn to_its_end(session: &Session, batch: BatchRef, count: i64) -> Result<Exit, Failure> {
    let batch = batch::named(&session.service, batch).await?;
    let batch = carry_out(session, &batch).await?;
    ended(session, batch, &[("count", json!(count))]).await
}

async fn ended(session: &Session, batch: Batch, more: &[(&str, Value)]) -> Result<Exit, Failure> {
    let paused = batch.state == BatchState::Paused;
    answer(session, batch, more).await?;
    Ok(if paused { Exit::Interrupted } else { Exit::Success })
}

/// Starts a batch: submits and executes a draft, executes a submitted batch, resumes one that has begun. It
/// uses the verbs of the API.
pub(crate) async fn begin(
    session: &Session,
    batch: BatchRef,
    consent: &ConsentArgs,
) -> Result<Batch, Failure> {
    let (service, actor) = (&consent.service(session).await?, &session.actor);
    let state = match batch::named(service, batch).await {
        Ok(batch) => batch.state,
        // The verb refuses it for the same reason, and audits that.
        Err(Error::Refused(_)) => return Ok(batch::execute(service, actor, batch).await?),
        Err(error) => return Err(error.into()),
    };
    if matches!(state, BatchState::Paused | BatchState::Processing) {
        return Ok(batch::resume(service, actor, batch).await?.0);
    }
    if state == BatchState::Draft {
        batch::submit(service, actor, batch, &Submission::default()).await?;
    }
    Ok(batch::execute(service, actor, batch).await?)
}

/// Runs a batch that is processing to its end or to a pause.
async fn carry_out(session: &Session, batch: &Batch) -> Result<Batch, Failure> {
    let (service, actor) = (&session.service, &session.actor);
    let mut display = RunDisplay::new(batch, session.out);
    let engine = session.engine();
    let run = engine.run(batch.id, |progress| display.show(progress));
    let note = say(
        "pausing after the chunk in flight; press Ctrl-C again to exit at once",
        "当前分块完成后暂停；再按一次 Ctrl-C 立即结束",
    );
    let pause = pause_on_ctrl_c(service.clone(), actor.clone(), batch.id, note.to(session.language));
    let listener = tokio::spawn(pause);
    let result = run.await;
    listener.abort();
    display.finish();
    Ok(result?)
}

/// The first Ctrl-C or SIGTERM pauses the batch after the chunk in flight; another Ctrl-C ends the process,
/// which loses nothing.
async fn pause_on_ctrl_c(
    service: service::Service,
    actor: store::audit::Actor,
    batch: BatchId,
    pausing: &'static str,
) {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        asked = tokio::signal::ctrl_c() => if asked.is_err() { return },
        _ = terminate.recv() => {}
    }
    note(pausing);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(Exit::Interrupted.number());
        }
    });
    // A batch that has ended in the meantime cannot be paused, and need not be.
    if let Err(error) = batch::pause(&service, &actor, batch).await {
        tracing::debug!(%error, "could not pause the batch");
    }
}
