//! How an amount is written.

/// Passes the rows of this table on; see [`super`].
macro_rules! amount_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
            200 AmountSign "AMOUNT_SIGN" 422 Final "Write the amount without a sign: 1250.00, not -1250.00, +1250.00 or (1250.00)" "金额不带正负号；请写作 1250.00，不要写作 -1250.00、+1250.00 或 (1250.00)";
            201 AmountLetters "AMOUNT_LETTERS" 422 Final "Write the amount without letters or currency symbols: 1250.00; state the currency separately" "金额不含文字或货币符号；请写作 1250.00，币种另行填写";
            202 AmountGroupMark "AMOUNT_GROUP_MARK" 422 Final "Write the amount without separators or spaces between its digits: 1250.00, not 1,250.00, 1 250.00 or 1'250.00; the decimal mark is a dot" "金额的数字之间不使用分隔符或空格；请写作 1250.00，不要写作 1,250.00、1 250.00 或 1'250.00；小数点为英文句点";
            203 AmountDecimalComma "AMOUNT_DECIMAL_COMMA" 422 Final "Use a dot as the decimal mark: 1250.50, not 1250,50" "小数点须用英文句点；请写作 1250.50，不要写作 1250,50";
            204 AmountExponent "AMOUNT_EXPONENT" 422 Final "Write the amount without an exponent: 1250.00, not 1.25e3" "金额不使用科学计数法；请写作 1250.00，不要写作 1.25e3";
            205 AmountDigitMissing "AMOUNT_DIGIT_MISSING" 422 Final "An amount needs a digit on both sides of the dot; write 0.50 or 5, not .50 or 5." "金额小数点前后都须有数字；请写作 0.50 或 5，不要写作 .50 或 5.";
            206 AmountDigits "AMOUNT_DIGITS" 422 Final "Write the amount in the digits 0 to 9: 1250.00, not １２５０.００" "金额只能使用半角数字 0 至 9；请写作 1250.00，不要写作 １２５０.００";
            207 AmountLeadingZero "AMOUNT_LEADING_ZERO" 422 Final "Write the amount without leading zeros: 7.50, not 007.50" "金额不能有前导零；请写作 7.50，不要写作 007.50";
            208 AmountBlank "AMOUNT_BLANK" 422 Final "Write the amount without spaces before or after it: 1250.00" "金额前后不含空格；请只写 1250.00";
        }
    };
}

pub(super) use amount_codes;
