//! Saved templates of batches: a head, the payments it saves, and which batches were made from it. What changes a
//! template holds its row's lock.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::listing::{Listing, PageRequest};
use crate::record::{inserted, record};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::batch::{BatchMode, BatchType, ContactType};
use domain::holder_group::key_of;
use domain::id::{AccountId, AssetId, BatchId, HolderGroupId, TemplateId};
use domain::principal::{Author, Principal};

record! {
    /// A saved template.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct BatchTemplate {
        /// Its id.
        pub id: TemplateId,
        /// Its name; no two templates have names that read alike.
        pub name: String,
        /// What it is for; may be empty.
        pub description: String,
        /// Which side is the single account.
        pub kind: BatchType,
        /// What a failed item means for the rest.
        pub mode: BatchMode,
        /// The currency of the amounts.
        pub asset: AssetId,
        /// The single account; none when each payment names both sides.
        pub account: Option<AccountId>,
        /// Whether payees in another currency are paid in it.
        pub convert: bool,
        /// Whether the rate is the one stored at execution.
        pub follows_rates: bool,
        /// Whether a payee may appear twice.
        pub allow_repeat: bool,
        /// The remarks of the batches.
        pub remarks: Option<String>,
        /// The group whose members are paid besides.
        pub holder_group: Option<HolderGroupId>,
        /// The number of saved payments.
        pub items: i64,
        /// The sum of their amounts, minor units.
        pub amount: i64,
        /// Raised by every change.
        pub version: i64,
        /// Who saved it.
        pub created_by: Author = "created_by, created_by_kind, created_by_id",
        /// When it was saved, microseconds UTC.
        pub created_at: i64,
        /// When it was last changed.
        pub changed_at: i64,
    }
}

record! {
    /// A saved payment.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct TemplateItem {
        /// Its place, from 1.
        pub place: i64,
        /// The payer.
        pub source: AccountId,
        /// The payee.
        pub target: AccountId,
        /// How its own side was written, if not as the account's number: of which kind the text is.
        pub contact_kind: Option<ContactType>,
        /// The text.
        pub contact: Option<String>,
        /// The amount in minor units; 0: none was saved.
        pub amount: i64,
        /// What it is for.
        pub memo: Option<String>,
        /// Free text for the payee.
        pub reference: Option<String>,
    }
}

const BY_ID: &str = sql!("SELECT ", BatchTemplate::COLUMNS, " FROM batch_template WHERE id = $1");

static INSERT: Sql = Sql::new(
    "INSERT INTO batch_template (name, name_key, description, kind, mode, asset, account, convert, follows_rates,
       allow_repeat, remarks, holder_group, items, amount, version, created_by, created_at, changed_at,
       created_by_kind, created_by_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 1, $13, $14, $14, $15, $16) RETURNING id",
);
static GET: Sql = Sql::new(BY_ID);
static LOCK: Sql = Sql::locking(BY_ID);
static NAMED: Sql =
    Sql::new(sql!("SELECT ", BatchTemplate::COLUMNS, " FROM batch_template WHERE name_key = $1"));
static OF_GROUP: Sql = Sql::new(sql!(
    "SELECT ",
    BatchTemplate::COLUMNS,
    " FROM batch_template WHERE holder_group = $1 ORDER BY id LIMIT 1"
));
static CHANGE: Sql = Sql::new(
    "UPDATE batch_template SET name = $2, name_key = $3, description = $4, mode = $5, remarks = $6,
       holder_group = $7, version = $8, changed_at = $9 WHERE id = $1",
);
static TOTAL: Sql = Sql::new(
    "UPDATE batch_template SET
       items = (SELECT COUNT(*) FROM batch_template_item i WHERE i.template = $1),
       amount = (SELECT COALESCE(SUM(i.amount), 0) FROM batch_template_item i WHERE i.template = $1)
     WHERE id = $1",
);
static REMOVE: Sql = Sql::new("DELETE FROM batch_template WHERE id = $1");
static EMPTY: Sql = Sql::new("DELETE FROM batch_template_item WHERE template = $1");
static FORGET: Sql = Sql::new("DELETE FROM batch_template_use WHERE template = $1");
static ITEMS: Sql = Sql::new(sql!(
    "SELECT ",
    TemplateItem::COLUMNS,
    " FROM batch_template_item WHERE template = $1 AND place > $2 ORDER BY place LIMIT $3",
));
static EDITED: Sql = Sql::new(
    "INSERT INTO batch_template_editor (template, kind, id, person, at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (template, kind, id, person) DO NOTHING",
);
static MADE_BY: Sql = Sql::new(
    "INSERT INTO batch_template_editor (template, kind, id, person, at)
     SELECT CAST($1 AS BIGINT), e.kind, e.id, e.person, e.at FROM batch_editor e WHERE e.batch = $2
     ON CONFLICT (template, kind, id, person) DO NOTHING",
);
static UNMAKE: Sql = Sql::new("DELETE FROM batch_template_editor WHERE template = $1");
static USE: Sql = Sql::new("INSERT INTO batch_template_use (template, batch) VALUES ($1, $2)");
static LAST_RUN: Sql = Sql::new(
    "SELECT b.id FROM batch_template_use u JOIN batch b ON b.id = u.batch
     WHERE u.template = $1 AND b.started_at IS NOT NULL ORDER BY b.started_at DESC, b.id DESC LIMIT 1",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![
    &INSERT, &GET, &LOCK, &NAMED, &OF_GROUP, &CHANGE, &TOTAL, &REMOVE, &EMPTY, &FORGET, &ITEMS, &EDITED,
    &MADE_BY, &UNMAKE, &USE, &LAST_RUN
];

/// Which templates a list shows.
#[derive(Debug, Clone, Default)]
pub struct TemplateFilter {
    /// Part of the name or the description.
    pub text: Option<String>,
    /// Only of this type.
    pub kind: Option<BatchType>,
}

/// Saves a template without payments; its id is assigned here.
pub async fn insert(tx: &mut Tx, template: &BatchTemplate) -> Result<TemplateId, StoreError> {
    let args = args![
        template.name.as_str(),
        key_of(&template.name),
        template.description.as_str(),
        template.kind.number(),
        template.mode.number(),
        template.asset.0,
        template.account.map(|id| id.0),
        i64::from(template.convert),
        i64::from(template.follows_rates),
        i64::from(template.allow_repeat),
        template.remarks.clone(),
        template.holder_group.map(|id| id.0),
        template.created_by.name.as_str(),
        template.created_at,
        template.created_by.principal.kind(),
        template.created_by.principal.id(),
    ];
    let rows = tx.fetch(&INSERT, args).await?;
    rows.first().ok_or_else(|| StoreError::Corrupt("no id".to_owned()))?.i64(0).map(TemplateId)
}

inserted! {
    INSERT_ITEM into "batch_template_item",
    fn item_columns(items: &[TemplateItem], template: TemplateId) each item {
        template = Column::Same(template.0, items.len()),
        place: item.place,
        source: item.source,
        target: item.target,
        contact_kind: item.contact_kind,
        contact: item.contact.clone(),
        amount: item.amount,
        memo: item.memo.clone(),
        reference: item.reference.clone(),
    }
}

/// Adds payments to a template.
pub async fn add_items(tx: &mut Tx, id: TemplateId, items: &[TemplateItem]) -> Result<(), StoreError> {
    if !items.is_empty() {
        tx.insert(&INSERT_ITEM, item_columns(items, id)).await?;
    }
    tx.execute(&TOTAL, args![id.0]).await.map(|_| ())
}

/// Removes a template's payments.
pub async fn clear_items(tx: &mut Tx, id: TemplateId) -> Result<(), StoreError> {
    tx.execute(&EMPTY, args![id.0]).await?;
    tx.execute(&TOTAL, args![id.0]).await.map(|_| ())
}

/// A template by its id.
pub async fn get(tx: &mut Tx, id: TemplateId) -> Result<Option<BatchTemplate>, StoreError> {
    tx.fetch(&GET, args![id.0]).await?.first().map(Row::read).transpose()
}

/// The same, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: TemplateId) -> Result<Option<BatchTemplate>, StoreError> {
    tx.fetch(&LOCK, args![id.0]).await?.first().map(Row::read).transpose()
}

/// The template whose name reads the same.
pub async fn by_name(tx: &mut Tx, name: &str) -> Result<Option<BatchTemplate>, StoreError> {
    tx.fetch(&NAMED, args![key_of(name)]).await?.first().map(Row::read).transpose()
}

/// A template that pays the members of a group.
pub async fn of_group(tx: &mut Tx, group: HolderGroupId) -> Result<Option<BatchTemplate>, StoreError> {
    tx.fetch(&OF_GROUP, args![group.0]).await?.first().map(Row::read).transpose()
}

/// Updates a template's name, description, mode, remarks and group.
pub async fn change(tx: &mut Tx, template: &BatchTemplate) -> Result<(), StoreError> {
    let args = args![
        template.id.0,
        template.name.as_str(),
        key_of(&template.name),
        template.description.as_str(),
        template.mode.number(),
        template.remarks.clone(),
        template.holder_group.map(|id| id.0),
        template.version,
        template.changed_at,
    ];
    tx.execute(&CHANGE, args).await.map(|_| ())
}

/// Removes a template. The batches made from it stay.
pub async fn remove(tx: &mut Tx, id: TemplateId) -> Result<(), StoreError> {
    tx.execute(&EMPTY, args![id.0]).await?;
    tx.execute(&FORGET, args![id.0]).await?;
    tx.execute(&UNMAKE, args![id.0]).await?;
    tx.execute(&REMOVE, args![id.0]).await.map(|_| ())
}

/// A template's payments after a place, in order.
pub async fn items(
    tx: &mut Tx,
    id: TemplateId,
    after: i64,
    limit: i64,
) -> Result<Vec<TemplateItem>, StoreError> {
    tx.fetch(&ITEMS, args![id.0, after, limit]).await?.iter().map(Row::read).collect()
}

/// Records that a principal saved or changed a template, and who is behind it.
pub async fn edited(
    tx: &mut Tx,
    id: TemplateId,
    principal: Principal,
    people: &[i64],
    now: i64,
) -> Result<(), StoreError> {
    let people = if people.is_empty() { &[0] } else { people };
    for person in people {
        let principal = (principal.kind(), principal.id().unwrap_or(0));
        tx.execute(&EDITED, args![id.0, principal.0, principal.1, *person, now]).await?;
    }
    Ok(())
}

/// Records the makers of a batch as those of a template that is saved from it.
pub async fn made_by(tx: &mut Tx, id: TemplateId, batch: BatchId) -> Result<(), StoreError> {
    tx.execute(&MADE_BY, args![id.0, batch.0]).await.map(|_| ())
}

/// Records that a batch was made from a template, or saved as one.
pub async fn used(tx: &mut Tx, id: TemplateId, batch: BatchId) -> Result<(), StoreError> {
    tx.execute(&USE, args![id.0, batch.0]).await.map(|_| ())
}

/// Of the batches made from a template, the one that was begun last.
pub async fn last_run(tx: &mut Tx, id: TemplateId) -> Result<Option<BatchId>, StoreError> {
    let rows = tx.fetch(&LAST_RUN, args![id.0]).await?;
    rows.first().map(|row| row.i64(0).map(BatchId)).transpose()
}

/// A page of templates, ordered by id.
pub async fn list(
    tx: &mut Tx,
    filter: &TemplateFilter,
    slice: PageRequest,
) -> Result<Vec<BatchTemplate>, StoreError> {
    let mut listing = Listing::over("batch_template");
    if let Some(part) = &filter.text {
        listing.contains(&["name", "description"], part);
    }
    if let Some(kind) = filter.kind {
        listing.and("kind = ?", kind.number());
    }
    let (text, args) = listing.page(BatchTemplate::COLUMNS, "id", "id", slice);
    tx.fetch_text(text, args).await?.iter().map(Row::read).collect()
}
