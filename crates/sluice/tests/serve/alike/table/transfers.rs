//! Single transfers, and what is read about them.

use super::{Alike, alike};

const MOVED: &str = "transfer_id=id fee=feeCents currency=fromCurrency code=errorCode";

/// Beside a server that runs no batch.
pub const TRANSFERS: &[Alike] = &[
    alike(
        "deposit --account A0 --amount 5.00 --memo cash",
        "POST /api/v2/deposits",
        r#"{"accountId":"A0","amountCents":500,"memo":"cash"}"#,
        MOVED,
    ),
    alike(
        "deposit --account NONE --amount 5.00",
        "POST /api/v2/deposits",
        r#"{"accountId":"NONE","amountCents":500}"#,
        "refused TARGET_ACCOUNT_NOT_FOUND",
    ),
    alike(
        "withdraw --account A1 --amount 1.25 --date 2026-01-31",
        "POST /api/v2/withdrawals",
        r#"{"accountId":"A1","amountCents":125,"transferDate":"2026-01-31"}"#,
        MOVED,
    ),
    alike(
        "withdraw --account A1 --amount 9999.00",
        "POST /api/v2/withdrawals",
        r#"{"accountId":"A1","amountCents":999900}"#,
        "refused INSUFFICIENT_BALANCE",
    ),
    alike(
        "transfer --from A0 --to A1 --amount 250.00 --memo rent-房租",
        "POST /api/v2/account-transfers",
        r#"{"fromAccountId":"A0","toAccountId":"A1","fromAmountCents":25000,"memo":"rent-房租"}"#,
        MOVED,
    ),
    alike(
        "transfer --from A0 --to E0 --amount 10.00",
        "POST /api/v2/account-transfers",
        r#"{"fromAccountId":"A0","toAccountId":"E0","fromAmountCents":1000}"#,
        MOVED,
    ),
    alike(
        "transfer --from A0 --to E0 --amount 10.00 --rate 0.5 --rate-override agreed",
        "POST /api/v2/account-transfers",
        r#"{"fromAccountId":"A0","toAccountId":"E0","fromAmountCents":1000,"exchangeRate":"0.5","rateOverride":"agreed"}"#,
        MOVED,
    ),
    alike(
        "transfer --from A3 --to A1 --amount 50.01",
        "POST /api/v2/account-transfers",
        r#"{"fromAccountId":"A3","toAccountId":"A1","fromAmountCents":5001}"#,
        "refused AMOUNT_ABOVE_MAXIMUM",
    ),
    alike(
        "transfer --from A0 --to A1 --amount 9999999.99",
        "POST /api/v2/account-transfers",
        r#"{"fromAccountId":"A0","toAccountId":"A1","fromAmountCents":999999999}"#,
        "refused INSUFFICIENT_BALANCE",
    ),
    alike(
        "transfer --from A0 --to A0 --amount 1.00",
        "POST /api/v2/account-transfers",
        r#"{"fromAccountId":"A0","toAccountId":"A0","fromAmountCents":100}"#,
        "refused SAME_ACCOUNT",
    ),
    alike(
        "transfer --from A0 --to B0 --amount 1.00",
        "POST /api/v2/account-transfers",
        r#"{"fromAccountId":"A0","toAccountId":"B0","fromAmountCents":100}"#,
        "refused TARGET_ACCOUNT_CLOSED",
    ),
    alike(
        "transfer --from B0 --to A0 --amount 1.00",
        "POST /api/v2/account-transfers",
        r#"{"fromAccountId":"B0","toAccountId":"A0","fromAmountCents":100}"#,
        "refused SOURCE_ACCOUNT_CLOSED",
    ),
    alike(
        "transfer --from NONE --to A1 --amount 1.00",
        "POST /api/v2/account-transfers",
        r#"{"fromAccountId":"NONE","toAccountId":"A1","fromAmountCents":100}"#,
        "refused SOURCE_ACCOUNT_NOT_FOUND",
    ),
    alike(
        "transfer --from A0 --to NONE --amount 1.00",
        "POST /api/v2/account-transfers",
        r#"{"fromAccountId":"A0","toAccountId":"NONE","fromAmountCents":100}"#,
        "refused TARGET_ACCOUNT_NOT_FOUND",
    ),
    alike(
        "transfer --from acct_999 --to A1 --amount 1.00",
        "POST /api/v2/account-transfers",
        r#"{"fromAccountId":"acct_999","toAccountId":"A1","fromAmountCents":100}"#,
        "refused SOURCE_ACCOUNT_NOT_FOUND",
    ),
    alike(
        "transfer --from A0 --to hold_1 --amount 1.00",
        "POST /api/v2/account-transfers",
        r#"{"fromAccountId":"A0","toAccountId":"hold_1","fromAmountCents":100}"#,
        "refused ID_INVALID",
    ),
    alike(
        "transfer --from A0 --to A1 --amount 0.00",
        "POST /api/v2/account-transfers",
        r#"{"fromAccountId":"A0","toAccountId":"A1","fromAmountCents":0}"#,
        "refused AMOUNT_NOT_POSITIVE",
    ),
    alike(
        "transfer list",
        "GET /api/v2/account-transfers?pageSize=100",
        "",
        "transfers data: transfer_id=id source=fromAccountNumber target=toAccountNumber amount=fromAmountCents \
         fee=feeCents code=errorCode date=transferDate memo",
    ),
    alike(
        "show-transfer ^transfer",
        "GET /api/v2/account-transfers/^transfer",
        "",
        "transfer_id=id code=errorCode source=fromAccountNumber target=toAccountNumber amount=fromAmountCents \
         fee=feeCents currency=fromCurrency date=transferDate memo",
    ),
    alike("show-transfer 999999", "GET /api/v2/account-transfers/999999", "", "refused TRANSFER_NOT_FOUND"),
    alike(
        "account statement A0",
        "GET /api/v2/accounts/A0/transactions?pageSize=100",
        "",
        "entries data: transfer=flowId balance_before=balanceBeforeCents balance_after=balanceAfterCents \
         account=otherAccountNumber date=transactionDate memo",
    ),
    alike(
        "account statement A0 --direction in --from 2026-01-01",
        "GET /api/v2/accounts/A0/transactions?pageSize=100&direction=in&from=2026-01-01",
        "",
        "entries data: transfer=flowId balance_after=balanceAfterCents",
    ),
    alike(
        "account statement NONE",
        "GET /api/v2/accounts/NONE/transactions",
        "",
        "refused ACCOUNT_NOT_FOUND",
    ),
    alike(
        "stats --from 2000-01-01 --to 2999-12-31",
        "GET /api/v2/statistics?from=2000-01-01&to=2999-12-31",
        "",
        "currencies data.totals: currency count success_count amount=amountCents fee=feeCents",
    ),
    alike(
        "stats --from 2026-02-30 --to 2999-12-31",
        "GET /api/v2/statistics?from=2026-02-30&to=2999-12-31",
        "",
        "refused DATE_INVALID",
    ),
];
