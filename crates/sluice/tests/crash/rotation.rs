//! SIGKILL at each step of a rotation of the master key: whatever was encrypted again, every secret can be read with
//! both keys, and the next rotation ends what the killed one began.

use crate::ledger::Ledger;
use rusqlite::{Connection, OpenFlags};
use service::vault::{MasterKey, Vault};
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use testkit::binary::with_failpoints;

/// Enough for three transactions.
const SECRETS: usize = 250;
/// The point, how many times it is passed before, and how many secrets are then under the new key.
const KILLS: [(&str, u32, usize); 6] = [
    ("rotation_leased", 0, 0),
    ("rotation_sealed", 0, 0),
    ("rotation_committed", 0, 100),
    ("rotation_sealed", 1, 200),
    ("rotation_committed", 0, 250),
    ("rotation_leased", 0, 250),
];

fn key(first: &str) -> String {
    format!("{first}{}", "5a".repeat(31))
}

fn vault(current: &str, former: Option<&str>) -> Vault {
    let key = |first: &str| MasterKey::from_hex(&key(first)).unwrap();
    Vault::new(key(current), former.map(key))
}

fn rotate(ledger: &Ledger, current: &str, former: &str) -> Command {
    let mut command = ledger.command(&["key", "rotate"]);
    command.env("SLUICE_MASTER_KEY", key(current)).env("SLUICE_FORMER_MASTER_KEY", key(former));
    command
}

/// Stores secrets under a key, as a server would.
fn store(database: &Path, vault: &Vault) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let opened = ::store::Store::open(database).await.unwrap();
        let mut tx = opened.write().await.unwrap();
        for k in 0..SECRETS {
            let owner = format!("user:{k}");
            let sealed = vault.seal(&owner, format!("secret {k}").as_bytes()).unwrap();
            let key = vault.key_id().unwrap();
            ::store::sealed_secret::put(&mut tx, &owner, &key, &sealed).await.unwrap();
        }
        ::store::head::advance(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
    });
}

/// Reads every secret with a vault, and counts them by the key that they are under.
fn read(database: &Path, vault: &Vault) -> BTreeMap<String, usize> {
    // A connection that may write deletes the log when it closes the file, and the next start would miss it.
    let file = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut select = file.prepare("SELECT owner, key_id, sealed FROM sealed_secret").unwrap();
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    let mut counts = BTreeMap::new();
    for row in rows {
        let (owner, key, sealed): (String, String, String) = row.unwrap();
        let plain = vault.open(&owner, &data_encoding::BASE64.decode(sealed.as_bytes()).unwrap()).unwrap();
        let number = owner.strip_prefix("user:").unwrap();
        assert_eq!(String::from_utf8(plain.to_vec()).unwrap(), format!("secret {number}"));
        *counts.entry(key).or_default() += 1;
    }
    assert_eq!(counts.values().sum::<usize>(), SECRETS);
    counts
}

fn ledger(folder: &Path) -> Ledger {
    let (ledger, _) = Ledger::with_batch(folder, 1);
    store(&ledger.dir.join("sluice.db"), &vault("00", None));
    ledger
}

#[test]
fn a_rotation_killed_at_any_step_leaves_every_secret_readable_and_is_ended_by_the_next() {
    assert!(with_failpoints().is_some(), "SLUICE_BIN must name a binary with the feature `failpoints`");
    for _ in 0..crate::rounds() {
        kill_at_each_step();
    }
}

fn kill_at_each_step() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(folder.path());
    let (database, both, new) = (ledger.dir.join("sluice.db"), vault("01", Some("00")), vault("01", None));
    let new_id = new.key_id().unwrap();
    for (point, passing, under_new) in KILLS {
        let armed = format!("{point}={passing}*off->return");
        let killed = rotate(&ledger, "01", "00").env("FAILPOINTS", &armed).output().unwrap();
        assert_eq!(killed.status.signal(), Some(9), "{point}: {killed:?}");
        let found = read(&database, &both).get(&new_id).copied().unwrap_or_default();
        assert_eq!(found, under_new, "{point} {passing}");
        ledger.verified();
    }
    let rotated = rotate(&ledger, "01", "00").output().unwrap();
    assert!(rotated.status.success(), "{rotated:?}");
    assert_eq!(read(&database, &new).get(&new_id), Some(&SECRETS));
    ledger.verified();
}
