//! Batches to watch.

use crate::world::World;
use domain::batch::BatchType;
use service::account_import::AccountImport;
use service::batch::import::BatchImport;
use service::batch::submit::Submission;
use service::policy::{self, PolicyChange};
use service::transfer::{self, TransferRequest};
use service::{Service, account, batch};
use std::fmt::Write;
use std::io::Cursor;
use store::audit::Actor;
use store::batch::Batch;

fn actor() -> Actor {
    Actor::new(domain::principal::Principal::CommandLine, "tester", "test")
}

/// Lifts the limits, and opens `PAY` with plenty of money and `count` payees.
pub async fn people(service: &Service, count: usize) {
    let none = || Some("none".to_owned());
    let (max, day, month, batch_max) = (none(), none(), none(), none());
    let change = PolicyChange { max, day, month, batch_max, ..PolicyChange::default() };
    policy::set(service, &actor(), "USD", None, &change).await.unwrap();
    let mut accounts = "number,holder,uid,currency\nPAY,Employer,E,USD\n".to_owned();
    (0..count).for_each(|k| writeln!(accounts, "A{k},Payee {k},U{k},USD").unwrap());
    account::import(service, &actor(), Cursor::new(accounts), AccountImport::default()).await.unwrap();
    let rich = TransferRequest {
        to: Some("PAY".into()),
        amount: "9000000.00".to_owned().into(),
        ..TransferRequest::default()
    };
    assert_eq!(transfer::create(service, &actor(), &rich).await.unwrap().outcome.code, None);
}

/// A submitted batch of 1.00 to each of `count` payees.
pub async fn batch(service: &Service, count: usize) -> Batch {
    let mut rows = "account,amount\n".to_owned();
    (0..count).for_each(|k| writeln!(rows, "A{k},1.00").unwrap());
    let import = BatchImport {
        account: Some("PAY".into()),
        submission: Submission { again: Some("a test".to_owned()), ..Submission::default() },
        ..BatchImport::new(BatchType::OneToMany, "watched")
    };
    batch::import(service, &actor(), &import, Cursor::new(rows)).await.unwrap().batch.unwrap()
}

/// Executes the batch.
pub async fn execute(service: &Service, batch: &Batch) {
    batch::execute(service, &actor(), batch.id.into()).await.unwrap();
}

/// Payees and a submitted batch for them.
pub async fn submitted(world: &World, count: usize) -> Batch {
    people(&world.service, count).await;
    batch(&world.service, count).await
}
