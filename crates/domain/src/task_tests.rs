//! Inputs as they are requested and stored, and the right that each needs.

use super::*;
use crate::access::{Asker, Reach, Role, Scope};
use crate::table::check;

/// What a request is read as, and stored as.
fn read(text: &str) -> String {
    match serde_json::from_str::<TaskInput>(text) {
        Ok(input) => {
            let stored = serde_json::to_string(&input).unwrap();
            assert_eq!(serde_json::from_str::<TaskInput>(&stored).unwrap(), input, "{stored}");
            let (file, batch) = (input.file().map(|id| id.0), input.batch().map(|batch| batch.to_string()));
            format!("{} file {file:?} batch {batch:?} needs {}", input.kind().name(), input.right().name())
        }
        Err(error) => error.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
    }
}

#[test]
fn each_kind_has_its_input_and_its_right() {
    check(
        &[
            (
                r#"{"task_type":"import_batch","file_id":"file_7"}"#,
                "import_batch file Some(7) batch None needs createBatchTransfer",
            ),
            (
                r#"{"task_type":"import_batch","file_id":"file_7","options":{"type":"many_to_one","account":"6001",
                   "name":"July","partial":true,"leaveProblems":3,"mapping":{"amount":"Net"}}}"#,
                "import_batch file Some(7) batch None needs createBatchTransfer",
            ),
            (
                r#"{"task_type":"import_batch","file_id":"file_7","options":{"into":"batch-20260310-001"}}"#,
                "import_batch file Some(7) batch Some(\"batch-20260310-001\") needs addRelations",
            ),
            (
                r#"{"task_type":"export_batch","batch_id":9,"format":"csv"}"#,
                "export_batch file None batch Some(\"batch_9\") needs getBatchTransfer",
            ),
            (
                r#"{"task_type":"export_batch","batch_id":"9"}"#,
                "export_batch file None batch Some(\"batch_9\") needs getBatchTransfer",
            ),
            (
                r#"{"task_type":"import_accounts","file_id":"file_8","options":{"confusable":true,"mapping":{"holder":"Who"}}}"#,
                "import_accounts file Some(8) batch None needs openAccount",
            ),
            (
                r#"{"task_type":"export_accounts","format":"xlsx","language":"zh","options":{"text":"a","currency":"USD",
                   "status":"frozen","group":"Sales","minBalanceCents":-5,"rowsPerFile":1000}}"#,
                "export_accounts file None batch None needs listAccounts",
            ),
            (r#"{"task_type":"export_accounts"}"#, "export_accounts file None batch None needs listAccounts"),
            (
                r#"{"task_type":"export_statement","account_id":17}"#,
                "export_statement file None batch None needs getStatement",
            ),
            (
                r#"{"task_type":"export_statement","account_id":"A-1","options":{"from":"2026-03-01","direction":"out"}}"#,
                "export_statement file None batch None needs getStatement",
            ),
            (
                r#"{"task_type":"export_transfers","options":{"accountId":"acct_17","kind":"internal","status":"failed"}}"#,
                "export_transfers file None batch None needs listAccountTransfers",
            ),
            (
                r#"{"task_type":"export_statistics","options":{"from":"2026-03-01","to":"2026-03-31","groupBy":"day"}}"#,
                "export_statistics file None batch None needs getStatistics",
            ),
        ],
        read,
    );
}

#[test]
fn what_belongs_to_a_batch_or_to_the_ledger_has_its_input_and_its_right() {
    check(
        &[
            (r#"{"task_type":"export_audit"}"#, "export_audit file None batch None needs listAudit"),
            (
                r#"{"task_type":"evidence","batch_id":"batch_9"}"#,
                "evidence file None batch Some(\"batch_9\") needs evidencePack",
            ),
            (
                r#"{"task_type":"evidence","batch_id":9,"checkpoint":4711}"#,
                "evidence file None batch Some(\"batch_9\") needs evidencePack",
            ),
            (
                r#"{"task_type":"preview","batch_id":9,"options":{"only":"refused"}}"#,
                "preview file None batch Some(\"batch_9\") needs previewBatchTransfer",
            ),
            (r#"{"task_type":"verify"}"#, "verify file None batch None needs listAudit"),
        ],
        read,
    );
}

#[test]
fn an_input_that_is_wrong_says_what_is_wrong() {
    for (text, said) in [
        (r#"{"task_type":"verify","batch_id":9}"#, "unknown field `batch_id`"),
        (r#"{"task_type":"export_batch"}"#, "missing field `batch_id`"),
        (r#"{"task_type":"export_batch","batch_id":"x"}"#, "BATCH_NOT_FOUND"),
        (r#"{"task_type":"export_batch","batch_id":0}"#, "ID_INVALID"),
        (r#"{"task_type":"export_batch","batch_id":9,"format":"doc"}"#, "unknown variant `doc`"),
        (r#"{"task_type":"import_batch","file_id":"7"}"#, "ID_INVALID"),
        (
            r#"{"task_type":"import_batch","file_id":"file_7","options":{"colour":1}}"#,
            "unknown field `colour`",
        ),
        (r#"{"task_type":"export_statement"}"#, "missing field `account_id`"),
        (r#"{"task_type":"export_statistics","options":{"from":"2026-03-01"}}"#, "missing field `to`"),
        (r#"{"task_type":"export_statement","account_id":"user_3"}"#, "ID_INVALID"),
        (
            r#"{"task_type":"export_statement","account_id":"A","options":{"direction":"up"}}"#,
            "unknown variant `up`",
        ),
        (r#"{"task_type":"export_accounts","options":{"status":"odd"}}"#, "unknown variant `odd`"),
        (r#"{"task_type":"export_transfers","options":{"sort":"id"}}"#, "unknown field `sort`"),
        (
            r#"{"task_type":"import_accounts","file_id":"file_8","options":{"partial":true}}"#,
            "unknown field `partial`",
        ),
        (r#"{"task_type":"shred"}"#, "unknown variant `shred`"),
        (r#"{"file_id":"file_7"}"#, "missing field `task_type`"),
    ] {
        assert!(read(text).contains(said), "{text}: {}", read(text));
    }
}

#[test]
fn who_may_start_a_kind_is_who_may_do_its_operation() {
    let roles = |kind: TaskType| {
        let may = |role: &&Role| kind.right().allow(Asker::Person(**role)) == Ok(Reach::All);
        let all = [Role::Operator, Role::Finance, Role::Admin, Role::Auditor];
        all.iter().filter(may).map(|role| role.name()).collect::<Vec<_>>().join(" ")
    };
    let everybody = "operator finance admin auditor";
    for (kind, expected) in [
        (TaskType::ImportBatch, "operator finance admin"),
        (TaskType::ImportAccounts, "operator finance admin"),
        (TaskType::ExportBatch, everybody),
        (TaskType::ExportAccounts, everybody),
        (TaskType::ExportStatement, everybody),
        (TaskType::ExportTransfers, everybody),
        (TaskType::ExportStatistics, everybody),
        (TaskType::ExportAudit, "admin auditor"),
        (TaskType::Evidence, everybody),
        (TaskType::Verify, "admin auditor"),
        (TaskType::Preview, everybody),
        (TaskType::AnnotateOriginal, everybody),
    ] {
        assert_eq!(roles(kind), expected, "{}", kind.name());
    }
    let key = |kind: TaskType, scope| kind.right().allow(Asker::Key(&[scope])).is_ok();
    assert!(key(TaskType::ImportBatch, Scope::BatchesWrite) && !key(TaskType::ImportBatch, Scope::Read));
    assert!(key(TaskType::Verify, Scope::AuditRead) && !key(TaskType::Verify, Scope::Read));
}

#[test]
fn a_task_has_ended_in_three_of_its_states() {
    let ended: Vec<_> = TaskState::ALL.iter().filter(|state| state.has_ended()).map(|s| s.name()).collect();
    assert_eq!(ended, ["completed", "failed", "cancelled"]);
}
