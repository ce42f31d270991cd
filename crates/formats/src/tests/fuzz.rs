//! Altered files, for as long as is wanted: none makes reading panic, and none takes more work or memory than its size
//! allows.
//!
//! `SLUICE_FUZZ_SECONDS` is how long each target is tried (1 by default, 600 before a release). What fails is made small
//! and kept in `proptest-regressions`, from where every later run tries it first.

use std::io::Cursor;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};

use super::workbook::{book, row};
use crate::number_style::NumberStyle;
use crate::open::{FileOptions, open};
use crate::payment::{PaymentFileOptions, PaymentReader};
use crate::probe::{ProbeOptions, Purpose, probe};

/// Cases between two looks at the clock.
const CASES: u32 = 64;
/// What deflate can make of a byte at most.
const EXPANSION: usize = 1_032;

/// What has a meaning somewhere, and is put where it has none.
const WORDS: &[&str] = &[
    "\"",
    "\"\"",
    "'",
    ",",
    ";",
    "\t",
    "|",
    "\r",
    "\n",
    "\r\n",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "sep=;",
    "=1+1",
    "1.23E+15",
    "3-Jan",
    "1.234,50",
    "１２３",
    "-0",
    "NaN",
    "9999999999999999999999",
    "收款账号",
    "金额",
    "amount",
    "payee",
    "sluice_row",
    "{",
    "}",
    "[",
    ":",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "<row>",
    "</row>",
    "<c>",
    "</c>",
    "<v>",
    "</v>",
    "<f>1</f>",
    "t=\"s\"",
    "r=\"XFD1048576\"",
    "r=\"A0\"",
    "r=\"1048577\"",
    "s=\"99999\"",
    "&amp;",
    "&#0;",
    "&x;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "<!DOCTYPE x>",
    "<mergeCell ref=\"A1:XFD1048576\"/>",
    "PK\u{3}\u{4}",
];

#[derive(Debug, Clone)]
enum Change {
    Byte(Index, u8),
    Word(Index, Index),
    Remove(Index, usize),
    /// Doubles a piece in another place.
    Copy(Index, usize, Index),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (any::<Index>(), any::<Index>()).prop_map(|(at, word)| Change::Word(at, word)),
        (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        (any::<Index>(), 1..200_usize, any::<Index>())
            .prop_map(|(at, length, to)| Change::Copy(at, length, to)),
    ];
    prop::collection::vec(change, 1..12)
}

fn alter(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        if bytes.is_empty() {
            bytes.push(b'\n');
        }
        let piece = |at: usize, length: usize| at..(at + length).min(bytes.len());
        match change {
            Change::Byte(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Change::Word(at, word) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, WORDS[word.index(WORDS.len())].bytes());
            }
            Change::Remove(at, length) => {
                let gone = piece(at.index(bytes.len()), *length);
                bytes.drain(gone);
            }
            Change::Copy(at, length, to) => {
                let copied = bytes[piece(at.index(bytes.len()), *length)].to_vec();
                let to = to.index(bytes.len());
                bytes.splice(to..to, copied);
            }
        }
    }
    bytes
}

/// Tries altered seeds until the time is over; at least once.
fn fuzz(seeds: &[Vec<u8>], check: impl Fn(&[u8])) {
    let seconds = std::env::var("SLUICE_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let (begun, config) =
        (Instant::now(), Config { cases: CASES, source_file: Some(file!()), ..Config::default() });
    let mut cases = 0_u64;
    loop {
        let mut runner = TestRunner::new(config.clone());
        let tried = runner.run(&(any::<Index>(), changes()), |(seed, changes)| {
            check(&alter(seeds[seed.index(seeds.len())].clone(), &changes));
            Ok(())
        });
        tried.unwrap_or_else(|failure| panic!("{failure}"));
        cases += u64::from(CASES);
        if begun.elapsed() >= Duration::from_secs(seconds) {
            println!("{cases} cases");
            return;
        }
    }
}

/// Reads and probes a file. It may be refused; of what is read there is no more than `most`.
fn check_work(bytes: &[u8], most: usize) {
    for purpose in [Purpose::Payments, Purpose::Accounts] {
        let options = ProbeOptions { purpose, file: FileOptions::default(), mapped: Vec::new() };
        drop(probe(Cursor::new(bytes.to_vec()), &options));
    }
    let Ok(opened) = open(Cursor::new(bytes.to_vec()), &FileOptions::default()) else { return };
    let Ok(mut reader) = PaymentReader::over(opened.sheet, &PaymentFileOptions::default()) else { return };
    let (mut rows, mut problems, mut pages) = (Vec::new(), Vec::new(), 0);
    while reader.next_page(3, &mut rows, &mut problems).unwrap_or(false) {
        pages += 1;
        assert!(pages <= most, "{pages} pages of {} bytes", bytes.len());
    }
    // A row has at most 256 cells, and each at most one problem.
    assert!(rows.len() <= most && problems.len() <= most.saturating_mul(256), "{} bytes", bytes.len());
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

#[test]
fn altered_csv_is_read_or_refused() {
    let gbk =
        b"\xd5\xcb\xba\xc5,\xbd\xf0\xb6\xee,\xb1\xb8\xd7\xa2\nP1,12.30,\xce\xe5\xd4\xc2\xb9\xa4\xd7\xca\n"
            .to_vec();
    let utf_16: Vec<u8> = "\u{feff}payee,amount\nA,1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut seeds = texts(&[
        "payee,amount,memo\nA,1.50,\"May, bonus\"\nB,2,\"two\nlines\"\n",
        "sep=;\nsource;account;amount\nPAY;A1;0.01\nPAY;A2;0.02\n",
        "工资表\n\n收款账号\t金额\t备注\n6222020200112233445\t1250.50\t五月\n合计\t1250.50\t\n",
        "\u{feff}account|amount|reference|external_id\nA|1|R|E-1\n",
    ]);
    seeds.extend([gbk, utf_16]);
    fuzz(&seeds, |bytes| check_work(bytes, bytes.len() + 2));
}

#[test]
fn altered_json_lines_are_read_or_refused() {
    let seeds = texts(&[
        "{\"payee\":\"A\",\"amount\":\"1.50\",\"memo\":\"五月\"}\n{\"payee\":\"B\",\"amount\":2}\n",
        "{\"account\":\"A\",\"amount\":1e2,\"reference\":null}\n\n{\"account\":\"\\u4e00\",\"amount\":0.1}",
    ]);
    fuzz(&seeds, |bytes| check_work(bytes, bytes.len() + 2));
}

#[test]
fn altered_workbooks_are_read_or_refused() {
    let rows: String = (2..9).map(|number| row(number, &["A", "1.5", "May"])).collect();
    fuzz(&[book(&rows), book("")], |bytes| check_work(bytes, bytes.len() * EXPANSION));
}

#[test]
fn workbooks_with_an_altered_sheet_are_read_or_refused() {
    let rows: String = (2..6).map(|number| row(number, &["A", "1.5", "May"])).collect();
    let seeds = texts(&[
        &rows,
        r#"<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" s="1"><f>1+1</f><v>46112</v></c></row>"#,
        r#"<row><c t="inlineStr"><is><t>x</t></is></c><c><v>1.23E+15</v></c></row><mergeCell ref="A1:B3"/>"#,
    ]);
    fuzz(&seeds, |bytes| {
        let sheet = String::from_utf8_lossy(bytes);
        check_work(&book(&sheet), sheet.len() + 1_000);
    });
}

#[test]
fn altered_amounts_are_read_or_refused_in_any_style() {
    let seeds = texts(&["1250.50", "1.250,50", "¥1 250,50", "１２５０．５０", "-1'250.5", "1.23E+15", "0"]);
    let styles = [("dot", None), ("dot", Some("comma")), ("comma", Some("dot")), ("comma", Some("space"))];
    let styles = styles.map(|(decimal, group)| NumberStyle::parse(Some(decimal), group, Some("¥")).unwrap());
    fuzz(&seeds, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        for style in &styles {
            if let Ok(plain) = style.plain(&text) {
                assert!(
                    plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'),
                    "{text:?} {plain:?}"
                );
                assert!(plain.len() <= text.len() + 2, "{text:?} {plain:?}");
            }
        }
    });
}

#[test]
fn altered_headers_are_mapped_or_refused() {
    let seeds = texts(&[
        "payee,amount,memo,pay date,序号",
        "收款账号,金额,备注,外部编号,状态",
        "Employee,Net pay,Net pay,,token",
        "source,account,amount,reference,external_id,sluice_row",
    ]);
    fuzz(&seeds, |bytes| {
        let file = [bytes, b"\nA,1,x,2026-01-01,1\nB,2,y,2026-01-02,2\n"].concat();
        check_work(&file, file.len() + 2);
    });
}
