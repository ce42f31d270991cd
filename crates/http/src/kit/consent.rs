//! The codes of a request that debits accounts.

use service::consent::{Consent, account_key};
use service::{Secret, Service};
use std::collections::BTreeMap;

/// The service for a request with these codes of debited accounts.
pub(crate) async fn consenting(
    service: &Service,
    code: Option<Secret>,
    codes: Option<BTreeMap<String, Secret>>,
    is_automatic: bool,
) -> Service {
    let codes = codes.unwrap_or_default().into_iter();
    let codes = codes.map(|(account, code)| (account_key(&account), code)).collect();
    service.with_consent(Consent::new(code, codes, is_automatic)).await
}
