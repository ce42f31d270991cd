//! SIGKILL at each step of keeping the mark: no step leaves a ledger that is reported as behind, and after
//! each step, deleting the log is detected if the log was needed.

use crate::ledger::Ledger;
use std::os::unix::process::ExitStatusExt;
use testkit::binary::with_failpoints;

/// The step, whether the deposit is committed after a kill there, and whether the log is needed.
const STEPS: [(&str, bool, bool); 6] = [
    ("mark_log_there", false, false),
    ("mark_unclean", false, true),
    ("before_commit", false, true),
    ("after_commit", true, true),
    ("mark_checkpointed", true, true),
    ("mark_clean", true, false),
];

#[test]
fn a_kill_at_any_step_of_the_mark_is_distinguished_from_a_missing_log() {
    assert!(with_failpoints().is_some(), "SLUICE_BIN must name a binary with the feature `failpoints`");
    for _ in 0..crate::rounds() {
        kill_at_each_step();
    }
}

fn kill_at_each_step() {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, _) = Ledger::with_batch(folder.path(), 3);
    let deposit = ["deposit", "--account", "PAY", "--amount", "1.00"];
    let mut balance = 1_000_000;
    for is_removed in [false, true] {
        for (step, is_committed, is_needed) in STEPS {
            let armed = format!("{step}=0*off->return");
            let killed = ledger.command(&deposit).env("FAILPOINTS", &armed).output().unwrap();
            assert_eq!(killed.status.signal(), Some(9), "{step}: {killed:?}");
            if is_removed {
                std::fs::remove_file(ledger.dir.join("sluice.db-wal")).unwrap();
            } else {
                balance += i32::from(is_committed);
            }
            if is_removed && is_needed {
                assert_eq!(ledger.run(&["verify"]).status.code(), Some(2), "{step}");
                let refused = ledger.run(&deposit);
                assert!(
                    String::from_utf8_lossy(&refused.stdout).contains("LEDGER_BEHIND"),
                    "{step}: {refused:?}"
                );
                ledger.ok(&["accept-loss", "--reason", step]);
            }
            ledger.verified();
            if !is_removed {
                let account = ledger.ok(&["account", "show", "PAY"]);
                assert_eq!(account["balance"], format!("{balance}.00"), "{step}");
            }
            ledger.ok(&["asset", "list"]);
        }
    }
}
