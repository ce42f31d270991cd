//! `batch import`: a file becomes a batch, or is refused whole.

use super::show::View;
use crate::commands::problem::{self, Shown, delimiter};
use crate::exit::{Exit, Failure};
use crate::say::{Say, say};
use crate::session::Session;
use clap::Args;
use domain::batch::{BatchMode, BatchType};
use domain::code::Language;
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
    /// Take the file although it was imported before: its people are paid again
    #[arg(long)]
    pub again: bool,
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

fn kind(text: &str) -> Result<BatchType, Say> {
    BatchType::from_name(text).ok_or(say(
        "one_to_many, many_to_one or many_to_many",
        "可用 one_to_many（一对多）、many_to_one（多对一）或 many_to_many（多对多）",
    ))
}

fn mode(text: &str) -> Result<BatchMode, Say> {
    BatchMode::from_name(text).ok_or(say(
        "continue, stop_on_failure or atomic",
        "可用 continue（继续）、stop_on_failure（首次失败即停止）或 atomic（全部成功或全部不执行）",
    ))
}

fn mapping(text: &str) -> Result<(Field, String), Say> {
    const WANTED: Say = say(
        "FIELD=HEADER, with account, email, uid, amount, currency, memo, reference or source",
        "格式为 FIELD=HEADER（字段=表头），字段可用 account、email、uid、amount、currency、memo、reference 或 source",
    );
    let (field, header) = text.split_once('=').ok_or(WANTED)?;
    Ok((Field::parse(field).ok_or(WANTED)?, header.to_owned()))
}

impl ImportArgs {
    fn check(&self, language: Language) -> Result<(), Failure> {
        let usage = |text: Say| Err(Failure::usage(text, language));
        match self.kind {
            BatchType::ManyToMany if self.currency.is_none() => usage(say(
                "A many_to_many batch needs --currency",
                "多对多（many_to_many）批次须指定 --currency",
            )),
            BatchType::OneToMany | BatchType::ManyToOne if self.account.is_none() => usage(say(
                "A one_to_many or many_to_one batch needs --account",
                "一对多（one_to_many）或多对一（many_to_one）批次须指定 --account",
            )),
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
            again: self.again,
            draft: self.draft,
        }
    }
}

/// Runs it.
pub(crate) async fn run(session: &Session, args: &ImportArgs) -> Result<Exit, Failure> {
    args.check(session.language)?;
    let file = problem::open(&args.file)?;
    let Imported { batch, taken, refused, problems } =
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
    for key in ["batch_id", "id"] {
        json.entry(key).or_insert(Value::Null);
    }
    let text = || {
        let rows = problem::to_text(&problems, session.out);
        let done = say!(
            session.language,
            "{taken} rows taken, {refused} refused",
            "已接受 {taken} 行，{refused} 行被拒绝"
        );
        let end = end(view.as_ref(), session);
        [done, rows, end].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    };
    session.out.answer(Value::Object(json), text)?;
    Ok(if view.is_some() { Exit::Success } else { Exit::Refused })
}

/// The batch and what comes next, or that there is none.
fn end(view: Option<&View>, session: &Session) -> String {
    let Some(view) = view else {
        return say!(
            session.language,
            "No batch was created: correct the file and import it again.",
            "未创建批次：请修正文件后重新导入。"
        );
    };
    let (text, number) = (view.to_text(session.out), view.batch.number());
    say!(
        session.language,
        "{text}\nNext: `sluice batch preview {number}`, then `sluice batch run {number}`",
        "{text}\n下一步：`sluice batch preview {number}`，然后 `sluice batch run {number}`"
    )
}
