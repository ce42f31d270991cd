//! What is asked for: which template, in which form, filled with whom.

use crate::Error;
use domain::account_ref::GivenAccount;
use domain::batch::BatchType;
use domain::batch_ref::BatchRef;
use domain::code::{Code, Language};
use domain::holder_group::HolderGroupRef;
use domain::id::TemplateId;

/// The most rows of a template, which is also the most payments of a saved one.
pub use crate::batch::rows::ROWS_MAX;

/// What the rows of a template become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileTemplateKind {
    /// Payments from one account to many.
    OneToMany,
    /// Payments from many accounts to one.
    ManyToOne,
    /// Payments that name both sides.
    ManyToMany,
    /// Accounts to open.
    Accounts,
}

impl FileTemplateKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::OneToMany, Self::ManyToOne, Self::ManyToMany, Self::Accounts];

    /// Its name in requests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.batch() {
            Some(kind) => kind.name(),
            None => "accounts",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The type of the batch that its rows become; none for accounts.
    #[must_use]
    pub const fn batch(self) -> Option<BatchType> {
        match self {
            Self::OneToMany => Some(BatchType::OneToMany),
            Self::ManyToOne => Some(BatchType::ManyToOne),
            Self::ManyToMany => Some(BatchType::ManyToMany),
            Self::Accounts => None,
        }
    }
}

/// The form of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FileTemplateForm {
    /// CSV in UTF-8 with a byte order mark.
    #[default]
    Csv,
    /// An Excel workbook, whose columns of account numbers are texts.
    Xlsx,
}

impl FileTemplateForm {
    /// The extension of its files, which is also its name in requests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// How the rows name the side that is not the batch's single account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NamedBy {
    /// By the account's number.
    #[default]
    Account,
    /// By the holder's e-mail address or uid.
    Person,
}

/// Whom a template is filled with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayeeChoice {
    /// These accounts, in this order, with what a batch last paid them (or they last paid in one).
    Accounts(Vec<GivenAccount>),
    /// The default accounts of a group's members in a currency, likewise.
    Group {
        /// The group.
        group: HolderGroupRef,
        /// The currency's code.
        currency: String,
    },
    /// The payments of a saved template, with the amounts of its last run, else those that were saved.
    Saved(TemplateId),
    /// The payments of an earlier batch.
    Batch(BatchRef),
}

/// Which template is wanted.
#[derive(Debug, Clone)]
pub struct FileTemplateRequest {
    /// What its rows become.
    pub kind: FileTemplateKind,
    /// Its form.
    pub form: FileTemplateForm,
    /// The language of its headers.
    pub language: Language,
    /// How an empty one names payees.
    pub named_by: NamedBy,
    /// Whom it is filled with; empty if nobody is chosen.
    pub chosen: Option<PayeeChoice>,
}

/// A template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileTemplate {
    /// The name of its file, in ASCII.
    pub name: String,
    /// The number of its rows, without the header.
    pub rows: usize,
    /// The file.
    pub bytes: Vec<u8>,
}

/// The refusal of payees that cannot fill a template.
pub(super) fn unfit(english: impl Into<String>, chinese: impl Into<String>) -> Error {
    Error::bilingual(Code::TemplateFileUnfit, english, chinese)
}
