//! Templates of files: a file to fill in and import, empty or with chosen payees and the amounts of their last payments.
//! Every header is one that the import recognises without a mapping.
//!
//! An empty template has no example row: whatever is below the header would be imported as a payment.

mod chosen;
mod payee;
mod saved;
mod write;

use self::payee::TemplatePayee;
use crate::{Error, Service};
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
pub enum Chosen {
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
    pub chosen: Option<Chosen>,
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

/// Makes a template.
///
/// # Errors
/// `FILE_TEMPLATE_UNFIT` if the payees cannot fill one of this type, `BATCH_TEMPLATE_TOO_LARGE` if there are more than
/// [`ROWS_MAX`] of them, and whatever says that one of them does not exist.
pub async fn make(service: &Service, request: &FileTemplateRequest) -> Result<FileTemplate, Error> {
    fits(request)?;
    let payees = match &request.chosen {
        None => Vec::new(),
        Some(chosen) => payees(service, request.kind, chosen).await?,
    };
    let (request, rows, now) = (request.clone(), payees.len(), service.now());
    let name = format!("{}-template.{}", request.kind.name(), request.form.name());
    // A workbook is compressed, which takes a while.
    let writing = tokio::task::spawn_blocking(move || write::write(&request, &payees, now));
    let bytes = writing.await.map_err(std::io::Error::other)??;
    Ok(FileTemplate { name, rows, bytes })
}

async fn payees(
    service: &Service,
    kind: FileTemplateKind,
    chosen: &Chosen,
) -> Result<Vec<TemplatePayee>, Error> {
    let mut tx = service.store.read().await?;
    match chosen {
        Chosen::Accounts(numbers) => chosen::accounts(&mut tx, kind, numbers).await,
        Chosen::Group { group, currency } => chosen::members(&mut tx, kind, group, currency).await,
        Chosen::Saved(id) => saved::of_template(&mut tx, kind, *id).await,
        Chosen::Batch(batch) => saved::of_batch(&mut tx, kind, *batch).await,
    }
}

/// Whether the rows can be what is asked for, as far as that is known without reading anything.
fn fits(request: &FileTemplateRequest) -> Result<(), Error> {
    use FileTemplateKind as K;
    match (request.kind, request.named_by, &request.chosen) {
        (K::Accounts, _, Some(_)) => Err(unfit("accounts to open have no payees", "开户模板没有收款人")),
        (K::Accounts | K::ManyToMany, NamedBy::Person, _) => Err(unfit(
            "only payments with a single account name a person",
            "只有指定单一账户的转账才能按人员填写",
        )),
        (_, NamedBy::Person, Some(_)) => {
            Err(unfit("chosen payees are written with their account numbers", "所选收款人以账号填写"))
        }
        (K::ManyToMany, _, Some(Chosen::Accounts(_) | Chosen::Group { .. })) => Err(unfit(
            "each row needs a payer and a payee, and these are one side",
            "每行须有付款方和收款方，所选账户只是其中一方",
        )),
        _ => Ok(()),
    }
}

fn unfit(english: impl Into<String>, chinese: impl Into<String>) -> Error {
    Error::bilingual(Code::TemplateFileUnfit, english, chinese)
}
