//! Files that are imported: what the options say about one, and opening it.

use crate::exit::Failure;
use crate::say::{Say, say};
use clap::Args;
use domain::code::Language;
use domain::task::columns::ColumnChoices;
use formats::delimiter::Delimiter;
use formats::encoding::Encoding;
use formats::header::ColumnMapping;
use formats::number_style::NumberStyle;
use formats::open::FileOptions;
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::Path;

/// The decimal mark unless another is said.
const DECIMAL: &str = "dot";

/// The file, and what it is.
#[derive(Debug, Args)]
pub(crate) struct ImportFileArgs {
    /// XLSX workbook, CSV or other delimited text, or JSON lines; `-` reads standard input
    pub file: String,
    /// Sheet of a workbook, by name or by number from 1 [default: the only one with values]
    #[arg(long, value_name = "SHEET")]
    pub sheet: Option<String>,
    /// Text encoding: utf-8, utf-16le, utf-16be, gb18030, big5 or windows-1252 [default: by the content]
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    pub encoding: Option<Encoding>,
    /// Field delimiter: comma, semicolon, tab or pipe [default: by the content]
    #[arg(long, value_parser = delimiter)]
    pub delimiter: Option<Delimiter>,
    /// Decimal mark of amounts: dot or comma
    #[arg(long, value_name = "MARK", default_value = DECIMAL, value_parser = decimal)]
    pub decimal: String,
    /// Group mark of amounts: comma, dot, space or apostrophe [default: none]
    #[arg(long, value_name = "MARK", value_parser = group)]
    pub group: Option<String>,
    /// Currency sign or code that is written with amounts, such as € [default: none]
    #[arg(long, value_name = "SIGN")]
    pub sign: Option<String>,
    /// Ignore a column that says when, in what or whether to pay, such as status
    #[arg(long, value_name = "HEADER")]
    pub ignore_column: Vec<String>,
    /// Read the columns and amounts as you decided for the last file with the same headers, imported over the API
    #[arg(long, conflicts_with_all = ["map", "ignore_column", "decimal", "group", "sign"])]
    pub remembered: bool,
}

fn encoding(text: &str) -> Result<Encoding, Say> {
    Encoding::parse(text).ok_or(say(
        "must be utf-8, utf-16le, utf-16be, gb18030, big5 or windows-1252",
        "可用 utf-8、utf-16le、utf-16be、gb18030（含 GBK）、big5 或 windows-1252",
    ))
}

fn delimiter(text: &str) -> Result<Delimiter, Say> {
    Delimiter::parse(text).ok_or(say(
        "must be comma, semicolon, tab or pipe",
        "可用 comma（逗号）、semicolon（分号）、tab（制表符）或 pipe（竖线）",
    ))
}

fn decimal(text: &str) -> Result<String, Say> {
    let style = NumberStyle::parse(Some(text), None, None);
    style.map(|_| text.to_owned()).ok_or(say("must be dot or comma", "可用 dot（点）或 comma（逗号）"))
}

fn group(text: &str) -> Result<String, Say> {
    // A mark that the decimal mark rules out is still one.
    let style = ["dot", "comma"].iter().find_map(|mark| NumberStyle::parse(Some(mark), Some(text), None));
    style.map(|_| text.to_owned()).ok_or(say(
        "must be comma, dot, space or apostrophe",
        "可用 comma（逗号）、dot（点）、space（空格）或 apostrophe（撇号）",
    ))
}

impl ImportFileArgs {
    /// What the file is.
    pub(crate) fn form(&self) -> FileOptions {
        FileOptions { encoding: self.encoding, delimiter: self.delimiter, sheet: self.sheet.clone() }
    }

    /// Whether something is decided about its columns or amounts.
    pub(crate) fn decides(&self) -> bool {
        let is_plain = self.decimal == DECIMAL && self.group.is_none() && self.sign.is_none();
        !is_plain || !self.ignore_column.is_empty()
    }

    /// How its amounts are written.
    pub(crate) fn numbers(
        &self,
        remembered: Option<&ColumnChoices>,
        language: Language,
    ) -> Result<NumberStyle, Failure> {
        let style = match remembered {
            Some(choices) => {
                let marks = [&choices.decimal, &choices.group, &choices.sign];
                let [decimal, group, sign] = marks.map(|mark| mark.as_deref());
                NumberStyle::parse(decimal, group, sign)
            }
            None => NumberStyle::parse(Some(&self.decimal), self.group.as_deref(), self.sign.as_deref()),
        };
        style.ok_or_else(|| {
            let text = say(
                "The decimal mark and the group mark must differ, and a currency sign has at most 8 characters, none of \
                 which may be part of a number",
                "小数点与千分位符不能相同；货币符号最多8个字符，且不能含有数字、空格或数字中的符号",
            );
            Failure::usage(text, language)
        })
    }

    /// The columns to ignore.
    pub(crate) fn ignored(&self, remembered: Option<&ColumnChoices>) -> Vec<String> {
        remembered.map_or_else(|| self.ignore_column.clone(), |choices| choices.ignore.clone())
    }

    /// Opens it. What cannot be read twice, such as standard input, is copied to an unnamed file first.
    pub(crate) fn open(&self) -> Result<File, Failure> {
        let failed = |error| Failure::File { path: self.file.clone().into(), error };
        if self.file == "-" {
            return copied(std::io::stdin().lock()).map_err(failed);
        }
        let file = File::open(Path::new(&self.file)).map_err(failed)?;
        let is_whole = file.metadata().is_ok_and(|metadata| metadata.is_file());
        if is_whole { Ok(file) } else { copied(file).map_err(failed) }
    }
}

fn copied(mut from: impl std::io::Read) -> std::io::Result<File> {
    let mut file = tempfile::tempfile()?;
    std::io::copy(&mut from, &mut file)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// The mapping of a command, or the remembered one.
pub(crate) fn columns<F: Copy + PartialEq>(
    given: &[(F, String)],
    remembered: Option<&ColumnChoices>,
    parse: fn(&str) -> Option<F>,
) -> ColumnMapping<F> {
    let mut map = ColumnMapping::default();
    for (field, header) in given {
        map.set(*field, header.clone());
    }
    for (name, header) in remembered.iter().flat_map(|choices| &choices.mapping) {
        if let Some(field) = parse(name) {
            map.set(field, header.clone());
        }
    }
    map
}

/// Splits `FIELD=HEADER`.
pub(crate) fn mapping<F>(text: &str, parse: fn(&str) -> Option<F>) -> Option<(F, String)> {
    let (field, header) = text.split_once('=')?;
    Some((parse(field)?, header.to_owned()))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The error of a mapping names every column that one can be for, in both languages.
    pub(crate) fn check_names_every_column(
        error: Say,
        mut columns: impl Iterator<Item = &'static str> + Clone,
    ) {
        for language in [Language::English, Language::Chinese] {
            let is_mark = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
            let words: Vec<_> = error.to(language).split(is_mark).collect();
            assert!(columns.clone().all(|name| words.contains(&name)), "{}", error.to(language));
        }
        assert!(columns.next().is_some());
    }
}
