//! What is new about the accounts of a batch: that they have no entry yet, were opened lately, or belong to a
//! holder who was changed lately.

use super::compared::{ComparedBatch, DAY_US};
use super::found::FoundChanges;
use crate::Error;
use domain::batch::BatchType;
use domain::change::{Change, ChangeKind, LATELY_DAYS, Paid, PaidRows};
use domain::id::{AssetId, HolderId};
use hashbrown::HashMap;
use serde_json::Value;
use store::Tx;
use store::audit::AuditRow;
use store::change::KnownAccount;

/// Accounts per step.
const STEP: usize = 10_000;
/// Changes of holders that are looked at, the latest first.
const HOLDER_CHANGES_MAX: i64 = 100_000;

/// A change of a holder, or of its default account in a currency.
#[derive(Debug)]
struct ChangedHolder {
    audit: i64,
    at: i64,
    currency: Option<AssetId>,
}

/// The changes of holders within the days of the rule.
#[derive(Debug)]
pub(super) struct HolderChanges(HashMap<HolderId, Vec<ChangedHolder>>);

impl HolderChanges {
    /// Reads those before a time.
    pub(super) async fn load(tx: &mut Tx, until: i64) -> Result<Self, Error> {
        let range = (lately(until), until);
        let rows = store::audit::holder_changes(tx, range, HOLDER_CHANGES_MAX).await?;
        if rows.is_empty() {
            return Ok(Self(HashMap::new()));
        }
        let assets = store::asset::all(tx).await?;
        let assets: HashMap<String, AssetId> = assets.into_iter().map(|one| (one.code, one.id)).collect();
        let mut holders: HashMap<HolderId, Vec<ChangedHolder>> = HashMap::new();
        for row in rows {
            let Some(holder) = row.subject_id.map(HolderId) else { continue };
            let currency = currency(&row).and_then(|code| assets.get(&code).copied());
            holders.entry(holder).or_default().push(ChangedHolder { audit: row.id, at: row.at, currency });
        }
        Ok(Self(holders))
    }

    /// Finds what is new about the accounts of rows.
    pub(super) async fn compare(
        &self,
        tx: &mut Tx,
        compared: &ComparedBatch<'_>,
        rows: &PaidRows,
        found: &mut FoundChanges,
    ) -> Result<(), Error> {
        let by_account = rows.rows().chunk_by(|one, other| one.account == other.account);
        let sums: Vec<(Paid, i64)> = by_account
            .filter_map(|rows| Some((*rows.first()?, rows.iter().map(|row| row.amount).sum())))
            .collect();
        for sums in sums.chunks(STEP) {
            let ids = sums.iter().map(|(row, _)| row.account.0).collect();
            let known = store::change::accounts(tx, ids).await?;
            let known: HashMap<_, _> = known.into_iter().map(|account| (account.id, account)).collect();
            for (row, amount) in sums {
                if let Some(account) = known.get(&row.account) {
                    found.add(self.of_account(account, *amount, compared));
                }
            }
        }
        Ok(())
    }

    fn of_account(&self, account: &KnownAccount, amount: i64, compared: &ComparedBatch<'_>) -> Vec<Change> {
        let change = |kind| Change::of(kind, account.id, (0, amount));
        let mut changes = Vec::new();
        if pays_accounts(compared.subject.kind) && account.head.is_none() {
            changes.push(change(ChangeKind::FirstPayment));
        }
        if account.opened_at >= lately(compared.until) && account.opened_at <= compared.until {
            changes.push(change(ChangeKind::AccountOpened).since(0, account.opened_at));
        }
        let of_holder = account.holder.and_then(|holder| self.0.get(&holder)).into_iter().flatten();
        let counts = |one: &&ChangedHolder| one.currency.is_none_or(|currency| currency == account.asset);
        changes.extend(
            of_holder.filter(counts).map(|one| change(ChangeKind::HolderChanged).since(one.audit, one.at)),
        );
        changes
    }
}

/// The beginning of the days for which something is reported as new.
const fn lately(until: i64) -> i64 {
    until.saturating_sub(LATELY_DAYS * DAY_US)
}

/// Whether the rows of a type name the accounts that are paid.
const fn pays_accounts(kind: BatchType) -> bool {
    match kind {
        BatchType::OneToMany | BatchType::ManyToMany | BatchType::Deposit => true,
        BatchType::ManyToOne | BatchType::Withdrawal => false,
    }
}

/// The currency of a default account that was changed.
fn currency(row: &AuditRow) -> Option<String> {
    let detail: Value = serde_json::from_str(&row.detail).ok()?;
    detail.get("after")?.get("currency")?.as_str().map(ToOwned::to_owned)
}
