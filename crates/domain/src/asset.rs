//! Assets: what an account is denominated in, and how many decimals it has.
//!
//! To add a widely known token, add a row to `TOKENS`. A ledger's own token needs no code change:
//! `sluice asset add` takes any code and scale that [`check_new`] accepts.

use iso_currency::Currency;

use crate::amount::SCALE_MAX;
use crate::code::Code;
use crate::id::AssetId;

/// Tokens outside ISO 4217 with a well-known scale.
const TOKENS: &[(&str, u8)] = &[("USDT", 6), ("USDC", 6)];

/// Currencies that `iso_currency` calls superseded although ISO 4217 still lists them.
const STILL_IN_USE: &[Currency] = &[Currency::VES];

/// A currency or token. Its scale never changes: every stored amount depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// The number in the database.
    pub id: AssetId,
    /// Its code, such as `USD`.
    pub code: String,
    /// How many decimals its amounts have.
    pub scale: u8,
}

/// The scale of a currency in use or of a known token. Withdrawn currencies, metals and test codes have none:
/// their scale must be given when they are added.
#[must_use]
pub fn known_scale(code: &str) -> Option<u8> {
    TOKENS.iter().find(|(token, _)| *token == code).map(|(_, scale)| *scale).or_else(|| iso_scale(code))
}

fn iso_scale(code: &str) -> Option<u8> {
    let currency = Currency::from_code(code)?;
    let withdrawn = currency.is_superseded().is_some() && !STILL_IN_USE.contains(&currency);
    let scale = u8::try_from(currency.exponent()?).ok()?;
    (!withdrawn && scale <= SCALE_MAX).then_some(scale)
}

/// Whether an asset can be added: its code has 3 to 12 capital letters or digits, so that it has one spelling
/// in every file and terminal, and its scale is at most [`SCALE_MAX`].
pub fn check_new(code: &str, scale: u8) -> Result<(), Code> {
    let spelled = code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if spelled && (3..=12).contains(&code.len()) && scale <= SCALE_MAX {
        Ok(())
    } else {
        Err(Code::AssetInvalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(table: &str, got: impl Fn(&str) -> String) {
        for line in table.lines().map(str::trim).filter(|l| !l.is_empty()) {
            let (input, expected) = line.split_once('|').unwrap();
            assert_eq!(got(input.trim()), expected.trim(), "{line}");
        }
    }

    #[test]
    fn known_scales_are_those_of_the_standard() {
        check(
            "USD  | 2
             CNY  | 2
             JPY  | 0
             KRW  | 0
             BHD  | 3
             KWD  | 3
             CLF  | 4
             VES  | 2
             USDT | 6
             USDC | 6
             HRK  | none
             DEM  | none
             XAU  | none
             XTS  | none
             XXX  | none
             usd  | none
             ABC  | none
                  | none",
            |code| known_scale(code).map_or("none".to_owned(), |scale| scale.to_string()),
        );
    }

    #[test]
    fn a_new_asset_has_one_spelling_and_a_scale_that_fits() {
        check(
            "BTC 8            | ok
             POINTS 0         | ok
             ABCDEFGHIJK9 2   | ok
             ABCDEFGHIJKL9 2  | CURRENCY_INVALID
             AB 2             | CURRENCY_INVALID
             usd 2            | CURRENCY_INVALID
             U-D 2            | CURRENCY_INVALID
             ＵＳＤ 2         | CURRENCY_INVALID
             ETH 9            | CURRENCY_INVALID",
            |input| {
                let (code, scale) = input.split_once(' ').unwrap();
                check_new(code, scale.parse().unwrap()).map_or_else(|c| c.to_string(), |()| "ok".to_owned())
            },
        );
    }
}
