//! Reads secrets: from the terminal without showing them, or line by line from standard input.

use crate::exit::Failure;
use crate::say::{Say, say};
use domain::code::Language;
use service::Secret;
use std::io::{BufRead, IsTerminal, Read};

/// Maximum bytes read of a line; the longest valid secret is shorter.
const LINE_BYTES: u64 = 4_096;

/// Asks at the terminal, or reads the next line of standard input if that is no terminal.
pub(crate) fn secret(question: Say, language: Language) -> Result<Secret, Failure> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        let question = format!("{}: ", question.to(language));
        return rpassword::prompt_password(question).map(Secret::new).map_err(unreadable);
    }
    let mut line = String::new();
    stdin.lock().take(LINE_BYTES).read_line(&mut line).map_err(unreadable)?;
    Ok(Secret::new(without_break(&line)))
}

/// A one-time code, asked for in the same way; none if nothing was entered, so that a missing code is not taken for a
/// wrong one.
pub(crate) fn code(question: Say, language: Language) -> Result<Option<Secret>, Failure> {
    let entered = secret(question, language)?;
    Ok(Some(entered).filter(|code| !code.expose().trim().is_empty()))
}

/// All of standard input, without the line break at its end.
pub(crate) fn secret_from_stdin() -> Result<Secret, Failure> {
    let mut text = String::new();
    std::io::stdin().lock().take(LINE_BYTES).read_to_string(&mut text).map_err(unreadable)?;
    Ok(Secret::new(without_break(&text)))
}

fn without_break(text: &str) -> &str {
    let line = text.strip_suffix('\n').unwrap_or(text);
    line.strip_suffix('\r').unwrap_or(line)
}

fn unreadable(error: std::io::Error) -> Failure {
    Failure::System { what: say("Cannot read standard input", "无法读取标准输入"), error }
}
