//! Batches, the operator's view: document 000's paths, fields and statuses.
//!
//! `input` is what is sent, `view` what is shown, `words` the values that fields take; each other file is
//! a verb or a few that belong together.

mod create;
mod edit;
mod history;
mod input;
mod lifecycle;
mod list;
mod path;
mod preview;
mod relations;
mod rework;
mod time;
mod view;
mod words;

use crate::routes::{Routes, View};
use domain::access::Operation as O;
use domain::code::Code;
use utoipa_axum::routes;

/// The codes of operations that take relations, and more.
macro_rules! taking_relations {
    ($($more:ident)*) => {
        &[
            $(Code::$more,)*
            Code::NameInvalid, Code::TextTooLong, Code::NulByte, Code::BatchEmpty, Code::BatchRowsInvalid,
            Code::SystemAccount, Code::SourceClosed, Code::SourceFrozen, Code::TargetClosed, Code::TargetFrozen,
            Code::SameAccount, Code::CurrencyMismatch, Code::RateNotFound, Code::AmountFormat,
            Code::AmountPrecision, Code::AmountTooLarge, Code::AmountNotPositive, Code::AmountMissing,
            Code::BelowMinimum, Code::AboveMaximum, Code::BatchAboveMaximum, Code::AmountModeInvalid,
            Code::RatioInvalid, Code::PayeeNotFound, Code::PayeeAmbiguous, Code::PayeeMissing,
            Code::PayeeConflict, Code::DuplicateTarget, Code::DuplicateSource,
        ]
    };
}

const CREATE: &[Code] =
    taking_relations!(BatchSideInvalid SourceNotFound TargetNotFound AssetUnknown BatchTooLargeForAtomic);
const EDIT: &[Code] = taking_relations!(BatchNotFound BatchState);
const ADD: &[Code] = taking_relations!(BatchNotFound BatchState FileTooLarge);
const BEGIN: &[Code] = &[Code::BatchNotFound, Code::BatchState, Code::BatchAboveMaximum];
const REWORK: &[Code] = &[Code::BatchNotFound, Code::ItemNotFound, Code::BatchState, Code::ItemState];
const CANCEL: &[Code] =
    &[Code::BatchNotFound, Code::BatchCannotCancel, Code::Forbidden, Code::NulByte, Code::TextTooLong];

pub(crate) fn routes() -> Routes {
    let operator = View::Operator;
    Routes::new()
        .add_to(operator, O::BatchCreate, routes!(create::create), CREATE)
        .add_to(operator, O::BatchList, routes!(list::list), &[Code::CursorInvalid, Code::DateRangeInvalid])
        .add_to(operator, O::PreviewNew, routes!(preview::preview_new), CREATE)
        .add_to(operator, O::BatchShow, routes!(list::show), &[Code::BatchNotFound])
        .add_to(operator, O::BatchEdit, routes!(edit::edit), EDIT)
        .add_to(operator, O::RelationAdd, routes!(edit::add), ADD)
        .add_to(
            operator,
            O::RelationDelete,
            routes!(edit::delete),
            &[Code::BatchNotFound, Code::ItemNotFound, Code::BatchState],
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
            ],
        )
        .add_to(operator, O::BatchPreview, routes!(preview::preview), &[Code::BatchNotFound])
        .add_to(operator, O::BatchExecute, routes!(lifecycle::execute), BEGIN)
        .add_to(operator, O::BatchPause, routes!(lifecycle::pause), &[Code::BatchNotFound, Code::BatchState])
        .add_to(operator, O::BatchResume, routes!(lifecycle::resume), BEGIN)
        .add_to(operator, O::BatchCancel, routes!(lifecycle::cancel), CANCEL)
        .add_to(operator, O::RelationRetry, routes!(rework::retry), REWORK)
        .add_to(
            operator,
            O::BatchRetry,
            routes!(rework::retry_failed),
            &[Code::BatchNotFound, Code::BatchState],
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
        .add_to(
            operator,
            O::RelationList,
            routes!(relations::relations),
            &[Code::BatchNotFound, Code::CursorInvalid],
        )
        .add_to(operator, O::BatchHistory, routes!(history::history), &[Code::BatchNotFound])
}
