//! What must hold at the end.

use super::ledger::{ClusterLedger, DEPOSIT, ITEMS};
use super::stream::Journal;
use crate::error::Result;
use std::collections::BTreeMap;

/// A description of each violation.
pub fn violations(ledger: &ClusterLedger, journal: &Journal) -> Result<Vec<String>> {
    let mut found = journal.wrong.clone();
    found.extend(lost(ledger, journal)?);
    let items = ledger.batches() * ITEMS;
    let singles = journal.acknowledged.len() as u64;
    for (what, sql, wanted) in [
        ("completed batches", "SELECT COUNT(*) FROM batch WHERE state = 8", ledger.batches()),
        ("paid items", "SELECT COUNT(*) FROM item_now WHERE state = 4", items),
        ("transfers of items", "SELECT COUNT(*) FROM transfer WHERE kind = 2 AND status = 1", items),
        (
            "single transfers",
            "SELECT COUNT(*) FROM transfer WHERE amount = 1 AND status = 1 AND kind <> 2",
            singles,
        ),
    ] {
        let there = ledger.count(sql)?;
        if there != wanted {
            found.push(format!("{what}: {there}, expected {wanted}"));
        }
    }
    let account = ledger.ok(&["account", "show", "PAY"])?;
    let balance = account.get("balance").and_then(|balance| balance.as_str()).unwrap_or_default();
    let cents = (DEPOSIT - items) * 100 - singles;
    let wanted = format!("{}.{:02}", cents / 100, cents % 100);
    if balance != wanted {
        found.push(format!("balance of PAY: {balance}, expected {wanted}"));
    }
    let verified = ledger.ok(&["verify"])?;
    if verified.get("ok").and_then(serde_json::Value::as_bool) != Some(true) {
        found.push(format!("verify: {verified}"));
    }
    Ok(found)
}

/// Operations that were acknowledged and are missing, or refer to another transfer.
fn lost(ledger: &ClusterLedger, journal: &Journal) -> Result<Vec<String>> {
    let rows = ledger.query(
        "SELECT operation.id, operation.transfer FROM operation JOIN transfer
         ON transfer.number = operation.transfer WHERE transfer.status = 1",
    )?;
    let there: BTreeMap<String, String> = rows
        .into_iter()
        .filter_map(|row| match <[_; 2]>::try_from(row) {
            Ok([Some(operation), Some(transfer)]) => Some((operation, transfer)),
            _ => None,
        })
        .collect();
    let is_lost = |operation: &str, transfer: &str| there.get(operation).is_none_or(|kept| kept != transfer);
    let lost: Vec<String> = journal
        .acknowledged
        .iter()
        .filter(|one| is_lost(&one.operation, &one.transfer))
        .map(|one| {
            let kept = there.get(&one.operation);
            format!("{} was acknowledged as transfer {}, found {kept:?}", one.operation, one.transfer)
        })
        .collect();
    println!("\nacknowledged: {}, lost: {}", journal.acknowledged.len(), lost.len());
    Ok(lost)
}
