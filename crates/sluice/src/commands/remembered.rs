//! What somebody decided about the columns of files with the same headers before (ADR 63). It is used only if
//! `--remembered` asks for it; a note says that it is there, unless the command decides something itself.

use super::import_file::ImportFileArgs;
use crate::exit::Failure;
use crate::out::{note, time};
use crate::say::{Say, say};
use crate::session::Session;
use domain::code::Language;
use domain::task::columns::ColumnChoices;
use formats::probe::{ProbeOptions, Purpose};
use service::upload::{self, Remembered};
use std::fs::File;
use std::io::{Seek, SeekFrom};

const NOTHING: Say = say(
    "Nothing is remembered for a file with these headers: name its columns with --map and --ignore-column",
    "没有记住与此表头相同的文件的设置：请用 --map 和 --ignore-column 指定各列",
);

/// The choices to use for a file, which is left at its beginning. `is_mapped`: the command maps columns itself.
pub(crate) async fn choices(
    session: &Session,
    args: &ImportFileArgs,
    file: &mut File,
    purpose: Purpose,
    is_mapped: bool,
) -> Result<Option<ColumnChoices>, Failure> {
    if !args.remembered && (is_mapped || args.decides()) {
        return Ok(None);
    }
    let found = find(session, args, file, purpose).await;
    if args.remembered {
        let usage = || Failure::usage(NOTHING, session.language);
        return found?.map(|found| Some(found.choices)).ok_or_else(usage);
    }
    // Why a file cannot be read is said by its import.
    if let Ok(Some(found)) = found {
        note(&told(&found, session.language));
    }
    Ok(None)
}

async fn find(
    session: &Session,
    args: &ImportFileArgs,
    file: &mut File,
    purpose: Purpose,
) -> Result<Option<Remembered>, Failure> {
    let failed = |error| Failure::File { path: args.file.clone().into(), error };
    let copy = file.try_clone().map_err(failed)?;
    let options = ProbeOptions { purpose, file: args.form(), mapped: Vec::new() };
    let by = session.actor.author.principal;
    let found = upload::remembered_for(&session.service, by, options, copy).await;
    // Both share one position.
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    Ok(found?)
}

/// What is remembered, and how to use it.
fn told(Remembered { choices, used_at }: &Remembered, language: Language) -> String {
    let options = options(choices).join(" ");
    let at = time(*used_at);
    say!(
        language,
        "Remembered from the last file with these headers ({at}), and not used: {options}. To use it, add \
         --remembered.",
        "已记住上次导入相同表头的文件时的设置（{at}），本次未使用：{options}。如需使用，请加上 --remembered。"
    )
}

/// The choices as options of the command.
fn options(choices: &ColumnChoices) -> Vec<String> {
    let mapped = choices.mapping.iter().map(|(field, header)| format!("--map \"{field}={header}\""));
    let ignored = choices.ignore.iter().map(|header| format!("--ignore-column \"{header}\""));
    let marks = [
        ("decimal", choices.decimal.as_ref()),
        ("group", choices.group.as_ref()),
        ("sign", choices.sign.as_ref()),
    ];
    let marks = marks.into_iter().filter_map(|(name, mark)| Some(format!("--{name} \"{}\"", mark?)));
    mapped.chain(ignored).chain(marks).collect()
}
