//! Every kind of answer has examples that this program reads and, for the current kinds, writes word for
//! word; all other texts are refused with `ANSWER_UNREADABLE`.

use super::account::{AccountKindWord, AccountStatusWord};
use super::approval::ApprovalActionWord;
use super::author::PrincipalForm;
use super::batch::{BatchIntentWord, BatchModeWord, BatchStateWord, BatchTypeWord};
use super::fx::RoundingWord;
use super::user::RoleWord;
use super::*;
use domain::code::Code;
use domain::principal::Principal;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The `data` of a refusal is free JSON: it has no form.
const FREE: &str = "data";

fn examples() -> Vec<(&'static str, Value)> {
    let of = |&(kind, file): &(&'static str, &str)| {
        let all: Vec<Value> = serde_json::from_str(file).unwrap();
        assert!(!all.is_empty(), "{kind}");
        all.into_iter().map(move |example| (kind, example)).collect::<Vec<_>>()
    };
    Stored::EXAMPLES.iter().flat_map(of).collect()
}

fn code<T>(read: Result<T, Error>) -> Option<Code> {
    read.err().and_then(|error| error.code())
}

/// The paths of an answer's objects that have a form.
fn objects(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.push(path.to_owned());
            let formed = fields.iter().filter(|(name, _)| *name != FREE);
            formed.for_each(|(name, value)| objects(value, &format!("{path}/{name}"), found));
        }
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(n, value)| objects(value, &format!("{path}/{n}"), found));
        }
        _ => {}
    }
}

/// The example with one of its objects changed.
fn with(example: &Value, path: &str, change: impl FnOnce(&mut Map<String, Value>)) -> String {
    let mut changed = example.clone();
    change(changed.pointer_mut(path).unwrap().as_object_mut().unwrap());
    changed.to_string()
}

#[test]
fn every_example_is_readable_and_current_ones_are_written_back_word_for_word() {
    let today: BTreeSet<_> = Stored::EXAMPLES.iter().map(|(kind, _)| newest(kind)).collect();
    for (kind, example) in examples() {
        let stored = Stored::read(&example.to_string()).unwrap();
        assert_eq!((stored.kind(), &example["kind"]), (kind, &json!(kind)));
        let text = read_as(&example.to_string(), kind).unwrap().into_text().unwrap();
        let now = Stored::read(&text).unwrap();
        assert!(today.contains(now.kind()), "{kind} becomes {}", now.kind());
        if today.contains(kind) {
            let now: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(now, example, "{kind}: a changed form needs a new version");
        }
    }
}

/// The highest version of a kind.
fn newest(kind: &str) -> &'static str {
    let noun =
        |kind: &str| kind.split_once('.').map(|(noun, version)| (noun.to_owned(), version.parse::<u32>()));
    let same = |other: &&&str| noun(other).unwrap().0 == noun(kind).unwrap().0;
    let kinds: Vec<&'static str> = Stored::EXAMPLES.iter().map(|(kind, _)| *kind).collect();
    kinds.iter().filter(same).max_by_key(|kind| noun(kind).unwrap().1.unwrap()).unwrap()
}

#[test]
fn every_fixture_file_belongs_to_a_kind() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/answers");
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let files: BTreeSet<_> = std::fs::read_dir(folder).unwrap().map(name).collect();
    let kinds = Stored::EXAMPLES.iter().map(|(kind, _)| format!("{kind}.json"));
    assert_eq!(files, kinds.chain(["words.json".to_owned()]).collect());
}

#[test]
fn every_field_is_required_and_no_other_is_allowed() {
    for (kind, example) in examples() {
        let mut paths = Vec::new();
        objects(&example, "", &mut paths);
        for path in paths {
            let fields = example.pointer(&path).unwrap().as_object().unwrap();
            let lacking = fields.keys().map(|name| with(&example, &path, |fields| drop(fields.remove(name))));
            let more = with(&example, &path, |fields| drop(fields.insert("extra".to_owned(), Value::Null)));
            for text in lacking.chain([more]) {
                assert_eq!(code(Stored::read(&text)), Some(Code::AnswerUnreadable), "{kind}: {text}");
            }
        }
    }
}

#[test]
fn a_verb_cannot_read_another_verbs_answer() {
    for (kind, example) in examples() {
        for (other, _) in Stored::EXAMPLES {
            let read = read_as(&example.to_string(), other);
            match (kind, newest(other) == newest(kind)) {
                (_, true) => assert!(read.is_ok(), "{kind} as {other}"),
                // Any verb may have been refused.
                ("refused.1", false) => assert_eq!(code(read), Some(Code::InsufficientBalance), "{other}"),
                (_, false) => assert_eq!(code(read), Some(Code::AnswerUnreadable), "{kind} as {other}"),
            }
        }
    }
}

#[test]
fn unknown_kinds_versions_and_words_are_unreadable() {
    let unknown_code = json!({ "kind": "refused.1",
        "answer": { "code": 987_654, "detail": null, "chinese": null, "data": null } });
    let unknown_word = json!({ "kind": "fx_rules.1", "answer": {
        "source": { "id": 1, "code": "USD", "scale": 2 }, "target": { "id": 2, "code": "JPY", "scale": 0 },
        "policy": { "tolerance_ppm": 1, "rounding": "half_down", "minimum": 1, "max_age_h": 1 } } });
    let mut texts: Vec<String> =
        ["", "{}", "null", r#"{"kind":"count.1","answer":1"#, r#"{"kind":"count.1","answer":-1}"#]
            .map(str::to_owned)
            .into();
    // The format from before kinds had versions.
    texts.extend([r#"{"ok":null}"#, r#"{"v":1,"ok":null}"#].map(str::to_owned));
    texts.extend([unknown_code.to_string(), unknown_word.to_string()]);
    for (kind, example) in examples() {
        let (noun, version) = kind.split_once('.').unwrap();
        for other in [format!("{noun}.{}", version.parse::<u32>().unwrap() + 1_000), noun.to_owned()] {
            texts.push(with(&example, "", |fields| drop(fields.insert("kind".to_owned(), other.into()))));
        }
    }
    for text in texts {
        assert_eq!(code(read_as(&text, "count.1")), Some(Code::AnswerUnreadable), "{text}");
    }
}

/// Each word with the number that the database stores for it.
fn words<W: Form<T> + Serialize + Copy, T>(all: &[W], number: impl Fn(T) -> i64) -> Value {
    let word = |word: &W| match serde_json::to_value(word).unwrap() {
        Value::String(text) => text,
        other => other["kind"].as_str().unwrap().to_owned(),
    };
    all.iter().map(|one| (word(one), json!(number(one.back())))).collect()
}

#[test]
fn stored_words_keep_their_meaning() {
    use domain::{access::Role, account as a, batch as b, fx::Rounding};
    let principals = [
        Principal::System,
        Principal::CommandLine,
        Principal::User(7),
        Principal::Key(7),
        Principal::Anonymous,
    ];
    let now = json!({
        "account_kind": words(AccountKindWord::ALL, a::AccountKind::number),
        "account_status": words(AccountStatusWord::ALL, a::AccountStatus::number),
        "approval_action": words(ApprovalActionWord::ALL, domain::approval::ApprovalAction::number),
        "batch_intent": words(BatchIntentWord::ALL, b::BatchIntent::number),
        "batch_mode": words(BatchModeWord::ALL, b::BatchMode::number),
        "batch_state": words(BatchStateWord::ALL, b::BatchState::number),
        "batch_type": words(BatchTypeWord::ALL, b::BatchType::number),
        "principal": words(&principals.map(PrincipalForm::of), Principal::kind),
        "role": words(RoleWord::ALL, Role::number),
        "rounding": words(RoundingWord::ALL, Rounding::number),
    });
    let then: Value = serde_json::from_str(include_str!("../../tests/fixtures/answers/words.json")).unwrap();
    assert_eq!(now, then);
}

struct Thing {
    title: String,
    state: State,
}

enum State {
    Open,
}

form::form! { ThingForm of Thing { "name" title: String, "state" state: StateWord, } }
form::words! { StateWord of State { "draft" Open, } }

#[test]
fn stored_answers_contain_none_of_the_nouns_identifiers() {
    let kept = ThingForm::of(Thing { title: "May".to_owned(), state: State::Open });
    assert_eq!(serde_json::to_value(kept.clone()).unwrap(), json!({ "name": "May", "state": "draft" }));
    let Thing { title, state: State::Open } = kept.back();
    assert_eq!(title, "May");
    assert_eq!(words(StateWord::ALL, |State::Open| 1), json!({ "draft": 1 }));
}
