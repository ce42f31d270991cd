//! Codes by where they come from. The API lists the codes of an operation by these groups, so that a new code of
//! a posting or a row is one line in the table of codes and one word here.
//!
//! To add a code: put it into the group of the rule that refuses it. A group may contain other groups, in
//! brackets. A code that belongs to one operation alone needs no group.

use super::Code;

macro_rules! groups {
    ($($(#[$doc:meta])* $name:ident: [$($part:ident)*] $($code:ident)*;)*) => {$(
        $(#[$doc])*
        pub const $name: &[Code] = {
            const PARTS: &[&[Code]] = &[$($part,)* &[$(Code::$code,)*]];
            &join::<{ count(PARTS) }>(PARTS)
        };
    )*};
}

groups! {
    /// A note or remark.
    NOTE: [] TextTooLong NulByte;
    /// A text that other people read, such as a memo.
    TEXT: [NOTE] ControlCharacter InvisibleCharacter;
    /// A name.
    NAME_TEXT: [TEXT] NameInvalid;
    /// An account's id or number.
    ACCOUNT_REFERENCE: [] IdInvalid IdUntagged FullWidthDigits InvisibleCharacter MixedScripts NumberSpaces;
    /// A holder's details.
    HOLDER_DETAILS: []
        NameInvalid EmailInvalid UidInvalid InvisibleCharacter MixedScripts FullWidthDigits NulByte HolderExists
        HolderNotFound;
    /// An amount written as text, in major units.
    AMOUNT_TEXT: []
        AmountFormat AmountSign AmountLetters AmountGroupMark AmountDecimalComma AmountExponent AmountDigitMissing
        AmountDigits AmountLeadingZero AmountBlank AmountPrecision AmountTooLarge;
    /// The two accounts of a payment, and their currencies.
    PARTIES: []
        SystemAccount SourceClosed SourceFrozen TargetClosed TargetFrozen SameAccount CurrencyMismatch RateNotFound;
    /// An amount against the limits of a single transfer.
    AMOUNT: [] AmountNotPositive BelowMinimum AboveMaximum ExchangeTooSmall TargetAboveMaximum;
    /// Every refusal of a posting, whether it is decided before or while money moves.
    POSTING: [PARTIES AMOUNT]
        SourceNotFound TargetNotFound RateInvalid ExchangeMismatch AmountTooLarge DayLimit MonthLimit FeeOverflow
        InsufficientBalance InsufficientForFee BalanceOverflow;
    /// Reading or storing a secret.
    SECRET: [] MasterKeyMissing MasterKeyWrong SecretUnreadable;
    /// A one-time code.
    ONE_TIME_CODE: [SECRET] TotpCodeInvalid TotpCodeUsed LoginThrottled;
    /// The codes of debited accounts.
    DEBIT: [ONE_TIME_CODE] VerificationCodeRequired FactorRequired TotpNotEnrolled;
    /// Everything about a single transfer.
    TRANSFER: [POSTING NOTE ACCOUNT_REFERENCE DEBIT]
        ApprovalRequired RateOutOfBounds RateOverrideInvalid DateInvalid DateOutOfRange VoucherInvalid;
    /// The rows of a batch, which are checked before any of them is paid.
    ROWS: [NAME_TEXT PARTIES AMOUNT AMOUNT_TEXT]
        BatchEmpty BatchRowsInvalid BatchAboveMaximum AmountMissing AmountModeInvalid RatioInvalid PayeeNotFound
        PayeeAmbiguous PayeeMissing PayeeConflict DuplicateTarget DuplicateSource FullWidthDigits MixedScripts
        NumberSpaces IdInvalid ExternalIdInvalid ExternalIdUsed ExternalIdRepeated OutsideShape;
    /// A file that is read as a table, as a whole or row by row.
    FILE: []
        FileUnsupported FileNoRows FileTooLarge FileEncrypted FileDamaged EncodingUnknown ColumnMissing ColumnDuplicate
        ColumnUndecided TooManyColumns QuoteNotClosed FieldTooLong FieldCount NulByte InvalidUtf8 ArchiveParts
        ArchiveExpands XmlDtd CellTooFar SheetUndecided SheetNotFound LineInvalid ValueNested NameUnexpected
        AmountStyle DigitsLost DateForNumber CellError FormulaNoValue CellsMerged;
    /// A change of a batch's state.
    BATCH: [] BatchNotFound BatchState;
    /// The submission of a batch, as far as approvals are concerned.
    SUBMITTED: [] ApprovalUnreachable;
    /// The execution of a batch, as far as approvals are concerned.
    APPROVED: [] BatchNotApproved ApprovalExpired ContentChanged;
    /// A decision about a batch.
    DECISION: [BATCH TEXT]
        BatchNotPending CannotApproveOwn ContentChanged NotAnApprover ApprovalRepeated Forbidden;
    /// An edit of a draft, based on a version of it.
    DRAFT: [BATCH] DraftChanged IfMatchInvalid;
    /// A change of one item.
    ITEM: [BATCH] ItemNotFound ItemState;
    /// A change that asks the person for a second factor.
    STEP_UP: [] FactorRequired TotpNotEnrolled TotpCodeInvalid TotpCodeUsed LoginThrottled MasterKeyMissing
        MasterKeyWrong SecretUnreadable;
    /// The details of a webhook.
    WEBHOOK: [] NameInvalid WebhookUrlInvalid WebhookAddressRefused WebhookEventsInvalid;
    /// The content of a stored file.
    STORED_FILE: [] StoredFileNotFound StoredFileGone FileElsewhere FileMissing FilesUnavailable;
    /// An upload.
    UPLOAD: [] UploadTooLarge UploadQuota UploadUnsupported UploadEmpty FilesUnavailable NameInvalid;
    /// A range of days.
    RANGE: [] DateInvalid RangeReversed;
}

/// The number of codes, repetitions included.
const fn count(mut groups: &[&[Code]]) -> usize {
    let mut count = 0;
    while let [group, more @ ..] = groups {
        count += group.len();
        groups = more;
    }
    count
}

/// Joins groups at compile time. `N` is their [`count`].
const fn join<const N: usize>(mut groups: &[&[Code]]) -> [Code; N] {
    let mut joined = [Code::ServerFault; N];
    let mut free: &mut [Code] = &mut joined;
    while let [group, more @ ..] = groups {
        let mut codes = *group;
        while let [code, others @ ..] = codes {
            if let [place, after @ ..] = free {
                *place = *code;
                free = after;
            }
            codes = others;
        }
        groups = more;
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_contains_the_codes_of_its_parts_in_order() {
        assert_eq!(NOTE, [Code::TextTooLong, Code::NulByte]);
        assert_eq!(TEXT, [NOTE, &[Code::ControlCharacter, Code::InvisibleCharacter]].concat());
        assert_eq!(DRAFT, [BATCH, &[Code::DraftChanged, Code::IfMatchInvalid]].concat());
        assert!([PARTIES, AMOUNT].concat().iter().all(|code| POSTING.contains(code) && ROWS.contains(code)));
    }

    #[test]
    fn every_posting_refusal_of_the_table_is_in_a_group() {
        // The amount's spelling is checked before a posting exists.
        let grouped = [POSTING, AMOUNT_TEXT].concat();
        let end = Code::ALL.iter().position(|code| *code == Code::TransferNotFound).unwrap();
        for code in &Code::ALL[..end] {
            assert!(grouped.contains(code), "{code}");
        }
    }
}
