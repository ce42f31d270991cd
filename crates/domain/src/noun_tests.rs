//! Spellings of ids.

use super::*;
use crate::table::{check, said};
use serde::{Deserialize, Serialize};

#[test]
fn a_tagged_id_has_one_spelling() {
    let invalid = "ID_INVALID";
    check(
        &[
            ("acct_18", "18"),
            ("acct_9007199254740991", "9007199254740991"),
            ("acct_9007199254740992", invalid),
            ("acct_99999999999999999", invalid),
            ("acct_0", invalid),
            ("acct_018", invalid),
            ("acct_+1", invalid),
            ("acct_-1", invalid),
            ("acct_１", invalid),
            ("acct_", invalid),
            ("acct_1 ", invalid),
            (" acct_1", invalid),
            ("Acct_1", invalid),
            ("acct1", invalid),
            ("hold_1", invalid),
            ("18", invalid),
            ("", invalid),
        ],
        |text| said(Noun::Account.read(text)),
    );
}

#[test]
fn a_noun_without_numbers_also_accepts_bare_ids() {
    check(
        &[
            ("xfer_9", "xfer_9"),
            ("9", "xfer_9"),
            (" 9 ", "xfer_9"),
            ("09", "ID_INVALID"),
            ("0", "ID_INVALID"),
            ("acct_9", "ID_INVALID"),
            ("９", "ID_INVALID"),
            ("9007199254740992", "ID_INVALID"),
        ],
        |text| said(TransferId::from_text(text).map(NounId::tagged)),
    );
    assert_eq!(HolderId::from_text("hold_7"), Ok(HolderId(7)));
    assert_eq!(UserId::from_text("3").map(NounId::tagged), Ok("user_3".to_owned()));
}

#[test]
fn every_noun_reads_back_only_its_own_ids() {
    for noun in Noun::ALL {
        let text = noun.write(912);
        let readers: Vec<_> = Noun::ALL.iter().filter(|other| other.read(&text).is_ok()).collect();
        assert_eq!((readers, noun.read(&text)), (vec![noun], Ok(912)));
        assert!(is_id_like(&text), "{text}");
    }
}

#[test]
fn a_json_number_is_an_id_within_the_bounds() {
    for (number, expected) in [(1, true), (ID_MAX, true), (0, false), (-1, false), (ID_MAX + 1, false)] {
        assert_eq!(AccountId::from_number(number).is_ok(), expected, "{number}");
    }
}

#[test]
fn a_tagged_id_is_a_json_string() {
    #[derive(Serialize, Deserialize)]
    struct View {
        #[serde(with = "tagged")]
        id: UserId,
    }
    assert_eq!(serde_json::to_string(&View { id: UserId(3) }).unwrap(), r#"{"id":"user_3"}"#);
    let read = |text| serde_json::from_str::<View>(text).map(|view| view.id.0).ok();
    assert_eq!(read(r#"{"id":"user_3"}"#), Some(3));
    assert_eq!(read(r#"{"id":"3"}"#), None);
    assert_eq!(read(r#"{"id":3}"#), None);
}
