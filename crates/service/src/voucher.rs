//! Vouchers as they are given and stored.

use crate::Error;
use domain::code::Code;
use domain::visible::shown;
use domain::voucher::Voucher;

/// The most vouchers of one transfer or batch.
const VOUCHERS_MAX: usize = 20;

/// Vouchers as they are stored; one that is none, or too many, refuse all.
pub(crate) fn read_vouchers(given: &[String]) -> Result<Vec<String>, Error> {
    if given.len() > VOUCHERS_MAX {
        return Err(Error::refused(Code::VoucherInvalid, given.len().to_string()));
    }
    let read = |text: &String| {
        Voucher::parse(text).map(String::from).map_err(|code| Error::refused(code, shown(text)))
    };
    given.iter().map(read).collect()
}
