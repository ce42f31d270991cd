//! Unknown headers that seem to say when, in what currency or whether to pay. A file with such a column is
//! not read until the uploader maps the column or ignores it: silently ignoring `execution date` would pay
//! today.
//!
//! To recognise another name, add it to the list of its meaning in `WORDS`. English names are compared word
//! by word (`valueDate`, `value_date` and `Value date` have the same two words), Chinese ones by substring. A
//! false positive costs the uploader one more option; a false negative costs money.

use domain::code::Language;

/// What a column is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// When to pay, or when it was paid.
    Date,
    /// Whether it was paid.
    Status,
    /// In which currency, under a name we do not read.
    Currency,
    /// Over which network or chain.
    Network,
    /// Which token, coin or other asset.
    Token,
}

/// The names of one meaning, all in lower case.
struct MeaningWords {
    meaning: Meaning,
    /// The whole header is this.
    whole: &'static [&'static str],
    /// A word of the header is this.
    word: &'static [&'static str],
    /// A word of the header begins with this.
    begin: &'static [&'static str],
    /// A word of the header ends with this.
    end: &'static [&'static str],
    /// Chinese: the header contains this.
    part: &'static [&'static str],
}

const WORDS: &[MeaningWords] = &[
    MeaningWords {
        meaning: Meaning::Date,
        whole: &["time", "when", "due", "day", "日", "payday", "时间"],
        word: &["dates", "timestamp", "schedule", "scheduled"],
        begin: &["date"],
        end: &["date"],
        part: &[
            "日期",
            "付款日",
            "支付日",
            "执行日",
            "转账日",
            "到期日",
            "生效日",
            "起息日",
            "发放日",
            "付款时间",
            "支付时间",
            "执行时间",
            "转账时间",
            "交易时间",
            "处理时间",
            "创建时间",
            "完成时间",
            "到账时间",
        ],
    },
    MeaningWords {
        meaning: Meaning::Status,
        whole: &["paid", "processed", "success", "error", "是否支付", "已付", "已支付"],
        word: &["state", "states", "result", "results", "outcome"],
        begin: &["status"],
        end: &["status"],
        part: &["状态", "结果"],
    },
    MeaningWords {
        meaning: Meaning::Currency,
        whole: &["cur", "curr", "币"],
        word: &["ccy", "fiat"],
        begin: &["currenc"],
        end: &["currency", "currencies"],
        part: &["币种", "货币", "币别", "外币"],
    },
    MeaningWords {
        meaning: Meaning::Network,
        whole: &["rail", "链"],
        word: &["chains", "onchain"],
        begin: &["network", "chain"],
        end: &["network", "chain"],
        part: &["网络", "公链", "主链", "链名", "链类型", "区块链", "链上"],
    },
    MeaningWords {
        meaning: Meaning::Token,
        whole: &["contract", "symbol", "ticker"],
        word: &["asset", "assets", "coin", "coins", "contractaddress", "erc20", "nft"],
        begin: &["token"],
        end: &["token", "tokens", "coin", "coins"],
        part: &["代币", "通证", "资产", "合约", "币名", "币类"],
    },
];

/// MeaningWords that end in `date` but are not dates.
const NO_DATE: &[&str] = &["update", "mandate", "candidate", "validate", "consolidate"];

impl Meaning {
    /// What an unknown header is about; none if it is harmless.
    #[must_use]
    pub fn of(header: &str) -> Option<Self> {
        let words = words(header);
        let whole = words.concat();
        let has = |test: &dyn Fn(&str) -> bool| words.iter().any(|word| test(word));
        let found = WORDS.iter().find(|known| {
            known.whole.contains(&whole.as_str())
                || has(&|word| known.word.contains(&word))
                || has(&|word| known.begin.iter().any(|begin| word.starts_with(begin)))
                || has(&|word| known.end.iter().any(|end| word.ends_with(end) && !NO_DATE.contains(&word)))
                || known.part.iter().any(|part| whole.contains(part))
                || (known.meaning == Self::Date && is_moment(&words))
                || (known.meaning == Self::Token && whole.contains("contractaddress"))
        });
        found.map(|known| known.meaning)
    }

    /// Its display name.
    #[must_use]
    pub const fn name(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Date, Language::English) => "date",
            (Self::Status, Language::English) => "status",
            (Self::Currency, Language::English) => "currency",
            (Self::Network, Language::English) => "network",
            (Self::Token, Language::English) => "token",
            (Self::Date, Language::Chinese) => "日期",
            (Self::Status, Language::Chinese) => "状态",
            (Self::Currency, Language::Chinese) => "币种",
            (Self::Network, Language::Chinese) => "网络",
            (Self::Token, Language::Chinese) => "代币",
        }
    }
}

/// `paid at`, `created_on`, `payment time`, `pay day`: several words of which the last is about time, but not
/// `part time` and the like.
fn is_moment(words: &[String]) -> bool {
    match words {
        [.., before, last] => match last.as_str() {
            "at" | "on" | "day" => true,
            "time" => !matches!(before.as_str(), "part" | "full" | "over"),
            _ => false,
        },
        [_] | [] => false,
    }
}

/// The words of a header in lower case, split at characters that are neither letter nor digit and where a
/// capital follows a lower-case letter.
fn words(header: &str) -> Vec<String> {
    let (mut words, mut word, mut small) = (Vec::new(), String::new(), false);
    for c in header.chars() {
        if !word.is_empty() && (!c.is_alphanumeric() || (small && c.is_uppercase())) {
            words.push(std::mem::take(&mut word));
        }
        small = c.is_lowercase();
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}
