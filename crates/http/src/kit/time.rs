//! Times in requests and responses.

use crate::kit::problem::Problem;
use domain::code::Code;
use jiff::Timestamp;

/// Microseconds since 1970 as RFC 3339 in UTC.
pub(crate) fn wire(micros: i64) -> String {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// A time in a query, as microseconds since 1970.
pub(crate) fn read(name: &str, text: Option<&str>) -> Result<Option<i64>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let read: Result<Timestamp, _> = text.parse();
    let wrong =
        |_| Problem::about(Code::QueryInvalid, format!("{name}: a time such as 2026-01-31T09:00:00Z"));
    read.map(|time| Some(time.as_microsecond())).map_err(wrong)
}
