//! The hashes of the chain of commits (ADR 51). They can be recomputed with any SHA-256 and any JSON library,
//! without Sluice.

use crate::value::Value;
use data_encoding::HEXLOWER;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// A row as text: a JSON array of its table's name and its values, without blanks.
#[must_use]
pub(crate) fn line(table: &str, values: &[Value]) -> String {
    let cells = values.iter().map(|value| match value {
        Value::Null => Json::Null,
        Value::I64(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::Blob(bytes) => json!(HEXLOWER.encode(bytes)),
    });
    Json::Array(std::iter::once(json!(table)).chain(cells).collect()).to_string()
}

/// What a commit's link has of its lines: SHA-256 over the hash of each, with a line feed behind it. So a line is
/// proved without showing the others: by their hashes.
#[must_use]
pub fn digest<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(text_hash(line));
        hash.update(b"\n");
    }
    HEXLOWER.encode(&hash.finalize())
}

/// SHA-256 of a text, hexadecimal. The schema of a server has the same as a function.
#[must_use]
pub fn text_hash(content: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(content))
}

/// The chain's hash after a commit; what it recorded is the digest of its audit rows, and behind it that of its
/// images. The schema of a server has the same as a function.
#[must_use]
pub fn link(previous: &str, commit_number: i64, recorded: &str) -> String {
    text_hash(&format!("{previous}|{commit_number}|{recorded}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;

    #[test]
    fn the_hashes_are_those_that_other_programs_compute() {
        let values = args![7_i64, "张 \"x\"\n\u{1}/", None::<i64>, ""];
        assert_eq!(line("audit", &values), "[\"audit\",7,\"张 \\\"x\\\"\\n\\u0001/\",null,\"\"]");
        // for x in a b; do printf $x | sha256sum | cut -d ' ' -f 1; done | sha256sum
        let two = "bf75fafab8e46555836b92f1b04106b795a9ed36bd39b351f103b28819895f33";
        assert_eq!(digest(["a", "b"].into_iter()), two);
        // printf 'x|7|y' | sha256sum
        let linked = "1aa5bafc7b4b7cf91c9ff81f6e4fba701459f7722a939934f56ef368e62bf02e";
        assert_eq!(link("x", 7, "y"), linked);
    }
}
