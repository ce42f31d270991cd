//! A full disk, and a disk that does not confirm a write.

use crate::ledger::{BUILT, Ledger};
use std::path::Path;
use std::process::Command;
use testkit::binary;

const ITEMS: u32 = 5_000;

/// A small separate file system, unmounted at the end. Needs root, which CI has.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(at: &'a Path, bytes: u64) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let size = format!("size={bytes}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).status();
        mounted.is_ok_and(|status| status.success()).then_some(Self(at))
    }

    fn grow(&self, bytes: u64) {
        let size = format!("remount,size={bytes}");
        assert!(Command::new("mount").args(["-o", &size]).arg(self.0).status().unwrap().success());
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(self.0).status());
    }
}

fn folder_bytes(dir: &Path) -> u64 {
    std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

#[test]
fn a_full_disk_is_reported_and_the_batch_resumes_once_there_is_space() {
    let folder = tempfile::tempdir().unwrap();
    let (template, batch) = Ledger::with_batch(folder.path(), ITEMS);
    let at = folder.path().join("small");
    let bytes = folder_bytes(&template.dir);
    let Some(disk) = SmallDisk::mount(&at, bytes + (700 << 10)) else {
        println!("skipped: cannot mount a tmpfs here (needs root)");
        return;
    };
    let ledger = template.copy_to(&at.join("data"));
    let output = ledger.run(&["batch", "run", &batch]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(75), "{said}");
    assert!(said.contains("no space left"), "{said}");
    let status = ledger.ok(&["batch", "status", &batch]);
    assert_eq!(status["status"], "processing", "{status}");
    disk.grow(bytes + (256 << 20));
    ledger.ok(&["batch", "run", &batch]);
    ledger.settled(&batch, ITEMS);
}

#[test]
fn a_failed_sync_ends_the_process_and_nothing_acknowledged_is_lost() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("skipped: strace is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (template, batch) = Ledger::with_batch(folder.path(), ITEMS);
    for when in [3, 9, 20] {
        let ledger = template.copy_to(&folder.path().join(format!("sync-{when}")));
        let trace = folder.path().join(format!("trace-{when}"));
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-e", "trace=fsync,fdatasync"]);
        command.args(["-e", &format!("inject=fsync,fdatasync:error=EIO:when={when}")]);
        command.arg("-o").arg(&trace).arg(binary(BUILT));
        ledger.arguments(&mut command, &["batch", "run", &batch]);
        let output = command.output().unwrap();
        let fired = std::fs::read_to_string(&trace).unwrap_or_default();
        assert!(fired.contains("(INJECTED)"), "the fault did not fire at {when}: {fired}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(74), "when={when}: {said}");
        let status = ledger.ok(&["batch", "status", &batch]);
        assert!(status["success_count"].as_u64().is_some(), "{status}");
        ledger.verified();
        ledger.ok(&["batch", "run", &batch]);
        ledger.settled(&batch, ITEMS);
    }
}

/// SQLite itself does not report that the directory entry of its first log is not durable.
#[test]
fn a_failed_directory_sync_is_reported_like_any_other_failed_sync() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("skipped: strace is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (ledger, _) = Ledger::with_batch(folder.path(), 3);
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO", "-P"]).arg(&ledger.dir);
    command.arg("-o").arg(folder.path().join("trace")).arg(binary(BUILT));
    ledger.arguments(&mut command, &["deposit", "--account", "PAY", "--amount", "1.00"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(74), "{output:?}");
    let account = ledger.ok(&["account", "show", "PAY"]);
    assert_eq!(account["balance"], "1000000.00", "{account}");
    ledger.verified();
}
