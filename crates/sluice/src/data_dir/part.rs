//! Files that appear complete or not at all. They are written under a temporary name ending in `.part` and
//! then renamed; the part of a killed process is removed by the next process that writes into the same
//! folder.

use crate::exit::Failure;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// The ending of a part's name.
const ENDING: &str = ".part";

/// Writes a file and makes it durable under its final name: readers see the complete new file or the previous
/// one.
pub(crate) async fn replace(
    path: &Path,
    write: impl AsyncFnOnce(&mut BufWriter<File>) -> Result<i64, Failure>,
) -> Result<i64, Failure> {
    let failed = |error| Failure::File { path: path.to_owned(), error };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    sweep(folder);
    let part = folder.join(format!(".{name}.{}{ENDING}", std::process::id()));
    let file = File::create(&part).map_err(failed)?;
    // Locked while it is written, so that no other process takes it for a leftover.
    file.try_lock().map_err(|error| failed(error.into()))?;
    let mut writer = BufWriter::new(file);
    let written = write(&mut writer).await;
    let finished = written.and_then(|count| {
        let file = writer.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().and_then(|()| std::fs::rename(&part, path)).map_err(failed)?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        Ok(count)
    });
    if finished.is_err() {
        // If the part cannot be removed, no harm is done; the first error is the one that matters.
        drop(std::fs::remove_file(&part));
    }
    finished
}

/// Removes the parts in a folder that no process is writing. A part that cannot be removed does no harm.
pub(super) fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && name.to_str().is_some_and(is_part) && is_left(&entry.path()) {
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

/// Whether a name has the form `.name.PID.part`, which only this program uses.
fn is_part(name: &str) -> bool {
    let inner = name.strip_prefix('.').and_then(|name| name.strip_suffix(ENDING));
    let pid = inner.and_then(|inner| inner.rsplit_once('.')).map(|(_, pid)| pid);
    pid.is_some_and(|pid| !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_left(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_abandoned_parts_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| File::create(folder.path().join(name)).unwrap();
        for name in [".pay.csv.12.part", ".7.part", "pay.csv.12.part", ".pay.csv.part", ".pay.csv.1x.part"] {
            drop(file(name));
        }
        let written = file(".pay.csv.13.part");
        written.try_lock().unwrap();
        sweep(folder.path());
        let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [".7.part", ".pay.csv.13.part", ".pay.csv.1x.part", ".pay.csv.part", "pay.csv.12.part"]
        );
    }
}
