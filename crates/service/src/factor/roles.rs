//! The roles whose people must have a second factor, as the settings keep them.

use crate::Error;
use domain::access::Role;
use store::Tx;

/// The setting's name; its value is the roles' names, separated by blanks.
pub(crate) const FACTOR_ROLES: &str = "factor_roles";

/// The roles; as shipped none.
pub(crate) async fn factor_roles_in(tx: &mut Tx) -> Result<Vec<Role>, Error> {
    let names = store::setting::get(tx, FACTOR_ROLES).await?.unwrap_or_default();
    Ok(names.split(' ').filter_map(Role::from_name).collect())
}
