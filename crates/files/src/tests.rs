//! A file is complete or absent, and only where it was written.

use super::*;
use sha2::{Digest, Sha256};
use std::time::Duration;
use tempfile::TempDir;

async fn files() -> (TempDir, Files) {
    let directory = tempfile::tempdir().unwrap();
    let files = Files::open(&FilesAt::Directory(directory.path().join("files"))).await.unwrap();
    (directory, files)
}

async fn content(files: &Files, key: &Key) -> Result<Vec<u8>, FilesError> {
    let mut reading = files.read(key).await?;
    let mut all = Vec::new();
    while let Some(piece) = reading.next().await? {
        all.extend_from_slice(&piece);
    }
    Ok(all)
}

/// All names in the directory, with what lies aside.
fn names(directory: &TempDir) -> Vec<String> {
    let mut names = Vec::new();
    for folder in std::fs::read_dir(directory.path().join("files")).unwrap().map(Result::unwrap) {
        if folder.file_type().unwrap().is_dir() {
            let files = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
            names.extend(files.map(|file| file.file_name().into_string().unwrap()));
        }
    }
    names
}

fn later() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 33)
}

#[tokio::test]
async fn what_was_written_is_read_with_its_size_and_hash() {
    let (_directory, files) = files().await;
    // Sizes around a part.
    for size in [0, 1, written::PART_ON_DISK - 1, written::PART_ON_DISK, 3 * written::PART_ON_DISK + 7] {
        let (key, bytes) = (Key::draw().unwrap(), vec![b'x'; size]);
        let mut writing = files.write(&key).await.unwrap();
        for piece in bytes.chunks(100_003) {
            writing.append(piece).await.unwrap();
        }
        assert_eq!(content(&files, &key).await.unwrap_err().to_string(), FilesError::Missing.to_string());
        let written = writing.finish().await.unwrap();
        assert_eq!(written.size, u64::try_from(size).unwrap());
        assert_eq!(written.sha256, data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes)));
        assert_eq!(content(&files, &key).await.unwrap(), bytes, "{size}");
        let mut read = Vec::new();
        std::io::Read::read_to_end(&mut files.open_file(&key).await.unwrap(), &mut read).unwrap();
        assert_eq!(read, bytes);
    }
}

#[tokio::test]
async fn a_file_that_is_not_finished_leaves_nothing() {
    let (directory, files) = files().await;
    let key = Key::draw().unwrap();
    let mut writing = files.write(&key).await.unwrap();
    writing.append(b"half").await.unwrap();
    drop(writing);
    let mut writing = files.write(&key).await.unwrap();
    writing.append(&vec![0; 2 * written::PART_ON_DISK]).await.unwrap();
    writing.abort().await.unwrap();
    assert!(matches!(content(&files, &key).await, Err(FilesError::Missing)));
    assert!(matches!(files.open_file(&key).await, Err(FilesError::Missing)));
    assert_eq!(files.before(later()).await.unwrap(), []);
    // What is removed when a writer is dropped is removed by a thread of its own.
    let waited = async {
        while !names(&directory).is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waited).await.unwrap();
}

#[tokio::test]
async fn what_a_killed_writer_left_aside_is_no_file_and_is_swept() {
    let (directory, files) = files().await;
    let key = Key::draw().unwrap();
    let written = files.write(&key).await.unwrap();
    written.finish().await.unwrap();
    let aside = directory.path().join("files").join(format!("{}#1", key.path()));
    std::fs::write(&aside, "half").unwrap();
    assert_eq!(files.before(later()).await.unwrap(), std::slice::from_ref(&key));
    assert_eq!(files.sweep(SystemTime::UNIX_EPOCH).await.unwrap(), 0);
    assert_eq!(files.sweep(later()).await.unwrap(), 1);
    assert_eq!(names(&directory), [key.to_string()]);
}

#[tokio::test]
async fn files_are_deleted_once_and_found_by_their_age() {
    let (_directory, files) = files().await;
    let key = Key::draw().unwrap();
    files.write(&key).await.unwrap().finish().await.unwrap();
    assert_eq!(files.before(SystemTime::UNIX_EPOCH).await.unwrap(), []);
    assert_eq!(files.before(later()).await.unwrap(), std::slice::from_ref(&key));
    files.delete(&key).await.unwrap();
    files.delete(&key).await.unwrap();
    assert_eq!(files.before(later()).await.unwrap(), []);
}

#[tokio::test]
async fn a_place_keeps_its_id_and_two_places_have_two() {
    let (directory, files) = files().await;
    // The same place under another name.
    let again = FilesAt::Directory(directory.path().join("files/../files"));
    assert_eq!(Files::open(&again).await.unwrap().place(), files.place());
    let other = FilesAt::Directory(directory.path().join("other"));
    assert_ne!(Files::open(&other).await.unwrap().place(), files.place());
}

#[test]
fn a_place_is_a_directory_or_a_bucket() {
    for (text, at) in [
        ("/var/lib/sluice/files", "/var/lib/sluice/files"),
        ("files", "files"),
        ("s3://payments", "s3://payments/"),
        ("s3://payments/sluice/eu/", "s3://payments/sluice/eu"),
    ] {
        assert_eq!(FilesAt::read(text).to_string(), at);
    }
    assert_eq!(Key::read("../../../../../../../../etc/hosts"), None);
}
