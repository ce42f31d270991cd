//! Refusals that are not stored as a request's answer.

use super::*;
use crate::asset;
use domain::principal::Principal;
use ledger::{Clock, Door, DoorOptions};
use std::sync::Arc;
use store::mark::Behind;
use store::{Schema, Store};

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> i64 {
        1
    }
}

/// A ledger falls behind its mark and is repaired while the same request is in flight: the refusal in between
/// is not its answer.
#[tokio::test]
async fn a_refusal_of_the_whole_ledger_is_never_stored_as_a_requests_answer() {
    let place = testkit::place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let door = Door::open(store.clone(), Arc::new(Still), DoorOptions { chunk_items: 10 });
    let service = Service::new(store, door, Arc::new(Still));
    let actor = Actor::new(Principal::CommandLine, "tester", "test");
    for (k, code) in [("EUR", Code::LedgerBehind), ("GBP", Code::LedgerMoved)] {
        let refused = || match code {
            Code::LedgerBehind => StoreError::Behind(Behind::Commits { known: 2, found: 1 }),
            _ => StoreError::Moved("elsewhere".to_owned()),
        };
        let key = OperationKey { id: format!("key:1 {k}"), fingerprint: "f".to_owned() };
        let once = service.once(key);
        // Before the door, where its outcome is settled; and in the middle of a verb.
        let settled = once.settle::<()>(Err(refused().into())).await;
        assert_eq!(settled.unwrap_err().code(), Some(code));
        let ClaimedWrite::Fresh(write) = once.write(&actor, Action::AssetAdd).await.unwrap() else {
            panic!("{code:?} was stored");
        };
        assert_eq!(write.end::<()>(Err(refused().into())).await.unwrap_err().code(), Some(code));
        assert_eq!(asset::add(&once, &actor, k, None).await.unwrap().code, k);
    }
}
