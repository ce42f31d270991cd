//! Document 004, section 4.7: the audit trail.

use crate::world::{A1, B1, C1, START, World, actor, micros, request, set};
use domain::account::AccountStatus;
use domain::code::Code;
use service::audit::AuditFilter;
use service::fx;
use service::transfer::{self, TransferRequest};

#[tokio::test(flavor = "multi_thread")]
async fn test_audit_log_on_success() {
    let world = World::with_limits().await;
    world.set_clock("2026-03-10T15:04:05.678901Z");
    let new = TransferRequest { operation: set("op-audit"), ..request(A1, B1, "2000.00") };
    let number = world.ask(&new).await.transfer.unwrap();
    let (row, detail) = world.audit_of(number).await;

    // 1: when it was requested, by whom and from where.
    assert_eq!(row.at, micros("2026-03-10T15:04:05.678901Z"));
    assert_eq!((row.actor.name.as_str(), row.origin.as_str()), ("tester", "test"));
    // 2: the accounts, with their balances after the transfer.
    assert_eq!(detail["source"]["account"], world.id(A1).await);
    assert_eq!(detail["target"]["account"], world.id(B1).await);
    assert_eq!(
        (&detail["source"]["balance"], &detail["target"]["balance"]),
        (&799_800.into(), &1_000_000.into())
    );
    // 3: amount and fee.
    assert_eq!((&detail["amount"], &detail["fee"]), (&200_000.into(), &200.into()));
    // 4: the result, and the kind and operation id of the request.
    assert_eq!((row.action.as_str(), row.result.as_str()), ("transfer.create", "ok"));
    assert_eq!((&detail["kind"], &detail["operation"]), (&"transfer".into(), &"op:op-audit".into()));
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_audit_log_on_failure() {
    let world = World::with_limits().await;

    // 1: the reason. 2: the attempted amount. 3: the accounts' states and balances that led to it.
    world.status(B1, AccountStatus::Frozen).await;
    let outcome = world.send(A1, B1, "123.45").await;
    let (row, detail) = world.audit_of(outcome.transfer.unwrap()).await;
    assert_eq!((row.action.as_str(), row.result.as_str()), ("transfer.create", "TARGET_ACCOUNT_FROZEN"));
    assert_eq!((&detail["amount"], &detail["fee"]), (&12_345.into(), &0.into()));
    assert_eq!(
        (&detail["source"]["status"], &detail["target"]["status"]),
        (&"active".into(), &"frozen".into())
    );
    assert_eq!(
        (&detail["source"]["balance"], &detail["target"]["balance"]),
        (&1_000_000.into(), &800_000.into())
    );

    // An invalid request leaves a row as well, with the amount as it was written.
    assert_eq!(world.code(A1, "ACC-NOBODY", "1.00").await, Some(Code::TargetNotFound));
    let (row, detail) = world.audit_last().await;
    assert_eq!(row.result, "TARGET_ACCOUNT_NOT_FOUND");
    assert_eq!((&detail["to"], &detail["amount"]), (&"ACC-NOBODY".into(), &"1.00".into()));
    assert_eq!(world.code(A1, C1, "12,5").await, Some(Code::AmountDecimalComma));
    let (row, detail) = world.audit_last().await;
    assert_eq!((row.result.as_str(), &detail["amount"]), ("AMOUNT_DECIMAL_COMMA", &"12,5".into()));
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_audit_trail_completeness() {
    let world = World::with_limits().await;
    let begin = world.number("SELECT MAX(id) FROM audit");
    let mut second = 0;
    let mut tick = || {
        second += 1;
        let time = format!("2026-03-10T13:00:{second:02}Z");
        world.set_clock(&time);
        micros(&time)
    };

    // 1: a row for every step, including refusals. 2: each at the time of its step.
    let mut expected = Vec::new();
    expected.push((tick(), "account.open", "ok"));
    world.open("ACC-D1-005", "user_d", "USD").await;
    expected.push((tick(), "transfer.create", "ok"));
    world.deposit("ACC-D1-005", "3000.00").await;
    expected.push((tick(), "transfer.create", "ok"));
    let number = world.send("ACC-D1-005", B1, "1500.00").await.transfer.unwrap();
    expected.push((tick(), "transfer.create", "INSUFFICIENT_BALANCE"));
    world.send("ACC-D1-005", B1, "1500.00").await;
    expected.push((tick(), "transfer.create", "AMOUNT_PRECISION"));
    world.code("ACC-D1-005", B1, "0.001").await;
    expected.push((tick(), "account.status", "ok"));
    world.status("ACC-D1-005", AccountStatus::Frozen).await;
    expected.push((tick(), "transfer.create", "SOURCE_ACCOUNT_FROZEN"));
    world.send("ACC-D1-005", B1, "1.00").await;
    expected.push((tick(), "account.status", "ok"));
    world.status("ACC-D1-005", AccountStatus::Active).await;
    expected.push((tick(), "policy.set", "ok"));
    world.policy(None, &crate::world::section_3()).await;
    expected.push((tick(), "transfer.create", "ok"));
    let out = TransferRequest { to: None, ..request("ACC-D1-005", "", "1498.50") };
    world.ask(&out).await;
    let mut rows = world.audit(AuditFilter::default(), 100).await;
    rows.retain(|row| row.id > begin);
    let seen: Vec<_> = rows.iter().map(|row| (row.at, row.action.as_str(), row.result.as_str())).collect();
    assert_eq!(seen, expected);
    assert!(rows.iter().all(|row| row.at > micros(START) && row.actor.name == "tester"));

    // 3: the row leads to the transfer, its postings and the accounts' balances.
    let (row, detail) = world.audit_of(number).await;
    let view = world.show(number).await;
    let postings = transfer::postings(&world.service, &view.transfer).await.unwrap();
    assert_eq!(postings.len(), 2);
    assert!(postings.iter().all(|p| p.posting.transfer == number && p.created_at == row.at));
    assert_eq!(detail["source"]["balance"], postings[1].posting.debit_after);
    assert_eq!(detail["target"]["balance"], postings[0].posting.credit_after);
    // No transfer lacks an audit row: those of a bulk opening share one, all others have one each.
    let missing = "SELECT COUNT(*) FROM transfer t WHERE kind <> 5 AND
                   1 <> (SELECT COUNT(*) FROM audit WHERE subject = 'transfer' AND subject_id = t.number)";
    assert_eq!(world.number(missing), 0);
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_audit_immutability() {
    let world = World::with_limits().await;
    fx::set(&world.service, &actor(), "USD", "EUR", "0.9", "test").await.unwrap();
    world.open("ACC-B2-EUR", "user_b", "EUR").await;
    assert_eq!(
        world
            .ask(&TransferRequest { operation: set("op-x"), ..request(A1, "ACC-B2-EUR", "1.00") })
            .await
            .code,
        None
    );
    let failure =
        "INSERT INTO item_failure (batch, item, code, amount, chunk, at) VALUES (1, 1, 22, 1, 0, 0)";
    world.run(failure).unwrap();
    let before = world.footprint();

    // 1, 2: what was written is neither changed nor deleted, not even when the service is bypassed.
    for (table, column) in [
        ("audit", "at"),
        ("transfer", "amount"),
        ("posting", "amount"),
        ("item_failure", "code"),
        ("transfer_exchange", "rate"),
        ("fx_rate", "rate"),
        ("operation", "transfer"),
    ] {
        assert!(world.number(&format!("SELECT COUNT(*) FROM {table}")) > 0, "{table}");
        for sql in [format!("UPDATE {table} SET {column} = {column}"), format!("DELETE FROM {table}")] {
            let refused = world.run(&sql).unwrap_err().to_string();
            assert!(refused.contains(&format!("{table} is append-only")), "{sql}: {refused}");
        }
    }
    for column in ["at", "actor", "origin", "action", "subject", "subject_id", "result", "detail", "digest"] {
        let refused = world.run(&format!("UPDATE audit SET {column} = '0' WHERE id = 1")).unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{column}: {refused}");
    }
    assert_eq!(world.footprint(), before);
    world.assert_only_names("item_state", "item 1: it failed, but does not exist").await;
}
