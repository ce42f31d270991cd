//! Transfers, operations and dates.

/// Passes the rows of this table on; see [`super`].
macro_rules! transfer_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
            // Transfers and operations.
            30 TransferNotFound "TRANSFER_NOT_FOUND" 404 Final "There is no such transfer" "转账不存在";
            31 OperationConflict "OPERATION_CONFLICT" 422 Final "This operation id was already used with different content" "该操作号已用于内容不同的请求";
            32 OperationInvalid "OPERATION_ID_INVALID" 422 Final "An operation id must be 1 to 128 visible ASCII characters without spaces" "操作号须为1至128个可见的 ASCII 字符，且不含空格";
            33 TextTooLong "TEXT_TOO_LONG" 422 Final "The text is longer than 500 characters" "文本超过500个字符";
            34 DateInvalid "DATE_INVALID" 422 Final "Write the date as YYYY-MM-DD" "日期格式应为 YYYY-MM-DD";
            35 VoucherInvalid "VOUCHER_INVALID" 422 Final "A voucher must be an uploaded file, a URL that begins with http:// or https://, or a path that begins with a single slash; it has at most 2,000 visible characters without spaces or backslashes, and a transfer has at most 20 vouchers" "凭证须为已上传的文件、以 http:// 或 https:// 开头的网址，或以单个斜杠开头的路径；最多2000个可见字符，不含空格和反斜杠；每笔转账最多20个凭证";
            36 RateOutOfBounds "RATE_OUT_OF_BOUNDS" 422 Later "The requested exchange rate differs from the stored rate by more than the currency pair's tolerance, or no rate is stored; use the stored rate, or ask someone who may set rates to send the transfer with a reason for the override" "请求的汇率与系统汇率的偏差超过该货币对的容差，或系统中尚无该汇率；请使用系统汇率，或由有权设置汇率的人员填写理由后发送";
            37 RateChanged "RATE_CHANGED" 409 Later "The exchange rate kept when the batch was submitted is no longer valid: the stored rate has moved beyond the currency pair's tolerance, or the kept rate is too old; reprice the batch to pay it at the current rate" "批次提交时锁定的汇率已失效：系统汇率的变动超过该货币对的容差，或锁定的汇率已过期；请重新定价，按当前汇率支付";
            // Dates.
            107 DateOutOfRange "DATE_OUT_OF_RANGE" 422 Final "A value date must be between 1970-01-01 and a year from today; choose a date in this range" "起息日须在1970-01-01至今日起一年之内，请选择该范围内的日期";
            108 RangeReversed "RANGE_REVERSED" 422 Final "The range ends before it begins; swap the two ends" "范围的起点在终点之后，请对调两端";
        }
    };
}

pub(super) use transfer_codes;
