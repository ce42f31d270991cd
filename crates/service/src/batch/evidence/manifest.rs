//! `manifest.json`: the batch's head, its content hash, and the hash and number of rows of each file; and
//! `SHA256SUMS`, which adds the manifest's own, in the form that `sha256sum -c` reads.

use super::frame::{ChainPart, ChainPoint, Subject};
use crate::audit::time;
use serde_json::{Value, json};

/// The form of the pack; raised when a reader of the earlier form would go wrong.
const FORM: &str = "sluice-evidence-1";

/// How the content hash is computed, for people; `check.py` does it.
const INPUT: &str = "SHA-256 over the rows of content.csv in order. Of each row: line, source_id, target_id, \
                     amount_minor, each as 8 bytes, little-endian, two's complement; memo and reference, each as its \
                     length in bytes of UTF-8 (8 bytes as before; -1 without a text) and the bytes; and, only if the \
                     row has an external id, its length (1 byte) and its bytes.";

/// How the chain is computed.
const LINK: &str = "hash after a commit = SHA-256 of: hash before it, |, its number, |, digest, images. digest = SHA-256 \
                    of the hashes in lines, each with a line feed behind it. The hash in lines of an entry = SHA-256 of \
                    its entry in audit.jsonl. All hashes are lower-case hexadecimal.";

/// A file of the pack.
#[derive(Debug)]
pub(super) struct FileSum {
    pub name: &'static str,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Rows without the header; for texts 0.
    pub rows: i64,
}

/// The manifest.
pub(super) fn manifest(subject: &Subject, files: &[FileSum]) -> Vec<u8> {
    let files: Vec<Value> = files
        .iter()
        .map(|file| json!({ "name": file.name, "sha256": file.sha256, "rows": file.rows }))
        .collect();
    let manifest = json!({
        "format": FORM,
        "batch": batch(subject),
        "approval": approval(subject),
        "chain": chain(&subject.chain),
        "contentHash": { "value": subject.batch.content_hash, "input": INPUT },
        "files": files,
    });
    format!("{manifest:#}\n").into_bytes()
}

fn batch(Subject { batch, asset, .. }: &Subject) -> Value {
    let tally = &batch.tally;
    json!({
        "id": batch.id.0,
        "number": batch.number(),
        "name": batch.name,
        "type": batch.kind.name(),
        "state": batch.state.name(),
        "currency": asset.code,
        "scale": asset.scale,
        "fileSha256": batch.file_hash,
        "createdBy": batch.created_by.name,
        "createdAt": time(batch.created_at),
        "submittedAt": batch.submitted_at.map(time),
        "startedAt": batch.started_at.map(time),
        "completedAt": batch.completed_at.map(time),
        "items": tally.total_count,
        "amountMinor": tally.total_amount,
        "completedItems": tally.success_count,
        "completedMinor": tally.success_amount,
        "failedItems": tally.failed_count,
        "failedMinor": tally.failed_amount,
        "skippedItems": tally.skipped_count,
        "feeMinor": tally.fee_amount,
    })
}

fn chain(part: &ChainPart) -> Value {
    let point = |point: &ChainPoint| json!({ "commit": point.commit, "hash": point.hash });
    json!({ "ledger": part.ledger, "before": point(&part.before), "last": point(&part.last), "input": LINK })
}

/// What the batch needed in the round that counts.
fn approval(subject: &Subject) -> Value {
    subject.round.as_ref().map_or(Value::Null, |round| {
        json!({
            "round": round.round,
            "needed": round.needed,
            "levels": round.levels,
            "policyVersion": round.policy_version,
            "contentHash": round.content_hash,
            "maker": round.maker,
            "openedAt": time(round.opened_at),
        })
    })
}

/// The lines of `SHA256SUMS`.
pub(super) fn sums(files: &[FileSum]) -> Vec<u8> {
    files.iter().map(|file| format!("{}  {}\n", file.sha256, file.name)).collect::<String>().into_bytes()
}
