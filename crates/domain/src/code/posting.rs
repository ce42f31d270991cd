//! Refusals of a posting, in the order in which they are checked: the first refusal wins.

/// Passes the rows of this table on; see [`super`].
macro_rules! posting_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
            1 SourceNotFound "SOURCE_ACCOUNT_NOT_FOUND" 404 Final "The source account does not exist" "转出账户不存在";
            2 TargetNotFound "TARGET_ACCOUNT_NOT_FOUND" 404 Final "The target account does not exist" "转入账户不存在";
            3 SystemAccount "SYSTEM_ACCOUNT" 422 Final "A transfer cannot name a system account" "不能直接使用系统账户转账";
            4 SourceClosed "SOURCE_ACCOUNT_CLOSED" 422 Final "The source account is closed" "转出账户已关闭";
            5 SourceFrozen "SOURCE_ACCOUNT_FROZEN" 422 Later "The source account is frozen" "转出账户已冻结";
            6 TargetClosed "TARGET_ACCOUNT_CLOSED" 422 Final "The target account is closed" "转入账户已关闭";
            7 TargetFrozen "TARGET_ACCOUNT_FROZEN" 422 Later "The target account is frozen" "转入账户已冻结";
            8 SameAccount "SAME_ACCOUNT" 422 Final "Source and target are the same account" "转出账户与转入账户相同";
            9 CurrencyMismatch "CURRENCY_MISMATCH" 422 Final "The currencies differ and no conversion was requested; correct the currency, or request a conversion at a rate" "币种不一致，且未要求换汇；请更正币种，或指定汇率换汇";
            10 RateNotFound "RATE_NOT_FOUND" 422 Later "There is no exchange rate for this currency pair" "没有该货币对的汇率";
            11 RateInvalid "RATE_INVALID" 422 Final "An exchange rate must be a positive decimal with at most 18 decimal places" "汇率须为正数，最多18位小数";
            12 ExchangeMismatch "EXCHANGE_AMOUNT_MISMATCH" 422 Final "The target amount does not equal the source amount converted at the given rate" "转入金额与按汇率计算的金额不一致";
            13 AmountFormat "AMOUNT_FORMAT" 422 Final "Write the amount in the digits 0 to 9 with at most one dot, such as 1250.00" "金额只能由半角数字和至多一个小数点组成，例如 1250.00";
            14 AmountPrecision "AMOUNT_PRECISION" 422 Final "The amount has more decimal places than the currency" "金额的小数位数超出币种精度";
            15 AmountTooLarge "AMOUNT_TOO_LARGE" 422 Final "The amount is too large for the ledger" "金额超出账本可记录的范围";
            16 AmountNotPositive "AMOUNT_NOT_POSITIVE" 422 Final "The amount must be greater than zero" "金额必须大于零";
            38 ExchangeTooSmall "EXCHANGE_TOO_SMALL" 422 Final "At this rate the amount converts to less than the smallest unit of the target currency; send a larger amount" "按该汇率换算后不足转入币种的最小单位，请提高金额";
            17 BelowMinimum "AMOUNT_BELOW_MINIMUM" 422 Final "The amount is below the minimum for a single transfer" "金额低于单笔最低限额";
            18 AboveMaximum "AMOUNT_ABOVE_MAXIMUM" 422 Final "The amount is above the maximum for a single transfer" "金额超过单笔最高限额";
            19 DayLimit "DAY_LIMIT_EXCEEDED" 422 Later "The transfer would exceed the account's daily limit" "超过账户每日转账限额";
            20 MonthLimit "MONTH_LIMIT_EXCEEDED" 422 Later "The transfer would exceed the account's monthly limit" "超过账户每月转账限额";
            39 TargetAboveMaximum "TARGET_AMOUNT_ABOVE_MAXIMUM" 422 Final "The converted amount is above the single-transfer maximum of the target account or its currency; send less, or have the limit raised" "换算后的金额超过转入账户或其币种的单笔最高限额；请减少金额，或申请提高限额";
            21 FeeOverflow "FEE_OVERFLOW" 422 Final "The fee for this amount cannot be calculated" "无法计算该金额的手续费";
            22 InsufficientBalance "INSUFFICIENT_BALANCE" 422 Later "The available balance does not cover the amount" "可用余额不足";
            23 InsufficientForFee "INSUFFICIENT_BALANCE_FOR_FEE" 422 Later "The available balance covers the amount but not the fee" "可用余额足够转账但不足以支付手续费";
            24 BalanceOverflow "BALANCE_OVERFLOW" 422 Final "The resulting balance would be too large for the ledger" "余额将超出账本可记录的范围";
        }
    };
}

pub(super) use posting_codes;
