//! API keys. A secret is shown once, in the first answer, and never stored.

use super::author::AuthorForm;
use super::form::form;
use crate::api_key::Made;
use store::api_key::ApiKey;

form! {
    ApiKeyForm of ApiKey {
        "id" id: i64,
        "name" name: String,
        "hint" hint: String,
        "scopes" scopes: String,
        "addresses" addresses: String,
        "created_by" created_by: AuthorForm,
        "created_at" created_at: i64,
        "expires_at" expires_at: Option<i64>,
        "revoked_at" revoked_at: Option<i64>,
    }
}

form! {
    ApiKeyMadeForm of Made without secret {
        "key" key: ApiKeyForm,
    }
}
