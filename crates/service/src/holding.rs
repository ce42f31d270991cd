//! Which API keys still hold: asked for those whose connections stay open after they were checked.

use crate::{Error, Service};
use std::collections::HashSet;

impl Service {
    /// Of these keys, the ones that were neither revoked nor have expired.
    pub async fn keys_that_hold(&self, keys: &[i64]) -> Result<HashSet<i64>, Error> {
        let mut holding = HashSet::with_capacity(keys.len());
        if keys.is_empty() {
            return Ok(holding);
        }
        let now = self.now();
        let mut tx = self.store.read().await?;
        for id in keys {
            let key = store::api_key::get(&mut tx, *id).await?;
            let holds = |key: &store::api_key::ApiKey| {
                key.revoked_at.is_none() && key.expires_at.is_none_or(|at| at > now)
            };
            if key.as_ref().is_some_and(holds) {
                holding.insert(*id);
            }
        }
        Ok(holding)
    }
}
