//! Proves a copy: every table has the same number of rows on both sides, and the hashes over the rows in key
//! order are equal.

use super::feed::{Fed, Feed};
use super::progress::CopyProgress;
use super::report::{Copied, CopyStep, Difference, Stage, rows_of};
use super::request::Copy;
use crate::Error;
use data_encoding::HEXLOWER;
use store::copy::Key;
use store::value::Value;

impl Copy<'_> {
    /// Reads both sides in parallel, to the end or to the first difference.
    pub(super) async fn compare(
        &self,
        commit_number: i64,
        tell: &mut impl FnMut(&CopyStep),
    ) -> Result<Result<Vec<Copied>, Difference>, Error> {
        let from = Feed { page: self.page, commit_number: Some(commit_number), is_hashed: true };
        let to = Feed { commit_number: None, ..from };
        let mut source = from.start(self.from, CopyProgress::default());
        let mut target = to.start(self.to, CopyProgress::default());
        let (mut copied, mut rows) = (Vec::new(), 0_u64);
        loop {
            let (ours, theirs) = match tokio::join!(source.recv(), target.recv()) {
                (None, None) => return Ok(Ok(copied)),
                (ours, theirs) => (ours.transpose()?, theirs.transpose()?),
            };
            if let Some(difference) = difference(ours.as_ref(), theirs.as_ref()) {
                return Ok(Err(difference));
            }
            let Some(Fed { page, hash, is_last: is_done }) = ours else { continue };
            let (table, added) = (page.step.name, rows_of(&page));
            rows = rows.saturating_add(added);
            tell(&CopyStep { stage: Stage::Comparing, table, rows, added, is_done });
            if is_done {
                copied.push(Copied { table, rows, sha256: HEXLOWER.encode(&hash.unwrap_or_default()) });
                rows = 0;
            }
        }
    }
}

/// Both sides are read in the same steps, so equal ledgers have equal pages.
fn difference(ours: Option<&Fed>, theirs: Option<&Fed>) -> Option<Difference> {
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        let table = ours.or(theirs)?.page.step.name;
        return Some(Difference { table, key: String::new() });
    };
    if ours.hash == theirs.hash && ours.page.len() == theirs.page.len() {
        return None;
    }
    let key = ours.page.first_difference(&theirs.page).map_or_else(String::new, |key| text(&key));
    Some(Difference { table: ours.page.step.name, key })
}

fn text(key: &Key) -> String {
    let one = |value: &Value| match value {
        Value::I64(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Null | Value::Blob(_) => String::new(),
    };
    key.iter().map(one).collect::<Vec<_>>().join(" ")
}
