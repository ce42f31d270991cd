//! What each column of a file may mean: a proposal for a person to confirm or correct, and the fingerprint under which
//! the decision is remembered.
//!
//! Only a column with a known name is used without being confirmed ([`SURE`]); everything else is a guess from names that
//! are alike and from the first values. Columns about when, in what currency or whether to pay are named with their
//! meaning, because a file with such a column is not read until it is decided ([`crate::meaning`]).

use sha2::{Digest, Sha256};
use strsim::jaro_winkler;

use crate::layout::{Column, Holds, fold};
use crate::meaning::Meaning;

/// The confidence of a column that is used without being confirmed.
pub const SURE: u8 = 100;

/// The confidence of a name that often means the field, and sometimes something else.
const OFTEN: u8 = 70;
/// The confidence of values that can be only this.
const BY_VALUES: u8 = 60;
/// The confidence of a longer header that contains the field's name.
const CONTAINED: u8 = 55;
/// Below this a guess is not shown.
const LEAST: u8 = 40;
/// How alike two names have to be, from 0 to 1.
const ALIKE: f64 = 0.86;

/// How many values are shown with a column.
const SAMPLES: usize = 3;

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnGuess {
    /// Its header, as in the file; `#` and its position if it has none.
    pub header: String,
    /// The field it probably holds, by its name in a mapping.
    pub field: Option<&'static str>,
    /// How likely that is, from 0 to 100. Only at [`SURE`] the column is used without being confirmed.
    pub confidence: u8,
    /// What it is about, if it has to be decided before the file is read.
    pub meaning: Option<Meaning>,
    /// Its first values.
    pub samples: Vec<String>,
}

/// A guess of one field for one column.
#[derive(Clone, Copy)]
struct Guess {
    confidence: u8,
    place: usize,
    field: usize,
}

/// Guesses the field of each column. `chosen` are the fields the uploader mapped, with their headers.
pub(crate) fn guess(
    headers: &[String],
    values: &[Vec<String>],
    columns: &'static [Column],
    chosen: &[(usize, &str)],
) -> Vec<ColumnGuess> {
    let samples =
        |place: usize| values.iter().filter_map(move |row| row.get(place)).filter(|v| !v.is_empty());
    let mut guesses = Vec::new();
    for (place, header) in headers.iter().enumerate() {
        let folded = fold(header);
        let first: Vec<&str> = samples(place).map(String::as_str).collect();
        // A known name is never a guess for another field.
        let is_known = columns.iter().any(|column| has_name(column, &folded));
        let by_field = columns.iter().enumerate().map(|(field, column)| {
            let is_chosen = chosen.iter().any(|(mapped, name)| *mapped == field && fold(name) == folded);
            let confidence = match (is_chosen, is_known) {
                (true, _) => SURE + 1,
                (false, true) => {
                    if has_name(column, &folded) {
                        SURE
                    } else {
                        0
                    }
                }
                (false, false) => confidence(column, &folded, &first),
            };
            Guess { confidence, place, field }
        });
        guesses.extend(by_field.filter(|guess| guess.confidence >= LEAST));
    }
    guesses.sort_by_key(|guess| std::cmp::Reverse(guess.confidence));
    let settled = settle(&guesses);
    let column = |(place, header): (usize, &String)| {
        let best = settled.iter().find(|guess| guess.place == place);
        let name = best.and_then(|guess| columns.get(guess.field)).map(|column| column.name);
        let confidence = best.map_or(0, |guess| guess.confidence.min(SURE));
        ColumnGuess {
            header: if header.is_empty() { format!("#{}", place + 1) } else { header.clone() },
            field: name,
            confidence,
            meaning: if confidence == SURE { None } else { Meaning::of(header) },
            samples: samples(place)
                .take(SAMPLES)
                .map(|value| crate::problem::shorten(value.as_bytes()))
                .collect(),
        }
    };
    headers.iter().enumerate().map(column).collect()
}

/// Each field once and each column once, the likeliest first.
fn settle(guesses: &[Guess]) -> Vec<Guess> {
    let mut settled: Vec<Guess> = Vec::new();
    for guess in guesses {
        if settled.iter().all(|other| other.place != guess.place && other.field != guess.field) {
            settled.push(*guess);
        }
    }
    settled
}

fn has_name(column: &Column, folded: &str) -> bool {
    column.is(folded) || fold(column.name) == folded
}

/// How likely a column with this header and these values holds a field.
fn confidence(column: &Column, folded: &str, values: &[&str]) -> u8 {
    if column.proposed.contains(&folded) {
        let is_count = column.holds == Holds::Identifier && numbers_rows(values);
        return if is_count { LEAST } else { OFTEN };
    }
    by_name(column, folded).max(by_values(column, values))
}

fn by_name(column: &Column, folded: &str) -> u8 {
    let names = || std::iter::once(&column.name).chain(column.synonyms).chain(column.proposed);
    let long_enough = |name: &str| name.chars().count() >= if name.is_ascii() { 4 } else { 2 };
    let is_contained = names().any(|name| long_enough(name) && folded.contains(&fold(name)));
    let is_alike = names()
        .any(|name| long_enough(name) && folded.len() >= 4 && jaro_winkler(&fold(name), folded) >= ALIKE);
    match (is_alike, is_contained) {
        (true, _) => OFTEN,
        (false, true) => CONTAINED,
        (false, false) => 0,
    }
}

/// What the values alone say: an e-mail address and a currency are unmistakable, an amount nearly.
fn by_values(column: &Column, values: &[&str]) -> u8 {
    let all = |test: fn(&str) -> bool| !values.is_empty() && values.iter().all(|value| test(value));
    let is_email = |value: &str| {
        value.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
    };
    let is_currency = |value: &str| value.len() == 3 && value.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_amount = |value: &str| {
        value.split_once('.').is_some_and(|(whole, fraction)| {
            let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            digits(whole) && digits(fraction) && fraction.len() == 2
        })
    };
    match column.name {
        "email" if all(is_email) => BY_VALUES,
        "currency" if all(is_currency) => BY_VALUES,
        "amount" if all(is_amount) && column.holds == Holds::Number => LEAST,
        _ => 0,
    }
}

/// Whether the values only number the rows: 1, 2, 3.
fn numbers_rows(values: &[&str]) -> bool {
    values.len() > 1 && values.iter().zip(1_u64..).all(|(value, row)| value.parse() == Ok(row))
}

/// The fingerprint of a set of headers, whatever their order, case and separators: files with the same columns share
/// what was decided about them.
#[must_use]
pub fn fingerprint(headers: &[String]) -> String {
    let mut folded: Vec<String> = headers.iter().map(|header| fold(header)).collect();
    folded.retain(|header| !header.is_empty());
    folded.sort();
    // A header contains no line end once it is folded.
    data_encoding::HEXLOWER.encode(&Sha256::digest(folded.join("\n")))
}
