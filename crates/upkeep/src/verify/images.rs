//! Every row that has images is what its last image says; none is missing, and none was added.

use super::report::{IMAGE, STEP, Verification};
use crate::Error;
use hashbrown::HashMap;
use std::collections::VecDeque;
use store::commit_link::CommitLink;
use store::image::{self, IMAGED, Image};
use store::{Tx, chain};

/// Images that are held at a time, besides those of one commit.
const ROWS: i64 = 10_000;

/// Whether these are the images that a commit recorded.
pub(super) fn is_of(images: &[Image], link: &CommitLink) -> bool {
    let is_own = |(one, place): (&Image, i64)| one.commit_number == link.commit_number && one.place == place;
    image::hash(images) == link.images && images.iter().zip(1..).all(is_own)
}

/// All images, read in the order of commits.
#[derive(Debug, Default)]
pub(super) struct ImageLog {
    read: VecDeque<Image>,
    after: (i64, i64),
}

impl ImageLog {
    /// The images up to a commit that were not taken yet.
    pub(super) async fn up_to(&mut self, tx: &mut Tx, commit: i64) -> Result<Vec<Image>, Error> {
        let mut taken = Vec::new();
        loop {
            while let Some(one) = self.read.pop_front_if(|one| one.commit_number <= commit) {
                taken.push(one);
            }
            if !self.read.is_empty() {
                return Ok(taken);
            }
            let page = image::after(tx, self.after, ROWS).await?;
            let Some(last) = page.last() else { return Ok(taken) };
            self.after = (last.commit_number, last.place);
            self.read.extend(page);
        }
    }
}

/// The last image of each key, without those of deleted rows: 32 bytes a row. 128 bits of each hash are enough
/// to tell rows and contents apart.
#[derive(Debug, Default)]
pub(super) struct LastImages(HashMap<u128, u128>);

impl LastImages {
    pub(super) fn add(&mut self, images: &[Image]) {
        for one in images {
            let key = key(&one.table_name, &one.row_key);
            match one.digest.as_str() {
                "" => self.0.remove(&key),
                digest => self.0.insert(key, short(digest)),
            };
        }
    }

    /// Compares every row with its last image.
    pub(super) async fn compare(mut self, tx: &mut Tx, found: &mut Verification) -> Result<(), Error> {
        for of in IMAGED {
            let mut after = Vec::new();
            loop {
                let page = image::rows(tx, of, &after, STEP).await?;
                let Some(last) = page.last() else { break };
                after.clone_from(&last.key);
                for row in page {
                    let name = || format!("{} {}", of.table, image::shown(&row.row_key));
                    match self.0.remove(&key(of.table, &row.row_key)) {
                        Some(digest) if digest == short(&row.digest) => {}
                        Some(_) => found.bad(IMAGE, || name() + ": not as its last commit left it"),
                        None => found.bad(IMAGE, || name() + ": no commit added it"),
                    }
                }
            }
        }
        for (table, key) in image::pending(tx, ROWS).await? {
            found.bad(IMAGE, || format!("{table} {}: changed without a commit", image::shown(&key)));
        }
        self.missing(tx, found).await
    }

    /// Names the rows that images are left of.
    async fn missing(mut self, tx: &mut Tx, found: &mut Verification) -> Result<(), Error> {
        let mut after = (0, 0);
        while !self.0.is_empty() {
            let page = image::after(tx, after, ROWS).await?;
            let Some(last) = page.last() else { break };
            after = (last.commit_number, last.place);
            for one in page {
                if self.0.remove(&key(&one.table_name, &one.row_key)).is_some() {
                    let key = image::shown(&one.row_key);
                    found.bad(IMAGE, || format!("{} {key}: is missing", one.table_name));
                }
            }
        }
        Ok(())
    }
}

fn key(table: &str, row_key: &str) -> u128 {
    short(&chain::text_hash(&format!("{table}|{row_key}")))
}

/// The first 128 bits of a hash; 0 of a text that is none.
fn short(hash: &str) -> u128 {
    hash.get(..32).and_then(|digits| u128::from_str_radix(digits, 16).ok()).unwrap_or_default()
}
