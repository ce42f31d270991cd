//! Accepting the loss of commits. The audit log records what was lost and why the loss was accepted.

use crate::write::WriteResult;
use crate::{Behind, Error, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::text::Text;
use store::audit::Actor;
use store::mark::{Leap, Mark};

/// The reason as stored.
pub fn reason(text: &str) -> Result<Text, Error> {
    Text::parse(text).ok().flatten().ok_or_else(|| Code::ReasonMissing.into())
}

impl Service {
    /// Accepts that the ledger is behind its mark. Numbering continues above everything the mark knew,
    /// because the numbers of what was lost are still in use outside. The caller then renews the mark.
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
        write.end(Ok(WriteResult::one((), fact))).await?;
        Ok(leap)
    }
}
