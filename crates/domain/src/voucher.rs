//! Vouchers: the proof of a payment, shown as a link. A voucher is never a script, and never an address that
//! leads to a different host than it appears to.

use crate::code::Code;
use crate::id::FileId;
use crate::noun::NounId;
use crate::visible::is_seen;
use serde::{Deserialize, Serialize};
use url::Url;

/// The most characters in a voucher.
pub const VOUCHER_MAX: usize = 2000;

/// Where the proof of a transfer is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Voucher {
    /// An uploaded file: `file_9`.
    File(FileId),
    /// An absolute `http` or `https` address with a host.
    Address(String),
    /// A path on this server, which begins with exactly one `/`.
    Path(String),
}

impl Voucher {
    /// The trimmed voucher; anything but the three kinds is `VOUCHER_INVALID`.
    pub fn parse(text: &str) -> Result<Self, Code> {
        let text = text.trim();
        let visible = text.chars().all(|c| is_seen(c) && c != ' ' && c != '\\');
        if !visible || text.chars().count() > VOUCHER_MAX {
            Err(Code::VoucherInvalid)
        } else if is_path(text) {
            Ok(Self::Path(text.to_owned()))
        } else if is_address(text) {
            Ok(Self::Address(text.to_owned()))
        } else {
            FileId::from_tagged(text).map(Self::File).map_err(|_| Code::VoucherInvalid)
        }
    }
}

/// A leading `//` names another host, and a later one may become leading when a proxy strips a prefix.
fn is_path(text: &str) -> bool {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    path.starts_with('/') && !path.contains("//")
}

/// Checks the scheme, `://` and host as written, since browsers and [`Url`] also accept `http:host` and
/// `http:///host`. User info (`https://bank.example@host`) would make the address look like another host's.
fn is_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let has_host = Url::parse(text).is_ok_and(|url| url.has_host());
    is_web && !authority.is_empty() && !authority.contains('@') && has_host
}

impl std::fmt::Display for Voucher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(id) => f.write_str(&id.tagged()),
            Self::Address(text) | Self::Path(text) => f.write_str(text),
        }
    }
}

impl From<Voucher> for String {
    fn from(voucher: Voucher) -> Self {
        voucher.to_string()
    }
}

impl TryFrom<String> for Voucher {
    type Error = Code;

    fn try_from(text: String) -> Result<Self, Code> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::check;

    fn kind(text: &str) -> String {
        match Voucher::parse(text) {
            Ok(Voucher::File(id)) => format!("file {id}"),
            Ok(Voucher::Address(text)) => format!("address {text}"),
            Ok(Voucher::Path(text)) => format!("path {text}"),
            Err(code) => code.to_string(),
        }
    }

    #[test]
    fn a_voucher_is_a_file_an_address_or_a_path() {
        check(
            &[
                ("file_9", "file 9"),
                (" https://example.org/a?b=//c#d ", "address https://example.org/a?b=//c#d"),
                ("HTTP://example.org", "address HTTP://example.org"),
                ("https://[2001:db8::1]:8443/x", "address https://[2001:db8::1]:8443/x"),
                ("https://例え.example/発票/1", "address https://例え.example/発票/1"),
                ("https://example.org/a@b", "address https://example.org/a@b"),
                ("/receipts/2026/1.pdf", "path /receipts/2026/1.pdf"),
                ("/receipts?back=//x", "path /receipts?back=//x"),
                ("/发票/1", "path /发票/1"),
                ("/", "path /"),
            ],
            kind,
        );
    }

    #[test]
    fn text_that_a_browser_would_run_or_read_as_another_address_is_not_a_voucher() {
        for text in [
            "",
            " ",
            "9",
            "file_09",
            "acct_9",
            "receipts/1.pdf",
            "./1.pdf",
            "?x",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://example.org/x",
            "file:///etc/passwd",
            "//example.org/x",
            "/a//b",
            "///x",
            "/\\example.org",
            "\\\\host\\share",
            "https:/example.org",
            "https:example.org",
            "https://",
            "https:///path",
            "https://?x",
            "https://:80/x",
            "https://example.org:99999/",
            "https://bank.example@example.org/",
            "https://a:b@example.org/",
            "https://exa mple.org/",
            "https://example.org/a b",
            "https://example.org/a\nb",
            "https://example.org/\u{200b}",
            "https://example.org/\u{202e}fdp",
            "/a\u{a0}b",
            "/a\0",
            "java\nscript:alert(1)",
        ] {
            assert_eq!(kind(text), "VOUCHER_INVALID", "{}", text.escape_unicode());
        }
    }

    #[test]
    fn a_voucher_has_at_most_2000_characters() {
        let path = |count: usize| format!("/{}", "张".repeat(count - 1));
        assert!(Voucher::parse(&path(2000)).is_ok());
        assert_eq!(Voucher::parse(&path(2001)), Err(Code::VoucherInvalid));
    }

    #[test]
    fn a_voucher_is_a_json_string() {
        let voucher = Voucher::parse("file_9").unwrap();
        assert_eq!(serde_json::to_string(&voucher).unwrap(), "\"file_9\"");
        assert_eq!(serde_json::from_str::<Voucher>("\"file_9\"").unwrap(), voucher);
        assert_eq!(serde_json::from_str::<Voucher>("\"//x\"").unwrap_err().to_string(), "VOUCHER_INVALID");
    }
}
