//! Kept answers of every version are read, and today's are written as the newest examples say.

use super::*;
use domain::asset::Asset;
use domain::principal::Principal;
use ledger::{Clock, Door, DoorOptions};
use serde_json::Value;
use std::sync::Arc;
use store::batch::Batch;
use store::fx::FxRate;
use store::holder::Holder;
use store::mark::Behind;
use store::{Schema, Store};

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

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> i64 {
        1
    }
}

/// A ledger goes behind and is put right again while the same request is on its way: what refused it then is not
/// its answer.
#[tokio::test]
async fn that_the_ledger_cannot_be_written_is_never_kept_as_a_requests_answer() {
    let place = testkit::place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let door = Door::open(store.clone(), Arc::new(Still), DoorOptions { chunk_items: 10 });
    let service = Service::new(store, door, Arc::new(Still));
    let actor = Actor::new(Principal::CommandLine, "tester", "test");
    for (k, code) in [("EUR", Code::LedgerBehind), ("GBP", Code::LedgerMoved)] {
        let refused = || match code {
            Code::LedgerBehind => StoreError::Behind(Behind::Commits { known: 2, found: 1 }),
            _ => StoreError::Moved("elsewhere".to_owned()),
        };
        let key = OperationKey { id: format!("key:1 {k}"), fingerprint: "f".to_owned() };
        let once = service.once(key);
        // Before the door, where its outcome is settled; and in the middle of a verb.
        let settled = once.settle::<()>(Err(refused().into())).await;
        assert_eq!(settled.unwrap_err().code(), Some(code));
        let Begun::Fresh(write) = once.write(&actor, Action::AssetAdd).await.unwrap() else {
            panic!("{code:?} was kept");
        };
        assert_eq!(write.end::<()>(Err(refused().into())).await.unwrap_err().code(), Some(code));
        assert_eq!(once.asset_add(&actor, k, None).await.unwrap().code, k);
    }
}
