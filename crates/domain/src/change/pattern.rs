//! The pattern of a batch's name: what is left of it without numbers, dates, months and the like, so that the
//! payroll of October and that of November have the same one.

use crate::script::fold;

/// English months, in full and abbreviated; quarters and halves are letters before a number.
const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
];
/// Words that only say which one of a series it is, when a number is next to them.
const COUNTED: &[&str] = &[
    "q", "h", "w", "wk", "kw", "v", "no", "nr", "fy", "week", "weeks", "month", "quarter", "half", "year",
    "day", "part", "run", "version", "st", "nd", "rd", "th",
];
/// The same in Chinese, after a number. Numbers may be written in Chinese too.
const CHINESE_UNITS: &str = "年月日号號周週季期次批度";
const CHINESE_DIGITS: &str = "〇零一二三四五六七八九十廿卅两";

/// A piece of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// A number, however written.
    Number,
    /// Letters of one word, or one character of a script without spaces.
    Word(String),
}

/// The pattern of a batch's name. Names that differ only in numbers, dates, months, case, width or punctuation
/// have the same one. A name of nothing else has an empty one.
#[must_use]
pub fn name_pattern(name: &str) -> String {
    let pieces = pieces(&fold(name).to_lowercase());
    let is_number = |place: Option<usize>| place.and_then(|at| pieces.get(at)) == Some(&Piece::Number);
    let kept = pieces.iter().enumerate().filter_map(|(place, piece)| {
        let Piece::Word(word) = piece else { return None };
        let (before, after) = (is_number(place.checked_sub(1)), is_number(place.checked_add(1)));
        let is_month = MONTHS.contains(&word.as_str());
        let is_counted = (before || after) && COUNTED.contains(&word.as_str());
        (!is_month && !is_counted).then_some(word.as_str())
    });
    kept.collect::<Vec<_>>().join(" ")
}

/// The pieces of a folded name in lower case. Chinese numerals count as numbers only where a unit follows, and
/// units are dropped with their numbers.
fn pieces(text: &str) -> Vec<Piece> {
    let characters: Vec<char> = text.chars().collect();
    let (mut pieces, mut rest) = (Vec::new(), characters.as_slice());
    while let Some((first, others)) = rest.split_first() {
        if let Some(length) = number(rest) {
            pieces.push(Piece::Number);
            rest = rest.get(length..).unwrap_or_default();
        } else if !first.is_alphanumeric() {
            rest = others;
        } else if is_apart(*first) {
            pieces.push(Piece::Word(first.to_string()));
            rest = others;
        } else {
            let is_in = |c: &char| c.is_alphabetic() && !is_apart(*c);
            let length = rest.iter().take_while(|c| is_in(c)).count().max(1);
            pieces.push(Piece::Word(rest.iter().take(length).collect()));
            rest = rest.get(length..).unwrap_or_default();
        }
    }
    pieces
}

/// The length of a number at the beginning, with its Chinese unit and an ordinal's 第 before it.
fn number(text: &[char]) -> Option<usize> {
    let ordinal = usize::from(text.first() == Some(&'第'));
    let after = text.get(ordinal..)?;
    let digits = after.iter().take_while(|c| c.is_numeric() && !CHINESE_DIGITS.contains(**c)).count();
    let chinese = after.iter().take_while(|c| CHINESE_DIGITS.contains(**c)).count();
    let length = digits.max(chinese);
    let units = after.iter().skip(length).take_while(|c| CHINESE_UNITS.contains(**c)).count();
    match (digits, chinese, units) {
        (0, 0, _) | (0, _, 0) => None,
        _ => Some(ordinal + length + units),
    }
}

/// Whether a character is a word of its own: scripts that write no spaces.
const fn is_apart(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_of_a_series_is_the_same() {
        for (pattern, names) in [
            (
                "payroll",
                &["October payroll", "Payroll 2026-11", "PAYROLL  Nov. 2026", "Ｐａｙｒｏｌｌ １２/2026"][..],
            ),
            ("supplier run", &["Supplier run", "supplier-run!", "2026 Q3 supplier run", "W47 supplier run"]),
            ("weekly rent", &["weekly rent 3rd", "Weekly rent (12)", "weekly rent, week 47"]),
            (
                "工 资 发 放",
                &["12月工资发放", "2025年12月工资发放", "十二月工资发放", "２０２６年１月 工资发放"],
            ),
            ("奖 金", &["第三季度奖金", "第3季度奖金", "2026年第一季度奖金"]),
            ("一 般 报 销", &["一般报销", "一般报销 2026年3月"]),
            ("", &["2026-11", "November", "", "11"]),
        ] {
            for name in names {
                assert_eq!(name_pattern(name), pattern, "{name}");
            }
        }
    }

    #[test]
    fn different_series_have_different_patterns() {
        let names =
            ["payroll", "payroll bonus", "rent", "工资", "奖金", "marchand", "mayor's fund", "week", "ST"];
        let patterns: std::collections::HashSet<_> = names.iter().map(|name| name_pattern(name)).collect();
        assert_eq!(patterns.len(), names.len());
    }
}
