//! Text encodings: what is detected, what the uploader chooses, and what is not text in an encoding.

use std::io::{Cursor, Read};

use super::{check_any, check_opened, opened, shown};
use crate::decoding::Decoding;
use crate::encoding::{Encoding, scan};
use crate::open::{FileOptions, open};
use crate::payment::PaymentFileOptions;

const CHINESE: &str = "收款账号,金额,备注\nA,1,三月工资已发放\n张三,2,备注信息\n";
const TAIWAN: &str = "收款帳號,金額,備註\nA,1,三月份薪資轉帳，請查收\nB,2,員工旅遊補助與獎金發放說明\n";

fn encoded(text: &str, encoding: Encoding, bom: bool) -> Vec<u8> {
    let utf16 = |order: fn(u16) -> [u8; 2]| {
        let mark = Some(0xfeff).filter(|_| bom);
        mark.into_iter().chain(text.encode_utf16()).flat_map(order).collect()
    };
    match encoding {
        Encoding::Utf16Le => utf16(u16::to_le_bytes),
        Encoding::Utf16Be => utf16(u16::to_be_bytes),
        Encoding::Utf8 if bom => format!("\u{feff}{text}").into_bytes(),
        other => other.decoder().encode(text).0.into_owned(),
    }
}

fn detected(bytes: &[u8]) -> Option<Encoding> {
    scan(&mut &*bytes).unwrap().encoding
}

#[test]
fn encodings_are_detected_and_the_rows_are_the_same() {
    let rows = "2 \"1\" payee=\"A\" memo=\"三月工资已发放\"\n3 \"2\" payee=\"张三\" memo=\"备注信息\"";
    for (encoding, bom) in [
        (Encoding::Utf8, false),
        (Encoding::Utf8, true),
        (Encoding::Utf16Le, false),
        (Encoding::Utf16Le, true),
        (Encoding::Utf16Be, false),
        (Encoding::Utf16Be, true),
        (Encoding::Gb18030, false),
    ] {
        let bytes = encoded(CHINESE, encoding, bom);
        assert_eq!(detected(&bytes), Some(encoding), "{encoding:?} {bom}");
        check_any(bytes, rows);
    }
}

#[test]
fn traditional_chinese_is_told_from_simplified() {
    let bytes = encoded(TAIWAN, Encoding::Big5, false);
    assert_eq!(detected(&bytes), Some(Encoding::Big5));
    // These headers are not known; so the uploader maps them.
    let mut options = PaymentFileOptions::default();
    options.map.set(crate::payment::PaymentField::Payee, "收款帳號");
    options.map.set(crate::payment::PaymentField::Amount, "金額");
    check_opened(bytes, &FileOptions::default(), &options, "2 \"1\" payee=\"A\"\n3 \"2\" payee=\"B\"");
}

#[test]
fn a_few_chinese_characters_are_enough_for_gb18030() {
    for text in ["账号,金额\nA,1\n", "payee,amount,memo\nA,1,工资\n", "姓名,金额\n张三,1\n李四,2\n"]
    {
        assert_eq!(detected(&encoded(text, Encoding::Gb18030, false)), Some(Encoding::Gb18030), "{text}");
    }
}

#[test]
fn a_western_file_is_not_taken_for_chinese_and_the_uploader_chooses() {
    let bytes = b"payee,amount,memo\nM\xfcller,1,Gru\xdf\n".to_vec();
    check_any(bytes.clone(), r#"refused ! 1 - ENCODING_UNKNOWN """#);
    let form = FileOptions { encoding: Encoding::parse("Latin1"), ..FileOptions::default() };
    check_opened(bytes, &form, &PaymentFileOptions::default(), r#"2 "1" payee="Müller" memo="Gruß""#);
}

#[test]
fn a_wrong_guess_is_corrected_by_the_uploader() {
    let bytes = encoded(CHINESE, Encoding::Gb18030, false);
    let form = |encoding| FileOptions { encoding: Some(encoding), ..FileOptions::default() };
    let read = |encoding| shown(opened(bytes.clone(), &form(encoding), &PaymentFileOptions::default()));
    assert!(read(Encoding::Gb18030).contains("张三"));
    assert!(read(Encoding::Big5).starts_with("refused"), "{}", read(Encoding::Big5));
    assert!(read(Encoding::Utf8).starts_with("refused ! 1 - FILE_UNSUPPORTED \"GBK\""));
}

#[test]
fn one_wrong_byte_makes_one_problem_and_not_another_encoding() {
    let mut bytes = encoded(CHINESE, Encoding::Utf8, false);
    let at = bytes.len() - 4;
    bytes[at] = 0xff;
    assert_eq!(detected(&bytes), Some(Encoding::Utf8));
    let read = shown(opened(bytes, &FileOptions::default(), &PaymentFileOptions::default()));
    assert!(read.contains("! 3 备注 INVALID_UTF8 \"备注信\u{fffd}"), "{read}");
    let mut bytes = encoded(CHINESE, Encoding::Gb18030, false);
    let at = bytes.len() - 2;
    bytes[at] = 0xff;
    let read = shown(opened(bytes, &FileOptions::default(), &PaymentFileOptions::default()));
    assert!(read.contains("! 3 备注 INVALID_UTF8 \"备注信\u{fffd}\""), "{read}");
    let mut bytes = encoded("payee,amount,memo\nA,1,x\n", Encoding::Utf16Le, true);
    let at = bytes.len() - 4;
    bytes[at..at + 2].copy_from_slice(&[0x00, 0xd8]);
    check_any(bytes, "! 2 memo INVALID_UTF8 \"\u{fffd}\"");
}

#[test]
fn encodings_have_names() {
    for (name, encoding) in [
        ("UTF-8", Some(Encoding::Utf8)),
        ("gbk", Some(Encoding::Gb18030)),
        ("GB2312", Some(Encoding::Gb18030)),
        ("utf-16", Some(Encoding::Utf16Le)),
        ("big5", Some(Encoding::Big5)),
        ("koi8-r", None),
        ("", None),
    ] {
        assert_eq!(Encoding::parse(name), encoding, "{name}");
        assert!(encoding.is_none_or(|encoding| Encoding::parse(encoding.name()) == Some(encoding)));
    }
}

#[test]
fn the_whole_file_decides_and_not_its_beginning() {
    let ascii = format!("payee,amount,memo\n{}", "A,1,x\n".repeat(30_000));
    let mut bytes = ascii.clone().into_bytes();
    bytes.extend(encoded("B,2,三月工资已发放\n", Encoding::Gb18030, false));
    assert_eq!(detected(&bytes), Some(Encoding::Gb18030));
    let form = open(Cursor::new(bytes), &FileOptions::default()).unwrap_or_else(|e| panic!("{e}")).form;
    assert_eq!((form.encoding, form.lines), (Some(Encoding::Gb18030), 30_002));
    // A character lies across two pieces of what is read at once.
    for shift in 0..4 {
        let text = format!("{}{}", "x".repeat(65_536 - shift), "好".repeat(50_000));
        assert_eq!(detected(text.as_bytes()), Some(Encoding::Utf8), "{shift}");
        let bytes = encoded(&text, Encoding::Gb18030, false);
        let mut decoded = String::new();
        Decoding::new(bytes.as_slice(), Encoding::Gb18030).read_to_string(&mut decoded).unwrap();
        assert_eq!(decoded, text);
    }
}
