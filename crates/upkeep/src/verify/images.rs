//! Every row that has images is what its last image says; none is missing, and none was added.

use super::report::{IMAGE, STEP, Verification};
use crate::Error;
use hashbrown::HashMap;
use sha2::{Digest, Sha256};
use store::Tx;
use store::commit_link::CommitLink;
use store::image::{self, IMAGED, Image, Imaged, Images, ImagesHash, Present};

/// Images that are held at a time, besides those of one commit.
const ROWS: i64 = 10_000;

/// All images, read in the order of commits.
#[derive(Debug, Default)]
pub(super) struct ImageLog {
    page: Images,
    /// How many of the page were taken.
    taken: usize,
}

/// The images of a commit, as far as they were taken.
#[derive(Debug, Default)]
struct Own {
    hash: ImagesHash,
    count: i64,
    is_other: bool,
}

impl Own {
    fn add(&mut self, one: &Image<'_>, commit: i64) {
        self.hash.add(one);
        self.count += 1;
        self.is_other |= one.commit_number != commit || one.place != self.count;
    }
}

impl ImageLog {
    /// Takes the images of a commit, and those before it that were not taken yet. Returns whether they are the ones
    /// that the commit recorded.
    pub(super) async fn take(
        &mut self,
        tx: &mut Tx,
        link: &CommitLink,
        last: &mut LastImages,
    ) -> Result<bool, Error> {
        let mut own = Own::default();
        loop {
            let after = self.page.last()?;
            if after.is_some_and(|(commit, _)| commit > link.commit_number) {
                self.take_of_page(link.commit_number, &mut own, last)?;
                break;
            }
            // The next page is read while this one is taken.
            let (next, taken) = tokio::join!(image::after(tx, after.unwrap_or_default(), ROWS), async {
                self.take_of_page(link.commit_number, &mut own, last)
            });
            taken?;
            let next = next?;
            if next.last()?.is_none() {
                break;
            }
            (self.page, self.taken) = (next, 0);
        }
        Ok(!own.is_other && own.hash.finish() == link.images)
    }

    fn take_of_page(&mut self, commit: i64, own: &mut Own, last: &mut LastImages) -> Result<(), Error> {
        for one in self.page.iter().skip(self.taken) {
            let one = one?;
            if one.commit_number > commit {
                break;
            }
            own.add(&one, commit);
            last.add(&one);
            self.taken += 1;
        }
        Ok(())
    }

    /// Whether images are left that no commit took.
    pub(super) async fn is_left(&self, tx: &mut Tx) -> Result<bool, Error> {
        let is_in_page = self.page.iter().nth(self.taken).is_some();
        let after = self.page.last()?.unwrap_or_default();
        Ok(is_in_page || image::after(tx, after, 1).await?.last()?.is_some())
    }
}

/// The last image of each key, without those of deleted rows: 32 bytes a row. 128 bits of each hash are enough
/// to tell rows and contents apart.
#[derive(Debug, Default)]
pub(super) struct LastImages(HashMap<u128, u128>);

impl LastImages {
    fn add(&mut self, one: &Image<'_>) {
        let key = key(one.table_name, one.row_key);
        match one.digest {
            "" => self.0.remove(&key),
            digest => self.0.insert(key, short(digest)),
        };
    }

    /// Compares every row with its last image.
    pub(super) async fn compare(mut self, tx: &mut Tx, found: &mut Verification) -> Result<(), Error> {
        for of in IMAGED {
            let mut page = image::rows(tx, of, &[], STEP).await?;
            while let Some(last) = page.last() {
                // The next page is read while this one is compared.
                let (next, ()) = tokio::join!(image::rows(tx, of, &last, STEP), async {
                    self.compare_page(of, &page, found)
                });
                page = next?;
            }
        }
        for (table, key) in image::pending(tx, ROWS).await? {
            found.bad(IMAGE, || format!("{table} {}: changed without a commit", image::shown(&key)));
        }
        self.missing(tx, found).await
    }

    fn compare_page(&mut self, of: &Imaged, page: &Present, found: &mut Verification) {
        for (row_key, content) in page.iter() {
            let name = || format!("{} {}", of.table, image::shown(&row_key));
            match self.0.remove(&key(of.table, &row_key)) {
                Some(digest) if digest == bits(&Sha256::digest(content)) => {}
                Some(_) => found.bad(IMAGE, || name() + ": not as its last commit left it"),
                None => found.bad(IMAGE, || name() + ": no commit added it"),
            }
        }
    }

    /// Names the rows that images are left of.
    async fn missing(mut self, tx: &mut Tx, found: &mut Verification) -> Result<(), Error> {
        let mut after = (0, 0);
        while !self.0.is_empty() {
            let page = image::after(tx, after, ROWS).await?;
            let Some(last) = page.last()? else { break };
            after = last;
            for one in page.iter() {
                let one = one?;
                if self.0.remove(&key(one.table_name, one.row_key)).is_some() {
                    let key = image::shown(one.row_key);
                    found.bad(IMAGE, || format!("{} {key}: is missing", one.table_name));
                }
            }
        }
        Ok(())
    }
}

/// A row of a table in short.
fn key(table: &str, row_key: &str) -> u128 {
    bits(&Sha256::new().chain_update(table).chain_update("|").chain_update(row_key).finalize())
}

/// The first 128 bits of a hash that is written in hexadecimal; 0 of a text that is none.
fn short(hash: &str) -> u128 {
    hash.get(..32).and_then(|digits| u128::from_str_radix(digits, 16).ok()).unwrap_or_default()
}

/// The first 128 bits of a hash.
fn bits(hash: &[u8]) -> u128 {
    hash.first_chunk().copied().map_or(0, u128::from_be_bytes)
}
