//! How a conversion is rounded to the target's minor unit.
//!
//! To add a rounding mode, give [`Rounding`] a variant with the next free number and define in `Rounding::up`
//! when it rounds up.

/// What happens to the fraction below the target's minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Rounding {
    /// Half rounds up, away from zero: what people expect of money.
    #[default]
    HalfUp,
    /// Half rounds to the even neighbour, so that many conversions do not drift upwards.
    HalfEven,
    /// Always rounds down: the fraction below the minor unit stays with the ledger.
    Down,
}

impl Rounding {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::HalfUp, Self::HalfEven, Self::Down];

    /// The stored number; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::HalfUp => 1,
            Self::HalfEven => 2,
            Self::Down => 3,
        }
    }

    /// The mode with this stored number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|rounding| rounding.number() == number)
    }

    /// The mode with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rounding| rounding.name() == name)
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HalfUp => "half_up",
            Self::HalfEven => "half_even",
            Self::Down => "down",
        }
    }

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
