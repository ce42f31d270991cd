//! E-mails that are due, for the duty that sends them. An e-mail is marked as being sent, in a transaction of its own,
//! before it is handed over, and as sent afterwards: it is sent twice only if what became of it is not known.

use crate::{Error, Service, notice};
use domain::mail::{MailState, pause_after};
use jiff::Timestamp;
use store::Tx;
use store::mail::Mail;

/// An e-mail as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The row it is of.
    pub mail: Mail,
    /// The address.
    pub to: String,
    /// The subject, without names and amounts.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// Whether any e-mail is due.
pub async fn is_due(service: &Service) -> Result<bool, Error> {
    let mut tx = service.store.read().await?;
    Ok(!store::mail::due(&mut tx, service.now(), 1).await?.is_empty())
}

/// Takes the next e-mail that is due, within the caller's transaction: from its commit on it counts as being sent.
/// None if nothing is due. An e-mail to a user without an address, or who was disabled, is given up.
pub async fn take(tx: &mut Tx, now: i64) -> Result<Option<Letter>, Error> {
    for mail in store::mail::due(tx, now, AT_ONCE).await? {
        let tries = mail.tries.saturating_add(1);
        let next_at = pause_after(tries).map_or(i64::MAX, |pause| now.saturating_add(pause));
        let taken = Mail { state: MailState::Sending, tries, next_at, ..mail };
        match write_letter(tx, &taken).await? {
            Some(letter) => {
                store::mail::set(tx, &taken).await?;
                return Ok(Some(letter));
            }
            None => store::mail::set(tx, &Mail { state: MailState::GivenUp, ..taken }).await?,
        }
    }
    Ok(None)
}

/// E-mails that one transaction looks at.
const AT_ONCE: i64 = 20;

/// Records that an e-mail was accepted.
pub async fn sent(tx: &mut Tx, mail: &Mail) -> Result<(), Error> {
    Ok(store::mail::set(tx, &Mail { state: MailState::Sent, error: None, ..mail.clone() }).await?)
}

/// Records that an e-mail was refused; it is tried again later unless it was refused for good, or too often.
pub async fn refused(tx: &mut Tx, mail: &Mail, why: &str, is_final: bool) -> Result<(), Error> {
    let is_over = is_final || pause_after(mail.tries).is_none();
    let state = if is_over { MailState::GivenUp } else { MailState::Waiting };
    let error = Some(why.chars().filter(|c| !c.is_control()).take(ERROR_CHARS).collect());
    Ok(store::mail::set(tx, &Mail { state, error, ..mail.clone() }).await?)
}

/// The most characters of an error that are kept.
const ERROR_CHARS: usize = 300;

async fn write_letter(tx: &mut Tx, mail: &Mail) -> Result<Option<Letter>, Error> {
    let Some(address) = store::mail_address::get(tx, mail.user).await? else { return Ok(None) };
    let user = store::user::get(tx, mail.user).await?;
    if user.is_none_or(|user| user.disabled_at.is_some()) {
        return Ok(None);
    }
    let events = store::outbox::by_ids(tx, vec![mail.event]).await?;
    let Some(event) = events.into_iter().next() else { return Ok(None) };
    let batch = match event.batch {
        Some(id) => store::batch::get(tx, id).await?.map(|batch| batch.number()),
        None => None,
    };
    let words = notice::said(&event, batch.as_deref(), address.language);
    let at = Timestamp::from_microsecond(event.at).unwrap_or_default();
    let body = format!("{}\n\n{}\n\n{at}\n", words.title, words.text);
    let subject = format!("[Sluice] {}", words.title);
    Ok(Some(Letter { mail: mail.clone(), to: address.email, subject, body }))
}
