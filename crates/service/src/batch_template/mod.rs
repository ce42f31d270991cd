//! Saved templates of batches: the same payees again, with the saved amounts, those of the last run, or none yet.

mod change;
mod content;
mod described;
mod draw_up;
mod lookup;
mod members;
mod save;
mod today;

pub use self::change::{TemplateChange, change, remove};
pub use self::described::DescribedTemplate;
pub use self::draw_up::{DrawUp, DrawnUp, TemplateAmounts, draw_up};
pub use self::lookup::TemplateRequest;
pub use self::save::{NewTemplate, TemplateContent, save};
pub use store::batch_template::{BatchTemplate, TemplateFilter, TemplateItem};

pub(crate) use self::content::{of_batch, too_large};
pub(crate) use self::lookup::find;
pub(crate) use self::today::payments_today;

use self::described::{describe, described};
use crate::{Error, Service};
use domain::id::TemplateId;
use hashbrown::HashMap;
use store::batch_template as stored;
use store::listing::{CursorKey, PageRequest};

/// A saved payment with its accounts' numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedPayment {
    /// The payment.
    pub item: TemplateItem,
    /// The payer's account number.
    pub source: String,
    /// The payee's account number.
    pub target: String,
}

/// A page of the list of templates.
#[derive(Debug, Clone)]
pub struct TemplatePage {
    /// The templates, in id order.
    pub templates: Vec<DescribedTemplate>,
    /// The id after which the next page begins; none on the last page.
    pub next: Option<i64>,
}

/// Templates after an id that match a filter.
pub async fn list(
    service: &Service,
    filter: &TemplateFilter,
    after: i64,
    limit: i64,
) -> Result<TemplatePage, Error> {
    let mut tx = service.store.read().await?;
    let after = Some(CursorKey { value: after.into(), key: after });
    let slice = PageRequest { after, limit: limit + 1, ..PageRequest::default() };
    let mut templates = stored::list(&mut tx, filter, slice).await?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_more = templates.len() > wanted;
    templates.truncate(wanted);
    let next = templates.last().filter(|_| is_more).map(|last| last.id.0);
    Ok(TemplatePage { templates: described(&mut tx, templates).await?, next })
}

/// One template.
pub async fn show(service: &Service, id: TemplateId) -> Result<DescribedTemplate, Error> {
    let mut tx = service.store.read().await?;
    let template = find(&mut tx, id).await?;
    describe(&mut tx, template).await
}

/// The saved payments of a template after a place, and the template.
pub async fn payments(
    service: &Service,
    id: TemplateId,
    after: i64,
    limit: i64,
) -> Result<(DescribedTemplate, Vec<DescribedPayment>), Error> {
    let mut tx = service.store.read().await?;
    let template = find(&mut tx, id).await?;
    let items = stored::items(&mut tx, id, after, limit).await?;
    let mut ids: Vec<i64> = items.iter().flat_map(|item| [item.source.0, item.target.0]).collect();
    ids.sort_unstable();
    ids.dedup();
    let numbers: HashMap<i64, String> = store::account::numbers(&mut tx, ids).await?.into_iter().collect();
    let number = |id: i64| numbers.get(&id).cloned().unwrap_or_default();
    let described = |item: TemplateItem| {
        let (source, target) = (number(item.source.0), number(item.target.0));
        DescribedPayment { item, source, target }
    };
    let payments = items.into_iter().map(described).collect();
    Ok((describe(&mut tx, template).await?, payments))
}
