//! `audit`: who did what, refusals among it.

use crate::exit::{Exit, Failure};
use crate::out::{table, time};
use crate::session::Session;
use clap::Args;
use serde_json::{Value, json};
use store::audit::AuditRow;

/// Arguments of `audit`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sluice audit --after 100 --limit 50")]
pub(crate) struct AuditArgs {
    /// Begin after this row
    #[arg(long, default_value_t = 0, value_name = "ID")]
    pub after: i64,
    /// At most so many rows
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub limit: i64,
}

/// Runs it.
pub(crate) async fn run(session: &Session, args: &AuditArgs) -> Result<Exit, Failure> {
    let rows = session.service.audit(args.after, args.limit.clamp(1, 10_000)).await?;
    let json = json!({ "rows": rows.iter().map(to_json).collect::<Vec<_>>() });
    let cells = |r: &AuditRow| {
        let subject = r.subject_id.map_or_else(|| r.subject.clone(), |id| format!("{} {id}", r.subject));
        vec![
            r.id.to_string(),
            time(r.at),
            r.actor.name.clone(),
            r.action.clone(),
            subject,
            r.result.clone(),
            r.detail.clone(),
        ]
    };
    let header = [">id", "at", "who", "what", "to", "result", "detail"];
    session.out.answer(json, || table(&header, rows.iter().map(cells)))?;
    Ok(Exit::Success)
}

fn to_json(row: &AuditRow) -> Value {
    let detail: Value = serde_json::from_str(&row.detail).unwrap_or_else(|_| json!(row.detail));
    json!({ "id": row.id, "at": time(row.at), "actor": row.actor.name, "origin": row.origin, "action": row.action,
            "subject": row.subject, "subject_id": row.subject_id, "result": row.result, "detail": detail,
            "digest": row.digest })
}
