//! Enrolment without a master key.

use crate::session::Client;
use crate::user::NewUser;
use crate::{Secret, Service, factor, invitation, user};
use domain::access::Role;
use domain::code::Code;
use domain::principal::Principal;
use ledger::{Clock, Door, DoorOptions};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use store::audit::Actor;
use store::{Schema, Store};

#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> i64 {
        1_773_144_000_000_000
    }
}

#[tokio::test]
async fn without_a_master_key_nothing_is_enrolled() {
    let place = testkit::place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let door = Door::open(store.clone(), Arc::new(Noon), DoorOptions { chunk_items: 10 });
    let service = Service::new(store, door, Arc::new(Noon));
    let actor = Actor::new(Principal::CommandLine, "tester", "cli");
    let new = NewUser { login: "li".to_owned(), name: "Li".to_owned(), role: Role::Finance };
    let added = user::add(&service, &actor, &new).await.unwrap();
    let password = Secret::new("violet-kettle-81-orbit");
    invitation::accept(&service, added.token().unwrap(), &password, "cli").await.unwrap();
    let client = Client { address: IpAddr::V4(Ipv4Addr::LOCALHOST), agent: "test".to_owned() };
    let person = Actor::new(Principal::User(added.user.id), "li", "127.0.0.1");
    let begun = factor::enrol(&service, &person, (added.user.id, 1), &password, &client).await;
    assert_eq!(begun.unwrap_err().code(), Some(Code::MasterKeyMissing));
    let mut tx = service.store.read().await.unwrap();
    assert_eq!(store::factor::begun(&mut tx, added.user.id).await.unwrap(), None);
}
