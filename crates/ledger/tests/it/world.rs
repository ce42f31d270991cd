//! A ledger made with the store alone: a currency, a payer with money, payees, and batches that are being
//! processed.

use domain::account::AccountKind;
use domain::batch::{BatchIntent, BatchMode, BatchState, BatchType};
use domain::id::{AccountId, AssetId, BatchId, HolderId, TransferId};
use domain::item::ItemState;
use domain::policy::Policy;
use domain::posting::opened;
use domain::principal::Principal;
use domain::transfer::TransferKind;
use domain::work::Work;
use futures_util::future::join_all;
use ledger::request::OperationKey;
use ledger::{Clock, Door, DoorOptions, Effects, Outcome, Party, PostingRequest, Slice};
use std::sync::Arc;
use std::time::Duration;
use store::account::NewAccount;
use store::audit::Actor;
use store::batch::{Filled, NewBatch};
use store::counter::{self, Counter};
use store::holder::Holder;
use store::item::{DueItem, Item};
use store::{Schema, Store, Tx};
use testkit::Place;

/// The payer.
pub const PAYER: AccountId = AccountId(1);
/// How many payees there are.
pub const PAYEES: i64 = 3_000;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> i64 {
        1_767_198_600_000_000
    }
}

pub struct World {
    pub store: Store,
    pub door: Door,
    pub actor: Actor,
    asset: AssetId,
    place: Place,
}

/// On the engine chosen for the run.
pub async fn world() -> World {
    let place = testkit::place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let mut tx = store.write().await.unwrap();
    let asset = store::asset::add(&mut tx, "USD", 2, 0).await.unwrap();
    store::policy::ship(&mut tx, asset, &Policy::shipped(2)).await.unwrap();
    open_accounts(&mut tx, asset).await;
    tx.commit().await.unwrap();
    let door = Door::open(store.clone(), Arc::new(Still), DoorOptions::default());
    let actor = Actor::new(Principal::System, "tester", "test");
    let world = World { store, door, actor, asset, place };
    for _ in 0..9 {
        let (source, target) = (Party::World(asset), Party::Account(PAYER));
        let (kind, amount) = (TransferKind::Deposit, 900_000);
        let deposit = PostingRequest { kind, source, target, amount, ..request(None) };
        let outcome = world.door.single(world.actor.clone(), deposit).await.unwrap();
        assert_eq!(outcome.code, None);
    }
    world
}

async fn open_accounts(tx: &mut Tx, asset: AssetId) {
    let (name, id) = ("holder".to_owned(), HolderId(1));
    let holder = Holder { id, name, email: None, uid: None, created_at: 0 };
    store::holder::insert(tx, &[holder]).await.unwrap();
    let customers = (1..=PAYEES + 1).map(|number| (number, Some(id), AccountKind::Customer));
    let own = AccountKind::SYSTEM.into_iter().zip(PAYEES + 2..).map(|(kind, number)| (number, None, kind));
    let all: Vec<_> = customers.chain(own).collect();
    let account = |&(number, holder, kind): &(i64, Option<HolderId>, AccountKind)| NewAccount {
        id: AccountId(number),
        number: format!("N{number}"),
        holder,
        asset,
        kind,
        stripe: 0,
        opened_at: 0,
    };
    store::account::insert(tx, &all.iter().map(account).collect::<Vec<_>>()).await.unwrap();
    let balance = |&(number, holder, kind): &(i64, _, _)| opened(AccountId(number), asset, holder, kind);
    store::balance::insert(tx, &all.iter().map(balance).collect::<Vec<_>>()).await.unwrap();
}

/// A request of the payer to one payee.
pub fn request(key: Option<&str>) -> PostingRequest {
    let operation = key.map(|id| OperationKey { id: id.to_owned(), fingerprint: "f".to_owned() });
    PostingRequest {
        kind: TransferKind::Single,
        source: Party::Account(PAYER),
        target: Party::Account(AccountId(2)),
        amount: 1,
        exchange: Ok(None),
        quote: None,
        value_date: None,
        memo: None,
        refused: None,
        effects: Effects::of(operation, None),
    }
}

impl World {
    /// Another node on the same ledger.
    pub async fn another_node(&self) -> (Store, Door) {
        let store = Store::at(&self.place.text, Schema::Expect).await.unwrap();
        let door = Door::open(store.clone(), Arc::new(Still), DoorOptions::default());
        (store, door)
    }

    pub const fn asset(&self) -> AssetId {
        self.asset
    }

    /// One request, and then all those with these keys in one chunk: they are queued while another transaction
    /// holds up the first.
    pub async fn singles(&self, keys: Vec<Option<String>>) -> Vec<Outcome> {
        let mut holds = self.store.write().await.unwrap();
        store::balance::lock(&mut holds, vec![PAYER.0]).await.unwrap();
        let taken = self.door.single_chunks();
        let (door, actor) = (self.door.clone(), self.actor.clone());
        let first = tokio::spawn(async move { door.single(actor, request(None)).await.unwrap() });
        while self.door.single_chunks() == taken {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let single = |key: &Option<String>| self.door.single(self.actor.clone(), request(key.as_deref()));
        let rest: Vec<_> = keys.iter().map(single).map(testkit::waiting).collect();
        drop(holds);
        let rest = join_all(rest).await.into_iter().map(Result::unwrap);
        std::iter::once(first.await.unwrap()).chain(rest).collect()
    }

    /// A new batch that is being processed, with all its items in slices of a size.
    pub async fn slices(&self, items: i64, size: usize) -> Vec<Slice> {
        Self::cut(&self.slice(items, 0).await, size)
    }

    /// A slice in parts of a size.
    pub fn cut(whole: &Slice, size: usize) -> Vec<Slice> {
        whole.items.chunks(size).map(|part| Slice { items: part.into(), ..whole.clone() }).collect()
    }

    /// A slice with all items of a new batch that is being processed. The last `refused` items pay the payer
    /// itself, which fails them.
    pub async fn slice(&self, items: i64, refused: i64) -> Slice {
        self.slice_of(BatchMode::Continue, items, refused).await
    }

    /// The same of a batch with this mode.
    pub async fn slice_of(&self, mode: BatchMode, items: i64, refused: i64) -> Slice {
        let mut tx = self.store.write().await.unwrap();
        let batch = store::batch::create(&mut tx, &self.new_batch(mode)).await.unwrap();
        let first = counter::take(&mut tx, Counter::Number, items).await.unwrap();
        let target = |k: i64| if k >= items - refused { PAYER } else { AccountId(2 + k % PAYEES) };
        let items: Vec<_> = (0..items).map(|k| item(first + k, k, target(k))).collect();
        store::item::insert(&mut tx, batch, &items).await.unwrap();
        submit(&mut tx, batch, &items).await;
        let (to, intent) = (BatchState::Processing, BatchIntent::Run);
        store::batch::set_state(&mut tx, batch, to, intent, Some(1), None).await.unwrap();
        let epoch = store::lease::take(&mut tx, Work::run(batch), self.store.node(), 0).await.unwrap();
        tx.commit().await.unwrap();
        let due = |item: &Item| {
            let Item { number, source, target, amount, .. } = *item;
            DueItem { number, source, target, amount }
        };
        Slice { batch, epoch: epoch.unwrap(), edition: 0, items: items.iter().map(due).collect() }
    }

    fn new_batch(&self, mode: BatchMode) -> NewBatch {
        NewBatch {
            day: 20_260_101,
            name: "batch".to_owned(),
            kind: BatchType::OneToMany,
            mode,
            asset: self.asset,
            account: Some(PAYER),
            convert: false,
            allow_repeat: true,
            follows_rates: false,
            remarks: None,
            created_by: self.actor.author.clone(),
            created_at: 0,
        }
    }
}

fn item(number: i64, line: i64, target: AccountId) -> Item {
    Item {
        number: TransferId(number),
        line,
        source: PAYER,
        target,
        amount: 1,
        state: ItemState::Pending,
        code: None,
        memo: None,
        reference: None,
        external_id: None,
    }
}

async fn submit(tx: &mut Tx, batch: BatchId, items: &[Item]) {
    let (first, last) = (items[0].number.0, items[items.len() - 1].number.0);
    let total = i64::try_from(items.len()).unwrap();
    let filled = Filled {
        first_number: first,
        last_number: last,
        total_count: total,
        total_amount: total,
        ..Filled::default()
    };
    assert_eq!(store::batch::fill(tx, batch, &filled).await.unwrap(), 1);
    assert_eq!(store::batch::submit(tx, batch, "hash", 0).await.unwrap(), 1);
}
