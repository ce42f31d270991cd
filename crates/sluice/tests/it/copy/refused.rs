//! What a copy refuses, and what its source and target refuse during and after it.

use super::world::{At, World};
use serde_json::json;
use std::time::{Duration, Instant};
use testkit::postgres::{execute, query_text};

const DEPOSIT: [&str; 5] = ["deposit", "--account", "ACME", "--amount", "1.00"];

/// A file copied to a server and a server copied to a file.
fn pairs(world: &mut World) -> [(At, At); 2] {
    let file = world.with_payees(30);
    let (server, other) = (world.database(), world.directory());
    file.copied(&server, &["--keep"]);
    let target = world.database();
    [(file, target), (server, other)]
}

#[test]
fn a_sealed_source_is_read_only_and_an_unfinished_target_is_unusable() {
    let mut world = World::new();
    for (from, to) in pairs(&mut world) {
        from.cut_copy(&to);
        let file = world.file("more.csv", "account,amount\nP00001,1.00\n");
        let import = ["batch", "import", &file, "--type", "one_to_many", "--account", "ACME", "--name", "x"];
        for args in [&DEPOSIT as &[&str], &import, &["batch", "run"], &["work"]] {
            from.refused(args, "LEDGER_MOVED");
            to.refused(args, "COPY_UNFINISHED");
        }
        for args in [&["account", "statement", "ACME"] as &[&str], &["batch", "list"], &["audit"]] {
            from.ok(args);
            to.refused(args, "COPY_UNFINISHED");
        }
        from.verified();
        let verify = to.run(&["verify"]);
        assert_eq!((verify.exit, &verify.json["error"]["code"]), (3, &json!("COPY_UNFINISHED")));
        to.refused(&["init"], "LEDGER_EXISTS");
        let third = world.directory();
        to.refused(&to.copy_args(&third, &[]), "COPY_UNFINISHED");
        from.refused(&from.copy_args(&third, &[]), "LEDGER_MOVED");

        from.copied(&to, &[]);
        from.refused(&DEPOSIT, "LEDGER_MOVED");
        to.ok(&DEPOSIT);
        from.refused(&from.copy_args(&to, &[]), "COPY_TARGET_NOT_EMPTY");
        let unsealed = from.unseal().json;
        assert_eq!(unsealed["unsealed"], true);
        assert_eq!(from.unseal().json["unsealed"], false);
        from.ok(&DEPOSIT);
    }
}

#[test]
fn a_source_unsealed_during_a_copy_needs_an_empty_target() {
    let mut world = World::new();
    for (from, to) in pairs(&mut world) {
        from.cut_copy(&to);
        from.unseal();
        from.refused(&from.copy_args(&to, &[]), "COPY_SOURCE_CHANGED");
        from.ok(&DEPOSIT);
        from.refused(&from.copy_args(&to, &[]), "COPY_SOURCE_CHANGED");
        from.ok(&DEPOSIT);
        let fresh = world.directory();
        from.copied(&fresh, &["--keep"]);
        to.refused(&["batch", "list"], "COPY_UNFINISHED");
    }
}

#[test]
fn a_target_with_other_content_is_left_unchanged() {
    let mut world = World::new();
    let (from, other, server) = (world.with_payees(20), world.with_payees(20), world.database());
    server.ok(&["init"]);
    for to in [&other, &server] {
        from.refused(&from.copy_args(to, &[]), "COPY_TARGET_NOT_EMPTY");
        to.verified();
        to.ok(&["batch", "list"]);
    }
    // The refusals sealed nothing.
    from.ok(&DEPOSIT);
    let (started, none) = (world.database(), world.directory());
    other.cut_copy(&started);
    from.refused(&from.copy_args(&started, &[]), "COPY_TARGET_NOT_EMPTY");
    from.refused(&none.copy_args(&started, &[]), "NO_LEDGER");
    let empty = world.database();
    from.refused(&empty.copy_args(&started, &[]), "NO_LEDGER");
    let same = from.copy(&from, &[]);
    assert_eq!((same.exit, &same.json["error"]["code"]), (64, &json!("USAGE")), "{same:?}");
    from.ok(&DEPOSIT);
    let busy = other.slow_import();
    busy.wait_with_output().unwrap();
    other.copied(&started, &[]);
}

#[test]
fn a_source_in_use_is_busy() {
    let mut world = World::new();
    let (file, server, to) = (world.with_payees(5), world.database(), world.directory());
    file.copied(&server, &[]);
    // A node that runs no batches counts too: it can write.
    for begins in [&["work"][..], &["serve", "--no-worker", "--listen", "127.0.0.1:0"]] {
        is_busy(&server, &to, begins);
    }
    server.copied(&to, &[]);
    let mut import = to.slow_import();
    std::thread::sleep(Duration::from_millis(300));
    let busy = to.copy(&file, &[]);
    assert_eq!((busy.exit, &busy.json["error"]["code"]), (5, &json!("DATA_DIRECTORY_BUSY")), "{busy:?}");
    import.kill().unwrap();
    import.wait().unwrap();
}

fn is_busy(server: &At, to: &At, begins: &[&str]) {
    let mut worker = server.command().args(begins).spawn().unwrap();
    let begun = Instant::now();
    while server.ok(&["node", "list"]).json["nodes"] == json!([]) {
        assert!(begun.elapsed() < Duration::from_secs(20), "the worker did not start");
    }
    let refused = server.refused(&server.copy_args(to, &[]), "COPY_SOURCE_BUSY");
    assert!(refused.json["error"]["detail"].as_str().unwrap().starts_with("node-"), "{refused:?}");
    server.ok(&DEPOSIT);
    let pid = worker.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert_eq!(worker.wait().unwrap().code(), Some(0));
}

#[test]
fn a_differing_row_is_named_and_the_target_stays_unusable() {
    let mut world = World::new();
    let (from, to) = (world.with_payees(20), world.database());
    from.cut_copy(&to);
    execute(&to.0, "UPDATE account SET opened_at = 1 WHERE id = 7");
    let answer = from.copy(&to, &[]);
    assert_eq!(answer.exit, 2, "{answer:?}");
    assert_eq!(answer.json["difference"], json!({ "table": "account", "key": "7" }), "{answer:?}");
    assert_eq!((&answer.json["verified"], &answer.json["tables"]), (&json!(false), &json!([])));
    assert!(answer.stderr.contains("account") && answer.stderr.contains("--unseal"), "{answer:?}");
    to.refused(&["batch", "list"], "COPY_UNFINISHED");
    from.refused(&DEPOSIT, "LEDGER_MOVED");
}

#[test]
fn the_password_is_neither_shown_nor_stored() {
    let mut world = World::new();
    let (file, server) = (world.with_payees(3), world.database());
    let third = world.database();
    assert!(server.0.contains("s3cret"));
    for (from, to) in [(&file, &server), (&server, &third)] {
        for _ in 0..2 {
            let output = from.output(&from.copy_args(to, &[]));
            let all = [output.stdout, output.stderr].concat();
            let all = String::from_utf8(all).unwrap();
            assert!(!all.contains("s3cret") && all.contains("postgres://sluice@127.0.0.1"), "{all}");
        }
    }
    for place in [&server, &third] {
        let kept =
            query_text(&place.0, "SELECT name || value FROM setting UNION ALL SELECT detail FROM audit");
        let kept = format!("{kept:?}");
        assert!(!kept.contains("s3cret") && kept.contains("postgres://sluice@127.0.0.1"), "{kept}");
    }
}
