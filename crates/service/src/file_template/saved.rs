//! Payees of earlier payments: those of a batch, or of a saved template.

use super::payee::{TemplatePayee, amount, is_of};
use super::{FileTemplateKind, ROWS_MAX, chosen};
use crate::account_cache::asset_of;
use crate::batch::lookup;
use crate::{Error, batch_template};
use domain::asset::Asset;
use domain::batch_ref::BatchRef;
use domain::holder_group::HolderGroupRef;
use domain::id::{AccountId, TemplateId};
use hashbrown::{HashMap, HashSet};
use store::Tx;
use store::batch_template::{BatchTemplate, TemplateItem};

/// The payments of a batch, whatever became of them.
pub(super) async fn of_batch(
    tx: &mut Tx,
    kind: FileTemplateKind,
    batch: BatchRef,
) -> Result<Vec<TemplatePayee>, Error> {
    let batch = lookup::find(tx, batch).await?;
    is_of(kind, batch.kind)?;
    let assets = store::asset::all(tx).await?;
    let asset = asset_of(&assets, batch.asset)?;
    let items = batch_template::of_batch(tx, &batch).await?;
    named(tx, kind, &asset, batch.convert, &items).await
}

/// The payments of a saved template, with the amounts of its last run, and the members of its group whom no payment
/// names.
pub(super) async fn of_template(
    tx: &mut Tx,
    kind: FileTemplateKind,
    id: TemplateId,
) -> Result<Vec<TemplatePayee>, Error> {
    let template = batch_template::find(tx, id).await?;
    is_of(kind, template.kind)?;
    let assets = store::asset::all(tx).await?;
    let asset = asset_of(&assets, template.asset)?;
    let mut items = batch_template::all(tx, &template).await?;
    if let Some(last) = store::batch_template::last_run(tx, id).await? {
        let batch = lookup::get(tx, last).await?;
        let last = batch_template::amounts_of(tx, &batch).await?;
        for item in &mut items {
            item.amount = last.get(&(item.source.0, item.target.0)).copied().unwrap_or(item.amount);
        }
    }
    let mut payees = named(tx, kind, &asset, template.convert, &items).await?;
    payees.extend(members(tx, kind, &asset, &template, &payees).await?);
    if payees.len() > ROWS_MAX { Err(batch_template::too_large()) } else { Ok(payees) }
}

async fn members(
    tx: &mut Tx,
    kind: FileTemplateKind,
    asset: &Asset,
    template: &BatchTemplate,
    payees: &[TemplatePayee],
) -> Result<Vec<TemplatePayee>, Error> {
    let Some(group) = template.holder_group else { return Ok(Vec::new()) };
    let mut members = chosen::members(tx, kind, &HolderGroupRef::Id(group), &asset.code).await?;
    let named: HashSet<&str> = payees.iter().map(|payee| payee.account.as_str()).collect();
    members.retain(|member| !named.contains(member.account.as_str()));
    Ok(members)
}

/// Payments with the numbers and names of their accounts.
async fn named(
    tx: &mut Tx,
    kind: FileTemplateKind,
    asset: &Asset,
    converts: bool,
    items: &[TemplateItem],
) -> Result<Vec<TemplatePayee>, Error> {
    let mut ids: Vec<i64> = items.iter().flat_map(|item| [item.source.0, item.target.0]).collect();
    ids.sort_unstable();
    ids.dedup();
    let owners = store::account::owners(tx, ids).await?;
    let owners: HashMap<i64, (String, String)> =
        owners.into_iter().map(|(id, number, holder)| (id, (number, holder.unwrap_or_default()))).collect();
    let owner = |id: AccountId| owners.get(&id.0).cloned().unwrap_or_default();
    let currency = if converts { String::new() } else { asset.code.clone() };
    let payee = |item: &TemplateItem| {
        let (payer, own) = match kind {
            FileTemplateKind::ManyToOne => (String::new(), item.source),
            FileTemplateKind::ManyToMany => (owner(item.source).0, item.target),
            FileTemplateKind::OneToMany | FileTemplateKind::Accounts => (String::new(), item.target),
        };
        let (account, holder) = owner(own);
        TemplatePayee {
            payer,
            account,
            holder,
            amount: amount(item.amount, asset),
            currency: currency.clone(),
            memo: item.memo.clone().unwrap_or_default(),
            reference: item.reference.clone().unwrap_or_default(),
        }
    };
    Ok(items.iter().map(payee).collect())
}
