//! Levels as `approval policy set` takes them, with the logins of the users whom they name.

use crate::exit::Failure;
use crate::session::Session;
use crate::terminal::one_line;
use domain::approval::Level;
use hashbrown::HashMap;
use service::user;

/// The logins of the users whom levels name.
#[derive(Debug)]
pub(super) struct NamedUsers(HashMap<i64, String>);

impl NamedUsers {
    /// The users with these ids.
    pub(super) async fn of(session: &Session, ids: impl Iterator<Item = i64>) -> Result<Self, Failure> {
        let mut ids: Vec<i64> = ids.collect();
        ids.sort_unstable();
        ids.dedup();
        let mut logins = HashMap::new();
        for id in ids {
            logins.insert(id, one_line(&user::show(&session.service, id).await?.login));
        }
        Ok(Self(logins))
    }

    /// A level.
    pub(super) fn level(&self, level: &Level) -> String {
        let roles = level.roles.iter().map(|role| role.name());
        let users = level.users.iter().filter_map(|id| self.0.get(id)).map(String::as_str);
        let who: Vec<&str> = roles.chain(users).collect();
        if who.is_empty() { level.count.to_string() } else { format!("{}:{}", level.count, who.join(",")) }
    }
}
