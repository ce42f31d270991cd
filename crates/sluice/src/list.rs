//! Paging common to all lists: a page after a cursor, and the line that tells how to get the next page.

use crate::exit::Failure;
use crate::out::Out;
use crate::say::{Say, grouped, say};
use clap::Args;
use domain::code::Code;
use serde_json::{Value, json};
use service::Error;
use service::listing::CursorKey;

/// Which page of a list to show.
#[derive(Debug, Args)]
pub(crate) struct PageArgs {
    /// Start after this cursor: `next` of the previous page
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,
    /// Maximum number of rows
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = limit)]
    pub limit: i64,
}

fn limit(text: &str) -> Result<i64, Say> {
    match text.parse() {
        Ok(rows @ 1..=10_000) => Ok(rows),
        _ => Err(say("must be a number from 1 to 10000", "须为 1 到 10000 之间的整数")),
    }
}

impl PageArgs {
    /// The last id of the previous page.
    pub(crate) fn id(&self) -> Result<Option<i64>, Failure> {
        let read = |text: &String| {
            text.parse().map_err(|_| Error::refused(Code::CursorInvalid, text.as_str()).into())
        };
        self.after.as_ref().map(read).transpose()
    }

    /// The same for a list sorted by id.
    pub(crate) fn place(&self) -> Result<Option<CursorKey>, Failure> {
        Ok(self.id()?.map(|id| CursorKey { value: id.into(), key: id }))
    }

    /// The number of rows to fetch: one above the limit, to see whether more follow.
    pub(crate) const fn one_more(&self) -> i64 {
        self.limit + 1
    }

    /// Cuts the rows to the limit. Returns the cursor after the last row if more follow.
    pub(crate) fn cut<T>(&self, rows: &mut Vec<T>, id: impl Fn(&T) -> i64) -> Option<String> {
        let wanted = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let is_more = rows.len() > wanted;
        rows.truncate(wanted);
        rows.last().filter(|_| is_more).map(|last| id(last).to_string())
    }
}

/// A page of a list.
#[derive(Debug)]
pub(crate) struct Page {
    /// The rows as JSON.
    pub rows: Vec<Value>,
    /// Number of rows in the whole list.
    pub total: i64,
    /// The cursor of the next page; none on the last.
    pub next: Option<String>,
}

impl Page {
    /// Prints the page; in JSON its rows are under `name`.
    pub(crate) fn answer(self, out: Out, name: &str, table: impl FnOnce() -> String) -> Result<(), Failure> {
        self.answer_with(out, name, json!({}), table)
    }

    /// The same, with additional JSON keys.
    pub(crate) fn answer_with(
        self,
        out: Out,
        name: &str,
        mut json: Value,
        table: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        let cut = self.next.as_deref().map(|next| {
            let (shown, total) = (i64::try_from(self.rows.len()).unwrap_or(i64::MAX), self.total);
            let (shown, total) = (grouped(shown), grouped(total));
            say!(
                out.language,
                "{shown} of {total} shown; next page: --after {next}",
                "显示 {shown} 条，共 {total} 条；下一页：--after {next}"
            )
        });
        let page = [(name, self.rows.into()), ("total", self.total.into()), ("next", self.next.into())];
        if let Some(fields) = json.as_object_mut() {
            fields.extend(page.map(|(key, value): (&str, Value)| (key.to_owned(), value)));
        }
        out.answer(json, || [Some(table()), cut].into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }
}
