//! SIGKILL at random moments of a copy, in each direction. Each direction gets a quarter of `SLUICE_KILLS`;
//! `SLUICE_SEED` replays a run.

use super::world::{At, World};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;
use testkit::draw::{Random, number};

const PEOPLE: u32 = 300;

/// Whether the target has the finished copy after a kill, rather than nothing or an unfinished copy that
/// cannot be opened.
fn is_finished(to: &At) -> bool {
    let answer = to.run(&["account", "list"]);
    match answer.json["error"]["code"].as_str() {
        Some("NO_LEDGER" | "COPY_UNFINISHED") => false,
        None => answer.json["accounts"] != json!([]),
        Some(_) => panic!("{answer:?}"),
    }
}

/// Copies until enough copies have been killed; each one is resumed until it is complete.
fn storm(from: &At, mut place: impl FnMut() -> At, seed: u64) -> At {
    let (mut random, mut kills, mut to) = (Random(seed), 0, place());
    let mut phases = BTreeMap::<String, u64>::new();
    let said = from.said_in_short();
    loop {
        // A full copy prints about forty lines, one per table; a resumed one prints fewer.
        let lines = random.below(if kills % 4 == 0 { 45 } else { 3 });
        let pause = Duration::from_millis(random.below(40));
        if let Some(phase) = from.kill_copy(&to, lines, pause) {
            kills += 1;
            *phases.entry(phase).or_default() += 1;
        }
        if !is_finished(&to) {
            continue;
        }
        to.verified();
        assert_eq!(to.said_in_short(), said, "seed {seed}");
        // The kill may have come between the end of the copy and the removal of the seal.
        from.unseal();
        if kills >= number("SLUICE_KILLS", 20) / 4 {
            println!("{kills} kills from {from:?}, seed {seed}: {phases:?}");
            return to;
        }
        to = place();
    }
}

#[test]
fn a_killed_copy_resumes_and_ends_complete() {
    let mut world = World::new();
    let seed = number("SLUICE_SEED", 7);
    let file = world.with_payees(PEOPLE);
    let server = storm(&file, || world.database(), seed);
    let back = storm(&server, || world.directory(), seed + 1);
    for ledger in [&file, &server, &back] {
        ledger.ok(&["deposit", "--account", "ACME", "--amount", "1.00"]);
        ledger.verified();
    }
}

#[test]
fn rows_already_copied_are_compared_and_not_copied_again() {
    let mut world = World::new();
    let (file, server) = (world.with_payees(50), world.database());
    let back = world.directory();
    for (from, to) in [(&file, &server), (&server, &back)] {
        from.cut_copy(to);
        let said = from.copied(to, &[]).stderr;
        assert!(said.contains("copied posting: 51 rows"), "{said}");
        assert!(!said.contains("copied holder:") && !said.contains("copied account:"), "{said}");
        assert!(said.contains("compared holder: 51 rows"), "{said}");
    }
}
