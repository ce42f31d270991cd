//! A request's refused rows: each problem gets its code's message in the request's language.

use crate::kit::language;
use domain::code::{Code, Language};
use serde_json::Value;

/// A refusal's data, with a `message` for each of its `problems`.
pub(super) fn with_messages(mut data: Value) -> Value {
    let problems = data.get_mut("problems").and_then(Value::as_array_mut);
    problems.into_iter().flatten().for_each(add_message);
    data
}

fn add_message(problem: &mut Value) {
    let text = |name: &str| problem.get(name).and_then(Value::as_str);
    let named = text("code").and_then(|name| Code::ALL.iter().find(|code| code.name() == name));
    let Some(code) = named else { return };
    let suggestion = text("suggestion").map(|id| suggested(id, text("value").unwrap_or_default()));
    let message = format!("{}{}", code.message(language::current()), suggestion.unwrap_or_default());
    if let Value::Object(fields) = problem {
        fields.remove("suggestion");
        fields.insert("message".to_owned(), message.into());
    }
}

fn suggested(id: &str, value: &str) -> String {
    match language::current() {
        Language::English => format!("; write {id}, or {value} as a JSON number"),
        Language::Chinese => format!("；请填写 {id}，或以 JSON 数字形式填写 {value}"),
    }
}
