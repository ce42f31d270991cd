//! The one table of outcome codes.
//!
//! Each row is: number, variant, name on the wire, HTTP status, retry, English, Chinese. Numbers are
//! stored in the database and never reused. Among posting refusals the order of the table is the order
//! of the checks: the first refusal wins (design: "Outcomes are a closed, ordered, numbered enum").
//!
//! To add a code: take the next free number, put the row where its check stands in the order, and let
//! the compiler find the matches. Docs and the web's union are generated from [`Code::ALL`].

/// Whether trying the same thing again can succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same request will always be refused.
    Final,
    /// It may succeed later, once money, limits or states have changed.
    Later,
}

/// The language of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

macro_rules! codes {
    ($($number:literal $variant:ident $name:literal $http:literal $retry:ident $en:literal $zh:literal;)*) => {
        /// A business refusal. Infrastructure errors are another type (`store::StoreError`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $en] $variant,)*
        }

        impl Code {
            /// Every code, in the order of precedence.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The number that is stored; never reused.
            #[must_use]
            pub const fn number(self) -> i64 {
                match self { $(Self::$variant => $number,)* }
            }

            /// The name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The HTTP status of an answer that carries this code.
            #[must_use]
            pub const fn http(self) -> u16 {
                match self { $(Self::$variant => $http,)* }
            }

            /// Whether trying again can help; total over all codes.
            #[must_use]
            pub const fn retry(self) -> Retry {
                match self { $(Self::$variant => Retry::$retry,)* }
            }

            /// The message for people.
            #[must_use]
            pub const fn message(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$variant, Language::English) => $en, (Self::$variant, Language::Chinese) => $zh,)*
                }
            }

            /// The code of a stored number.
            #[must_use]
            pub const fn from_number(number: i64) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

codes! {
    // Posting refusals, in the order in which they are checked.
    1 SourceNotFound "SOURCE_ACCOUNT_NOT_FOUND" 404 Final "The source account does not exist" "转出账户不存在";
    2 TargetNotFound "TARGET_ACCOUNT_NOT_FOUND" 404 Final "The target account does not exist" "转入账户不存在";
    3 SystemAccount "SYSTEM_ACCOUNT" 422 Final "A system account cannot be named in a transfer" "不能直接使用系统账户转账";
    4 SourceClosed "SOURCE_ACCOUNT_CLOSED" 422 Final "The source account is closed" "转出账户已关闭";
    5 SourceFrozen "SOURCE_ACCOUNT_FROZEN" 422 Later "The source account is frozen" "转出账户已冻结";
    6 TargetClosed "TARGET_ACCOUNT_CLOSED" 422 Final "The target account is closed" "转入账户已关闭";
    7 TargetFrozen "TARGET_ACCOUNT_FROZEN" 422 Later "The target account is frozen" "转入账户已冻结";
    8 SameAccount "SAME_ACCOUNT" 422 Final "Source and target are the same account" "转出账户与转入账户相同";
    9 CurrencyMismatch "CURRENCY_MISMATCH" 422 Final "The two accounts have different currencies and no rate was given" "两个账户币种不同且未提供汇率";
    10 RateNotFound "RATE_NOT_FOUND" 422 Later "There is no exchange rate for this pair of currencies" "没有该币种对的汇率";
    11 RateInvalid "RATE_INVALID" 422 Final "An exchange rate is a positive decimal with at most 18 decimals" "汇率必须为正的十进制数，且最多18位小数";
    12 ExchangeMismatch "EXCHANGE_AMOUNT_MISMATCH" 422 Final "The target amount is not the source amount at the given rate" "转入金额与按汇率计算的金额不一致";
    13 AmountFormat "AMOUNT_FORMAT" 422 Final "An amount is written with ASCII digits and at most one dot, such as 1250.00" "金额只能由数字和一个小数点组成，例如 1250.00";
    14 AmountPrecision "AMOUNT_PRECISION" 422 Final "The amount has more decimals than the currency" "金额小数位数超过币种精度";
    15 AmountTooLarge "AMOUNT_TOO_LARGE" 422 Final "The amount is larger than the ledger can hold" "金额超出账本可表示的范围";
    16 AmountNotPositive "AMOUNT_NOT_POSITIVE" 422 Final "The amount must be greater than zero" "金额必须大于零";
    17 BelowMinimum "AMOUNT_BELOW_MINIMUM" 422 Final "The amount is below the minimum for one transfer" "金额低于单笔最小限额";
    18 AboveMaximum "AMOUNT_ABOVE_MAXIMUM" 422 Final "The amount is above the maximum for one transfer" "金额超过单笔最大限额";
    19 DayLimit "DAY_LIMIT_EXCEEDED" 422 Later "The transfer would exceed the account's limit for the day" "超过账户每日转账限额";
    20 MonthLimit "MONTH_LIMIT_EXCEEDED" 422 Later "The transfer would exceed the account's limit for the month" "超过账户每月转账限额";
    21 FeeOverflow "FEE_OVERFLOW" 422 Final "The fee cannot be calculated for this amount" "无法计算该金额的手续费";
    22 InsufficientBalance "INSUFFICIENT_BALANCE" 422 Later "The available balance does not cover the amount" "可用余额不足";
    23 InsufficientForFee "INSUFFICIENT_BALANCE_FOR_FEE" 422 Later "The available balance covers the amount but not the fee" "可用余额足够转账但不足以支付手续费";
    24 BalanceOverflow "BALANCE_OVERFLOW" 422 Final "The balance would be larger than the ledger can hold" "余额将超出账本可表示的范围";
    // Transfers and operations.
    30 TransferNotFound "TRANSFER_NOT_FOUND" 404 Final "There is no such transfer" "转账不存在";
    31 OperationConflict "OPERATION_CONFLICT" 422 Final "This operation id was used before with other content" "该操作号已用于其他内容的请求";
    32 OperationInvalid "OPERATION_ID_INVALID" 422 Final "An operation id has 1 to 200 visible characters" "操作号必须为1至200个可见字符";
    33 TextTooLong "TEXT_TOO_LONG" 422 Final "The text is longer than 500 characters" "文本超过500个字符";
    34 DateInvalid "DATE_INVALID" 422 Final "A date is written as YYYY-MM-DD" "日期格式应为 YYYY-MM-DD";
    35 VoucherInvalid "VOUCHER_INVALID" 422 Final "A transfer has at most 20 vouchers, each named by 1 to 2,000 visible characters" "每笔转账最多20个凭证，每个凭证地址须为1至2000个可见字符";
    // Holders, accounts, assets, policies.
    40 AccountNotFound "ACCOUNT_NOT_FOUND" 404 Final "There is no such account" "账户不存在";
    41 AccountExists "ACCOUNT_EXISTS" 409 Final "An account with this number already exists" "该账号已存在";
    42 AccountNotEmpty "ACCOUNT_NOT_EMPTY" 422 Later "Only an account with a balance of zero can be closed" "只有余额为零的账户才能关闭";
    43 AccountState "ACCOUNT_WRONG_STATE" 409 Final "The account's state does not allow this" "账户当前状态不允许此操作";
    44 AssetUnknown "CURRENCY_UNKNOWN" 422 Final "The currency is not known" "未知币种";
    45 AssetExists "CURRENCY_EXISTS" 409 Final "The currency exists already" "币种已存在";
    46 HolderNotFound "HOLDER_NOT_FOUND" 404 Final "There is no such holder" "账户持有人不存在";
    47 HolderExists "HOLDER_EXISTS" 409 Final "A holder with this email or uid already exists" "该邮箱或UID的持有人已存在";
    48 NameInvalid "NAME_INVALID" 422 Final "A name or number has 1 to 255 visible characters" "名称必须为1至255个可见字符";
    49 PolicyInvalid "POLICY_INVALID" 422 Final "The policy contradicts itself or has a negative value" "限额策略自相矛盾或含有负值";
    50 AssetInvalid "CURRENCY_INVALID" 422 Final "A currency code has 3 to 12 capital letters or digits, and the currency at most 8 decimals" "币种代码必须为3至12个大写字母或数字，且最多8位小数";
    51 TimeZoneUnknown "TIME_ZONE_UNKNOWN" 422 Final "There is no time zone of this name; write it as in Europe/Berlin" "没有该名称的时区，请按 Asia/Shanghai 的格式填写";
    52 AccountAmbiguous "ACCOUNT_AMBIGUOUS" 422 Final "This is the id of one account and the number of another; name the account the other way" "该值既是一个账户的ID，又是另一个账户的账号；请改用另一种方式指定账户";
    53 HolderNotNamed "HOLDER_NOT_NAMED" 422 Final "Name the holder by its id or by its particulars, one of the two" "请用ID或资料指定持有人，二者选一";
    // Payees and files.
    60 PayeeNotFound "PAYEE_NOT_FOUND" 422 Final "No active account belongs to this payee" "找不到收款人的有效账户";
    61 PayeeAmbiguous "PAYEE_AMBIGUOUS" 422 Final "More than one active account belongs to this payee" "收款人有多个有效账户，无法确定";
    62 DuplicateTarget "DUPLICATE_TARGET" 400 Final "The same target account stands more than once in the batch" "同一批次中目标账户重复";
    63 DuplicateSource "DUPLICATE_SOURCE" 400 Final "The same source account stands more than once in the batch" "同一批次中源账户重复";
    64 FileUnsupported "FILE_UNSUPPORTED" 415 Final "The file is not CSV in UTF-8" "文件不是UTF-8编码的CSV";
    65 FileNoRows "FILE_NO_ROWS" 422 Final "The file has no rows" "文件没有数据行";
    66 ColumnMissing "COLUMN_MISSING" 422 Final "A required column is missing" "缺少必需的列";
    67 ColumnDuplicate "COLUMN_DUPLICATE" 422 Final "Two columns have the same meaning" "两列含义相同";
    68 TooManyColumns "TOO_MANY_COLUMNS" 422 Final "The file has more than 256 columns" "文件超过256列";
    69 QuoteNotClosed "QUOTE_NOT_CLOSED" 422 Final "A quoted field is not closed before the file ends" "引号未闭合";
    70 FieldTooLong "FIELD_TOO_LONG" 422 Final "The field is longer than 32 KiB" "字段超过32 KiB";
    71 FieldCount "FIELD_COUNT" 422 Final "The row has not as many fields as the header" "该行字段数与表头不一致";
    72 NulByte "NUL_BYTE" 422 Final "The field contains a NUL byte" "字段包含NUL字节";
    73 InvalidUtf8 "INVALID_UTF8" 422 Final "The field is not valid UTF-8" "字段不是有效的UTF-8";
    74 PayeeMissing "PAYEE_MISSING" 422 Final "The row names no payee (account, email or uid)" "该行没有收款人";
    75 PayeeConflict "PAYEE_CONFLICT" 422 Final "The row names payees that are different accounts" "该行的收款人信息指向不同账户";
    76 AmountMissing "AMOUNT_MISSING" 422 Final "The row has no amount" "该行没有金额";
    77 FileTooLarge "FILE_TOO_LARGE" 413 Final "The file has more rows than a batch may have" "文件行数超过批次上限";
    78 FileSeen "FILE_SEEN" 409 Final "The same file was imported before; confirm if it really is to be paid again" "同一文件已导入过；如确需再次支付，请明确确认";
    // Batches and items.
    80 BatchNotFound "BATCH_NOT_FOUND" 404 Final "There is no such batch" "批次不存在";
    81 ItemNotFound "ITEM_NOT_FOUND" 404 Final "There is no such item in the batch" "批次中没有该笔转账";
    82 BatchState "BATCH_WRONG_STATE" 409 Final "The batch's state does not allow this" "批次当前状态不允许此操作";
    83 BatchCannotCancel "BATCH_CANNOT_CANCEL" 409 Final "The batch has begun and cannot be cancelled" "批次已开始执行，无法取消";
    84 BatchEmpty "BATCH_EMPTY" 422 Final "The batch has no items" "批次没有转账项";
    85 BatchAboveMaximum "BATCH_ABOVE_MAXIMUM" 422 Final "The total is above the maximum for one batch" "批次总金额超过限额";
    86 BatchTooLargeForAtomic "BATCH_TOO_LARGE_FOR_ATOMIC" 422 Final "An atomic batch has at most as many items as one chunk" "原子批次的项数超过单个事务上限";
    87 ItemState "ITEM_WRONG_STATE" 409 Final "The item's state does not allow this" "该笔转账当前状态不允许此操作";
    88 ContentChanged "CONTENT_CHANGED" 409 Final "The items are not those that were submitted" "批次内容与提交时不一致";
    89 BatchRunning "BATCH_RUNNING" 409 Later "Another worker runs this batch" "该批次正由其他进程执行";
    90 Fenced "FENCED" 409 Final "Another worker took the batch over; nothing was written" "批次已被其他进程接管，未写入任何数据";
    91 BatchRowsInvalid "BATCH_ROWS_INVALID" 422 Final "Some relations cannot be taken; `data.problems` names them" "部分转账关系无效，详见 data.problems";
    92 AmountModeInvalid "AMOUNT_MODE_INVALID" 422 Final "The amounts that were given do not fit `amountMode`" "所给金额与 amountMode 不符";
    93 BatchSideInvalid "BATCH_SIDE_INVALID" 422 Final "One side is one account (`sourceAccountId` of one_to_many, `targetAccountId` of many_to_one), and the relations name the other" "一对多须指定 sourceAccountId，多对一须指定 targetAccountId，另一侧由各转账关系指定";
    94 RatioInvalid "RATIO_INVALID" 422 Final "A ratio is a decimal without a sign and with at most 6 decimals, such as 2.5" "比例须为不带符号且最多6位小数的十进制数，例如 2.5";
    // Codes that an item carries without an own posting decision.
    100 Interrupted "INTERRUPTED" 409 Later "Interrupted by a person" "用户手动中断";
    101 Stopped "STOPPED" 409 Later "Not tried: the batch stops at the first failure" "批次在首次失败后停止，未执行";
    102 AtomicAborted "ATOMIC_ABORTED" 409 Later "Not moved: another item of the atomic batch was refused" "原子批次中有其他转账被拒绝，未执行";
    // People and keys.
    120 AuthRequired "AUTH_REQUIRED" 401 Final "Sign in, or send an API key" "请先登录或提供 API 密钥";
    121 LoginFailed "AUTH_LOGIN_FAILED" 401 Final "Login and password do not fit" "登录名或密码错误";
    122 Forbidden "FORBIDDEN" 403 Final "Your role or key does not allow this" "您的角色或密钥无权执行此操作";
    123 LoginThrottled "AUTH_TOO_MANY_ATTEMPTS" 429 Later "Too many failed attempts; wait and try again" "失败次数过多，请稍后再试";
    124 PasswordWeak "PASSWORD_WEAK" 422 Final "Choose a password of 12 to 256 characters that is hard to guess and does not contain your name" "密码须为12至256个字符，不易被猜到，且不包含您的名字";
    125 PasswordWrong "PASSWORD_WRONG" 422 Final "The current password is not right" "当前密码不正确";
    126 UserNotFound "USER_NOT_FOUND" 404 Final "There is no such user" "用户不存在";
    127 UserExists "USER_EXISTS" 409 Final "A user with this login exists already" "该登录名已存在";
    128 LoginInvalid "LOGIN_INVALID" 422 Final "A login has 2 to 100 letters, digits or . _ - @ +" "登录名须为2至100个字母、数字或 . _ - @ +";
    129 LastAdmin "LAST_ADMIN" 409 Final "This is the last administrator who can sign in" "这是最后一位可登录的管理员";
    130 InvitationInvalid "INVITATION_INVALID" 422 Final "The link is not valid any more; ask for a new one" "链接已失效，请重新申请";
    131 SessionNotFound "SESSION_NOT_FOUND" 404 Final "You have no such session" "您没有该会话";
    132 KeyNotFound "API_KEY_NOT_FOUND" 404 Final "There is no such API key" "API 密钥不存在";
    133 ScopeInvalid "SCOPE_INVALID" 422 Final "A key needs one scope or more of the known ones" "密钥须包含至少一个已知的权限范围";
    134 AddressInvalid "ADDRESS_INVALID" 422 Final "An address is written as 203.0.113.7 or 203.0.113.0/24" "地址格式应为 203.0.113.7 或 203.0.113.0/24";
    135 SetUpDone "SETUP_DONE" 409 Final "There are users already; ask an administrator" "系统已有用户，请联系管理员";
    136 TimeInvalid "TIME_INVALID" 422 Final "A time is written as 2026-01-31T09:00:00Z and lies ahead" "时间格式应为 2026-01-31T09:00:00Z，且须晚于当前时间";
    137 NameTaken "NAME_TAKEN" 409 Final "The name is in use already" "该名称已被使用";
    138 UserDisabled "USER_DISABLED" 409 Final "The user is disabled; enable the user first" "该用户已停用，请先启用";
    // Requests that do not reach a use case.
    150 BodyMalformed "BODY_MALFORMED" 400 Final "The body is not JSON as this operation takes it" "请求体不是有效的 JSON";
    151 BodyInvalid "BODY_INVALID" 422 Final "A field of the body is missing, unknown or of the wrong type" "请求体字段缺失、未知或类型错误";
    152 QueryInvalid "QUERY_INVALID" 422 Final "A parameter of the query is unknown or not as it should be" "查询参数未知或无效";
    153 ContentTypeUnsupported "CONTENT_TYPE_UNSUPPORTED" 415 Final "Send application/json" "请使用 application/json";
    154 BodyTooLarge "BODY_TOO_LARGE" 413 Final "The request is larger than this operation takes; send it in smaller parts" "请求超出此操作的上限，请分成较小的部分发送";
    155 OriginForbidden "ORIGIN_FORBIDDEN" 403 Final "This page may not send requests here" "不允许该来源的请求";
    156 RouteNotFound "ROUTE_NOT_FOUND" 404 Final "There is no such path" "路径不存在";
    157 MethodNotAllowed "METHOD_NOT_ALLOWED" 405 Final "The path does not take this method" "该路径不支持此方法";
    158 RateLimited "RATE_LIMITED" 429 Later "Too many requests; wait and try again" "请求过于频繁，请稍后再试";
    159 CursorInvalid "CURSOR_INVALID" 422 Final "The cursor is not one of this list" "游标无效";
    160 IdempotencyKeyInvalid "IDEMPOTENCY_KEY_INVALID" 400 Final "An Idempotency-Key is given once and has 1 to 128 visible ASCII characters" "Idempotency-Key 只能出现一次，且为1至128个可见 ASCII 字符";
    161 IdempotencyKeyReused "IDEMPOTENCY_KEY_REUSED" 422 Final "This Idempotency-Key was used before for another request" "该 Idempotency-Key 已用于其他请求";
    162 IdempotencyKeyBusy "IDEMPOTENCY_KEY_IN_USE" 409 Later "The first request with this Idempotency-Key still runs" "使用该 Idempotency-Key 的首个请求仍在执行";
    // The server or its database does not do its part. Never a refusal of what was asked.
    180 ServerBusy "SERVER_BUSY" 503 Later "The server is busy; wait and try again" "服务器繁忙，请稍后再试";
    181 ServerAway "DATABASE_AWAY" 503 Later "The database cannot be reached now; wait and try again" "数据库暂时无法访问，请稍后再试";
    182 AnswerLost "ANSWER_LOST" 503 Later "The outcome is not known yet; send the same request with the same Idempotency-Key again" "结果尚未确认；请使用相同的 Idempotency-Key 重新发送同一请求";
    183 StorageFull "STORAGE_FULL" 507 Later "No space is left; nothing was written" "存储空间不足，未写入任何数据";
    184 ServerFault "SERVER_FAULT" 500 Later "Something is wrong on our side; name the request id when you ask for help" "服务器内部错误；求助时请提供请求编号";
    185 RequestTimeout "REQUEST_TIMEOUT" 503 Later "The request took too long; what it does may still be done" "请求超时；操作可能仍会完成";
    186 WriteUnconfirmed "WRITE_NOT_CONFIRMED" 503 Later "The disk did not confirm the write; the server starts again to see what stands: send the same request with the same Idempotency-Key again" "磁盘未确认写入；服务器将重新启动以确认结果：请使用相同的 Idempotency-Key 重新发送同一请求";
    // Ranges.
    270 DateRangeInvalid "DATE_RANGE_INVALID" 422 Final "The range ends before it begins; swap its two ends" "范围的结束早于开始，请交换两端";
    // A ledger on its way into another database.
    110 LedgerMoved "LEDGER_MOVED" 409 Final "The ledger has moved, or is moving: it can be read here and not written; use it in its new place, or give the copy up" "账本已迁移或正在迁移：此处只能读取，不能写入；请使用新位置，或放弃迁移";
    111 CopyUnfinished "COPY_UNFINISHED" 409 Later "This is the unfinished copy of a ledger; continue the copy, or use the ledger that it is made from" "这是尚未完成的账本副本；请继续复制，或使用原账本";
    112 CopyTargetNotEmpty "COPY_TARGET_NOT_EMPTY" 409 Final "There is something else in the target; a ledger is copied into an empty place only" "目标位置已有其他内容；账本只能复制到空位置";
    113 CopySourceBusy "COPY_SOURCE_BUSY" 409 Later "Processes are at work on the source; stop them and try again" "源账本仍有进程在工作；请停止后重试";
    114 CopySourceChanged "COPY_SOURCE_CHANGED" 409 Final "The source was written to after the copy began; start over with an empty target" "复制开始后源账本发生了变化；请使用空目标重新开始";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::error::Error for Code {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_and_names_are_unique_and_posting_refusals_are_ordered() {
        let numbers: HashSet<_> = Code::ALL.iter().map(|c| c.number()).collect();
        let names: HashSet<_> = Code::ALL.iter().map(|c| c.name()).collect();
        assert_eq!((numbers.len(), names.len()), (Code::ALL.len(), Code::ALL.len()));
        let posting: Vec<_> = Code::ALL.iter().map(|c| c.number()).filter(|n| *n < 30).collect();
        assert!(posting.is_sorted());
    }

    #[test]
    fn every_code_reads_back_from_its_number_and_speaks_both_languages() {
        for code in Code::ALL {
            assert_eq!(Code::from_number(code.number()), Some(*code));
            assert!(!code.message(Language::English).is_empty());
            assert!(!code.message(Language::Chinese).is_ascii(), "{code}");
        }
    }
}
