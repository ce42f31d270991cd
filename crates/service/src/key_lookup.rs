//! Who asks is looked up with each request, so that a key that was revoked is refused at once. Requests that come
//! meanwhile are looked up together: one of them leads and asks for all, the others wait for their answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::api_key::ApiKey;
use store::{Store, StoreError, api_key};
use tokio::sync::oneshot;

type Answer = Result<Option<ApiKey>, StoreError>;

/// Those who wait, by the hash of their secret.
type Waiting = HashMap<String, Vec<oneshot::Sender<Answer>>>;

/// Look-ups that go together. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyLookups {
    waiting: Arc<Mutex<Waiting>>,
    lead: Arc<tokio::sync::Mutex<()>>,
}

impl KeyLookups {
    /// The key with this hash of its secret, or of a former one that holds at `now`.
    pub(crate) async fn find(&self, store: &Store, hash: String, now: i64) -> Answer {
        loop {
            let mut answer = self.join(&hash);
            tokio::select! {
                // Else who was answered while he waited to lead would lead for nobody.
                biased;
                answered = &mut answer => match answered {
                    Ok(answered) => return answered,
                    // Whoever led went away in the middle of it.
                    Err(_) => continue,
                },
                _lead = self.lead.lock() => self.look(store, now).await,
            }
            if let Ok(answered) = answer.try_recv() {
                return answered;
            }
        }
    }

    fn join(&self, hash: &str) -> oneshot::Receiver<Answer> {
        let (sender, answer) = oneshot::channel();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.entry(hash.to_owned()).or_default().push(sender);
        answer
    }

    /// Answers all who wait.
    async fn look(&self, store: &Store, now: i64) {
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        let found = found(store, waiting.keys().cloned().collect(), now).await;
        for (hash, senders) in waiting {
            let answer = found.as_ref().map(|found| found.get(&hash).cloned()).map_err(Clone::clone);
            for sender in senders {
                // Who went away needs no answer.
                drop(sender.send(answer.clone()));
            }
        }
    }
}

async fn found(store: &Store, hashes: Vec<String>, now: i64) -> Result<HashMap<String, ApiKey>, StoreError> {
    let mut tx = store.glance().await?;
    Ok(api_key::by_tokens(&mut tx, hashes, now).await?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::principal::{Author, Principal};
    use store::Store;

    async fn with_keys(count: i64) -> Store {
        let store = Store::memory().await.unwrap();
        let mut tx = store.write().await.unwrap();
        for number in 1..=count {
            let key = ApiKey {
                id: 0,
                name: format!("key {number}"),
                hint: "sluice_".to_owned(),
                scopes: "read".to_owned(),
                addresses: String::new(),
                created_by: Author { principal: Principal::System, name: "system".to_owned() },
                created_at: 1,
                expires_at: None,
                revoked_at: None,
            };
            api_key::insert(&mut tx, &key, &format!("hash {number}")).await.unwrap();
        }
        tx.commit().await.unwrap();
        store
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn everybody_gets_his_own_key_however_many_ask_at_once() {
        let (store, lookups) = (with_keys(5).await, KeyLookups::default());
        let ask = |number: i64| {
            let (store, lookups) = (store.clone(), lookups.clone());
            tokio::spawn(async move { lookups.find(&store, format!("hash {number}"), 1).await })
        };
        let asked: Vec<_> = (0..300_i64).map(|place| (place % 7, ask(place % 7))).collect();
        // Some go away, and those whom they led are led by others.
        asked.iter().step_by(10).for_each(|(_, task)| task.abort());
        for (number, task) in asked {
            let Ok(found) = task.await else { continue };
            let expected = (1..=5).contains(&number).then(|| format!("key {number}"));
            assert_eq!(found.unwrap().map(|key| key.name), expected, "{number}");
        }
        assert!(lookups.waiting.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn who_leads_and_goes_away_leaves_nobody_waiting() {
        let (store, lookups) = (with_keys(1).await, KeyLookups::default());
        // Nothing can be looked up while this transaction has the only connection.
        let held = store.write().await.unwrap();
        let ask = || {
            let (store, lookups) = (store.clone(), lookups.clone());
            tokio::spawn(async move { lookups.find(&store, "hash 1".to_owned(), 1).await })
        };
        let leads = ask();
        while lookups.lead.try_lock().is_ok() {
            tokio::task::yield_now().await;
        }
        let follows = ask();
        leads.abort();
        assert!(leads.await.is_err());
        drop(held);
        assert_eq!(follows.await.unwrap().unwrap().map(|key| key.name).as_deref(), Some("key 1"));
    }
}
