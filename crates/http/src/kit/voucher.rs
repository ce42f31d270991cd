//! Vouchers in a request: document 001's string or array.

use serde::Deserialize;
use utoipa::ToSchema;

/// The locations of vouchers: one or several.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum VouchersInput {
    /// One location.
    One(String),
    /// Several locations.
    Many(Vec<String>),
}

impl From<VouchersInput> for Vec<String> {
    fn from(vouchers: VouchersInput) -> Self {
        match vouchers {
            VouchersInput::One(url) => vec![url],
            VouchersInput::Many(urls) => urls,
        }
    }
}
