//! Lists of batches: by filter, sort and page.

use super::row::Batch;
use crate::args;
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::{Row, Value};
use domain::batch::{BatchState, BatchType};

/// Which batches a list shows.
#[derive(Debug, Clone, Default)]
pub struct BatchFilter {
    /// Only these states; empty: all.
    pub states: Vec<BatchState>,
    /// Only this type.
    pub kind: Option<BatchType>,
    /// Part of the name, ignoring case.
    pub text: Option<String>,
    /// Created at or after this time, microseconds UTC.
    pub from: Option<i64>,
    /// Created before this time.
    pub until: Option<i64>,
    /// Before this id: lists are newest first.
    pub before: Option<i64>,
}

/// The sort order of a list. Ties are listed newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BatchSort {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
    /// By name.
    Name,
    /// By name, descending.
    NameBackwards,
    /// Smallest total first, regardless of currency.
    Smallest,
    /// Largest total first.
    Largest,
}

impl BatchSort {
    const fn order(self) -> &'static str {
        match self {
            Self::Newest => " ORDER BY id DESC",
            Self::Oldest => " ORDER BY id",
            Self::Name => " ORDER BY name, id DESC",
            Self::NameBackwards => " ORDER BY name DESC, id DESC",
            Self::Smallest => " ORDER BY total_amount, id DESC",
            Self::Largest => " ORDER BY total_amount DESC, id DESC",
        }
    }
}

impl BatchFilter {
    fn condition(&self, args: &mut Vec<Value>) -> String {
        *args = args![1_i64];
        let mut text = " FROM batch WHERE ready = $1".to_owned();
        if !self.states.is_empty() {
            let numbers: Vec<_> = self.states.iter().map(|state| state.number().to_string()).collect();
            text += &format!(" AND state IN ({})", numbers.join(", "));
        }
        // An engine may ignore case for ASCII letters only; other letters then match as written.
        if let Some(part) = &self.text {
            args.extend(args![pattern(&part.to_lowercase()), pattern(part)]);
            text += " AND (LOWER(name) LIKE $2 ESCAPE '!' OR name LIKE $3 ESCAPE '!')";
        }
        let conditions: [(&str, Option<Value>); 4] = [
            (" AND kind = ?", self.kind.map(|kind| kind.number().into())),
            (" AND created_at >= ?", self.from.map(Value::from)),
            (" AND created_at < ?", self.until.map(Value::from)),
            (" AND id < ?", self.before.map(Value::from)),
        ];
        for (condition, value) in conditions {
            let Some(value) = value else { continue };
            args.push(value);
            text += &condition.replace('?', &format!("${}", args.len()));
        }
        text
    }
}

/// Unescaped, `%` and `_` would match any text, and the engines disagree on what a backslash does.
fn pattern(part: &str) -> String {
    let mut pattern = part.to_owned();
    for special in ['!', '%', '_'] {
        pattern = pattern.replace(special, &format!("!{special}"));
    }
    format!("%{pattern}%")
}

/// Batches of a list, sorted, skipping the first `offset`.
pub async fn list(
    tx: &mut Tx,
    filter: &BatchFilter,
    sort: BatchSort,
    limit: i64,
    offset: i64,
) -> Result<Vec<Batch>, StoreError> {
    let mut args = Vec::new();
    let condition = filter.condition(&mut args);
    args.extend(args![limit, offset]);
    let order = sort.order();
    let (limit_at, offset_at) = (args.len() - 1, args.len());
    let columns = Batch::COLUMNS;
    let text = format!("SELECT {columns}{condition}{order} LIMIT ${limit_at} OFFSET ${offset_at}");
    tx.fetch_text(text, args).await?.iter().map(Row::read).collect()
}

/// The number of batches in a list.
pub async fn count(tx: &mut Tx, filter: &BatchFilter) -> Result<i64, StoreError> {
    let mut args = Vec::new();
    let condition = filter.condition(&mut args);
    let rows = tx.fetch_text(format!("SELECT COUNT(*){condition}"), args).await?;
    rows.first().map_or(Ok(0), |row| row.i64(0))
}
