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

/// Our own crates and targets, whose lines below `info` are known to contain no secrets.
const OURS: [&str; 9] =
    ["domain", "engine", "formats", "http_api", "ledger", "security", "service", "sluice", "store"];
/// Libraries that log values of statements even at `info`.
const QUIET: [&str; 1] = ["tokio_postgres"];

/// Starts the log of this process.
pub(crate) fn start(settings: &Settings, serves: bool) {
    let usual = if serves { "info,refinery_core=warn" } else { "warn" };
    let level = settings.log_level.as_deref().unwrap_or(usual);
    // Already validated with the other settings.
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
            // A panic message may contain values; its location does not.
            let place = panic.location().map(ToString::to_string);
            tracing::error!(place, "panic");
        }));
    }
}

/// Whether an event may be logged, whatever level was requested. Protocol libraries log whole messages at
/// their lowest levels, with tokens, cookies and bodies, so none of their events below `info` are logged.
fn is_harmless(metadata: &Metadata<'_>) -> bool {
    let part = metadata.target().split("::").next().unwrap_or_default();
    let most = match part {
        _ if OURS.contains(&part) => Level::TRACE,
        _ if QUIET.contains(&part) => Level::WARN,
        _ => Level::INFO,
    };
    *metadata.level() <= most
}

/// Creates writers to standard error that write one line per event.
#[derive(Debug, Clone, Copy)]
struct Lines;

/// One event, always written as one line: a line feed in a text cannot forge another line.
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
        // If standard error is closed, there is nowhere to report it.
        drop(io::stderr().lock().write_all(line.as_bytes()));
    }
}

/// Exactly one line feed, at the end.
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
