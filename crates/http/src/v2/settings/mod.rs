//! The organisation's settings.

use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::{Body, Input};
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use crate::people::RoleName;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use domain::code::groups::STEP_UP;
use serde::{Deserialize, Serialize};
use service::Secret;
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
        &[CODES, STEP_UP],
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
    /// The roles whose users must have a second factor: without one they execute, approve and change nothing.
    factor_roles: Vec<RoleName>,
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
    /// The roles whose users must have a second factor; an empty list: none.
    #[schema(max_items = 4)]
    factor_roles: Option<Vec<RoleName>>,
    /// The caller's current one-time code, if the caller has a second factor and gave none in this session within
    /// the last five minutes.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, example = "492039")]
    code: Option<Secret>,
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

impl Input for SettingsInput {
    fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}

async fn current(app: &App) -> Result<SettingsView, Problem> {
    let windows = setting::duplicate_windows(&app.service).await?;
    let window = |(account, days)| AccountWindowView { account, days };
    Ok(SettingsView {
        time_zone: setting::time_zone(&app.service).await?,
        organisation_name: setting::organisation_name(&app.service).await?,
        duplicate_window: windows.days,
        duplicate_windows: windows.accounts.into_iter().map(window).collect(),
        factor_roles: setting::factor_roles(&app.service).await?.into_iter().map(RoleName::of).collect(),
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
    let service = who.proving(&app.service, input.code());
    let change = SettingsChange {
        time_zone: input.time_zone,
        organisation_name: input.organisation_name,
        duplicate_window: input.duplicate_window,
        account_window: input.account_window.map(|window| (window.account.into(), window.days)),
        factor_roles: input.factor_roles.map(|roles| roles.into_iter().map(RoleName::role).collect()),
    };
    setting::set(&service, who.actor(), &change).await?;
    Ok(Answer::saying(SET, current(&app).await?))
}
