//! The options of `cargo xtask load files`.

use crate::error::{Error, Result};
use std::path::PathBuf;
use std::str::FromStr;

/// How large the files are, and what to measure on.
#[derive(Debug, PartialEq, Eq)]
pub struct FilesOptions {
    /// Rows of the CSV, and of the exports.
    pub rows: u32,
    /// Rows of the workbook.
    pub sheet_rows: u32,
    /// Requests per second beside the work.
    pub per_second: u32,
    pub seed: u64,
    /// The binary to measure; built if it is not named.
    pub binary: Option<PathBuf>,
    /// The URL of an empty database; a file otherwise.
    pub postgres: Option<String>,
    pub is_json: bool,
}

fn whole<T: FromStr>(name: &str, text: &str) -> Result<T> {
    text.parse().map_err(|_| Error::Usage(format!("`{name} {text}`: not a whole number")))
}

impl FilesOptions {
    /// Reads the words after `load files`.
    pub fn parse(words: &[&str]) -> Result<Self> {
        let mut options = Self {
            rows: 1_000_000,
            sheet_rows: 200_000,
            per_second: 20,
            seed: 7,
            binary: None,
            postgres: None,
            is_json: false,
        };
        let mut rest = words;
        loop {
            rest = match rest {
                [] => return Ok(options),
                ["--json", tail @ ..] => {
                    options.is_json = true;
                    tail
                }
                [name, value, tail @ ..] => {
                    options.set(name, value)?;
                    tail
                }
                [other] => return Err(unknown(other)),
            };
        }
    }

    fn set(&mut self, name: &str, value: &str) -> Result<()> {
        match name {
            "--rows" => self.rows = whole(name, value)?,
            "--sheet-rows" => self.sheet_rows = whole(name, value)?,
            "--per-second" => self.per_second = whole(name, value)?,
            "--seed" => self.seed = whole(name, value)?,
            "--binary" => self.binary = Some(PathBuf::from(value)),
            "--postgres" => self.postgres = Some(value.to_owned()),
            _ => return Err(unknown(name)),
        }
        Ok(())
    }
}

fn unknown(word: &str) -> Error {
    Error::Usage(format!("`{word}` is not an option of `cargo xtask load files`, or has no value"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_have_defaults_and_unknown_ones_are_refused() {
        let usual = FilesOptions::parse(&[]).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((usual.rows, usual.sheet_rows, usual.is_json), (1_000_000, 200_000, false));
        let given = ["--rows", "9", "--json", "--sheet-rows", "3", "--postgres", "postgres://x/y"];
        let given = FilesOptions::parse(&given).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((given.rows, given.sheet_rows, given.is_json), (9, 3, true));
        assert_eq!(given.postgres.as_deref(), Some("postgres://x/y"));
        for wrong in [&["--rows"][..], &["--rows", "x"], &["--fast", "1"], &["fast"]] {
            assert!(FilesOptions::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
