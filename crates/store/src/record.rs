//! Rows declared once: a noun's record is one list of fields, from which its struct, its columns in
//! statements and its reader are made. A field is read from the column of its own name, unless it names
//! others; to add a column, add its field and a migration.
//!
//! ```ignore
//! record! {
//!     /// A user.
//!     #[derive(Debug, Clone)]
//!     pub struct User {
//!         /// The id.
//!         pub id: i64,
//!         /// Who added the user.
//!         pub created_by: Author = "created_by, created_by_kind, created_by_id",
//!     }
//! }
//! ```
//!
//! gives `User::COLUMNS`, and `row.read()` returns a `User` from a row of these columns. Records and ids in a
//! tuple are read one after another. `inserted!` pairs the columns that rows are written to with their values.

use crate::error::StoreError;
use crate::value::{Cells, Column, Row};
use domain::access::Role;
use domain::account::{AccountKind, AccountStatus};
use domain::approval::{ApprovalAction, RoundCause};
use domain::batch::{BatchIntent, BatchMode, BatchState, BatchTally, BatchType};
use domain::code::Code;
use domain::event::EventKind;
use domain::id::{AccountId, AssetId, BatchId, FileId, HolderId, PostingId, TaskId, TransferId, WebhookId};
use domain::item::ItemState;
use domain::mail::MailState;
use domain::posting::PostingKind;
use domain::principal::Author;
use domain::task::{TaskState, TaskType};
use domain::transfer::TransferKind;
use domain::upload::FileKind;
use domain::webhook::delivery::{DeliveryFailure, DeliveryState};

/// What a field of a record can be.
pub(crate) trait Field: Sized {
    /// Reads it from the next cells of a row.
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError>;
}

/// What a column of inserted rows can hold.
pub(crate) trait Cell: Sized {
    /// Its value in every row.
    fn column(values: impl Iterator<Item = Self>) -> Column;
}

/// Declares a struct and how it is read from rows. A field after `plus` is no column; it begins as its
/// type's default. `with` names a function that reads a field in its own way.
macro_rules! record {
    (
        $(#[$meta:meta])* $vis:vis struct $name:ident {
            $($(#[$doc:meta])* $field_vis:vis $field:ident: $type:ty $(= $column:literal $(with $reader:path)?)?),+
            $(,)?
        }
        $(plus {
            $($(#[$plus_doc:meta])* $plus_vis:vis $plus:ident: $plus_type:ty),+ $(,)?
        })?
    ) => {
        $(#[$meta])*
        $vis struct $name {
            $($(#[$doc])* $field_vis $field: $type,)+
            $($($(#[$plus_doc])* $plus_vis $plus: $plus_type,)+)?
        }

        impl $name {
            /// Its columns, as written after `SELECT`.
            pub(crate) const COLUMNS: &'static str =
                $crate::record::record!(@list $(($field $($column)?))+);
        }

        impl $crate::record::Field for $name {
            fn read(cells: &mut $crate::value::Cells<'_>) -> Result<Self, $crate::error::StoreError> {
                Ok(Self {
                    $($field: $crate::record::record!(@read cells $($($reader)?)?),)+
                    $($($plus: Default::default(),)+)?
                })
            }
        }
    };
    (@list ($($first:tt)+) $(($($other:tt)+))*) => {
        concat!(
            $crate::record::record!(@column $($first)+)
            $(, ", ", $crate::record::record!(@column $($other)+))*
        )
    };
    (@column $field:ident) => { stringify!($field) };
    (@column $field:ident $column:literal) => { $column };
    (@read $cells:ident) => { $crate::record::Field::read($cells)? };
    (@read $cells:ident $reader:path) => { $reader($cells)? };
}
pub(crate) use record;

/// Declares the columns that rows are written to, each with its value: after `:` the value of `each` row,
/// after `=` the whole column. Gives the [`Insert`](crate::bulk::Insert) and the function that makes its
/// columns.
macro_rules! inserted {
    (
        $insert:ident into $table:literal,
        fn $columns:ident($rows:ident: $rows_type:ty $(, $given:ident: $given_type:ty)* $(,)?) each $each:ident {
            $($column:ident $sign:tt $value:expr),+ $(,)?
        }
    ) => {
        static $insert: $crate::bulk::Insert =
            $crate::bulk::Insert { table: $table, columns: &[$(stringify!($column)),+] };

        fn $columns($rows: $rows_type $(, $given: $given_type)*) -> Vec<$crate::value::Column> {
            vec![$($crate::record::inserted!(@column $sign $rows $each $value)),+]
        }
    };
    (@column : $rows:ident $each:ident $value:expr) => {
        $crate::record::Cell::column($rows.iter().map(|$each| $value))
    };
    (@column = $rows:ident $each:ident $value:expr) => { $value };
}
pub(crate) use inserted;

impl Row<'_> {
    /// Its values as a record, or a tuple of fields.
    pub(crate) fn read<T: Field>(self) -> Result<T, StoreError> {
        T::read(&mut self.cells())
    }
}

impl Field for i64 {
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        cells.i64()
    }
}

impl Field for Option<i64> {
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        cells.opt_i64()
    }
}

impl Field for String {
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        cells.text()
    }
}

impl Field for Option<String> {
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        cells.opt_text()
    }
}

impl<A: Field, B: Field> Field for (A, B) {
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok((A::read(cells)?, B::read(cells)?))
    }
}

impl<A: Field, B: Field, C: Field> Field for (A, B, C) {
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok((A::read(cells)?, B::read(cells)?, C::read(cells)?))
    }
}

/// Stored as 0 or 1.
impl Field for bool {
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(cells.i64()? == 1)
    }
}

/// The principal's name at that time, its kind and its id.
impl Field for Author {
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        cells.author()
    }
}

impl Field for BatchTally {
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            total_count: cells.i64()?,
            total_amount: cells.i64()?,
            success_count: cells.i64()?,
            success_amount: cells.i64()?,
            failed_count: cells.i64()?,
            failed_amount: cells.i64()?,
            skipped_count: cells.i64()?,
            fee_amount: cells.i64()?,
            flight_count: cells.i64()?,
            flight_amount: cells.i64()?,
            unknown_count: cells.i64()?,
        })
    }
}

impl Cell for i64 {
    fn column(values: impl Iterator<Item = Self>) -> Column {
        Column::I64(values.collect())
    }
}

impl Cell for Option<i64> {
    fn column(values: impl Iterator<Item = Self>) -> Column {
        Column::OptI64(values.collect())
    }
}

impl Cell for String {
    fn column(values: impl Iterator<Item = Self>) -> Column {
        Column::Text(values.collect())
    }
}

impl Cell for Option<String> {
    fn column(values: impl Iterator<Item = Self>) -> Column {
        Column::OptText(values.collect())
    }
}

macro_rules! ids {
    ($($id:ident)+) => {$(
        impl Field for $id {
            fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
                cells.i64().map($id)
            }
        }
        impl Field for Option<$id> {
            fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
                Ok(cells.opt_i64()?.map($id))
            }
        }
        impl Cell for $id {
            fn column(values: impl Iterator<Item = Self>) -> Column {
                Column::I64(values.map(|id| id.0).collect())
            }
        }
        impl Cell for Option<$id> {
            fn column(values: impl Iterator<Item = Self>) -> Column {
                Column::OptI64(values.map(|id| id.map(|id| id.0)).collect())
            }
        }
    )+};
}

macro_rules! stored {
    ($($stored:ident)+) => {$(
        impl Field for $stored {
            fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
                cells.stored(Self::from_number)
            }
        }
        impl Field for Option<$stored> {
            fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
                cells.opt_stored($stored::from_number)
            }
        }
        impl Cell for $stored {
            fn column(values: impl Iterator<Item = Self>) -> Column {
                Column::I64(values.map(Self::number).collect())
            }
        }
        impl Cell for Option<$stored> {
            fn column(values: impl Iterator<Item = Self>) -> Column {
                Column::OptI64(values.map(|stored| stored.map($stored::number)).collect())
            }
        }
    )+};
}

ids! { AccountId AssetId BatchId FileId HolderId PostingId TaskId TransferId WebhookId }
stored! {
    AccountKind AccountStatus ApprovalAction BatchIntent BatchMode BatchState BatchType Code DeliveryFailure
    DeliveryState EventKind FileKind ItemState MailState PostingKind Role RoundCause TaskState TaskType TransferKind
}
