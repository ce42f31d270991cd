//! The HTTP API call equivalent to a command, named when a server holds the data directory.
//!
//! To add a command that has the same effect as an operation of the API: its arm in the function of its noun.

use crate::call::Call;
use crate::commands::Command;
use crate::commands::account::AccountVerb;
use crate::commands::account_totp::AccountTotpVerb;
use crate::commands::approval::{ApprovalPolicyVerb, ApprovalVerb};
use crate::commands::asset::AssetVerb;
use crate::commands::audit::AuditVerb;
use crate::commands::batch::BatchVerb;
use crate::commands::file::FileVerb;
use crate::commands::fx::FxVerb;
use crate::commands::group::GroupVerb;
use crate::commands::holder::HolderVerb;
use crate::commands::key::KeyVerb;
use crate::commands::notice::NoticeVerb;
use crate::commands::policy::PolicyVerb;
use crate::commands::setting::SettingVerb;
use crate::commands::stats::StatsVerb;
use crate::commands::task::TaskVerb;
use crate::commands::template::TemplateVerb;
use crate::commands::transfer::TransferVerb;
use crate::commands::user::{UserTotpVerb, UserVerb};
use crate::commands::webhook::WebhookVerb;
use domain::access::Operation;

/// The call equivalent to a command, if there is one.
pub(crate) fn call_like(command: &Command) -> Option<Call> {
    Call::of(operation(command)?)
}

/// The API operation equivalent to a command.
const fn operation(command: &Command) -> Option<Operation> {
    use Operation as O;
    Some(match command {
        Command::Asset(args) => match args.verb {
            AssetVerb::List => O::CurrencyList,
            AssetVerb::Add { .. } => O::CurrencyAdd,
        },
        Command::Holder(args) => match args.verb {
            HolderVerb::List { .. } => O::HolderList,
            HolderVerb::Add { .. } => O::HolderAdd,
            HolderVerb::Change(_) => O::HolderChange,
        },
        Command::Group(args) => group(&args.verb),
        Command::Account(args) => return account(&args.verb),
        Command::Deposit(_) => O::DepositCreate,
        Command::Withdraw(_) => O::WithdrawalCreate,
        Command::Transfer(args) => return transfer(args.verb.as_ref()),
        Command::ShowTransfer(_) => O::TransferShow,
        Command::Fx(args) => fx(&args.verb),
        Command::Policy(args) => match args.verb {
            PolicyVerb::Show(_) => O::PolicyShow,
            PolicyVerb::Set(_) => O::PolicySet,
        },
        Command::Batch(args) => return batch(&args.verb),
        Command::Template(args) => template(&args.verb),
        Command::Approval(args) => approval(&args.verb),
        Command::User(args) => return user(&args.verb),
        Command::Login(_) => O::Login,
        Command::Logout(_) => O::Logout,
        Command::Key(args) => return key(&args.verb),
        Command::Notice(args) => notice(&args.verb),
        Command::Task(args) => task(&args.verb),
        Command::File(args) => file(&args.verb),
        Command::Webhook(args) => webhook(&args.verb),
        Command::Stats(args) => return stats(args.verb.as_ref()),
        Command::Setting(args) => match args.verb {
            SettingVerb::Show => O::SettingsShow,
            SettingVerb::Set { .. } => O::SettingsSet,
        },
        Command::Audit(args) => return audit(args.verb.as_ref()),
        Command::Init(_)
        | Command::Verify(_)
        | Command::Serve(_)
        | Command::Health(_)
        | Command::Completion(_)
        | Command::Config(_)
        | Command::Work(_)
        | Command::Node(_)
        | Command::Migrate(_)
        | Command::Copy(_)
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::AcceptLoss(_)
        | Command::Bench(_) => return None,
    })
}

const fn transfer(verb: Option<&TransferVerb>) -> Option<Operation> {
    match verb {
        Some(TransferVerb::List(_)) => Some(Operation::TransferList),
        Some(TransferVerb::Export(_)) => None,
        None => Some(Operation::TransferCreate),
    }
}

const fn stats(verb: Option<&StatsVerb>) -> Option<Operation> {
    match verb {
        Some(StatsVerb::Export(_)) => None,
        None => Some(Operation::StatisticsShow),
    }
}

const fn group(verb: &GroupVerb) -> Operation {
    use Operation as O;
    match verb {
        GroupVerb::Add { .. } => O::HolderGroupAdd,
        GroupVerb::Change { .. } => O::HolderGroupChange,
        GroupVerb::Remove { .. } => O::HolderGroupRemove,
        GroupVerb::List { .. } => O::HolderGroupList,
        GroupVerb::Show { .. } => O::HolderGroupShow,
        GroupVerb::Members { .. } => O::HolderGroupMembers,
    }
}

const fn template(verb: &TemplateVerb) -> Operation {
    use Operation as O;
    match verb {
        TemplateVerb::Save { .. } => O::TemplateSave,
        TemplateVerb::List { .. } => O::TemplateList,
        TemplateVerb::Show { .. } => O::TemplateShow,
        TemplateVerb::Change(_) => O::TemplateChange,
        TemplateVerb::Remove { .. } => O::TemplateRemove,
        TemplateVerb::Use(_) => O::TemplateDraw,
    }
}

const fn audit(verb: Option<&AuditVerb>) -> Option<Operation> {
    match verb {
        None | Some(AuditVerb::Export(_)) => Some(Operation::AuditList),
        Some(AuditVerb::Show { .. } | AuditVerb::Key { .. } | AuditVerb::Checkpoint { .. }) => None,
    }
}

const fn notice(verb: &NoticeVerb) -> Operation {
    use Operation as O;
    match verb {
        NoticeVerb::List(_) => O::NoticeList,
        NoticeVerb::Read { all: true, .. } => O::NoticeReadAll,
        NoticeVerb::Read { .. } => O::NoticeRead,
        NoticeVerb::Remind(_) => O::ReminderAdd,
        NoticeVerb::Address(args) => match args.is_change() {
            true => O::MailAddressSet,
            false => O::MailAddressShow,
        },
    }
}

const fn fx(verb: &FxVerb) -> Operation {
    use Operation as O;
    match verb {
        FxVerb::List => O::RateList,
        FxVerb::Set { .. } => O::RateSet,
        FxVerb::Policy { change, .. } => match change.is_empty() {
            true => O::FxPolicyShow,
            false => O::FxPolicySet,
        },
    }
}

const fn key(verb: &KeyVerb) -> Option<Operation> {
    use Operation as O;
    Some(match verb {
        KeyVerb::List { .. } => O::KeyList,
        KeyVerb::Add { .. } => O::KeyAdd,
        KeyVerb::Revoke { .. } => O::KeyRevoke,
        KeyVerb::Rotate { name: Some(_) } => O::KeyRotate,
        // A server encrypts the secrets again by itself; no request sets its master key.
        KeyVerb::Rotate { name: None } | KeyVerb::NewMaster { .. } => return None,
    })
}

const fn task(verb: &TaskVerb) -> Operation {
    use Operation as O;
    match verb {
        TaskVerb::List(_) => O::TaskList,
        TaskVerb::Show { .. } | TaskVerb::Watch { .. } => O::TaskShow,
        TaskVerb::Cancel { .. } => O::TaskCancel,
    }
}

const fn file(verb: &FileVerb) -> Operation {
    use Operation as O;
    match verb {
        FileVerb::Upload { .. } => O::FileUpload,
        FileVerb::Show { .. } => O::FileShow,
        FileVerb::Download { .. } => O::FileContent,
        FileVerb::Template(_) => O::FileTemplate,
    }
}

const fn webhook(verb: &WebhookVerb) -> Operation {
    use Operation as O;
    match verb {
        WebhookVerb::Add { .. } => O::WebhookAdd,
        WebhookVerb::List => O::WebhookList,
        WebhookVerb::Show { .. } => O::WebhookShow,
        WebhookVerb::Change(_) => O::WebhookChange,
        WebhookVerb::Remove { .. } => O::WebhookRemove,
        WebhookVerb::Rotate { .. } => O::WebhookRotate,
        WebhookVerb::Test { .. } => O::WebhookTest,
        WebhookVerb::Deliveries { .. } => O::DeliveryList,
        WebhookVerb::Replay { .. } => O::DeliveryReplay,
    }
}

const fn account(verb: &AccountVerb) -> Option<Operation> {
    use Operation as O;
    Some(match verb {
        AccountVerb::Open(_) => O::AccountOpen,
        AccountVerb::Import(_) | AccountVerb::Export(_) | AccountVerb::ExportStatement(_) => return None,
        AccountVerb::List(_) => O::AccountList,
        AccountVerb::Show { .. } => O::AccountShow,
        AccountVerb::Statement(_) => O::StatementShow,
        AccountVerb::Freeze(_) => O::AccountFreeze,
        AccountVerb::Unfreeze(_) => O::AccountUnfreeze,
        AccountVerb::MakeDefault { .. } => O::AccountMakeDefault,
        AccountVerb::Totp(args) => match args.verb {
            AccountTotpVerb::Bind { confirm: None, .. } => O::AccountTotpBind,
            AccountTotpVerb::Bind { .. } => O::AccountTotpConfirm,
            AccountTotpVerb::Unbind { .. } => O::AccountTotpUnbind,
            AccountTotpVerb::Show { .. } => O::AccountShow,
        },
        AccountVerb::Close(_) => O::AccountClose,
    })
}

const fn batch(verb: &BatchVerb) -> Option<Operation> {
    use Operation as O;
    Some(match verb {
        BatchVerb::Import(args) => match args.into {
            Some(_) => O::RelationAdd,
            None => O::BatchCreate,
        },
        BatchVerb::Deposit(_) | BatchVerb::Withdraw(_) => O::BatchCreate,
        BatchVerb::Preview(_) => O::BatchPreview,
        BatchVerb::Submit { .. } => O::BatchSubmit,
        BatchVerb::Problems(args) => match args.drop {
            Some(_) => O::ProblemDrop,
            None => O::ProblemList,
        },
        BatchVerb::Run { id: Some(_), .. } | BatchVerb::Start { .. } => O::BatchExecute,
        BatchVerb::Status(_) => O::BatchShow,
        BatchVerb::Pause(_) => O::BatchPause,
        BatchVerb::Resume { .. } => O::BatchResume,
        BatchVerb::Cancel { .. } => O::BatchCancel,
        BatchVerb::Recall(_) => O::BatchRecall,
        BatchVerb::Reopen(_) => O::BatchReopen,
        BatchVerb::Copy(_) => O::BatchCopy,
        BatchVerb::Reprice(_) => O::BatchReprice,
        BatchVerb::Retry { which, .. } => match which.is_one() {
            true => O::RelationRetry,
            false => O::BatchRetry,
        },
        BatchVerb::Skip { all_failed: true, .. } => O::BatchSkipFailed,
        BatchVerb::Skip { .. } => O::RelationSkip,
        BatchVerb::Items(_) => O::RelationList,
        BatchVerb::History(_) => O::BatchHistory,
        BatchVerb::Changes(_) => O::BatchChanges,
        BatchVerb::Evidence(_) => O::BatchEvidence,
        BatchVerb::Vouchers(args) => match args.is_change() {
            true => O::BatchVouchersSet,
            false => O::BatchVoucherList,
        },
        BatchVerb::List(_) => O::BatchList,
        // A server resumes unfinished runs by itself.
        BatchVerb::Run { id: None, .. } | BatchVerb::Export(_) => return None,
    })
}

const fn approval(verb: &ApprovalVerb) -> Operation {
    use Operation as O;
    match verb {
        ApprovalVerb::List(_) => O::ApprovalList,
        ApprovalVerb::Show { .. } => O::BatchApprovals,
        ApprovalVerb::Approve(_) | ApprovalVerb::Reject(_) => O::BatchApprove,
        ApprovalVerb::Withdraw(_) => O::ApprovalWithdraw,
        ApprovalVerb::Policy { verb } => match verb {
            ApprovalPolicyVerb::Show => O::ApprovalPolicyShow,
            ApprovalPolicyVerb::Set(_) => O::ApprovalPolicySet,
            ApprovalPolicyVerb::Confirm(_) => O::ApprovalPolicyConfirm,
        },
    }
}

const fn user(verb: &UserVerb) -> Option<Operation> {
    use Operation as O;
    Some(match verb {
        UserVerb::Add { .. } => O::UserAdd,
        UserVerb::List { .. } => O::UserList,
        UserVerb::Disable { .. } | UserVerb::Enable { .. } | UserVerb::Role { .. } => O::UserChange,
        UserVerb::Reset { .. } => O::UserReset,
        UserVerb::Totp { verb: UserTotpVerb::Show { .. } } => O::UserShow,
        UserVerb::Totp { verb: UserTotpVerb::Reset { .. } } => O::TotpReset,
    })
}
