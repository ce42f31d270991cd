//! Every refused write of an authenticated caller leaves an audit row. The test walks the table of
//! operations, so an operation that writes cannot be added without a row here.

use crate::browser::first_admin;
use crate::world::{World, answer, world};
use domain::access::Operation as O;
use domain::access::{Audience, Operation};
use serde_json::{Value as Json, json};

/// One row per operation that writes for an authenticated caller and can be refused: a request that reaches its
/// verb, its JSON body (empty: none), and the action and result of the audit row.
const REFUSED: &[(O, &str, &str, &str, &str)] = &[
    (
        O::ChangePassword,
        "POST /api/v1/auth/password",
        r#"{"currentPassword": "not the current one", "newPassword": "granite-lamp-37-meadow"}"#,
        "user.password",
        "PASSWORD_WRONG",
    ),
    (
        O::TotpEnrol,
        "POST /api/v1/auth/totp",
        r#"{"password": "not the current one"}"#,
        "user.totp_enrol",
        "PASSWORD_WRONG",
    ),
    (
        O::TotpConfirm,
        "POST /api/v1/auth/totp/confirm",
        r#"{"code": "123456"}"#,
        "user.totp_confirm",
        "TOTP_ENROLMENT_MISSING",
    ),
    (O::TotpRemove, "DELETE /api/v1/auth/totp", r#"{}"#, "user.totp_remove", "TOTP_NOT_ENROLLED"),
    (
        O::RecoveryCodes,
        "POST /api/v1/auth/totp/recovery-codes",
        r#"{"2fa_code": "123456"}"#,
        "user.recovery_codes",
        "TOTP_NOT_ENROLLED",
    ),
    (O::TotpReset, "POST /api/v1/users/999/totp-reset", "", "user.totp_reset", "USER_NOT_FOUND"),
    (O::SessionEnd, "DELETE /api/v1/auth/sessions/999", r#"{}"#, "session.end", "SESSION_NOT_FOUND"),
    (
        O::UserAdd,
        "POST /api/v1/users",
        r#"{"login": "root", "name": "Again", "role": "operator"}"#,
        "user.add",
        "USER_EXISTS",
    ),
    (O::UserChange, "PATCH /api/v1/users/999", r#"{"name": "X"}"#, "user.change", "USER_NOT_FOUND"),
    (O::UserReset, "POST /api/v1/users/999/password-reset", "", "user.reset", "USER_NOT_FOUND"),
    (O::UserSignOut, "POST /api/v1/users/999/end-sessions", "", "user.sign_out", "USER_NOT_FOUND"),
    (O::NoticeRead, "POST /api/v1/notices/note_999/read", "", "notice.read", "NOTICE_NOT_FOUND"),
    (O::ReminderAdd, "POST /api/v1/notices/reminders", "{}", "reminder.add", "REMINDER_INVALID"),
    (
        O::MailAddressSet,
        "PUT /api/v1/notices/address",
        r#"{"email": "nobody"}"#,
        "user.mail_address",
        "EMAIL_INVALID",
    ),
    (O::KeyAdd, "POST /api/v1/api-keys", r#"{"name": "all", "scopes": []}"#, "api_key.add", "SCOPE_INVALID"),
    (O::KeyRotate, "POST /api/v1/api-keys/999/rotate", "", "api_key.rotate", "API_KEY_NOT_FOUND"),
    (O::KeyRevoke, "DELETE /api/v1/api-keys/999", r#"{}"#, "api_key.revoke", "API_KEY_NOT_FOUND"),
    (
        O::WebhookAdd,
        "POST /api/v2/webhooks",
        r#"{"url": "https://10.0.0.1/", "events": ["batch.finished"]}"#,
        "webhook.add",
        "WEBHOOK_ADDRESS_REFUSED",
    ),
    (
        O::WebhookChange,
        "PATCH /api/v2/webhooks/999",
        r#"{"enabled": false}"#,
        "webhook.change",
        "WEBHOOK_NOT_FOUND",
    ),
    (O::WebhookRemove, "DELETE /api/v2/webhooks/999", r#"{}"#, "webhook.remove", "WEBHOOK_NOT_FOUND"),
    (O::WebhookRotate, "POST /api/v2/webhooks/999/rotate", "", "webhook.rotate", "WEBHOOK_NOT_FOUND"),
    (O::WebhookTest, "POST /api/v2/webhooks/999/test", "", "webhook.test", "WEBHOOK_NOT_FOUND"),
    (
        O::DeliveryReplay,
        "POST /api/v2/webhooks/999/deliveries/1/replay",
        "",
        "webhook.replay",
        "WEBHOOK_NOT_FOUND",
    ),
    (
        O::TaskCreate,
        "POST /api/v1/batch-tasks",
        r#"{"task_type": "evidence", "batch_id": "999"}"#,
        "task.start",
        "BATCH_NOT_FOUND",
    ),
    (O::TaskCancel, "DELETE /api/v1/batch-tasks/999", "", "task.cancel", "TASK_NOT_FOUND"),
    (O::BatchExport, "POST /api/batch-transfers/999/export", r#"{}"#, "task.start", "BATCH_NOT_FOUND"),
    (O::FileUpload, "POST /api/v1/files?name=pay.csv", "", "file.upload", "UPLOAD_EMPTY"),
    (
        O::BatchCreate,
        "POST /api/batch-transfers",
        r#"{"name": "x", "type": "one_to_many", "sourceAccountId": "nobody", "relations": [{"targetAccountId": "nobody", "amount": "1.00"}]}"#,
        "batch.create",
        "SOURCE_ACCOUNT_NOT_FOUND",
    ),
    (
        O::BatchEdit,
        "PATCH /api/batch-transfers/999",
        r#"{"name": "another"}"#,
        "batch.edit",
        "BATCH_NOT_FOUND",
    ),
    (
        O::RelationAdd,
        "POST /api/batch-transfers/999/relations",
        r#"{"relations": [{"targetAccountId": "nobody", "amount": "1.00"}]}"#,
        "batch.edit",
        "BATCH_NOT_FOUND",
    ),
    (
        O::RelationDelete,
        "DELETE /api/batch-transfers/999/relations/1",
        r#"{}"#,
        "batch.edit",
        "BATCH_NOT_FOUND",
    ),
    (O::BatchSubmit, "POST /api/batch-transfers/999/submit", "", "batch.submit", "BATCH_NOT_FOUND"),
    (O::BatchExecute, "POST /api/batch-transfers/999/execute", "", "batch.execute", "BATCH_NOT_FOUND"),
    (O::BatchPause, "POST /api/batch-transfers/999/pause", "", "batch.pause", "BATCH_NOT_FOUND"),
    (O::BatchResume, "POST /api/batch-transfers/999/resume", "", "batch.resume", "BATCH_NOT_FOUND"),
    (O::BatchCancel, "POST /api/batch-transfers/999/cancel", "", "batch.cancel", "BATCH_NOT_FOUND"),
    (
        O::RelationRetry,
        "POST /api/batch-transfers/999/relations/1/retry",
        "",
        "item.retry",
        "BATCH_NOT_FOUND",
    ),
    (O::BatchRetry, "POST /api/batch-transfers/999/retry-failed", "", "batch.retry", "BATCH_NOT_FOUND"),
    (O::RelationSkip, "POST /api/batch-transfers/999/relations/1/skip", "", "item.skip", "BATCH_NOT_FOUND"),
    (
        O::AdminBatchCreate,
        "POST /api/v1/admin/transfer/batches",
        r#"{"name": "x", "source_account": "nobody", "recipients": [{"address": "nobody", "amount": "1.00"}]}"#,
        "batch.create",
        "SOURCE_ACCOUNT_NOT_FOUND",
    ),
    (
        O::AdminBatchSubmit,
        "POST /api/v1/admin/transfer/batches/999/submit",
        "",
        "batch.submit",
        "BATCH_NOT_FOUND",
    ),
    (
        O::AdminBatchCancel,
        "POST /api/v1/admin/transfer/batches/999/cancel",
        "",
        "batch.cancel",
        "BATCH_NOT_FOUND",
    ),
    (
        O::AdminBatchExecute,
        "POST /api/v1/admin/transfer/batches/999/execute",
        "",
        "batch.execute",
        "BATCH_NOT_FOUND",
    ),
    (
        O::TransferCreate,
        "POST /api/v2/account-transfers",
        r#"{"fromAccountId": "nobody", "toAccountId": "nobody", "fromAmountCents": 1}"#,
        "transfer.create",
        "SOURCE_ACCOUNT_NOT_FOUND",
    ),
    (
        O::DepositCreate,
        "POST /api/v2/deposits",
        r#"{"accountId": "nobody", "amountCents": 1}"#,
        "transfer.create",
        "TARGET_ACCOUNT_NOT_FOUND",
    ),
    (
        O::WithdrawalCreate,
        "POST /api/v2/withdrawals",
        r#"{"accountId": "nobody", "amountCents": 1}"#,
        "transfer.create",
        "SOURCE_ACCOUNT_NOT_FOUND",
    ),
    (
        O::AccountOpen,
        "POST /api/v2/accounts",
        r#"{"number": "A", "currency": "NOT-ONE", "holder": {"name": "Ann"}}"#,
        "account.open",
        "CURRENCY_UNKNOWN",
    ),
    (O::AccountFreeze, "POST /api/v2/accounts/nobody/freeze", "", "account.status", "ACCOUNT_NOT_FOUND"),
    (O::AccountUnfreeze, "POST /api/v2/accounts/nobody/unfreeze", "", "account.status", "ACCOUNT_NOT_FOUND"),
    (O::AccountClose, "POST /api/v2/accounts/nobody/close", "", "account.status", "ACCOUNT_NOT_FOUND"),
    (
        O::AccountMakeDefault,
        "POST /api/v2/accounts/nobody/make-default",
        "",
        "holder.make_default",
        "ACCOUNT_NOT_FOUND",
    ),
    (O::AccountTotpBind, "POST /api/v2/accounts/nobody/totp", "", "account.totp_bind", "ACCOUNT_NOT_FOUND"),
    (
        O::AccountTotpConfirm,
        "POST /api/v2/accounts/nobody/totp/confirm",
        r#"{"code": "123456"}"#,
        "account.totp_confirm",
        "ACCOUNT_NOT_FOUND",
    ),
    (
        O::AccountTotpUnbind,
        "DELETE /api/v2/accounts/nobody/totp",
        r#"{}"#,
        "account.totp_unbind",
        "ACCOUNT_NOT_FOUND",
    ),
    (
        O::HolderChange,
        "PATCH /api/v2/holders/hold_999",
        r#"{"name": "X"}"#,
        "holder.change",
        "HOLDER_NOT_FOUND",
    ),
    (O::HolderAdd, "POST /api/v2/holders", r#"{"name": " "}"#, "holder.add", "NAME_INVALID"),
    (O::CurrencyAdd, "POST /api/v2/currencies", r#"{"code": "no"}"#, "asset.add", "CURRENCY_UNKNOWN"),
    (
        O::RateSet,
        "POST /api/v2/fx-rates",
        r#"{"source": "USD", "target": "USD", "rate": "1"}"#,
        "fx.set",
        "RATE_INVALID",
    ),
    (
        O::PolicySet,
        "PUT /api/v2/policies",
        r#"{"currency": "USD", "max": "-5"}"#,
        "policy.set",
        "AMOUNT_SIGN",
    ),
    (
        O::ApprovalPolicySet,
        "PUT /api/v2/approval-policies",
        r#"{"currency": "USD", "bands": [{"from": "1000", "levels": [{"count": 1}]}]}"#,
        "approval_policy.set",
        "APPROVAL_UNREACHABLE",
    ),
    (
        O::ApprovalPolicyConfirm,
        "POST /api/v2/approval-policies/USD/confirm",
        r#"{}"#,
        "approval_policy.confirm",
        "CURRENCY_UNKNOWN",
    ),
    (
        O::BatchesDecide,
        "POST /api/v1/approvals/decide",
        r#"{"decisions": [{"batch_id": "999", "action": "approve"}]}"#,
        "batch.approve",
        "BATCH_NOT_FOUND",
    ),
    (
        O::BatchApprove,
        "POST /api/v1/admin/transfer/batches/999/approve",
        r#"{"action": "approve"}"#,
        "batch.approve",
        "BATCH_NOT_FOUND",
    ),
    (
        O::ApprovalWithdraw,
        "POST /api/v1/admin/transfer/batches/999/withdraw-approval",
        "",
        "batch.withdraw_approval",
        "BATCH_NOT_FOUND",
    ),
    (O::BatchRecall, "POST /api/batch-transfers/999/recall", "", "batch.recall", "BATCH_NOT_FOUND"),
    (O::BatchReopen, "POST /api/batch-transfers/999/reopen", "", "batch.reopen", "BATCH_NOT_FOUND"),
    (
        O::SettingsSet,
        "PUT /api/v2/settings",
        r#"{"timeZone": "Mars/Olympus"}"#,
        "setting.set",
        "TIME_ZONE_UNKNOWN",
    ),
    (
        O::BatchCopy,
        "POST /api/batch-transfers/999/copy",
        r#"{"items": "all"}"#,
        "batch.create",
        "BATCH_NOT_FOUND",
    ),
    (O::BatchReprice, "POST /api/batch-transfers/999/reprice", "", "batch.reprice", "BATCH_NOT_FOUND"),
    (
        O::BatchSkipFailed,
        "POST /api/batch-transfers/999/skip-failed",
        "",
        "batch.skip_failed",
        "BATCH_NOT_FOUND",
    ),
    (O::ProblemDrop, "DELETE /api/batch-transfers/999/problems?count=1", "", "batch.edit", "BATCH_NOT_FOUND"),
    (
        O::FxPolicySet,
        "PUT /api/v2/fx-rates/policies",
        r#"{"source": "USD", "target": "USD", "rounding": "down"}"#,
        "fx_policy.set",
        "FX_POLICY_INVALID",
    ),
];

/// Whether an operation changes something, judging by its method in the document.
fn writes(operation: Operation, document: &Json) -> bool {
    let paths = document["paths"].as_object().unwrap();
    paths.values().flat_map(|item| item.as_object().unwrap()).any(|(method, described)| {
        described["operationId"] == operation.name()
            && method != "get"
            && !operation.name().starts_with("preview")
    })
}

async fn newest_row(world: &World, action: &str) -> Json {
    let found = world.get(&format!("/api/v2/audit?action={action}&pageSize=1")).await;
    found.data()[0].clone()
}

#[tokio::test]
async fn every_refused_write_leaves_an_audit_row() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let document = http_api::document();
    let (mut tried, mut wrong) = (0, Vec::new());
    for operation in Operation::ALL.iter().copied().filter(|one| writes(*one, &document)) {
        let row = REFUSED.iter().find(|row| row.0 == operation);
        let Some((_, request, body, action, code)) = row.copied() else {
            // Before these succeed no caller is authenticated. The others are never refused to a user.
            let is_known = matches!(operation.audience(), Audience::Everyone)
                || matches!(operation, Operation::Logout | Operation::NoticeReadAll);
            assert!(is_known, "{} has no row here", operation.name());
            continue;
        };
        let (method, path) = request.split_once(' ').unwrap();
        // Approving asks for a key; every POST accepts one.
        let request =
            admin.request(method.parse().unwrap(), path).header("Idempotency-Key", operation.name());
        let body: Option<Json> = (!body.is_empty()).then(|| serde_json::from_str(body).unwrap());
        let sent = answer(match &body {
            Some(body) => request.json(body),
            None => request,
        })
        .await;
        let row = newest_row(&world, action).await;
        let told = (sent.code(), &row["result"], &row["actorKind"]);
        if told != (code, &json!(code), &json!("user")) {
            wrong.push(format!("{}: {told:?} {}", operation.name(), sent.json));
        }
        tried += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 25, "{tried}");
    world.stop().await;
}
