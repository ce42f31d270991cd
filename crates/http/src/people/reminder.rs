//! Reminders, and where the caller receives e-mails.

use super::view::{micros, person};
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::{Body, Input};
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::time::wire;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::groups::TEXT;
use domain::code::{Code, Language};
use serde::{Deserialize, Serialize};
use service::batch::read_ref;
use service::mail_address::{self, MailAddress};
use service::reminder::{self, NewReminder};
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    const REMINDER: &[Code] = &[
        Code::ReminderInvalid,
        Code::RemindersTooMany,
        Code::TimeInvalid,
        Code::BatchNotFound,
        Code::BatchNotPending,
    ];
    const ADDRESS: &[Code] = &[
        Code::EmailInvalid,
        Code::InvisibleCharacter,
        Code::MixedScripts,
        Code::FullWidthDigits,
        Code::NulByte,
    ];
    Routes::new()
        .add(O::ReminderAdd, routes!(add), &[REMINDER, TEXT])
        .add(O::MailAddressShow, routes!(show), &[])
        .add(O::MailAddressSet, routes!(set), &[ADDRESS])
}

/// A reminder to ask for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ReminderInput {
    /// When it is due, at most a year from now; now by default.
    #[schema(format = DateTime, example = "2026-05-31T09:00:00Z")]
    due_at: Option<String>,
    /// The id or number of the batch that it is about.
    #[schema(example = "batch-20260531-001")]
    batch: Option<String>,
    /// Whether it is for those who may approve the batch; otherwise it is for the caller.
    #[serde(default)]
    approvers: bool,
    /// What it says; needed without a batch.
    #[serde(default)]
    #[schema(max_length = 500, example = "before noon, please")]
    text: String,
}

impl Input for ReminderInput {}

/// A reminder that was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReminderView {
    /// Its id.
    #[schema(example = 4)]
    id: i64,
    /// When it is due.
    #[schema(format = DateTime, example = "2026-05-31T09:00:00Z")]
    due_at: String,
    /// Whether it is for those who may approve the batch.
    approvers: bool,
}

/// Where the caller receives e-mails.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MailAddressView {
    /// The address; null if the caller receives none.
    #[schema(example = "fang.wang@example.com")]
    email: Option<String>,
    /// The language of the e-mails.
    language: Option<LanguageName>,
}

/// A language of e-mails.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum LanguageName {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

/// An address to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailAddressInput {
    /// The address; null to receive no e-mails.
    #[schema(example = "fang.wang@example.com")]
    email: Option<String>,
    /// The language of the e-mails; English by default.
    language: Option<LanguageName>,
}

impl Input for MailAddressInput {}

impl MailAddressView {
    fn of(address: Option<MailAddress>) -> Self {
        let language = address.as_ref().map(|address| match address.language {
            Language::English => LanguageName::En,
            Language::Chinese => LanguageName::Zh,
        });
        Self { email: address.map(|address| address.email), language }
    }
}

impl LanguageName {
    const fn language(self) -> Language {
        match self {
            Self::En => Language::English,
            Self::Zh => Language::Chinese,
        }
    }
}

const ADDED: Message = Message { english: "The reminder is set", chinese: "提醒已设置" };
const SET: Message = Message { english: "The e-mail address is set", chinese: "邮箱地址已设置" };

/// Has a notice made at a time, for the caller or for those who may approve a batch.
///
/// The approvers are told only if the batch still waits for approvals by then. A caller may ask for 100 reminders a
/// day.
#[utoipa::path(post, path = "/api/v1/notices/reminders", operation_id = "addReminder", tag = "notices",
    request_body = ReminderInput,
    responses((status = 200, description = "The reminder.", body = Envelope<ReminderView>)))]
pub(super) async fn add(
    State(app): State<App>,
    who: Who,
    Body(body): Body<ReminderInput>,
) -> Result<Answer<ReminderView>, Problem> {
    let (user, _) = person(&who)?;
    let due_at = body.due_at.as_deref().map(micros).transpose()?;
    let batch = body.batch.as_deref().map(read_ref).transpose()?;
    let for_whom = (!body.approvers).then_some(user);
    let new = NewReminder { due_at, batch, person: for_whom, text: body.text };
    let added = reminder::add(&app.service, who.actor(), &new).await?;
    let view = ReminderView { id: added.id, due_at: wire(added.due_at), approvers: added.person.is_none() };
    Ok(Answer::saying(ADDED, view))
}

/// Returns where the caller receives e-mails about notices.
#[utoipa::path(get, path = "/api/v1/notices/address", operation_id = "getMailAddress", tag = "notices",
    responses((status = 200, description = "The address.", body = Envelope<MailAddressView>)))]
pub(super) async fn show(State(app): State<App>, who: Who) -> Result<Answer<MailAddressView>, Problem> {
    let (user, _) = person(&who)?;
    Ok(Answer::of(MailAddressView::of(mail_address::get(&app.service, user).await?)))
}

/// Sets where the caller receives e-mails about notices, or that the caller receives none.
#[utoipa::path(put, path = "/api/v1/notices/address", operation_id = "setMailAddress", tag = "notices",
    request_body = MailAddressInput,
    responses((status = 200, description = "The address.", body = Envelope<MailAddressView>)))]
pub(super) async fn set(
    State(app): State<App>,
    who: Who,
    Body(body): Body<MailAddressInput>,
) -> Result<Answer<MailAddressView>, Problem> {
    let (user, _) = person(&who)?;
    let language = body.language.map_or(Language::English, LanguageName::language);
    let new = body.email.as_deref().map(|email| (email, language));
    let address = mail_address::set(&app.service, who.actor(), user, new).await?;
    Ok(Answer::saying(SET, MailAddressView::of(address)))
}
