//! The permission table: operations, roles and scopes (contract: "Who may do what").
//!
//! The server, the generated page `docs/reference/access.md` and a test over every operation of the OpenAPI
//! document share it. To add an operation, add a row here; the router accepts no handler without one. `refused` has
//! what a caller without permission is told.

mod refused;

mod role;
mod scope;

use crate::code::Code;

pub use role::Role;
pub use scope::Scope;

/// The caller, as far as permissions are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker<'a> {
    /// Not signed in.
    Anonymous,
    /// A person with a role.
    Person(Role),
    /// An API key with scopes.
    Key(&'a [Scope]),
}

/// How much of an operation a caller may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All of it.
    All,
    /// Only with what the caller made.
    Own,
}

/// Who an operation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everyone, signed in or not.
    Everyone,
    /// Every signed-in person; no key.
    SignedIn,
    /// Every signed-in person and every key; what each may do depends on what it names.
    Identified,
    /// People with one of these roles; a key with this scope.
    Granted {
        /// Roles that may do all of it.
        roles: &'static [Role],
        /// Roles that may do it with what they made.
        own: &'static [Role],
        /// The scope a key needs; without one, no key may.
        scope: Option<Scope>,
        /// How far a key reaches.
        key: Reach,
    },
}

macro_rules! audience {
    (everyone) => { Audience::Everyone };
    (signed_in) => { Audience::SignedIn };
    (identified) => { Audience::Identified };
    (@granted [$($role:ident)*] [$($own:ident)*] $scope:ident $key:ident) => {
        Audience::Granted {
            roles: &[$(Role::$role),*],
            own: &[$(Role::$own),*],
            scope: audience!(@scope $scope),
            key: Reach::$key,
        }
    };
    ([$($role:ident)*] own [$($own:ident)*; $scope:ident]) => { audience!(@granted [$($role)*] [$($own)*] $scope Own) };
    ([$($role:ident)*] own [$($own:ident)*] $scope:ident) => { audience!(@granted [$($role)*] [$($own)*] $scope All) };
    ([$($role:ident)*] $scope:ident) => { audience!(@granted [$($role)*] [] $scope All) };
    (@scope no_key) => { None };
    (@scope $scope:ident) => { Some(Scope::$scope) };
}

macro_rules! operations {
    ($($variant:ident $name:literal ($($audience:tt)*);)*) => {
        /// An operation of the API; its name is the `operationId` of the OpenAPI document.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation {
            $(#[doc = $name] $variant,)*
        }

        impl Operation {
            /// Every operation, in table order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The `operationId`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Who it is for.
            #[must_use]
            pub const fn audience(self) -> Audience {
                match self { $(Self::$variant => audience!($($audience)*),)* }
            }
        }
    };
}

operations! {
    // The server itself.
    Health "health" (everyone);
    Ready "ready" (everyone);
    Metrics "metrics" ([Admin Auditor] MetricsRead);
    Document "openApi" (everyone);
    Viewer "apiViewer" (everyone);
    PublicInfo "getPublicInfo" (everyone);
    // People.
    SetUp "setUp" (everyone);
    Login "login" (everyone);
    LoginSecondFactor "loginSecondFactor" (everyone);
    AcceptInvitation "acceptInvitation" (everyone);
    Logout "logout" (signed_in);
    Me "me" (signed_in);
    ChangePassword "changePassword" (signed_in);
    TotpEnrol "enrolTotp" (signed_in);
    TotpConfirm "confirmTotp" (signed_in);
    TotpRemove "removeTotp" (signed_in);
    RecoveryCodes "recoveryCodes" (signed_in);
    SessionList "listSessions" (signed_in);
    SessionEnd "endSession" (signed_in);
    UserList "listUsers" ([Admin Auditor] no_key);
    UserShow "getUser" ([Admin Auditor] no_key);
    UserAdd "addUser" ([Admin] no_key);
    UserChange "changeUser" ([Admin] no_key);
    UserReset "resetUserPassword" ([Admin] no_key);
    UserSignOut "endUserSessions" ([Admin] no_key);
    TotpReset "resetTotp" ([Admin] no_key);
    KeyList "listApiKeys" ([Admin Auditor] no_key);
    KeyAdd "addApiKey" ([Admin] no_key);
    KeyRevoke "revokeApiKey" ([Admin] no_key);
    KeyRotate "rotateApiKey" ([Admin] no_key);
    // Notices.
    NoticeList "listNotices" (signed_in);
    NoticeRead "readNotice" (signed_in);
    NoticeReadAll "readAllNotices" (signed_in);
    ReminderAdd "addReminder" (signed_in);
    MailAddressShow "getMailAddress" (signed_in);
    MailAddressSet "setMailAddress" (signed_in);
    // Webhooks.
    WebhookList "listWebhooks" ([Admin] no_key);
    WebhookShow "getWebhook" ([Admin] no_key);
    WebhookAdd "addWebhook" ([Admin] no_key);
    WebhookChange "changeWebhook" ([Admin] no_key);
    WebhookRemove "removeWebhook" ([Admin] no_key);
    WebhookRotate "rotateWebhook" ([Admin] no_key);
    WebhookTest "testWebhook" ([Admin] no_key);
    DeliveryList "listWebhookDeliveries" ([Admin] no_key);
    DeliveryReplay "replayWebhookDelivery" ([Admin] no_key);
    // Tasks and files. A kind of task has a right of its own, which is asked besides.
    TaskCreate "createTask" (identified);
    TaskList "listTasks" (identified);
    TaskShow "getTask" (identified);
    TaskCancel "cancelTask" (identified);
    TaskProblems "listTaskProblems" (identified);
    FileUpload "uploadFile" ([Operator Finance Admin] BatchesWrite);
    FileShow "getFile" (identified);
    FileContent "getFileContent" (identified);
    FileTemplate "getFileTemplate" ([Operator Finance Admin Auditor] Read);
    // Batches, the operator's view.
    BatchCreate "createBatchTransfer" ([Operator Finance Admin] BatchesWrite);
    BatchList "listBatchTransfers" ([Operator Finance Admin Auditor] Read);
    BatchShow "getBatchTransfer" ([Operator Finance Admin Auditor] Read);
    BatchEdit "editBatchTransfer" ([Finance Admin] own [Operator; BatchesWrite]);
    RelationAdd "addRelations" ([Finance Admin] own [Operator; BatchesWrite]);
    RelationDelete "deleteRelation" ([Finance Admin] own [Operator; BatchesWrite]);
    RelationEdit "editRelation" ([Finance Admin] own [Operator; BatchesWrite]);
    RelationsRemove "deleteRelations" ([Finance Admin] own [Operator; BatchesWrite]);
    RelationsByFilter "addRelationsByFilter" ([Finance Admin] own [Operator; BatchesWrite]);
    BatchVoucherList "listVouchers" ([Operator Finance Admin Auditor] Read);
    BatchVouchersSet "setVouchers" ([Finance Admin] own [Operator; BatchesWrite]);
    BatchSubmit "submitBatchTransfer" ([Finance Admin] own [Operator; BatchesWrite]);
    BatchCopy "copyBatchTransfer" ([Finance Admin] own [Operator; BatchesWrite]);
    BatchReprice "repriceBatchTransfer" ([Finance Admin] own [Operator; BatchesWrite]);
    PreviewNew "previewNewBatchTransfer" ([Operator Finance Admin Auditor] Read);
    BatchPreview "previewBatchTransfer" ([Operator Finance Admin Auditor] Read);
    BatchExecute "executeBatchTransfer" ([Finance Admin] BatchesExecute);
    BatchPause "pauseBatchTransfer" ([Finance Admin] BatchesExecute);
    BatchResume "resumeBatchTransfer" ([Finance Admin] BatchesExecute);
    BatchCancel "cancelBatchTransfer" ([Finance Admin] own [Operator] BatchesExecute);
    RelationRetry "retryRelation" ([Finance Admin] BatchesExecute);
    BatchRetry "retryFailedRelations" ([Finance Admin] BatchesExecute);
    RelationSkip "skipRelation" ([Finance Admin] BatchesExecute);
    BatchSkipFailed "skipFailedRelations" ([Finance Admin] BatchesExecute);
    RelationList "listRelations" ([Operator Finance Admin Auditor] Read);
    ProblemList "listProblems" ([Operator Finance Admin Auditor] Read);
    ProblemDrop "dropProblems" ([Finance Admin] own [Operator; BatchesWrite]);
    RelationHistory "getRelationHistory" ([Operator Finance Admin Auditor] Read);
    BatchHistory "getBatchTransferHistory" ([Operator Finance Admin Auditor] Read);
    BatchProgress "getBatchTransferProgress" ([Operator Finance Admin Auditor] Read);
    // Saved templates of batches.
    TemplateList "listBatchTemplates" ([Operator Finance Admin Auditor] Read);
    TemplateShow "getBatchTemplate" ([Operator Finance Admin Auditor] Read);
    TemplatePayments "listBatchTemplateRelations" ([Operator Finance Admin Auditor] Read);
    TemplateSave "saveBatchTemplate" ([Operator Finance Admin] BatchesWrite);
    TemplateChange "editBatchTemplate" ([Finance Admin] own [Operator; BatchesWrite]);
    TemplateRemove "deleteBatchTemplate" ([Finance Admin] own [Operator; BatchesWrite]);
    TemplateDraw "createBatchFromTemplate" ([Operator Finance Admin] BatchesWrite);
    // Approvals.
    ApprovalList "listApprovals" ([Finance Admin Auditor] Read);
    BatchApprove "approveBatch" ([Finance Admin] no_key);
    BatchesDecide "decideBatches" ([Finance Admin] no_key);
    ApprovalWithdraw "withdrawApproval" ([Finance Admin] no_key);
    BatchApprovals "listBatchApprovals" ([Operator Finance Admin Auditor] Read);
    BatchRecall "recallBatchTransfer" ([] own [Operator Finance Admin; BatchesWrite]);
    BatchReopen "reopenBatchTransfer" ([] own [Operator Finance Admin; BatchesWrite]);
    BatchChanges "getBatchChanges" ([Operator Finance Admin Auditor] Read);
    BatchEvidence "evidencePack" ([Operator Finance Admin Auditor] Read);
    BatchExport "exportBatchTransfer" ([Operator Finance Admin Auditor] Read);
    // Batches, the admin view.
    AdminBatchList "listAdminBatches" ([Finance Admin Auditor] Read);
    AdminBatchCreate "createAdminBatch" ([Finance Admin] BatchesWrite);
    AdminBatchShow "getAdminBatch" ([Finance Admin Auditor] Read);
    AdminBatchEvidence "getAdminBatchEvidence" ([Finance Admin Auditor] Read);
    AdminBatchSubmit "submitAdminBatch" ([Finance Admin] own [; BatchesWrite]);
    AdminBatchCancel "cancelAdminBatch" ([Finance Admin] BatchesExecute);
    AdminBatchExecute "executeAdminBatch" ([Finance Admin] BatchesExecute);
    // Single transfers.
    TransferCreate "createAccountTransfer" ([Finance Admin] TransfersWrite);
    TransferPreview "previewAccountTransfer" ([Operator Finance Admin Auditor] Read);
    TransferList "listAccountTransfers" ([Operator Finance Admin Auditor] Read);
    TransferShow "getAccountTransfer" ([Operator Finance Admin Auditor] Read);
    DepositCreate "createDeposit" ([Finance Admin] TransfersWrite);
    WithdrawalCreate "createWithdrawal" ([Finance Admin] TransfersWrite);
    // Accounts and what belongs to them.
    AccountList "listAccounts" ([Operator Finance Admin Auditor] Read);
    AccountShow "getAccount" ([Operator Finance Admin Auditor] Read);
    AccountOpen "openAccount" ([Operator Finance Admin] AccountsWrite);
    AccountFreeze "freezeAccount" ([Finance Admin] AccountsWrite);
    AccountUnfreeze "unfreezeAccount" ([Finance Admin] AccountsWrite);
    AccountClose "closeAccount" ([Finance Admin] AccountsWrite);
    AccountMakeDefault "makeDefaultAccount" ([Finance Admin] no_key);
    AccountTotpBind "bindAccountTotp" ([Finance Admin] no_key);
    AccountTotpConfirm "confirmAccountTotp" ([Finance Admin] no_key);
    AccountTotpUnbind "unbindAccountTotp" ([Finance Admin] no_key);
    StatementShow "getStatement" ([Operator Finance Admin Auditor] Read);
    HolderList "listHolders" ([Operator Finance Admin Auditor] Read);
    HolderShow "getHolder" ([Operator Finance Admin Auditor] Read);
    HolderAdd "addHolder" ([Operator Finance Admin] AccountsWrite);
    HolderChange "changeHolder" ([Finance Admin] no_key);
    HolderGroupList "listHolderGroups" ([Operator Finance Admin Auditor] Read);
    HolderGroupShow "getHolderGroup" ([Operator Finance Admin Auditor] Read);
    HolderGroupAdd "addHolderGroup" ([Operator Finance Admin] AccountsWrite);
    HolderGroupChange "changeHolderGroup" ([Finance Admin] own [Operator; AccountsWrite]);
    HolderGroupRemove "removeHolderGroup" ([Finance Admin] own [Operator; AccountsWrite]);
    HolderGroupMembers "changeHolderGroupMembers" ([Finance Admin] own [Operator; AccountsWrite]);
    CurrencyList "listCurrencies" ([Operator Finance Admin Auditor] Read);
    CurrencyAdd "addCurrency" ([Admin] no_key);
    RateList "listFxRates" ([Operator Finance Admin Auditor] Read);
    RateSet "setFxRate" ([Finance Admin] RatesWrite);
    FxPolicyShow "getFxPolicy" ([Operator Finance Admin Auditor] Read);
    FxPolicySet "setFxPolicy" ([Admin] no_key);
    PolicyShow "getPolicy" ([Operator Finance Admin Auditor] Read);
    PolicySet "setPolicy" ([Admin] no_key);
    ApprovalPolicyShow "getApprovalPolicy" ([Operator Finance Admin Auditor] Read);
    ApprovalPolicySet "setApprovalPolicy" ([Admin] no_key);
    ApprovalPolicyConfirm "confirmApprovalPolicy" ([Admin] no_key);
    StatisticsShow "getStatistics" ([Operator Finance Admin Auditor] Read);
    AuditList "listAudit" ([Admin Auditor] AuditRead);
    OperationLogList "listOperationLogs" ([Admin Auditor] AuditRead);
    SettingsShow "getSettings" ([Operator Finance Admin Auditor] Read);
    SettingsSet "setSettings" ([Admin] no_key);
}

impl Operation {
    /// Whether it scans a table that grows with the ledger, so that it may take a second.
    #[must_use]
    pub const fn reads_list(self) -> bool {
        matches!(
            self,
            Self::BatchList
                | Self::RelationList
                | Self::RelationsByFilter
                | Self::TemplateList
                | Self::ApprovalList
                | Self::BatchChanges
                | Self::AdminBatchList
                | Self::AdminBatchShow
                | Self::ProblemList
                | Self::PreviewNew
                | Self::BatchPreview
                | Self::TransferList
                | Self::AccountList
                | Self::StatementShow
                | Self::HolderList
                | Self::HolderGroupList
                | Self::StatisticsShow
                | Self::AuditList
                | Self::OperationLogList
                | Self::DeliveryList
                | Self::TaskList
                | Self::FileTemplate
        )
    }

    /// The operation with this `operationId`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|operation| operation.name() == name)
    }

    /// Whether, and how far, a caller may do this.
    pub fn allow(self, asker: Asker<'_>) -> Result<Reach, Code> {
        match (self.audience(), asker) {
            (Audience::Everyone, _) | (Audience::SignedIn, Asker::Person(_)) => Ok(Reach::All),
            (_, Asker::Anonymous) => Err(Code::AuthRequired),
            (Audience::Identified, Asker::Person(_) | Asker::Key(_)) => Ok(Reach::All),
            (Audience::Granted { roles, .. }, Asker::Person(role)) if roles.contains(&role) => Ok(Reach::All),
            (Audience::Granted { own, .. }, Asker::Person(role)) if own.contains(&role) => Ok(Reach::Own),
            (Audience::Granted { scope: Some(scope), key, .. }, Asker::Key(scopes))
                if scopes.contains(&scope) =>
            {
                Ok(key)
            }
            _ => Err(Code::Forbidden),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_read_back() {
        let names: HashSet<_> = Operation::ALL.iter().map(|o| o.name()).collect();
        assert_eq!(names.len(), Operation::ALL.len());
        assert!(Operation::ALL.iter().all(|o| Operation::from_name(o.name()) == Some(*o)));
    }

    #[test]
    fn an_auditor_changes_nothing_and_a_key_manages_no_users() {
        let reads = |o: &Operation| {
            let name = o.name();
            name.starts_with("list")
                || name.starts_with("get")
                || name.starts_with("preview")
                || name == "metrics"
                || name == "evidencePack"
                || name == "exportBatchTransfer"
        };
        for operation in Operation::ALL {
            let Audience::Granted { roles, own, scope, .. } = operation.audience() else { continue };
            assert!(!roles.contains(&Role::Auditor) || reads(operation), "{}", operation.name());
            assert!(!own.contains(&Role::Auditor));
            let is_people = ["User", "ApiKey"].iter().any(|noun| operation.name().contains(noun));
            assert!(!is_people || scope.is_none(), "{}", operation.name());
            // Admin may do what finance may.
            assert!(!roles.contains(&Role::Finance) || roles.contains(&Role::Admin), "{}", operation.name());
        }
    }

    #[test]
    fn an_anonymous_caller_must_sign_in_and_one_without_permission_is_refused() {
        let execute = Operation::BatchExecute;
        assert_eq!(execute.allow(Asker::Anonymous), Err(Code::AuthRequired));
        assert_eq!(execute.allow(Asker::Person(Role::Operator)), Err(Code::Forbidden));
        assert_eq!(execute.allow(Asker::Key(&[Scope::Read])), Err(Code::Forbidden));
        assert_eq!(execute.allow(Asker::Key(&[Scope::BatchesExecute])), Ok(Reach::All));
        assert_eq!(Operation::BatchEdit.allow(Asker::Key(&[Scope::BatchesWrite])), Ok(Reach::Own));
        assert_eq!(Operation::BatchCancel.allow(Asker::Person(Role::Operator)), Ok(Reach::Own));
        assert_eq!(Operation::Me.allow(Asker::Key(&[Scope::Read])), Err(Code::Forbidden));
        assert_eq!(Operation::Login.allow(Asker::Anonymous), Ok(Reach::All));
    }
}
