//! The caller's trace (W3C Trace Context): taken from `traceparent`, recorded in the request's span and
//! returned in the response, so that log lines can be found by the calling system's trace id. A malformed
//! header is ignored. Nothing else is kept: no `tracestate`, no baggage.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

static HEADER: HeaderName = HeaderName::from_static("traceparent");
/// The length of `00-` trace `-` span `-` flags, in bytes.
const LENGTH: usize = 55;

/// A caller's trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trace {
    /// 32 hexadecimal digits, as the caller wrote them.
    pub id: String,
    /// 16 hexadecimal digits: the caller's span.
    pub parent: String,
    /// The flags: only the sampled flag is kept and returned.
    pub flags: u8,
}

/// A request's trace.
pub(super) fn of(headers: &HeaderMap) -> Option<Trace> {
    let mut all = headers.get_all(&HEADER).iter();
    let (value, None) = (all.next()?, all.next()) else { return None };
    parse(value.to_str().ok()?)
}

fn parse(text: &str) -> Option<Trace> {
    let (known, rest) = text.split_at_checked(LENGTH)?;
    let mut parts = known.split('-');
    let mut next = |length: usize| parts.next().filter(|part| is_hex(part, length));
    let (version, id, parent, flags) = (next(2)?, next(32)?, next(16)?, next(2)?);
    // A later version may append fields; version 00 ends here.
    let ends = rest.is_empty() || (version != "00" && rest.starts_with('-'));
    let is_named = |text: &str| text.bytes().any(|byte| byte != b'0');
    (version != "ff" && ends && is_named(id) && is_named(parent)).then(|| {
        let flags = u8::from_str_radix(flags, 16).ok()? & 1;
        Some(Trace { id: id.to_owned(), parent: parent.to_owned(), flags })
    })?
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

impl Trace {
    /// Sets the response header: the same trace, and the span of this request.
    pub(super) fn set_header(&self, headers: &mut HeaderMap, span: &str) {
        let value = format!("00-{}-{span}-{:02x}", self.id, self.flags);
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HEADER.clone(), value);
        }
    }
}

/// The span id of a request whose span is not exported: 16 hexadecimal digits derived from the request id (FNV-1a),
/// never all zeros.
pub(super) fn span_id(request: &str) -> String {
    let hash = request.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{:016x}", hash.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    #[test]
    fn only_a_well_formed_header_is_a_trace() {
        for (text, flags) in [
            (format!("00-{ID}-{SPAN}-01"), 1),
            (format!("00-{ID}-{SPAN}-00"), 0),
            (format!("00-{ID}-{SPAN}-ff"), 1),
            (format!("cc-{ID}-{SPAN}-01"), 1),
            (format!("cc-{ID}-{SPAN}-01-what-is-to-come"), 1),
        ] {
            let expected = Trace { id: ID.to_owned(), parent: SPAN.to_owned(), flags };
            assert_eq!(parse(&text), Some(expected), "{text}");
        }
        let zeros = "0".repeat(32);
        for text in [
            String::new(),
            format!("00-{ID}-{SPAN}"),
            format!("00-{ID}-{SPAN}-1"),
            format!("00-{ID}-{SPAN}-01-more"),
            format!("cc-{ID}-{SPAN}-01x"),
            format!("ff-{ID}-{SPAN}-01"),
            format!("00-{zeros}-{SPAN}-01"),
            format!("00-{ID}-{}-01", &zeros[..16]),
            format!("00-{}-{SPAN}-01", ID.to_uppercase()),
            format!("00-{}g-{SPAN}-01", &ID[..31]),
            format!("00_{ID}_{SPAN}_01"),
            format!("00-{SPAN}-{ID}-01"),
            format!(" 00-{ID}-{SPAN}-01"),
            "é".repeat(40),
        ] {
            assert_eq!(parse(&text), None, "{text}");
        }
    }

    #[test]
    fn two_headers_are_ignored_and_the_response_keeps_the_trace() {
        let (mut headers, text) = (HeaderMap::new(), format!("00-{ID}-{SPAN}-01"));
        assert_eq!(of(&headers), None);
        headers.append(&HEADER, text.parse().unwrap());
        let trace = of(&headers).unwrap();
        headers.append(&HEADER, text.parse().unwrap());
        assert_eq!(of(&headers), None);
        let mut answer = HeaderMap::new();
        trace.set_header(&mut answer, &span_id("a request"));
        let said = answer[&HEADER].to_str().unwrap();
        assert_eq!(parse(said).map(|said| (said.id, said.flags)), Some((trace.id, trace.flags)), "{said}");
        assert!(!said.contains(SPAN), "the response has its own span: {said}");
        assert_ne!(span_id("a"), span_id("b"));
    }
}
