//! Where users receive e-mails, and in which language. A user without a row receives none.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Cells, Column, Row};
use domain::code::Language;
use domain::mail::{language_from_number, language_number};

record! {
    /// A user's address.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MailAddress {
        /// The user.
        pub user: i64 = "app_user",
        /// The address.
        pub email: String,
        /// The language of the user's e-mails.
        pub language: Language = "language" with read_language,
    }
}

static GET: Sql = Sql::new(sql!("SELECT ", MailAddress::COLUMNS, " FROM mail_address WHERE app_user = $1"));
static OF_USERS: Lookup = Lookup {
    columns: MailAddress::COLUMNS,
    from: "mail_address",
    key: "app_user",
    and: "",
    lock: Lock::None,
};
static SET: Sql = Sql::new(
    "INSERT INTO mail_address (app_user, email, language) VALUES ($1, $2, $3)
     ON CONFLICT (app_user) DO UPDATE SET email = $2, language = $3",
);
static DELETE: Sql = Sql::new("DELETE FROM mail_address WHERE app_user = $1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&GET, &SET, &DELETE];

fn read_language(cells: &mut Cells<'_>) -> Result<Language, StoreError> {
    cells.stored(language_from_number)
}

/// A user's address.
pub async fn get(tx: &mut Tx, user: i64) -> Result<Option<MailAddress>, StoreError> {
    tx.fetch(&GET, args![user]).await?.first().map(Row::read).transpose()
}

/// The addresses of these users, who are sorted and distinct; users without one are omitted.
pub async fn of_users(tx: &mut Tx, users: Vec<i64>) -> Result<Vec<MailAddress>, StoreError> {
    tx.lookup(&OF_USERS, Column::I64(users)).await?.iter().map(Row::read).collect()
}

/// Sets a user's address.
pub async fn set(tx: &mut Tx, address: &MailAddress) -> Result<(), StoreError> {
    let args = args![address.user, address.email.as_str(), language_number(address.language)];
    tx.execute(&SET, args).await.map(|_| ())
}

/// Removes a user's address.
pub async fn delete(tx: &mut Tx, user: i64) -> Result<(), StoreError> {
    tx.execute(&DELETE, args![user]).await.map(|_| ())
}
