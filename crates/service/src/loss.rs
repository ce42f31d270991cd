//! A person accepts that commits are lost. What was lost, and why it is accepted, is kept in the audit log.

use crate::write::Done;
use crate::{Behind, Error, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::text::Text;
use store::audit::Actor;
use store::mark::{Leap, Mark};

/// The reason as it is kept.
pub fn reason(text: &str) -> Result<Text, Error> {
    Text::parse(text).ok().flatten().ok_or_else(|| Code::ReasonMissing.into())
}

impl Service {
    /// Accepts that the ledger is behind its mark, and numbers from above what the mark knew on: somebody outside
    /// still has the numbers of what is lost. The caller lets the mark begin anew.
    pub async fn accept_loss(
        &self,
        actor: &Actor,
        behind: Option<&Behind>,
        mark: Option<&Mark>,
        reason: &str,
    ) -> Result<Leap, Error> {
        let reason = self::reason(reason)?;
        let Some(behind) = behind else { return Err(Code::NoLoss.into()) };
        let mut write = self.step(actor, Action::LedgerAcceptLoss).await?;
        let leap = store::mark::leap(&mut write.tx, mark).await?;
        let fact = Fact::new(Action::LedgerAcceptLoss, None)
            .with("lost", behind.to_string())
            .with("reason", String::from(reason))
            .with("commit", leap.commit_number)
            .with("numbers_above", leap.numbers_above);
        write.end(Ok(Done::one((), fact))).await?;
        Ok(leap)
    }
}
