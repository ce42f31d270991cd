//! Consent to debit an account that has a second factor (document 000): its code, or `auto2FA` where the account
//! allows the server to generate codes.
//!
//! A verb that lets money leave an account calls `demand` inside its transaction, after it has checked right,
//! state and content: a code is used up by the request that it lets through and by no other. A run keeps the consent
//! that it was started with; the engine asks for none.
//!
//! The person behind the request is asked for a code of their own as well, where that is due (`factor`). Wrong codes are
//! counted by account when the refusal is recorded. Requests with codes take turns within a process,
//! so that each sees the failures before it, however many arrive at once.

pub use store::account_totp::BoundAccount;

use crate::factor::Need;
use crate::write::{Write, WriteResult};
use crate::{Error, Refusal, Secret, Service, account_totp, code_guess, factor};
use domain::account_ref::AccountRef;
use domain::batch::BatchType;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::AccountId;
use domain::noun::NounId;
use domain::principal::Principal;
use domain::script::Digits;
use domain::totp::{TotpSecret, matching_step, seconds_to_next};
use hashbrown::HashMap;
use ledger::request::OperationKey;
use serde_json::{Value, json};
use std::sync::Arc;
use store::account_totp::{Unpaid, owner};
use store::audit::Actor;
use store::batch::Batch;
use store::{Tx, sealed_secret, totp};
use tokio::sync::OwnedMutexGuard;

/// The most accounts that a refusal lists.
pub const LISTED_MAX: usize = 1_000;
/// The most account numbers in a refusal's text.
const NAMED_MAX: usize = 5;

/// The codes that a request gives.
#[derive(Debug, Clone, Default)]
pub struct Consent {
    /// The code of the one account that needs one.
    code: Option<Secret>,
    /// Codes by account: `acct_18`, a number, or bare digits.
    codes: HashMap<String, Secret>,
    /// Whether the server may generate codes, for accounts that allow it.
    is_automatic: bool,
}

impl Consent {
    /// The codes of a request.
    #[must_use]
    pub fn new(code: Option<Secret>, codes: HashMap<String, Secret>, is_automatic: bool) -> Self {
        Self { code, codes, is_automatic }
    }

    fn has_codes(&self) -> bool {
        self.code.is_some() || !self.codes.is_empty()
    }

    /// The code for one of the accounts that need one. A bare code is the only account's. Bare digits are an id,
    /// unless they are the number of an account that is debited too.
    fn of(&self, account: &BoundAccount, all: &[BoundAccount]) -> Option<&Secret> {
        let by_number = self.codes.get(&account.number);
        let by_id = || self.codes.get(&account.id.tagged());
        let digits = account.id.to_string();
        let is_free = !all.iter().any(|other| other.number == digits);
        let by_digits = || self.codes.get(&digits).filter(|_| is_free);
        let bare = || self.code.as_ref().filter(|_| all.len() == 1);
        by_number.or_else(by_id).or_else(by_digits).or_else(bare)
    }
}

/// A key of `verificationCodes` as it is compared: an id in its only form, or a number as numbers are stored.
#[must_use]
pub fn account_key(text: &str) -> String {
    AccountRef::parse(text, Digits::Refuse).map_or_else(|_| text.to_owned(), |named| named.to_string())
}

/// What is about to be debited.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Debited<'a> {
    /// No account: money comes from outside.
    Nothing,
    /// One account.
    Account(AccountId),
    /// The payers of some items of a batch.
    Items(&'a Batch, Unpaid),
}

/// How the debited accounts consented, for the audit log.
#[derive(Debug, Default)]
pub(crate) struct Consented {
    by_code: Vec<AccountId>,
    automatic: Vec<AccountId>,
}

impl Consented {
    /// Adds the consent to a fact, if any was needed.
    pub(crate) fn on(&self, fact: Fact) -> Fact {
        let listed = |ids: &[AccountId]| -> Value {
            ids.iter().take(LISTED_MAX).map(|id| Value::from(id.tagged())).collect()
        };
        if self.by_code.is_empty() && self.automatic.is_empty() {
            return fact;
        }
        let (by_code, automatic) = (listed(&self.by_code), listed(&self.automatic));
        fact.with("consent", json!({ "codes": by_code, "automatic": automatic }))
    }
}

impl Service {
    /// This service, for one request with these codes.
    pub async fn with_consent(&self, consent: Consent) -> Self {
        let _code_turn = if consent.has_codes() { Some(self.code_turn().await) } else { None };
        Self { consent: Arc::new(consent), _code_turn, ..self.clone() }
    }

    /// This service, for one request with a code that its verb takes as an argument.
    pub(crate) async fn with_code(&self) -> Self {
        Self { consent: Arc::default(), _code_turn: Some(self.code_turn().await), ..self.clone() }
    }

    async fn code_turn(&self) -> CodeTurn {
        Arc::new(Arc::clone(&self.code_turns).lock_owned().await)
    }
}

/// A request's turn to try codes.
pub(crate) type CodeTurn = Arc<OwnedMutexGuard<()>>;

/// Checks the consent to a debit, and uses up the codes that give it.
pub(crate) async fn demand(write: &mut Write, debited: Debited<'_>) -> Result<Consented, Error> {
    let bound = bound(&mut write.tx, debited).await?;
    let consent = Arc::clone(&write.service.consent);
    if bound.is_empty() {
        lend(write, &consent);
    }
    refuse_missing(&consent, &bound)?;
    factor::demand(write, Need::StepUp).await?;
    if bound.is_empty() {
        return Ok(Consented::default());
    }
    refuse_early(write, &consent, &bound).await?;
    let steps = check(write, &consent, &bound).await?;
    use_up(write, &bound, &steps).await
}

/// Where no debited account has a factor, the request's code is the person's own (contract).
fn lend(write: &mut Write, consent: &Consent) {
    let own = &mut write.service.proof.given.code;
    if own.is_none() {
        own.clone_from(&consent.code);
    }
}

/// Checks the consent to a single transfer before it goes to the door. Its codes are used up even if the ledger then
/// refuses it: that refusal is a transfer of its own.
pub(crate) async fn of_transfer(
    service: &Service,
    actor: &Actor,
    from: Option<AccountId>,
    operation: Option<&OperationKey>,
    about: Fact,
) -> Result<(), Error> {
    let is_bound = match from {
        Some(account) => account_totp::is_bound(service, account).await?,
        None => false,
    };
    if !is_bound && !matches!(actor.author.principal, Principal::User(_)) {
        return Ok(());
    }
    if is_repeated(service, operation).await? {
        return Ok(());
    }
    let mut write = service.step(actor, Action::TransferCreate).await?;
    write.about = about;
    let debited = from.map_or(Debited::Nothing, Debited::Account);
    let done = demand(&mut write, debited).await;
    write.end_unkept(done.map(|_| WriteResult::nothing(()))).await
}

/// Whether the request's key was used before. The door then moves nothing, and no code is asked for again.
async fn is_repeated(service: &Service, operation: Option<&OperationKey>) -> Result<bool, Error> {
    let Some(key) = operation else { return Ok(false) };
    let mut tx = service.store.point_read().await?;
    Ok(store::operation::answered(&mut tx, &key.id).await?.is_some())
}

/// The debited accounts that are bound.
pub(crate) async fn bound(tx: &mut Tx, debited: Debited<'_>) -> Result<Vec<BoundAccount>, Error> {
    let accounts = match debited {
        Debited::Nothing => return Ok(Vec::new()),
        Debited::Account(account) => vec![account.0],
        _ if !store::account_totp::any(tx).await? => return Ok(Vec::new()),
        Debited::Items(batch, _) if batch.kind == BatchType::OneToMany => {
            batch.account.iter().map(|account| account.0).collect()
        }
        Debited::Items(batch, items) => {
            return Ok(store::account_totp::payers(tx, batch.id, items).await?);
        }
    };
    Ok(store::account_totp::among(tx, accounts).await?)
}

/// The bound ones among the payers of rows that are not stored.
pub(crate) async fn bound_among(
    tx: &mut Tx,
    payers: impl Iterator<Item = AccountId>,
) -> Result<Vec<BoundAccount>, Error> {
    if !store::account_totp::any(tx).await? {
        return Ok(Vec::new());
    }
    let mut payers: Vec<i64> = payers.map(|account| account.0).collect();
    payers.sort_unstable();
    payers.dedup();
    Ok(store::account_totp::among(tx, payers).await?)
}

/// Every bound account needs its code, or the server's.
fn refuse_missing(consent: &Consent, bound: &[BoundAccount]) -> Result<(), Error> {
    let is_given = |account: &&BoundAccount| {
        consent.of(account, bound).is_some() || (consent.is_automatic && account.automatic)
    };
    let missing: Vec<_> = bound.iter().filter(|account| !is_given(account)).collect();
    if missing.is_empty() { Ok(()) } else { Err(about(Code::VerificationCodeRequired, &missing, None)) }
}

/// After several wrong codes an account's next ones have to wait.
async fn refuse_early(write: &mut Write, consent: &Consent, bound: &[BoundAccount]) -> Result<(), Error> {
    let now = write.service.steady_now();
    for account in bound.iter().filter(|account| consent.of(account, bound).is_some()) {
        code_guess::refuse_early(&mut write.tx, &owner(account.id), now).await?;
    }
    Ok(())
}

/// The time step of each given code; none for an account whose codes the server generates.
async fn check(
    write: &mut Write,
    consent: &Consent,
    bound: &[BoundAccount],
) -> Result<Vec<Option<i64>>, Error> {
    let secrets = secrets(write, bound).await?;
    let (mut steps, mut wrong) = (Vec::with_capacity(bound.len()), Vec::new());
    for (account, secret) in bound.iter().zip(secrets) {
        let Some(code) = consent.of(account, bound) else {
            // That the secret was decrypted is what generating a code and comparing it with itself would show.
            steps.push(None);
            continue;
        };
        match matching_step(&secret, code.expose(), write.now) {
            Some(step) => steps.push(Some(step)),
            None => wrong.push(account),
        }
    }
    if wrong.is_empty() {
        return Ok(steps);
    }
    write.wrong_codes = wrong.iter().map(|account| owner(account.id)).collect();
    Err(about(Code::TotpCodeInvalid, &wrong, None))
}

/// The secrets of bound accounts, read at once.
async fn secrets(write: &mut Write, bound: &[BoundAccount]) -> Result<Vec<TotpSecret>, Error> {
    let vault = write.service.vault.clone();
    vault.key_id()?;
    let owners = bound.iter().map(|account| owner(account.id)).collect();
    let sealed = sealed_secret::of_owners(&mut write.tx, owners).await?;
    let sealed: HashMap<&str, Vec<u8>> =
        sealed.iter().map(|one| (one.owner.as_str(), one.sealed())).collect();
    let open = |account: &BoundAccount| {
        let row = owner(account.id);
        let sealed = sealed.get(row.as_str()).map(Vec::as_slice).unwrap_or_default();
        let plain = vault.open(&row, sealed)?;
        TotpSecret::from_bytes(&plain).ok_or_else(|| Error::refused(Code::SecretUnreadable, row))
    };
    bound.iter().map(open).collect()
}

/// Uses up the time steps in the verb's transaction.
async fn use_up(
    write: &mut Write,
    bound: &[BoundAccount],
    steps: &[Option<i64>],
) -> Result<Consented, Error> {
    let (mut consented, mut used) = (Consented::default(), Vec::new());
    for (account, step) in bound.iter().zip(steps) {
        let Some(step) = *step else {
            consented.automatic.push(account.id);
            continue;
        };
        let owner = owner(account.id);
        if totp::use_step(&mut write.tx, &owner, step, write.now).await? {
            code_guess::succeeded(&mut write.tx, &owner).await?;
            consented.by_code.push(account.id);
        } else {
            used.push(account);
        }
    }
    if used.is_empty() {
        return Ok(consented);
    }
    Err(about(Code::TotpCodeUsed, &used, Some(seconds_to_next(write.now))))
}

/// The accounts in a refusal.
fn listed<'a>(accounts: impl Iterator<Item = &'a BoundAccount>) -> Value {
    let one = |account: &BoundAccount| json!({ "id": account.id.tagged(), "number": account.number, "auto2FA": account.automatic });
    accounts.take(LISTED_MAX).map(one).collect()
}

/// A refusal about accounts' codes.
fn about(code: Code, accounts: &[&BoundAccount], wait_s: Option<i64>) -> Error {
    let mut data = json!({
        "require2FA": true,
        "accounts": listed(accounts.iter().copied()),
        "accountCount": accounts.len(),
    });
    if let (Some(fields), Some(seconds)) = (data.as_object_mut(), wait_s) {
        fields.insert("retryAfterSeconds".to_owned(), seconds.into());
    }
    let mut named: Vec<&str> =
        accounts.iter().take(NAMED_MAX).map(|account| account.number.as_str()).collect();
    if accounts.len() > NAMED_MAX {
        named.push("…");
    }
    Error::Refused(Refusal { data: Some(data), ..Refusal::new(code, named.join(", ")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: i64, number: &str) -> BoundAccount {
        BoundAccount { id: AccountId(id), number: number.to_owned(), automatic: false }
    }

    fn found(all: &[BoundAccount], codes: &[(&str, &str)], bare: Option<&str>) -> Vec<Option<String>> {
        let codes = codes.iter().map(|(key, code)| (account_key(key), Secret::new(*code))).collect();
        let consent = Consent::new(bare.map(Secret::new), codes, false);
        all.iter().map(|one| consent.of(one, all).map(|code| code.expose().to_owned())).collect()
    }

    #[test]
    fn a_code_is_found_by_number_by_id_and_by_bare_digits() {
        let one = [account(18, "PAYROLL-1")];
        let two = [account(18, "PAYROLL-1"), account(7, "18")];
        let a = || Some("111111".to_owned());
        let b = || Some("222222".to_owned());
        for (all, codes, bare, expected) in [
            (&one[..], vec![("PAYROLL-1", "111111")], None, vec![a()]),
            (&one, vec![("acct_18", "111111")], None, vec![a()]),
            (&one, vec![("18", "111111")], None, vec![a()]),
            (&one, vec![], Some("111111"), vec![a()]),
            (&one, vec![("acct_19", "111111")], None, vec![None]),
            (&one, vec![("acct_19", "111111")], Some("222222"), vec![b()]),
            // 18 is a number here, so it is not the id of the other account.
            (&two, vec![("18", "111111")], None, vec![None, a()]),
            (&two, vec![("18", "111111"), ("acct_18", "222222")], None, vec![b(), a()]),
            (&two, vec![], Some("111111"), vec![None, None]),
        ] {
            assert_eq!(found(all, &codes, bare), expected, "{codes:?} {bare:?}");
        }
    }

    #[test]
    fn codes_are_not_shown() {
        let codes = [("PAYROLL-1".to_owned(), Secret::new("111111"))].into_iter().collect();
        let shown = format!("{:?}", Consent::new(Some(Secret::new("222222")), codes, true));
        assert!(!shown.contains("111111") && !shown.contains("222222"), "{shown}");
    }
}
