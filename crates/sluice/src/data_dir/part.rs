//! Files that are there as a whole or not at all. They are written under another name, which says that they are a
//! part; one whose process was killed is removed by the next that writes into the same folder.

use crate::exit::Failure;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// How the name of a part ends.
const ENDING: &str = ".part";

/// Makes a file durable in its folder under its final name: readers see all of it or the one before.
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
    // Held while it is written, so that another process sees that it is not left over.
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
        // What is left is only a part; the error that matters is the first one.
        drop(std::fs::remove_file(&part));
    }
    finished
}

/// Removes the parts in a folder that no process writes any more. What cannot be removed stays: it is in nobody's
/// way.
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

/// `.name.PID.part`: nobody else calls his files so.
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
    fn parts_that_nobody_writes_are_removed_and_nothing_else() {
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
