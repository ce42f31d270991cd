//! Users and keys.

use super::{Alike, alike};

const USER: &str = "id login name role status";
const INVITED: &str = "id=user.id login=user.login name=user.name role=user.role status=user.status";
const KEY: &str = "id name scopes addresses";
const KEY_MADE: &str = "id=key.id name=key.name scopes=key.scopes addresses=key.addresses";

/// Beside a server that runs no batch.
pub const PEOPLE: &[Alike] = &[
    alike(
        "user add fang --name Fang --role operator",
        "POST /api/v1/users",
        r#"{"login":"fang","name":"Fang","role":"operator"}"#,
        INVITED,
    ),
    alike(
        "user add fang --name Fang --role operator",
        "POST /api/v1/users",
        r#"{"login":"fang","name":"Fang","role":"operator"}"#,
        "refused USER_EXISTS",
    ),
    alike("user role fang finance", "PATCH /api/v1/users/user_2", r#"{"role":"finance"}"#, USER),
    alike("user disable fang", "PATCH /api/v1/users/user_2", r#"{"disabled":true}"#, USER),
    alike("user reset fang", "POST /api/v1/users/user_2/password-reset", "", "refused USER_DISABLED"),
    alike("user enable fang", "PATCH /api/v1/users/user_2", r#"{"disabled":false}"#, USER),
    alike("user disable root", "PATCH /api/v1/users/user_1", r#"{"disabled":true}"#, "refused LAST_ADMIN"),
    alike("user reset fang", "POST /api/v1/users/user_2/password-reset", "", INVITED),
    alike("user totp show fang", "GET /api/v1/users/user_2", "", "login totp since=totpSince"),
    alike("user totp reset fang", "POST /api/v1/users/user_2/totp-reset", "", "refused USER_WITHOUT_TOTP"),
    alike("user list", "GET /api/v1/users?pageSize=100", "", "users data: id login name role status"),
    alike(
        "key add payroll --scope read --scope batches:write --address 203.0.113.0/24",
        "POST /api/v1/api-keys",
        r#"{"name":"payroll","scopes":["read","batches:write"],"addresses":["203.0.113.0/24"]}"#,
        KEY_MADE,
    ),
    alike(
        "key add payroll --scope read",
        "POST /api/v1/api-keys",
        r#"{"name":"payroll","scopes":["read"]}"#,
        "refused NAME_TAKEN",
    ),
    alike("key rotate payroll", "POST /api/v1/api-keys/key_1/rotate", "", KEY_MADE),
    alike("key revoke payroll", "DELETE /api/v1/api-keys/key_1", "", KEY),
    alike("key rotate payroll", "POST /api/v1/api-keys/key_1/rotate", "", "refused API_KEY_ENDED"),
    alike("key list", "GET /api/v1/api-keys?pageSize=100", "", "keys data: id name scopes addresses"),
    alike(
        "webhook add https://example.org/hook --event batch.finished",
        "POST /api/v2/webhooks",
        r#"{"url":"https://example.org/hook","events":["batch.finished"]}"#,
        "refused MASTER_KEY_MISSING",
    ),
    alike(
        "webhook add https://[::ffff:10.0.0.1]/hook --event batch.finished",
        "POST /api/v2/webhooks",
        r#"{"url":"https://[::ffff:10.0.0.1]/hook","events":["batch.finished"]}"#,
        "refused WEBHOOK_ADDRESS_REFUSED",
    ),
    alike(
        "webhook add https://example.org/hook --event batch.ended",
        "POST /api/v2/webhooks",
        r#"{"url":"https://example.org/hook","events":["batch.ended"]}"#,
        "refused WEBHOOK_EVENTS_INVALID",
    ),
    alike("task show task_1", "GET /api/v1/batch-tasks/task_1", "", "refused TASK_NOT_FOUND"),
    alike("task cancel task_1", "DELETE /api/v1/batch-tasks/task_1", "", "refused TASK_NOT_FOUND"),
    alike("file show file_1", "GET /api/v1/files/file_1", "", "refused FILE_NOT_FOUND"),
    alike("file download file_1", "GET /api/v1/files/file_1/content", "", "refused FILE_NOT_FOUND"),
    alike(
        "file template --type one_to_many --accounts NOPE",
        "GET /api/v1/file-templates?type=one_to_many&accounts=NOPE",
        "",
        "refused ACCOUNT_NOT_FOUND",
    ),
    alike("webhook show hook_1", "GET /api/v2/webhooks/hook_1", "", "refused WEBHOOK_NOT_FOUND"),
    alike(
        "webhook change hook_1 --disable",
        "PATCH /api/v2/webhooks/hook_1",
        r#"{"enabled":false}"#,
        "refused WEBHOOK_NOT_FOUND",
    ),
    alike("webhook remove hook_1", "DELETE /api/v2/webhooks/hook_1", "", "refused WEBHOOK_NOT_FOUND"),
    alike("webhook rotate hook_1", "POST /api/v2/webhooks/hook_1/rotate", "", "refused WEBHOOK_NOT_FOUND"),
    alike("webhook test hook_1", "POST /api/v2/webhooks/hook_1/test", "", "refused WEBHOOK_NOT_FOUND"),
    alike(
        "webhook deliveries hook_1",
        "GET /api/v2/webhooks/hook_1/deliveries",
        "",
        "refused WEBHOOK_NOT_FOUND",
    ),
    alike(
        "webhook replay hook_1 1",
        "POST /api/v2/webhooks/hook_1/deliveries/1/replay",
        "",
        "refused WEBHOOK_NOT_FOUND",
    ),
];
