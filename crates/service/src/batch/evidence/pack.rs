//! The pack as a stream of bytes. Each piece is read in a transaction of its own, so a reader that is slow holds no
//! snapshot; at the end the batch is compared with what it was at the beginning.

use super::frame::{ChainPart, Piece, Subject, last_audit};
use super::manifest::{FileSum, manifest, sums};
use super::{approvals, chain, content, log, postings, results};
use crate::batch::lookup::{find, get};
use crate::{Error, Service, asset};
use data_encoding::HEXLOWER;
use domain::batch::BatchState;
use domain::batch_ref::BatchRef;
use domain::code::Code;
use formats::archive::Archive;
use sha2::{Digest, Sha256};
use store::Tx;
use store::batch::Batch;

/// A file of the pack.
#[derive(Debug, Clone, Copy)]
enum Member {
    ReadMe,
    Check,
    CheckpointCheck,
    Content,
    Approvals,
    Results,
    Postings,
    Log,
    Chain,
    Manifest,
    Sums,
}

/// The files in their order in the pack; the manifest follows what it describes.
const MEMBERS: [(Member, &str); 11] = [
    (Member::ReadMe, "README.txt"),
    (Member::Check, "check.py"),
    (Member::CheckpointCheck, "checkpoint.py"),
    (Member::Content, "content.csv"),
    (Member::Approvals, "approvals.csv"),
    (Member::Results, "results.csv"),
    (Member::Postings, "postings.csv"),
    (Member::Log, "audit.jsonl"),
    (Member::Chain, "chain.csv"),
    (Member::Manifest, "manifest.json"),
    (Member::Sums, "SHA256SUMS"),
];

/// The evidence pack of a batch, made while it is read.
#[derive(Debug)]
pub struct Evidence {
    service: Service,
    subject: Subject,
    /// None once it has ended.
    archive: Option<Archive>,
    /// Members that are complete.
    done: usize,
    /// The member that is being written.
    open: Option<OpenFile>,
    files: Vec<FileSum>,
}

/// A file of which pieces have been written.
#[derive(Debug)]
struct OpenFile {
    hash: Sha256,
    rows: i64,
    after: Option<i64>,
}

/// Begins the evidence pack of a batch that has been submitted and is not running, so that its content and its results
/// do not change meanwhile. Its audit rows are proved up to the commit of a checkpoint, or of the newest of them.
pub async fn evidence(
    service: &Service,
    batch: BatchRef,
    checkpoint: Option<i64>,
) -> Result<Evidence, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    let is_open = matches!(batch.state, BatchState::Draft | BatchState::Processing);
    if is_open {
        return Err(Error::refused(Code::BatchState, batch.state_text()));
    }
    if batch.content_hash.is_none() {
        return Err(never_submitted(&batch));
    }
    let chain = chain::part(&mut tx, &batch, checkpoint).await?;
    let subject = of_batch(&mut tx, batch, chain).await?;
    Ok(Evidence {
        service: service.clone(),
        subject,
        archive: Some(Archive::new()),
        done: 0,
        open: None,
        files: Vec::new(),
    })
}

/// A batch cancelled as a draft, also after a recall, has no content that anybody agreed to.
fn never_submitted(batch: &Batch) -> Error {
    let number = batch.number();
    Error::bilingual(
        Code::BatchState,
        format!("{number} was cancelled as a draft, so there is no submitted content to prove"),
        format!("{number} 在草稿状态下已取消，没有可供证明的提交内容"),
    )
}

async fn of_batch(tx: &mut Tx, batch: Batch, chain: ChainPart) -> Result<Subject, Error> {
    Ok(Subject {
        asset: asset::by_id(tx, batch.asset).await?,
        round: store::approval_round::last(tx, batch.id).await?,
        last_audit: last_audit(tx, &batch).await?,
        chain,
        batch,
    })
}

impl Evidence {
    /// The batch, as it was when the pack was begun.
    #[must_use]
    pub const fn batch(&self) -> &Batch {
        &self.subject.batch
    }

    /// The commit at which its part of the chain ends, and the chain's hash after it.
    #[must_use]
    pub fn chain_end(&self) -> (i64, &str) {
        let last = &self.subject.chain.last;
        (last.commit, &last.hash)
    }

    /// The pack's file name.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}-evidence.zip", self.subject.batch.number())
    }

    /// The next bytes; none at the end. If the batch was changed meanwhile it is a refusal, and the bytes so far are no
    /// complete archive.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        loop {
            let Some((member, name)) = MEMBERS.get(self.done).copied() else {
                return Ok(self.archive.take().map(Archive::finish).transpose()?);
            };
            let after = self.open.as_ref().and_then(|open| open.after);
            let mut tx = self.service.store.read().await?;
            let piece = piece(&mut tx, member, after, &self.subject, &self.files).await?;
            drop(tx);
            self.add(name, &piece)?;
            let bytes = self.archive.as_mut().map(Archive::take).unwrap_or_default();
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
    }

    /// Adds a piece to the file, and ends the file with its last piece.
    fn add(&mut self, name: &'static str, piece: &Piece) -> Result<(), Error> {
        let Some(archive) = &mut self.archive else { return Ok(()) };
        if self.open.is_none() {
            archive.begin(name)?;
        }
        archive.add(&piece.bytes)?;
        let open = self.open.get_or_insert_with(|| OpenFile { hash: Sha256::new(), rows: 0, after: None });
        open.hash.update(&piece.bytes);
        open.rows += piece.rows;
        open.after = piece.next;
        if piece.next.is_none() {
            if let Some(open) = self.open.take() {
                let sha256 = HEXLOWER.encode(&open.hash.finalize());
                self.files.push(FileSum { name, sha256, rows: open.rows });
            }
            self.done += 1;
        }
        Ok(())
    }
}

async fn piece(
    tx: &mut Tx,
    member: Member,
    after: Option<i64>,
    subject: &Subject,
    files: &[FileSum],
) -> Result<Piece, Error> {
    match member {
        Member::ReadMe => Ok(Piece::whole(include_bytes!("README.txt").to_vec())),
        Member::Check => Ok(Piece::whole(include_bytes!("check.py").to_vec())),
        Member::CheckpointCheck => Ok(Piece::whole(include_bytes!("checkpoint.py").to_vec())),
        Member::Content => content::piece(tx, subject, after).await,
        Member::Approvals => approvals::piece(tx, subject).await,
        Member::Results => results::piece(tx, subject, after).await,
        Member::Postings => postings::piece(tx, subject, after).await,
        Member::Log => log::piece(tx, subject, after).await,
        Member::Chain => chain::piece(tx, subject, after).await,
        Member::Manifest => {
            unchanged(tx, subject).await?;
            Ok(Piece::whole(manifest(subject, files)))
        }
        Member::Sums => Ok(Piece::whole(sums(files))),
    }
}

/// Refuses if the batch is no longer what it was when the pack was begun.
async fn unchanged(tx: &mut Tx, begun: &Subject) -> Result<(), Error> {
    let batch = get(tx, begun.batch.id).await?;
    if of_batch(tx, batch, begun.chain.clone()).await? == *begun {
        return Ok(());
    }
    let number = begun.batch.number();
    Err(Error::bilingual(
        Code::BatchState,
        format!("{number} was changed while its evidence was read; request it again"),
        format!("读取 {number} 的证据包期间批次发生变更，请重新获取"),
    ))
}
