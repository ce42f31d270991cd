//! What a webhook may be: its URL, its event types, its description.

use crate::{Error, visible};
use domain::code::Code;
use domain::event::EventKind;
use domain::id::WebhookId;
use domain::noun::NounId;
use domain::visible::shown;
use domain::webhook::address::WebhookNetworks;
use domain::webhook::target::Target;
use store::Tx;
use store::webhook::Webhook;

/// The refusal of a webhook that does not exist.
pub(super) fn missing(id: WebhookId) -> Error {
    Error::refused(Code::WebhookNotFound, id.tagged())
}

/// A webhook, locked.
pub(super) async fn locked(tx: &mut Tx, id: WebhookId) -> Result<Webhook, Error> {
    store::webhook::lock(tx, id).await?.ok_or_else(|| missing(id))
}

/// A URL as it is stored, if it may be reached. What it is looked up as is checked again at each connection. A refusal
/// names at most the host: it is audited, and a refused URL may contain a password.
pub(super) fn url(text: &str, networks: &WebhookNetworks) -> Result<String, Error> {
    let target = Target::parse(text)?;
    target.expect_reachable(networks).map_err(|code| Error::refused(code, target.authority()))?;
    Ok(target.text().to_owned())
}

/// Event types as they are stored: known ones, each once, in the order of the list. Tests are sent to every webhook.
pub(super) fn events(names: &[String]) -> Result<String, Error> {
    let is_chosen = |kind: &EventKind| names.iter().any(|name| name == kind.name());
    if let Some(unknown) = names.iter().find(|name| EventKind::from_name(name).is_none()) {
        return Err(unknown_event(unknown));
    }
    let chosen: Vec<&str> = types().filter(is_chosen).map(EventKind::name).collect();
    if chosen.is_empty() { Err(unknown_event("")) } else { Ok(chosen.join(" ")) }
}

/// The event types that a webhook can take.
fn types() -> impl Iterator<Item = EventKind> {
    EventKind::ALL.into_iter().filter(|kind| *kind != EventKind::WebhookTest)
}

/// The refusal of an event type, with those of the same noun, or with the nouns: all of them would be cut off in an
/// answer of the API.
fn unknown_event(name: &str) -> Error {
    let mut nouns: Vec<&str> = types().map(|kind| noun_of(kind.name())).collect();
    nouns.sort_unstable();
    nouns.dedup();
    let noun = noun_of(name);
    let (given, code) = (shown(name), Code::WebhookEventsInvalid);
    if nouns.contains(&noun) {
        let names = types().map(EventKind::name).filter(|name| noun_of(name) == noun);
        let known = names.collect::<Vec<_>>().join(", ");
        return Error::bilingual(
            code,
            format!("{given}: not one of {known}"),
            format!("{given}：可用的有 {known}"),
        );
    }
    let nouns = nouns.join(", ");
    Error::bilingual(
        code,
        format!("\"{given}\": an event type is a noun of {nouns}, and what happened, such as batch.finished"),
        format!("“{given}”：事件类型由 {nouns} 之一和所发生的事组成，例如 batch.finished"),
    )
}

/// The noun that an event type begins with.
fn noun_of(name: &str) -> &str {
    name.split_once('.').map_or("", |(noun, _)| noun)
}

/// A description as it is stored; it may be empty.
pub(super) fn description(text: &str) -> Result<String, Error> {
    if text.trim().is_empty() { Ok(String::new()) } else { visible(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_types_are_known_and_kept_once_in_order() {
        let read = |text: &str| events(&text.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>());
        let chosen = read("batch.finished batch.submitted batch.finished").unwrap();
        assert_eq!(chosen, "batch.submitted batch.finished");
        for wrong in ["", "batch", "batch.submitted transfer.created", "webhook.test", "*"] {
            let refused = read(wrong).unwrap_err();
            assert_eq!(refused.code(), Some(Code::WebhookEventsInvalid), "{wrong}");
        }
    }

    #[test]
    fn a_refused_event_type_is_answered_with_those_near_it_and_within_200_characters() {
        let said = |name: &str| {
            let Error::Refused(refusal) = unknown_event(name) else { panic!("{name}") };
            refusal.detail.unwrap()
        };
        assert!(said("batch.ended").contains("batch.finished, batch.items_failed"));
        assert!(said("transfer.done").contains("approval_policy, batch, reminder, task, user"));
        for name in
            ["", "batch.ended", "user.removed", "approval_policy.tightened", "reminder.sent", "transfer.done"]
        {
            assert!(said(name).chars().count() <= 200, "{}", said(name));
        }
    }
}
