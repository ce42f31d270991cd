//! What a write did, recorded once. The audit row and the batch-history line are derived from the same
//! [`Fact`], so the two cannot disagree.
//!
//! To add an action: one line in [`Action`]. To add a batch-history event: one line in [`BatchEvent`], and
//! its message in `http/src/operator/batch/history.rs`. Names are permanent. What people and programs outside are told
//! follows from facts too ([`crate::event`]).

use crate::batch::BatchState;
use crate::id::BatchId;
use serde_json::{Map, Value};

macro_rules! actions {
    ($($variant:ident $name:literal $subject:literal;)*) => {
        /// An action, as the audit log names it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $(#[doc = $name] $variant,)* }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// `noun.verb`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The noun whose id an audit row of this action carries.
            #[must_use]
            pub const fn subject(self) -> &'static str {
                match self { $(Self::$variant => $subject,)* }
            }
        }
    };
}

actions! {
    // Batches.
    BatchCreate "batch.create" "batch";
    BatchImport "batch.import" "batch";
    BatchEdit "batch.edit" "batch";
    BatchSubmit "batch.submit" "batch";
    BatchReprice "batch.reprice" "batch";
    BatchCopy "batch.copy" "batch";
    BatchHandOver "batch.hand_over" "batch";
    BatchExecute "batch.execute" "batch";
    BatchPause "batch.pause" "batch";
    BatchResume "batch.resume" "batch";
    BatchCancel "batch.cancel" "batch";
    BatchInterrupt "batch.interrupt" "batch";
    BatchCallOff "batch.call_off" "batch";
    BatchRetry "batch.retry" "batch";
    BatchEnd "batch.end" "batch";
    BatchFailRest "batch.fail_rest" "batch";
    BatchSkipRest "batch.skip_rest" "batch";
    BatchSkipFailed "batch.skip_failed" "batch";
    BatchApprove "batch.approve" "batch";
    BatchReject "batch.reject" "batch";
    BatchWithdrawApproval "batch.withdraw_approval" "batch";
    BatchExpireApproval "batch.expire_approval" "batch";
    BatchRecall "batch.recall" "batch";
    BatchReopen "batch.reopen" "batch";
    ItemRetry "item.retry" "batch";
    ItemSkip "item.skip" "batch";
    // Money outside batches.
    TransferCreate "transfer.create" "transfer";
    // Accounts and what belongs to them.
    AccountOpen "account.open" "account";
    AccountImport "account.import" "account";
    AccountStatus "account.status" "account";
    AccountTotpBind "account.totp_bind" "account";
    AccountTotpConfirm "account.totp_confirm" "account";
    AccountTotpUnbind "account.totp_unbind" "account";
    HolderAdd "holder.add" "holder";
    HolderChange "holder.change" "holder";
    HolderDefault "holder.make_default" "holder";
    AssetAdd "asset.add" "asset";
    RateSet "fx.set" "fx_rate";
    FxPolicySet "fx_policy.set" "fx_policy";
    PolicySet "policy.set" "policy";
    ApprovalPolicySet "approval_policy.set" "approval_policy";
    ApprovalPolicyConfirm "approval_policy.confirm" "approval_policy";
    ApprovalPolicyForce "approval_policy.take_effect" "approval_policy";
    SettingSet "setting.set" "setting";
    SettingSeal "setting.seal" "setting";
    // People and keys.
    UserAdd "user.add" "user";
    UserSetUp "user.set_up" "user";
    UserAccept "user.accept" "user";
    UserChange "user.change" "user";
    UserReset "user.reset" "user";
    UserSignOut "user.sign_out" "user";
    UserTotpReset "user.totp_reset" "user";
    UserTotpEnrol "user.totp_enrol" "user";
    UserTotpConfirm "user.totp_confirm" "user";
    UserTotpRemove "user.totp_remove" "user";
    UserRecoveryCodes "user.recovery_codes" "user";
    UserChallenge "user.challenge" "user";
    UserLogin "user.login" "user";
    UserLogout "user.logout" "user";
    UserPassword "user.password" "user";
    UserMailAddress "user.mail_address" "user";
    SessionEnd "session.end" "user";
    KeyAdd "api_key.add" "api_key";
    KeyRevoke "api_key.revoke" "api_key";
    KeyRotate "api_key.rotate" "api_key";
    // What people and programs are told.
    NoticeRead "notice.read" "notice";
    ReminderAdd "reminder.add" "reminder";
    ReminderDue "reminder.due" "reminder";
    // Webhooks.
    WebhookAdd "webhook.add" "webhook";
    WebhookChange "webhook.change" "webhook";
    WebhookRemove "webhook.remove" "webhook";
    WebhookRotate "webhook.rotate" "webhook";
    WebhookTest "webhook.test" "webhook";
    WebhookReplay "webhook.replay" "webhook";
    // Tasks and files.
    TaskStart "task.start" "task";
    TaskCancel "task.cancel" "task";
    TaskRemove "task.remove" "task";
    TaskEnd "task.end" "task";
    FileUpload "file.upload" "file";
    FileExpire "file.expire" "file";
    // The ledger as a whole.
    LedgerSeal "ledger.seal" "ledger";
    LedgerUnseal "ledger.unseal" "ledger";
    LedgerCopy "ledger.copy" "ledger";
    LedgerAcceptLoss "ledger.accept_loss" "ledger";
    MasterKeyRotate "master_key.rotate" "ledger";
}

macro_rules! events {
    ($($variant:ident $name:literal;)*) => {
        /// What a batch-history line says.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum BatchEvent { $(#[doc = $name] $variant,)* }

        impl BatchEvent {
            /// Every event.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word as stored and sent.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

events! {
    Created "created";
    Edited "edited";
    Submitted "submitted";
    ApprovalGiven "approval_given";
    Approved "approved";
    Rejected "rejected";
    ApprovalWithdrawn "approval_withdrawn";
    ApprovalExpired "approval_expired";
    Recalled "recalled";
    Reopened "reopened";
    Repriced "repriced";
    HandedOver "handed_over";
    Copied "copied";
    Corrected "corrected";
    Started "started";
    Resumed "resumed";
    PauseAsked "pause_asked";
    Paused "paused";
    InterruptAsked "interrupt_asked";
    CalledOff "called_off";
    Cancelled "cancelled";
    Retried "retried";
    Skipped "skipped";
    Completed "completed";
    PartiallyCompleted "partially_completed";
    Failed "failed";
}

impl BatchEvent {
    /// The event of a run that ended in this state; none for states in which no run ends.
    #[must_use]
    pub const fn of_end(state: BatchState) -> Option<Self> {
        match state {
            BatchState::Paused => Some(Self::Paused),
            BatchState::Completed => Some(Self::Completed),
            BatchState::PartiallyCompleted => Some(Self::PartiallyCompleted),
            BatchState::Failed => Some(Self::Failed),
            BatchState::Cancelled => Some(Self::Cancelled),
            BatchState::Draft
            | BatchState::Pending
            | BatchState::Approved
            | BatchState::Rejected
            | BatchState::Processing => None,
        }
    }
}

/// A batch-history line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The batch.
    pub batch: BatchId,
    /// The item it concerns, if it concerns a single one.
    pub item: Option<i64>,
    /// The batch's state afterwards.
    pub state: BatchState,
    /// What happened.
    pub event: BatchEvent,
}

/// One thing that a write did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What was done.
    pub action: Action,
    /// The id of the action's subject.
    pub id: Option<i64>,
    /// The details.
    pub detail: Map<String, Value>,
    /// Its batch-history line, if it has one.
    pub moved: Option<Moved>,
}

impl Fact {
    /// A fact about a subject.
    #[must_use]
    pub fn new(action: Action, id: Option<i64>) -> Self {
        Self { action, id, detail: Map::new(), moved: None }
    }

    /// A fact about a batch.
    #[must_use]
    pub fn of_batch(action: Action, batch: BatchId) -> Self {
        Self::new(action, Some(batch.0))
    }

    /// Adds a detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a line to the history of the batch that this fact is about.
    #[must_use]
    pub fn moved(mut self, state: BatchState, event: BatchEvent) -> Self {
        let batch = BatchId(self.id.unwrap_or_default());
        self.moved = Some(Moved { batch, item: None, state, event });
        self
    }

    /// Restricts the history line to one item.
    #[must_use]
    pub fn of_item(mut self, item: i64) -> Self {
        if let Some(moved) = &mut self.moved {
            moved.item = Some(item);
        }
        self
    }

    /// Adds the user's note as the detail `note`; an empty note is left out.
    #[must_use]
    pub fn noted(self, note: &str) -> Self {
        if note.is_empty() { self } else { self.with("note", note) }
    }

    /// The details as JSON.
    #[must_use]
    pub fn detail_text(&self) -> String {
        Value::Object(self.detail.clone()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_of_actions_and_events_are_unique() {
        let actions: HashSet<_> = Action::ALL.iter().map(|action| action.name()).collect();
        assert_eq!(actions.len(), Action::ALL.len());
        let events: HashSet<_> = BatchEvent::ALL.iter().map(|event| event.name()).collect();
        assert_eq!(events.len(), BatchEvent::ALL.len());
    }

    #[test]
    fn every_state_in_which_a_run_ends_has_an_event() {
        for state in BatchState::ALL.iter().filter(|state| state.has_ended() && state.has_begun()) {
            assert_eq!(BatchEvent::of_end(*state).map(BatchEvent::name), Some(state.name()));
        }
    }

    #[test]
    fn a_note_and_an_item_are_kept_with_the_history_line() {
        let fact = Fact::of_batch(Action::ItemSkip, BatchId(4))
            .with("item", 9)
            .moved(BatchState::Processing, BatchEvent::Skipped)
            .of_item(9)
            .noted("left the company");
        let moved = fact.moved.clone().unwrap();
        assert_eq!((moved.batch, moved.item), (BatchId(4), Some(9)));
        assert_eq!(fact.detail_text(), r#"{"item":9,"note":"left the company"}"#);
        assert_eq!(Fact::of_batch(Action::ItemSkip, BatchId(4)).noted("").detail_text(), "{}");
    }
}
