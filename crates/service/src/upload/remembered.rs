//! What a person decided about files with the same headers before (ADR 63): proposed with the next look at such a file,
//! never used by itself.
//!
//! It is the input of that person's newest completed import with the same set of headers. So that it can be used as it
//! is, headers are spelled as in the present file, and what is no longer allowed is left out.

use crate::file::blocking;
use crate::{Error, Service};
use domain::principal::Principal;
use domain::task::columns::ColumnChoices;
use domain::task::{TaskInput, TaskType};
use formats::account::AccountField;
use formats::layout::fold;
use formats::number_style::NumberStyle;
use formats::payment::PaymentField;
use formats::probe::{Probe, ProbeOptions, Purpose, probe};
use std::io::{Read, Seek};

/// What was decided about files with the same headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The decisions, in the words of an import's options.
    pub choices: ColumnChoices,
    /// When they were used last, microseconds UTC.
    pub used_at: i64,
}

/// What a principal decided last about files with these headers, imported for the same purpose; none if nothing.
pub async fn remembered(
    service: &Service,
    by: Principal,
    purpose: Purpose,
    probe: &Probe,
) -> Result<Option<Remembered>, Error> {
    let mut tx = service.store.point_read().await?;
    let found = store::task::remembered(&mut tx, &probe.fingerprint, kind(purpose), by).await?;
    let Some((input, Some(used_at))) = found else { return Ok(None) };
    // One that cannot be read was written by another version.
    let choices = serde_json::from_str::<TaskInput>(&input).ok().and_then(|input| input.column_choices());
    let choices = choices.map(|choices| fitting(choices, purpose, &probe.header));
    Ok(choices.filter(|choices| !choices.is_empty()).map(|choices| Remembered { choices, used_at }))
}

/// The same for a file that was not uploaded. It is not read if nothing is remembered for any.
pub async fn remembered_for<R: Read + Seek + Send + 'static>(
    service: &Service,
    by: Principal,
    options: ProbeOptions,
    read: R,
) -> Result<Option<Remembered>, Error> {
    let purpose = options.purpose;
    let mut tx = service.store.point_read().await?;
    if !store::task::remembers(&mut tx, kind(purpose), by).await? {
        return Ok(None);
    }
    drop(tx);
    let probe = blocking(move || probe(read, &options)).await?;
    remembered(service, by, purpose, &probe).await
}

const fn kind(purpose: Purpose) -> TaskType {
    match purpose {
        Purpose::Payments => TaskType::ImportBatch,
        Purpose::Accounts => TaskType::ImportAccounts,
    }
}

/// The choices as they can be made for a file with these headers.
fn fitting(choices: ColumnChoices, purpose: Purpose, headers: &[String]) -> ColumnChoices {
    let spelled = |header: &String| {
        let folded = fold(header);
        headers.iter().find(|own| fold(own) == folded).cloned()
    };
    let is_field = |name: &str| match purpose {
        Purpose::Payments => PaymentField::parse(name).is_some(),
        Purpose::Accounts => AccountField::parse(name).is_some(),
    };
    let mapped = choices.mapping.into_iter().filter(|(field, _)| is_field(field));
    let mapping = mapped.filter_map(|(field, header)| Some((field, spelled(&header)?))).collect();
    let ignore = choices.ignore.iter().filter_map(spelled).collect();
    let ColumnChoices { decimal, group, sign, .. } = choices;
    if NumberStyle::parse(decimal.as_deref(), group.as_deref(), sign.as_deref()).is_some() {
        ColumnChoices { mapping, ignore, decimal, group, sign }
    } else {
        ColumnChoices { mapping, ignore, ..ColumnChoices::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(mapping: &[(&str, &str)], ignore: &[&str], marks: [Option<&str>; 3]) -> ColumnChoices {
        let [decimal, group, sign] = marks.map(|mark| mark.map(str::to_owned));
        let mapping = mapping.iter().map(|(field, header)| ((*field).to_owned(), (*header).to_owned()));
        let ignore = ignore.iter().map(|header| (*header).to_owned()).collect();
        ColumnChoices { mapping: mapping.collect(), ignore, decimal, group, sign }
    }

    #[test]
    fn choices_are_spelled_as_in_the_file_and_what_is_not_allowed_is_left_out() {
        let headers = ["NET_PAY".to_owned(), "Who".to_owned(), "Hired on".to_owned()];
        let euro = [Some("comma"), Some("dot"), Some("€")];
        for (given, purpose, expected) in [
            (
                choices(&[("amount", "Net pay"), ("payee", "Who")], &["hired-on"], euro),
                Purpose::Payments,
                choices(&[("amount", "NET_PAY"), ("payee", "Who")], &["Hired on"], euro),
            ),
            // A field that no payment has, a header that the file does not have, marks that contradict each other.
            (
                choices(
                    &[("colour", "Who"), ("amount", "Sum")],
                    &["Gone"],
                    [Some("comma"), Some("comma"), None],
                ),
                Purpose::Payments,
                ColumnChoices::default(),
            ),
            (
                choices(&[("amount", "Net pay"), ("holder", "who")], &[], [None; 3]),
                Purpose::Accounts,
                choices(&[("holder", "Who")], &[], [None; 3]),
            ),
        ] {
            assert_eq!(fitting(given, purpose, &headers), expected);
        }
    }
}
