//! The options that give the codes of debited accounts.

use crate::exit::Failure;
use crate::say::{Say, say};
use crate::session::Session;
use clap::Args;
use service::consent::{Consent, account_key};
use service::{Secret, Service};

const TWICE: Say = say(
    "give one code, or a code for each account as ACCOUNT=CODE",
    "请只提供一个验证码，或按 ACCOUNT=CODE 为每个账户分别提供",
);

/// The codes of the accounts that a command debits.
#[derive(Debug, Args)]
pub(crate) struct ConsentArgs {
    /// Code of the debited account's second factor; with several accounts, repeat it as ACCOUNT=CODE
    #[arg(long = "code", value_name = "CODE", value_parser = secret)]
    codes: Vec<Secret>,
    /// Let Sluice generate the codes of accounts that allow it
    #[arg(long = "auto-2fa")]
    auto_2fa: bool,
}

fn secret(text: &str) -> Result<Secret, Say> {
    if text.is_empty() { Err(say("is empty", "为空")) } else { Ok(Secret::new(text)) }
}

impl ConsentArgs {
    /// The service for this command, with its codes.
    pub(crate) async fn service(&self, session: &Session) -> Result<Service, Failure> {
        let (mut bare, mut named) = (Vec::new(), Vec::new());
        for code in &self.codes {
            match code.expose().rsplit_once('=') {
                Some((account, code)) => named.push((account_key(account), Secret::new(code))),
                None => bare.push(code.clone()),
            }
        }
        if bare.len() > 1 {
            return Err(Failure::usage(TWICE, session.language));
        }
        let consent = Consent::new(bare.pop(), named.into_iter().collect(), self.auto_2fa);
        Ok(session.service.with_consent(consent).await)
    }
}
