//! The log: lines on standard error, for people or for programs.

use crate::settings::{LogFormat, Settings};
use crate::terminal;
use std::io::{self, Write};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// What is never logged, whatever the level: these name the values of statements and the heads of requests.
const SILENT: [&str; 3] = ["tokio_postgres=warn", "hyper=info", "h2=info"];

/// Starts the log of this process.
pub(crate) fn start(settings: &Settings, serves: bool) {
    let usual = if serves { "info,refinery_core=warn" } else { "warn" };
    let level = settings.log_level.as_deref().unwrap_or(usual);
    // It was looked at with the other settings.
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new(usual));
    let filter =
        SILENT.iter().filter_map(|directive| directive.parse().ok()).fold(filter, EnvFilter::add_directive);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Lines);
    match settings.log_format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(true).with_span_list(false).init()
        }
    }
}

/// Makes writers to standard error that write one line an event.
#[derive(Debug, Clone, Copy)]
struct Lines;

/// One event. Whatever is in it, it stays one line: a line feed in a text cannot forge another.
#[derive(Debug, Default)]
struct Line(Vec<u8>);

impl MakeWriter<'_> for Lines {
    type Writer = Line;

    fn make_writer(&self) -> Line {
        Line::default()
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let line = one_line(&String::from_utf8_lossy(&self.0));
        // Nobody can be told that standard error is closed.
        drop(io::stderr().lock().write_all(line.as_bytes()));
    }
}

/// One line feed at the end, and none before it.
fn one_line(text: &str) -> String {
    let mut line = terminal::one_line(text.trim_end_matches('\n'));
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_is_in_it() {
        assert_eq!(one_line("a\r\n[2026] INFO all is well\n"), "a\\r\\n[2026] INFO all is well\n");
        assert_eq!(one_line("red \u{1b}[31m\u{85}\u{2028}x"), "red \\u{1b}[31m\\u{85}\\u{2028}x\n");
        assert_eq!(one_line("工资 é\n"), "工资 é\n");
    }
}
