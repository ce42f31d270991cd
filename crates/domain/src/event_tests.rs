//! Which facts are told, to whom, and with which details.

use super::*;
use crate::fact::Moved;
use crate::table::check;
use serde_json::json;
use std::collections::{BTreeMap, HashSet};

/// A fact from its action's name, its history line (`EVENT STATE`, or `-`) and its details.
fn fact(text: &str) -> Fact {
    let mut words = text.splitn(3, " | ");
    let (action, line) = (words.next().unwrap(), words.next().unwrap());
    let action = *Action::ALL.iter().find(|one| one.name() == action).unwrap();
    let mut fact = Fact::new(action, Some(7));
    fact.detail = serde_json::from_str(words.next().unwrap()).unwrap();
    if let Some((event, state)) = line.split_once(' ') {
        let event = *BatchEvent::ALL.iter().find(|one| one.name() == event).unwrap();
        let state = BatchState::from_name(state).unwrap();
        fact.moved = Some(Moved { batch: BatchId(7), item: None, state, event });
    }
    fact
}

/// The events of a fact: kind, audience, batch, details.
fn told(text: &str) -> String {
    let shown = |event: &Event| {
        let batch = event.batch.map_or("-".to_owned(), |batch| batch.to_string());
        // In the order of names, whatever the order of a map here.
        let detail: BTreeMap<_, _> = event.detail.iter().collect();
        let detail = serde_json::to_string(&detail).unwrap();
        format!("{} {} {batch} {detail}", event.kind.name(), event.audience)
    };
    Event::of(&fact(text)).iter().map(shown).collect::<Vec<_>>().join("; ")
}

/// Facts, and the events that follow from them.
const TOLD: &[(&str, &str)] = &[
    (
        r#"batch.submit | submitted pending | {"content_hash": "ab", "items": 2, "already_paid": 1}"#,
        r#"batch.submitted approvers 7 {"content_hash":"ab","items":2,"state":"pending"}"#,
    ),
    (
        r#"batch.recall | recalled draft | {"from": "pending", "note": "wrong file"}"#,
        r#"batch.recalled approvers 7 {"note":"wrong file","state":"draft"}"#,
    ),
    (r#"batch.approve | approval_given pending | {"round": 1, "lacking": 1}"#, ""),
    (
        r#"batch.approve | approved approved | {"round": 1, "lacking": 0}"#,
        r#"batch.approved batch 7 {"round":1,"state":"approved"}"#,
    ),
    (r#"batch.reject | rejected rejected | {}"#, r#"batch.rejected batch 7 {"state":"rejected"}"#),
    (
        r#"batch.expire_approval | approval_expired pending | {"valid_hours": 24, "round": 2}"#,
        r#"batch.approval_expired batch 7 {"state":"pending","valid_hours":24}"#,
    ),
    (
        r#"batch.execute | started processing | {"items": 2, "consent": "code"}"#,
        r#"batch.started batch 7 {"items":2,"state":"processing"}"#,
    ),
    (r#"batch.pause | pause_asked processing | {"live": true}"#, ""),
    (
        r#"batch.end | paused paused | {"completed": 1, "failed": 1, "skipped": 0, "waiting": 2}"#,
        r#"batch.paused batch 7 {"completed":1,"failed":1,"skipped":0,"state":"paused","waiting":2}"#,
    ),
    (
        r#"batch.end | completed completed | {"completed": 2, "failed": 0}"#,
        r#"batch.finished batch 7 {"completed":2,"failed":0,"state":"completed"}"#,
    ),
    (
        r#"batch.end | failed failed | {"failed": 2}"#,
        r#"batch.finished batch 7 {"failed":2,"state":"failed"}; batch.items_failed batch 7 {"failed":2,"state":"failed"}"#,
    ),
    (
        r#"batch.cancel | cancelled cancelled | {"from": "pending"}"#,
        r#"batch.finished batch 7 {"state":"cancelled"}"#,
    ),
    (r#"batch.cancel | cancelled cancelled | {"from": "draft"}"#, ""),
    (r#"batch.end | - | {"failed": 2}"#, ""),
    (
        r#"user.add | - | {"login": "mei", "role": "finance"}"#,
        r#"user.added money - {"login":"mei","role":"finance"}"#,
    ),
    (r#"user.reset | - | {"login": "mei"}"#, r#"user.password_reset money_and:7 - {"login":"mei"}"#),
    (
        r#"user.totp_reset | - | {"login": "mei", "sessions": 2}"#,
        r#"user.factor_reset money_and:7 - {"login":"mei"}"#,
    ),
    (r#"user.change | - | {"role": "finance"}"#, ""),
    (
        r#"user.change | - | {"login": "mei", "role": "finance", "raised_from": "operator"}"#,
        r#"user.role_raised money_and:7 - {"login":"mei","raised_from":"operator","role":"finance"}"#,
    ),
    (
        r#"user.totp_confirm | - | {"login": "mei", "session": 4, "initial": true}"#,
        r#"user.factor_enrolled admins_and:7 - {"initial":true,"login":"mei"}"#,
    ),
    (r#"user.totp_remove | - | {"login": "mei"}"#, r#"user.factor_removed admins_and:7 - {"login":"mei"}"#),
    (r#"user.password | - | {"session": 4}"#, "user.password_changed person:7 - {}"),
    (r#"user.login | - | {"session": 4, "agent": "x", "factor": null}"#, ""),
    (
        r#"user.login | - | {"session": 4, "agent": "x", "new_network": "203.0.113.0/24"}"#,
        r#"user.signed_in_elsewhere person:7 - {"agent":"x","new_network":"203.0.113.0/24"}"#,
    ),
    (r#"approval_policy.set | - | {"currency": "USD", "loosens": false}"#, ""),
    (
        r#"approval_policy.set | - | {"currency": "USD", "loosens": true, "stage": "set", "policy": "x"}"#,
        r#"approval_policy.loosened money - {"currency":"USD","stage":"set"}"#,
    ),
    (
        r#"approval_policy.confirm | - | {"stage": "confirmed"}"#,
        r#"approval_policy.loosened money - {"stage":"confirmed"}"#,
    ),
    (
        r#"approval_policy.take_effect | - | {"stage": "in_force"}"#,
        r#"approval_policy.loosened money - {"stage":"in_force"}"#,
    ),
    (r#"reminder.due | - | {"batch": 3, "text": "soon"}"#, r#"reminder.due approvers 3 {"text":"soon"}"#),
    (r#"reminder.due | - | {"person": 9}"#, "reminder.due person:9 - {}"),
    (r#"reminder.due | - | {}"#, ""),
    (r#"webhook.test | - | {"webhook": 7}"#, r#"webhook.test nobody - {"webhook":7}"#),
    (
        r#"task.end | - | {"task_type": "verify", "state": "completed", "person": 9, "about": "x"}"#,
        r#"task.finished person:9 - {"state":"completed","task_type":"verify"}"#,
    ),
    (
        r#"task.end | - | {"task_type": "import_batch", "state": "failed", "error_code": "BATCH_EMPTY", "batch": 3}"#,
        r#"task.finished nobody 3 {"batch":3,"error_code":"BATCH_EMPTY","state":"failed","task_type":"import_batch"}"#,
    ),
    (r#"task.cancel | - | {"task_type": "verify"}"#, ""),
    (
        r#"task.cancel | - | {"task_type": "verify", "state": "cancelled"}"#,
        r#"task.finished nobody - {"state":"cancelled","task_type":"verify"}"#,
    ),
];

#[test]
fn events_follow_from_facts() {
    check(TOLD, told);
}

#[test]
fn an_item_s_history_line_is_no_event() {
    let mut fact = fact(r"batch.end | completed completed | {}");
    fact = fact.of_item(9);
    assert_eq!(Event::of(&fact), []);
}

#[test]
fn what_is_null_is_left_out() {
    let fact = fact(r"batch.submit | submitted pending | {}").with("note", json!(null)).with("items", 1);
    let events = Event::of(&fact);
    assert_eq!(Value::Object(events[0].detail.clone()), json!({ "items": 1, "state": "pending" }));
}

#[test]
fn kinds_and_audiences_read_back() {
    let names: HashSet<_> = EventKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), EventKind::ALL.len());
    for kind in EventKind::ALL {
        assert_eq!(EventKind::from_number(kind.number()), Some(kind));
        assert_eq!(EventKind::from_name(kind.name()), Some(kind));
    }
    check(
        &[
            ("batch", "batch"),
            ("approvers", "approvers"),
            ("money", "money"),
            ("money_and:7", "money_and:7"),
            ("admins_and:7", "admins_and:7"),
            ("person:7", "person:7"),
            ("nobody", "nobody"),
            ("person", "-"),
            ("person:x", "-"),
            ("money:7", "-"),
            ("", "-"),
        ],
        |text| EventAudience::from_text(text).map_or("-".to_owned(), |audience| audience.to_string()),
    );
}

#[test]
fn what_passes_by_itself_is_not_mailed() {
    let quiet = EventKind::ALL.into_iter().filter(|kind| !kind.is_mailed()).map(EventKind::name);
    assert_eq!(
        quiet.collect::<Vec<_>>(),
        [
            "batch.recalled",
            "batch.started",
            "batch.paused",
            "batch.items_failed",
            "webhook.test",
            "task.finished"
        ]
    );
}
