//! The rows of a batch: whom they pay, and what they repeat.

/// Passes the rows of this table on; see [`super`].
macro_rules! row_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
            60 PayeeNotFound "PAYEE_NOT_FOUND" 422 Final "No account was found for this payee; check the value, or open the account first" "找不到该收款人的账户；请核对，或先开户";
            61 PayeeAmbiguous "PAYEE_AMBIGUOUS" 422 Final "The holder has accounts in several currencies, but none in the batch's currency; specify the currency or the account" "持有人有多个币种的账户，但没有批次币种的账户；请指明币种或账户";
            62 DuplicateTarget "DUPLICATE_TARGET" 400 Final "The same payee appears more than once in the batch; keep one of its rows, or allow repeats for rows that differ in reference or external id" "同一收款方在批次中出现多次；请只保留其中一行，或允许参考号或外部编号不同的重复付款";
            63 DuplicateSource "DUPLICATE_SOURCE" 400 Final "The same payer appears more than once in the batch; keep one of its rows, or allow repeats for rows that differ in reference or external id" "同一付款方在批次中出现多次；请只保留其中一行，或允许参考号或外部编号不同的重复付款";
            74 PayeeMissing "PAYEE_MISSING" 422 Final "The row names no payee (account, email or uid)" "该行没有收款人（账户、邮箱或UID）";
            75 PayeeConflict "PAYEE_CONFLICT" 422 Final "The row's payee details name different accounts, or an account other than the one the batch pays; correct the row" "该行的收款人信息指向不同账户，或并非该批次的收款账户；请更正该行";
            95 PayerConflict "PAYER_CONFLICT" 422 Final "The row's payer details name different accounts, or an account other than the one that pays the batch; correct the row" "该行的付款人信息指向不同账户，或并非该批次的付款账户；请更正该行";
            96 PayerMissing "PAYER_MISSING" 422 Final "The row names no payer (account, email or uid)" "该行没有付款人（账户、邮箱或UID）";
            97 PayeeNoDefault "PAYEE_NO_DEFAULT" 422 Later "The holder has no default account in this currency; specify the account, or open one in this currency" "持有人没有该币种的默认账户；请指明账户，或先开立该币种的账户";
            76 AmountMissing "AMOUNT_MISSING" 422 Final "The row has no amount" "该行缺少金额";
            79 BatchSimilar "BATCH_SIMILAR" 409 Final "These payments look like those of an earlier batch and may be paid twice; leave out the ones already paid, or give a reason to pay them again" "这些付款与较早批次中的付款相似，可能重复支付；请剔除已支付的部分，或填写再次支付的原因";
            // What a row or a batch repeats or promises.
            280 ExternalIdUsed "EXTERNAL_ID_USED" 409 Final "This external id belongs to a payment that is paid or can still be paid; retry it there, or skip it there first" "该外部编号属于一笔已支付或仍可支付的付款；请在原批次中重试，或先在原批次中跳过";
            281 ExternalIdRepeated "EXTERNAL_ID_REPEATED" 422 Final "Two rows of the batch have the same external id; give each payment its own id" "批次中有两行的外部编号相同；请为每笔付款使用不同的编号";
            282 BalanceShort "BALANCE_SHORT" 422 Later "The balance does not cover this batch together with what other submitted batches have yet to pay from the account; fund the account before the batch is executed" "账户余额不足以同时支付本批次和其他已提交批次的待付金额；请在执行前充值";
            283 WindowInvalid "DUPLICATE_WINDOW_INVALID" 422 Final "The duplicate window must be a whole number of days from 0 to 35; 0 switches the comparison off" "重复付款检查窗口须为0至35的整数天数；0表示关闭检查";
        }
    };
}

pub(super) use row_codes;
