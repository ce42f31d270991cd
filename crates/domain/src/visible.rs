//! Which characters a reader can see, and how received text is quoted in problems and details.
//!
//! A refusal quotes what was sent; [`shown`] escapes what would be invisible in the quotation.

use crate::code::Code;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// The most characters that [`shown`] returns.
pub const SHOWN_MAX: usize = 64;

/// Symbols and marks with an empty glyph that Unicode does not list as ignorable.
const EMPTY_GLYPHS: &[char] = &['\u{2800}', '\u{16fe4}', '\u{1d159}'];

/// Whether the character is visible: a letter, mark, digit, sign or symbol, or the plain space. Invisible are
/// controls, other spaces, zero-width characters, variation selectors, and characters without glyphs (private
/// use, unassigned).
#[must_use]
pub fn is_seen(c: char) -> bool {
    if c.is_ascii() {
        return c == ' ' || c.is_ascii_graphic();
    }
    let blank = EMPTY_GLYPHS.contains(&c) || is_ignorable(c);
    let group = c.general_category_group();
    !blank && !matches!(group, GeneralCategoryGroup::Separator | GeneralCategoryGroup::Other)
}

/// Default_Ignorable_Code_Point: exactly what the UTS 39 skeleton drops.
pub(crate) fn is_ignorable(c: char) -> bool {
    unicode_security::skeleton(c.encode_utf8(&mut [0; 4])).next().is_none()
}

/// Whether the character changes the text direction (UAX 9): marks, embeddings, overrides, isolates.
#[must_use]
pub const fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a combining mark can attach to the character.
const fn is_base(c: char) -> bool {
    c != ' '
}

fn is_mark(c: char) -> bool {
    !c.is_ascii() && c.general_category_group() == GeneralCategoryGroup::Mark
}

/// Received text, quoted for problems and details: at most [`SHOWN_MAX`] characters, with an ellipsis where
/// it was cut. Invisible characters are escaped, as in `\u{200b}`.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut shown = Bounded::default();
    let mut based = false;
    for c in text.chars() {
        let plain = is_seen(c) && (based || !is_mark(c));
        based = plain && is_base(c);
        let fits = if plain { shown.push(c) } else { shown.push_all(c.escape_unicode()) };
        if !fits {
            break;
        }
    }
    shown.finish()
}

/// A text that stops growing at [`SHOWN_MAX`] and records where an ellipsis fits.
#[derive(Default)]
struct Bounded {
    text: String,
    count: usize,
    /// The byte length of the longest prefix that leaves room for the ellipsis.
    room: usize,
    cut: bool,
}

impl Bounded {
    fn push(&mut self, c: char) -> bool {
        self.push_all(std::iter::once(c))
    }

    /// Appends all of the characters or none.
    fn push_all(&mut self, piece: impl Iterator<Item = char> + Clone) -> bool {
        let count = self.count + piece.clone().count();
        self.cut = count > SHOWN_MAX;
        if !self.cut {
            self.text.extend(piece);
            self.count = count;
            if count < SHOWN_MAX {
                self.room = self.text.len();
            }
        }
        !self.cut
    }

    fn finish(mut self) -> String {
        if self.cut {
            self.text.truncate(self.room);
            self.text.push('…');
        }
        self.text
    }
}

/// Refuses what an identifier must not contain: invisible characters, and combining marks without a base.
pub(crate) fn check_seen(text: &str) -> Result<(), Code> {
    let mut based = false;
    for c in text.chars() {
        if !is_seen(c) || (is_mark(c) && !based) {
            return Err(Code::InvisibleCharacter);
        }
        based = is_base(c);
    }
    Ok(())
}

/// Refuses NUL, which PostgreSQL cannot store in text.
pub(crate) fn check_nul(text: &str) -> Result<(), Code> {
    if text.contains('\0') { Err(Code::NulByte) } else { Ok(()) }
}

/// Refuses controls, line and paragraph separators, and bidi controls, except the `allowed` ones.
pub(crate) fn check_controls(text: &str, allowed: &[char]) -> Result<(), Code> {
    check_nul(text)?;
    let steers = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_bidi_control(c);
    let refused = text.chars().any(|c| steers(c) && !allowed.contains(&c));
    if refused { Err(Code::ControlCharacter) } else { Ok(()) }
}

/// Whether the text has any visible character other than a space.
pub(crate) fn has_seen(text: &str) -> bool {
    text.chars().any(|c| c != ' ' && is_seen(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::check;

    #[test]
    fn invisible_characters_are_shown_escaped() {
        check(
            &[
                ("Anna Weber", "Anna Weber"),
                ("张三 👍 №5", "张三 👍 №5"),
                ("DE89\u{200b}3704", r"DE89\u{200b}3704"),
                ("a\u{202e}b\u{2066}c", r"a\u{202e}b\u{2066}c"),
                ("a\0b\tc\n", r"a\u{0}b\u{9}c\u{a}"),
                ("a\u{a0}b\u{3000}c", r"a\u{a0}b\u{3000}c"),
                ("\u{feff}5", r"\u{feff}5"),
                ("❤\u{fe0f}", r"❤\u{fe0f}"),
                ("\u{3164}\u{115f}\u{2800}", r"\u{3164}\u{115f}\u{2800}"),
                ("\u{e000}\u{e0041}\u{34f}", r"\u{e000}\u{e0041}\u{34f}"),
                ("\u{301}a", r"\u{301}a"),
                ("e\u{301} \u{301}", "e\u{301} \\u{301}"),
                ("", ""),
            ],
            shown,
        );
    }

    #[test]
    fn long_text_is_cut_between_characters_or_escapes_and_marked_with_an_ellipsis() {
        let (full, long) = ("x".repeat(64), "x".repeat(65));
        let (cut, escape_fits) = (format!("{}…", "x".repeat(63)), format!("{}\u{0}", "x".repeat(59)));
        let escape_cut = format!("{}\u{0}", "x".repeat(60));
        check(
            &[
                (&full, &full),
                (&long, &cut),
                (&escape_fits, &format!(r"{}\u{{0}}", "x".repeat(59))),
                (&escape_cut, &format!("{}…", "x".repeat(60))),
                (&"张".repeat(65), &format!("{}…", "张".repeat(63))),
            ],
            shown,
        );
    }

    #[test]
    fn every_ignorable_character_is_invisible_and_every_letter_is_visible() {
        for c in
            "\u{ad}\u{34f}\u{61c}\u{115f}\u{17b4}\u{180b}\u{200b}\u{2060}\u{feff}\u{ffa0}\u{e0100}".chars()
        {
            assert!(!is_seen(c), "{}", c.escape_unicode());
        }
        for c in "azAZ09~é张ひカ한Жωא١९₿€👍\u{301}".chars() {
            assert!(is_seen(c), "{}", c.escape_unicode());
        }
    }
}
