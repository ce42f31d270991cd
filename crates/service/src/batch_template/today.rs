//! Whom a template would pay today: the payments of a draft from it, before anybody decides about those who are left out.

use super::change::terms_of;
use super::content::{amounts_of, of_rows, rows_of};
use super::draw_up::is_small;
use super::members::members;
use crate::Error;
use crate::batch::lookup;
use crate::batch::rows::{self, Amounts};
use domain::id::HolderId;
use domain::noun::NounId;
use hashbrown::{HashMap, HashSet};
use store::Tx;
use store::batch_template::{self as stored, BatchTemplate, TemplateItem};

/// The payments of a template as of today.
pub(crate) struct TodaysPayments {
    /// Those that can be made, with the amounts of the template's last run, else as they were saved. A member of the
    /// group who was in no run has none.
    pub items: Vec<TemplateItem>,
    /// The holders who cannot be paid: without an account in the currency, or with one that is closed or frozen.
    pub left_out: Vec<HolderId>,
}

/// Reads a template's payments, looking up again whom it names by e-mail address or uid, and adds the members of its
/// group whom no payment names.
pub(crate) async fn payments_today(tx: &mut Tx, template: &BatchTemplate) -> Result<TodaysPayments, Error> {
    is_small(tx, template).await?;
    let terms = terms_of(tx, template).await?;
    let mut saved = rows_of(tx, template).await?;
    let missing = members(tx, template, &terms, &mut saved).await?;
    let examined = rows::examine(tx, &terms, &Amounts::Open, &saved.rows).await?;
    let bad: HashSet<usize> = examined.problems.iter().map(|(place, _)| *place).collect();
    let good = saved.amounts.iter().enumerate().filter(|(place, _)| !bad.contains(place));
    let last = last_amounts(tx, template).await?;
    let mut items = of_rows(&examined.accepted);
    for (item, (_, saved)) in items.iter_mut().zip(good) {
        item.amount = last.get(&(item.source.0, item.target.0)).copied().unwrap_or(*saved);
    }
    let refused = saved.holders.iter().enumerate().filter(|(place, _)| bad.contains(place));
    let members = missing.iter().filter_map(|(_, wrong)| HolderId::from_tagged(&wrong.value).ok());
    let left_out = refused.filter_map(|(_, holder)| *holder).chain(members).collect();
    Ok(TodaysPayments { items, left_out })
}

/// The amounts of the template's last run by payer and payee; none if it was not run yet.
async fn last_amounts(tx: &mut Tx, template: &BatchTemplate) -> Result<HashMap<(i64, i64), i64>, Error> {
    let Some(last) = stored::last_run(tx, template.id).await? else { return Ok(HashMap::new()) };
    let batch = lookup::get(tx, last).await?;
    amounts_of(tx, &batch).await
}
