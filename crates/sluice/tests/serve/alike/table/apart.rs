//! Pairs that refuse for the same reason and are not compared further, each with what differs.

use super::{Alike, alike};

/// Last of all, because the ledgers are not equal afterwards.
pub const APART: &[(Alike, &str)] = &[
    (
        alike("key revoke ghost", "DELETE /api/v1/api-keys/key_9", "", "refused API_KEY_NOT_FOUND"),
        "the command knows a key by its name, the call by its id, and the detail is either",
    ),
    (
        alike("key rotate ghost", "POST /api/v1/api-keys/key_9/rotate", "", "refused API_KEY_NOT_FOUND"),
        "as above",
    ),
    (
        alike(
            "user disable ghost",
            "PATCH /api/v1/users/user_9",
            r#"{"disabled":true}"#,
            "refused USER_NOT_FOUND",
        ),
        "the command knows a user by the login, the call by the id",
    ),
    (
        alike("user reset ghost", "POST /api/v1/users/user_9/password-reset", "", "refused USER_NOT_FOUND"),
        "as above",
    ),
    (
        alike(
            "transfer --from A0 --to E0 --amount 10.00 --rate 0.5",
            "POST /api/v2/account-transfers",
            r#"{"fromAccountId":"A0","toAccountId":"E0","fromAmountCents":1000,"exchangeRate":"0.5"}"#,
            "refused RATE_OUT_OF_BOUNDS",
        ),
        "what a person typed is corrected and typed again; what a program sent is stored as a failed transfer",
    ),
];
