//! What a node does by itself. To add a duty, add its file to this folder, and its line below (a file also
//! needs its `mod`).

mod approvals;
mod batches;
mod change;
mod deliver;
mod expiry;
mod follow;
mod imports;
mod mail;
mod reap;
mod secrets;
mod spread;
mod tasks;

use crate::duty::Duties;
use crate::engine::Engine;

/// A worker's duties.
pub(crate) fn of_worker(engine: &Engine) -> Duties {
    let mut duties = Duties::of(engine);
    duties.start(reap::Reap);
    duties.start(imports::Imports);
    duties.start(approvals::Approvals);
    duties.start(batches::Batches::default());
    duties.start(change::Changes);
    duties.start(follow::Follow::of(engine));
    duties.start(secrets::Secrets);
    duties.start(spread::Spread);
    duties.start(mail::Mails);
    duties.start(deliver::Deliver::default());
    duties.start(tasks::Tasks::default());
    duties.start(expiry::Expiry::default());
    duties
}

/// The duties of a server that runs no batches.
pub(crate) fn of_server(engine: &Engine) -> Duties {
    let mut duties = Duties::of(engine);
    duties.start(follow::Follow::of(engine));
    duties.start(secrets::Secrets);
    duties.start(spread::Spread);
    duties.start(mail::Mails);
    duties.start(deliver::Deliver::default());
    duties.start(tasks::Tasks::default());
    duties.start(expiry::Expiry::default());
    duties
}
