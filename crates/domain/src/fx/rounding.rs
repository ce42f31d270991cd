//! How a conversion is rounded to the target's minor unit.
//!
//! To add a rounding mode, give [`Rounding`] a variant with the next free number and define in `Rounding::up`
//! when it rounds up.

use crate::stored_enum::stored_enum;

stored_enum! {
    /// What happens to the fraction below the target's minor unit.
    #[derive(Default)]
    Rounding {
        /// Half rounds up, away from zero: what people expect of money.
        #[default]
        HalfUp = 1 "half_up",
        /// Half rounds to the even neighbour, so that many conversions do not drift upwards.
        HalfEven = 2 "half_even",
        /// Always rounds down: the fraction below the minor unit stays with the ledger.
        Down = 3 "down",
    }
}

impl Rounding {
    /// Whether `floor + rest / unit` becomes `floor + 1`.
    pub(super) const fn up(self, floor: u128, rest: u128, unit: u128) -> bool {
        let below = unit - rest;
        match self {
            Self::HalfUp => rest >= below,
            Self::HalfEven => rest > below || (rest == below && floor % 2 == 1),
            Self::Down => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_modes_read_back_from_their_numbers_and_names() {
        for rounding in Rounding::ALL {
            assert_eq!(Rounding::from_number(rounding.number()), Some(rounding));
            assert_eq!(Rounding::from_name(rounding.name()), Some(rounding));
        }
        assert_eq!((Rounding::from_number(0), Rounding::default().name()), (None, "half_up"));
    }
}
