//! How amounts are written in a file: decimal mark, group mark and currency sign, as declared for an import. Nothing is
//! guessed: `1.234` is one and a bit, or more than a thousand, and only the sender knows.

use std::borrow::Cow;

use domain::amount::WrittenSum;
use domain::code::Code;

/// What separates the whole part of an amount from its fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecimalMark {
    /// `1250.50`
    #[default]
    Dot,
    /// `1250,50`
    Comma,
}

/// What separates groups of three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupMark {
    /// `1,250`
    Comma,
    /// `1.250`
    Dot,
    /// `1 250`, also with a narrow or non-breaking space.
    Space,
    /// `1'250`
    Apostrophe,
}

/// How amounts are written; by default `1250.50`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NumberStyle {
    decimal: DecimalMark,
    group: Option<GroupMark>,
    sign: Option<String>,
}

/// The most characters of a currency sign.
const SIGN_MAX: usize = 8;

impl NumberStyle {
    /// A style; none if the marks contradict each other, or the sign could be part of a number.
    #[must_use]
    pub fn declare(decimal: DecimalMark, group: Option<GroupMark>, sign: Option<&str>) -> Option<Self> {
        let contradicts = matches!(
            (decimal, group),
            (DecimalMark::Dot, Some(GroupMark::Dot)) | (DecimalMark::Comma, Some(GroupMark::Comma))
        );
        let sign = sign.map(str::trim).filter(|sign| !sign.is_empty());
        let is_number =
            |c: char| c.is_numeric() || c.is_whitespace() || matches!(c, '.' | ',' | '\'' | '-' | '+');
        let is_bad = |sign: &str| sign.chars().count() > SIGN_MAX || sign.chars().any(is_number);
        if contradicts || sign.is_some_and(is_bad) {
            return None;
        }
        Some(Self { decimal, group, sign: sign.map(str::to_owned) })
    }

    /// The style that three words name, each of which may be absent: decimal mark `dot` or `comma`; group mark
    /// `comma`, `dot`, `space` or `apostrophe`; the currency sign itself.
    #[must_use]
    pub fn parse(decimal: Option<&str>, group: Option<&str>, sign: Option<&str>) -> Option<Self> {
        let decimal = match decimal {
            None | Some("dot" | ".") => DecimalMark::Dot,
            Some("comma" | ",") => DecimalMark::Comma,
            Some(_) => return None,
        };
        let group = match group {
            None => None,
            Some("comma" | ",") => Some(GroupMark::Comma),
            Some("dot" | ".") => Some(GroupMark::Dot),
            Some("space" | " ") => Some(GroupMark::Space),
            Some("apostrophe" | "'") => Some(GroupMark::Apostrophe),
            Some(_) => return None,
        };
        Self::declare(decimal, group, sign)
    }

    fn is_plain(&self) -> bool {
        self.decimal == DecimalMark::Dot && self.group.is_none() && self.sign.is_none()
    }

    /// The amount with a dot as its decimal mark and without other marks. A text in another style than the declared
    /// one is refused even if it would be an amount without that style.
    pub(crate) fn plain<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, Code> {
        if self.is_plain() {
            return Ok(Cow::Borrowed(text));
        }
        let bare = self.without_sign(text);
        self.read(bare).ok_or_else(|| refused(text))
    }

    fn without_sign<'t>(&self, text: &'t str) -> &'t str {
        let Some(sign) = self.sign.as_deref() else { return text };
        // The full-width yen sign is the other one from a Chinese input method.
        let spellings = match sign {
            "¥" | "￥" => ["¥", "￥"],
            other => [other, other],
        };
        let cut = |spelling: &str| text.strip_prefix(spelling).or_else(|| text.strip_suffix(spelling));
        spellings.into_iter().find_map(cut).map_or(text, str::trim)
    }

    fn read<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        let mark = match self.decimal {
            DecimalMark::Dot => '.',
            DecimalMark::Comma => ',',
        };
        let (whole, fraction) = match text.split_once(mark) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !fraction.is_none_or(digits) {
            return None;
        }
        if digits(whole) && mark == '.' {
            return Some(Cow::Borrowed(text));
        }
        let whole = if digits(whole) { whole.to_owned() } else { self.ungrouped(whole)? };
        Some(Cow::Owned(match fraction {
            Some(fraction) => format!("{whole}.{fraction}"),
            None => whole,
        }))
    }

    /// One to three digits, then groups of three.
    fn ungrouped(&self, whole: &str) -> Option<String> {
        let group = self.group?;
        let is_mark = |c: char| match group {
            GroupMark::Comma => matches!(c, ',' | '，'),
            GroupMark::Dot => c == '.',
            GroupMark::Space => matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}'),
            GroupMark::Apostrophe => matches!(c, '\'' | '\u{2019}'),
        };
        let mut groups = whole.split(is_mark);
        let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
        let first = groups.next().filter(|group| (1..=3).contains(&group.len()) && digits(group))?;
        let mut joined = first.to_owned();
        for group in groups {
            joined += Some(group).filter(|group| group.len() == 3 && digits(group))?;
        }
        Some(joined)
    }
}

/// Why a text is not an amount of the declared style: a cause that no style would allow, or the style itself.
fn refused(text: &str) -> Code {
    match WrittenSum::read(text) {
        Err(code @ (Code::AmountSign | Code::AmountExponent | Code::AmountDigits)) => code,
        Ok(_) | Err(_) => Code::AmountStyle,
    }
}
