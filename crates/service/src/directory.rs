//! Who an account is, by its id or its number: what never changes about it, kept in memory where no other process
//! can open accounts, so that a transfer need not ask the database for names before it asks the door.

use crate::{Error, Service};
use domain::asset::Asset;
use domain::code::Code;
use domain::id::{AccountId, AssetId, HolderId};
use hashbrown::HashMap;
use std::sync::{Arc, Mutex};
use store::Tx;
use store::account::{AccountView, Name};

/// Names kept at most; beyond it all are forgotten and learned anew.
const NAMES_MAX: usize = 200_000;
/// The longest name that is looked for.
const NAME_MAX: usize = 255;

/// What never changes about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub id: AccountId,
    pub number: String,
    pub asset: Asset,
    pub holder: Option<HolderId>,
}

/// What this process has learned.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    names: HashMap<String, Arc<Known>>,
    /// Rises when a name may have got another meaning, so that what was read before is not kept after.
    generation: u64,
}

impl Directory {
    fn get(&self, name: &str) -> Option<Arc<Known>> {
        self.inner.lock().ok()?.names.get(name).cloned()
    }

    fn generation(&self) -> u64 {
        self.inner.lock().map_or(0, |inner| inner.generation)
    }

    fn keep(&self, name: &str, known: &Arc<Known>, generation: u64) {
        let Ok(mut inner) = self.inner.lock() else { return };
        if inner.generation != generation {
            return;
        }
        if inner.names.len() >= NAMES_MAX {
            inner.names.clear();
        }
        inner.names.insert(name.to_owned(), Arc::clone(known));
    }

    /// To be called when accounts were opened: a text may mean two accounts now.
    pub(crate) fn forget(&self) {
        if let Ok(mut inner) = self.inner.lock() {
            inner.names.clear();
            inner.generation += 1;
        }
    }
}

/// A text as people name an account: its number, or its id if it is written as ids are. None if no account can
/// be meant.
pub(crate) fn name(text: &str) -> Option<Name> {
    let number = text.trim();
    let fits =
        !number.is_empty() && number.chars().count() <= NAME_MAX && !number.chars().any(char::is_control);
    let is_id = number.len() <= 18 && !number.starts_with('0') && number.bytes().all(|b| b.is_ascii_digit());
    let id = if is_id { number.parse().ok().map(AccountId) } else { None };
    fits.then(|| Name { number: number.to_owned(), id })
}

/// The one account that a name means among those found; two are [`Code::AccountAmbiguous`].
pub(crate) fn choose(found: &[AccountView], name: &Name) -> Result<Option<AccountView>, Error> {
    let by_id = found.iter().find(|account| name.id == Some(account.id));
    let by_number = found.iter().find(|account| account.number == name.number);
    match (by_id, by_number) {
        (Some(a), Some(b)) if a.id != b.id => {
            Err(Error::refused(Code::AccountAmbiguous, name.number.as_str()))
        }
        (Some(one), _) | (None, Some(one)) => Ok(Some(one.clone())),
        (None, None) => Ok(None),
    }
}

/// What people sent, short enough for an answer.
pub(crate) fn short(text: &str) -> String {
    text.chars().take(64).collect()
}

impl Service {
    /// An account by its id or number.
    pub(crate) async fn account_named(tx: &mut Tx, text: &str) -> Result<AccountView, Error> {
        let missing = || Error::refused(Code::AccountNotFound, short(text));
        let name = name(text).ok_or_else(missing)?;
        let found = store::account::named(tx, &name, &name).await?;
        choose(&found, &name)?.ok_or_else(missing)
    }

    /// The two sides of a movement by id or number, with their currencies; each missing one has its own code.
    pub(crate) async fn known_pair(
        &self,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<(Option<Arc<Known>>, Option<Arc<Known>>), Error> {
        let (from, to, generation) = (from.map(str::trim), to.map(str::trim), self.directory.generation());
        let source = from.and_then(|text| self.directory.get(text));
        let target = to.and_then(|text| self.directory.get(text));
        if source.is_some() == from.is_some() && target.is_some() == to.is_some() {
            return Ok((source, target));
        }
        let missing = |code: Code, text: &str| Error::refused(code, short(text));
        let side = |text: Option<&str>, code| {
            text.map(|text| name(text).ok_or_else(|| missing(code, text))).transpose()
        };
        let (source, target) = (side(from, Code::SourceNotFound)?, side(to, Code::TargetNotFound)?);
        let Some(one) = source.as_ref().or(target.as_ref()) else { return Err(Code::SourceNotFound.into()) };
        let mut tx = self.store.read().await?;
        let second = target.as_ref().unwrap_or(one);
        let found = store::account::named(&mut tx, one, second).await?;
        let assets = store::asset::all(&mut tx).await?;
        let known = |name: Option<&Name>, text: Option<&str>, code| match (name, text) {
            (Some(name), Some(text)) => {
                let account = choose(&found, name)?.ok_or_else(|| missing(code, text))?;
                let known = Arc::new(known(account, &assets)?);
                if self.store.is_sole_writer() {
                    self.directory.keep(text, &known, generation);
                }
                Ok::<_, Error>(Some(known))
            }
            _ => Ok(None),
        };
        let source = known(source.as_ref(), from, Code::SourceNotFound)?;
        Ok((source, known(target.as_ref(), to, Code::TargetNotFound)?))
    }
}

fn known(account: AccountView, assets: &[Asset]) -> Result<Known, Error> {
    Ok(Known {
        id: account.id,
        asset: asset_of(assets, account.asset)?,
        holder: account.holder,
        number: account.number,
    })
}

/// An asset among those that exist.
pub(crate) fn asset_of(assets: &[Asset], id: AssetId) -> Result<Asset, Error> {
    let found = assets.iter().find(|asset| asset.id == id);
    found.cloned().ok_or_else(|| Error::refused(Code::AssetUnknown, id.to_string()))
}
