//! Currencies and tokens. One is enabled manually, or when the first account in it is opened.

use crate::system_account::{open_system, stripes};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::asset::{Asset, check_new, known_scale};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::AssetId;
use domain::policy::Policy;
use store::audit::Actor;
use store::named_lock::{self, NamedLock};
use store::{StoreError, Tx};

/// Every enabled asset.
pub async fn list(service: &Service) -> Result<Vec<Asset>, Error> {
    let mut tx = service.store.read().await?;
    Ok(store::asset::all(&mut tx).await?)
}

/// Enables an asset. Without a scale, the known scale of its code is used (ISO 4217, USDT, USDC).
pub async fn add(service: &Service, actor: &Actor, code: &str, scale: Option<u8>) -> Result<Asset, Error> {
    let mut write = claimed!(service.write(actor, Action::AssetAdd));
    let done = add_in(&mut write, code, scale).await;
    write.end(done).await
}

async fn add_in(write: &mut Write, code: &str, scale: Option<u8>) -> Result<WriteResult<Asset>, Error> {
    let scale =
        scale.or_else(|| known_scale(code)).ok_or_else(|| Error::refused(Code::AssetUnknown, code))?;
    check_new(code, scale)?;
    named_lock::take(&mut write.tx, NamedLock::Directory).await?;
    if store::asset::all(&mut write.tx).await?.iter().any(|asset| asset.code == code) {
        return Err(Error::refused(Code::AssetExists, code));
    }
    let asset = enable(&mut write.tx, code, scale, write.now).await?;
    let fact = Fact::new(Action::AssetAdd, Some(asset.id.0)).with("code", code).with("scale", scale);
    Ok(WriteResult::one(asset, fact))
}

/// The asset for a code; enables it first if necessary and if its scale is known.
pub(crate) async fn asset_for(tx: &mut Tx, code: &str, now: i64) -> Result<Asset, Error> {
    let code = code.trim().to_ascii_uppercase();
    if let Some(asset) = find(tx, &code).await? {
        return Ok(asset);
    }
    match known_scale(&code) {
        Some(scale) => Ok(enable(tx, &code, scale, now).await?),
        None => Err(Error::refused(Code::AssetUnknown, code.chars().take(64).collect::<String>())),
    }
}

/// An enabled asset by its code.
pub(crate) async fn find(tx: &mut Tx, code: &str) -> Result<Option<Asset>, StoreError> {
    Ok(store::asset::all(tx).await?.into_iter().find(|asset| asset.code == code))
}

/// Writes the asset, its shipped policy and its system accounts.
async fn enable(tx: &mut Tx, code: &str, scale: u8, now: i64) -> Result<Asset, StoreError> {
    let id: AssetId = store::asset::add(tx, code, scale, now).await?;
    store::policy::ship(tx, id, &Policy::shipped(scale)).await?;
    let asset = Asset { id, code: code.to_owned(), scale };
    for stripe in stripes(tx).await? {
        open_system(tx, &asset, stripe, now).await?;
    }
    Ok(asset)
}

/// The asset with an id.
pub(crate) async fn by_id(tx: &mut Tx, id: AssetId) -> Result<Asset, Error> {
    let assets = store::asset::all(tx).await?;
    let found = assets.into_iter().find(|asset| asset.id == id);
    found.ok_or_else(|| Error::refused(Code::AssetUnknown, id.to_string()))
}
