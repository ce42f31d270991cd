//! The server's own endpoints: health, metrics, what is public about it, and the API description.

mod document;
mod health;
mod info;
mod metrics;
mod viewer;

use crate::kit::routes::Routes;
use domain::access::Operation;
use domain::code::Code;
use utoipa_axum::routes;

pub(crate) use viewer::files;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .add(Operation::Health, routes!(health::health), &[])
        .add(Operation::Ready, routes!(health::ready), &[&[Code::ServerAway]])
        .add(Operation::Metrics, routes!(metrics::metrics), &[])
        .add(Operation::PublicInfo, routes!(info::info), &[])
        .add(Operation::Document, routes!(document::document), &[])
        .add(Operation::Viewer, routes!(viewer::viewer), &[])
}
