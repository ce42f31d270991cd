//! Templates of files to fill in and upload.

use crate::app::App;
use crate::kit::download::{Download, Source};
use crate::kit::language;
use crate::kit::list::text;
use crate::kit::operation::Groups;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use crate::v2::account::AccountInput;
use axum::extract::State;
use domain::access::Operation;
use domain::account_ref::GivenAccount;
use domain::code::groups::ACCOUNT_REFERENCE;
use domain::code::{Code, Language};
use domain::holder_group::HolderGroupRef;
use domain::id::TemplateId;
use domain::noun::NounId;
use domain::visible::shown;
use serde::Deserialize;
use service::Error;
use service::batch::read_ref;
use service::file_template::{
    self, FileTemplateForm, FileTemplateKind, FileTemplateRequest, NamedBy, PayeeChoice,
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const CSV: &str = "text/csv";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) fn routes() -> Routes {
    const CODES: Groups = &[
        ACCOUNT_REFERENCE,
        &[
            Code::TemplateFileUnfit,
            Code::TemplateTooLarge,
            Code::TemplateNotFound,
            Code::AccountNotFound,
            Code::AssetUnknown,
            Code::HolderGroupNotFound,
            Code::BatchNotFound,
        ],
    ];
    Routes::new().add(Operation::FileTemplate, routes!(template), CODES)
}

/// What the rows of a template become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum FileTemplateTypeWord {
    /// Payments from one account to many.
    OneToMany,
    /// Payments from many accounts to one.
    ManyToOne,
    /// Payments that name both sides.
    ManyToMany,
    /// Accounts to open.
    Accounts,
}

/// The form of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum FileTemplateFormWord {
    /// CSV.
    Csv,
    /// An Excel workbook.
    Xlsx,
}

/// The language of a template's headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum FileTemplateLanguageWord {
    /// English.
    En,
    /// Chinese.
    Zh,
}

/// How the rows of an empty template name payees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum NamedByWord {
    /// By the account's number.
    Account,
    /// By the holder's e-mail address or uid.
    Person,
}

/// Which template is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct FileTemplateQuery {
    /// What the rows become: payments of a batch of this type, or accounts to open.
    #[serde(rename = "type")]
    #[param(inline, rename = "type")]
    kind: FileTemplateTypeWord,
    /// The form; `csv` by default.
    #[param(inline, nullable = false)]
    format: Option<FileTemplateFormWord>,
    /// The language of the headers; that of the response by default.
    #[param(inline, nullable = false)]
    lang: Option<FileTemplateLanguageWord>,
    /// How the rows of an empty template name payees; `account` by default.
    #[param(inline, nullable = false)]
    named_by: Option<NamedByWord>,
    /// Fill it with the accounts that have these numbers, separated by commas, and the amounts that a batch last paid them.
    #[param(example = "6001-001,6001-002", max_length = 6_000, nullable = false)]
    accounts: Option<String>,
    /// Fill it with the default accounts of the members of the group with this id or name, likewise; with `currency`.
    #[param(example = "Sales London", max_length = 255, nullable = false)]
    group: Option<String>,
    /// The currency of the members' accounts.
    #[param(example = "USD", max_length = 12, nullable = false)]
    currency: Option<String>,
    /// Fill it with the payments of this saved template, and the amounts of its last run.
    #[param(example = "tmpl_3", max_length = 64, nullable = false)]
    template_id: Option<String>,
    /// Fill it with the payments of this batch, by number or id.
    #[param(example = "batch-20260310-001", max_length = 64, nullable = false)]
    batch_id: Option<String>,
}

impl FileTemplateQuery {
    fn into_request(self) -> Result<FileTemplateRequest, Problem> {
        Ok(FileTemplateRequest {
            kind: match self.kind {
                FileTemplateTypeWord::OneToMany => FileTemplateKind::OneToMany,
                FileTemplateTypeWord::ManyToOne => FileTemplateKind::ManyToOne,
                FileTemplateTypeWord::ManyToMany => FileTemplateKind::ManyToMany,
                FileTemplateTypeWord::Accounts => FileTemplateKind::Accounts,
            },
            form: match self.format {
                Some(FileTemplateFormWord::Xlsx) => FileTemplateForm::Xlsx,
                Some(FileTemplateFormWord::Csv) | None => FileTemplateForm::Csv,
            },
            language: match self.lang {
                Some(FileTemplateLanguageWord::En) => Language::English,
                Some(FileTemplateLanguageWord::Zh) => Language::Chinese,
                None => language::current(),
            },
            named_by: match self.named_by {
                Some(NamedByWord::Person) => NamedBy::Person,
                Some(NamedByWord::Account) | None => NamedBy::Account,
            },
            chosen: self.chosen()?,
        })
    }

    fn chosen(self) -> Result<Option<PayeeChoice>, Problem> {
        let currency = text("currency", self.currency)?;
        match (self.accounts, text("group", self.group)?, self.template_id, self.batch_id, currency) {
            (None, None, None, None, None) => Ok(None),
            (Some(numbers), None, None, None, None) => Ok(Some(PayeeChoice::Accounts(listed(&numbers)?))),
            (None, Some(group), None, None, Some(currency)) => {
                Ok(Some(PayeeChoice::Group { group: HolderGroupRef::parse(&group), currency }))
            }
            (None, None, Some(id), None, None) => {
                let found = TemplateId::from_text(&id);
                let id = found.map_err(|_| Problem::about(Code::TemplateNotFound, shown(&id)))?;
                Ok(Some(PayeeChoice::Saved(id)))
            }
            (None, None, None, Some(batch), None) => Ok(Some(PayeeChoice::Batch(read_ref(&batch)?))),
            (None, _, None, None, _) => {
                Err(Problem::about(Code::QueryInvalid, "group, currency: send both or neither"))
            }
            _ => Err(Problem::about(
                Code::QueryInvalid,
                "accounts, group, templateId, batchId: send only one of them",
            )),
        }
    }
}

/// Accounts separated by commas.
fn listed(accounts: &str) -> Result<Vec<GivenAccount>, Problem> {
    let texts = accounts.split(',').map(str::trim).filter(|text| !text.is_empty());
    let read = |text| {
        AccountInput::read(text).map(|account| account.0).map_err(|code| Problem::about(code, shown(text)))
    };
    texts.map(read).collect()
}

/// A file that is made already.
struct Made(Option<Vec<u8>>);

impl Source for Made {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.0.take())
    }
}

/// Returns a file to fill in and import, as an attachment: empty, or filled with chosen payees and the amounts of their
/// last payments.
///
/// Its headers are recognised without a mapping. An empty one has no example row, since that would be imported as a
/// payment. It has at most 50,000 rows; `export_batch` writes a batch of any size. A member of a group who has no account
/// in the currency has a row without a number.
#[utoipa::path(get, path = "/api/v1/file-templates", operation_id = "getFileTemplate", tag = "files",
    params(FileTemplateQuery),
    responses((status = 200, description = "The file.", content(
        (String = "text/csv", example = "account,holder,amount,currency,memo,reference,external_id"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", example = "PK…"),
    ))))]
pub(super) async fn template(
    State(app): State<App>,
    who: Who,
    Query(query): Query<FileTemplateQuery>,
) -> Result<Download, Problem> {
    let request = query.into_request()?;
    let made = file_template::make(&app.service, &request).await?;
    let media_type = match request.form {
        FileTemplateForm::Csv => CSV,
        FileTemplateForm::Xlsx => XLSX,
    };
    Ok(Download::of(&app, &who, Made(Some(made.bytes)), made.name, media_type))
}
