//! `batch import`: turns a file into a batch, or refuses it as a whole.

use super::found::{self, SubmissionArgs};
use super::next::steps;
use super::problems;
use super::show::BatchView;
use crate::commands::file_report;
use crate::commands::import_file::{self, ImportFileArgs};
use crate::commands::problem::{self, ShownProblem};
use crate::commands::remembered;
use crate::exit::{Exit, Failure};
use crate::say::{Say, say};
use crate::session::Session;
use clap::Args;
use domain::account_ref::GivenAccount;
use domain::batch::{BatchMode, BatchType};
use domain::code::Language;
use domain::task::columns::ColumnChoices;
use formats::payment::{PaymentField, PaymentFileOptions};
use formats::probe::Purpose;
use serde_json::{Value, json};
use service::batch;
use service::batch::import::{AddFile, BatchImport, Expected, Imported};
use std::path::PathBuf;

/// Arguments of `batch import`.
#[derive(Debug, Args)]
pub(crate) struct BatchImportArgs {
    #[command(flatten)]
    pub file: ImportFileArgs,
    /// Type of the batch: one_to_many, many_to_one or many_to_many
    #[arg(long = "type", value_name = "TYPE", value_parser = kind, required_unless_present = "into")]
    pub kind: Option<BatchType>,
    /// The single account, by number or as acct_18: the payer of one_to_many, the payee of many_to_one
    #[arg(long, value_name = "NUMBER", required_unless_present_any = ["currency", "into"])]
    pub account: Option<GivenAccount>,
    /// Name of the batch
    #[arg(long, required_unless_present = "into")]
    pub name: Option<String>,
    /// Add the rows to this draft; a file with the column sluice_row corrects refused rows
    #[arg(long, value_name = "BATCH",
        conflicts_with_all = ["kind", "account", "name", "currency", "draft", "again", "without_paid",
                              "leave_problems", "remarks", "convert", "allow_repeat"])]
    pub into: Option<String>,
    /// What to do when an item fails: continue, stop_on_failure or atomic
    #[arg(long, default_value = "continue", value_parser = mode)]
    pub mode: BatchMode,
    /// Accept the good rows even if others are refused; the batch stays a draft
    #[arg(long)]
    pub partial: bool,
    /// With --partial: write the refused rows with reasons to this file; its ending says in which form
    #[arg(long, value_name = "FILE", requires = "partial")]
    pub refused: Option<PathBuf>,
    /// Refuse the file unless it has exactly this many rows
    #[arg(long, value_name = "N")]
    pub expect_rows: Option<u64>,
    /// Refuse the file unless its amounts add up to this sum
    #[arg(long, value_name = "SUM")]
    pub expect_total: Option<String>,
    #[command(flatten)]
    pub submission: SubmissionArgs,
    /// Keep the batch as a draft
    #[arg(long)]
    pub draft: bool,
    /// Convert currencies: pay accounts in other currencies at the stored rate
    #[arg(long)]
    pub convert: bool,
    /// With --convert: use the rates stored when each item is paid, not those kept at submission
    #[arg(long, requires = "convert")]
    pub follow_rates: bool,
    /// Allow a payee more than once if the rows differ in reference or external id
    #[arg(long)]
    pub allow_repeat: bool,
    /// Remarks on the batch
    #[arg(long, value_name = "TEXT")]
    pub remarks: Option<String>,
    /// Read a field from the column with this header, such as amount=Net
    #[arg(long, value_name = "FIELD=HEADER", value_parser = mapping)]
    pub map: Vec<(PaymentField, String)>,
    /// Currency of a many_to_many batch
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
}

fn kind(text: &str) -> Result<BatchType, Say> {
    BatchType::from_name(text).filter(|kind| !kind.is_outside()).ok_or(say(
        "must be one_to_many, many_to_one or many_to_many",
        "可用 one_to_many（一对多）、many_to_one（多对一）或 many_to_many（多对多）",
    ))
}

fn mode(text: &str) -> Result<BatchMode, Say> {
    BatchMode::from_name(text).ok_or(say(
        "must be continue, stop_on_failure or atomic",
        "可用 continue（继续）、stop_on_failure（首次失败即停止）或 atomic（全部成功或全部不执行）",
    ))
}

/// The form of a mapping.
const MAPPING: Say = say(
    "must be FIELD=HEADER, where FIELD is payer, payee, account, email, uid, amount, ratio, currency, memo, \
     reference, external_id or sluice_row",
    "格式须为 FIELD=HEADER（字段=表头），字段可用 `payer`、`payee`、`account`、`email`、`uid`、`amount`、`ratio`、`currency`、`memo`、\
     `reference`、`external_id` 或 `sluice_row`",
);

fn mapping(text: &str) -> Result<(PaymentField, String), Say> {
    import_file::mapping(text, PaymentField::parse).ok_or(MAPPING)
}

impl BatchImportArgs {
    fn check(&self, language: Language) -> Result<(), Failure> {
        let usage = |text: Say| Err(Failure::usage(text, language));
        match self.kind {
            Some(BatchType::ManyToMany) if self.currency.is_none() => usage(say(
                "A many_to_many batch needs --currency",
                "多对多（many_to_many）批次须指定 --currency",
            )),
            Some(BatchType::OneToMany | BatchType::ManyToOne) if self.account.is_none() => usage(say(
                "A one_to_many or many_to_one batch needs --account",
                "一对多（one_to_many）或多对一（many_to_one）批次须指定 --account",
            )),
            _ => Ok(()),
        }
    }

    fn options(
        &self,
        remembered: Option<&ColumnChoices>,
        language: Language,
    ) -> Result<PaymentFileOptions, Failure> {
        Ok(PaymentFileOptions {
            file: self.file.form(),
            map: import_file::columns(&self.map, remembered, PaymentField::parse),
            numbers: self.file.numbers(remembered, language)?,
            ignore: self.file.ignored(remembered),
            ..PaymentFileOptions::default()
        })
    }

    fn expected(&self) -> Expected {
        Expected { rows: self.expect_rows, total: self.expect_total.clone() }
    }

    fn import(&self, kind: BatchType, options: PaymentFileOptions) -> BatchImport {
        BatchImport {
            mode: self.mode,
            account: self.account.clone().filter(|_| kind != BatchType::ManyToMany),
            currency: self.currency.clone(),
            remarks: self.remarks.clone(),
            options,
            partial: self.partial,
            draft: self.draft,
            submission: self.submission.submission(),
            convert: self.convert,
            follow_rates: self.follow_rates,
            allow_repeat: self.allow_repeat,
            expected: self.expected(),
            ..BatchImport::new(kind, self.name.clone().unwrap_or_default())
        }
    }

    fn add(&self, options: PaymentFileOptions) -> AddFile {
        AddFile { options, partial: self.partial, expected: self.expected(), ..AddFile::default() }
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &BatchImportArgs) -> Result<Exit, Failure> {
    let imported = import(session, args).await?;
    let Imported { batch, taken, taken_amount, refused, problems, file, found } = imported;
    let problems: Vec<ShownProblem> = problems.into_iter().map(ShownProblem::from).collect();
    let view = match batch {
        Some(batch) => Some(BatchView::of(session, batch).await?),
        None => None,
    };
    if let (Some(path), Some(view)) = (&args.refused, &view) {
        problems::write(session, view.batch.id.into(), path, None).await?;
    }
    let mut json = view.as_ref().map(BatchView::to_json).unwrap_or_default();
    let shown = problem::to_json(&problems, session.language);
    for (key, value) in [
        ("taken", json!(taken)),
        ("taken_amount", json!(taken_amount)),
        ("refused", json!(refused)),
        ("problems", shown),
        ("file", file_report::to_json(&file, session.language)),
    ] {
        json.insert(key.to_owned(), value);
    }
    if let Some(view) = &view {
        json.extend(found::to_json(&found, &view.asset, session.language));
    }
    for key in ["batch_id", "id"] {
        json.entry(key).or_insert(Value::Null);
    }
    let ending = ending(view.as_ref(), session).await?;
    let text = || {
        let rows = problem::to_text(&problems, session.out);
        let taken = say!(
            session.language,
            "{taken} rows accepted, {taken_amount}; {refused} refused",
            "已接受 {taken} 行，合计 {taken_amount}；{refused} 行被拒绝"
        );
        let warned = |view: &BatchView| found::to_text(&found, &view.asset, session.language);
        let warned = view.as_ref().map(warned).unwrap_or_default();
        let text = [file_report::to_text(&file, session.language), taken, rows, warned, ending];
        text.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    };
    session.out.answer(Value::Object(json), text)?;
    Ok(match &view {
        None => Exit::Refused,
        Some(_) if refused > 0 => Exit::Partial,
        Some(_) => Exit::Success,
    })
}

/// Imports the file as a batch, or into one.
async fn import(session: &Session, args: &BatchImportArgs) -> Result<Imported, Failure> {
    args.check(session.language)?;
    let mut file = args.file.open()?;
    let is_mapped = !args.map.is_empty();
    let known = remembered::choices(session, &args.file, &mut file, Purpose::Payments, is_mapped).await?;
    let options = args.options(known.as_ref(), session.language)?;
    let (service, actor) = (&session.service, &session.actor);
    Ok(match (&args.into, args.kind) {
        (Some(batch), _) => {
            batch::import_into(service, actor, batch::read_ref(batch)?, &args.add(options), file).await?
        }
        (None, Some(kind)) => batch::import(service, actor, &args.import(kind, options), file).await?,
        (None, None) => {
            let text = say("Specify --type or --into BATCH", "请指定 --type 或 --into BATCH");
            return Err(Failure::usage(text, session.language));
        }
    })
}

/// The batch and what to do next.
async fn ending(view: Option<&BatchView>, session: &Session) -> Result<String, Failure> {
    let Some(view) = view else {
        return Ok(say!(
            session.language,
            "Nothing was imported. Correct the file and try again, or accept only its good rows with --partial.",
            "未导入任何数据。请修正文件后重新导入，或用 --partial 只接受正确的行。"
        ));
    };
    let steps = steps(session, &view.batch).await?;
    Ok(format!("{}\n{steps}", view.to_text(session.out)).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use formats::payment::COLUMNS;

    #[test]
    fn the_mapping_error_names_every_column_in_both_languages() {
        import_file::tests::check_names_every_column(MAPPING, COLUMNS.iter().map(|column| column.name));
    }
}
