//! Look-alike texts: folded spellings, mixed scripts (UTS 39) and confusable skeletons.

use crate::code::Code;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_script::Script;
use unicode_security::mixed_script::AugmentedScriptSet;

/// What to do with digits other than 0 to 9, such as full-width ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// Fold them to 0 to 9: in files, where spreadsheets produce them, and on the command line.
    Fold,
    /// Refuse them with `FULL_WIDTH_DIGITS`: in JSON and queries, which programs write.
    Refuse,
}

/// The text in NFKC: full-width letters, digits and signs become ASCII, and most space characters a plain
/// space.
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect()) }
}

/// The folded text, or `FULL_WIDTH_DIGITS` if folding produces digits and `digits` says to refuse them.
pub(crate) fn fold_with(text: &str, digits: Digits) -> Result<Cow<'_, str>, Code> {
    let folded = fold(text);
    let count = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    if digits == Digits::Refuse && count(text) != count(&folded) {
        return Err(Code::FullWidthDigits);
    }
    Ok(folded)
}

/// Whether the text mixes scripts beyond UTS 39's "highly restrictive" level, or digits of several systems. A
/// single script is not a mix, nor is Latin with Chinese, Japanese or Korean. Where mixes are allowed (names,
/// texts), such a text is flagged when it is shown.
#[must_use]
pub fn is_mixed(text: &str) -> bool {
    !text.is_ascii() && (mixes_scripts(text) || mixes_digits(text))
}

fn mixes_scripts(text: &str) -> bool {
    let (mut all, mut without_latin) = (AugmentedScriptSet::default(), AugmentedScriptSet::default());
    for set in text.nfkc().map(AugmentedScriptSet::from) {
        all.intersect_with(set);
        if !set.base.contains_script(Script::Latin) {
            without_latin.intersect_with(set);
        }
    }
    let is_east_asian = without_latin.hanb || without_latin.jpan || without_latin.kore;
    all.is_empty() && !is_east_asian
}

/// UTS 39, 5.3. The ten digits of a system always lie in one aligned block of sixteen code points.
fn mixes_digits(text: &str) -> bool {
    let digits = text.nfkc().filter(|c| c.general_category() == GeneralCategory::DecimalNumber);
    let mut systems = digits.map(|digit| u32::from(digit) >> 4);
    let first = systems.next();
    systems.any(|system| Some(system) != first)
}

/// The key shared by texts that a reader could mistake for each other: the UTS 39 skeleton, ignoring case.
/// `i` is also mapped to `l`, since `I`, `l` and `1` look alike, and `I` and `i` differ only in case.
#[must_use]
pub fn skeleton(text: &str) -> String {
    let pass = |text: &str| unicode_security::skeleton(text).collect::<String>().to_lowercase();
    // Lower-casing can produce a letter with its own look-alike: `M` becomes `m`, and `m` becomes `rn`.
    pass(&pass(text)).replace('i', "l")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::check;
    use std::collections::HashSet;

    #[test]
    fn latin_with_east_asian_scripts_is_not_a_mix_but_latin_with_cyrillic_is() {
        check(
            &[
                ("Anna Weber 12", "plain"),
                ("Łukasz Żółć", "plain"),
                ("Иван Петров", "plain"),
                ("Γιάννης", "plain"),
                ("محمد ١٢", "plain"),
                ("张三 Ltd.", "plain"),
                ("山田たろうカナ ABC", "plain"),
                ("김철수 漢字 Kim", "plain"),
                ("ㄅㄆ 漢 abc", "plain"),
                ("２０25年 ＡＢ", "plain"),
                ("👍 €5", "plain"),
                ("", "plain"),
                ("pаypal", "mixed"),
                ("Anna Иванова", "mixed"),
                ("αbc", "mixed"),
                ("abc محمد", "mixed"),
                ("Жз漢", "mixed"),
                ("ひら한", "mixed"),
                ("12٣", "mixed"),
                ("١٢۳", "mixed"),
            ],
            |text| if is_mixed(text) { "mixed" } else { "plain" }.to_owned(),
        );
    }

    #[test]
    fn digits_are_folded_or_refused_as_asked() {
        let spell = |digits| move |text: &str| crate::table::said(fold_with(text, digits));
        let folded = [("６２２２", "6222"), ("①２", "12"), ("ＡＢ １", "AB 1"), ("٣", "٣"), ("12", "12")];
        check(&folded, spell(Digits::Fold));
        let refused = "FULL_WIDTH_DIGITS";
        let strict = [
            ("６２２２", refused),
            ("5²", refused),
            ("𝟏", refused),
            ("ＡＢ", "AB"),
            ("٣", "٣"),
            ("12", "12"),
        ];
        check(&strict, spell(Digits::Refuse));
    }

    #[test]
    fn texts_that_look_alike_share_a_skeleton() {
        for (a, b) in [
            ("ACCT-1O", "acct-l0"),
            ("AI1", "ai1"),
            ("PAY", "РАУ"),
            ("M1", "rn1"),
            ("M1", "m1"),
            ("A–1", "A-1"),
            ("STRASSE", "strasse"),
            ("x\u{200b}y", "xy"),
            ("Café", "Cafe\u{301}"),
        ] {
            assert_eq!(skeleton(a), skeleton(b), "{a} {b}");
        }
        for (a, b) in [("A1", "A2"), ("DE12", "DE21"), ("a", "á"), ("张三", "张二")] {
            assert_ne!(skeleton(a), skeleton(b), "{a} {b}");
        }
    }

    #[test]
    fn the_ten_digits_have_different_skeletons() {
        let skeletons: HashSet<_> = "0123456789".chars().map(|digit| skeleton(&digit.to_string())).collect();
        assert_eq!(skeletons.len(), 10);
    }
}
