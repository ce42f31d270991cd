//! Which holder a name, an e-mail address and a uid mean: one rule for a single account and for a file of
//! accounts.
//!
//! E-mail address and uid identify a holder. Any other detail given must match the known one, so that no
//! input is dropped. A holder with neither is identified by its name.

use super::details::NewHolder;
use crate::{Error, Refusal};
use domain::code::Code;
use domain::id::HolderId;
use domain::noun::NounId;
use domain::text::Name;
use hashbrown::HashMap;
use serde_json::json;
use store::Tx;
use store::holder::Holder;

/// The holders that a set of requests may mean.
#[derive(Debug, Default)]
pub(crate) struct KnownHolders {
    by_uid: HashMap<String, Holder>,
    by_email: HashMap<String, Holder>,
    by_name: HashMap<String, Holder>,
}

impl KnownHolders {
    /// Looks up every holder that the cleaned requests may mean, in three queries.
    pub(crate) async fn load(tx: &mut Tx, all: &[NewHolder]) -> Result<Self, Error> {
        let uids = distinct(all.iter().filter_map(|new| new.uid.clone()));
        let emails = distinct(all.iter().filter_map(|new| new.email.clone()));
        let names = distinct(all.iter().filter(|new| new.is_nameless()).map(|new| new.name.clone()));
        let mut known = Self::default();
        for holder in store::holder::by_uid(tx, uids).await? {
            known.by_uid.extend(holder.uid.clone().map(|uid| (uid, holder)));
        }
        for holder in store::holder::by_email(tx, emails).await? {
            known.by_email.extend(holder.email.clone().map(|email| (email, holder)));
        }
        for holder in store::holder::by_name(tx, names).await? {
            known.keep_name(holder);
        }
        Ok(known)
    }

    /// Of several holders with the same name, the first one is meant.
    fn keep_name(&mut self, holder: Holder) {
        let is_first = self.by_name.get(&holder.name).is_none_or(|known| holder.id < known.id);
        if is_first {
            self.by_name.insert(holder.name.clone(), holder);
        }
    }

    /// Includes a holder that was just added.
    pub(crate) fn add(&mut self, holder: &Holder) {
        self.by_uid.extend(holder.uid.clone().map(|uid| (uid, holder.clone())));
        self.by_email.extend(holder.email.clone().map(|email| (email, holder.clone())));
        if holder.uid.is_none() && holder.email.is_none() {
            self.keep_name(holder.clone());
        }
    }

    fn matches(&self, new: &NewHolder) -> [Option<&Holder>; 3] {
        [
            new.uid.as_ref().and_then(|uid| self.by_uid.get(uid)),
            new.email.as_ref().and_then(|email| self.by_email.get(email)),
            Some(&new.name).filter(|_| new.is_nameless()).and_then(|name| self.by_name.get(name)),
        ]
    }

    /// Whether any of the details belongs to a known holder.
    pub(crate) fn has(&self, new: &NewHolder) -> bool {
        self.matches(new).iter().any(Option::is_some)
    }

    /// The first detail that belongs to a holder other than `id`, and that holder's name and id.
    pub(crate) fn other(&self, new: &NewHolder, id: HolderId) -> Option<(String, String)> {
        let values = [new.uid.as_ref(), new.email.as_ref(), Some(&new.name)];
        let others = values.into_iter().zip(self.matches(new));
        others
            .filter_map(|(value, holder)| Some((value?, holder.filter(|holder| holder.id != id)?)))
            .map(|(value, holder)| (value.clone(), format!("{} ({})", holder.name, holder.id.tagged())))
            .next()
    }

    /// The holder that the details mean. Details of two holders, and details that differ from the known ones,
    /// are refused with both values.
    pub(crate) fn find(&self, new: &NewHolder) -> Result<Option<Holder>, Error> {
        let [by_uid, by_email, by_name] = self.matches(new);
        if let (Some(a), Some(b)) = (by_uid, by_email)
            && a.id != b.id
        {
            return Err(two_holders(a, b));
        }
        let Some(known) = by_uid.or(by_email).or(by_name) else { return Ok(None) };
        match difference(known, new) {
            Some((field, known_value, given)) => Err(differs(known.id, field, known_value, given)),
            None => Ok(Some(known.clone())),
        }
    }
}

/// The first given detail that differs from the holder's: its field, the holder's value, the given value.
fn difference<'a>(
    holder: &'a Holder,
    new: &'a NewHolder,
) -> Option<(&'static str, Option<&'a str>, &'a str)> {
    let pairs = [("email", &holder.email, &new.email), ("uid", &holder.uid, &new.uid)];
    if !has_name(&holder.name, &new.name) {
        return Some(("name", Some(&holder.name), &new.name));
    }
    pairs.into_iter().find_map(|(field, known, given)| {
        let given = given.as_deref()?;
        (known.as_deref() != Some(given)).then_some((field, known.as_deref(), given))
    })
}

/// Whether a name reads the same as a holder's known name.
pub(crate) fn has_name(known: &str, name: &str) -> bool {
    Name::parse(name).is_ok_and(|name| name.reads_as(known))
}

fn differs(id: HolderId, field: &str, known: Option<&str>, given: &str) -> Error {
    let about = |field: &str| format!("{field}: {} | {given} ({})", known.unwrap_or("-"), id.tagged());
    let chinese = match field {
        "name" => "姓名",
        "email" => "邮箱",
        field => field,
    };
    Error::Refused(Refusal {
        data: Some(json!({ "holderId": id.tagged(), "field": field, "known": known, "given": given })),
        ..Refusal::bilingual(Code::HolderDiffers, about(field), about(chinese))
    })
}

fn two_holders(by_uid: &Holder, by_email: &Holder) -> Error {
    let one = |holder: &Holder| json!({ "holderId": holder.id.tagged(), "name": holder.name });
    let told = |field: &str, value: Option<&str>, holder: &Holder| {
        format!("{field} {}: {} ({})", value.unwrap_or_default(), holder.name, holder.id.tagged())
    };
    let uid = told("uid", by_uid.uid.as_deref(), by_uid);
    let email = |word: &str| told(word, by_email.email.as_deref(), by_email);
    let (english, chinese) = (format!("{uid}; {}", email("email")), format!("{uid}；{}", email("邮箱")));
    Error::Refused(Refusal {
        data: Some(json!({ "uid": one(by_uid), "email": one(by_email) })),
        ..Refusal::bilingual(Code::HolderConflict, english, chinese)
    })
}

/// Each text once, in index order.
pub(crate) fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}
