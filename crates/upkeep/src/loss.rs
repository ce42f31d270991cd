//! Accepting the loss of commits. The audit log records what was lost and why the loss was accepted.

use crate::Error;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::text::Text;
use store::audit::Actor;
use store::mark::{Behind, Leap, Mark};
use store::{Store, head};

/// A loss, and why it is accepted.
#[derive(Debug)]
pub struct Loss<'a> {
    /// What is missing; none if nothing is, which is refused.
    pub behind: Option<&'a Behind>,
    /// What the mark had recorded, if it could be read.
    pub mark: Option<&'a Mark>,
    /// Why it is accepted.
    pub reason: &'a str,
}

/// The reason as stored.
pub fn reason(text: &str) -> Result<Text, Error> {
    Text::parse(text).ok().flatten().ok_or_else(|| Code::ReasonMissing.into())
}

/// Accepts that the ledger is behind its mark. Numbering continues above everything the mark knew, because
/// the numbers of what was lost are still in use outside. The caller then renews the mark.
pub async fn accept(store: &Store, actor: &Actor, loss: Loss<'_>, now: i64) -> Result<Leap, Error> {
    let reason = reason(loss.reason)?;
    let Some(behind) = loss.behind else { return Err(Code::NoLoss.into()) };
    let mut tx = store.write().await?;
    let leap = store::mark::leap(&mut tx, loss.mark).await?;
    let fact = Fact::new(Action::LedgerAcceptLoss, None)
        .with("lost", behind.to_string())
        .with("reason", String::from(reason))
        .with("commit", leap.commit_number)
        .with("numbers_above", leap.numbers_above);
    head::close(&mut tx, actor, vec![fact], now).await?;
    tx.commit().await?;
    Ok(leap)
}
