//! What people do about a batch, apart from running it: submit, pause, cancel, retry, skip.

use super::run;
use super::show::answer;
use crate::exit::{Exit, Failure};
use crate::say::{Say, say};
use crate::session::Session;
use clap::Args;
use domain::batch::BatchState;
use domain::item::ItemState;
use serde_json::json;
use service::batch::PAGE_MAX;
use service::batch::list::Part;
use service::batch::rework::Rework;

const WHICH: Say =
    say("Say which item: --item N, --line N or --failed", "请指明转账明细：--item N、--line N 或 --failed");

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
    /// Whether one item is meant.
    pub(crate) const fn is_one(&self) -> bool {
        self.item.is_some() || self.line.is_some()
    }

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
pub(crate) async fn submit(session: &Session, name: &str) -> Result<Exit, Failure> {
    answer(session, session.service.batch_submit(&session.actor, name).await?, &[]).await
}

/// `batch start`.
pub(crate) async fn start(session: &Session, name: &str) -> Result<Exit, Failure> {
    let (service, actor) = (&session.service, &session.actor);
    if service.batch(name).await?.state == BatchState::Draft {
        service.batch_submit(actor, name).await?;
    }
    answer(session, service.batch_execute(actor, name).await?, &[]).await
}

/// `batch pause`.
pub(crate) async fn pause(session: &Session, name: &str) -> Result<Exit, Failure> {
    // Where only one process may write, a lease of another is a dead one's, and the pause takes effect at once.
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

/// `batch skip`: one item.
pub(crate) async fn skip(
    session: &Session,
    name: &str,
    which: &Which,
    reason: &str,
) -> Result<Exit, Failure> {
    let item = which.number(session, name).await?;
    let item = item.ok_or_else(|| Failure::usage(WHICH, session.language))?;
    let batch = session.service.batch_skip_item(&session.actor, name, item, reason).await?;
    answer(session, batch, &[("item", json!(item))]).await
}

/// `batch skip --failed`: one after another, so that what was done holds whatever ends it.
pub(crate) async fn skip_failed(session: &Session, name: &str, reason: &str) -> Result<Exit, Failure> {
    let (service, mut after, mut count) = (&session.service, None, 0_i64);
    loop {
        let part = Part { limit: PAGE_MAX, offset: 0 };
        let found = service.batch_item_list(name, &[ItemState::Failed], after, part).await?;
        let Some(last) = found.items.last().map(|row| row.item.number.0) else { break };
        for row in &found.items {
            service.batch_skip_item(&session.actor, name, row.item.number.0, reason).await?;
            count += 1;
        }
        after = Some(last);
    }
    answer(session, service.batch(name).await?, &[("count", json!(count))]).await
}
