//! API keys, with which programs authenticate.

use super::user::{PageQuery, next};
use super::view::micros;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, ListAnswer, ListEnvelope, Message};
use crate::kit::body::{Body, CodeInput, Input};
use crate::kit::once::Once;
use crate::kit::paging;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::time::wire;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::STEP_UP;
use domain::id::KeyId;
use domain::noun::NounId;
use serde::{Deserialize, Serialize};
use service::Secret;
use service::api_key::{self, ApiKey, Made, NewApiKey};
use utoipa::ToSchema;
use utoipa_axum::routes;

const ADD: &[Code] =
    &[Code::NameInvalid, Code::NameTaken, Code::ScopeInvalid, Code::AddressInvalid, Code::TimeInvalid];

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(O::KeyList, routes!(list), &[&[Code::CursorInvalid]])
        .add(O::KeyAdd, routes!(add), &[ADD, STEP_UP])
        .add(O::KeyRotate, routes!(rotate), &[&[Code::KeyNotFound, Code::KeyEnded], STEP_UP])
        .add(O::KeyRevoke, routes!(revoke), &[&[Code::KeyNotFound], STEP_UP])
}

/// The maximum number of scopes, and of addresses, of a key.
const LISTED_MAX: usize = 100;

/// A scope: what a key may do.
#[derive(Debug, Serialize, ToSchema)]
#[expect(dead_code, reason = "scope names for the API description; a test checks them against the table")]
pub(super) enum ScopeName {
    #[serde(rename = "read")]
    Read,
    #[serde(rename = "accounts:write")]
    AccountsWrite,
    #[serde(rename = "batches:write")]
    BatchesWrite,
    #[serde(rename = "batches:execute")]
    BatchesExecute,
    #[serde(rename = "transfers:write")]
    TransfersWrite,
    #[serde(rename = "rates:write")]
    RatesWrite,
    #[serde(rename = "audit:read")]
    AuditRead,
    #[serde(rename = "metrics:read")]
    MetricsRead,
}

/// An API key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApiKeyView {
    /// The key's id.
    #[schema(example = "key_5")]
    id: String,
    /// The key's name.
    #[schema(example = "payroll")]
    name: String,
    /// The first characters of the secret.
    #[schema(example = "sluice_5f2c1")]
    hint: String,
    /// The key's scopes.
    #[schema(value_type = Vec<ScopeName>, example = json!(["read", "batches:write"]))]
    scopes: Vec<String>,
    /// The addresses and networks the key may be used from; empty: any.
    #[schema(example = json!(["203.0.113.0/24"]))]
    addresses: Vec<String>,
    /// The user who created the key.
    #[schema(example = "admin")]
    created_by: String,
    /// When the key was created.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    created_at: String,
    /// When the key expires; null: never.
    #[schema(format = DateTime, example = "2027-03-10T12:00:00Z")]
    expires_at: Option<String>,
    /// When the key was revoked; null if it was not.
    #[schema(format = DateTime, example = "2026-04-10T12:00:00Z")]
    revoked_at: Option<String>,
}

impl ApiKeyView {
    fn of(key: ApiKey) -> Self {
        let words = |text: &str| text.split_whitespace().map(ToOwned::to_owned).collect();
        Self {
            id: KeyId(key.id).tagged(),
            scopes: words(&key.scopes),
            addresses: words(&key.addresses),
            name: key.name,
            hint: key.hint,
            created_by: key.created_by.name,
            created_at: wire(key.created_at),
            expires_at: key.expires_at.map(wire),
            revoked_at: key.revoked_at.map(wire),
        }
    }
}

/// An API key with its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApiKeyMadeView {
    /// The key.
    key: ApiKeyView,
    /// The secret, for `Authorization: Bearer`. It is shown only once: null if the same request is repeated
    /// with its `Idempotency-Key`.
    #[schema(value_type = Option<String>, example = "sluice_5f2c…")]
    secret: Option<Secret>,
}

/// An API key to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ApiKeyInput {
    /// The key's name; unique.
    #[schema(min_length = 1, max_length = 255, example = "payroll")]
    name: String,
    /// The key's scopes.
    #[schema(value_type = Vec<ScopeName>, min_items = 1, max_items = 100, example = json!(["read", "batches:write"]))]
    scopes: Vec<String>,
    /// The addresses and networks the key may be used from; empty: any.
    #[serde(default)]
    #[schema(max_items = 100, example = json!(["203.0.113.0/24"]))]
    addresses: Vec<String>,
    /// When the key expires; never if omitted.
    #[schema(format = DateTime, example = "2099-03-10T12:00:00Z",
        pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$")]
    expires_at: Option<String>,
    /// The caller's current one-time code, if the caller has a second factor and gave none in this session within
    /// the last five minutes.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, example = "492039")]
    code: Option<Secret>,
}

impl Input for ApiKeyInput {
    fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}

const MADE: Message = Message {
    english: "The key was created; save its secret now, it will not be shown again",
    chinese: "密钥已创建；请立即保存，密钥不会再次显示",
};
const ROTATED: Message = Message {
    english: "The key has a new secret; save it now, it will not be shown again. The previous one stays valid for 24 hours",
    chinese: "密钥已更换；请立即保存，新密钥不会再次显示。旧密钥在24小时内仍然有效",
};
const REVOKED: Message = Message { english: "The key was revoked", chinese: "密钥已吊销" };

/// Lists API keys, including revoked ones, in order of creation.
#[utoipa::path(get, path = "/api/v1/api-keys", operation_id = "listApiKeys", tag = "people", params(PageQuery),
    responses((status = 200, description = "A page of keys.", body = ListEnvelope<ApiKeyView>)))]
pub(super) async fn list(
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<ListAnswer<ApiKeyView>, Problem> {
    let (after, size) = query.read(&app, "api-keys")?;
    let mut keys = api_key::list(&app.service, after, size + 1).await?;
    let next = next(&app, "api-keys", &mut keys, size, |key| key.id);
    let data = keys.into_iter().map(ApiKeyView::of).collect();
    Ok(ListAnswer { data, pagination: paging::by_cursor(size, next) })
}

/// Creates an API key.
///
/// Only this response contains its secret.
#[utoipa::path(post, path = "/api/v1/api-keys", operation_id = "addApiKey", tag = "people", request_body = ApiKeyInput,
    responses((status = 200, description = "The new key.", body = Envelope<ApiKeyMadeView>)))]
pub(super) async fn add(who: Who, once: Once<ApiKeyInput>) -> Result<Answer<ApiKeyMadeView>, Problem> {
    let ApiKeyInput { name, scopes, addresses, expires_at, .. } = &once.body;
    if scopes.len() > LISTED_MAX {
        return Err(Code::ScopeInvalid.into());
    }
    if addresses.len() > LISTED_MAX {
        return Err(Code::AddressInvalid.into());
    }
    let (name, scopes, addresses) = (name.clone(), scopes.clone(), addresses.clone());
    let expires_at = expires_at.as_deref().map(micros).transpose()?;
    let new = NewApiKey { name, scopes, addresses, expires_at };
    let made: Made = once.settle(api_key::add(&once.service, who.actor(), &new).await).await?;
    let view = ApiKeyMadeView { key: ApiKeyView::of(made.key), secret: made.secret.map(Secret::new) };
    Ok(Answer::saying(MADE, view))
}

/// Revokes an API key, with immediate effect. Revoking it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", operation_id = "revokeApiKey", tag = "people",
    params(("id" = String, Path, description = "The key's id", example = "key_5")),
    request_body = Option<CodeInput>,
    responses((status = 200, description = "The revoked key.", body = Envelope<ApiKeyView>)))]
pub(super) async fn revoke(
    State(app): State<App>,
    who: Who,
    id: Segment,
    Body(body): Body<CodeInput>,
) -> Result<Answer<ApiKeyView>, Problem> {
    let (service, id) = (who.proving(&app.service, body.code()), id.named::<KeyId>(Code::KeyNotFound)?.0);
    let key = api_key::revoke(&service, who.actor(), id).await?;
    Ok(Answer::saying(REVOKED, ApiKeyView::of(key)))
}

/// Rotates an API key's secret.
///
/// Only this response contains the new secret. The previous one stays valid for 24 hours. Both are the same
/// key, so a request repeated with its `Idempotency-Key` under the other secret takes effect once.
#[utoipa::path(post, path = "/api/v1/api-keys/{id}/rotate", operation_id = "rotateApiKey", tag = "people",
    params(("id" = String, Path, description = "The key's id", example = "key_5")),
    request_body = Option<CodeInput>,
    responses((status = 200, description = "The key with its new secret.", body = Envelope<ApiKeyMadeView>)))]
pub(super) async fn rotate(
    who: Who,
    id: Segment,
    once: Once<CodeInput>,
) -> Result<Answer<ApiKeyMadeView>, Problem> {
    let id = id.named::<KeyId>(Code::KeyNotFound)?.0;
    let made: Made = once.settle(api_key::rotate(&once.service, who.actor(), id).await).await?;
    Ok(Answer::saying(
        ROTATED,
        ApiKeyMadeView { key: ApiKeyView::of(made.key), secret: made.secret.map(Secret::new) },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::access::Scope;

    #[test]
    fn the_api_description_lists_every_scope() {
        use utoipa::PartialSchema;
        let schema = serde_json::to_value(ScopeName::schema()).unwrap();
        let named: Vec<_> = schema["enum"].as_array().unwrap().iter().filter_map(|v| v.as_str()).collect();
        assert_eq!(named, Scope::ALL.map(Scope::name));
    }
}
