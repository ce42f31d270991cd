//! The members of a template's group, who are paid besides.

use super::content::SavedRows;
use crate::Error;
use crate::batch::rows::{self, Amounts, NewRow};
use crate::batch::terms::BatchTerms;
use crate::payee::{Field, Given, Side, Wrong};
use domain::code::Code;
use domain::id::HolderId;
use domain::noun::NounId;
use domain::script::Digits;
use hashbrown::HashSet;
use store::Tx;
use store::batch_template::BatchTemplate;

/// Adds a row for each member of the template's group whom no payment names; returns the members without an account
/// in the template's currency.
pub(super) async fn members(
    tx: &mut Tx,
    template: &BatchTemplate,
    terms: &BatchTerms,
    saved: &mut SavedRows,
) -> Result<Vec<(usize, Wrong)>, Error> {
    let Some(group) = template.holder_group else { return Ok(Vec::new()) };
    let named = named(tx, terms, saved).await?;
    let (side, field) = match terms.own_side() {
        Side::Payer => (Side::Payer, Field::Payer),
        Side::Payee => (Side::Payee, Field::Payee),
    };
    let mut missing = Vec::new();
    for (holder, account) in store::holder_group::accounts(tx, group, template.asset).await? {
        match account {
            _ if named.contains(&holder) => {}
            Some((_, number)) => {
                let given = vec![Given::account(Some(side), field, number, Digits::Refuse)];
                saved.rows.push(NewRow { given, ..NewRow::default() });
                saved.holders.push(Some(holder));
            }
            None => missing.push(Wrong::new(field, Code::PayeeNoDefault, &holder.tagged())),
        }
    }
    let behind = saved.rows.len();
    saved.amounts.resize(behind, 0);
    Ok(missing.into_iter().enumerate().map(|(place, wrong)| (behind + place, wrong)).collect())
}

/// The holders whom the payments name, by whichever of their accounts: each is paid by the payment, or is left out with
/// it, and is not paid once more as a member.
async fn named(tx: &mut Tx, terms: &BatchTerms, saved: &SavedRows) -> Result<HashSet<HolderId>, Error> {
    let examined = rows::examine(tx, terms, &Amounts::Open, &saved.rows).await?;
    // An e-mail address or a uid may have another holder by now, so what the rows lead to counts.
    let mut accounts: Vec<i64> = examined.accepted.iter().map(|row| terms.other(&row.item).0).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let accounts = store::account::identities(tx, accounts).await?;
    let refused =
        examined.problems.iter().filter_map(|(place, _)| saved.holders.get(*place).copied().flatten());
    Ok(accounts.iter().filter_map(|account| account.holder).chain(refused).collect())
}
