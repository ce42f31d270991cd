//! A webhook in answers.

use crate::kit::time::wire;
use domain::noun::NounId;
use serde::Serialize;
use service::Secret;
use service::webhook::{MadeWebhook, Webhook};
use utoipa::ToSchema;

/// The type of an event.
#[derive(Debug, Serialize, ToSchema)]
#[expect(dead_code, reason = "event names for the API description; a test checks them against the table")]
pub(super) enum EventName {
    #[serde(rename = "batch.submitted")]
    BatchSubmitted,
    #[serde(rename = "batch.recalled")]
    BatchRecalled,
    #[serde(rename = "batch.approved")]
    BatchApproved,
    #[serde(rename = "batch.rejected")]
    BatchRejected,
    #[serde(rename = "batch.approval_expired")]
    BatchApprovalExpired,
    #[serde(rename = "batch.started")]
    BatchStarted,
    #[serde(rename = "batch.paused")]
    BatchPaused,
    #[serde(rename = "batch.finished")]
    BatchFinished,
    #[serde(rename = "batch.items_failed")]
    BatchItemsFailed,
    #[serde(rename = "user.factor_reset")]
    UserFactorReset,
    #[serde(rename = "user.password_reset")]
    UserPasswordReset,
    #[serde(rename = "user.role_raised")]
    UserRoleRaised,
    #[serde(rename = "approval_policy.loosened")]
    ApprovalPolicyLoosened,
    #[serde(rename = "user.signed_in_elsewhere")]
    UserSignedInElsewhere,
    #[serde(rename = "reminder.due")]
    ReminderDue,
    #[serde(rename = "webhook.test")]
    WebhookTest,
    #[serde(rename = "user.added")]
    UserAdded,
    #[serde(rename = "user.factor_enrolled")]
    UserFactorEnrolled,
    #[serde(rename = "user.factor_removed")]
    UserFactorRemoved,
    #[serde(rename = "user.password_changed")]
    UserPasswordChanged,
    #[serde(rename = "task.finished")]
    TaskFinished,
}

/// A webhook, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct WebhookView {
    /// The webhook's id.
    #[schema(example = "hook_2")]
    id: String,
    /// Where it sends.
    #[schema(example = "https://example.org/hooks/payments")]
    url: String,
    /// The event types that it sends.
    #[schema(value_type = Vec<EventName>, example = json!(["batch.finished", "batch.items_failed"]))]
    events: Vec<String>,
    /// What it is for.
    #[schema(example = "payroll bookkeeping")]
    description: String,
    /// Whether it sends.
    #[schema(example = true)]
    enabled: bool,
    /// Until when messages are signed with the former secret as well; null if the secret was not rotated.
    #[schema(format = DateTime, example = "2026-03-11T12:00:00Z")]
    former_until: Option<String>,
    /// Who added it.
    #[schema(example = "admin")]
    created_by: String,
    /// When it was added.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    created_at: String,
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        Self {
            id: webhook.id.tagged(),
            url: webhook.url,
            events: webhook.events.split_whitespace().map(ToOwned::to_owned).collect(),
            description: webhook.description,
            enabled: webhook.is_enabled,
            former_until: webhook.former_until.map(wire),
            created_by: webhook.created_by.name,
            created_at: wire(webhook.created_at),
        }
    }
}

/// A webhook with its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct WebhookMadeView {
    /// The webhook.
    webhook: WebhookView,
    /// The secret, with which the receiver verifies messages. It is shown only once: null if the same request is
    /// repeated with its `Idempotency-Key`.
    #[schema(value_type = Option<String>, example = "whsec_MfKQ…")]
    secret: Option<Secret>,
}

impl From<MadeWebhook> for WebhookMadeView {
    fn from(made: MadeWebhook) -> Self {
        Self { webhook: made.webhook.into(), secret: made.secret.map(Secret::new) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::event::EventKind;

    #[test]
    fn the_api_description_lists_every_event_type() {
        use utoipa::PartialSchema;
        let schema = serde_json::to_value(EventName::schema()).unwrap();
        let named: Vec<_> = schema["enum"].as_array().unwrap().iter().filter_map(|v| v.as_str()).collect();
        assert_eq!(named, EventKind::ALL.map(EventKind::name));
    }
}
