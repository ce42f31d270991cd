//! Batch commands other than running: submit, start, pause, cancel, copy, reprice, retry, skip.

use super::found::{self, SubmissionArgs};
use super::name::BatchName;
use super::next::steps;
use super::run;
use super::show::{BatchView, answer};
use crate::consent::ConsentArgs;
use crate::exit::{Exit, Failure};
use crate::say::{Say, say};
use crate::session::Session;
use clap::{Args, ValueEnum};
use domain::batch::BatchState;
use domain::batch_ref::BatchRef;
use serde_json::{Value, json};
use service::approval;
use service::batch::copy::CopiedItems;
use service::batch::rework::Rework;
use service::batch::submit::PreparedBatch;
use service::batch::{self, BatchRequest};

const WHICH: Say = say(
    "Specify the items: --item N, --line N or --all-failed",
    "请指明转账明细：--item N、--line N 或 --all-failed",
);

/// One item.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct Which {
    /// Item number
    #[arg(long, value_name = "N")]
    pub item: Option<i64>,
    /// Line of the item in the file
    #[arg(long, value_name = "N")]
    pub line: Option<i64>,
}

/// A batch, and a reason.
#[derive(Debug, Args)]
pub(crate) struct Noted {
    #[command(flatten)]
    pub name: BatchName,
    /// Reason, shown in the history
    #[arg(long, alias = "reason", default_value = "", value_name = "TEXT")]
    pub note: String,
}

/// Arguments of `batch copy`.
#[derive(Debug, Args)]
pub(crate) struct BatchCopyArgs {
    #[command(flatten)]
    pub name: BatchName,
    /// Items to copy
    #[arg(long, value_enum)]
    items: CopiedWord,
    /// Name of the new batch [default: the name of the earlier one]
    #[arg(long = "name", value_name = "TEXT")]
    new_name: Option<String>,
}

/// Which items of the earlier batch.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum CopiedWord {
    /// Failed items
    Failed,
    /// All items, whatever happened to them
    All,
}

impl Which {
    /// Whether a single item is selected.
    pub(crate) const fn is_one(&self) -> bool {
        self.item.is_some() || self.line.is_some()
    }

    const fn chosen(&self) -> Option<ChosenItem> {
        match (self.item, self.line) {
            (Some(item), _) => Some(ChosenItem::Number(item)),
            (None, Some(line)) => Some(ChosenItem::Line(line)),
            (None, None) => None,
        }
    }
}

/// How one item is selected.
#[derive(Debug, Clone, Copy)]
enum ChosenItem {
    Number(i64),
    Line(i64),
}

/// `batch status`.
pub(crate) async fn status(session: &Session, batch: BatchRef) -> Result<Exit, Failure> {
    answer(session, batch::named(&session.service, batch).await?, &[]).await
}

/// `batch submit`.
pub(crate) async fn submit(
    session: &Session,
    batch: BatchRef,
    note: &str,
    submission: &SubmissionArgs,
) -> Result<Exit, Failure> {
    let ask = BatchRequest::of(batch).noted(note);
    prepared(session, batch::submit(&session.service, &session.actor, ask, &submission.submission()).await?)
        .await
}

/// Prints a batch, what was found about it, and what to do next.
pub(super) async fn prepared(session: &Session, prepared: PreparedBatch) -> Result<Exit, Failure> {
    let PreparedBatch { batch, found } = prepared;
    let view = BatchView::of(session, batch.batch).await?;
    let mut json = view.to_json();
    json.extend(found::to_json(&found, &view.asset, session.language));
    let steps = steps(session, &view.batch).await?;
    session.out.answer(Value::Object(json), || {
        let found = found::to_text(&found, &view.asset, session.language);
        let parts = [view.to_text(session.out), found, steps];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    })?;
    Ok(Exit::Success)
}

/// `batch start`.
pub(crate) async fn start(
    session: &Session,
    batch: BatchRef,
    consent: &ConsentArgs,
) -> Result<Exit, Failure> {
    answer(session, run::begin(session, batch, consent).await?, &[]).await
}

/// `batch pause`.
pub(crate) async fn pause(session: &Session, batch: BatchRef, note: &str) -> Result<Exit, Failure> {
    // With a single writer, a lease of another process belongs to a dead one, so the pause takes effect at
    // once.
    let ask = BatchRequest::of(batch).noted(note);
    answer(session, batch::pause(&session.service, &session.actor, ask).await?, &[]).await
}

/// `batch cancel`.
pub(crate) async fn cancel(
    session: &Session,
    batch: BatchRef,
    note: &str,
    for_good: bool,
) -> Result<Exit, Failure> {
    let ask = BatchRequest::of(batch).noted(note);
    answer(session, batch::cancel(&session.service, &session.actor, &ask, for_good).await?, &[]).await
}

/// `batch recall`.
pub(crate) async fn recall(session: &Session, batch: BatchRef, note: &str) -> Result<Exit, Failure> {
    let ask = BatchRequest::of(batch).noted(note);
    answer(session, approval::recall(&session.service, &session.actor, ask).await?, &[]).await
}

/// `batch reopen`.
pub(crate) async fn reopen(session: &Session, batch: BatchRef, note: &str) -> Result<Exit, Failure> {
    let ask = BatchRequest::of(batch).noted(note);
    answer(session, approval::reopen(&session.service, &session.actor, ask).await?, &[]).await
}

/// `batch copy`.
pub(crate) async fn copy(session: &Session, args: &BatchCopyArgs) -> Result<Exit, Failure> {
    let items = match args.items {
        CopiedWord::Failed => CopiedItems::Failed,
        CopiedWord::All => CopiedItems::All,
    };
    let (service, actor, reach) = (&session.service, &session.actor, domain::access::Reach::All);
    let draft =
        batch::copy(service, actor, reach, args.name.read()?, items, args.new_name.as_deref()).await?;
    answer(session, draft.batch, &[]).await
}

/// `batch reprice`.
pub(crate) async fn reprice(session: &Session, batch: BatchRef) -> Result<Exit, Failure> {
    let repriced =
        batch::reprice(&session.service, &session.actor, domain::access::Reach::All, batch).await?;
    let more = [("repriced_from", json!(repriced.from))];
    answer(session, repriced.batch.batch, &more).await
}

/// `batch retry`.
pub(crate) async fn retry(
    session: &Session,
    batch: BatchRef,
    which: &Which,
    no_run: bool,
    consent: &ConsentArgs,
) -> Result<Exit, Failure> {
    let service = consent.service(session).await?;
    let (batch, count) = match which.chosen() {
        Some(ChosenItem::Number(item)) => {
            (batch::retry_item(&service, &session.actor, batch, item).await?, 1)
        }
        Some(ChosenItem::Line(line)) => (batch::retry_line(&service, &session.actor, batch, line).await?, 1),
        None => batch::retry(&service, &session.actor, batch, Rework::AllFailed).await?,
    };
    if no_run || count == 0 || batch.state == BatchState::Paused {
        return answer(session, batch, &[("count", json!(count))]).await;
    }
    run::to_its_end(session, batch.id.into(), count).await
}

/// `batch skip`.
pub(crate) async fn skip(
    session: &Session,
    batch: BatchRef,
    which: &Which,
    all_failed: bool,
    note: &str,
) -> Result<Exit, Failure> {
    let (service, actor) = (&session.service, &session.actor);
    match which.chosen() {
        Some(ChosenItem::Number(item)) => {
            let batch = batch::skip_item(service, actor, batch, item, note).await?;
            answer(session, batch, &[("item", json!(item))]).await
        }
        Some(ChosenItem::Line(line)) => {
            let (batch, item) = batch::skip_line(service, actor, batch, line, note).await?;
            answer(session, batch, &[("item", json!(item))]).await
        }
        None if all_failed => {
            let (batch, count) = batch::skip_failed(service, actor, batch, note).await?;
            answer(session, batch, &[("count", json!(count))]).await
        }
        None => Err(Failure::usage(WHICH, session.language)),
    }
}
