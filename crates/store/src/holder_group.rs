//! Groups of holders and their members. A holder may be in many groups. What changes a group holds its row's lock.

use crate::args;
use crate::bulk::{Insert, Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::listing::{Listing, PageRequest};
use crate::record::record;
use crate::script::Script;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::holder_group::{HolderGroupRef, key_of};
use domain::id::{AccountId, AssetId, HolderGroupId, HolderId};
use domain::principal::Author;

record! {
    /// A group of holders.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct HolderGroup {
        /// Its id.
        pub id: HolderGroupId,
        /// Its name; no two groups have names that read alike.
        pub name: String,
        /// What it is for; may be empty.
        pub description: String,
        /// The number of its members.
        pub members: i64,
        /// Who added it.
        pub created_by: Author = "created_by, created_by_kind, created_by_id",
        /// When it was added, microseconds UTC.
        pub created_at: i64,
    }
}

/// A group as a condition of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InGroup {
    /// The group.
    pub group: HolderGroupId,
    /// Whether its members are few enough that the list reads them. Otherwise each row's holder is looked up in the group.
    pub is_small: bool,
}

impl InGroup {
    /// The condition on a column that names a holder; its argument is the group.
    pub(crate) fn condition(self, holder: &str) -> String {
        if self.is_small {
            return format!(
                "{holder} IN (SELECT m.holder FROM holder_group_member m WHERE m.holder_group = ?)"
            );
        }
        format!(
            "EXISTS (SELECT 1 FROM holder_group_member m WHERE m.holder_group = ? AND m.holder = {holder})"
        )
    }
}

const BY_ID: &str = sql!("SELECT ", HolderGroup::COLUMNS, " FROM holder_group WHERE id = $1");
const BY_KEY: &str = sql!("SELECT ", HolderGroup::COLUMNS, " FROM holder_group WHERE name_key = $1");

static INSERT: Sql = Sql::new(
    "INSERT INTO holder_group (name, name_key, description, members, created_by, created_at, created_by_kind,
       created_by_id)
     VALUES ($1, $2, $3, 0, $4, $5, $6, $7) RETURNING id",
);
static GET: Sql = Sql::new(BY_ID);
static LOCK: Sql = Sql::locking(BY_ID);
static GET_NAMED: Sql = Sql::new(BY_KEY);
static LOCK_NAMED: Sql = Sql::locking(BY_KEY);
static CHANGE: Sql =
    Sql::new("UPDATE holder_group SET name = $2, name_key = $3, description = $4 WHERE id = $1");
static REMOVE: Sql = Sql::new("DELETE FROM holder_group WHERE id = $1");
static EMPTY: Sql = Sql::new("DELETE FROM holder_group_member WHERE holder_group = $1");
static LEAVE: Sql = Sql::new("DELETE FROM holder_group_member WHERE holder_group = $1 AND holder = $2");
static COUNT: Sql = Sql::new(
    "UPDATE holder_group SET members = (SELECT COUNT(*) FROM holder_group_member m WHERE m.holder_group = $1)
     WHERE id = $1 AND members <> (SELECT COUNT(*) FROM holder_group_member m WHERE m.holder_group = $1)",
);
static ACCOUNTS: Sql = Sql::new(
    "SELECT m.holder, a.id, a.number FROM holder_group_member m
       LEFT JOIN holder_default d ON d.holder = m.holder AND d.asset = $2
       LEFT JOIN account a ON a.id = d.account
     WHERE m.holder_group = $1 ORDER BY m.holder",
);
static JOIN: Insert = Insert { table: "holder_group_member", columns: &["holder_group", "holder"] };
static KNOWN: Lookup = Lookup { columns: "id", from: "holder", key: "id", and: "", lock: Lock::None };
static GROUPS: Lookup = Lookup {
    columns: "holder_group, holder",
    from: "holder_group_member",
    key: "holder",
    and: "",
    lock: Lock::None,
};

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![
    &INSERT,
    &GET,
    &LOCK,
    &GET_NAMED,
    &LOCK_NAMED,
    &CHANGE,
    &REMOVE,
    &EMPTY,
    &LEAVE,
    &COUNT,
    &ACCOUNTS
];

/// Adds a group without members; its id is assigned here.
pub async fn insert(tx: &mut Tx, group: &HolderGroup) -> Result<HolderGroupId, StoreError> {
    let args = args![
        group.name.as_str(),
        key_of(&group.name),
        group.description.as_str(),
        group.created_by.name.as_str(),
        group.created_at,
        group.created_by.principal.kind(),
        group.created_by.principal.id(),
    ];
    let rows = tx.fetch(&INSERT, args).await?;
    rows.first().ok_or_else(|| StoreError::Corrupt("no id".to_owned()))?.i64(0).map(HolderGroupId)
}

/// A group by its id or its name.
pub async fn get(tx: &mut Tx, group: &HolderGroupRef) -> Result<Option<HolderGroup>, StoreError> {
    let rows = match group {
        HolderGroupRef::Id(id) => tx.fetch(&GET, args![id.0]).await?,
        HolderGroupRef::Name(name) => tx.fetch(&GET_NAMED, args![key_of(name)]).await?,
    };
    rows.first().map(Row::read).transpose()
}

/// The same, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, group: &HolderGroupRef) -> Result<Option<HolderGroup>, StoreError> {
    let rows = match group {
        HolderGroupRef::Id(id) => tx.fetch(&LOCK, args![id.0]).await?,
        HolderGroupRef::Name(name) => tx.fetch(&LOCK_NAMED, args![key_of(name)]).await?,
    };
    rows.first().map(Row::read).transpose()
}

/// Updates a group's name and description.
pub async fn change(tx: &mut Tx, group: &HolderGroup) -> Result<(), StoreError> {
    let (name, description) = (group.name.as_str(), group.description.as_str());
    let args = args![group.id.0, name, key_of(name), description];
    tx.execute(&CHANGE, args).await.map(|_| ())
}

/// Removes a group and its members' rows.
pub async fn remove(tx: &mut Tx, id: HolderGroupId) -> Result<(), StoreError> {
    tx.execute(&EMPTY, args![id.0]).await?;
    tx.execute(&REMOVE, args![id.0]).await.map(|_| ())
}

/// Those of the holders that exist.
pub async fn known(tx: &mut Tx, holders: &[HolderId]) -> Result<Vec<HolderId>, StoreError> {
    let ids = Column::I64(holders.iter().map(|holder| holder.0).collect());
    tx.lookup(&KNOWN, ids).await?.iter().map(|row| row.i64(0).map(HolderId)).collect()
}

/// Those of the holders that are members of a group.
pub async fn members_among(
    tx: &mut Tx,
    id: HolderGroupId,
    holders: &[HolderId],
) -> Result<Vec<HolderId>, StoreError> {
    let ids = Column::I64(holders.iter().map(|holder| holder.0).collect());
    let all: Result<Vec<(HolderGroupId, HolderId)>, _> =
        tx.lookup(&GROUPS, ids).await?.iter().map(Row::read).collect();
    Ok(all?.into_iter().filter(|(group, _)| *group == id).map(|(_, holder)| holder).collect())
}

/// Adds holders to a group and returns how many were not in it.
pub async fn join(tx: &mut Tx, id: HolderGroupId, holders: &[HolderId]) -> Result<u64, StoreError> {
    let ids = holders.iter().map(|holder| holder.0).collect();
    let joined = tx.insert_new(&JOIN, vec![Column::Same(id.0, holders.len()), Column::I64(ids)]).await?;
    tx.execute(&COUNT, args![id.0]).await?;
    Ok(joined)
}

/// The members of a group, each with its default account in a currency and that account's number, if it has one.
pub async fn accounts(
    tx: &mut Tx,
    id: HolderGroupId,
    asset: AssetId,
) -> Result<Vec<(HolderId, Option<(AccountId, String)>)>, StoreError> {
    let read = |row: Row<'_>| {
        let (holder, account, number): (HolderId, Option<AccountId>, Option<String>) = row.read()?;
        Ok((holder, account.zip(number)))
    };
    tx.fetch(&ACCOUNTS, args![id.0, asset.0]).await?.iter().map(read).collect()
}

/// Removes holders from a group and returns how many were in it.
pub async fn leave(tx: &mut Tx, id: HolderGroupId, holders: &[HolderId]) -> Result<u64, StoreError> {
    let mut script = Script::new();
    let asked: Vec<_> = holders.iter().map(|holder| script.execute(&LEAVE, args![id.0, holder.0])).collect();
    script.execute(&COUNT, args![id.0]);
    let mut answers = tx.run(script).await?;
    asked.into_iter().try_fold(0, |left, asked| Ok(left + answers.take(asked)?))
}

/// A page of the groups whose name contains a text, or that a holder is in, ordered by id.
pub async fn list(
    tx: &mut Tx,
    text: Option<&str>,
    holder: Option<HolderId>,
    slice: PageRequest,
) -> Result<Vec<HolderGroup>, StoreError> {
    let mut listing = Listing::over("holder_group");
    if let Some(part) = text {
        listing.contains(&["name"], part);
    }
    if let Some(holder) = holder {
        listing.and("id IN (SELECT m.holder_group FROM holder_group_member m WHERE m.holder = ?)", holder.0);
    }
    let (text, args) = listing.page(HolderGroup::COLUMNS, "id", "id", slice);
    tx.fetch_text(text, args).await?.iter().map(Row::read).collect()
}
