//! Webhooks. A secret is shown once, in the first answer, and never stored in one.

use super::author::AuthorForm;
use super::form::form;
use crate::webhook::{MadeWebhook, Webhook};

form! {
    WebhookForm of Webhook {
        "id" id: i64,
        "url" url: String,
        "events" events: String,
        "description" description: String,
        "enabled" is_enabled: bool,
        "former_until" former_until: Option<i64>,
        "created_by" created_by: AuthorForm,
        "created_at" created_at: i64,
    }
}

form! {
    WebhookMadeForm of MadeWebhook without secret {
        "webhook" webhook: WebhookForm,
    }
}
