//! Templates with the names of what they refer to.

use super::lookup::missing;
use crate::Error;
use domain::asset::Asset;
use hashbrown::HashMap;
use store::batch_template::BatchTemplate;
use store::{StoreError, Tx};

/// A template with the names of what it refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedTemplate {
    /// The template.
    pub template: BatchTemplate,
    /// Its currency.
    pub asset: Asset,
    /// Its single account's number.
    pub account: Option<String>,
    /// The name of its group.
    pub group: Option<String>,
}

pub(super) async fn describe(tx: &mut Tx, template: BatchTemplate) -> Result<DescribedTemplate, Error> {
    let id = template.id;
    described(tx, vec![template]).await?.pop().ok_or_else(|| missing(id))
}

pub(super) async fn described(
    tx: &mut Tx,
    templates: Vec<BatchTemplate>,
) -> Result<Vec<DescribedTemplate>, Error> {
    let assets: HashMap<_, Asset> =
        store::asset::all(tx).await?.into_iter().map(|asset| (asset.id, asset)).collect();
    let mut ids: Vec<i64> = templates.iter().filter_map(|one| one.account.map(|id| id.0)).collect();
    ids.sort_unstable();
    ids.dedup();
    let numbers: HashMap<i64, String> = store::account::numbers(tx, ids).await?.into_iter().collect();
    let mut groups: HashMap<i64, String> = HashMap::new();
    for id in templates.iter().filter_map(|one| one.holder_group) {
        if !groups.contains_key(&id.0)
            && let Some(group) = store::holder_group::get(tx, &id.into()).await?
        {
            groups.insert(id.0, group.name);
        }
    }
    let one = |template: BatchTemplate| {
        let account = template.account.and_then(|id| numbers.get(&id.0).cloned());
        let group = template.holder_group.and_then(|id| groups.get(&id.0).cloned());
        let asset = assets.get(&template.asset).cloned();
        let asset = asset.ok_or_else(|| StoreError::Corrupt(format!("template {}", template.id)))?;
        Ok(DescribedTemplate { template, asset, account, group })
    };
    templates.into_iter().map(one).collect()
}
