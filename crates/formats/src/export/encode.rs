//! Text in the encoding of somebody's file.

use crate::encoding::Encoding;
use std::borrow::Cow;

/// UTF-8 text in another encoding. A character that the encoding does not have becomes `?`. Bytes that are not UTF-8 are
/// replaced.
pub(super) fn encoded(text: &[u8], encoding: Encoding) -> Cow<'_, [u8]> {
    match encoding {
        Encoding::Utf8 => Cow::Borrowed(text),
        Encoding::Utf16Le => units(text).flat_map(u16::to_le_bytes).collect::<Vec<u8>>().into(),
        Encoding::Utf16Be => units(text).flat_map(u16::to_be_bytes).collect::<Vec<u8>>().into(),
        Encoding::Gb18030 | Encoding::Big5 | Encoding::Windows1252 => legacy(text, encoding).into(),
    }
}

fn units(text: &[u8]) -> impl Iterator<Item = u16> {
    let text = String::from_utf8_lossy(text);
    text.encode_utf16().collect::<Vec<u16>>().into_iter()
}

fn legacy(text: &[u8], encoding: Encoding) -> Vec<u8> {
    let (text, encoder) = (String::from_utf8_lossy(text), encoding.decoder());
    let (bytes, _, has_others) = encoder.encode(&text);
    if !has_others {
        return bytes.into_owned();
    }
    // Otherwise the library writes character references, which are for HTML.
    let mut all = Vec::with_capacity(text.len());
    for character in text.chars() {
        let mut room = [0; 4];
        let (bytes, _, is_other) = encoder.encode(character.encode_utf8(&mut room));
        if is_other {
            all.push(b'?');
        } else {
            all.extend_from_slice(&bytes);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_written_in_every_encoding_and_what_one_does_not_have_is_a_question_mark() {
        for (text, encoding, expected) in [
            ("é金", Encoding::Utf8, &b"\xc3\xa9\xe9\x87\x91"[..]),
            ("é金", Encoding::Utf16Le, b"\xe9\x00\xd1\x91"),
            ("é金", Encoding::Utf16Be, b"\x00\xe9\x91\xd1"),
            ("金额", Encoding::Gb18030, b"\xbd\xf0\xb6\xee"),
            ("金额,x", Encoding::Big5, b"\xaa\xf7?,x"),
            ("é金&", Encoding::Windows1252, b"\xe9?&"),
        ] {
            assert_eq!(encoded(text.as_bytes(), encoding).as_ref(), expected, "{text} {encoding:?}");
        }
    }
}
