//! The lease under which a task runs, as far as a verb must know it: what a task makes is made under it.

use crate::{Error, StoreError};
use domain::code::Code;
use domain::id::{BatchId, FileId, TaskId};
use domain::task::TaskOutput;
use domain::work::Work;
use store::{Tx, lease, task, upload};

/// The lease of a task that this node runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskHold {
    /// The task.
    pub task: TaskId,
    /// The node.
    pub node: String,
    /// The lease's epoch.
    pub epoch: i64,
    /// The file that the task reads.
    pub upload: Option<FileId>,
}

impl TaskHold {
    /// Locks the lease against a takeover until the transaction ends; [`Code::Fenced`] if another node has taken the
    /// task.
    pub async fn fence(&self, tx: &mut Tx) -> Result<(), Error> {
        let is_held = lease::hold(tx, Work::task(self.task), &self.node, self.epoch).await?;
        if is_held { Ok(()) } else { Err(Code::Fenced.into()) }
    }

    /// Records the batch that the task made, in the transaction that makes it visible: the task does not make it again,
    /// and the file is kept with the batch.
    pub(crate) async fn bind(&self, tx: &mut Tx, batch: BatchId, output: &TaskOutput) -> Result<(), Error> {
        self.fence(tx).await?;
        let text = serde_json::to_string(output).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        task::bind(tx, self.task, batch, &text).await?;
        if let Some(file) = self.upload {
            upload::attach(tx, file, batch).await?;
        }
        Ok(())
    }
}
