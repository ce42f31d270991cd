//! A value of an export, before it is known in which form it is written.

/// An amount of money, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money<'a> {
    /// Minor units; may be negative.
    pub minor: i128,
    /// The currency's number of decimals.
    pub scale: u8,
    /// The currency's code, by which amounts are summed.
    pub currency: &'a str,
}

/// An exact decimal number that is not money: the digits without the dot, and how many of them are decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixed {
    /// All digits as one number.
    pub digits: i64,
    /// How many are decimals.
    pub scale: u8,
}

/// A time, microseconds UTC since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub i64);

/// A date, days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub i64);

/// A JSON value as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<'a>(pub &'a str);

/// A value of a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cell<'a> {
    /// No value.
    #[default]
    Empty,
    /// A text that somebody wrote, or a word of ours in a column of words.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// An amount.
    Money(Money<'a>),
    /// A decimal number.
    Fixed(Fixed),
    /// A time.
    Moment(Moment),
    /// A date.
    Day(Day),
    /// A JSON value.
    Json(Json<'a>),
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

macro_rules! cells {
    ($($kind:ty => $variant:ident)*) => {$(
        impl<'a> From<$kind> for Cell<'a> {
            fn from(value: $kind) -> Self {
                Self::$variant(value)
            }
        }
    )*};
}

cells! {
    i64 => Integer
    Money<'a> => Money
    Fixed => Fixed
    Moment => Moment
    Day => Day
    Json<'a> => Json
}

impl<'a, T: Into<Self>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}
