//! No bytes make reading panic or hang, and what is read does not depend on the form of the file.

use proptest::prelude::*;

use super::workbook::{book, book_of, row};
use super::{opened, shown};
use crate::number_style::NumberStyle;
use crate::open::FileOptions;
use crate::payment::PaymentFileOptions;
use crate::probe::{ProbeOptions, Purpose, probe};

/// Reads and probes a file in every way.
fn read_all(bytes: &[u8]) -> String {
    for purpose in [Purpose::Payments, Purpose::Accounts] {
        let options = ProbeOptions { purpose, file: FileOptions::default(), mapped: Vec::new() };
        drop(probe(std::io::Cursor::new(bytes.to_vec()), &options));
    }
    shown(opened(bytes.to_vec(), &FileOptions::default(), &PaymentFileOptions::default()))
}

/// What files of different kinds begin with.
const BEGINS: [&[u8]; 7] = [
    b"",
    b"payee,amount\n",
    b"PK\x03\x04",
    b"\xff\xfe",
    b"sep=;\n",
    b"{",
    b"\xd5\xcb\xba\xc5,\xbd\xf0\xb6\xee\n",
];

/// A sheet's XML from pieces that are nearly right.
fn sheet_pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(r#"<row r="2">"#.to_owned()),
        Just(r#"<row>"#.to_owned()),
        Just("</row>".to_owned()),
        Just(r#"<c r="A2" t="s"><v>0</v></c>"#.to_owned()),
        Just(r#"<c r="B2"><v>1.5</v></c>"#.to_owned()),
        Just(r#"<c t="inlineStr"><is><t>x</t></is></c>"#.to_owned()),
        Just(r#"<c r="ZZ2"><f>1</f></c>"#.to_owned()),
        Just(r#"<c s="1"><v>46112</v></c>"#.to_owned()),
        Just("<v>".to_owned()),
        Just("</c>".to_owned()),
        Just("</sheetData>".to_owned()),
        Just(r#"<mergeCell ref="A1:B3"/>"#.to_owned()),
        Just("&amp;".to_owned()),
        Just("<![CDATA[x]]>".to_owned()),
        "[ -~]{0,8}",
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), begin in 0..BEGINS.len()) {
        read_all(&[BEGINS[begin], &bytes].concat());
    }

    #[test]
    fn an_altered_workbook_is_read_or_refused(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>()) {
        let mut bytes = book(&row(2, &["A", "1"]));
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        read_all(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        read_all(&bytes);
    }

    #[test]
    fn any_sheet_is_read_or_refused(xml in sheet_pieces()) {
        read_all(&book(&xml));
        read_all(&book_of(&[("x", "visible", &xml)], "", "", &xml));
        read_all(&book_of(&[("x", "visible", "<sheetData/>")], "", &xml, ""));
    }

    #[test]
    fn any_json_lines_are_read_or_refused(lines in prop::collection::vec(prop_oneof![Just(r#"{"payee":"A","amount":1}"#.to_owned()), r#"\{"[a-c]{1,2}":("x"|[0-9]{1,3}|null|\[\]|\{\})(,"payee":"A")?\}"#, "[ -~]{0,30}"], 1..12)) {
        read_all(format!("{{\"payee\":\"A\",\"amount\":1}}\n{}", lines.join("\n")).as_bytes());
        read_all(lines.join("\n").as_bytes());
    }

    #[test]
    fn any_amount_is_read_or_refused_in_any_style(text in "\\PC{0,12}|[-+0-9.,' ]{0,14}", decimal in any::<bool>(), group in 0..4_usize) {
        let decimal = if decimal { "dot" } else { "comma" };
        let group = ["comma", "dot", "space", "apostrophe"].get(group).copied();
        if let Some(style) = NumberStyle::parse(Some(decimal), group, Some("¥")) {
            let plain = style.plain(&text);
            // Nothing but digits and one dot is left.
            prop_assert!(plain.is_err() || plain.unwrap().bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
        }
    }

    #[test]
    fn any_headers_are_mapped(headers in prop::collection::vec("\\PC{0,10}|收款账号|amount|日期|序号", 1..12), value in "\\PC{0,10}") {
        let header: Vec<String> = headers.iter().map(|name| format!("\"{}\"", name.replace('"', ""))).collect();
        let values = vec![format!("\"{}\"", value.replace('"', "")); headers.len()];
        let file = format!("{}\n{}\n", header.join(","), values.join(","));
        read_all(file.as_bytes());
    }

    #[test]
    fn rows_are_the_same_in_every_form(rows in prop::collection::vec(("[a-zA-Z]{1,9}", "[1-9][0-9]{0,6}", "[a-z好<&\"' ]{0,12}"), 1..20)) {
        let csv: String = rows.iter().map(|(payee, amount, memo)| format!("{payee},{amount},\"{}\"\n", memo.replace('"', "\"\""))).collect();
        let json: String = rows.iter().map(|(payee, amount, memo)| {
            format!("{}\n", serde_json::json!({ "payee": payee, "amount": amount, "memo": memo }))
        }).collect();
        let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
        let cells: String = (2..).zip(&rows).map(|(n, (payee, amount, memo))| row(n, &[payee, amount, &escaped(memo)])).collect();
        let text = |bytes: Vec<u8>| -> Vec<String> {
            let read = read_all(&bytes);
            // Lines are numbered from the first object, or below the header.
            read.lines().filter(|line| !line.starts_with('~')).map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
        };
        let csv = text(format!("payee,amount,memo\n{csv}").into_bytes());
        prop_assert_eq!(csv.len(), rows.len());
        prop_assert_eq!(&text(json.into_bytes()), &csv);
        prop_assert_eq!(&text(book(&cells)), &csv);
    }
}
