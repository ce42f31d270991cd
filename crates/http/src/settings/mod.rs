//! Settings of the organisation.

use crate::answer::{Answer, Envelope, Message};
use crate::app::App;
use crate::body::{Body, Input};
use crate::problem::Problem;
use crate::routes::Routes;
use crate::who::Who;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

const SET: Message = Message { english: "The settings hold from now on", chinese: "设置已生效" };

pub(crate) fn routes() -> Routes {
    Routes::new().add(Operation::SettingsShow, routes!(show), &[]).add(
        Operation::SettingsSet,
        routes!(set),
        &[Code::TimeZoneUnknown],
    )
}

/// The settings.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SettingsView {
    /// The time zone in which days and months of limits begin, by its IANA name.
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
}

/// Settings to change: fields that are left out stay as they are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct SettingsInput {
    /// The time zone in which days and months of limits begin, by its IANA name.
    #[schema(example = "Europe/Berlin", min_length = 1, max_length = 64)]
    time_zone: Option<String>,
}

impl Input for SettingsInput {}

async fn current(app: &App) -> Result<SettingsView, Problem> {
    Ok(SettingsView { time_zone: app.service.time_zone().await? })
}

/// The settings of the organisation.
#[utoipa::path(get, path = "/api/v2/settings", operation_id = "getSettings", tag = "settings",
    responses((status = 200, description = "The settings.", body = Envelope<SettingsView>)))]
pub(crate) async fn show(State(app): State<App>) -> Result<Answer<SettingsView>, Problem> {
    Ok(Answer::of(current(&app).await?))
}

/// Changes settings of the organisation.
#[utoipa::path(put, path = "/api/v2/settings", operation_id = "setSettings", tag = "settings",
    request_body = SettingsInput,
    responses((status = 200, description = "The settings.", body = Envelope<SettingsView>)))]
pub(crate) async fn set(
    State(app): State<App>,
    who: Who,
    Body(input): Body<SettingsInput>,
) -> Result<Answer<SettingsView>, Problem> {
    if let Some(name) = &input.time_zone {
        app.service.set_time_zone(who.actor(), name).await?;
    }
    Ok(Answer::saying(SET, current(&app).await?))
}
