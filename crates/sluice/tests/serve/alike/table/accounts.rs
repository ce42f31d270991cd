//! Holders and accounts.

use super::{Alike, alike};

const HOLDER: &str = "id name email uid mixed_scripts";
const GROUP: &str = "id name mixed_scripts description members";
const ACCOUNT: &str = "id number kind status currency balance=balanceCents held=heldCents available=availableCents \
                       is_default holder=holder.name email=holder.email uid=holder.uid";

/// Beside a server that runs no batch.
pub const ACCOUNTS: &[Alike] = &[
    alike(
        "holder add --name Li --email li@example.com --uid E1",
        "POST /api/v2/holders",
        r#"{"name":"Li","email":"li@example.com","uid":"E1"}"#,
        HOLDER,
    ),
    alike(
        "holder add --name Lin --email li@example.com",
        "POST /api/v2/holders",
        r#"{"name":"Lin","email":"li@example.com"}"#,
        "refused HOLDER_EXISTS",
    ),
    alike(
        "holder change hold_5 --name Wei --no-uid",
        "PATCH /api/v2/holders/hold_5",
        r#"{"name":"Wei","uid":null}"#,
        HOLDER,
    ),
    alike(
        "holder change hold_99 --name Wei",
        "PATCH /api/v2/holders/hold_99",
        r#"{"name":"Wei"}"#,
        "refused HOLDER_NOT_FOUND",
    ),
    alike("holder list", "GET /api/v2/holders?pageSize=100", "", "holders data: id name email uid"),
    alike(
        "holder list --text older",
        "GET /api/v2/holders?pageSize=100&text=older",
        "",
        "holders data: id name uid",
    ),
    alike(
        "group add Sales --description monthly",
        "POST /api/v2/holder-groups",
        r#"{"name":"Sales","description":"monthly"}"#,
        GROUP,
    ),
    alike(
        "group add SALES",
        "POST /api/v2/holder-groups",
        r#"{"name":"SALES"}"#,
        "refused HOLDER_GROUP_EXISTS",
    ),
    alike(
        "group members Sales --add hold_1 --add hold_2 --remove hold_3",
        "POST /api/v2/holder-groups/Sales/members",
        r#"{"add":["hold_1","hold_2"],"remove":["hold_3"]}"#,
        "group.name group.members added removed",
    ),
    alike(
        "group members Sales --add hold_99",
        "POST /api/v2/holder-groups/1/members",
        r#"{"add":["hold_99"]}"#,
        "refused HOLDER_NOT_FOUND",
    ),
    alike(
        "group change 1 --name Marketing",
        "PATCH /api/v2/holder-groups/1",
        r#"{"name":"Marketing"}"#,
        GROUP,
    ),
    alike("group show Marketing", "GET /api/v2/holder-groups/Marketing", "", GROUP),
    alike(
        "group list --holder hold_1",
        "GET /api/v2/holder-groups?pageSize=100&holder=hold_1",
        "",
        "groups data: id name mixed_scripts description members",
    ),
    alike(
        "holder list --group Marketing",
        "GET /api/v2/holders?pageSize=100&group=Marketing",
        "",
        "holders data: id name email uid",
    ),
    alike(
        "account list --group Marketing",
        "GET /api/v2/accounts?pageSize=100&group=Marketing",
        "",
        "accounts data: id number",
    ),
    alike(
        "group change Sales --name Field",
        "PATCH /api/v2/holder-groups/Sales",
        r#"{"name":"Field"}"#,
        "refused HOLDER_GROUP_NOT_FOUND",
    ),
    alike("group remove Marketing", "DELETE /api/v2/holder-groups/Marketing", "", GROUP),
    alike(
        "group remove Marketing",
        "DELETE /api/v2/holder-groups/Marketing",
        "",
        "refused HOLDER_GROUP_NOT_FOUND",
    ),
    alike(
        "account open --number B0 --holder Wei --email li@example.com --currency USD",
        "POST /api/v2/accounts",
        r#"{"number":"B0","holder":{"name":"Wei","email":"li@example.com"},"currency":"USD"}"#,
        ACCOUNT,
    ),
    alike(
        "account open --number B1 --holder Wei --email li@example.com --currency USD",
        "POST /api/v2/accounts",
        r#"{"number":"B1","holder":{"name":"Wei","email":"li@example.com"},"currency":"USD"}"#,
        ACCOUNT,
    ),
    alike(
        "account open --number E0 --holder Wei --email li@example.com --currency EUR",
        "POST /api/v2/accounts",
        r#"{"number":"E0","holder":{"name":"Wei","email":"li@example.com"},"currency":"EUR"}"#,
        ACCOUNT,
    ),
    alike(
        "account open --number B0 --holder Wei --email li@example.com --currency USD",
        "POST /api/v2/accounts",
        r#"{"number":"B0","holder":{"name":"Wei","email":"li@example.com"},"currency":"USD"}"#,
        "refused ACCOUNT_EXISTS",
    ),
    alike("account make-default B1", "POST /api/v2/accounts/B1/make-default", "", ACCOUNT),
    alike(
        "account make-default NONE",
        "POST /api/v2/accounts/NONE/make-default",
        "",
        "refused ACCOUNT_NOT_FOUND",
    ),
    alike(
        "account freeze B1 --reason court",
        "POST /api/v2/accounts/B1/freeze",
        r#"{"reason":"court"}"#,
        ACCOUNT,
    ),
    alike("account freeze B1", "POST /api/v2/accounts/B1/freeze", "", "refused ACCOUNT_WRONG_STATE"),
    alike("account unfreeze B1", "POST /api/v2/accounts/B1/unfreeze", "", ACCOUNT),
    alike("account unfreeze B1", "POST /api/v2/accounts/B1/unfreeze", "", "refused ACCOUNT_WRONG_STATE"),
    // Neither has a master key; what a bound account asks for is tested where one has.
    alike("account totp bind A0", "POST /api/v2/accounts/A0/totp", "", "refused MASTER_KEY_MISSING"),
    alike(
        "account totp bind A0 --confirm 123456",
        "POST /api/v2/accounts/A0/totp/confirm",
        r#"{"code":"123456"}"#,
        "refused ACCOUNT_TOTP_NOT_BEGUN",
    ),
    alike(
        "account totp unbind A0 --code 123456",
        "DELETE /api/v2/accounts/A0/totp",
        r#"{"verificationCode":"123456"}"#,
        "refused ACCOUNT_TOTP_NOT_BOUND",
    ),
    alike("account close A0", "POST /api/v2/accounts/A0/close", "", "refused ACCOUNT_NOT_EMPTY"),
    alike(
        "account close B0 --reason left",
        "POST /api/v2/accounts/B0/close",
        r#"{"reason":"left"}"#,
        ACCOUNT,
    ),
    alike("account show B0", "GET /api/v2/accounts/B0", "", ACCOUNT),
    alike("account show NONE", "GET /api/v2/accounts/NONE", "", "refused ACCOUNT_NOT_FOUND"),
    alike(
        "account list",
        "GET /api/v2/accounts?pageSize=100",
        "",
        "accounts data: id number status currency balance=balanceCents is_default holder=holder.name uid=holder.uid",
    ),
    alike(
        "account list --status closed --currency USD --text wei",
        "GET /api/v2/accounts?pageSize=100&status=closed&currency=USD&text=wei",
        "",
        "accounts data: id number status",
    ),
];
