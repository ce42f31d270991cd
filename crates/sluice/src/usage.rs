//! Usage errors in the reader's language. English is `clap`'s own text; Chinese sentences are built here from
//! the same details.

use crate::say::Say;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use domain::code::Language;
use std::error::Error;
use std::num::ParseIntError;

/// What is wrong, and the correct usage.
pub(crate) fn message(error: &clap::Error, language: Language) -> String {
    let text = match language {
        Language::English => None,
        Language::Chinese => chinese(error),
    };
    text.unwrap_or_else(|| error.render().to_string()).trim().to_owned()
}

fn chinese(error: &clap::Error) -> Option<String> {
    let of = |kind| texts(error, kind);
    let one = |kind| of(kind).map(|texts| texts.join("、"));
    let what = match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => value(error)?,
        ErrorKind::UnknownArgument => match one(ContextKind::SuggestedArg) {
            Some(other) => format!("未知选项 {}；是否指 {other}？", one(ContextKind::InvalidArg)?),
            None => format!("未知选项 {}", one(ContextKind::InvalidArg)?),
        },
        ErrorKind::InvalidSubcommand => match one(ContextKind::SuggestedSubcommand) {
            Some(other) => format!("未知命令 {}；是否指 {other}？", one(ContextKind::InvalidSubcommand)?),
            None => format!("未知命令 {}", one(ContextKind::InvalidSubcommand)?),
        },
        ErrorKind::ArgumentConflict => match one(ContextKind::PriorArg) {
            Some(prior) => format!("{} 不能与 {prior} 同时使用", one(ContextKind::InvalidArg)?),
            None => format!("{} 不能重复使用", one(ContextKind::InvalidArg)?),
        },
        ErrorKind::MissingRequiredArgument => format!("缺少参数：{}", one(ContextKind::InvalidArg)?),
        ErrorKind::MissingSubcommand => format!("缺少子命令；可用：{}", one(ContextKind::ValidSubcommand)?),
        ErrorKind::TooFewValues | ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues => {
            format!("{} 的值数量不正确", one(ContextKind::InvalidArg)?)
        }
        ErrorKind::InvalidUtf8 => "命令行不是有效的 UTF-8 文本".to_owned(),
        _ => return None,
    };
    let usage = of(ContextKind::Usage).and_then(|texts| texts.into_iter().next());
    let usage = usage.map(|usage| usage.trim_start_matches("Usage:").trim().to_owned());
    let usage = usage.map(|usage| format!("\n\n用法：`{usage}`")).unwrap_or_default();
    Some(format!("错误：{what}{usage}\n\n详见 --help"))
}

/// What is wrong with an option's value.
fn value(error: &clap::Error) -> Option<String> {
    let argument = texts(error, ContextKind::InvalidArg)?.join("、");
    let given = texts(error, ContextKind::InvalidValue).unwrap_or_default().join(" ");
    let reason = error.source().map(|source| match source.downcast_ref::<Say>() {
        Some(said) => said.to(Language::Chinese).to_owned(),
        None if source.is::<ParseIntError>() => "须为整数".to_owned(),
        None => source.to_string(),
    });
    let quoted = |texts: Vec<String>| texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>();
    let valid =
        texts(error, ContextKind::ValidValue).map(|texts| format!("可用：{}", quoted(texts).join("、")));
    let what = if given.is_empty() {
        format!("{argument} 缺少值")
    } else {
        format!("{argument} 的值“{given}”无效")
    };
    let more = reason.or(valid).map(|more| format!("：{more}")).unwrap_or_default();
    Some(format!("{what}{more}"))
}

/// The texts of one context kind of an error.
fn texts(error: &clap::Error, kind: ContextKind) -> Option<Vec<String>> {
    let texts = match error.get(kind)? {
        ContextValue::String(text) => vec![text.clone()],
        ContextValue::Strings(texts) => texts.clone(),
        ContextValue::StyledStr(text) => vec![text.to_string()],
        ContextValue::StyledStrs(texts) => texts.iter().map(ToString::to_string).collect(),
        _ => return None,
    };
    Some(texts).filter(|texts| !texts.is_empty())
}
