//! What happens to a batch that waits for approvals. To add a variant: its number and name here; both are stored.

use crate::stored_enum::stored_enum;

stored_enum! {
    /// What an approver decided.
    ApprovalAction {
        /// The batch may be executed, as far as this person is concerned.
        Approve = 1 "approve",
        /// It may not.
        Reject = 2 "reject",
    }
}

stored_enum! {
    /// Why a batch waits for approvals: each of these makes earlier ones void.
    RoundCause {
        /// It was submitted.
        Submitted = 1 "submitted",
        /// Its exchange rates were renewed.
        Repriced = 2 "repriced",
        /// An approver withdrew an approval.
        Withdrawn = 3 "withdrawn",
        /// The approvals were too old when it was to be executed.
        Expired = 4 "expired",
    }
}
