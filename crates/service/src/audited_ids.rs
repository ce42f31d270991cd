//! How an audit row names many things: by their ids, or, if they are too many for a row, so that a list of them can be
//! compared with it.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The most ids that an audit row lists.
const LISTED_MAX: usize = 200;

/// The ids in order: all of them, or of more than 200 the first ones, the number, and the SHA-256 of all, each in decimal
/// followed by a line feed.
pub(crate) fn audited_ids(ids: impl IntoIterator<Item = i64>) -> Value {
    let mut ids: Vec<i64> = ids.into_iter().collect();
    ids.sort_unstable();
    if ids.len() <= LISTED_MAX {
        return json!(ids);
    }
    let mut hash = Sha256::new();
    for id in &ids {
        hash.update(format!("{id}\n"));
    }
    let count = ids.len();
    ids.truncate(LISTED_MAX);
    json!({ "count": count, "first": ids, "sha256": HEXLOWER.encode(&hash.finalize()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_ids_are_listed_and_many_are_hashed() {
        assert_eq!(audited_ids([3, 1]), json!([1, 3]));
        assert_eq!(audited_ids(1..=200).as_array().map(Vec::len), Some(200));
        let many = audited_ids((1..=201).rev());
        assert_eq!(
            (&many["count"], &many["first"][0], &many["first"][199]),
            (&json!(201), &json!(1), &json!(200))
        );
        // seq 1 201 | sha256sum
        assert_eq!(many["sha256"], "9858806432057460e1ec885e32bbc79ce2fbdd60a1a6d77e7bc6a02732551e46");
        assert_ne!(many["sha256"], audited_ids(2..=202)["sha256"]);
    }
}
