//! Batches in the operator's API: document 000's paths, fields and statuses.
//!
//! `input` has the request bodies, `view` the response bodies, `words` the enumerations; every other file is
//! one operation or a few related ones.

mod attempts;
mod copy;
mod create;
mod draft;
mod edit;
mod found;
mod history;
mod input;
mod lifecycle;
mod list;
mod note;
mod path;
mod preview;
mod problems;
mod relations;
mod reprice;
mod rework;
mod view;
mod words;

/// The largest body of any operation.
pub(crate) use input::RELATIONS_BYTES_MAX as BODY_BYTES_MAX;

use crate::routes::{Routes, View};
use domain::access::Operation as O;
use domain::code::Code;
use utoipa_axum::routes;

/// The codes of operations that accept relations, plus the given ones.
macro_rules! taking_relations {
    ($($more:ident)*) => {
        &[
            $(Code::$more,)*
            Code::NameInvalid, Code::TextTooLong, Code::NulByte, Code::BatchEmpty, Code::BatchRowsInvalid,
            Code::SystemAccount, Code::SourceClosed, Code::SourceFrozen, Code::TargetClosed, Code::TargetFrozen,
            Code::SameAccount, Code::CurrencyMismatch, Code::RateNotFound, Code::AmountFormat,
            Code::AmountSign, Code::AmountLetters, Code::AmountGroupMark, Code::AmountDecimalComma,
            Code::AmountExponent, Code::AmountDigitMissing, Code::AmountDigits, Code::AmountLeadingZero,
            Code::AmountBlank, Code::AmountPrecision, Code::AmountTooLarge, Code::AmountNotPositive, Code::AmountMissing,
            Code::BelowMinimum, Code::AboveMaximum, Code::BatchAboveMaximum, Code::AmountModeInvalid,
            Code::RatioInvalid, Code::PayeeNotFound, Code::PayeeAmbiguous, Code::PayeeMissing,
            Code::PayeeConflict, Code::DuplicateTarget, Code::DuplicateSource, Code::ControlCharacter,
            Code::InvisibleCharacter, Code::FullWidthDigits, Code::MixedScripts, Code::NumberSpaces, Code::IdInvalid, Code::ExchangeTooSmall, Code::TargetAboveMaximum,
            Code::ExternalIdInvalid, Code::ExternalIdUsed, Code::ExternalIdRepeated,
        ]
    };
}

const CREATE: &[Code] = taking_relations!(RateModeInvalid BatchSideInvalid SourceNotFound TargetNotFound AssetUnknown BatchTooLargeForAtomic BatchSimilar);
const EDIT: &[Code] = taking_relations!(BatchNotFound BatchState DraftChanged IfMatchInvalid);
const ADD: &[Code] = taking_relations!(BatchNotFound BatchState DraftChanged IfMatchInvalid FileTooLarge);
const BEGIN: &[Code] = &[Code::BatchNotFound, Code::BatchState, Code::BatchAboveMaximum, Code::RateChanged];
const REWORK: &[Code] =
    &[Code::BatchNotFound, Code::ItemNotFound, Code::BatchState, Code::ItemState, Code::RateChanged];
const CANCEL: &[Code] = &[
    Code::BatchNotFound,
    Code::BatchCannotCancel,
    Code::BatchCancelled,
    Code::BatchState,
    Code::Forbidden,
    Code::NulByte,
    Code::TextTooLong,
];
const RESUME: &[Code] = &[
    Code::BatchNotFound,
    Code::BatchState,
    Code::BatchNotResumable,
    Code::BatchAboveMaximum,
    Code::RateChanged,
];
const NOTED: &[Code] = &[Code::BatchNotFound, Code::BatchState, Code::NulByte, Code::TextTooLong];

pub(crate) fn routes() -> Routes {
    let operator = View::Operator;
    Routes::new()
        .add_to(operator, O::BatchCreate, routes!(create::create), CREATE)
        .add_to(operator, O::BatchList, routes!(list::list), &[Code::CursorInvalid, Code::RangeReversed])
        .add_to(operator, O::PreviewNew, routes!(preview::preview_new), CREATE)
        .add_to(operator, O::BatchShow, routes!(list::show), &[Code::BatchNotFound])
        .add_to(operator, O::BatchEdit, routes!(edit::edit), EDIT)
        .add_to(operator, O::RelationAdd, routes!(edit::add), ADD)
        .add_to(
            operator,
            O::RelationDelete,
            routes!(edit::delete),
            &[
                Code::BatchNotFound,
                Code::ItemNotFound,
                Code::BatchState,
                Code::DraftChanged,
                Code::IfMatchInvalid,
            ],
        )
        .add_to(
            operator,
            O::BatchSubmit,
            routes!(lifecycle::submit),
            &[
                Code::BatchNotFound,
                Code::BatchState,
                Code::BatchEmpty,
                Code::BatchTooLargeForAtomic,
                Code::BatchAboveMaximum,
                Code::ProblemsOpen,
                Code::DraftChanged,
                Code::IfMatchInvalid,
                Code::NulByte,
                Code::TextTooLong,
                Code::RateNotFound,
                Code::LinkedItemSettled,
                Code::BatchSimilar,
                Code::ControlCharacter,
                Code::InvisibleCharacter,
            ],
        )
        .add_to(
            operator,
            O::BatchCopy,
            routes!(copy::copy),
            &[
                Code::BatchNotFound,
                Code::BatchState,
                Code::BatchEmpty,
                Code::NameInvalid,
                Code::NulByte,
                Code::TextTooLong,
                Code::ControlCharacter,
                Code::InvisibleCharacter,
            ],
        )
        .add_to(
            operator,
            O::BatchReprice,
            routes!(reprice::reprice),
            &[
                Code::BatchNotFound,
                Code::BatchState,
                Code::BatchEmpty,
                Code::BatchKeepsNoRate,
                Code::RateNotFound,
            ],
        )
        .add_to(operator, O::BatchPreview, routes!(preview::preview), &[Code::BatchNotFound])
        .add_to(operator, O::BatchExecute, routes!(lifecycle::execute), BEGIN)
        .add_to(operator, O::BatchPause, routes!(lifecycle::pause), NOTED)
        .add_to(operator, O::BatchResume, routes!(lifecycle::resume), RESUME)
        .add_to(operator, O::BatchCancel, routes!(lifecycle::cancel), CANCEL)
        .add_to(operator, O::RelationRetry, routes!(rework::retry), REWORK)
        .add_to(
            operator,
            O::BatchRetry,
            routes!(rework::retry_failed),
            &[Code::BatchNotFound, Code::BatchState, Code::RateChanged],
        )
        .add_to(
            operator,
            O::RelationSkip,
            routes!(rework::skip),
            &[
                Code::BatchNotFound,
                Code::ItemNotFound,
                Code::BatchState,
                Code::ItemState,
                Code::NulByte,
                Code::TextTooLong,
            ],
        )
        .add_to(operator, O::BatchSkipFailed, routes!(rework::skip_failed), NOTED)
        .add_to(
            operator,
            O::RelationList,
            routes!(relations::relations),
            &[Code::BatchNotFound, Code::CursorInvalid],
        )
        .add_to(
            operator,
            O::ProblemList,
            routes!(problems::list),
            &[Code::BatchNotFound, Code::CursorInvalid],
        )
        .add_to(
            operator,
            O::ProblemDrop,
            routes!(problems::drop),
            &[Code::BatchNotFound, Code::BatchState, Code::ProblemsOpen],
        )
        .add_to(
            operator,
            O::RelationHistory,
            routes!(attempts::attempts),
            &[Code::BatchNotFound, Code::ItemNotFound],
        )
        .add_to(operator, O::BatchHistory, routes!(history::history), &[Code::BatchNotFound])
}
