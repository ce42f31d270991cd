//! Statement texts put together while compiling, so that a statement names the columns of a record and the
//! states it means, not their numbers: `sql!("SELECT ", Item::COLUMNS, " FROM item WHERE state = ",
//! [ItemState::Failed])`. A piece in brackets has a stored number; every other piece is a text.

/// A piece of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Piece {
    /// Taken as it is.
    Text(&'static str),
    /// The number of a stored enum.
    Number(i64),
}

/// The pieces as one `&'static str`.
macro_rules! sql {
    (@pieces [$($done:expr,)*]) => { [$($done,)*] };
    (@pieces [$($done:expr,)*] [$stored:expr] $(, $($rest:tt)*)?) => {
        $crate::sql::sql!(@pieces [$($done,)* $crate::sql::Piece::Number($stored.number()),] $($($rest)*)?)
    };
    (@pieces [$($done:expr,)*] $text:expr $(, $($rest:tt)*)?) => {
        $crate::sql::sql!(@pieces [$($done,)* $crate::sql::Piece::Text($text),] $($($rest)*)?)
    };
    ($($piece:tt)+) => {{
        const PIECES: &[$crate::sql::Piece] = &$crate::sql::sql!(@pieces [] $($piece)+);
        const BYTES: [u8; $crate::sql::length(PIECES)] = $crate::sql::join(PIECES);
        const TEXT: &str = $crate::sql::text(&BYTES);
        TEXT
    }};
}
pub(crate) use sql;

/// The length of all pieces together.
#[expect(clippy::indexing_slicing, reason = "runs in the compiler, which reports a wrong index")]
pub(crate) const fn length(pieces: &[Piece]) -> usize {
    let (mut length, mut at) = (0, 0);
    while at < pieces.len() {
        length += match pieces[at] {
            Piece::Text(text) => text.len(),
            Piece::Number(number) => digits(number),
        };
        at += 1;
    }
    length
}

/// How many digits a number has; stored numbers are not negative.
const fn digits(number: i64) -> usize {
    let (mut rest, mut digits) = (number / 10, 1);
    while rest > 0 {
        (rest, digits) = (rest / 10, digits + 1);
    }
    digits
}

/// The pieces, one after another.
#[expect(clippy::indexing_slicing, reason = "runs in the compiler, which reports a wrong index")]
pub(crate) const fn join<const LENGTH: usize>(pieces: &[Piece]) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    let (mut end, mut piece) = (0, 0);
    while piece < pieces.len() {
        let mut at = end;
        match pieces[piece] {
            Piece::Text(text) => {
                end += text.len();
                while at < end {
                    bytes[at] = text.as_bytes()[at + text.len() - end];
                    at += 1;
                }
            }
            Piece::Number(number) => {
                end += digits(number);
                let mut rest = number.unsigned_abs();
                let mut place = end;
                while place > at {
                    place -= 1;
                    bytes[place] = b'0' + (rest % 10) as u8;
                    rest /= 10;
                }
            }
        }
        piece += 1;
    }
    bytes
}

/// The bytes of texts are a text.
pub(crate) const fn text(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use domain::batch::BatchState::{self, Cancelled, Draft};

    #[test]
    fn texts_and_numbers_are_joined() {
        const COLUMNS: &str = "id, grün";
        let text =
            sql!("SELECT ", COLUMNS, " FROM t WHERE s IN (", [BatchState::Draft], ", ", [Cancelled], ")");
        let (draft, cancelled) = (Draft.number(), Cancelled.number());
        assert_eq!(text, format!("SELECT id, grün FROM t WHERE s IN ({draft}, {cancelled})"));
        assert!(cancelled > 9, "has two digits");
        assert_eq!(sql!("a"), "a");
    }
}
