//! The amount of each row: its own, or its share of a total.

use super::row::NewRow;
use crate::Error;
use crate::payee::{Field, Wrong};
use domain::amount::Amount;
use domain::code::Code;
use domain::split;

/// Decimals of a ratio.
const RATIO_DECIMALS: u8 = 6;

/// A row's amount in minor units, none while it is missing, or what is wrong with it.
type RowAmount = Result<Option<i64>, Wrong>;

/// How row amounts are given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Amounts {
    /// Each row has its own.
    #[default]
    Custom,
    /// Each row has its own, or none yet: a draft waits for it.
    Open,
    /// A total, split equally.
    Equal {
        /// Major units.
        total: String,
    },
    /// The same amount for each row.
    Fixed {
        /// Major units.
        each: String,
    },
    /// A total, split in proportion to the rows' ratios.
    Ratio {
        /// Major units.
        total: String,
    },
}

impl Amounts {
    /// The same, in a draft, whose rows may wait for their amounts.
    #[must_use]
    pub fn of_draft(self) -> Self {
        if self == Self::Custom { Self::Open } else { self }
    }

    /// Each row's amount in minor units, none where it is still missing, or what is wrong with it.
    pub(super) fn of(&self, scale: u8, rows: &[NewRow]) -> Result<Vec<RowAmount>, Error> {
        let read = |text: &str| {
            Amount::parse(text, scale)
                .map_err(|code| Error::refused(code, text.chars().take(64).collect::<String>()))
        };
        let is_custom = matches!(self, Self::Custom | Self::Open);
        let is_ratio = matches!(self, Self::Ratio { .. });
        let stray =
            rows.iter().any(|row| (row.amount.is_some() && !is_custom) || (row.ratio.is_some() && !is_ratio));
        if stray {
            return Err(Error::refused(Code::AmountModeInvalid, "relations"));
        }
        let parts = match self {
            Self::Custom => return Ok(rows.iter().map(|row| own(row, scale).map(Some)).collect()),
            Self::Open => return Ok(rows.iter().map(|row| own_if_any(row, scale)).collect()),
            Self::Equal { total } => split::equal(read(total)?, rows.len())?,
            Self::Fixed { each } => split::fixed(read(each)?, rows.len())?,
            Self::Ratio { total } => return by_ratio(read(total)?, rows),
        };
        Ok(parts.into_iter().map(|part| Ok(Some(part.minor()))).collect())
    }
}

fn own_if_any(row: &NewRow, scale: u8) -> RowAmount {
    if row.amount.is_some() { own(row, scale).map(Some) } else { Ok(None) }
}

/// A row's own amount, in minor units.
pub(crate) fn own(row: &NewRow, scale: u8) -> Result<i64, Wrong> {
    let Some(text) = row.amount.as_deref() else {
        return Err(Wrong::new(Field::Amount, Code::AmountMissing, ""));
    };
    let wrong = |code| Wrong::new(Field::Amount, code, text);
    Amount::parse(text, scale).map(Amount::minor).map_err(wrong)
}

fn by_ratio(total: Amount, rows: &[NewRow]) -> Result<Vec<RowAmount>, Error> {
    let weight = |row: &NewRow| {
        let text = row.ratio.as_deref().unwrap_or_default();
        let read =
            Amount::parse(text, RATIO_DECIMALS).ok().and_then(|ratio| u64::try_from(ratio.minor()).ok());
        read.ok_or_else(|| Wrong::new(Field::Ratio, Code::RatioInvalid, text))
    };
    let weights: Vec<Result<u64, Wrong>> = rows.iter().map(weight).collect();
    if weights.iter().any(Result::is_err) {
        return Ok(weights.into_iter().map(|weight| weight.map(|_| Some(1))).collect());
    }
    let weights: Vec<u64> = weights.into_iter().flatten().collect();
    Ok(split::ratio(total, &weights)?.into_iter().map(|part| Ok(Some(part.minor()))).collect())
}
