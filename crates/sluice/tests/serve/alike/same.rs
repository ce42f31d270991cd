//! How two answers are compared: a row's fields, each by its name in the one and in the other.
//!
//! `accounts data: number balance=balanceCents holder=holder.name` compares the lists `accounts` of the
//! command and `data` of the call, in any order. Without a list, the object of the command and `data` of the
//! call are compared. A field that is written once is `is_default` in the one and `isDefault` in the other.

use super::at;
use serde_json::Value as Json;

/// What a row of the table expects.
pub enum Expected<'a> {
    Answered(Fields<'a>),
    Refused(&'a str),
}

/// The fields to compare, and the lists that they are in.
pub struct Fields<'a> {
    lists: Option<(&'a str, &'a str)>,
    fields: Vec<(&'a str, String)>,
}

impl<'a> Expected<'a> {
    pub fn read(text: &'a str) -> Self {
        if let Some(code) = text.strip_prefix("refused ") {
            return Self::Refused(code);
        }
        let (lists, fields) = match text.split_once(": ") {
            Some((lists, fields)) => (Some(lists.split_once(' ').unwrap()), fields),
            None => (None, text),
        };
        let field = |field: &'a str| match field.split_once('=') {
            Some((command, call)) => (command, call.to_owned()),
            None => (field, camel(field)),
        };
        Self::Answered(Fields { lists, fields: fields.split(' ').map(field).collect() })
    }
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |name, part| {
        let (head, tail) = part.split_at(1);
        name + &head.to_uppercase() + tail
    })
}

/// In what the answers differ.
pub fn differences(fields: &Fields<'_>, command: &Json, call: &Json) -> Vec<String> {
    let Some((by_command, by_call)) = fields.lists else {
        return row(fields, command, &call["data"]);
    };
    let list = |json: &Json, path: &str| -> Option<Vec<Json>> { at(json, path).as_array().cloned() };
    let (Some(ours), Some(theirs)) = (list(command, by_command), list(call, by_call)) else {
        return vec![format!("no list in {command}\n    or {call}")];
    };
    if ours.is_empty() {
        return vec!["there is nothing to compare".to_owned()];
    }
    // Either may list newest first.
    let key = |row: &Json, of_call: bool| -> String {
        let value = |(command, call): &(&str, String)| {
            let (value, is_cents) =
                (at(row, if of_call { call.as_str() } else { command }), call.ends_with("Cents"));
            plain(value, is_cents)
        };
        fields.fields.iter().map(value).collect::<Vec<_>>().join(" | ")
    };
    let mut ours: Vec<String> = ours.iter().map(|row| key(row, false)).collect();
    let mut theirs: Vec<String> = theirs.iter().map(|row| key(row, true)).collect();
    ours.sort_unstable();
    theirs.sort_unstable();
    if ours == theirs {
        Vec::new()
    } else {
        vec![format!("the command said {ours:#?}\n    the call {theirs:#?}")]
    }
}

fn row(fields: &Fields<'_>, command: &Json, call: &Json) -> Vec<String> {
    let differs = |(ours, theirs): &(&str, String)| {
        let (a, b) = (at(command, ours), at(call, theirs));
        let is_cents = theirs.ends_with("Cents");
        (plain(a, is_cents) != plain(b, is_cents)).then(|| format!("{ours} is {a}, {theirs} is {b}"))
    };
    let mut wrong: Vec<String> = fields.fields.iter().filter_map(differs).collect();
    if let Some((missing, _)) = fields.fields.iter().find(|(ours, _)| is_missing(command, ours)) {
        wrong.push(format!("the command has no {missing}: {command}"));
    }
    if let Some((_, missing)) = fields.fields.iter().find(|(_, theirs)| is_missing(call, theirs)) {
        wrong.push(format!("the call has no {missing}: {call}"));
    }
    wrong
}

fn is_missing(json: &Json, path: &str) -> bool {
    let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
    at(json, above).get(name).is_none()
}

/// A value as both would write it: minor units where the API has them, a bare number for `acct_18`, and the
/// text of a number.
fn plain(value: &Json, is_cents: bool) -> String {
    match value {
        Json::Null if is_cents => "0".to_owned(),
        Json::String(text) if is_cents => text.replace(['.', ','], "").parse::<i64>().unwrap().to_string(),
        Json::String(text) => match text.split_once('_') {
            Some((_, number)) if number.bytes().all(|b| b.is_ascii_digit()) => number.to_owned(),
            _ => text.clone(),
        },
        Json::Array(all) => all.iter().map(|value| plain(value, is_cents)).collect::<Vec<_>>().join(","),
        value => value.to_string(),
    }
}

/// Why something was refused.
#[derive(Debug)]
pub struct Refusal {
    pub code: String,
    message: String,
    detail: Option<String>,
}

/// The refusal in an answer of either. A refused transfer is the answer of its command, not an error.
pub fn refusal(json: &Json) -> Refusal {
    let error = &json["error"];
    let text = |value: &Json| value.as_str().map(ToOwned::to_owned);
    let first = |values: [&Json; 3]| values.into_iter().find_map(text);
    Refusal {
        code: first([&error["code"], &json["code"], &Json::Null]).unwrap_or_default(),
        message: first([&error["message"], &json["message"], &Json::Null]).unwrap_or_default(),
        detail: first([&error["detail"], &error["details"], &Json::Null]),
    }
}

impl Refusal {
    /// Whether the other has the same code and the same message. The command's continues with the option
    /// that helps.
    pub fn is_for_the_reason_of(&self, call: &Self) -> bool {
        let longer = format!("{}; ", call.message);
        self.code == call.code && (self.message == call.message || self.message.starts_with(&longer))
    }
}

/// In what two refusals differ.
pub fn of_refusals(command: &Refusal, call: &Refusal) -> Vec<String> {
    if command.is_for_the_reason_of(call) && command.detail == call.detail {
        return Vec::new();
    }
    vec![format!("the command refused with {command:?}\n    the call with {call:?}")]
}
