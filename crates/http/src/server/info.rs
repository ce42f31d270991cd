//! What anybody may know about the server, so that a page can show its first screen: nothing about accounts,
//! people or money.

use crate::app::App;
use crate::kit::answer::{Answer, Envelope};
use crate::kit::problem::Problem;
use axum::extract::State;
use domain::code::Language;
use serde::Serialize;
use service::{approval_policy, setting, user};
use utoipa::ToSchema;

/// What is public about the server.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PublicInfoView {
    /// Whether the first administrator is still to be created, with `setUp`.
    #[schema(example = false)]
    set_up_needed: bool,
    /// The language of messages when a client does not request one.
    #[schema(example = "en")]
    language: &'static str,
    /// The languages of messages.
    #[schema(example = json!(["en", "zh"]))]
    languages: [&'static str; 2],
    /// The program's version.
    #[schema(example = "1.0.0")]
    version: &'static str,
    /// What the organisation is called; null if it was not said.
    #[schema(example = "Example Ltd")]
    organisation_name: Option<String>,
    /// The organisation's time zone, as an IANA name.
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
    /// Whether batches of any currency need approvals from some amount upwards; false as shipped.
    #[schema(example = false)]
    approval_needed: bool,
}

const fn tag(language: Language) -> &'static str {
    match language {
        Language::English => "en",
        Language::Chinese => "zh",
    }
}

/// Returns what is public about the server.
#[utoipa::path(get, path = "/api/v1/info", operation_id = "getPublicInfo", tag = "server",
    responses((status = 200, description = "What is public.", body = Envelope<PublicInfoView>)))]
pub(crate) async fn info(State(app): State<App>) -> Result<Answer<PublicInfoView>, Problem> {
    Ok(Answer::of(PublicInfoView {
        set_up_needed: user::count(&app.service).await? == 0,
        language: tag(app.options.language),
        languages: [tag(Language::English), tag(Language::Chinese)],
        version: env!("CARGO_PKG_VERSION"),
        organisation_name: setting::organisation_name(&app.service).await?,
        time_zone: setting::time_zone(&app.service).await?,
        approval_needed: approval_policy::any(&app.service).await?,
    }))
}
