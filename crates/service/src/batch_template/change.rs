//! Changing and removing templates.

use super::content::{all, are_distinct, audited, of_rows};
use super::described::{DescribedTemplate, describe};
use super::lookup::{TemplateRequest, find, locked};
use super::save::{description, free_name, group_of};
use crate::approval::makers;
use crate::batch::draft::check_head;
use crate::batch::items::number_of_rows;
use crate::batch::rows::row::too_many_rows;
use crate::batch::rows::{self, Amounts, NewRow, ROWS_MAX};
use crate::batch::terms::{BatchTerms, check_outside, outside, terms};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service, asset};
use domain::batch::BatchMode;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::holder_group::HolderGroupRef;
use store::Tx;
use store::audit::Actor;
use store::batch_template::{self as stored, BatchTemplate};
use store::named_lock::{self, NamedLock};

/// The changes to a template; an absent field stays as it is.
#[derive(Debug, Clone, Default)]
pub struct TemplateChange {
    /// The name.
    pub name: Option<String>,
    /// What it is for; empty removes the description.
    pub description: Option<String>,
    /// The remarks of the batches; empty removes them.
    pub remarks: Option<String>,
    /// How a failed item affects the rest.
    pub mode: Option<BatchMode>,
    /// The group whose members are paid besides; `Some(None)` removes it.
    pub group: Option<Option<HolderGroupRef>>,
    /// Rows that replace all payments.
    pub rows: Option<(Amounts, Vec<NewRow>)>,
}

/// Changes a template. Batches that were made from it stay as they are.
pub async fn change(
    service: &Service,
    actor: &Actor,
    request: &TemplateRequest,
    change: &TemplateChange,
) -> Result<DescribedTemplate, Error> {
    let mut write = claimed!(service.write(actor, Action::TemplateChange));
    write.about.id = Some(request.id.0);
    let done = change_in(&mut write, request, change).await;
    write.end(done).await
}

/// Removes a template. Batches that were made from it stay.
pub async fn remove(
    service: &Service,
    actor: &Actor,
    request: &TemplateRequest,
) -> Result<DescribedTemplate, Error> {
    let mut write = claimed!(service.write(actor, Action::TemplateRemove));
    write.about.id = Some(request.id.0);
    let done = remove_in(&mut write, request).await;
    write.end(done).await
}

async fn change_in(
    write: &mut Write,
    request: &TemplateRequest,
    change: &TemplateChange,
) -> Result<WriteResult<DescribedTemplate>, Error> {
    named_lock::take(&mut write.tx, NamedLock::Directory).await?;
    let before = locked(&mut write.tx, &write.actor, request).await?;
    let tx = &mut write.tx;
    let mut after = changed(tx, &before, change).await?;
    if after == before && change.rows.is_none() {
        return Ok(WriteResult::nothing(describe(tx, before).await?));
    }
    (after.version, after.changed_at) = (before.version + 1, write.now);
    let (mut old, mut items) = (None, None);
    if let Some((amounts, new)) = &change.rows {
        if new.len() > ROWS_MAX {
            return Err(too_many_rows());
        }
        if !new.is_empty() {
            check_outside(before.kind, number_of_rows(new.len()))?;
        }
        let terms = terms_of(tx, &before).await?;
        let accepted = rows::take_any(tx, &terms, amounts, new).await?;
        // The database's sum cannot overflow either.
        terms.within_maximum(accepted.total)?;
        old = Some(all(tx, &before).await?);
        let payments = of_rows(&accepted.rows);
        are_distinct(tx, before.kind, before.allow_repeat, &payments).await?;
        stored::clear_items(tx, before.id).await?;
        stored::add_items(tx, before.id, &payments).await?;
        items = Some(payments);
    }
    stored::change(tx, &after).await?;
    makers::add_to_template(write, before.id).await?;
    let tx = &mut write.tx;
    let after = find(tx, before.id).await?;
    if after.items == 0 && after.holder_group.is_none() {
        return Err(Code::BatchEmpty.into());
    }
    let fact = Fact::new(Action::TemplateChange, Some(after.id.0))
        .with("version", after.version)
        .with("if_match", request.version)
        .with("before", audited(&before, old.as_deref()))
        .with("after", audited(&after, items.as_deref()));
    Ok(WriteResult::one(describe(tx, after).await?, fact))
}

async fn changed(
    tx: &mut Tx,
    before: &BatchTemplate,
    change: &TemplateChange,
) -> Result<BatchTemplate, Error> {
    let mut after = before.clone();
    if let Some(name) = &change.name {
        after.name = free_name(tx, name, Some(before.id)).await?;
    }
    if let Some(text) = &change.description {
        after.description = description(text)?;
    }
    if let Some(remarks) = &change.remarks {
        after.remarks = check_head(&after.name, Some(remarks.as_str()))?.1;
    }
    after.mode = change.mode.unwrap_or(before.mode);
    if let Some(group) = &change.group {
        after.holder_group = group_of(tx, group.as_ref(), before.kind).await?;
    }
    Ok(after)
}

async fn remove_in(
    write: &mut Write,
    request: &TemplateRequest,
) -> Result<WriteResult<DescribedTemplate>, Error> {
    let template = locked(&mut write.tx, &write.actor, request).await?;
    let items = all(&mut write.tx, &template).await?;
    let described = describe(&mut write.tx, template).await?;
    stored::remove(&mut write.tx, request.id).await?;
    let fact = Fact::new(Action::TemplateRemove, Some(request.id.0))
        .with("name", described.template.name.as_str())
        .with("before", audited(&described.template, Some(&items)));
    Ok(WriteResult::one(described, fact))
}

/// The rules for a template's rows.
pub(super) async fn terms_of(tx: &mut Tx, template: &BatchTemplate) -> Result<BatchTerms, Error> {
    let asset = asset::by_id(tx, template.asset).await?;
    let single = if template.kind.is_outside() {
        Some(outside(tx, Some(&asset.code)).await?.0)
    } else {
        match template.account {
            Some(id) => store::account::by_id(tx, id).await?.map(|account| (id, account.asset)),
            None => None,
        }
    };
    let terms = terms(tx, template.kind, asset, single, template.convert).await?;
    Ok(BatchTerms { allow_repeat: template.allow_repeat, ..terms })
}
