//! Security events: what was refused, to which caller and from where, as log lines under the target
//! `security`.
//!
//! A flood must not fill the disk: each address gets a few lines per minute and code, and all addresses
//! together have a limit. Suppressed events are counted, and the count is logged at the end of the minute.

use crate::kit::edge::limits::block;
use domain::code::Code;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Lines per minute for one address and code.
const LINES_EACH: u32 = 5;
/// Lines per minute in total; some 40 MB a day.
const LINES_ALL: u32 = 120;
const MINUTE: Duration = Duration::from_secs(60);
/// The maximum length of a logged path, in characters; clients choose the path.
const PATH_MAX: usize = 120;

/// Logs security events. Clones share their limits.
#[derive(Debug, Clone)]
pub struct Security(Arc<SecurityLog>);

#[derive(Debug)]
struct SecurityLog {
    begun: Instant,
    window: Mutex<Window>,
}

impl Default for Security {
    fn default() -> Self {
        Self(Arc::new(SecurityLog { begun: Instant::now(), window: Mutex::default() }))
    }
}

/// A refusal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event<'a> {
    pub code: Code,
    pub status: u16,
    pub address: IpAddr,
    /// The user or key, if known.
    pub caller: Option<&'a str>,
    /// How the request authenticated: `key`, `session` or `none`.
    pub by: &'static str,
    pub operation: &'a str,
    pub method: &'a str,
    pub path: &'a str,
    pub request: &'a str,
}

/// The counts of one minute.
#[derive(Debug, Default)]
struct Window {
    minute: u64,
    lines: u32,
    /// Lines by address and code; never more entries than lines.
    each: HashMap<(IpAddr, Code), u32>,
    left_out: u64,
}

/// How an event is handled.
#[derive(Debug, PartialEq, Eq)]
enum Handling {
    Line,
    /// Only counted; whether it is the first such event of its minute.
    LeftOut(bool),
}

impl Window {
    fn handling(&mut self, address: IpAddr, code: Code) -> Handling {
        if self.lines < LINES_ALL {
            let each = self.each.entry((block(address), code)).or_default();
            if *each < LINES_EACH {
                *each += 1;
                self.lines += 1;
                return Handling::Line;
            }
        }
        self.left_out += 1;
        Handling::LeftOut(self.left_out == 1)
    }

    /// Starts a new minute if it has changed; returns how many events the previous one suppressed.
    fn turn(&mut self, minute: u64) -> u64 {
        if minute == self.minute {
            return 0;
        }
        std::mem::replace(self, Self { minute, ..Self::default() }).left_out
    }
}

/// Whether a refusal is a security event.
const fn is_event(status: u16, code: Code) -> bool {
    matches!(status, 400 | 401 | 403 | 404 | 408 | 421 | 429 | 431)
        || matches!(code, Code::PasswordWrong | Code::InvitationInvalid)
}

impl Security {
    /// Logs a refusal, if it is a security event.
    pub(crate) fn note(&self, event: &Event<'_>) {
        if !is_event(event.status, event.code) {
            return;
        }
        metrics::counter!("sluice_security_events_total", "code" => event.code.name()).increment(1);
        let mut window = self.window();
        let before = window.turn(self.minute());
        let handling = window.handling(event.address, event.code);
        drop(window);
        log_left_out(before);
        match handling {
            Handling::Line => write(event),
            Handling::LeftOut(is_first) => {
                metrics::counter!("sluice_security_events_left_out_total").increment(1);
                if is_first {
                    self.log_later();
                }
            }
        }
    }

    /// Logs the count at the end of the minute, even if no further refusal follows.
    fn log_later(&self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (security, since) = (self.clone(), self.0.begun.elapsed().as_millis());
        let passed = u64::try_from(since % MINUTE.as_millis()).unwrap_or(0);
        runtime.spawn(async move {
            tokio::time::sleep(MINUTE.saturating_sub(Duration::from_millis(passed))).await;
            let left_out = security.window().turn(security.minute());
            log_left_out(left_out);
        });
    }

    fn minute(&self) -> u64 {
        self.0.begun.elapsed().as_secs() / MINUTE.as_secs()
    }

    /// Recovers from a poisoned lock: after a panic the counts are still usable.
    fn window(&self) -> MutexGuard<'_, Window> {
        self.0.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `Debug` escapes the path, so that clients cannot inject lines into the log.
fn write(event: &Event<'_>) {
    let Event { code, status, address, caller, by, operation, method, path, request } = *event;
    let path: String = path.chars().take(PATH_MAX).collect();
    let (code, request) = (code.name(), (!request.is_empty()).then_some(request));
    tracing::info!(
        target: "security", code, status, %address, caller, by, operation, method, ?path, request, "refused"
    );
}

fn log_left_out(left_out: u64) {
    if left_out > 0 {
        tracing::info!(target: "security", left_out, "refusals not logged individually");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(window: &mut Window, address: [u8; 4], code: Code, count: usize) -> usize {
        (0..count).filter(|_| window.handling(address.into(), code) == Handling::Line).count()
    }

    #[test]
    fn a_flood_gets_a_few_lines_and_others_still_get_theirs() {
        let mut window = Window::default();
        assert_eq!(lines(&mut window, [203, 0, 113, 1], Code::AuthRequired, 100_000), 5);
        assert_eq!(lines(&mut window, [203, 0, 113, 1], Code::Forbidden, 3), 3);
        assert_eq!(lines(&mut window, [203, 0, 113, 2], Code::AuthRequired, 1), 1);
        assert_eq!((window.turn(0), window.turn(1), window.turn(2)), (0, 99_995, 0));
        assert_eq!(lines(&mut window, [203, 0, 113, 1], Code::AuthRequired, 9), 5);
    }

    #[test]
    fn many_addresses_together_are_limited_too_and_take_no_memory() {
        let mut window = Window::default();
        let all = (0..200_000_u32)
            .filter(|n| window.handling((n << 8).to_be_bytes().into(), Code::Forbidden) == Handling::Line);
        assert_eq!(all.count(), 120);
        assert!(window.each.len() <= 121, "{}", window.each.len());
        assert_eq!(window.turn(7), 199_880);
    }

    #[test]
    fn an_ipv6_64_block_counts_as_one_address() {
        let mut window = Window::default();
        let all = (0..1_000_u128).filter(|n| {
            let address = std::net::Ipv6Addr::from((0x2001_0db8_u128 << 96) | n);
            window.handling(address.into(), Code::AuthRequired) == Handling::Line
        });
        assert_eq!(all.count(), 5);
    }

    #[test]
    fn only_refusals_that_concern_the_caller_are_events() {
        let cases = [
            (Code::AuthRequired, true),
            (Code::LoginFailed, true),
            (Code::Forbidden, true),
            (Code::OriginForbidden, true),
            (Code::BatchNotFound, true),
            (Code::RouteNotFound, true),
            (Code::BodyMalformed, true),
            (Code::HostInvalid, true),
            (Code::HostUnknown, true),
            (Code::RateLimited, true),
            (Code::LoginThrottled, true),
            (Code::HeadTooLarge, true),
            (Code::BodyTooSlow, true),
            (Code::PasswordWrong, true),
            (Code::InsufficientBalance, false),
            (Code::ServerBusy, false),
            (Code::AccountExists, false),
        ];
        for (code, expected) in cases {
            assert_eq!(is_event(code.http(), code), expected, "{code}");
        }
    }
}
