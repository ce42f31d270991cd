//! The batch that another one is compared with: the last ended one of the same kind, account and name, apart
//! from numbers, dates and months. Once there are templates, the last one of the same template comes first.

use super::compared::{ComparedBatch, DAY_US};
use crate::Error;
use domain::change::name_pattern;
use store::Tx;
use store::batch::Batch;

/// How far back a base is sought: a year and a month, for what is paid once a year.
const BASE_US: i64 = 400 * DAY_US;

/// The base of a batch, if there is one.
pub(super) async fn of(tx: &mut Tx, compared: &ComparedBatch<'_>) -> Result<Option<Batch>, Error> {
    let range = (compared.until.saturating_sub(BASE_US), compared.until);
    let mut bases = store::change::paid_bases(tx, &compared.subject, range).await?;
    let pattern = name_pattern(compared.name);
    bases.retain(|base| name_pattern(&base.name) == pattern);
    Ok(bases.into_iter().max_by_key(|base| (base.completed_at, base.id)))
}
