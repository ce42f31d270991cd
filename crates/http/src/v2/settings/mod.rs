//! The organisation's settings.

use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::{Body, Input};
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use serde::{Deserialize, Serialize};
use service::setting::{self, SettingsChange};
use utoipa::ToSchema;
use utoipa_axum::routes;

const SET: Message = Message { english: "The settings are now in effect", chinese: "设置已生效" };

pub(crate) fn routes() -> Routes {
    const CODES: &[Code] = &[
        Code::TimeZoneUnknown,
        Code::NameInvalid,
        Code::WindowInvalid,
        Code::AccountNotFound,
        Code::IdInvalid,
    ];
    Routes::new().add(Operation::SettingsShow, routes!(show), &[]).add(
        Operation::SettingsSet,
        routes!(set),
        &[CODES],
    )
}

/// The organisation's settings.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SettingsView {
    /// The time zone that determines when a limit's days and months begin, as an IANA name.
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
    /// What the organisation is called; null if it was not said.
    #[schema(example = "Example Ltd")]
    organisation_name: Option<String>,
    /// The number of days within which a batch that pays the same as an earlier one is refused; 0 disables
    /// the check.
    #[schema(example = 4)]
    duplicate_window: i64,
    /// The accounts whose batches have their own duplicate window.
    duplicate_windows: Vec<AccountWindowView>,
}

/// An account's duplicate window.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountWindowView {
    /// The account's number.
    #[schema(example = "COLLECT-1")]
    account: String,
    /// The window, in days.
    #[schema(example = 0)]
    days: i64,
}

/// Changes to the settings; omitted fields stay unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct SettingsInput {
    /// The time zone that determines when a limit's days and months begin, as an IANA name.
    #[schema(example = "Europe/Berlin", min_length = 1, max_length = 64)]
    time_zone: Option<String>,
    /// What the organisation is called, as shown before sign-in; an empty text removes it.
    #[schema(example = "Example Ltd", max_length = 255)]
    organisation_name: Option<String>,
    /// The number of days within which a batch that pays the same as an earlier one is refused; 0 disables
    /// the check.
    #[schema(minimum = 0, maximum = 35, example = 4)]
    duplicate_window: Option<i64>,
    /// The duplicate window for batches whose single account is this one.
    account_window: Option<AccountWindowInput>,
}

/// An account's duplicate window.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct AccountWindowInput {
    /// The account's id or number.
    #[schema(example = "COLLECT-1")]
    account: String,
    /// The window, in days. Null or omitted: the organisation's window applies to the account again.
    #[schema(minimum = 0, maximum = 35, example = 0)]
    days: Option<i64>,
}

impl Input for SettingsInput {}

async fn current(app: &App) -> Result<SettingsView, Problem> {
    let windows = setting::duplicate_windows(&app.service).await?;
    let window = |(account, days)| AccountWindowView { account, days };
    Ok(SettingsView {
        time_zone: setting::time_zone(&app.service).await?,
        organisation_name: setting::organisation_name(&app.service).await?,
        duplicate_window: windows.days,
        duplicate_windows: windows.accounts.into_iter().map(window).collect(),
    })
}

/// Returns the organisation's settings.
#[utoipa::path(get, path = "/api/v2/settings", operation_id = "getSettings", tag = "settings",
    responses((status = 200, description = "The settings.", body = Envelope<SettingsView>)))]
pub(crate) async fn show(State(app): State<App>) -> Result<Answer<SettingsView>, Problem> {
    Ok(Answer::of(current(&app).await?))
}

/// Changes the organisation's settings.
#[utoipa::path(put, path = "/api/v2/settings", operation_id = "setSettings", tag = "settings",
    request_body = SettingsInput,
    responses((status = 200, description = "The settings.", body = Envelope<SettingsView>)))]
pub(crate) async fn set(
    State(app): State<App>,
    who: Who,
    Body(input): Body<SettingsInput>,
) -> Result<Answer<SettingsView>, Problem> {
    let change = SettingsChange {
        time_zone: input.time_zone,
        organisation_name: input.organisation_name,
        duplicate_window: input.duplicate_window,
        account_window: input.account_window.map(|window| (window.account.into(), window.days)),
    };
    setting::set(&app.service, who.actor(), &change).await?;
    Ok(Answer::saying(SET, current(&app).await?))
}
