//! Who may not approve yet: reset-and-approve, invite-and-approve, promote-and-approve, enrol-by-stolen-session.

use super::*;
use crate::user::{NewUser, UserChange};
use crate::{factor, user};
use domain::access::Role;
use ledger::{Clock, Door, DoorOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use store::audit::Actor;
use store::factor::Factor;
use store::{Schema, Store};
use testkit::place::Place;

const HOUR: i64 = 3_600_000_000;
const ADMIN: Principal = Principal::User(1);
const OTHER: Principal = Principal::User(2);

#[derive(Debug)]
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Two administrators, and a person with a factor who was added by the command line long ago.
struct Office {
    service: Service,
    clock: Arc<Hands>,
    person: User,
    _place: Place,
}

impl Office {
    async fn new(cooling: Duration) -> Self {
        let place = testkit::place();
        let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
        let clock = Arc::new(Hands(AtomicI64::new(HOUR)));
        let door = Door::open(store.clone(), clock.clone(), DoorOptions { chunk_items: 10 });
        let service = Service::new(store, door, clock.clone()).cooling_for(cooling);
        let mut added = Vec::new();
        for (login, role) in [("admin-1", Role::Admin), ("admin-2", Role::Admin), ("checker", Role::Finance)]
        {
            let new = NewUser { login: login.to_owned(), name: login.to_owned(), role };
            added.push(user::add(&service, &cli(), &new).await.unwrap().user);
        }
        let person = added.pop().unwrap();
        let office = Self { service, clock, person, _place: place };
        office.enrolled(true).await;
        office.pass(100 * HOUR);
        office
    }

    fn pass(&self, time: i64) {
        self.clock.0.fetch_add(time, Ordering::SeqCst);
    }

    /// The person enrols a factor now.
    async fn enrolled(&self, is_initial: bool) {
        let mut tx = self.service.store.write().await.unwrap();
        let factor = Factor { user: self.person.id, since: self.service.now(), is_initial };
        store::factor::set(&mut tx, factor).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Whether the person may approve now what these made at these times.
    async fn asks(&self, makers: &[Maker]) -> Result<(), Code> {
        let mut tx = self.service.store.read().await.unwrap();
        let now = self.service.now();
        let asked = may_approve(&self.service, &mut tx, &self.person, makers, now).await;
        asked.map_err(|error| error.code().unwrap())
    }

    /// An administrator's deed, after which the person is asked at once, a minute before the end of the cooling-off
    /// and at its end, about batches that either administrator made before and after it.
    async fn after_the_deed_of_an_administrator(&self, deed: SponsorDeed) {
        let before = Maker { principal: ADMIN, at: self.service.now() - HOUR };
        let of_other = Maker { principal: OTHER, ..before };
        assert_eq!(self.asks(&[before]).await, Ok(()), "{deed:?}: before the deed");
        self.deed(deed).await;
        for wait in [0, 24 * HOUR - 60_000_000] {
            self.pass(wait);
            assert_eq!(self.asks(&[of_other]).await, Err(Code::ApproverCooling), "{deed:?} {wait}");
        }
        self.pass(60_000_000);
        let after = Maker { principal: ADMIN, at: self.service.now() };
        for (makers, expected) in [
            (&[of_other][..], Ok(())),
            (&[after], Ok(())),
            (&[before], Err(Code::ApproverSponsored)),
            (&[of_other, before], Err(Code::ApproverSponsored)),
        ] {
            assert_eq!(self.asks(makers).await, expected, "{deed:?} {makers:?}");
        }
    }

    async fn deed(&self, deed: SponsorDeed) {
        let (service, id, by) = (&self.service, self.person.id, admin());
        match deed {
            SponsorDeed::Added => {
                let mut tx = service.store.write().await.unwrap();
                sponsored(&mut tx, id, ADMIN, deed, service.now()).await.unwrap();
                tx.commit().await.unwrap();
            }
            SponsorDeed::Promoted => {
                let change = UserChange { role: Some(Role::Admin), ..UserChange::default() };
                user::change(service, &by, id, &change).await.unwrap();
            }
            SponsorDeed::PasswordReset => drop(user::reset(service, &by, id).await.unwrap()),
            SponsorDeed::TotpReset => drop(factor::reset(service, &by, id).await.unwrap()),
        }
    }
}

fn cli() -> Actor {
    Actor::new(Principal::CommandLine, "tester", "cli")
}

fn admin() -> Actor {
    Actor::new(ADMIN, "admin-1", "203.0.113.1")
}

#[tokio::test]
async fn attack_reset_and_approve_promote_and_approve_and_invite_and_approve_are_refused() {
    for deed in SponsorDeed::ALL {
        let office = Office::new(factor::COOLING_SHIPPED).await;
        office.after_the_deed_of_an_administrator(deed).await;
    }
}

#[tokio::test]
async fn a_lowered_role_and_what_people_do_to_themselves_begin_no_cooling_off() {
    let office = Office::new(factor::COOLING_SHIPPED).await;
    let change = UserChange { role: Some(Role::Operator), ..UserChange::default() };
    user::change(&office.service, &admin(), office.person.id, &change).await.unwrap();
    assert_eq!(office.asks(&[]).await, Ok(()));
    let own = Principal::User(office.person.id);
    let mut tx = office.service.store.write().await.unwrap();
    sponsored(&mut tx, office.person.id, own, SponsorDeed::PasswordReset, office.service.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(office.asks(&[]).await, Ok(()));
}

#[tokio::test]
async fn attack_enrol_by_stolen_session_a_factor_enrolled_later_approves_nothing_for_a_while() {
    let office = Office::new(factor::COOLING_SHIPPED).await;
    office.enrolled(true).await;
    assert_eq!(office.asks(&[]).await, Ok(()), "in the session that accepted the invitation");
    office.enrolled(false).await;
    assert_eq!(office.asks(&[]).await, Err(Code::ApproverCooling));
    office.pass(24 * HOUR);
    assert_eq!(office.asks(&[]).await, Ok(()));
}

#[tokio::test]
async fn without_a_cooling_off_what_the_administrator_made_before_stays_out_of_reach() {
    let office = Office::new(Duration::ZERO).await;
    let before = Maker { principal: ADMIN, at: office.service.now() };
    office.deed(SponsorDeed::Promoted).await;
    office.enrolled(false).await;
    assert_eq!(office.asks(&[]).await, Ok(()));
    assert_eq!(office.asks(&[before]).await, Err(Code::ApproverSponsored));
}
