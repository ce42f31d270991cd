//! The second factor of an account: a secret that the account's owner keeps in an authenticator app. Once a code has
//! confirmed it, the account is only debited with a code (`consent`).
//!
//! The server keeps the secret in any case, encrypted: it could not check a code without it. Whether it may also
//! generate codes by itself (`auto2FA`) is decided when the factor is confirmed.

use crate::code_guess;
use crate::factor::{self, Need};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Refusal, Secret, Service, account_cache, secret};
use domain::account::AccountStatus;
use domain::account_ref::GivenAccount;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::AccountId;
use domain::noun::NounId;
use domain::principal::Principal;
use domain::totp::{TotpSecret, matching_step, seconds_to_next};
use serde_json::json;
use std::sync::Mutex;
use store::account::AccountView;
use store::account_totp::{self, AccountTotp, owner};
use store::audit::Actor;
use store::totp;
use zeroize::Zeroizing;

/// How long a new secret can be confirmed, microseconds.
const CONFIRM_WITHIN: i64 = 3_600 * 1_000_000;
/// What an authenticator app shows beside a code, apart from the account's number.
const ISSUER: &str = "Sluice";
/// The most characters of the number that an app shows.
const LABEL_MAX: usize = 64;

/// A new secret, shown once.
#[derive(Debug)]
pub struct NewAccountTotp {
    /// The account.
    pub account: AccountView,
    secret: TotpSecret,
}

impl NewAccountTotp {
    /// The secret as a person types it.
    #[must_use]
    pub fn base32(&self) -> Zeroizing<String> {
        self.secret.base32()
    }

    /// The URI that an authenticator app reads.
    #[must_use]
    pub fn uri(&self) -> Zeroizing<String> {
        // A longer one would not fit into a QR code.
        let label: String = self.account.number.chars().take(LABEL_MAX).collect();
        self.secret.uri(ISSUER, &label)
    }
}

/// Whether any account is bound, as the only writer of a ledger remembers it. The generation tells a reader that an
/// account was bound while it looked.
#[derive(Debug, Default)]
pub(crate) struct NoneBound(Mutex<(u64, bool)>);

impl NoneBound {
    fn generation(&self) -> u64 {
        self.0.lock().map_or(0, |known| known.0)
    }

    fn is_known(&self) -> bool {
        self.0.lock().is_ok_and(|known| known.1)
    }

    /// Remembers that none was bound when a reader of this generation looked.
    fn remember(&self, generation: u64) {
        if let Ok(mut known) = self.0.lock()
            && known.0 == generation
        {
            known.1 = true;
        }
    }

    fn forget(&self) {
        if let Ok(mut known) = self.0.lock() {
            *known = (known.0.wrapping_add(1), false);
        }
    }
}

/// Draws a secret for an account. It replaces an unconfirmed one; a bound account keeps its own
/// (`ACCOUNT_TOTP_BOUND`). The answer is stored nowhere.
pub async fn bind(service: &Service, actor: &Actor, account: &GivenAccount) -> Result<NewAccountTotp, Error> {
    let mut write = service.step(actor, Action::AccountTotpBind).await?;
    let done = match account_cache::named(&mut write.tx, account).await {
        Ok(account) => bind_in(&mut write, account).await,
        Err(error) => Err(error),
    };
    write.end_unkept(done).await
}

/// Binds an account to its new secret, of which the code is shown by the app. From then on the account is only
/// debited with a code; the server may generate codes by itself if the caller allows it.
pub async fn confirm(
    service: &Service,
    actor: &Actor,
    account: &GivenAccount,
    code: &Secret,
    automatic: bool,
) -> Result<AccountView, Error> {
    let service = &service.with_code().await;
    let mut write = claimed!(service.write(actor, Action::AccountTotpConfirm));
    let done = match account_cache::named(&mut write.tx, account).await {
        Ok(account) => confirm_in(&mut write, account, code, automatic).await,
        Err(error) => Err(error),
    };
    let confirmed = write.end(done).await;
    // Also after an error: the commit's outcome may be unknown.
    service.none_bound.forget();
    confirmed
}

/// Unbinds an account, or drops its unconfirmed secret. A bound account asks for its own code. A user who lost the app
/// gives a code of their own second factor instead; the command line needs neither.
pub async fn unbind(
    service: &Service,
    actor: &Actor,
    account: &GivenAccount,
    code: Option<&Secret>,
) -> Result<AccountView, Error> {
    let service = &service.with_code().await;
    let mut write = service.step(actor, Action::AccountTotpUnbind).await?;
    let done = match account_cache::named(&mut write.tx, account).await {
        Ok(account) => unbind_in(&mut write, account, code).await,
        Err(error) => Err(error),
    };
    write.end_unkept(done).await
}

/// An account, and its factor if it has one; confirmed or not.
pub async fn show(
    service: &Service,
    account: &GivenAccount,
) -> Result<(AccountView, Option<AccountTotp>), Error> {
    let mut tx = service.store.read().await?;
    let account = account_cache::named(&mut tx, account).await?;
    let factor = account_totp::get(&mut tx, account.id).await?;
    Ok((account, factor))
}

/// Whether an account is bound. Where this process is the only writer, none is looked up while none is bound at all.
pub(crate) async fn is_bound(service: &Service, account: AccountId) -> Result<bool, Error> {
    let is_alone = service.store.is_sole_writer();
    if is_alone && service.none_bound.is_known() {
        return Ok(false);
    }
    let generation = service.none_bound.generation();
    let mut tx = service.store.point_read().await?;
    if is_alone && !account_totp::any(&mut tx).await? {
        service.none_bound.remember(generation);
        return Ok(false);
    }
    Ok(!account_totp::among(&mut tx, vec![account.0]).await?.is_empty())
}

async fn bind_in(write: &mut Write, account: AccountView) -> Result<WriteResult<NewAccountTotp>, Error> {
    write.about.id = Some(account.id.0);
    let number = account.number.as_str();
    if account.kind.is_system() {
        return Err(Error::refused(Code::SystemAccount, number));
    }
    if account.status == AccountStatus::Closed {
        return Err(Error::refused(Code::AccountState, format!("{number}: {}", account.status.name())));
    }
    factor::demand(write, Need::StepUp).await?;
    // Before anything is drawn: without a master key nothing can be kept.
    write.service.vault.key_id()?;
    if !account_totp::begin(&mut write.tx, account.id, write.now).await? {
        return Err(Error::refused(Code::AccountTotpBound, number));
    }
    let secret = TotpSecret::new(secret::random()?);
    let (vault, row) = (write.service.vault.clone(), owner(account.id));
    vault.put(&mut write.tx, &row, secret.bytes()).await?;
    totp::forget(&mut write.tx, &row).await?;
    let fact = Fact::new(Action::AccountTotpBind, Some(account.id.0)).with("number", number);
    Ok(WriteResult::one(NewAccountTotp { account, secret }, fact))
}

async fn confirm_in(
    write: &mut Write,
    account: AccountView,
    code: &Secret,
    automatic: bool,
) -> Result<WriteResult<AccountView>, Error> {
    write.about.id = Some(account.id.0);
    let number = account.number.as_str();
    let begun = account_totp::get(&mut write.tx, account.id).await?;
    let since = write.now.saturating_sub(CONFIRM_WITHIN);
    match begun {
        Some(begun) if begun.confirmed_at.is_some() => {
            return Err(Error::refused(Code::AccountTotpBound, number));
        }
        Some(begun) if begun.begun_at >= since => {}
        _ => return Err(Error::refused(Code::AccountTotpNotBegun, number)),
    }
    factor::demand(write, Need::StepUp).await?;
    use_code(write, &account, code).await?;
    if !account_totp::confirm(&mut write.tx, account.id, automatic, write.now).await? {
        return Err(Error::refused(Code::AccountTotpNotBegun, number));
    }
    let fact = Fact::new(Action::AccountTotpConfirm, Some(account.id.0))
        .with("number", number)
        .with("automatic", automatic);
    Ok(WriteResult::one(AccountView { is_totp_bound: true, ..account }, fact))
}

async fn unbind_in(
    write: &mut Write,
    account: AccountView,
    code: Option<&Secret>,
) -> Result<WriteResult<AccountView>, Error> {
    write.about.id = Some(account.id.0);
    if account.is_totp_bound {
        match code {
            Some(code) => use_code(write, &account, code).await?,
            None => without_code(write, &account).await?,
        }
    }
    let (tx, row) = (&mut write.tx, owner(account.id));
    if !account_totp::delete(tx, account.id).await? {
        return Err(Error::refused(Code::AccountTotpNotBound, account.number.as_str()));
    }
    store::sealed_secret::delete(tx, &row).await?;
    totp::forget(tx, &row).await?;
    code_guess::succeeded(tx, &row).await?;
    let fact = Fact::new(Action::AccountTotpUnbind, Some(account.id.0))
        .with("number", account.number.as_str())
        .with("by_code", code.is_some());
    Ok(WriteResult::one(AccountView { is_totp_bound: false, ..account }, fact))
}

/// Unbinding without the account's code: by a code of the person's own factor. A session alone does not suffice.
async fn without_code(write: &mut Write, account: &AccountView) -> Result<(), Error> {
    if write.actor.author.principal == Principal::CommandLine {
        // An operator with the data directory or the database could delete the row.
        return Ok(());
    }
    if write.service.proof.given.code.is_none() {
        return Err(about(Code::VerificationCodeRequired, account, None));
    }
    factor::demand(write, Need::Always).await.map(|_| ())
}

/// Checks a code of an account's secret, and uses it up.
async fn use_code(write: &mut Write, account: &AccountView, code: &Secret) -> Result<(), Error> {
    let (service, row) = (write.service.clone(), owner(account.id));
    code_guess::refuse_early(&mut write.tx, &row, service.steady_now()).await?;
    let plain = service.vault.get(&mut write.tx, &row).await?;
    let secret = plain.and_then(|plain| TotpSecret::from_bytes(&plain));
    let secret = secret.ok_or_else(|| Error::refused(Code::SecretUnreadable, row.as_str()))?;
    let Some(step) = matching_step(&secret, code.expose(), write.now) else {
        write.wrong_codes = vec![row];
        return Err(about(Code::TotpCodeInvalid, account, None));
    };
    if !totp::use_step(&mut write.tx, &row, step, write.now).await? {
        return Err(about(Code::TotpCodeUsed, account, Some(seconds_to_next(write.now))));
    }
    code_guess::succeeded(&mut write.tx, &row).await
}

fn about(code: Code, account: &AccountView, wait_s: Option<i64>) -> Error {
    let data = json!({
        "require2FA": true,
        "accounts": [{ "id": account.id.tagged(), "number": account.number }],
        "retryAfterSeconds": wait_s,
    });
    Error::Refused(Refusal { data: Some(data), ..Refusal::new(code, account.number.as_str()) })
}
