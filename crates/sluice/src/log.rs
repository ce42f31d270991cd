//! The log: lines on standard error, for people or for programs.

use crate::settings::{LogFormat, Settings};
use crate::terminal;
use std::io::{self, Write};
use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Parts of our own, whose lines below `info` are known to have no secret in them.
const OURS: [&str; 9] =
    ["domain", "engine", "formats", "http_api", "ledger", "security", "service", "sluice", "store"];
/// Libraries that name the values of statements even at `info`.
const QUIET: [&str; 1] = ["tokio_postgres"];

/// Starts the log of this process.
pub(crate) fn start(settings: &Settings, serves: bool) {
    let usual = if serves { "info,refinery_core=warn" } else { "warn" };
    let level = settings.log_level.as_deref().unwrap_or(usual);
    // It was looked at with the other settings.
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new(usual));
    let all = tracing_subscriber::registry().with(FilterFn::new(is_harmless)).with(filter);
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Lines);
    match settings.log_format {
        LogFormat::Text => all.with(lines).init(),
        LogFormat::Json => {
            all.with(lines.json().flatten_event(true).with_current_span(true).with_span_list(false)).init();
        }
    }
    if serves {
        std::panic::set_hook(Box::new(|panic| {
            // What a panic says may have values in it; where it happened has none.
            let place = panic.location().map(ToString::to_string);
            tracing::error!(place, "a panic");
        }));
    }
}

/// Whether a line may be written, whatever the level that was asked for. Libraries that speak a protocol log whole
/// messages at their lowest levels, with tokens, cookies and bodies: they are never heard below `info`.
fn is_harmless(metadata: &Metadata<'_>) -> bool {
    let part = metadata.target().split("::").next().unwrap_or_default();
    let most = match part {
        _ if OURS.contains(&part) => Level::TRACE,
        _ if QUIET.contains(&part) => Level::WARN,
        _ => Level::INFO,
    };
    *metadata.level() <= most
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
