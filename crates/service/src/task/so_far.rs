//! What a task that works in several commits has done: written in each of them, so that an attempt after a kill
//! continues from there, and that the end of a task that does not complete says what remains of it.

use super::hold::TaskHold;
use crate::{Error, StoreError};
use domain::id::TaskId;
use domain::task::TaskOutput;
use domain::task::import_batch::TaskProblem;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::task::Ending;

/// What a task has done so far.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SoFar<P> {
    /// What it would answer if it ended now.
    pub result: TaskOutput,
    /// The rows that it refused.
    pub problems: Vec<TaskProblem>,
    /// Where it continues.
    pub place: P,
}

impl<P: Serialize> SoFar<P> {
    /// Writes it under the task's lease, in the transaction of what it describes.
    pub(crate) async fn keep(&self, tx: &mut Tx, hold: &TaskHold) -> Result<(), Error> {
        hold.fence(tx).await?;
        let text = serde_json::to_string(self).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        Ok(store::task::keep(tx, hold.task, &text).await?)
    }
}

/// What the earlier attempts of a task did; none if they committed nothing.
pub(crate) async fn read<P: DeserializeOwned>(tx: &mut Tx, id: TaskId) -> Result<Option<SoFar<P>>, Error> {
    let Some(text) = store::task::so_far(tx, id).await? else { return Ok(None) };
    let unreadable = |error: serde_json::Error| StoreError::Corrupt(format!("what {id} has done: {error}"));
    Ok(Some(serde_json::from_str(&text).map_err(unreadable)?))
}

/// The end of a task with what it had done by then, where the end itself does not say it.
pub(super) async fn complete(tx: &mut Tx, id: TaskId, ending: &Ending) -> Result<Ending, Error> {
    let Some(text) = store::task::so_far(tx, id).await? else { return Ok(ending.clone()) };
    // What another version wrote must not keep the task from its end.
    let Ok(so_far) = serde_json::from_str::<SoFar<IgnoredAny>>(&text) else { return Ok(ending.clone()) };
    let problems = Some(so_far.problems).filter(|problems| !problems.is_empty());
    let problems = problems.and_then(|problems| serde_json::to_string(&problems).ok());
    Ok(Ending {
        result: ending.result.clone().or_else(|| serde_json::to_string(&so_far.result).ok()),
        problems: ending.problems.clone().or(problems),
        ..ending.clone()
    })
}
