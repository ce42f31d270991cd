//! Why a whole file is refused, and what would help: the headers found, the delimiter that fits, the columns
//! that were probably meant.

use domain::code::{Code, Language};

use crate::delimiter::Delimiter;
use crate::meaning::Meaning;
use crate::problem::Problem;

/// A column of the file that may mean a field, for a user to confirm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The field's name, as used in a mapping.
    pub field: &'static str,
    /// The column's header, as in the file.
    pub header: String,
}

/// A column that is neither understood nor harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    /// Its header, as in the file.
    pub header: String,
    /// What it appears to be about.
    pub meaning: Meaning,
}

/// The refusal of a file. Empty fields were not found or do not apply to this refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRefusal {
    /// Where, and why.
    pub problem: Problem,
    /// All headers, as in the file.
    pub headers: Vec<String>,
    /// The delimiter with which the header has every required column.
    pub delimiter: Option<Delimiter>,
    /// Columns that may mean a missing one.
    pub proposals: Vec<Proposal>,
    /// Columns that must be mapped or ignored.
    pub undecided: Vec<Undecided>,
    /// Whether the file is a result file of this product.
    pub is_result: bool,
}

impl From<Problem> for FileRefusal {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            headers: Vec::new(),
            delimiter: None,
            proposals: Vec::new(),
            undecided: Vec::new(),
            is_result: false,
        }
    }
}

/// The words and punctuation of a detail.
struct RefusalWords {
    line: (&'static str, &'static str),
    column: &'static str,
    found: &'static str,
    delimiter: &'static str,
    proposals: &'static str,
    undecided: &'static str,
    result: &'static str,
    value: &'static str,
    brackets: (&'static str, &'static str),
    comma: &'static str,
    semicolon: &'static str,
}

const ENGLISH: RefusalWords = RefusalWords {
    line: ("line ", ""),
    column: ", column ",
    found: "columns found: ",
    delimiter: "probable delimiter: ",
    proposals: "did you mean: ",
    undecided: "map or ignore: ",
    result: "this is a result file, not a payment file",
    value: ": ",
    brackets: (" (", ")"),
    comma: ", ",
    semicolon: "; ",
};

const CHINESE: RefusalWords = RefusalWords {
    line: ("第", "行"),
    column: "，列 ",
    found: "现有列：",
    delimiter: "分隔符可能是：",
    proposals: "可能对应：",
    undecided: "请映射或忽略：",
    result: "这是结果文件，不是付款文件",
    value: "：",
    brackets: ("（", "）"),
    comma: "、",
    semicolon: "；",
};

impl FileRefusal {
    /// Where and why, in addition to the code's message, in one line; `FIELD=HEADER` is a mapping that would
    /// help.
    #[must_use]
    pub fn detail(&self, language: Language) -> String {
        let words = match language {
            Language::English => &ENGLISH,
            Language::Chinese => &CHINESE,
        };
        let mut parts = vec![self.place(words)];
        let mut add = |label: &str, values: Vec<String>| {
            if !values.is_empty() {
                parts.push(format!("{label}{}", values.join(words.comma)));
            }
        };
        add(words.undecided, self.undecided.iter().map(|u| u.shown(words, language)).collect());
        let found = self.headers.iter().filter(|_| self.problem.code == Code::ColumnMissing);
        add(words.found, found.map(|header| format!("{header:?}")).collect());
        add(words.delimiter, self.delimiter.iter().map(|d| d.name().to_owned()).collect());
        add(words.proposals, self.proposals.iter().map(|p| format!("{}={}", p.field, p.header)).collect());
        if self.is_result {
            parts.push(words.result.to_owned());
        }
        parts.join(words.semicolon)
    }

    fn place(&self, words: &RefusalWords) -> String {
        let Problem { line, column, value, .. } = &self.problem;
        let mut place = format!("{}{line}{}", words.line.0, words.line.1);
        if let Some(column) = column {
            place += words.column;
            place += column;
        }
        // For these two codes the values are listed in full below.
        let is_shown_below = matches!(self.problem.code, Code::ColumnMissing | Code::ColumnUndecided);
        if !is_shown_below && !value.is_empty() {
            place += words.value;
            place += value;
        }
        place
    }
}

impl Undecided {
    fn shown(&self, words: &RefusalWords, language: Language) -> String {
        let (open, close) = words.brackets;
        format!("{:?}{open}{}{close}", self.header, self.meaning.name(language))
    }
}
