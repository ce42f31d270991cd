//! Refusals of a whole request because of its rows.

use super::row::{NewRow, PROBLEMS_MAX, RowIdentity};
use crate::batch::external_id;
use crate::batch::terms::BatchTerms;
use crate::payee::{Field, Wrong};
use crate::{Error, Refusal};
use domain::code::Code;
use domain::visible::shown;
use hashbrown::{HashMap, HashSet};
use serde::Serialize;
use serde_json::json;

/// All rows that share their external id with another.
pub(super) fn repeated_ids(rows: &[NewRow]) -> Vec<(usize, Wrong)> {
    let ids = rows.iter().map(|row| row.external_id.as_deref().map(str::trim).filter(|id| !id.is_empty()));
    let ids: Vec<Option<&str>> = ids.collect();
    let wrong = |place: usize| {
        let id = ids.get(place).copied().flatten().unwrap_or_default();
        (place, Wrong::new(Field::ExternalId, Code::ExternalIdRepeated, id))
    };
    external_id::repeated(&ids).into_iter().map(wrong).collect()
}

/// A payee is paid once, and a payer pays once, however each row names the account.
pub(super) fn check_duplicates(
    terms: &BatchTerms,
    identities: &[Option<RowIdentity>],
    written: &[String],
) -> Result<(), Error> {
    let mut groups: HashMap<&RowIdentity, Vec<usize>> = HashMap::with_capacity(identities.len());
    for (place, identity) in identities.iter().enumerate() {
        if let Some(identity) = identity {
            groups.entry(identity).or_default().push(place);
        }
    }
    let mut twice: Vec<usize> = groups.into_values().filter(|group| group.len() > 1).flatten().collect();
    twice.sort_unstable();
    refuse_duplicates(terms.duplicate(), twice.iter().filter_map(|place| written.get(*place)))
}

/// Refuses payees that appear more than once; each spelling is listed once.
pub(crate) fn refuse_duplicates<'a>(
    code: Code,
    names: impl Iterator<Item = &'a String>,
) -> Result<(), Error> {
    let mut seen = HashSet::new();
    let duplicates: Vec<&String> =
        names.filter(|name| seen.insert(name.as_str())).take(PROBLEMS_MAX).collect();
    let Some(first) = duplicates.first() else { return Ok(()) };
    let data = json!({ "duplicates": duplicates });
    Err(Error::Refused(Refusal {
        data: Some(data),
        ..Refusal::new(code, first.chars().take(64).collect::<String>())
    }))
}

/// One refused row refuses the request; each problem has its own code.
pub(super) fn refusal(rows: usize, problems: &[(usize, Wrong)]) -> Error {
    let detail = problems.first().map_or_else(String::new, |(place, wrong)| wrong.of_relation(*place));
    of_rows(rows, "index", problems, detail)
}

/// The same for rows that the client did not send: each problem names the account that it is about.
pub(crate) fn refusal_by_name(rows: usize, problems: &[(String, Wrong)]) -> Error {
    let about = |(payee, wrong): &(String, Wrong)| format!("{}: {}", shown(payee), wrong.field.json());
    of_rows(rows, "payee", problems, problems.first().map_or_else(String::new, about))
}

fn of_rows<T: Serialize>(rows: usize, place: &str, problems: &[(T, Wrong)], detail: String) -> Error {
    let shown: Vec<_> = problems
        .iter()
        .take(PROBLEMS_MAX)
        .map(|(at, wrong)| {
            json!({ place: at, "field": wrong.field.json(), "code": wrong.code.name(), "value": wrong.value,
                    "suggestion": wrong.suggestion })
        })
        .collect();
    let data = json!({ "problems": shown, "count": problems.len(), "relations": rows });
    Error::Refused(Refusal { data: Some(data), ..Refusal::new(Code::BatchRowsInvalid, detail) })
}
