//! `account import`: opens the accounts in a file.

use crate::commands::file_report;
use crate::commands::import_file::{self, ImportFileArgs};
use crate::commands::problem::{self, ShownProblem};
use crate::commands::remembered;
use crate::exit::{Exit, Failure};
use crate::out::{Out, left, right};
use crate::say::{Say, say};
use crate::session::Session;
use crate::word;
use clap::Args;
use domain::code::Language;
use domain::task::columns::ColumnChoices;
use formats::account::{AccountField, AccountFileOptions};
use formats::probe::Purpose;
use serde_json::{Value, json};
use service::account;
use service::account_import::{AccountImport, AccountsImported, ImportedRow, OpeningOutcome, RowOutcome};

/// Maximum rows of an import shown as text.
const ROWS_TOLD: usize = 20;

/// Arguments of `account import`.
#[derive(Debug, Args)]
pub(crate) struct AccountImportArgs {
    #[command(flatten)]
    pub file: ImportFileArgs,
    /// Read a field from the column with this header, such as holder=Employee
    #[arg(long, value_name = "FIELD=HEADER", value_parser = mapping)]
    pub map: Vec<(AccountField, String)>,
    /// Allow numbers that look like those of other accounts
    #[arg(long)]
    pub confusable: bool,
}

/// The form of a mapping.
const MAPPING: Say = say(
    "must be FIELD=HEADER, where FIELD is number, holder, email, uid, currency or opening",
    "格式须为 FIELD=HEADER（字段=表头），字段可用 `number`、`holder`、`email`、`uid`、`currency` 或 `opening`",
);

fn mapping(text: &str) -> Result<(AccountField, String), Say> {
    import_file::mapping(text, AccountField::parse).ok_or(MAPPING)
}

impl AccountImportArgs {
    fn options(
        &self,
        remembered: Option<&ColumnChoices>,
        language: Language,
    ) -> Result<AccountFileOptions, Failure> {
        Ok(AccountFileOptions {
            file: self.file.form(),
            map: import_file::columns(&self.map, remembered, AccountField::parse),
            numbers: self.file.numbers(remembered, language)?,
            ignore: self.file.ignored(remembered),
        })
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &AccountImportArgs) -> Result<Exit, Failure> {
    let mut file = args.file.open()?;
    let is_mapped = !args.map.is_empty();
    let known = remembered::choices(session, &args.file, &mut file, Purpose::Accounts, is_mapped).await?;
    let how = AccountImport {
        options: args.options(known.as_ref(), session.language)?,
        confusable: args.confusable,
        ..AccountImport::default()
    };
    let imported = account::import(&session.service, &session.actor, file, how).await?;
    let problems: Vec<ShownProblem> = imported.problems.iter().cloned().map(ShownProblem::from).collect();
    let shown = problem::to_json(&problems, session.language);
    let file = file_report::to_json(&imported.file, session.language);
    let counts = imported_json(&imported, &shown, &file);
    let text = || {
        let file = file_report::to_text(&imported.file, session.language);
        let rows = problem::to_text(&problems, session.out);
        format!("{file}\n{}\n{rows}", imported_text(&imported, session.out)).trim_end().to_owned()
    };
    session.out.answer(counts, text)?;
    Ok(match (imported.has_refusals(), imported.opened + imported.known + imported.name_differs) {
        (false, _) => Exit::Success,
        (true, 0) => Exit::Refused,
        (true, _) => Exit::Partial,
    })
}

fn imported_json(imported: &AccountsImported, problems: &Value, file: &Value) -> Value {
    let row = |row: &ImportedRow| {
        json!({ "line": row.line, "number": row.number, "outcome": row.outcome.name(),
                "opening": row.opening.name() })
    };
    let rows = imported.opened + imported.known + imported.name_differs + imported.refused;
    json!({
        "opened": imported.opened, "known": imported.known, "known_name_differs": imported.name_differs,
        "refused": imported.refused, "paid": imported.paid, "unpaid": imported.unpaid,
        "openings_refused": imported.openings_refused,
        "rows": imported.rows.iter().map(row).collect::<Vec<_>>(),
        "rows_left_out": rows.saturating_sub(imported.rows.len()), "problems": problems, "file": file,
    })
}

/// The counts, and the rows that need attention.
fn imported_text(imported: &AccountsImported, out: Out) -> String {
    let AccountsImported { opened, known, name_differs, refused, paid, unpaid, openings_refused, .. } =
        imported;
    let counts = say!(
        out.language,
        "Accounts: {opened} opened, {known} already exist, {name_differs} exist under another name, \
         {refused} rows refused. Opening balances: {paid} paid, {unpaid} not paid, {openings_refused} refused",
        "账户：已开立 {opened} 个，已存在 {known} 个，已存在但持有人名称不同 {name_differs} 个，\
         被拒绝 {refused} 行；期初余额：已入账 {paid} 笔，未入账 {unpaid} 笔，被拒绝 {openings_refused} 笔"
    );
    let is_told = |row: &&ImportedRow| {
        row.outcome == RowOutcome::KnownNameDiffers
            || matches!(row.opening, OpeningOutcome::UnpaidInUse | OpeningOutcome::UnpaidHolderDiffers)
    };
    let rows_told: Vec<_> = imported.rows.iter().filter(is_told).take(ROWS_TOLD).collect();
    if rows_told.is_empty() {
        return counts;
    }
    let row = |row: &ImportedRow| {
        let (account, opening) =
            (word::row(row.outcome, out.language), word::opening(row.opening, out.language));
        vec![row.line.to_string(), row.number.clone(), account.to_owned(), opening.to_owned()]
    };
    let header = [
        right("line", "行"),
        left("number", "账号"),
        left("account", "账户"),
        left("opening balance", "期初余额"),
    ];
    format!("{counts}\n{}", out.table(&header, rows_told.into_iter().map(row)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use formats::account::COLUMNS;

    #[test]
    fn the_mapping_error_names_every_column_in_both_languages() {
        import_file::tests::check_names_every_column(MAPPING, COLUMNS.iter().map(|column| column.name));
    }
}
