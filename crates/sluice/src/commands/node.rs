//! `node`: the processes working on the ledger.

use crate::exit::{Exit, Failure};
use crate::out::left;
use crate::say::say;
use crate::session::Session;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use service::node;

/// Arguments of `node`.
#[derive(Debug, Args)]
pub(crate) struct NodeArgs {
    #[command(subcommand)]
    pub verb: NodeVerb,
}

/// What to do with nodes.
#[derive(Debug, Subcommand)]
pub(crate) enum NodeVerb {
    /// List the active nodes
    #[command(after_help = "Example:\n  sluice node list --json")]
    List,
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &NodeArgs) -> Result<Exit, Failure> {
    match &args.verb {
        NodeVerb::List => list(session).await,
    }
}

async fn list(session: &Session) -> Result<Exit, Failure> {
    let nodes = node::list(&session.service).await?;
    let json: Value = nodes
        .iter()
        .map(|node| json!({ "name": node.name, "worker": node.is_worker, "stripe": node.stripe }))
        .collect();
    let text = || {
        if nodes.is_empty() {
            return say!(session.language, "No node is active.", "没有活动的节点。");
        }
        let row = |node: &store::node::Node| {
            let worker = if node.is_worker { say("yes", "是") } else { say("no", "否") };
            vec![node.name.clone(), worker.to(session.language).to_owned()]
        };
        session.out.table(&[left("node", "节点"), left("worker", "执行批次")], nodes.iter().map(row))
    };
    session.out.answer(json!({ "nodes": json }), text)?;
    Ok(Exit::Success)
}
