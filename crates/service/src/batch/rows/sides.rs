//! Who pays and who is paid in a row: accounts by id or number, or the holder's only active account.

use super::super::resolve::{Directory, Names};
use super::{Frame, NewRow, Side};
use crate::Error;
use domain::account::{AccountKind, AccountStatus};
use domain::batch::BatchType;
use domain::code::Code;
use hashbrown::HashMap;
use store::Tx;
use store::account::Resolved;

/// An account as a client names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AccountName {
    /// By its id.
    Id(i64),
    /// By its number; where no account has that number, by its id.
    Text(String),
}

impl std::fmt::Display for AccountName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// How a payee is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// By the holder's uid.
    Uid,
    /// By the holder's e-mail address.
    Email,
    /// By the account's id or number.
    Inner,
}

/// The field, the code and the value that was sent.
pub(crate) type Wrong = (&'static str, Code, String);

/// All accounts behind the names of a request.
pub(crate) struct Sides {
    directory: Directory,
    ids: HashMap<i64, Resolved>,
}

/// Which side an account stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Source,
    Target,
}

impl Sides {
    pub(crate) async fn load(tx: &mut Tx, rows: &[NewRow]) -> Result<Self, Error> {
        let names = rows.iter().flat_map(|row| [row.source.as_ref(), row.target.as_ref()]).flatten();
        let mut all = Self::of_names(names);
        for (contact, text) in rows.iter().filter_map(|row| row.payee.as_ref()) {
            let text = text.trim();
            match contact {
                Contact::Uid => all.0.uids.push(text.to_owned()),
                Contact::Email => all.0.emails.push(text.to_lowercase()),
                Contact::Inner => {
                    all.1.extend(id_of(text));
                    all.0.numbers.push(text.to_owned());
                }
            }
        }
        Self::look_up(tx, all).await
    }

    /// One account alone: the single side.
    pub(crate) async fn account(tx: &mut Tx, name: &AccountName) -> Result<Option<Resolved>, Error> {
        let sides = Self::look_up(tx, Self::of_names(std::iter::once(name))).await?;
        Ok(sides.find(name).copied())
    }

    fn of_names<'a>(names: impl Iterator<Item = &'a AccountName>) -> (Names, Vec<i64>) {
        let (mut all, mut ids) = (Names::default(), Vec::new());
        for name in names {
            match name {
                AccountName::Id(id) => ids.push(*id),
                AccountName::Text(text) => {
                    ids.extend(id_of(text.trim()));
                    all.numbers.push(text.trim().to_owned());
                }
            }
        }
        (all, ids)
    }

    async fn look_up(tx: &mut Tx, (names, mut ids): (Names, Vec<i64>)) -> Result<Self, Error> {
        ids.sort_unstable();
        ids.dedup();
        let directory = Directory::look_up(tx, names).await?;
        let found = store::balance::read(tx, ids).await?;
        let ids = found.into_iter().map(|account| {
            let resolved = Resolved {
                account: account.id,
                asset: account.asset,
                kind: account.kind,
                status: account.status,
                is_default: false,
            };
            (account.id.0, resolved)
        });
        Ok(Self { directory, ids: ids.collect() })
    }

    fn find(&self, name: &AccountName) -> Option<&Resolved> {
        match name {
            AccountName::Id(id) => self.ids.get(id),
            AccountName::Text(text) => {
                let text = text.trim();
                self.directory.number(text).or_else(|| self.ids.get(&id_of(text)?))
            }
        }
    }

    /// Who pays and who is paid in a row.
    pub(super) fn of(&self, frame: &Frame, row: &NewRow) -> Result<(Side, Side), Wrong> {
        let (source, target) = match (frame.kind, frame.single) {
            (BatchType::OneToMany, Some(single)) => {
                self.is_single(single, row.source.as_ref(), "sourceAccountId")?;
                (single, self.payee(frame, row, Role::Target)?)
            }
            (BatchType::ManyToOne, Some(single)) => {
                self.is_single(single, row.target.as_ref(), "targetAccountId")?;
                (self.payee(frame, row, Role::Source)?, single)
            }
            _ => {
                let missing = || ("sourceAccountId", Code::PayeeMissing, String::new());
                let source = row.source.as_ref().ok_or_else(missing)?;
                (
                    self.named(frame, source, Role::Source, "sourceAccountId")?,
                    self.payee(frame, row, Role::Target)?,
                )
            }
        };
        let same = || (field(frame.kind, row), Code::SameAccount, written(frame.kind, row));
        if source.0 == target.0 { Err(same()) } else { Ok((source, target)) }
    }

    /// A row may name the single account, and no other in its place.
    fn is_single(&self, single: Side, name: Option<&AccountName>, field: &'static str) -> Result<(), Wrong> {
        match name {
            Some(name) if self.find(name).is_none_or(|found| found.account != single.0) => {
                Err((field, Code::PayeeConflict, name.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// The row's own side. If it is named in two ways, both lead to one account.
    fn payee(&self, frame: &Frame, row: &NewRow, role: Role) -> Result<Side, Wrong> {
        let (name, field) = match role {
            Role::Source => (row.source.as_ref(), "sourceAccountId"),
            Role::Target => (row.target.as_ref(), "targetAccountId"),
        };
        let by_account = name.map(|name| self.named(frame, name, role, field)).transpose()?;
        let by_contact = match row.payee.as_ref() {
            Some((contact, text)) => Some(self.contact(frame, *contact, text, role, by_account)?),
            None => None,
        };
        match (by_account, by_contact) {
            (Some(account), Some(contact)) if account.0 != contact.0 => {
                Err(("targetIdentifier", Code::PayeeConflict, written(frame.kind, row)))
            }
            (found, other) => found.or(other).ok_or((field, Code::PayeeMissing, String::new())),
        }
    }

    fn named(
        &self,
        frame: &Frame,
        name: &AccountName,
        role: Role,
        field: &'static str,
    ) -> Result<Side, Wrong> {
        let wrong = |code| (field, code, name.to_string());
        let found = self.find(name).ok_or_else(|| wrong(Code::PayeeNotFound))?;
        usable(frame, found, role).map_err(wrong)
    }

    fn contact(
        &self,
        frame: &Frame,
        contact: Contact,
        text: &str,
        role: Role,
        beside: Option<Side>,
    ) -> Result<Side, Wrong> {
        let wrong = |code| ("targetIdentifier", code, text.to_owned());
        let owned = match contact {
            Contact::Inner => {
                let name = AccountName::Text(text.to_owned());
                return self.named(frame, &name, role, "targetIdentifier");
            }
            Contact::Uid => self.directory.uid(text.trim()),
            Contact::Email => self.directory.email(&text.trim().to_lowercase()),
        };
        // Beside an account a holder may well have several; the account decides.
        if let Some(beside) = beside {
            let is_own = owned.iter().any(|one| one.account == beside.0);
            return if is_own { Ok(beside) } else { Err(wrong(Code::PayeeConflict)) };
        }
        only(frame, owned, role).map_err(wrong)
    }
}

/// The holder's only active account in the batch's currency; where the batch exchanges, a payee without one is
/// paid into his only active account.
fn only(frame: &Frame, owned: &[Resolved], role: Role) -> Result<Side, Code> {
    let pick = |fits: &dyn Fn(&&Resolved) -> bool| {
        let mut fitting =
            owned.iter().filter(|one| one.status == AccountStatus::Active).filter(|one| fits(one));
        match (fitting.next(), fitting.next()) {
            (Some(one), None) => Ok((one.account, one.asset)),
            (Some(_), Some(_)) => Err(Code::PayeeAmbiguous),
            (None, _) => Err(Code::PayeeNotFound),
        }
    };
    match pick(&|one| one.asset == frame.asset.id) {
        Err(Code::PayeeNotFound) if frame.convert && role == Role::Target => pick(&|_| true),
        other => other,
    }
}

fn usable(frame: &Frame, found: &Resolved, role: Role) -> Result<Side, Code> {
    if let Some(code) = out_of_use(found, role == Role::Source) {
        return Err(code);
    }
    if found.asset != frame.asset.id && !(frame.convert && role == Role::Target) {
        return Err(Code::CurrencyMismatch);
    }
    Ok((found.account, found.asset))
}

/// Why an account cannot stand on a side.
pub(crate) const fn out_of_use(found: &Resolved, is_source: bool) -> Option<Code> {
    match (found.kind, found.status, is_source) {
        (AccountKind::Customer, AccountStatus::Active, _) => None,
        (AccountKind::Customer, AccountStatus::Closed, true) => Some(Code::SourceClosed),
        (AccountKind::Customer, AccountStatus::Frozen, true) => Some(Code::SourceFrozen),
        (AccountKind::Customer, AccountStatus::Closed, false) => Some(Code::TargetClosed),
        (AccountKind::Customer, AccountStatus::Frozen, false) => Some(Code::TargetFrozen),
        _ => Some(Code::SystemAccount),
    }
}

/// A text that is an id and nothing else.
fn id_of(text: &str) -> Option<i64> {
    let is_plain = !text.starts_with('0') && text.len() <= 16 && text.bytes().all(|b| b.is_ascii_digit());
    if is_plain { text.parse().ok() } else { None }
}

const fn own(kind: BatchType, row: &NewRow) -> (Option<&AccountName>, &'static str) {
    match kind {
        BatchType::ManyToOne => (row.source.as_ref(), "sourceAccountId"),
        BatchType::OneToMany | BatchType::ManyToMany => (row.target.as_ref(), "targetAccountId"),
    }
}

fn field(kind: BatchType, row: &NewRow) -> &'static str {
    let (name, field) = own(kind, row);
    if name.is_some() || row.payee.is_none() { field } else { "targetIdentifier" }
}

/// How the client wrote the row's own side.
pub(crate) fn written(kind: BatchType, row: &NewRow) -> String {
    let (name, _) = own(kind, row);
    let payee = || row.payee.as_ref().map(|(_, text)| text.clone());
    name.map(ToString::to_string).or_else(payee).unwrap_or_default()
}

/// What stands for a side that was not found.
pub(super) fn name_of(kind: BatchType, row: &NewRow) -> Option<String> {
    let (name, _) = own(kind, row);
    if let Some(name) = name {
        return Some(format!("inner {name}"));
    }
    row.payee.as_ref().map(|(contact, text)| match contact {
        Contact::Uid => format!("uid {}", text.trim()),
        Contact::Email => format!("email {}", text.trim().to_lowercase()),
        Contact::Inner => format!("inner {}", text.trim()),
    })
}
