//! The API for programs and the web page: `/api/v2`, one folder per noun.

pub(crate) mod account;
mod approval_policy;
mod audit;
mod currency;
mod fx;
mod holder;
mod policy;
mod settings;
mod statistics;
mod transfer;
mod webhook;

use crate::kit::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(transfer::routes())
        .merge(account::routes())
        .merge(holder::routes())
        .merge(currency::routes())
        .merge(fx::routes())
        .merge(policy::routes())
        .merge(approval_policy::routes())
        .merge(statistics::routes())
        .merge(audit::routes())
        .merge(settings::routes())
        .merge(webhook::routes())
}
