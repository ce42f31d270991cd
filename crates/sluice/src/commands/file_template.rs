//! `file template`: a file to fill in and import, empty or with chosen payees.

use crate::commands::template;
use crate::data_dir::replace;
use crate::exit::{Exit, Failure};
use crate::say::say;
use crate::session::Session;
use clap::{Args, ValueEnum};
use domain::holder_group::HolderGroupRef;
use serde_json::json;
use service::Error;
use service::batch::read_ref;
use service::file_template::{
    self, FileTemplateForm, FileTemplateKind, FileTemplateRequest, NamedBy, PayeeChoice,
};
use std::io::Write;
use std::path::PathBuf;

/// Arguments of `file template`.
#[derive(Debug, Args)]
pub(crate) struct FileTemplateArgs {
    /// What its rows become
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    pub kind: FileTemplateKindName,
    /// File to write [default: TYPE-template.FORM, in this folder]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// csv or xlsx [default: by the ending of the file's name, else csv]
    #[arg(long, value_enum, value_name = "FORM")]
    pub format: Option<FileTemplateFormName>,
    /// Name payees by email address or uid, in an empty template
    #[arg(long)]
    pub by_person: bool,
    /// Fill it with these accounts, by number or id, and the amounts that a batch last paid them
    #[arg(long, value_name = "ACCOUNTS", value_delimiter = ',', conflicts_with_all = ["group", "template", "batch"])]
    pub accounts: Option<Vec<String>>,
    /// Fill it with the members of this group, by its name or id, likewise
    #[arg(long, value_name = "GROUP", requires = "currency", conflicts_with_all = ["template", "batch"])]
    pub group: Option<String>,
    /// Currency of the members' accounts
    #[arg(long, value_name = "CODE", requires = "group")]
    pub currency: Option<String>,
    /// Fill it with the payments of this saved template and the amounts of its last run
    #[arg(long, value_name = "ID", conflicts_with = "batch")]
    pub template: Option<String>,
    /// Fill it with the payments of this batch, by number or id
    #[arg(long, value_name = "BATCH")]
    pub batch: Option<String>,
}

/// What the rows become.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum FileTemplateKindName {
    /// Payments from one account to many
    #[value(name = "one_to_many")]
    OneToMany,
    /// Payments from many accounts to one
    #[value(name = "many_to_one")]
    ManyToOne,
    /// Payments that name both sides
    #[value(name = "many_to_many")]
    ManyToMany,
    /// Accounts to open
    Accounts,
}

/// The form of the file.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum FileTemplateFormName {
    /// Text that spreadsheets read
    Csv,
    /// An Excel workbook
    Xlsx,
}

impl FileTemplateArgs {
    fn request(&self, session: &Session) -> Result<FileTemplateRequest, Failure> {
        Ok(FileTemplateRequest {
            kind: match self.kind {
                FileTemplateKindName::OneToMany => FileTemplateKind::OneToMany,
                FileTemplateKindName::ManyToOne => FileTemplateKind::ManyToOne,
                FileTemplateKindName::ManyToMany => FileTemplateKind::ManyToMany,
                FileTemplateKindName::Accounts => FileTemplateKind::Accounts,
            },
            form: self.form(),
            language: session.language,
            named_by: if self.by_person { NamedBy::Person } else { NamedBy::Account },
            chosen: self.chosen()?,
        })
    }

    fn form(&self) -> FileTemplateForm {
        let ending = self.out.as_ref().and_then(|path| path.extension());
        match self.format {
            Some(FileTemplateFormName::Xlsx) => FileTemplateForm::Xlsx,
            None if ending.is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx")) => {
                FileTemplateForm::Xlsx
            }
            Some(FileTemplateFormName::Csv) | None => FileTemplateForm::Csv,
        }
    }

    fn chosen(&self) -> Result<Option<PayeeChoice>, Failure> {
        Ok(match (&self.accounts, &self.group, &self.template, &self.batch) {
            (Some(accounts), ..) => {
                Some(PayeeChoice::Accounts(accounts.iter().map(|account| account.trim().into()).collect()))
            }
            (_, Some(group), ..) => Some(PayeeChoice::Group {
                group: HolderGroupRef::parse(group),
                currency: self.currency.as_deref().unwrap_or_default().to_ascii_uppercase(),
            }),
            (_, _, Some(id), _) => Some(PayeeChoice::Saved(template::read(id)?)),
            (.., Some(batch)) => Some(PayeeChoice::Batch(read_ref(batch)?)),
            (None, None, None, None) => None,
        })
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &FileTemplateArgs) -> Result<Exit, Failure> {
    let request = args.request(session)?;
    let made = file_template::make(&session.service, &request).await?;
    let rows = i64::try_from(made.rows).unwrap_or(i64::MAX);
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from(&made.name));
    replace(&path, async |writer| {
        writer.write_all(&made.bytes).map_err(Error::Io)?;
        Ok(rows)
    })
    .await?;
    let file = path.display().to_string();
    let json =
        json!({ "file": file, "type": request.kind.name(), "format": request.form.name(), "rows": rows });
    session.out.answer(json, || {
        say!(
            session.language,
            "A template with {rows} rows was written to {file}",
            "模板（{rows} 行）已写入 {file}"
        )
    })?;
    Ok(Exit::Success)
}
