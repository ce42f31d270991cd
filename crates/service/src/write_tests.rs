//! Kept answers of every version are read, and today's are written as the newest examples say.

use super::*;
use domain::asset::Asset;
use serde_json::Value;
use store::batch::Batch;
use store::fx::FxRate;
use store::holder::Holder;

const VERSIONS: [(&str, i64); 2] = [
    (include_str!("../tests/fixtures/answers/v0.json"), 0),
    (include_str!("../tests/fixtures/answers/v1.json"), VERSION),
];

/// An answer as a verb reads it, and as it would be kept today.
fn again<T: Serialize + DeserializeOwned>(kept: Kept) -> Value {
    serde_json::to_value(kept.answer::<T>().unwrap()).unwrap()
}

fn read_as(kind: &str, kept: Kept) -> Value {
    match kind {
        "asset" => again::<Asset>(kept),
        "batch" => again::<Batch>(kept),
        "fx_rate" => again::<FxRate>(kept),
        "holder" => again::<Holder>(kept),
        "none" => again::<()>(kept),
        other => panic!("no such kind: {other}"),
    }
}

#[test]
fn answers_of_every_version_are_read() {
    for (file, version) in VERSIONS {
        let examples: serde_json::Map<String, Value> = serde_json::from_str(file).unwrap();
        assert!(examples.len() >= 6, "version {version}");
        for (kind, text) in examples {
            assert_eq!(text.get("v").and_then(Value::as_i64).unwrap_or(0), version, "{kind}");
            let kept = Kept::read(&text.to_string()).unwrap();
            if version == VERSION {
                let now: Value = serde_json::from_str(&kept.text().unwrap()).unwrap();
                assert_eq!(now, text, "{kind}: a new form is a new version");
            }
            match text.get("ok") {
                Some(answer) => {
                    let now = read_as(&kind, kept);
                    if version == VERSION {
                        assert_eq!(now, *answer, "{kind}: a new form is a new version");
                    }
                }
                None => {
                    let refused = kept.answer::<()>().unwrap_err();
                    assert_eq!(refused.code(), Some(Code::InsufficientBalance), "{kind}");
                }
            }
        }
    }
}

#[test]
fn an_answer_that_cannot_be_read_is_refused_with_a_code() {
    let holder = r#"{"id":1,"name":"Ann","email":null,"uid":null}"#;
    for text in [
        "",
        "{}",
        r#"{"ok":1"#,
        r#"{"v":2,"ok":null}"#,
        r#"{"v":1,"ended":null}"#,
        r#"{"refused":{"code":987654,"detail":null,"data":null}}"#,
        &format!(r#"{{"ok":{holder}}}"#),
        &format!(r#"{{"v":1,"ok":{holder}}}"#),
    ] {
        let read = Kept::read(text).and_then(Kept::answer::<Holder>);
        assert_eq!(read.unwrap_err().code(), Some(Code::AnswerUnreadable), "{text}");
    }
}
