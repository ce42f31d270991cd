//! The one table of outcome codes. Each noun has its rows in a file of its own; they are one enum.
//!
//! Each row is: number, variant, name on the wire, HTTP status, retry, English, Chinese. Numbers are stored
//! in the database and never reused (52 was `ACCOUNT_AMBIGUOUS`, 78 `FILE_SEEN`). Among posting refusals the
//! table order is the order of the checks: the first refusal wins (design: "Outcomes are a closed, ordered,
//! numbered enum").
//!
//! To add a code: take the next free number, put the row into the file of its noun, a posting refusal where its
//! check comes in the order, and add its name to its group in [`groups`], or to the operation that returns it in
//! `http`. Docs and the web's union are generated
//! from [`Code::ALL`]. The texts appear in every interface, so they contain no CLI flags, command names or JSON
//! field names.

mod account;
mod amount;
mod approval;
mod batch;
mod factor;
mod file;
pub mod groups;
mod notice;
mod person;
mod posting;
mod request;
mod row;
mod server;
mod task;
mod transfer;

use self::account::account_codes;
use self::amount::amount_codes;
use self::approval::approval_codes;
use self::batch::batch_codes;
use self::factor::factor_codes;
use self::file::file_codes;
use self::notice::notice_codes;
use self::person::person_codes;
use self::posting::posting_codes;
use self::request::request_codes;
use self::row::row_codes;
use self::server::server_codes;
use self::task::task_codes;
use self::transfer::transfer_codes;

/// Whether the same request can succeed later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same request will always be refused.
    Final,
    /// It may succeed later, once balances, limits or states have changed.
    Later,
}

/// The language of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

macro_rules! codes {
    ($($number:literal $variant:ident $name:literal $http:literal $retry:ident $en:literal $zh:literal;)*) => {
        /// A business refusal. Infrastructure errors are another type (`store::StoreError`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $en] $variant,)*
        }

        impl Code {
            /// Every code, in the order of precedence.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stored number; never reused.
            #[must_use]
            pub const fn number(self) -> i64 {
                match self { $(Self::$variant => $number,)* }
            }

            /// The name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The HTTP status of a response with this code.
            #[must_use]
            pub const fn http(self) -> u16 {
                match self { $(Self::$variant => $http,)* }
            }

            /// Whether a retry can succeed; defined for every code.
            #[must_use]
            pub const fn retry(self) -> Retry {
                match self { $(Self::$variant => Retry::$retry,)* }
            }

            /// The message shown to users.
            #[must_use]
            pub const fn message(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$variant, Language::English) => $en, (Self::$variant, Language::Chinese) => $zh,)*
                }
            }

            /// The code with this stored number.
            #[must_use]
            pub const fn from_number(number: i64) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

/// Joins the tables of the nouns into one: each of them adds its rows and passes them on.
macro_rules! table {
    ([] $($codes:tt)*) => {
        codes! { $($codes)* }
    };
    ([$first:ident $($more:ident)*] $($codes:tt)*) => {
        $first! { [$($more)*] $($codes)* }
    };
}

table! {
    [
        posting_codes transfer_codes account_codes amount_codes row_codes
        file_codes batch_codes approval_codes person_codes factor_codes
        notice_codes task_codes request_codes server_codes
    ]
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::error::Error for Code {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_and_names_are_unique_and_posting_refusals_are_ordered() {
        let numbers: HashSet<_> = Code::ALL.iter().map(|c| c.number()).collect();
        let names: HashSet<_> = Code::ALL.iter().map(|c| c.name()).collect();
        assert_eq!((numbers.len(), names.len()), (Code::ALL.len(), Code::ALL.len()));
        let posting: Vec<_> = Code::ALL.iter().map(|c| c.number()).filter(|n| *n < 30).collect();
        assert!(posting.is_sorted());
    }

    #[test]
    fn every_code_reads_back_from_its_number_and_has_a_text_in_both_languages() {
        for code in Code::ALL {
            assert_eq!(Code::from_number(code.number()), Some(*code));
            assert!(!code.message(Language::English).is_empty());
            assert!(!code.message(Language::Chinese).is_ascii(), "{code}");
        }
    }
}
