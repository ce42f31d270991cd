//! The one table of outcome codes.
//!
//! Each row is: number, variant, name on the wire, HTTP status, retry, English, Chinese. Numbers are stored
//! in the database and never reused (78 was `FILE_SEEN`). Among posting refusals the table order is the order
//! of the checks: the first refusal wins (design: "Outcomes are a closed, ordered, numbered enum").
//!
//! To add a code: take the next free number, put the row where its check comes in the order, and add its name to
//! its group in [`groups`], or to the operation that returns it in `http`. Docs and the web's union are generated
//! from [`Code::ALL`]. The texts appear in every interface, so they contain no CLI flags, command names or JSON
//! field names.

pub mod groups;

/// Whether the same request can succeed later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same request will always be refused.
    Final,
    /// It may succeed later, once balances, limits or states have changed.
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

            /// The stored number; never reused.
            #[must_use]
            pub const fn number(self) -> i64 {
                match self { $(Self::$variant => $number,)* }
            }

            /// The name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The HTTP status of a response with this code.
            #[must_use]
            pub const fn http(self) -> u16 {
                match self { $(Self::$variant => $http,)* }
            }

            /// Whether a retry can succeed; defined for every code.
            #[must_use]
            pub const fn retry(self) -> Retry {
                match self { $(Self::$variant => Retry::$retry,)* }
            }

            /// The message shown to users.
            #[must_use]
            pub const fn message(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$variant, Language::English) => $en, (Self::$variant, Language::Chinese) => $zh,)*
                }
            }

            /// The code with this stored number.
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
    // Transfers and operations.
    30 TransferNotFound "TRANSFER_NOT_FOUND" 404 Final "There is no such transfer" "转账不存在";
    31 OperationConflict "OPERATION_CONFLICT" 422 Final "This operation id was already used with different content" "该操作号已用于内容不同的请求";
    32 OperationInvalid "OPERATION_ID_INVALID" 422 Final "An operation id must be 1 to 128 visible ASCII characters without spaces" "操作号须为1至128个可见的 ASCII 字符，且不含空格";
    33 TextTooLong "TEXT_TOO_LONG" 422 Final "The text is longer than 500 characters" "文本超过500个字符";
    34 DateInvalid "DATE_INVALID" 422 Final "Write the date as YYYY-MM-DD" "日期格式应为 YYYY-MM-DD";
    35 VoucherInvalid "VOUCHER_INVALID" 422 Final "A voucher must be an uploaded file, a URL that begins with http:// or https://, or a path that begins with a single slash; it has at most 2,000 visible characters without spaces or backslashes, and a transfer has at most 20 vouchers" "凭证须为已上传的文件、以 http:// 或 https:// 开头的网址，或以单个斜杠开头的路径；最多2000个可见字符，不含空格和反斜杠；每笔转账最多20个凭证";
    36 RateOutOfBounds "RATE_OUT_OF_BOUNDS" 422 Later "The requested exchange rate differs from the stored rate by more than the currency pair's tolerance, or no rate is stored; use the stored rate, or ask someone who may set rates to send the transfer with a reason for the override" "请求的汇率与系统汇率的偏差超过该货币对的容差，或系统中尚无该汇率；请使用系统汇率，或由有权设置汇率的人员填写理由后发送";
    37 RateChanged "RATE_CHANGED" 409 Later "The exchange rate kept when the batch was submitted is no longer valid: the stored rate has moved beyond the currency pair's tolerance, or the kept rate is too old; reprice the batch to pay it at the current rate" "批次提交时锁定的汇率已失效：系统汇率的变动超过该货币对的容差，或锁定的汇率已过期；请重新定价，按当前汇率支付";
    // Holders, accounts, assets, policies.
    40 AccountNotFound "ACCOUNT_NOT_FOUND" 404 Final "There is no such account" "账户不存在";
    41 AccountExists "ACCOUNT_EXISTS" 409 Final "An account with this number already exists" "该账号已存在";
    42 AccountNotEmpty "ACCOUNT_NOT_EMPTY" 422 Later "An account can be closed only when its balance is zero" "账户余额为零时才能关闭";
    43 AccountState "ACCOUNT_WRONG_STATE" 409 Final "The account's current state does not allow this" "账户当前状态不允许此操作";
    44 AssetUnknown "CURRENCY_UNKNOWN" 422 Final "Unknown currency" "未知币种";
    45 AssetExists "CURRENCY_EXISTS" 409 Final "The currency already exists" "币种已存在";
    46 HolderNotFound "HOLDER_NOT_FOUND" 404 Final "There is no such holder" "账户持有人不存在";
    47 HolderExists "HOLDER_EXISTS" 409 Final "A holder with this email or uid already exists" "使用该邮箱或UID的持有人已存在";
    48 NameInvalid "NAME_INVALID" 422 Final "A name or number must have 1 to 255 visible characters" "名称或账号须为1至255个可见字符";
    49 PolicyInvalid "POLICY_INVALID" 422 Final "The policy contradicts itself or contains a negative value" "限额策略自相矛盾或含有负值";
    50 AssetInvalid "CURRENCY_INVALID" 422 Final "A currency code must be 3 to 12 capital letters or digits, and a currency has at most 8 decimal places" "币种代码须为3至12个大写字母或数字，币种最多8位小数";
    51 TimeZoneUnknown "TIME_ZONE_UNKNOWN" 422 Final "Unknown time zone; write it as in Europe/Berlin" "未知时区；请按 Asia/Shanghai 的格式填写";
    // 52 was ACCOUNT_AMBIGUOUS, until ids and numbers got forms that cannot coincide. Never reused.
    53 HolderNotNamed "HOLDER_NOT_NAMED" 422 Final "Identify the holder by id or by details, not both" "请通过ID或资料指定持有人，二者择一";
    54 NameReserved "NAME_RESERVED" 422 Final "Numbers such as acct_18 are reserved for ids; choose another account number" "形如 acct_18 的账号保留用作ID，请换一个账号";
    55 InvisibleCharacter "INVISIBLE_CHARACTER" 422 Final "The value contains an invisible character, such as a zero-width space; delete it or retype the value" "内容包含不可见字符（例如零宽空格），请删除该字符或重新输入";
    56 MixedScripts "MIXED_SCRIPTS" 422 Final "The value mixes look-alike characters of different scripts, such as Latin and Cyrillic; retype it in one script (Latin may be combined with Chinese, Japanese or Korean)" "内容混用了字形相近的不同文字（例如拉丁字母与西里尔字母），请用同一种文字重新输入（拉丁字母可与中文、日文或韩文混用）";
    57 FullWidthDigits "FULL_WIDTH_DIGITS" 422 Final "The value contains full-width or other special digits; use the digits 0 to 9" "内容包含全角或其他特殊形式的数字，请使用半角数字 0 至 9";
    58 ControlCharacter "CONTROL_CHARACTER" 422 Final "The text contains a control character or one that changes the text direction; delete it (line breaks and tabs are allowed only in memos and remarks)" "文本包含控制字符或改变文字方向的字符，请删除（仅备注类文本可包含换行和制表符）";
    59 NumberSpaces "NUMBER_SPACES" 422 Final "The account number contains two or more spaces in a row; leave one or none" "账号中有连续的空格，请只保留一个空格或全部删除";
    140 EmailInvalid "EMAIL_INVALID" 422 Final "An email address must have at most 254 characters, exactly one @ with text on both sides, and no spaces" "邮箱地址最多254个字符，有且仅有一个 @，其前后均有内容，且不含空格";
    141 UidInvalid "UID_INVALID" 422 Final "A uid must be 1 to 255 visible characters without spaces" "UID须为1至255个可见字符，且不含空格";
    142 ExternalIdInvalid "EXTERNAL_ID_INVALID" 422 Final "An external id must be 1 to 64 characters, each one of A-Z a-z 0-9 . _ : / -" "外部编号须为1至64个字符，只能使用 A-Z a-z 0-9 . _ : / -";
    143 ReferenceInvalid "REFERENCE_INVALID" 422 Final "A reference must be 1 to 140 visible characters" "参考号须为1至140个可见字符";
    240 IdUntagged "ACCOUNT_ID_WITHOUT_NOUN" 404 Final "No account has this number, but one has this id; write the id with its prefix, as in acct_8, or as a JSON number" "没有账户使用该账号，但有账户使用该ID；请按 acct_8 的格式填写ID，或写成不带引号的数字";
    241 NumberConfusable "NUMBER_CONFUSABLE" 409 Final "The number looks like the number of an existing account; check it, and confirm it if the accounts really are different" "该账号与现有账户的账号字形相近；请核对，如确为不同账号，请确认后重试";
    242 HolderDiffers "HOLDER_DIFFERS" 409 Final "A holder with this email or uid exists with different details; correct the request, or ask finance to change the holder" "使用该邮箱或UID的持有人已存在，但资料不一致；请更正，或请财务人员修改持有人资料";
    243 HolderConflict "HOLDER_CONFLICT" 409 Final "The email and the uid belong to different holders; correct one of them" "邮箱与UID分属两个不同的持有人，请更正其中一项";
    244 DefaultNeeded "DEFAULT_ACCOUNT_NEEDED" 409 Final "This is the holder's default account in its currency, and the holder has another account in it; make that one the default first" "该账户是持有人在该币种的默认账户，且持有人还有该币种的其他账户；请先将其他账户设为默认账户";
    245 ActorReserved "ACTOR_RESERVED" 422 Final "This name belongs to a user or to the system; choose another name" "该名称属于某个用户或系统，请换一个名称";
    144 IdInvalid "ID_INVALID" 422 Final "An id is a prefix, an underscore and a whole number from 1 to 9007199254740991 without leading zeros, as in acct_18" "ID由前缀、下划线和数字组成，例如 acct_18；数字为1至9007199254740991，且无前导零";
    262 RateModeInvalid "RATE_MODE_INVALID" 422 Final "A rate mode can be chosen only for a batch that converts currencies" "只有涉及换汇的批次才能选择汇率方式";
    261 RateOverrideInvalid "RATE_OVERRIDE_INVALID" 422 Final "A rate override needs a rate between two different currencies and a reason of 1 to 500 visible characters" "覆盖汇率须提供两个不同币种之间的汇率，并填写1至500个可见字符的理由";
    260 FxPolicyInvalid "FX_POLICY_INVALID" 422 Final "The tolerance must be from 0 to 1 with at most six decimal places, the rounding half_up, half_even or down, the minimum not negative, and the age at most 87,600 hours; 0 switches a bound off" "容差须为0至1之间的比例，最多六位小数；舍入方式须为 half_up、half_even 或 down；最小金额不得为负；有效期最多87600小时；0表示不设该限制";
    // Payees and files.
    60 PayeeNotFound "PAYEE_NOT_FOUND" 422 Final "No account was found for this payee; check the value, or open the account first" "找不到该收款人的账户；请核对，或先开户";
    61 PayeeAmbiguous "PAYEE_AMBIGUOUS" 422 Final "The holder has accounts in several currencies, but none in the batch's currency; specify the currency or the account" "持有人有多个币种的账户，但没有批次币种的账户；请指明币种或账户";
    62 DuplicateTarget "DUPLICATE_TARGET" 400 Final "The same payee appears more than once in the batch; keep one of its rows, or allow repeats for rows that differ in reference or external id" "同一收款方在批次中出现多次；请只保留其中一行，或允许参考号或外部编号不同的重复付款";
    63 DuplicateSource "DUPLICATE_SOURCE" 400 Final "The same payer appears more than once in the batch; keep one of its rows, or allow repeats for rows that differ in reference or external id" "同一付款方在批次中出现多次；请只保留其中一行，或允许参考号或外部编号不同的重复付款";
    64 FileUnsupported "FILE_UNSUPPORTED" 415 Final "The file is not CSV in UTF-8; save it as CSV in UTF-8 and send it again" "文件不是UTF-8编码的CSV；请另存为UTF-8编码的CSV后重新提交";
    65 FileNoRows "FILE_NO_ROWS" 422 Final "The file has no rows" "文件没有数据行";
    66 ColumnMissing "COLUMN_MISSING" 422 Final "A required column is missing; add it, or choose the column to read instead" "缺少必需的列；请补充该列，或指定用哪一列代替";
    67 ColumnDuplicate "COLUMN_DUPLICATE" 422 Final "Two columns have the same meaning; choose the one to read, or ignore the other" "两列含义相同；请指定读取哪一列，或忽略另一列";
    68 TooManyColumns "TOO_MANY_COLUMNS" 422 Final "The file has more than 256 columns" "文件超过256列";
    69 QuoteNotClosed "QUOTE_NOT_CLOSED" 422 Final "A quoted field is not closed before the file ends" "引号未闭合";
    70 FieldTooLong "FIELD_TOO_LONG" 422 Final "The field is longer than 32 KiB" "字段超过32 KiB";
    71 FieldCount "FIELD_COUNT" 422 Final "The row does not have as many fields as the header (found / expected); put a field that contains the delimiter in quotes" "该行字段数与表头不一致（实际/应有）；含有分隔符的字段请加引号";
    72 NulByte "NUL_BYTE" 422 Final "The field contains a NUL byte" "字段包含NUL字节";
    73 InvalidUtf8 "INVALID_UTF8" 422 Final "The field is not valid UTF-8" "字段不是有效的UTF-8";
    74 PayeeMissing "PAYEE_MISSING" 422 Final "The row names no payee (account, email or uid)" "该行没有收款人（账户、邮箱或UID）";
    75 PayeeConflict "PAYEE_CONFLICT" 422 Final "The row's payee details name different accounts, or an account other than the one the batch pays; correct the row" "该行的收款人信息指向不同账户，或并非该批次的收款账户；请更正该行";
    95 PayerConflict "PAYER_CONFLICT" 422 Final "The row's payer details name different accounts, or an account other than the one that pays the batch; correct the row" "该行的付款人信息指向不同账户，或并非该批次的付款账户；请更正该行";
    96 PayerMissing "PAYER_MISSING" 422 Final "The row names no payer (account, email or uid)" "该行没有付款人（账户、邮箱或UID）";
    97 PayeeNoDefault "PAYEE_NO_DEFAULT" 422 Later "The holder has no default account in this currency; specify the account, or open one in this currency" "持有人没有该币种的默认账户；请指明账户，或先开立该币种的账户";
    99 RowKeyMissing "ROW_KEY_MISSING" 422 Final "The row has no key, but this file corrects refused rows by key; add the key, or remove the key column to add all rows as new ones" "该行没有行键，而此文件按行键修正被拒绝的行；请补充行键，或删除行键列，将所有行作为新行导入";
    220 RowTaken "ROW_ALREADY_TAKEN" 422 Final "The refused row with this key was already corrected or dropped; remove the row from the file" "该行键对应的行此前已修正或放弃；请从文件中删除该行";
    221 RowKeyUnknown "ROW_KEY_UNKNOWN" 422 Final "No refused row of this batch has this key; check the key and the batch" "该批次没有此行键对应的被拒绝行；请核对行键和批次";
    222 ControlTotal "CONTROL_TOTAL_DIFFERS" 422 Final "The file's row count or sum is not the expected one; nothing was imported: check that it is the right file and complete" "文件的行数或合计与预期不符，未导入任何数据；请核对文件是否正确、完整";
    76 AmountMissing "AMOUNT_MISSING" 422 Final "The row has no amount" "该行缺少金额";
    77 FileTooLarge "FILE_TOO_LARGE" 413 Final "The file has more rows than a batch can hold" "文件行数超过批次上限";
    79 BatchSimilar "BATCH_SIMILAR" 409 Final "These payments look like those of an earlier batch and may be paid twice; leave out the ones already paid, or give a reason to pay them again" "这些付款与较早批次中的付款相似，可能重复支付；请剔除已支付的部分，或填写再次支付的原因";
    // How a file and its amounts are written.
    200 AmountSign "AMOUNT_SIGN" 422 Final "Write the amount without a sign: 1250.00, not -1250.00, +1250.00 or (1250.00)" "金额不带正负号；请写作 1250.00，不要写作 -1250.00、+1250.00 或 (1250.00)";
    201 AmountLetters "AMOUNT_LETTERS" 422 Final "Write the amount without letters or currency symbols: 1250.00; state the currency separately" "金额不含文字或货币符号；请写作 1250.00，币种另行填写";
    202 AmountGroupMark "AMOUNT_GROUP_MARK" 422 Final "Write the amount without separators or spaces between its digits: 1250.00, not 1,250.00, 1 250.00 or 1'250.00; the decimal mark is a dot" "金额的数字之间不使用分隔符或空格；请写作 1250.00，不要写作 1,250.00、1 250.00 或 1'250.00；小数点为英文句点";
    203 AmountDecimalComma "AMOUNT_DECIMAL_COMMA" 422 Final "Use a dot as the decimal mark: 1250.50, not 1250,50" "小数点须用英文句点；请写作 1250.50，不要写作 1250,50";
    204 AmountExponent "AMOUNT_EXPONENT" 422 Final "Write the amount without an exponent: 1250.00, not 1.25e3" "金额不使用科学计数法；请写作 1250.00，不要写作 1.25e3";
    205 AmountDigitMissing "AMOUNT_DIGIT_MISSING" 422 Final "An amount needs a digit on both sides of the dot; write 0.50 or 5, not .50 or 5." "金额小数点前后都须有数字；请写作 0.50 或 5，不要写作 .50 或 5.";
    206 AmountDigits "AMOUNT_DIGITS" 422 Final "Write the amount in the digits 0 to 9: 1250.00, not １２５０.００" "金额只能使用半角数字 0 至 9；请写作 1250.00，不要写作 １２５０.００";
    207 AmountLeadingZero "AMOUNT_LEADING_ZERO" 422 Final "Write the amount without leading zeros: 7.50, not 007.50" "金额不能有前导零；请写作 7.50，不要写作 007.50";
    208 AmountBlank "AMOUNT_BLANK" 422 Final "Write the amount without spaces before or after it: 1250.00" "金额前后不含空格；请只写 1250.00";
    209 ColumnUndecided "COLUMN_UNDECIDED" 422 Final "A column that may say when, in what currency or whether to pay (a date, a status, a currency, a network or a token) was not recognised; choose the field it holds, or ignore it" "有一列可能涉及付款时间、币种或状态（日期、状态、币种、网络或代币），但无法识别；请指明它对应的字段，或忽略该列";
    280 ExternalIdUsed "EXTERNAL_ID_USED" 409 Final "This external id belongs to a payment that is paid or can still be paid; retry it there, or skip it there first" "该外部编号属于一笔已支付或仍可支付的付款；请在原批次中重试，或先在原批次中跳过";
    281 ExternalIdRepeated "EXTERNAL_ID_REPEATED" 422 Final "Two rows of the batch have the same external id; give each payment its own id" "批次中有两行的外部编号相同；请为每笔付款使用不同的编号";
    282 BalanceShort "BALANCE_SHORT" 422 Later "The balance does not cover this batch together with what other submitted batches have yet to pay from the account; fund the account before the batch is executed" "账户余额不足以同时支付本批次和其他已提交批次的待付金额；请在执行前充值";
    283 WindowInvalid "DUPLICATE_WINDOW_INVALID" 422 Final "The duplicate window must be a whole number of days from 0 to 35; 0 switches the comparison off" "重复付款检查窗口须为0至35的整数天数；0表示关闭检查";
    // Batches and items.
    80 BatchNotFound "BATCH_NOT_FOUND" 404 Final "There is no such batch" "批次不存在";
    81 ItemNotFound "ITEM_NOT_FOUND" 404 Final "There is no such item in the batch" "批次中没有该笔转账";
    82 BatchState "BATCH_WRONG_STATE" 409 Final "The batch's current state does not allow this" "批次当前状态不允许此操作";
    83 BatchCannotCancel "BATCH_CANNOT_CANCEL" 409 Final "The batch has begun and cannot be cancelled" "批次已开始执行，无法取消";
    84 BatchEmpty "BATCH_EMPTY" 422 Final "The batch has no items" "批次中没有转账";
    98 ProblemsOpen "PROBLEMS_OPEN" 409 Final "The batch has refused rows that are neither corrected nor dropped; correct or drop them, or confirm their exact number to leave them unpaid" "批次中有尚未修正或放弃的被拒绝行；请修正或放弃这些行，或确认其准确行数，提交后这些行不予支付";
    85 BatchAboveMaximum "BATCH_ABOVE_MAXIMUM" 422 Final "The batch total is above the maximum for one batch" "批次总金额超过单批限额";
    86 BatchTooLargeForAtomic "BATCH_TOO_LARGE_FOR_ATOMIC" 422 Final "The atomic batch has more items than one transaction can hold" "原子批次的笔数超过单个事务上限";
    87 ItemState "ITEM_WRONG_STATE" 409 Final "The item's current state does not allow this" "该笔转账当前状态不允许此操作";
    88 ContentChanged "CONTENT_CHANGED" 409 Final "The items differ from those that were submitted" "批次内容与提交时不一致";
    89 BatchRunning "BATCH_RUNNING" 409 Later "Another worker is running this batch" "该批次正由其他进程执行";
    263 BatchKeepsNoRate "BATCH_KEEPS_NO_RATE" 409 Final "There is nothing to reprice: the batch converts no currency, or it is paid at the stored rates" "无需重新定价：该批次不涉及换汇，或按系统汇率支付";
    264 LinkedItemSettled "LINKED_ITEM_SETTLED" 409 Final "Some of these payments were paid, skipped or handed over in the original batch after this draft was created; remove them from the draft and submit it again" "草稿创建后，其中部分付款已在原批次中支付、跳过或移交；请从草稿中移除后重新提交";
    90 Fenced "FENCED" 409 Final "Another worker took over the batch; nothing was written" "批次已被其他进程接管，未写入任何数据";
    91 BatchRowsInvalid "BATCH_ROWS_INVALID" 422 Final "Some rows of the batch are invalid; correct the rows listed and try again" "批次中有无效的行；请更正所列各行后重试";
    92 AmountModeInvalid "AMOUNT_MODE_INVALID" 422 Final "The amounts given do not match the chosen way of setting amounts" "所给金额与所选的金额设定方式不符";
    93 BatchSideInvalid "BATCH_SIDE_INVALID" 422 Final "A one-to-many batch has one source account and a many-to-one batch one target account; each row names the account on the other side" "一对多批次须指定一个转出账户，多对一批次须指定一个转入账户，另一侧的账户由各行指定";
    94 RatioInvalid "RATIO_INVALID" 422 Final "A ratio must be a decimal without a sign and with at most 6 decimal places, such as 2.5" "比例须为不带符号且最多6位小数的十进制数，例如 2.5";
    // Approvals.
    360 ApprovalRequired "APPROVAL_REQUIRED" 422 Final "The amount needs approval, and a single transfer cannot be approved: enter it as a batch (a batch of type deposit or withdrawal if the money enters or leaves the ledger), submit the batch and have it approved" "该金额须经审批，而单笔转账无法审批；请改用批量转账（入账或出账请创建 deposit 或 withdrawal 类型的批次），提交后由他人审批";
    361 BatchNotPending "BATCH_NOT_PENDING" 409 Final "The batch is not pending approval" "批次不是待审批状态";
    362 CannotApproveOwn "CANNOT_APPROVE_OWN" 400 Final "You created, edited or submitted this batch, or made the API key that did; somebody else must decide about it" "不能审批自己提交的申请";
    363 ApprovalUnreachable "APPROVAL_UNREACHABLE" 409 Later "The approval levels ask for more people than could approve; add or enable approvers, or change the approval policy" "可审批的人员不足以满足审批要求；请增加或启用审批人，或修改审批策略";
    364 BatchNotApproved "BATCH_NOT_APPROVED" 409 Later "The batch lacks approvals; have it approved first" "批次尚未获得所需的审批，请先完成审批";
    365 ApprovalExpired "APPROVAL_EXPIRED" 409 Later "The approvals are older than the policy allows, and the batch is pending again; have it approved again" "审批已超过有效期，批次已恢复为待审批；请重新审批";
    366 NotAnApprover "NOT_AN_APPROVER" 403 Final "None of the open approval levels of this batch asks for you" "该批次尚缺的审批级别不需要您审批";
    367 ApprovalRepeated "APPROVAL_ALREADY_GIVEN" 409 Final "You have already decided about this batch" "您已对该批次作出审批";
    368 ApprovalNotFound "APPROVAL_NOT_FOUND" 404 Final "You have given this batch no approval that still counts" "您没有对该批次作出仍然有效的审批";
    369 ApprovalPolicyInvalid "APPROVAL_POLICY_INVALID" 422 Final "The approval policy contradicts itself or is out of bounds" "审批策略自相矛盾或超出允许范围";
    370 ApprovalPolicyChanged "APPROVAL_POLICY_CHANGED" 409 Final "The approval policy has changed since the version you edited; read it again and repeat the change" "审批策略已被修改；请重新读取后再修改";
    371 ApprovalPolicySettled "APPROVAL_POLICY_NOT_WAITING" 409 Final "No change of this approval policy waits for a confirmation" "该审批策略没有等待确认的修改";
    372 CannotConfirmOwn "CANNOT_CONFIRM_OWN" 400 Final "You made this change of the approval policy; a second administrator must confirm it" "不能确认自己对审批策略的修改，须由另一位管理员确认";
    373 DecisionsInvalid "DECISIONS_INVALID" 422 Final "Send 1 to 20 decisions, each about another batch" "一次须提交1至20项审批，且每个批次只能出现一次";
    374 IdempotencyKeyMissing "IDEMPOTENCY_KEY_REQUIRED" 400 Final "Send an Idempotency-Key with this request, so that repeating it cannot decide twice" "此请求须附带 Idempotency-Key，以防重复审批";
    380 OutsideShape "OUTSIDE_BATCH_SHAPE" 422 Final "A deposit or withdrawal batch has one relation, names no single account and converts no currency; the other side is outside the ledger" "入账或出账批次只能有一笔转账，不指定单一账户，也不换汇；另一方在账本之外";
    381 ChangesNotReady "CHANGES_NOT_READY" 409 Later "The change report of this large batch is still being made; try again in a moment" "该批次较大，变更报告仍在生成；请稍后再试";
    382 ChangesTooLarge "CHANGES_TOO_LARGE" 422 Final "A batch of this size is compared in the background once it is submitted, with its base only; smaller batches can be compared on request" "此规模的批次在提交后由后台与其基准批次比较；较小的批次才能按请求比较";
    383 NetworkUnknown "NETWORK_UNKNOWN" 422 Final "Payments can be made within the ledger only: the network must be internal" "目前只支持账本内转账：网络须为 internal";
    // The audit log.
    450 AuditNotFound "AUDIT_ENTRY_NOT_FOUND" 404 Final "The audit log has no such entry" "审计日志中没有该条目";
    // Codes of items that were failed without a posting decision.
    100 Interrupted "INTERRUPTED" 409 Later "Interrupted by a user" "用户手动中断";
    101 Stopped "STOPPED" 409 Later "Not attempted: the batch stopped at an earlier failure" "未执行：批次在首次失败后已停止";
    102 AtomicAborted "ATOMIC_ABORTED" 409 Later "Not executed: another item of the atomic batch was refused" "未执行：原子批次中有其他转账被拒绝";
    // Moves that a batch's state does not allow, and drafts.
    103 BatchNotResumable "BATCH_NOT_RESUMABLE" 409 Final "Only a waiting or running batch can be resumed: this one has ended, and none of its transfers is still untried; retry its failed transfers instead" "只能恢复等待中或处理中的批量转账：该批次已结束，没有未执行的转账；失败的转账请使用重试";
    104 DraftChanged "DRAFT_CHANGED" 409 Final "The draft has changed since the version you edited; reload it and repeat the edit" "您编辑的草稿版本已被更新；请重新读取后再次修改";
    105 BatchCancelled "BATCH_CANCELLED" 409 Final "The batch was already cancelled; none of it will be paid" "批次已取消，其中的转账不会再执行";
    106 IfMatchInvalid "IF_MATCH_INVALID" 400 Final "Send If-Match once, with the version of the draft, such as \"3\"" "If-Match 只能出现一次，其值为草稿的版本号，例如 \"3\"";
    // Dates.
    107 DateOutOfRange "DATE_OUT_OF_RANGE" 422 Final "A value date must be between 1970-01-01 and a year from today; choose a date in this range" "起息日须在1970-01-01至今日起一年之内，请选择该范围内的日期";
    108 RangeReversed "RANGE_REVERSED" 422 Final "The range ends before it begins; swap the two ends" "范围的起点在终点之后，请对调两端";
    // People and keys.
    120 AuthRequired "AUTH_REQUIRED" 401 Final "Sign in, or send an API key" "请先登录或提供 API 密钥";
    121 LoginFailed "AUTH_LOGIN_FAILED" 401 Final "Wrong login or password" "登录名或密码错误";
    122 Forbidden "FORBIDDEN" 403 Final "Your role or key does not allow this" "您的角色或密钥无权执行此操作";
    123 LoginThrottled "AUTH_TOO_MANY_ATTEMPTS" 429 Later "Too many failed attempts; wait and try again" "失败次数过多，请稍后再试";
    124 PasswordWeak "PASSWORD_WEAK" 422 Final "Choose a password of 12 to 256 characters that is hard to guess and does not contain your name" "密码须为12至256个字符，不易被猜到，且不包含您的名字";
    125 PasswordWrong "PASSWORD_WRONG" 422 Final "The current password is wrong" "当前密码不正确";
    126 UserNotFound "USER_NOT_FOUND" 404 Final "There is no such user" "用户不存在";
    127 UserExists "USER_EXISTS" 409 Final "A user with this login already exists" "该登录名已存在";
    128 LoginInvalid "LOGIN_INVALID" 422 Final "A login must be 2 to 100 characters: letters, digits or . _ - @ +" "登录名须为2至100个字符，只能使用字母、数字或 . _ - @ +";
    145 LoginReserved "LOGIN_RESERVED" 422 Final "The logins system, anonymous, unknown and cli are reserved; choose another login" "登录名 system、anonymous、unknown 和 cli 为系统保留，请换一个登录名";
    129 LastAdmin "LAST_ADMIN" 409 Final "This is the last administrator who can sign in" "这是最后一位可登录的管理员";
    130 InvitationInvalid "INVITATION_INVALID" 422 Final "The link is no longer valid; ask for a new one" "链接已失效，请重新申请";
    131 SessionNotFound "SESSION_NOT_FOUND" 404 Final "You have no such session" "您没有该会话";
    310 KeyEnded "API_KEY_ENDED" 409 Final "The API key was revoked or has expired; create a new one" "API 密钥已吊销或已过期；请创建新密钥";
    132 KeyNotFound "API_KEY_NOT_FOUND" 404 Final "There is no such API key" "API 密钥不存在";
    133 ScopeInvalid "SCOPE_INVALID" 422 Final "An API key needs at least one scope, and only known scopes" "密钥须至少包含一个权限范围，且只能使用已知的权限范围";
    134 AddressInvalid "ADDRESS_INVALID" 422 Final "Write the address as 203.0.113.7 or 203.0.113.0/24" "地址格式应为 203.0.113.7 或 203.0.113.0/24";
    135 SetUpDone "SETUP_DONE" 409 Final "Users already exist; ask an administrator" "系统已有用户，请联系管理员";
    136 TimeInvalid "TIME_INVALID" 422 Final "Write the time as 2026-01-31T09:00:00Z; it must be in the future" "时间格式应为 2026-01-31T09:00:00Z，且须晚于当前时间";
    137 NameTaken "NAME_TAKEN" 409 Final "The name is already in use" "该名称已被使用";
    138 UserDisabled "USER_DISABLED" 409 Final "The user is disabled; enable the user first" "该用户已停用，请先启用";
    320 FactorRequired "AUTH_2FA_REQUIRED" 400 Final "Enter the current code of your authenticator app" "请输入身份验证器当前显示的动态验证码";
    321 TotpNotEnrolled "TOTP_NOT_ENROLLED" 403 Final "This needs a second factor: set up an authenticator app for your user first" "此操作需要双重验证：请先为您的用户绑定身份验证器";
    322 ChallengeInvalid "AUTH_CHALLENGE_INVALID" 401 Final "This sign-in has expired or was tried too often; sign in again" "本次登录已过期或尝试次数过多，请重新登录";
    323 EnrolmentMissing "TOTP_ENROLMENT_MISSING" 409 Final "There is nothing to confirm: no authenticator app is being set up in this session, or it took too long; start again" "没有待确认的绑定：本次会话未开始绑定身份验证器，或已超时；请重新开始";
    324 TotpResetOwn "TOTP_RESET_OWN" 409 Final "You cannot reset your own second factor; remove it with a code, or ask another administrator" "不能重置自己的双重验证；请凭动态验证码解绑，或请其他管理员重置";
    325 UserWithoutTotp "USER_WITHOUT_TOTP" 409 Final "The user has no second factor" "该用户未启用双重验证";
    326 ApproverCooling "APPROVER_COOLING_OFF" 403 Later "You cannot approve yet: your user, role, password or second factor changed recently" "暂时不能审批：您的账号、角色、密码或双重验证近期有变更";
    327 ApproverSponsored "APPROVER_NOT_INDEPENDENT" 403 Final "You cannot approve this: it was made by the administrator who later added you, raised your role, or reset your password or second factor" "不能审批：制单人是此后添加您、提升您的角色或重置您的密码或双重验证的管理员";
    // Webhooks.
    430 WebhookNotFound "WEBHOOK_NOT_FOUND" 404 Final "There is no such webhook" "回调不存在";
    431 WebhookUrlInvalid "WEBHOOK_URL_INVALID" 422 Final "A webhook's URL must begin with https:// and name a host; it has at most 2,000 visible characters and no user, password or fragment" "回调网址须以 https:// 开头并包含主机名，最多2000个可见字符，不含用户名、密码和片段标识";
    432 WebhookAddressRefused "WEBHOOK_ADDRESS_REFUSED" 422 Final "Webhooks are sent to the public internet by https on port 443 or 8443 only; choose such a URL, or have the receiver's network added to the server's configuration file" "回调只能通过 HTTPS 的443或8443端口发送到公网地址；请更换网址，或将接收方的网段加入服务器配置文件";
    433 WebhookEventsInvalid "WEBHOOK_EVENTS_INVALID" 422 Final "A webhook needs at least one event type, and only known ones" "回调须至少订阅一种事件，且均为已知的事件类型";
    434 WebhooksTooMany "WEBHOOKS_TOO_MANY" 409 Final "There are 50 webhooks already; remove one first" "已有50个回调，请先删除一个";
    435 WebhookDisabled "WEBHOOK_DISABLED" 409 Final "The webhook is disabled; enable it first" "该回调已停用，请先启用";
    436 DeliveryNotFound "WEBHOOK_DELIVERY_NOT_FOUND" 404 Final "The webhook has no such delivery" "该回调没有此投递记录";
    // Second factors of people and accounts, and the secrets behind them.
    340 TotpCodeInvalid "AUTH_2FA_CODE_INVALID" 401 Final "The code is wrong; wait for the next code and enter it, and check that the device's clock is right" "2FA 验证码错误；请等待下一个验证码后输入，并检查设备时间是否准确";
    341 TotpCodeUsed "AUTH_2FA_CODE_USED" 401 Later "The code was already used; each code works once, so wait for the next one" "验证码已被使用；每个验证码仅可使用一次，请等待下一个验证码";
    342 VerificationCodeRequired "VERIFICATION_CODE_REQUIRED" 400 Final "A debited account has a second factor; enter its code, or have the server generate it if that is allowed for the account" "账户已开启2FA，请提供验证码";
    343 MasterKeyMissing "MASTER_KEY_MISSING" 503 Later "The server has no master key, so it can neither read nor store secrets; set the master key and restart the server" "服务器未配置主密钥，无法读取或保存机密；请配置主密钥后重启服务器";
    344 MasterKeyWrong "MASTER_KEY_WRONG" 503 Later "The secret was encrypted under another master key than the server's; start the server with that key, or with both while the key is replaced" "该机密由另一主密钥加密；请使用该主密钥启动服务器，更换主密钥期间请同时提供新旧两个主密钥";
    345 SecretUnreadable "SECRET_UNREADABLE" 409 Final "The stored secret was altered or belongs elsewhere, and cannot be decrypted; set it up again, and verify the ledger" "保存的机密已被更改或不属于此处，无法解密；请重新设置，并核验账本";
    346 AccountTotpBound "ACCOUNT_TOTP_BOUND" 409 Final "The account already has a second factor; unbind it first" "该账户已绑定2FA，请先解绑";
    347 AccountTotpNotBound "ACCOUNT_TOTP_NOT_BOUND" 409 Final "The account has no second factor" "该账户未绑定2FA";
    349 RotationRunning "MASTER_KEY_ROTATING" 409 Later "Another process is encrypting the secrets under the new master key; wait for it to end" "其他进程正在用新主密钥重新加密机密；请等待其完成";
    348 AccountTotpNotBegun "ACCOUNT_TOTP_NOT_BEGUN" 409 Final "There is no new secret to confirm: it was confirmed already, or never requested, or it has expired; request a new one" "没有待确认的密钥：已确认、未申请或已过期；请重新申请";
    // Notices and reminders.
    390 NoticeNotFound "NOTICE_NOT_FOUND" 404 Final "You have no such notice" "您没有该通知";
    391 ReminderInvalid "REMINDER_INVALID" 422 Final "A reminder needs a time within the next year, a text or a batch, and for approvers a batch" "提醒须设在一年之内的时间，须有内容或批次；提醒审批人时须指定批次";
    392 RemindersTooMany "REMINDERS_TOO_MANY" 429 Later "You have asked for 100 reminders within a day; ask for more tomorrow" "您在一天内已设置100条提醒，请明天再设置";
    // Tasks and files.
    500 TaskNotFound "TASK_NOT_FOUND" 404 Final "There is no such task" "任务不存在";
    501 TasksTooMany "TASKS_TOO_MANY" 429 Later "You have 20 tasks that wait or run; wait for one to end, or cancel one" "您已有20个等待或执行中的任务；请等待其中一个结束，或取消一个";
    502 TaskGivenUp "TASK_GIVEN_UP" 500 Later "The task was interrupted five times without ending; start it again, and quote its id when you contact support" "任务中断了5次仍未完成；请重新发起，联系支持人员时请提供任务编号";
    503 TaskNotRight "TASK_RIGHT_LOST" 403 Final "The task was not carried out: the one who started it may not do this any more" "任务未执行：发起人已不再拥有执行此操作的权限";
    504 StoredFileNotFound "FILE_NOT_FOUND" 404 Final "There is no such file" "文件不存在";
    505 StoredFileGone "FILE_GONE" 410 Final "The content of this file was removed when its time was over; upload or make it again" "文件内容已到期删除；请重新上传或生成";
    506 UploadTooLarge "UPLOAD_TOO_LARGE" 413 Final "The file is larger than files of this type may be; split it" "文件超过该类型的大小上限，请拆分";
    507 UploadQuota "UPLOAD_QUOTA_EXCEEDED" 409 Later "The stored files would take more space than is allowed; wait until older ones are removed, or ask an administrator to raise the limit" "已存文件将超出允许的空间；请等待旧文件到期删除，或请管理员提高上限";
    508 UploadUnsupported "UPLOAD_UNSUPPORTED" 415 Final "Files of this type are not accepted; send text (CSV, TSV or JSON lines), XLSX, PNG, JPEG, WebP or PDF" "不接受此类型的文件；请上传文本（CSV、TSV 或 JSON Lines）、XLSX、PNG、JPEG、WebP 或 PDF";
    509 UploadEmpty "UPLOAD_EMPTY" 422 Final "The file is empty" "文件为空";
    510 FilesUnavailable "FILES_UNAVAILABLE" 503 Later "This server stores no files; set where files are stored and restart it" "服务器未配置文件存储；请配置文件存储位置后重启";
    511 FileElsewhere "FILE_ON_ANOTHER_NODE" 409 Later "The file is on the disk of another node; ask that node, or store files in S3 or a shared folder" "文件位于另一节点的磁盘上；请访问该节点，或将文件存放于 S3 或共享目录";
    512 FileMissing "FILE_MISSING" 409 Final "The file's content is not in the file store; upload or make it again" "文件存储中没有该文件的内容；请重新上传或生成";
    // Requests that do not reach a use case.
    150 BodyMalformed "BODY_MALFORMED" 400 Final "The body is not valid JSON for this operation" "请求体不是有效的 JSON";
    151 BodyInvalid "BODY_INVALID" 422 Final "A field of the body is missing, unknown or of the wrong type" "请求体字段缺失、未知或类型错误";
    152 QueryInvalid "QUERY_INVALID" 422 Final "A query parameter is unknown or invalid" "查询参数未知或无效";
    153 ContentTypeUnsupported "CONTENT_TYPE_UNSUPPORTED" 415 Final "Send the body as application/json" "请使用 application/json 发送请求体";
    154 BodyTooLarge "BODY_TOO_LARGE" 413 Final "The request is larger than this operation accepts; send it in smaller parts" "请求超出此操作的大小上限，请拆分后发送";
    155 OriginForbidden "ORIGIN_FORBIDDEN" 403 Final "Requests from this origin are not allowed" "不允许来自该来源的请求";
    156 RouteNotFound "ROUTE_NOT_FOUND" 404 Final "There is no such path" "路径不存在";
    157 MethodNotAllowed "METHOD_NOT_ALLOWED" 405 Final "The path does not support this method" "该路径不支持此方法";
    158 RateLimited "RATE_LIMITED" 429 Later "Too many requests; wait and try again" "请求过于频繁，请稍后再试";
    159 CursorInvalid "CURSOR_INVALID" 422 Final "The cursor is not valid for this list" "游标不适用于该列表";
    160 IdempotencyKeyInvalid "IDEMPOTENCY_KEY_INVALID" 400 Final "Send one Idempotency-Key of 1 to 128 visible ASCII characters" "Idempotency-Key 只能出现一次，且为1至128个可见 ASCII 字符";
    161 IdempotencyKeyReused "IDEMPOTENCY_KEY_REUSED" 422 Final "This Idempotency-Key was already used for another request" "该 Idempotency-Key 已用于其他请求";
    162 IdempotencyKeyBusy "IDEMPOTENCY_KEY_IN_USE" 409 Later "The first request with this Idempotency-Key is still running" "使用该 Idempotency-Key 的首个请求仍在执行";
    290 HostInvalid "HOST_INVALID" 400 Final "A request must name its host exactly once; send one Host header, such as pay.example.com" "请求须且只能指明一个主机；请只发送一个 Host 请求头，例如 pay.example.com";
    291 HostUnknown "HOST_UNKNOWN" 421 Final "The server does not accept this host name; use the server's official address, or have the name added to its allowed hosts" "服务器不接受该主机名；请使用服务器的正式地址，或将该名称加入允许的主机名";
    292 RequestMalformed "REQUEST_MALFORMED" 400 Final "This is not a well-formed HTTP request; check what the client or a proxy in between sends" "请求不符合 HTTP 规范；请检查客户端或中间代理发送的内容";
    293 HeadTooLarge "REQUEST_HEAD_TOO_LARGE" 431 Final "The request head is too large; send fewer or shorter headers, or a shorter URL" "请求头过大；请减少或缩短请求头，或缩短地址";
    294 BodyTooSlow "BODY_TOO_SLOW" 408 Later "The request body arrived too slowly and nothing was done; send it again over a faster connection, or in smaller parts" "请求体传输过慢，未执行任何操作；请在更快的网络下重新发送，或拆分后发送";
    // Failures of the server or its database, never refusals of the request itself.
    180 ServerBusy "SERVER_BUSY" 503 Later "The server is busy; wait and try again" "服务器繁忙，请稍后再试";
    181 ServerAway "DATABASE_AWAY" 503 Later "The database is unreachable; wait and try again" "数据库暂时无法访问，请稍后再试";
    182 AnswerLost "ANSWER_LOST" 503 Later "The outcome is not known yet; send the same request again with the same Idempotency-Key" "结果尚未确认；请使用相同的 Idempotency-Key 重新发送同一请求";
    183 StorageFull "STORAGE_FULL" 507 Later "The storage is full; nothing was written" "存储空间不足，未写入任何数据";
    184 ServerFault "SERVER_FAULT" 500 Later "Internal error; quote the request id when you contact support" "服务器内部错误；联系支持人员时请提供请求编号";
    185 RequestTimeout "REQUEST_TIMEOUT" 503 Later "The request timed out; what it started may still complete" "请求超时；操作可能仍会完成";
    186 WriteUnconfirmed "WRITE_NOT_CONFIRMED" 503 Later "The disk did not confirm the write; the server restarts to find out what was written: send the same request again with the same Idempotency-Key" "磁盘未确认写入；服务器将重新启动以确认结果：请使用相同的 Idempotency-Key 重新发送同一请求";
    // Lost commits, stored responses and backups.
    300 LedgerBehind "LEDGER_BEHIND" 409 Final "The ledger is missing commits that its mark records: an old copy was restored, its log was deleted, or a disk lost writes that it had confirmed. The ledger is read-only; find the newest copy, or accept the loss with a reason" "账本缺少其标记所记录的提交：可能恢复了旧副本、日志被删除，或磁盘丢失了已确认的写入。账本目前只读；请查找最新副本，或说明原因后接受损失";
    301 NoLoss "NO_LOSS" 409 Final "The ledger has every commit that its mark records; there is no loss to accept" "账本包含其标记所记录的全部提交，没有需要接受的损失";
    302 AnswerUnreadable "ANSWER_UNREADABLE" 409 Final "This request was already carried out by another version of the program, and its stored response cannot be returned; check what it did, and do not send it under a new key" "该请求此前已由其他版本的程序执行，无法返回当时保存的应答；请查看其结果，不要使用新的键重新发送";
    303 BackupInvalid "BACKUP_INVALID" 422 Final "The backup is incomplete or has been altered; nothing was restored: use another backup" "备份不完整或已被更改，未恢复任何数据；请使用其他备份";
    304 BackupExists "BACKUP_EXISTS" 409 Final "The directory is not empty; write the backup to a new one" "目录不为空；请将备份写入新目录";
    305 ReasonMissing "LOSS_REASON_MISSING" 422 Final "State why the loss is accepted: the reason is kept in the audit log" "请说明接受损失的原因，原因将记入审计日志";
    306 BackupDamaged "BACKUP_DAMAGED" 409 Final "The ledger or its backup violates invariants, and the backup was not kept; verify the ledger" "账本或其备份违反不变式，备份未保留；请核验账本";
    // Checkpoints of the audit log.
    307 CheckpointInvalid "CHECKPOINT_INVALID" 422 Final "The file is not a checkpoint, was altered, or was signed by another key than the expected one; use the file as it was written, and the public key that was printed when the signing key was made" "该文件不是检查点、已被更改，或并非由指定的密钥签名；请使用原始文件，以及生成签名密钥时输出的公钥";
    308 SigningKeyInvalid "SIGNING_KEY_INVALID" 422 Final "The file holds no signing key, which is 64 hexadecimal digits; use the file as it was made" "该文件不含签名密钥（须为 64 位十六进制数字）；请使用生成时的原始文件";
    309 CheckpointUnfit "CHECKPOINT_UNFIT" 409 Final "The evidence cannot end at this checkpoint: it is older than the newest audit entry of the batch, or not one of this ledger; make a new checkpoint" "证据包不能以该检查点结束：它早于该批次最新的审计条目，或不属于本账本；请生成新的检查点";
    // Copying a ledger into another database.
    110 LedgerMoved "LEDGER_MOVED" 409 Final "The ledger has moved or is moving, and is read-only here; use it in its new place, or abandon the copy" "账本已迁移或正在迁移，此处只读；请使用新位置，或放弃迁移";
    111 CopyUnfinished "COPY_UNFINISHED" 409 Later "This is an unfinished copy of a ledger; continue the copy, or use the original ledger" "这是尚未完成的账本副本；请继续复制，或使用原账本";
    112 CopyTargetNotEmpty "COPY_TARGET_NOT_EMPTY" 409 Final "The target is not empty; a ledger can be copied only into an empty target" "目标位置不为空；账本只能复制到空位置";
    113 CopySourceBusy "COPY_SOURCE_BUSY" 409 Later "Processes are still using the source ledger; stop them and try again" "源账本仍在被其他进程使用；请停止这些进程后重试";
    114 CopySourceChanged "COPY_SOURCE_CHANGED" 409 Final "The source ledger was written to after the copy began; start over with an empty target" "复制开始后源账本发生了变化；请使用空目标重新开始";
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
    fn every_code_reads_back_from_its_number_and_has_a_text_in_both_languages() {
        for code in Code::ALL {
            assert_eq!(Code::from_number(code.number()), Some(*code));
            assert!(!code.message(Language::English).is_empty());
            assert!(!code.message(Language::Chinese).is_ascii(), "{code}");
        }
    }
}
