//! Holders, accounts, currencies, policies and rates.

/// Passes the rows of this table on; see [`super`].
macro_rules! account_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
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
        }
    };
}

pub(super) use account_codes;
