//! Batches.

use super::{Alike, alike};

const BATCH: &str = "batch_id=batchNumber id name type mode status=state operator_status=status currency remarks \
                     refused_count total_count success_count failed_count skipped_count pending_count total_amount \
                     success_amount failed_amount fee_amount";
const TEMPLATE: &str = "id name mixed_scripts description type mode currency account convert allow_repeat remarks group relation_count \
                        total_amount version";
const DRAWN_UP: &str = "id=batch.id batch_id=batch.batchNumber name=batch.name state=batch.state \
                        total_count=batch.totalCount total_amount=batch.totalAmount left_out";
const MOVE: &str = "batch_id=batchNumber id=batchId status=state operator_status=status";

/// From a file to their start, beside a server that runs no batch.
pub const BEFORE: &[Alike] = &[
    alike("batch problems 1", "GET /api/batch-transfers/1/problems", "", "problems data: id line row"),
    alike(
        "batch problems 1 --drop PAYEE_NOT_FOUND --count 2",
        "DELETE /api/batch-transfers/1/problems?code=PAYEE_NOT_FOUND&count=2",
        "",
        "refused PROBLEMS_OPEN",
    ),
    alike(
        "batch problems 1 --drop PAYEE_NOT_FOUND --count 1",
        "DELETE /api/batch-transfers/1/problems?code=PAYEE_NOT_FOUND&count=1",
        "",
        BATCH,
    ),
    alike("batch submit 1", "POST /api/batch-transfers/1/submit", "", "refused PROBLEMS_OPEN"),
    alike(
        "batch submit 1 --leave-problems 1 --note all-right",
        "POST /api/batch-transfers/1/submit",
        r#"{"leaveProblems":1,"note":"all-right"}"#,
        "batch_id=batchNumber id=batchId status=state operator_status=status already_paid left_out held_by_others",
    ),
    alike(
        "batch import pay.csv --type many_to_many --currency USD --name May --remarks monthly",
        "POST /api/batch-transfers",
        r#"{"name":"May","type":"many_to_many","currency":"USD","remarks":"monthly","relations":[
            {"sourceAccountId":"A0","targetAccountId":"A1","amount":"0.02","memo":"one"},
            {"sourceAccountId":"A1","targetAccountId":"A2","amount":"2.00","memo":"two"},
            {"sourceAccountId":"A2","targetAccountId":"A0","amount":"5000.00","memo":"three"}]}"#,
        BATCH,
    ),
    alike(
        "batch import one.csv --type one_to_many --account NONE --name June",
        "POST /api/batch-transfers",
        r#"{"name":"June","type":"one_to_many","sourceAccountId":"NONE","relations":[
            {"targetAccountId":"A1","amount":"3.00"}]}"#,
        "refused SOURCE_ACCOUNT_NOT_FOUND",
    ),
    alike(
        "batch import one.csv --type one_to_many --account A0 --name June --draft",
        "POST /api/batch-transfers",
        r#"{"name":"June","type":"one_to_many","sourceAccountId":"A0","draft":true,"relations":[
            {"targetAccountId":"A1","amount":"3.00"}]}"#,
        BATCH,
    ),
    alike(
        "batch import more.csv --into 3",
        "POST /api/batch-transfers/3/relations",
        r#"{"relations":[{"targetAccountId":"A2","amount":"4.00"}]}"#,
        "batch_id=batch.batchNumber id=batch.id status=batch.state total_count=batch.totalCount \
         total_amount=batch.totalAmount taken=count",
    ),
    alike(
        "batch import more.csv --into 2",
        "POST /api/batch-transfers/2/relations",
        r#"{"relations":[{"targetAccountId":"A2","amount":"4.00"}]}"#,
        "refused BATCH_WRONG_STATE",
    ),
    alike(
        "approval show 2",
        "GET /api/batch-transfers/2/approvals",
        "",
        "batch_id=batchNumber id=batchId status=state needed given valid_hours=validHours",
    ),
    alike("batch recall 99", "POST /api/batch-transfers/99/recall", "", "refused BATCH_NOT_FOUND"),
    alike("batch reopen 99", "POST /api/batch-transfers/99/reopen", "", "refused BATCH_NOT_FOUND"),
    alike("batch status 2", "GET /api/batch-transfers/2", "", BATCH),
    alike("batch status 99", "GET /api/batch-transfers/99", "", "refused BATCH_NOT_FOUND"),
    alike(
        "batch list",
        "GET /api/batch-transfers?pageSize=100",
        "",
        "batches data.batchTransfers: id batch_id=batchNumber name status=state total_count total_amount",
    ),
    alike(
        "batch list --state draft",
        "GET /api/batch-transfers?pageSize=100&state=draft",
        "",
        "batches data.batchTransfers: id status=state",
    ),
    alike(
        "batch items 2",
        "GET /api/batch-transfers/2/relations?pageSize=100",
        "",
        "items data: item=id source=sourceAccount target=targetAccount amount status=state code=errorCode \
         memo reference external_id",
    ),
    alike(
        "batch preview 2",
        "POST /api/batch-transfers/2/preview",
        "",
        "id=batchId currency would_succeed=successCount would_fail=failedCount amount=successAmount \
         fee=feeAmount already_paid left_out held_by_others balance_before balance_after",
    ),
    alike(
        "batch changes 2",
        "GET /api/batch-transfers/2/changes?pageSize=100",
        "",
        "changes data.changes: kind account holder account_before=accountBefore amount_before=amountBefore amount \
         paid_by_batch=paidByBatch changed_by=changedBy",
    ),
    alike("batch changes 99", "GET /api/batch-transfers/99/changes", "", "refused BATCH_NOT_FOUND"),
    // A pack is no JSON; the tests of `http` confirm it.
    alike(
        "batch evidence 99 --out none.zip",
        "GET /api/batch-transfers/99/evidence",
        "",
        "refused BATCH_NOT_FOUND",
    ),
    alike("batch preview 99", "POST /api/batch-transfers/99/preview", "", "refused BATCH_NOT_FOUND"),
    alike(
        "batch import fx.csv --type many_to_many --currency USD --name Abroad --convert",
        "POST /api/batch-transfers",
        r#"{"name":"Abroad","type":"many_to_many","currency":"USD","convert":true,"relations":[
            {"sourceAccountId":"A0","targetAccountId":"E0","amount":"1.50","currency":"USD"}]}"#,
        BATCH,
    ),
    alike("batch reprice 4", "POST /api/batch-transfers/4/reprice", "", BATCH),
    alike("batch reprice 2", "POST /api/batch-transfers/2/reprice", "", "refused BATCH_KEEPS_NO_RATE"),
    alike(
        "batch copy 2 --items all --name Again",
        "POST /api/batch-transfers/2/copy",
        r#"{"items":"all","name":"Again"}"#,
        BATCH,
    ),
    alike(
        "batch copy 99 --items all",
        "POST /api/batch-transfers/99/copy",
        r#"{"items":"all"}"#,
        "refused BATCH_NOT_FOUND",
    ),
    alike("batch pause 2", "POST /api/batch-transfers/2/pause", "", "refused BATCH_WRONG_STATE"),
    alike("batch start 2", "POST /api/batch-transfers/2/execute", "", MOVE),
    alike("batch start 99", "POST /api/batch-transfers/99/execute", "", "refused BATCH_NOT_FOUND"),
    alike("batch pause 2 --note lunch", "POST /api/batch-transfers/2/pause", r#"{"note":"lunch"}"#, MOVE),
    alike(
        "batch cancel 5 --note wrong-month",
        "POST /api/batch-transfers/5/cancel",
        r#"{"note":"wrong-month"}"#,
        MOVE,
    ),
    alike("batch cancel 5", "POST /api/batch-transfers/5/cancel", "", "refused BATCH_CANCELLED"),
    alike("batch start 5", "POST /api/batch-transfers/5/execute", "", "refused BATCH_WRONG_STATE"),
    alike("batch resume 5", "POST /api/batch-transfers/5/resume", "", "refused BATCH_WRONG_STATE"),
    alike("batch retry 3", "POST /api/batch-transfers/3/retry-failed", "", "refused BATCH_WRONG_STATE"),
    alike(
        "batch skip 3 --all-failed --reason no",
        "POST /api/batch-transfers/3/skip-failed",
        r#"{"note":"no"}"#,
        "refused BATCH_WRONG_STATE",
    ),
];

/// From their start on, beside a server that runs batches.
pub const RUNNING: &[Alike] = &[
    alike("batch resume 2", "POST /api/batch-transfers/2/resume", "", "batch_id=batchNumber id=batchId"),
    alike("batch run 1", "POST /api/batch-transfers/1/execute", "", "batch_id=batchNumber id=batchId"),
    alike("batch status 2", "GET /api/batch-transfers/2", "", BATCH),
    alike(
        "batch items 2 --state failed",
        "GET /api/batch-transfers/2/relations?pageSize=100&state=failed",
        "",
        "items data: item=id status=state code=errorCode message=errorMessage",
    ),
    alike(
        "batch retry 2 --item ^2.1",
        "POST /api/batch-transfers/2/relations/^2.1/retry",
        "",
        "refused ITEM_WRONG_STATE",
    ),
    alike(
        "batch retry 2 --item ^2.3",
        "POST /api/batch-transfers/2/relations/^2.3/retry",
        "",
        "batch_id=batchNumber id=batchId",
    ),
    alike(
        "batch retry 2",
        "POST /api/batch-transfers/2/retry-failed",
        "",
        "batch_id=batchNumber id=batchId count",
    ),
    alike(
        "batch skip 2 --item ^2.1 --reason left",
        "POST /api/batch-transfers/2/relations/^2.1/skip",
        r#"{"note":"left"}"#,
        "refused ITEM_WRONG_STATE",
    ),
    alike(
        "batch skip 2 --item ^2.3 --reason left",
        "POST /api/batch-transfers/2/relations/^2.3/skip",
        r#"{"note":"left"}"#,
        "batch_id=batchNumber id=batchId status=state item=relationId",
    ),
    alike(
        "batch import fail.csv --type many_to_many --currency USD --name Fails",
        "POST /api/batch-transfers",
        r#"{"name":"Fails","type":"many_to_many","currency":"USD","relations":[
            {"sourceAccountId":"A1","targetAccountId":"A0","amount":"7000.00"},
            {"sourceAccountId":"A2","targetAccountId":"A0","amount":"8000.00"},
            {"sourceAccountId":"A2","targetAccountId":"A1","amount":"9000.00"}]}"#,
        BATCH,
    ),
    alike("batch run 6", "POST /api/batch-transfers/6/execute", "", "batch_id=batchNumber id=batchId"),
    alike("batch copy 6 --items failed", "POST /api/batch-transfers/6/copy", r#"{"items":"failed"}"#, BATCH),
    alike(
        "batch skip 6 --all-failed --reason by-hand",
        "POST /api/batch-transfers/6/skip-failed",
        r#"{"note":"by-hand"}"#,
        "batch_id=batchNumber id=batchId status=state count",
    ),
    alike(
        "batch import stop.csv --type many_to_many --currency USD --name Stop --mode atomic",
        "POST /api/batch-transfers",
        r#"{"name":"Stop","type":"many_to_many","currency":"USD","mode":"atomic","relations":[
            {"sourceAccountId":"A3","targetAccountId":"A1","amount":"0.33"}]}"#,
        BATCH,
    ),
    alike(
        "batch cancel 8 --for-good --note wrong-file",
        "POST /api/batch-transfers/8/cancel",
        r#"{"forGood":true,"note":"wrong-file"}"#,
        MOVE,
    ),
    alike(
        "batch deposit --account A0 --amount 7.00 --currency USD --name In --memo statement-7 --external-id B7 --draft",
        "POST /api/batch-transfers",
        r#"{"name":"In","type":"deposit","currency":"USD","draft":true,"relations":[
            {"targetAccountId":"A0","amount":"7.00","memo":"statement-7","externalId":"B7"}]}"#,
        BATCH,
    ),
    alike(
        "batch withdraw --account A0 --amount 7.00 --currency USD --name Out --remarks monthly --draft",
        "POST /api/batch-transfers",
        r#"{"name":"Out","type":"withdrawal","currency":"USD","remarks":"monthly","draft":true,"relations":[
            {"sourceAccountId":"A0","amount":"7.00"}]}"#,
        BATCH,
    ),
    alike(
        "batch withdraw --account A0 --amount 7.00 --currency XYZ --name Out",
        "POST /api/batch-transfers",
        r#"{"name":"Out","type":"withdrawal","currency":"XYZ","relations":[
            {"sourceAccountId":"A0","amount":"7.00"}]}"#,
        "refused CURRENCY_UNKNOWN",
    ),
    alike(
        "batch deposit --account NONE --amount 7.00 --currency USD --name In",
        "POST /api/batch-transfers",
        r#"{"name":"In","type":"deposit","currency":"USD","relations":[{"targetAccountId":"NONE","amount":"7.00"}]}"#,
        "refused BATCH_ROWS_INVALID",
    ),
    alike(
        "batch history 2",
        "GET /api/batch-transfers/2/history?pageSize=100",
        "",
        "events data: event status=state item=relationId",
    ),
    alike(
        "audit --action transfer.create",
        "GET /api/v2/audit?action=transfer.create&pageSize=100",
        "",
        "rows data: action subject result",
    ),
    alike("audit --from 2026-02-30", "GET /api/v2/audit?from=2026-02-30", "", "refused DATE_INVALID"),
    alike(
        "audit export --from 2026-02-30 --out none.jsonl",
        "GET /api/v2/audit?format=jsonl&from=2026-02-30",
        "",
        "refused DATE_INVALID",
    ),
    alike(
        "batch vouchers 2 --set https://example.org/1.pdf --set /receipts/2",
        "PUT /api/batch-transfers/2/vouchers",
        r#"{"voucherUrl":["https://example.org/1.pdf","/receipts/2"]}"#,
        "voucher_url",
    ),
    alike(
        "batch vouchers 2 --set javascript:alert(1)",
        "PUT /api/batch-transfers/2/vouchers",
        r#"{"voucherUrl":"javascript:alert(1)"}"#,
        "refused VOUCHER_INVALID",
    ),
    alike("batch vouchers 2", "GET /api/batch-transfers/2/vouchers", "", "voucher_url"),
    alike(
        "template save Monthly --from 2 --description every-month",
        "POST /api/batch-transfer-templates",
        r#"{"name":"Monthly","from":"2","description":"every-month"}"#,
        TEMPLATE,
    ),
    alike(
        "template save MONTHLY --from 2",
        "POST /api/batch-transfer-templates",
        r#"{"name":"MONTHLY","from":"2"}"#,
        "refused BATCH_TEMPLATE_EXISTS",
    ),
    alike(
        "template change 1 --name Weekly --remarks weekly",
        "PATCH /api/batch-transfer-templates/1",
        r#"{"name":"Weekly","remarks":"weekly"}"#,
        TEMPLATE,
    ),
    alike(
        "template change 1 --group Sales",
        "PATCH /api/batch-transfer-templates/1",
        r#"{"group":"Sales"}"#,
        "refused BATCH_TEMPLATE_GROUP_TYPE",
    ),
    alike("template show tmpl_1", "GET /api/batch-transfer-templates/tmpl_1", "", TEMPLATE),
    alike(
        "template list",
        "GET /api/batch-transfer-templates?pageSize=100",
        "",
        "templates data: id name relation_count total_amount",
    ),
    alike(
        "template use 1 --name Again --amounts saved",
        "POST /api/batch-transfer-templates/1/batches",
        r#"{"name":"Again","amounts":"saved"}"#,
        DRAWN_UP,
    ),
    alike(
        "template use 1 --each 0.05",
        "POST /api/batch-transfer-templates/1/batches",
        r#"{"amountMode":"fixed","fixedAmount":"0.05"}"#,
        DRAWN_UP,
    ),
    alike("template remove 1", "DELETE /api/batch-transfer-templates/1", "", TEMPLATE),
    alike(
        "template remove 1",
        "DELETE /api/batch-transfer-templates/1",
        "",
        "refused BATCH_TEMPLATE_NOT_FOUND",
    ),
    alike(
        "template use 1",
        "POST /api/batch-transfer-templates/1/batches",
        "{}",
        "refused BATCH_TEMPLATE_NOT_FOUND",
    ),
];
