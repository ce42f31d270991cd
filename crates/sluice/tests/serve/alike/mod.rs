//! The command line and the API do the same: each pair of [`table`] runs on two ledgers that are equal before
//! it, as a command on the one and as a call on the other, and what both said and stored is compared.
//!
//! A new command or operation goes into a pair, or with its reason into [`alone`].

mod alone;
mod dump;
mod same;
mod surface;
mod table;
mod twins;

use alone::{COMMANDS, OPERATIONS};
use same::{Expected, differences, refusal};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use surface::{Surface, call_of, command_of};
use table::{APART, ASLEEP, AWAKE, Alike, all};
use twins::{Said, Twins};

/// Runs one pair and returns everything in which the two differ.
async fn check(twins: &mut Twins, surface: &Surface, pair: &Alike) -> Vec<String> {
    let (args, path) = twins.named(pair);
    let by_command = twins.direct.say(&args);
    let by_call = twins.call(pair.method(), &path, pair.body).await;
    let mut wrong = said(pair, &by_command, &by_call);
    let beside = twins.served.say(&args);
    if beside.code() == Some("DATA_DIRECTORY_BUSY") {
        // The refusal names the call that the table pairs with the command.
        let (method, path) = call_of(surface, pair);
        let named = &beside.json["error"]["call"];
        if named["method"] != method || named["path"] != path {
            wrong.push(format!("beside the server the command names {named}, not {method} {path}"));
        }
    } else if pair.method() == "GET" || pair.path().ends_with("/preview") {
        wrong.extend(
            said(pair, &beside, &by_call).into_iter().map(|text| format!("beside the server: {text}")),
        );
    } else {
        wrong.push(format!("the command wrote beside the server: {}", beside.json));
    }
    wrong.extend(twins.settle_and_compare().await);
    wrong
}

/// Runs one pair of [`APART`]: the reason of both refusals is the table's, and both have audited it.
async fn check_apart(twins: &Twins, pair: &Alike) -> Vec<String> {
    let before = twins.audited();
    let (args, path) = twins.named(pair);
    let (by_command, by_call) = (twins.direct.say(&args), twins.call(pair.method(), &path, pair.body).await);
    let (command, call) = (refusal(&by_command.json), refusal(&by_call.json));
    let mut wrong = Vec::new();
    if !command.is_for_the_reason_of(&call) || pair.same != format!("refused {}", command.code) {
        wrong.push(format!("the command refused with {command:?}\n    the call with {call:?}"));
    }
    let audited = twins.audited();
    let [direct, served] = [0, 1].map(|side| -> Vec<&String> {
        let is_more = |(what, count): &(&String, &i64)| before[side].get(*what).unwrap_or(&0) < *count;
        audited[side].iter().filter(is_more).map(|(what, _)| what).collect()
    });
    if direct != served || direct.len() != 1 {
        wrong.push(format!("the command was audited as {direct:?}, the call as {served:?}"));
    }
    wrong
}

/// In what the two answers differ from each other, or from what the table says.
fn said(pair: &Alike, by_command: &Said, by_call: &Said) -> Vec<String> {
    match Expected::read(pair.same) {
        Expected::Refused(code) => {
            let (command, call) = (refusal(&by_command.json), refusal(&by_call.json));
            let mut wrong = same::of_refusals(&command, &call);
            if command.code != code {
                wrong.push(format!("the command said {:?}, not {code}", by_command.json));
            }
            if by_command.is_success || by_call.is_success {
                wrong.push("a refusal is no success".to_owned());
            }
            wrong
        }
        Expected::Answered(fields) if by_command.is_success && by_call.is_success => {
            differences(&fields, &by_command.json, &by_call.json)
        }
        Expected::Answered(_) => {
            vec![format!("the command said {}\n    the call {}", by_command.json, by_call.json)]
        }
    }
}

#[tokio::test]
async fn the_command_line_and_the_api_do_the_same_with_every_verb_that_both_have() {
    let surface = Surface::read();
    let mut wrong = Vec::new();
    let mut twins = Twins::new();
    for (serve, pairs) in [(&["--no-worker"][..], ASLEEP), (&[][..], AWAKE)] {
        twins.serve(serve).await;
        for pair in pairs.iter().copied().flatten() {
            for text in check(&mut twins, &surface, pair).await {
                wrong.push(format!("{} | {}\n    {text}", pair.command, pair.call));
            }
        }
    }
    for (pair, _) in APART {
        for text in check_apart(&twins, pair).await {
            wrong.push(format!("{} | {}\n    {text}", pair.command, pair.call));
        }
    }
    twins.stop();
    twins.direct.ledger.verified();
    twins.served.ledger.verified();
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_command_and_every_operation_has_a_pair_or_a_reason_to_have_none() {
    let surface = Surface::read();
    let paired: BTreeSet<String> = all().map(|pair| command_of(&surface, pair)).collect();
    let alone: BTreeSet<String> = COMMANDS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(paired.intersection(&alone).collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(&paired | &alone, surface.commands, "commands: of the table and of `--help`");
    let paired: BTreeSet<String> = all().map(|pair| surface.operation(pair).to_owned()).collect();
    let alone: BTreeSet<String> = OPERATIONS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(paired.intersection(&alone).collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(&paired | &alone, surface.operations(), "operations: of the table and of the document");
    assert!(COMMANDS.iter().chain(OPERATIONS).all(|(_, reason)| !reason.is_empty()));
}

#[test]
fn every_paired_verb_that_writes_is_also_refused_once() {
    let surface = Surface::read();
    let of = |is_wanted: fn(&Alike) -> bool| -> BTreeSet<String> {
        all().filter(|pair| is_wanted(pair)).map(|pair| surface.operation(pair).to_owned()).collect()
    };
    let written = of(|pair| pair.method() != "GET");
    let refused = of(|pair| matches!(Expected::read(pair.same), Expected::Refused(_)));
    let never: Vec<&String> = written.difference(&refused).collect();
    assert_eq!(never, Vec::<&String>::new());
}

/// A field of an answer by its dotted path.
fn at<'a>(json: &'a Json, path: &str) -> &'a Json {
    path.split('.').filter(|part| !part.is_empty()).fold(json, |json, part| &json[part])
}
