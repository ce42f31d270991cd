//! What the server says of itself: health, metrics, the document of the API.

pub(crate) mod document;
mod health;

use crate::routes::Routes;
use domain::access::Operation;
use domain::code::Code;
use utoipa_axum::routes;

pub(crate) fn routes() -> Routes {
    Routes::new().add(Operation::Health, routes!(health::health), &[]).add(
        Operation::Ready,
        routes!(health::ready),
        &[Code::ServerAway],
    )
}
