//! What identifies people: uid, e-mail address and login.
//!
//! Two identifiers that read the same are the same: they are stored in NFKC, do not mix scripts and contain
//! no invisible characters.

use crate::code::Code;
use crate::script::{Digits, fold_with, is_mixed};
use crate::text::{NAME_MAX, kept_text};
use crate::visible::{check_nul, check_seen};
use serde::{Deserialize, Serialize};

/// The most characters in an e-mail address (RFC 5321 with erratum 1690).
pub const EMAIL_MAX: usize = 254;
/// The most characters in a login.
pub const LOGIN_MAX: usize = 100;

/// Names of actors that are not people. As logins they would make the audit log ambiguous.
pub const LOGINS_RESERVED: &[&str] = &["system", "anonymous", "unknown", "cli"];

kept_text! {
    /// A holder's id in the organisation's other systems: 1 to [`NAME_MAX`] visible characters without
    /// spaces.
    Uid, |text| Self::parse(text, Digits::Refuse)
}

kept_text! {
    /// An e-mail address in lower case, at most [`EMAIL_MAX`] characters.
    Email, |text| Self::parse(text, Digits::Refuse)
}

kept_text! {
    /// What a person signs in with: 2 to [`LOGIN_MAX`] of `a-z0-9._-@+`.
    Login, Self::parse
}

/// A trimmed identifier in NFKC with only visible characters.
pub(crate) fn identifier(text: &str, digits: Digits) -> Result<String, Code> {
    check_nul(text)?;
    let folded = fold_with(text.trim(), digits)?;
    let folded = folded.trim();
    check_seen(folded)?;
    Ok(folded.to_owned())
}

impl Uid {
    /// The uid, trimmed and in NFKC; case is significant.
    ///
    /// Refuses with `INVISIBLE_CHARACTER`, `MIXED_SCRIPTS`, `FULL_WIDTH_DIGITS` (if `digits` says so) or
    /// `NUL_BYTE`; `UID_INVALID` if it is empty, too long or contains spaces.
    pub fn parse(text: &str, digits: Digits) -> Result<Self, Code> {
        let uid = identifier(text, digits)?;
        let fits = (1..=NAME_MAX).contains(&uid.chars().count());
        if !fits || uid.contains(' ') {
            Err(Code::UidInvalid)
        } else if is_mixed(&uid) {
            Err(Code::MixedScripts)
        } else {
            Ok(Self(uid))
        }
    }
}

impl Email {
    /// The address, trimmed, in NFKC and in lower case. Scripts are checked per part (the local part and each
    /// label of the domain), so that `иван@example.com` is accepted.
    ///
    /// Refuses with `INVISIBLE_CHARACTER`, `MIXED_SCRIPTS`, `FULL_WIDTH_DIGITS` (if `digits` says so) or
    /// `NUL_BYTE`; `EMAIL_INVALID` for anything else that is not an address.
    pub fn parse(text: &str, digits: Digits) -> Result<Self, Code> {
        // Lower-casing can decompose a letter, so the result is folded again.
        let email = identifier(&identifier(text, digits)?.to_lowercase(), Digits::Fold)?;
        let fits = email.chars().count() <= EMAIL_MAX && !email.contains(' ');
        let (local, domain) = email.split_once('@').filter(|_| fits).ok_or(Code::EmailInvalid)?;
        let mut labels = domain.split('.');
        if local.is_empty() || domain.contains('@') || labels.any(str::is_empty) {
            Err(Code::EmailInvalid)
        } else if is_mixed(local) || domain.split('.').any(is_mixed) {
            Err(Code::MixedScripts)
        } else {
            Ok(Self(email))
        }
    }
}

impl Login {
    /// The login, trimmed and in lower case. It is plain ASCII, where no two characters are confusable across
    /// scripts. `LOGIN_INVALID`, or `LOGIN_RESERVED` for those in [`LOGINS_RESERVED`].
    pub fn parse(text: &str) -> Result<Self, Code> {
        let login = text.trim().to_ascii_lowercase();
        let fits = (2..=LOGIN_MAX).contains(&login.len());
        let spelled = login.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-@+".contains(&b));
        if !fits || !spelled {
            Err(Code::LoginInvalid)
        } else if LOGINS_RESERVED.contains(&login.as_str()) {
            Err(Code::LoginReserved)
        } else {
            Ok(Self(login))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{check, said};
    use proptest::prelude::*;

    #[test]
    fn a_uid_is_folded_keeps_its_case_and_has_no_spaces() {
        let (full, long) = ("x".repeat(255), "x".repeat(256));
        check(
            &[
                (" U-17b ", "U-17b"),
                ("ＥＭＰ１７", "EMP17"),
                ("cafe\u{301}", "café"),
                ("工号17", "工号17"),
                (&full, &full),
                (&long, "UID_INVALID"),
                ("", "UID_INVALID"),
                ("a b", "UID_INVALID"),
                ("a\u{3000}b", "UID_INVALID"),
                ("a\tb", "INVISIBLE_CHARACTER"),
                ("a\u{200b}b", "INVISIBLE_CHARACTER"),
                ("a\u{ad}b", "INVISIBLE_CHARACTER"),
                ("\u{202e}ab", "INVISIBLE_CHARACTER"),
                ("uѕer", "MIXED_SCRIPTS"),
                ("a\0", "NUL_BYTE"),
            ],
            |text| said(Uid::parse(text, Digits::Fold)),
        );
        assert_eq!(said(Uid::parse("ＥＭＰ１７", Digits::Refuse)), "FULL_WIDTH_DIGITS");
        assert_eq!(said(Uid::parse("ＥＭＰ17", Digits::Refuse)), "EMP17");
    }

    #[test]
    fn an_email_address_has_one_at_sign_and_one_script_per_part() {
        let (full, long) = (format!("{}@x.org", "a".repeat(248)), format!("{}@x.org", "a".repeat(249)));
        check(
            &[
                (" Anna.Weber@Example.ORG ", "anna.weber@example.org"),
                ("ａ１＠example.org", "a1@example.org"),
                ("иван@example.org", "иван@example.org"),
                ("иван@почта.рф", "иван@почта.рф"),
                ("张三@example.org", "张三@example.org"),
                ("root@localhost", "root@localhost"),
                (&full, &full),
                (&long, "EMAIL_INVALID"),
                ("", "EMAIL_INVALID"),
                ("anna", "EMAIL_INVALID"),
                ("@example.org", "EMAIL_INVALID"),
                ("anna@", "EMAIL_INVALID"),
                ("a@b@c", "EMAIL_INVALID"),
                ("a@b..c", "EMAIL_INVALID"),
                ("a@.b", "EMAIL_INVALID"),
                ("an na@example.org", "EMAIL_INVALID"),
                ("a\u{200b}nna@example.org", "INVISIBLE_CHARACTER"),
                ("anna@example.org\u{feff}", "INVISIBLE_CHARACTER"),
                ("аnna@example.org", "MIXED_SCRIPTS"),
                ("anna@exаmple.org", "MIXED_SCRIPTS"),
                ("a\0@b", "NUL_BYTE"),
            ],
            |text| said(Email::parse(text, Digits::Fold)),
        );
        assert_eq!(said(Email::parse("a１@example.org", Digits::Refuse)), "FULL_WIDTH_DIGITS");
    }

    #[test]
    fn a_login_is_plain_ascii_and_not_the_name_of_an_actor_that_is_not_a_person() {
        let (full, long) = ("x".repeat(100), "x".repeat(101));
        check(
            &[
                (" Anna.Weber+1@example.org ", "anna.weber+1@example.org"),
                ("a_b-c", "a_b-c"),
                ("systems", "systems"),
                (&full, &full),
                (&long, "LOGIN_INVALID"),
                ("a", "LOGIN_INVALID"),
                ("", "LOGIN_INVALID"),
                ("anna weber", "LOGIN_INVALID"),
                ("ａｎｎａ", "LOGIN_INVALID"),
                ("аnna", "LOGIN_INVALID"),
                ("anna\u{200b}", "LOGIN_INVALID"),
                ("System", "LOGIN_RESERVED"),
                ("anonymous", "LOGIN_RESERVED"),
                (" UNKNOWN", "LOGIN_RESERVED"),
                ("cli", "LOGIN_RESERVED"),
            ],
            |text| said(Login::parse(text)),
        );
    }

    proptest! {
        #[test]
        fn a_stored_identifier_reads_back_unchanged(text in "\\PC{1,12}@\\PC{1,8}|\\PC{0,20}") {
            if let Ok(kept) = Email::parse(&text, Digits::Fold) {
                prop_assert_eq!(Email::parse(kept.as_str(), Digits::Refuse), Ok(kept));
            }
            if let Ok(kept) = Uid::parse(&text, Digits::Fold) {
                prop_assert_eq!(Uid::parse(kept.as_str(), Digits::Refuse), Ok(kept));
            }
            if let Ok(kept) = Login::parse(&text) {
                prop_assert_eq!(Login::parse(kept.as_str()), Ok(kept));
            }
        }
    }
}
