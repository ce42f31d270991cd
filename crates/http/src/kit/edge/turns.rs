//! Limits how many lists one user or key reads concurrently. A list can occupy a database connection for a
//! second, so further ones wait behind the same caller's lists and do not delay other callers.

use crate::kit::problem::Problem;
use domain::code::Code;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Concurrent lists per caller.
const AT_ONCE: usize = 2;
/// How long a further list waits for its turn before it is refused.
const WAIT: Duration = Duration::from_secs(5);
/// The number of tracked owners above which idle ones are removed.
const OWNERS_MAX: usize = 1_000;

/// The turns for reading lists, per owner.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    owners: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Turns {
    /// Waits for a turn, which is held until the permit is dropped.
    pub(crate) async fn take(&self, owner: &str) -> Result<OwnedSemaphorePermit, Problem> {
        self.take_within(owner, WAIT).await
    }

    async fn take_within(&self, owner: &str, wait: Duration) -> Result<OwnedSemaphorePermit, Problem> {
        match tokio::time::timeout(wait, self.of(owner)?.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(Problem {
                retry_after_s: Some(1),
                ..Problem::about(Code::RateLimited, format!("at most {AT_ONCE} concurrent lists"))
            }),
        }
    }

    fn of(&self, owner: &str) -> Result<Arc<Semaphore>, Problem> {
        let mut owners = self.owners.lock().map_err(|_| Problem::from(Code::RateLimited))?;
        if owners.len() > OWNERS_MAX {
            // A caller that holds or awaits a turn also holds a reference to the semaphore.
            owners.retain(|_, turns| Arc::strong_count(turns) > 1);
        }
        let turns = owners.entry(owner.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE)));
        Ok(Arc::clone(turns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_third_list_of_one_owner_waits_and_other_owners_do_not() {
        let turns = Turns::default();
        let (first, second) = (turns.take("key:1").await.unwrap(), turns.take("key:1").await.unwrap());
        let refused = turns.take_within("key:1", Duration::ZERO).await.unwrap_err();
        assert_eq!((refused.code, refused.retry_after_s), (Code::RateLimited, Some(1)));
        drop(turns.take("key:2").await.unwrap());
        drop(second);
        drop(turns.take("key:1").await.unwrap());
        drop(first);
    }

    #[tokio::test]
    async fn idle_owners_are_removed() {
        let turns = Turns::default();
        let held = turns.take("key:0").await.unwrap();
        for owner in 1..=2 * OWNERS_MAX {
            drop(turns.take(&format!("key:{owner}")).await.unwrap());
        }
        let owners = turns.owners.lock().unwrap();
        assert!(owners.len() <= OWNERS_MAX + 2 && owners.contains_key("key:0"));
        drop(held);
    }
}
