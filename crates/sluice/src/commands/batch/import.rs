//! `batch import`: a file becomes a batch, or is refused whole.

use super::found::{self, SubmissionArgs};
use super::show::View;
use crate::commands::problem::{self, Shown, delimiter};
use crate::exit::{Exit, Failure};
use crate::session::Session;
use clap::Args;
use domain::batch::{BatchMode, BatchType};
use formats::csv_reader::Delimiter;
use formats::payment::{Field, Mapping, Options};
use serde_json::{Value, json};
use service::batch::import::{BatchImport, Imported};

/// Arguments of `batch import`.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file; `-` is standard input
    pub file: String,
    /// one_to_many, many_to_one or many_to_many
    #[arg(long = "type", value_name = "TYPE", value_parser = kind)]
    pub kind: BatchType,
    /// The single account: it pays one_to_many, it is paid many_to_one
    #[arg(long, value_name = "NUMBER", required_unless_present = "currency")]
    pub account: Option<String>,
    /// What people call the batch
    #[arg(long)]
    pub name: String,
    /// What a failed item means for the rest: continue, stop_on_failure or atomic
    #[arg(long, default_value = "continue", value_parser = mode)]
    pub mode: BatchMode,
    /// Refuse the whole file if one row cannot be taken
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub submission: SubmissionArgs,
    /// Leave the batch a draft
    #[arg(long)]
    pub draft: bool,
    /// What people should know
    #[arg(long, value_name = "TEXT")]
    pub remarks: Option<String>,
    /// What separates fields: comma, semicolon or tab
    #[arg(long, default_value = "comma", value_parser = delimiter)]
    pub delimiter: Delimiter,
    /// Take a field from the column with this header, such as amount=Net
    #[arg(long, value_name = "FIELD=HEADER", value_parser = mapping)]
    pub map: Vec<(Field, String)>,
    /// The currency of a many_to_many batch
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
}

fn kind(text: &str) -> Result<BatchType, String> {
    BatchType::from_name(text).ok_or_else(|| "one_to_many, many_to_one or many_to_many".to_owned())
}

fn mode(text: &str) -> Result<BatchMode, String> {
    BatchMode::from_name(text).ok_or_else(|| "continue, stop_on_failure or atomic".to_owned())
}

fn mapping(text: &str) -> Result<(Field, String), String> {
    let wanted =
        || "FIELD=HEADER, with account, email, uid, amount, currency, memo, reference or source".to_owned();
    let (field, header) = text.split_once('=').ok_or_else(wanted)?;
    Ok((Field::parse(field).ok_or_else(wanted)?, header.to_owned()))
}

impl ImportArgs {
    fn check(&self) -> Result<(), Failure> {
        let usage = |text: &str| Err(Failure::Usage(text.to_owned()));
        match self.kind {
            BatchType::ManyToMany if self.currency.is_none() => {
                usage("a many_to_many batch needs --currency")
            }
            BatchType::OneToMany | BatchType::ManyToOne if self.account.is_none() => {
                usage("a one_to_many or many_to_one batch needs --account")
            }
            BatchType::ManyToMany | BatchType::OneToMany | BatchType::ManyToOne => Ok(()),
        }
    }

    fn import(&self) -> BatchImport {
        let mut mapping = Mapping::default();
        for (field, header) in &self.map {
            mapping.set(*field, header.clone());
        }
        BatchImport {
            kind: self.kind,
            mode: self.mode,
            account: self.account.clone().filter(|_| self.kind != BatchType::ManyToMany),
            currency: self.currency.clone(),
            name: self.name.clone(),
            remarks: self.remarks.clone(),
            options: Options { delimiter: self.delimiter, mapping },
            strict: self.strict,
            draft: self.draft,
            submission: self.submission.submission(),
        }
    }
}

/// Runs it.
pub(crate) async fn run(session: &Session, args: &ImportArgs) -> Result<Exit, Failure> {
    args.check()?;
    let file = problem::open(&args.file)?;
    let Imported { batch, taken, refused, problems, found } =
        session.service.batch_import(&session.actor, &args.import(), file).await?;
    let problems: Vec<Shown> = problems.into_iter().map(Shown::from).collect();
    let view = match batch {
        Some(batch) => Some(View::of(session, batch).await?),
        None => None,
    };
    let mut json = view.as_ref().map(View::to_json).unwrap_or_default();
    let shown = problem::to_json(&problems, session.language);
    for (key, value) in [("taken", json!(taken)), ("refused", json!(refused)), ("problems", shown)] {
        json.insert(key.to_owned(), value);
    }
    if let Some(view) = &view {
        json.extend(found::to_json(&found, &view.asset, session.language));
    }
    for key in ["batch_id", "id"] {
        json.entry(key).or_insert(Value::Null);
    }
    let text = || {
        let rows = problem::to_text(&problems, session.language);
        let end = match &view {
            Some(view) => {
                let number = view.batch.number();
                format!(
                    "{}\n{}\nNext: sluice batch preview {number}, then sluice batch run {number}",
                    view.to_text(),
                    found::to_text(&found, &view.asset, session.language)
                )
            }
            None => "No batch was made: correct the file and import it again.".to_owned(),
        };
        format!("{taken} rows taken, {refused} refused\n{rows}\n{end}").replace("\n\n", "\n")
    };
    session.out.answer(Value::Object(json), text)?;
    Ok(if view.is_some() { Exit::Success } else { Exit::Refused })
}
