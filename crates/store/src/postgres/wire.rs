//! Values on the wire: i64, text, blob, null, by the type that the server expects or returns.

use crate::error::StoreError;
use crate::value::{Column, Rows, Value};
use std::error::Error;
use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

type Outcome<T> = Result<T, Box<dyn Error + Sync + Send>>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Outcome<IsNull> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::I64(value) => number(*value, ty, out),
            Self::Text(value) => value.to_sql(ty, out),
            Self::Blob(value) => value.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A number in the width inferred for the parameter: `$1` next to a literal is narrower than a column.
fn number(value: i64, ty: &Type, out: &mut BytesMut) -> Outcome<IsNull> {
    match *ty {
        Type::INT8 => value.to_sql(ty, out),
        Type::INT4 => i32::try_from(value)?.to_sql(ty, out),
        Type::INT2 => i16::try_from(value)?.to_sql(ty, out),
        _ => Err(format!("a number cannot be sent as {ty}").into()),
    }
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Outcome<Self> {
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Self::I64),
            Type::INT4 => i32::from_sql(ty, raw).map(|v| Self::I64(v.into())),
            Type::INT2 => i16::from_sql(ty, raw).map(|v| Self::I64(v.into())),
            Type::BYTEA => Ok(Self::Blob(raw.to_vec())),
            Type::TEXT | Type::VARCHAR | Type::NAME => String::from_sql(ty, raw).map(Self::Text),
            _ => Err(format!("the result contains a {ty}, a type that Sluice does not use").into()),
        }
    }

    fn from_sql_null(_: &Type) -> Outcome<Self> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Appends a row to the result.
pub(super) fn read_row(row: &Row, rows: &mut Rows) -> Result<(), StoreError> {
    rows.width = row.len();
    for place in 0..row.len() {
        let value = row.try_get(place).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        rows.values.push(value);
    }
    Ok(())
}

/// The type of a column's values.
pub(super) const fn column_type(column: &Column) -> Type {
    match column {
        Column::I64(_) | Column::OptI64(_) | Column::Same(..) => Type::INT8,
        Column::Text(_) | Column::OptText(_) => Type::TEXT,
    }
}

/// The name of the array type that a column is sent as.
pub(super) const fn array_name(column: &Column) -> &'static str {
    match column {
        Column::I64(_) | Column::OptI64(_) | Column::Same(..) => "BIGINT[]",
        Column::Text(_) | Column::OptText(_) => "TEXT[]",
    }
}

/// A column as one array.
pub(super) fn array(column: Column) -> Box<dyn ToSql + Sync + Send> {
    match column {
        Column::I64(values) => Box::new(values),
        Column::OptI64(values) => Box::new(values),
        Column::Text(values) => Box::new(values),
        Column::OptText(values) => Box::new(values),
        Column::Same(value, rows) => Box::new(vec![value; rows]),
    }
}

/// One cell of a column, as COPY expects it.
pub(super) fn cell(column: &Column, row: usize) -> Option<&(dyn ToSql + Sync)> {
    match column {
        Column::I64(values) => values.get(row).map(|value| value as _),
        Column::OptI64(values) => values.get(row).map(|value| value as _),
        Column::Text(values) => values.get(row).map(|value| value as _),
        Column::OptText(values) => values.get(row).map(|value| value as _),
        Column::Same(value, _) => Some(value as _),
    }
}
