//! From what a row says of a payee to one active account in the batch's currency.

use domain::account::{AccountKind, AccountStatus};
use domain::amount::Amount;
use domain::asset::Asset;
use domain::code::Code;
use domain::id::AccountId;
use domain::limit::LimitPolicy;
use formats::payment::PaymentRow;
use formats::problem::Problem;
use hashbrown::HashMap;
use store::account::{PayeeKey, Resolved, resolve};
use store::{StoreError, Tx};

/// All accounts behind the names of a page of rows.
pub(crate) struct Directory {
    numbers: HashMap<String, Vec<Resolved>>,
    emails: HashMap<String, Vec<Resolved>>,
    uids: HashMap<String, Vec<Resolved>>,
}

/// Names to look up.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub numbers: Vec<String>,
    /// Lower case.
    pub emails: Vec<String>,
    pub uids: Vec<String>,
}

impl Directory {
    pub(crate) async fn load(tx: &mut Tx, rows: &[PaymentRow]) -> Result<Self, StoreError> {
        let names = Names {
            numbers: rows.iter().flat_map(|r| [&r.payee, &r.account, &r.payer]).flatten().cloned().collect(),
            emails: rows.iter().filter_map(|r| r.email.as_ref().map(|e| e.to_lowercase())).collect(),
            uids: rows.iter().filter_map(|r| r.uid.clone()).collect(),
        };
        Self::look_up(tx, names).await
    }

    pub(crate) async fn look_up(tx: &mut Tx, names: Names) -> Result<Self, StoreError> {
        Ok(Self {
            numbers: group(tx, PayeeKey::Number, names.numbers).await?,
            emails: group(tx, PayeeKey::Email, names.emails).await?,
            uids: group(tx, PayeeKey::Uid, names.uids).await?,
        })
    }

    /// The account of a number, whatever its state.
    pub(crate) fn number(&self, number: &str) -> Option<&Resolved> {
        self.numbers.get(number)?.first()
    }

    /// All accounts of the holder with a uid.
    pub(crate) fn uid(&self, uid: &str) -> &[Resolved] {
        self.uids.get(uid).map_or(&[], Vec::as_slice)
    }

    /// All accounts of the holder with an e-mail address, which is lower case.
    pub(crate) fn email(&self, email: &str) -> &[Resolved] {
        self.emails.get(email).map_or(&[], Vec::as_slice)
    }

    /// The row's counterparty. Every name that the row gives must lead to the same account.
    pub(crate) fn payee(&self, row: &PaymentRow, asset: &Asset) -> Result<AccountId, Problem> {
        let number = |n: &'_ String| self.by_number(n, asset);
        let by_payee = row.payee.as_ref().map(|n| (number(n), "account", n.as_str()));
        let by_number = row.account.as_ref().map(|n| (number(n), "account", n.as_str()));
        let email = row.email.as_ref().map(|e| e.to_lowercase());
        let by_email =
            email.as_ref().map(|e| (only(self.emails.get(e.as_str()), asset), "email", e.as_str()));
        let by_uid = row.uid.as_ref().map(|u| (only(self.uids.get(u.as_str()), asset), "uid", u.as_str()));
        let mut found: Option<AccountId> = None;
        for (result, column, value) in [by_payee, by_number, by_email, by_uid].into_iter().flatten() {
            let problem = |code| Problem::of_column(row.line, column, code, value.as_bytes());
            // Beside an account's number a holder may well have several accounts; the number decides.
            let result = match (result, found) {
                (Err(Code::PayeeAmbiguous), Some(account)) => self.owns(column, value, account),
                (result, _) => result,
            };
            let account = result.map_err(problem)?;
            if found.is_some_and(|earlier| earlier != account) {
                return Err(problem(Code::PayeeConflict));
            }
            found = Some(account);
        }
        found.ok_or_else(|| Problem::of_row(row.line, Code::PayeeMissing, b""))
    }

    fn owns(&self, column: &str, value: &str, account: AccountId) -> Result<AccountId, Code> {
        let map = if column == "email" { &self.emails } else { &self.uids };
        let owned = map.get(value).is_some_and(|all| all.iter().any(|one| one.account == account));
        if owned { Ok(account) } else { Err(Code::PayeeConflict) }
    }

    /// The account of a number, in the batch's currency and in use.
    pub(crate) fn by_number(&self, number: &str, asset: &Asset) -> Result<AccountId, Code> {
        let found = self.numbers.get(number).and_then(|all| all.first()).ok_or(Code::PayeeNotFound)?;
        match (found.kind, found.status) {
            (kind, _) if kind != AccountKind::Customer => Err(Code::SystemAccount),
            (_, AccountStatus::Closed) => Err(Code::TargetClosed),
            (_, AccountStatus::Frozen) => Err(Code::TargetFrozen),
            _ if found.asset != asset.id => Err(Code::CurrencyMismatch),
            _ => Ok(found.account),
        }
    }
}

async fn group(
    tx: &mut Tx,
    key: PayeeKey,
    mut names: Vec<String>,
) -> Result<HashMap<String, Vec<Resolved>>, StoreError> {
    // In the order of the index, so that neighbouring names share a page.
    names.sort_unstable();
    names.dedup();
    // Nobody has such a name, and not every engine can be asked for it.
    names.retain(|name| !name.contains('\0'));
    let mut map: HashMap<String, Vec<Resolved>> = HashMap::with_capacity(names.len());
    for (name, resolved) in resolve(tx, key, names).await? {
        map.entry(name).or_default().push(resolved);
    }
    Ok(map)
}

/// The holder's only active account in the currency.
fn only(accounts: Option<&Vec<Resolved>>, asset: &Asset) -> Result<AccountId, Code> {
    let active = |a: &&Resolved| a.status == AccountStatus::Active && a.asset == asset.id;
    let mut fitting = accounts.into_iter().flatten().filter(active);
    match (fitting.next(), fitting.next()) {
        (Some(account), None) => Ok(account.account),
        (Some(_), Some(_)) => Err(Code::PayeeAmbiguous),
        (None, _) => Err(Code::PayeeNotFound),
    }
}

/// The row's amount, if one transfer may move it.
pub(crate) fn amount(
    row: &PaymentRow,
    asset: &Asset,
    limit: Option<&LimitPolicy>,
) -> Result<Amount, Problem> {
    let text = row.amount.as_deref().unwrap_or_default();
    let problem = |code| Problem::of_column(row.line, "amount", code, text.as_bytes());
    let amount = Amount::parse(text, asset.scale).map_err(problem)?;
    match limit {
        _ if amount == Amount::ZERO => Err(problem(Code::AmountNotPositive)),
        Some(limit) if amount.minor() < limit.min => Err(problem(Code::BelowMinimum)),
        Some(limit) if amount.minor() > limit.max => Err(problem(Code::AboveMaximum)),
        _ => Ok(amount),
    }
}
