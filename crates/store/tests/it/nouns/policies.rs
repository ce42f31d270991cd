//! Policies, exchange rates and settings.

use super::Filled;
use domain::fx::{FxPolicy, Rounding};
use domain::id::{AccountId, AssetId};
use store::Tx;
use store::fx_policy::PairPolicy;

/// A policy shipped with a currency limits what is paid; one that was set also limits what is received.
pub async fn policy(tx: &mut Tx, _: Filled) {
    let dollar = AssetId(1);
    let shipped = store::policy::book(tx).await.unwrap();
    assert_eq!(shipped.version, store::head::policy_version(tx).await.unwrap());
    let policy = shipped.of(AccountId(1), dollar).cloned().unwrap();
    assert_eq!(policy, domain::policy::Policy::shipped(2));
    assert_eq!(shipped.received_max(AccountId(1), dollar), None);
    store::policy::set(tx, dollar, None, &policy).await.unwrap();
    let book = store::policy::book(tx).await.unwrap();
    assert_eq!(book.received_max(AccountId(1), dollar), Some(policy.limit.max));
    assert!(book.version > shipped.version);
}

/// The rules of a pair apply in one direction.
pub async fn fx_policy(tx: &mut Tx, _: Filled) {
    let (dollar, euro) = (AssetId(1), AssetId(2));
    let version = store::head::policy_version(tx).await.unwrap();
    let there = store::fx_policy::of(tx, dollar, euro).await.unwrap();
    assert_eq!(there, FxPolicy { tolerance_ppm: 1, rounding: Rounding::Down, minimum: 2, max_age_h: 3 });
    assert_eq!(store::fx_policy::of(tx, euro, dollar).await.unwrap(), FxPolicy::SHIPPED);
    let pair = PairPolicy { source: dollar, target: euro, policy: FxPolicy { minimum: 5, ..there } };
    store::fx_policy::set(tx, &pair).await.unwrap();
    assert_eq!(store::fx_policy::all(tx).await.unwrap(), [pair]);
    assert!(store::head::policy_version(tx).await.unwrap() > version);
}

pub async fn fx(tx: &mut Tx, _: Filled) {
    let rate = store::fx::newest(tx, AssetId(1), AssetId(2)).await.unwrap().unwrap();
    assert_eq!((rate.rate.as_str(), rate.origin.as_str(), rate.at), ("0.9", "test", 1));
    assert_eq!(store::fx::list(tx).await.unwrap(), std::slice::from_ref(&rate));
    let newer = store::fx::FxRate { rate: "0.8".to_owned(), at: 2, ..rate };
    store::fx::add(tx, &newer).await.unwrap();
    assert_eq!(store::fx::list(tx).await.unwrap(), [newer]);
}

pub async fn setting(tx: &mut Tx, _: Filled) {
    assert_eq!(store::setting::get(tx, "language").await.unwrap().as_deref(), Some("zh"));
    assert!(!store::setting::replace(tx, "language", "en", "fr").await.unwrap());
    assert!(store::setting::replace(tx, "language", "zh", "en").await.unwrap());
    let under = store::setting::under(tx, "lang").await.unwrap();
    assert_eq!(under, [("uage".to_owned(), "en".to_owned())]);
    assert!(store::setting::delete(tx, "language").await.unwrap());
    assert_eq!(store::setting::get(tx, "language").await.unwrap(), None);
}
