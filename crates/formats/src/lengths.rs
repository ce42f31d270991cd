//! Columns of account numbers that look as if a spreadsheet had changed them. One short number proves nothing; a column
//! in which nearly all numbers have the same length and none begins with a zero tells more. The result is a remark.

use domain::code::Code;

use crate::problem::Problem;

/// Numbers of more digits are counted together.
const LENGTH_MAX: usize = 40;

/// With fewer numbers there is no usual length.
const NUMBERS_MIN: u64 = 10;

/// How many digits a spreadsheet keeps.
const DIGITS_KEPT: usize = 15;

/// From this length a single number with zeros after its fifteenth digit is suspicious.
const LONG: usize = 18;

/// The lengths of the numbers of one column.
#[derive(Debug)]
pub(crate) struct Lengths {
    /// How many numbers have each length, and the line of the first.
    counts: Vec<(u64, u64)>,
    /// Numbers that begin with a zero.
    with_zero: u64,
    /// Numbers with more than [`DIGITS_KEPT`] digits.
    long: u64,
    /// Those of them whose further digits are all zero, with the line of the first and the greatest length.
    rounded: (u64, u64, usize),
}

impl Default for Lengths {
    fn default() -> Self {
        Self { counts: vec![(0, 0); LENGTH_MAX + 1], with_zero: 0, long: 0, rounded: (0, 0, 0) }
    }
}

impl Lengths {
    pub(crate) fn note(&mut self, line: u64, text: &str) {
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        if let Some((count, first)) = self.counts.get_mut(text.len().min(LENGTH_MAX)) {
            *first = if *count == 0 { line } else { *first };
            *count += 1;
        }
        self.with_zero += u64::from(text.starts_with('0'));
        if let Some(further) = text.get(DIGITS_KEPT..).filter(|further| !further.is_empty()) {
            self.long += 1;
            if further.bytes().all(|digit| digit == b'0') {
                let (count, first, most) = self.rounded;
                let first = if count == 0 { line } else { first };
                self.rounded = (count + 1, first, most.max(text.len()));
            }
        }
    }

    /// The remarks on a column with this header.
    pub(crate) fn remarks(&self, header: &str) -> Vec<Problem> {
        let remark = |(line, code, some, all): (u64, Code, u64, u64)| {
            Problem::of_column(line, header, code, format!("{some} / {all}"))
        };
        [self.shortened(), self.rounded()].into_iter().flatten().map(remark).collect()
    }

    fn shortened(&self) -> Option<(u64, Code, u64, u64)> {
        let all: u64 = self.counts.iter().map(|(count, _)| count).sum();
        let (usual, (most, _)) = self.counts.iter().enumerate().max_by_key(|(_, (count, _))| *count)?;
        let shorter = || self.counts.iter().take(usual).filter(|(count, _)| *count > 0);
        let some: u64 = shorter().map(|(count, _)| count).sum();
        let first = shorter().map(|(_, line)| *line).min()?;
        let is_likely = all >= NUMBERS_MIN && self.with_zero == 0 && most * 10 >= all * 7;
        is_likely.then_some((first, Code::LeadingZerosLost, some, all))
    }

    fn rounded(&self) -> Option<(u64, Code, u64, u64)> {
        let (count, first, longest) = self.rounded;
        let is_likely = count > 0 && count == self.long && (count >= 3 || longest >= LONG);
        is_likely.then_some((first, Code::DigitsLost, count, self.long))
    }
}
