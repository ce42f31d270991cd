//! Decisions about batches, and approval policies.

use super::asset::AssetForm;
use super::batch::BatchForm;
use super::form::{form, words};
use super::user::RoleWord;
use crate::approval::decide::DecidedBatch;
use crate::approval_policy::{ApprovalPolicyOf, WaitingPolicy};
use domain::approval::{ApprovalAction, ApprovalPolicy, Band, Level};

form! {
    DecidedForm of DecidedBatch {
        "batch" batch: BatchForm,
        "action" action: ApprovalActionWord,
        "by" by: String,
        "at" at: i64,
        "lacking" lacking: i64,
    }
}

words! {
    ApprovalActionWord of ApprovalAction {
        "approve" Approve,
        "reject" Reject,
    }
}

form! {
    ApprovalPolicyForm of ApprovalPolicyOf {
        "asset" asset: AssetForm,
        "policy" policy: BandsForm,
        "version" version: i64,
        "waiting" waiting: Option<WaitingPolicyForm>,
        "unreachable_for" unreachable_for: Vec<String>,
    }
}

form! {
    WaitingPolicyForm of WaitingPolicy {
        "policy" policy: BandsForm,
        "version" version: i64,
        "set_by" set_by: String,
        "due_at" due_at: i64,
    }
}

form! {
    BandsForm of ApprovalPolicy {
        "bands" bands: Vec<BandForm>,
        "valid_hours" valid_hours: i64,
    }
}

form! {
    BandForm of Band {
        "from" from: i64,
        "levels" levels: Vec<LevelForm>,
    }
}

form! {
    LevelForm of Level {
        "count" count: u8,
        "roles" roles: Vec<RoleWord>,
        "users" users: Vec<i64>,
    }
}
