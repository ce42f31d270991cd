//! Who made a batch: everybody who created, edited, repriced or submitted it, or the batch or template that its content is
//! from, and the people behind API keys that did. None of them may approve it, which a trigger enforces too.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::id::{BatchId, TemplateId};
use domain::principal::Principal;

record! {
    /// A principal that made a batch, and a person behind it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Editor {
        /// The batch.
        pub batch: BatchId,
        /// The principal's kind.
        pub kind: i64,
        /// The principal's id; 0 for a kind without ids.
        pub id: i64,
        /// The user behind it; 0 if there is none.
        pub person: i64,
        /// When it did so for the first time, microseconds UTC.
        pub at: i64,
    }
}

static ADD: Sql = Sql::new(
    "INSERT INTO batch_editor (batch, kind, id, person, at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (batch, kind, id, person) DO NOTHING",
);
// With the times of the first deeds: what an administrator made before counts as made before.
static AS_BATCH: Sql = Sql::new(
    "INSERT INTO batch_editor (batch, kind, id, person, at)
     SELECT CAST($1 AS BIGINT), e.kind, e.id, e.person, e.at FROM batch_editor e WHERE e.batch = $2
     ON CONFLICT (batch, kind, id, person) DO NOTHING",
);
static AS_TEMPLATE: Sql = Sql::new(
    "INSERT INTO batch_editor (batch, kind, id, person, at)
     SELECT CAST($1 AS BIGINT), e.kind, e.id, e.person, e.at FROM batch_template_editor e WHERE e.template = $2
     ON CONFLICT (batch, kind, id, person) DO NOTHING",
);
static OF_MANY: Lookup =
    Lookup { columns: Editor::COLUMNS, from: "batch_editor", key: "batch", and: "", lock: Lock::None };
// The users who created or rotated a key know its secret.
static BEHIND_KEY: Sql = Sql::new(
    "SELECT created_by_id FROM api_key WHERE id = $1 AND created_by_kind = 3
     UNION
     SELECT actor_id FROM audit
     WHERE subject = 'api_key' AND subject_id = $1 AND action IN ('api_key.add', 'api_key.rotate')
       AND result = 'ok' AND actor_kind = 3
     ORDER BY 1",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&ADD, &AS_BATCH, &AS_TEMPLATE, &BEHIND_KEY];

/// The users who know an API key's secret: its creator and everybody who rotated it.
pub async fn behind_key(tx: &mut Tx, key: i64) -> Result<Vec<i64>, StoreError> {
    tx.fetch(&BEHIND_KEY, args![key]).await?.iter().map(|row| row.i64(0)).collect()
}

/// Records that a principal made a part of a batch, and who is behind it.
pub async fn add(
    tx: &mut Tx,
    batch: BatchId,
    principal: Principal,
    people: &[i64],
    now: i64,
) -> Result<(), StoreError> {
    let (kind, id) = (principal.kind(), principal.id().unwrap_or(0));
    let people = if people.is_empty() { &[0] } else { people };
    for person in people {
        tx.execute(&ADD, args![batch.0, kind, id, *person, now]).await?;
    }
    Ok(())
}

/// Records the makers of another batch, whose content a batch has.
pub async fn add_those_of(tx: &mut Tx, batch: BatchId, other: BatchId) -> Result<(), StoreError> {
    tx.execute(&AS_BATCH, args![batch.0, other.0]).await.map(|_| ())
}

/// Records those who saved and changed the template that a batch is made from.
pub async fn add_those_of_template(
    tx: &mut Tx,
    batch: BatchId,
    template: TemplateId,
) -> Result<(), StoreError> {
    tx.execute(&AS_TEMPLATE, args![batch.0, template.0]).await.map(|_| ())
}

/// Who made these batches; ids sorted and distinct.
pub async fn of_many(tx: &mut Tx, batches: Vec<i64>) -> Result<Vec<Editor>, StoreError> {
    tx.lookup(&OF_MANY, Column::I64(batches)).await?.iter().map(Row::read).collect()
}

impl Editor {
    /// The principal; none if the row is not one that [`add`] writes.
    #[must_use]
    pub fn principal(&self) -> Option<Principal> {
        Principal::from_stored(self.kind, (self.id != 0).then_some(self.id))
    }
}
