//! What people do about a batch, apart from running it: submit, pause, cancel, retry, skip.

use super::found::{self, SubmissionArgs};
use super::run;
use super::show::{View, answer};
use crate::exit::{Exit, Failure};
use crate::session::Session;
use clap::Args;
use domain::batch::BatchState;
use serde_json::{Value, json};
use service::batch::rework::Rework;
use service::batch::similar::Submission;

/// One item.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct Which {
    /// The item by its number
    #[arg(long, value_name = "N")]
    pub item: Option<i64>,
    /// The item by its line in the file
    #[arg(long, value_name = "N")]
    pub line: Option<i64>,
}

impl Which {
    async fn number(&self, session: &Session, name: &str) -> Result<Option<i64>, Failure> {
        match (self.item, self.line) {
            (Some(item), _) => Ok(Some(item)),
            (None, Some(line)) => Ok(Some(session.service.batch_item_of_line(name, line).await?)),
            (None, None) => Ok(None),
        }
    }
}

/// `batch status`.
pub(crate) async fn status(session: &Session, name: &str) -> Result<Exit, Failure> {
    answer(session, session.service.batch(name).await?, &[]).await
}

/// `batch submit`.
pub(crate) async fn submit(
    session: &Session,
    name: &str,
    submission: &SubmissionArgs,
) -> Result<Exit, Failure> {
    let submitted = session.service.batch_submit(&session.actor, name, &submission.submission()).await?;
    let view = View::of(session, submitted.batch.batch).await?;
    let mut json = view.to_json();
    json.extend(found::to_json(&submitted.found, &view.asset, session.language));
    session.out.answer(Value::Object(json), || {
        let found = found::to_text(&submitted.found, &view.asset, session.language);
        format!("{}\n{found}", view.to_text()).trim_end().to_owned()
    })?;
    Ok(Exit::Success)
}

/// `batch start`.
pub(crate) async fn start(session: &Session, name: &str) -> Result<Exit, Failure> {
    let (service, actor) = (&session.service, &session.actor);
    if service.batch(name).await?.state == BatchState::Draft {
        service.batch_submit(actor, name, &Submission::default()).await?;
    }
    answer(session, service.batch_execute(actor, name).await?, &[]).await
}

/// `batch pause`.
pub(crate) async fn pause(session: &Session, name: &str) -> Result<Exit, Failure> {
    // Where this process is the only one, whoever holds the lease is dead, and the pause is at once.
    answer(session, session.service.batch_pause(&session.actor, name).await?, &[]).await
}

/// `batch cancel`.
pub(crate) async fn cancel(session: &Session, name: &str, reason: &str) -> Result<Exit, Failure> {
    answer(
        session,
        session.service.batch_cancel(&session.actor, domain::access::Reach::All, name, reason).await?,
        &[],
    )
    .await
}

/// `batch retry`.
pub(crate) async fn retry(
    session: &Session,
    name: &str,
    which: &Which,
    no_run: bool,
) -> Result<Exit, Failure> {
    let (batch, count) = match which.number(session, name).await? {
        Some(item) => (session.service.batch_retry_item(&session.actor, name, item).await?, 1),
        None => session.service.batch_retry(&session.actor, name, Rework::AllFailed).await?,
    };
    if no_run || count == 0 {
        return answer(session, batch, &[("count", json!(count))]).await;
    }
    run::go_on(session, name, count).await
}

/// `batch skip`.
pub(crate) async fn skip(
    session: &Session,
    name: &str,
    which: &Which,
    reason: &str,
) -> Result<Exit, Failure> {
    let number = which.number(session, name).await?;
    let item = number.ok_or_else(|| Failure::Usage("say which item: --item N or --line N".to_owned()))?;
    let batch = session.service.batch_skip_item(&session.actor, name, item, reason).await?;
    answer(session, batch, &[("item", json!(item))]).await
}
