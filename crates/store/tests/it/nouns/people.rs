//! Users, their sessions and invitations, failed sign-ins and API keys.

use super::Filled;
use crate::world::tester;
use domain::access::Role;
use domain::principal::{Principal, SponsorDeed};
use store::Tx;
use store::api_key::ApiKey;
use store::challenge::Challenge;
use store::factor::{Enrolment, Factor};
use store::invitation::Invitation;
use store::login_failure::Failures;
use store::session::Session;
use store::sponsor::Sponsor;
use store::user::User;

fn one_user(k: i64) -> User {
    User {
        id: 0,
        login: format!("user{k}"),
        name: format!("王 {k}"),
        role: Role::ALL[usize::try_from(k).unwrap() % 4],
        password_at: None,
        disabled_at: None,
        created_by: tester(),
        created_at: 1,
    }
}

async fn users(tx: &mut Tx, rows: i64) -> Vec<User> {
    let mut users = Vec::new();
    for k in 1..=rows {
        let mut user = one_user(k);
        user.id = store::user::insert(tx, &user).await.unwrap();
        users.push(user);
    }
    users
}

pub async fn user(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let users = users(tx, rows).await;
    // Besides the one who approved.
    let count = i64::try_from(users.len()).unwrap() + 1;
    assert_eq!(store::user::count(tx).await.unwrap(), count);
    assert_eq!(store::user::list(tx, users[0].id - 1, 1_000).await.unwrap(), users);
    let mut one = users[0].clone();
    assert_eq!(store::user::get(tx, one.id).await.unwrap().as_ref(), Some(&one));
    assert_eq!(store::user::by_login(tx, "user1").await.unwrap(), Some((one.clone(), None)));
    assert_eq!(store::user::by_login(tx, "User1").await.unwrap(), None);
    one.name = "other".to_owned();
    one.role = Role::Admin;
    store::user::change(tx, &one).await.unwrap();
    assert_eq!(store::user::others(tx, 0, Role::Admin).await.unwrap(), 0, "no password, no sign-in");
    store::user::set_password(tx, one.id, Some("hash"), 7).await.unwrap();
    one.password_at = Some(7);
    let both = Some((one.clone(), Some("hash".to_owned())));
    assert_eq!(store::user::with_hash(tx, one.id).await.unwrap(), both);
    assert_eq!(store::user::lock(tx, one.id).await.unwrap(), both);
    let others = (
        store::user::others(tx, 0, Role::Admin).await.unwrap(),
        store::user::others(tx, one.id, Role::Admin).await.unwrap(),
    );
    assert_eq!(others, (1, 0));
    for taken in [false, true, false] {
        assert_eq!(store::user::take_new(tx, one.id).await.unwrap(), taken, "once after each acceptance");
        if !taken {
            store::user::mark_new(tx, one.id).await.unwrap();
        }
    }
    store::user::set_password(tx, one.id, None, 8).await.unwrap();
    assert_eq!(store::user::get(tx, one.id).await.unwrap().unwrap().password_at, None);
}

pub async fn session(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let users = &users(tx, rows).await;
    let (address, agent) = ("203.0.113.7".to_owned(), "test".to_owned());
    let session = |k: i64| {
        let (address, agent, user) = (address.clone(), agent.clone(), users[0].id);
        let (created_at, seen_at, factor_at) = (10 + k, 10 + k, (k == 2).then_some(7));
        Session { id: 1_000 + k, user, address, agent, created_at, seen_at, factor_at, is_first: k == 1 }
    };
    let count = i64::try_from(users.len()).unwrap() + 2;
    let all: Vec<_> = (1..=count).map(session).collect();
    for one in &all {
        store::session::insert(tx, one, &format!("token{}", one.id)).await.unwrap();
    }
    let found = store::session::by_token(tx, "token1001").await.unwrap().unwrap();
    assert_eq!((found.session, found.login.as_str(), found.role), (session(1), "user1", users[0].role));
    assert_eq!(store::session::by_token(tx, "token").await.unwrap(), None);
    let ids: Vec<i64> = all.iter().map(|one| one.id).chain([9_999]).collect();
    assert_eq!(store::session::by_ids(tx, ids.clone()).await.unwrap(), all);
    let newest = store::session::of_user(tx, users[0].id, 2).await.unwrap();
    assert_eq!(newest, [session(count), session(count - 1)]);
    for (at, seen) in [(500, 500), (400, 500)] {
        store::session::seen(tx, 1_001, at).await.unwrap();
        assert_eq!(store::session::by_ids(tx, vec![1_001]).await.unwrap()[0].seen_at, seen);
    }
    assert_eq!(store::session::get(tx, 1_002, users[0].id).await.unwrap(), Some(session(2)));
    assert_eq!(store::session::get(tx, 1_002, users[0].id + 1_000).await.unwrap(), None);
    assert!(store::session::prove(tx, 1_001, ("token1001", "renewed"), (500, 560)).await.unwrap());
    assert!(!store::session::prove(tx, 1_001, ("token1001", "again"), (501, 561)).await.unwrap());
    let proven = store::session::get(tx, 1_001, users[0].id).await.unwrap().unwrap();
    assert_eq!(proven.factor_at, Some(500));
    assert_eq!(store::session::by_token(tx, "renewed").await.unwrap().unwrap().session, proven);
    assert_eq!(store::session::by_token(tx, "token1001").await.unwrap(), None);
    for (at, is_found) in [(559, true), (560, false)] {
        let former = store::session::by_former_token(tx, "token1001", at).await.unwrap();
        assert_eq!(former.map(|found| found.session), is_found.then(|| proven.clone()), "{at}");
    }
    let mut disabled = users[0].clone();
    disabled.disabled_at = Some(9);
    store::user::change(tx, &disabled).await.unwrap();
    assert_eq!(store::session::by_token(tx, "renewed").await.unwrap(), None);
    assert_eq!(store::session::by_former_token(tx, "token1001", 500).await.unwrap(), None);
    assert_eq!(store::session::by_ids(tx, ids).await.unwrap(), []);
    assert!(!store::session::end(tx, 1_001, users[0].id + 1_000).await.unwrap(), "another user's session");
    assert!(store::session::end(tx, 1_001, users[0].id).await.unwrap());
    assert!(!store::session::end(tx, 1_001, users[0].id).await.unwrap());
    assert_eq!(store::session::end_old(tx, 13, 0).await.unwrap(), 1);
    assert_eq!(store::session::end_old(tx, 0, 14).await.unwrap(), 1);
    let left = u64::try_from(count - 3).unwrap();
    store::session::insert(tx, &session(count + 1), "kept").await.unwrap();
    assert_eq!(store::session::end_others(tx, users[0].id, 1_000 + count + 1).await.unwrap(), left);
    assert_eq!(store::session::end_of_user(tx, users[0].id).await.unwrap(), 1);
}

pub async fn invitation(tx: &mut Tx, _: Filled) {
    let user = users(tx, 1).await[0].id;
    let one = Invitation { user: Some(user), expires_at: 50 };
    let set_up = Invitation { user: None, expires_at: 60 };
    for (token, one) in [("a", one), ("b", one), ("c", set_up), ("d", set_up)] {
        store::invitation::insert(tx, one, token, 1).await.unwrap();
    }
    assert_eq!(store::invitation::get(tx, "a").await.unwrap(), Some(one));
    assert_eq!(store::invitation::take(tx, "a").await.unwrap(), Some(one));
    assert_eq!(store::invitation::take(tx, "a").await.unwrap(), None, "a link works once");
    store::invitation::end_of_user(tx, user).await.unwrap();
    assert_eq!(store::invitation::get(tx, "b").await.unwrap(), None);
    store::invitation::end_old(tx, 60).await.unwrap();
    assert_eq!(store::invitation::get(tx, "c").await.unwrap(), Some(set_up));
    store::invitation::end_old(tx, 61).await.unwrap();
    assert_eq!(store::invitation::get(tx, "c").await.unwrap(), None);
    store::invitation::insert(tx, set_up, "e", 1).await.unwrap();
    store::invitation::end_set_up(tx).await.unwrap();
    assert_eq!(store::invitation::get(tx, "e").await.unwrap(), None);
}

pub async fn login_failure(tx: &mut Tx, _: Filled) {
    let name = "login:a";
    assert_eq!(store::login_failure::get(tx, name).await.unwrap(), None);
    assert_eq!(store::login_failure::lock(tx, name, 5).await.unwrap(), Failures { count: 0, last_at: 5 });
    store::login_failure::set(tx, name, Failures { count: 2, last_at: 6 }).await.unwrap();
    assert_eq!(store::login_failure::lock(tx, name, 9).await.unwrap(), Failures { count: 2, last_at: 6 });
    for left in [1, 0, 0] {
        store::login_failure::take_back(tx, name).await.unwrap();
        let count = store::login_failure::get(tx, name).await.unwrap().map(|found| found.count);
        assert_eq!(count, Some(left));
    }
    store::login_failure::lock(tx, "place:a", 1).await.unwrap();
    store::login_failure::forget(tx, "address:", "login;", 6).await.unwrap();
    assert!(store::login_failure::get(tx, name).await.unwrap().is_some(), "not old enough");
    store::login_failure::forget(tx, "address:", "login;", 7).await.unwrap();
    assert_eq!(store::login_failure::get(tx, name).await.unwrap(), None);
    assert!(store::login_failure::get(tx, "place:a").await.unwrap().is_some(), "another kind of name");
    store::login_failure::clear(tx, "place:a").await.unwrap();
    assert_eq!(store::login_failure::get(tx, "place:a").await.unwrap(), None);
}

pub async fn api_key(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let mut all = Vec::new();
    for k in 1..=rows {
        let mut key = ApiKey {
            id: 0,
            name: format!("key{k}"),
            hint: "sluice_00000".to_owned(),
            scopes: "read audit:read".to_owned(),
            addresses: "203.0.113.0/24".to_owned(),
            created_by: tester(),
            created_at: 1,
            expires_at: (k % 2 == 0).then_some(k),
            revoked_at: None,
        };
        key.id = store::api_key::insert(tx, &key, &format!("token{k}")).await.unwrap();
        all.push(key);
    }
    assert_eq!(store::api_key::list(tx, 0, 1_000).await.unwrap(), all);
    let first = &all[0];
    assert_eq!(store::api_key::get(tx, first.id).await.unwrap().as_ref(), Some(first));
    assert_eq!(store::api_key::by_token(tx, "token1").await.unwrap().as_ref(), Some(first));
    assert_eq!(store::api_key::by_name(tx, "key1").await.unwrap().as_ref(), Some(first));
    let ids: Vec<i64> = all.iter().map(|key| key.id).collect();
    assert_eq!(store::api_key::by_ids(tx, ids.clone()).await.unwrap(), all);
    assert!(store::api_key::revoke(tx, first.id, 9).await.unwrap());
    assert!(!store::api_key::revoke(tx, first.id, 10).await.unwrap(), "already revoked");
    assert_eq!(store::api_key::get(tx, first.id).await.unwrap().unwrap().revoked_at, Some(9));
    assert_eq!(store::api_key::by_ids(tx, ids).await.unwrap(), all[1..]);
}

pub async fn sealed_secret(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let owners: Vec<String> = (1..=rows).map(|k| format!("account:{k:03}")).collect();
    for owner in &owners {
        store::sealed_secret::put(tx, owner, "k1", &[0, 1]).await.unwrap();
    }
    let first = store::sealed_secret::get(tx, &owners[0]).await.unwrap().unwrap();
    assert_eq!((first.owner.as_str(), first.sealed()), (owners[0].as_str(), vec![0, 1]));
    assert_eq!(store::sealed_secret::get(tx, "account:0").await.unwrap(), None);
    let found = store::sealed_secret::of_owners(tx, owners.clone()).await.unwrap();
    assert_eq!(i64::try_from(found.len()).unwrap(), rows);
    assert_eq!(store::sealed_secret::under_others(tx, "k1", "", 10).await.unwrap(), []);
    let others = store::sealed_secret::under_others(tx, "k2", "", 1_000).await.unwrap();
    assert_eq!(others.iter().map(|one| one.owner.clone()).collect::<Vec<_>>(), owners);
    store::sealed_secret::put(tx, &owners[0], "k2", &[2]).await.unwrap();
    let others = store::sealed_secret::under_others(tx, "k2", "", 1_000).await.unwrap();
    assert_eq!(others.iter().map(|one| one.owner.clone()).collect::<Vec<_>>(), owners[1..]);
    let after = store::sealed_secret::under_others(tx, "k2", owners.last().unwrap(), 1_000).await.unwrap();
    assert_eq!(after, []);
    assert!(store::sealed_secret::delete(tx, &owners[0]).await.unwrap());
    assert!(!store::sealed_secret::delete(tx, &owners[0]).await.unwrap());
}

pub async fn totp(tx: &mut Tx, _: Filled) {
    let used =
        async |tx: &mut Tx, owner: &str, step| store::totp::use_step(tx, owner, step, 1).await.unwrap();
    for (owner, step, is_new) in [
        ("user:1", 7, true),
        ("user:1", 7, false),
        ("user:1", 6, false),
        ("user:2", 7, true),
        ("user:1", 8, true),
        ("user:1", 7, false),
        ("account:1", 8, true),
        ("user:1", 8, false),
    ] {
        assert_eq!(used(tx, owner, step).await, is_new, "{owner} {step}");
    }
    store::totp::forget(tx, "user:1").await.unwrap();
    assert!(used(tx, "user:1", 7).await);
    assert!(!used(tx, "account:1", 8).await);
}

pub async fn factor(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let users = users(tx, rows).await;
    let factor = |user: &User| Factor { user: user.id, since: 5, is_initial: user.id % 2 == 0 };
    for user in &users {
        store::factor::set(tx, factor(user)).await.unwrap();
    }
    let all: Vec<Factor> = users.iter().map(factor).collect();
    let ids: Vec<i64> = users.iter().map(|user| user.id).chain([99_999]).collect();
    assert_eq!(store::factor::of_users(tx, ids).await.unwrap(), all);
    let later = Factor { since: 9, ..all[0] };
    store::factor::set(tx, later).await.unwrap();
    assert_eq!(store::factor::get(tx, later.user).await.unwrap(), Some(later));
    assert!(store::factor::delete(tx, later.user).await.unwrap());
    assert!(!store::factor::delete(tx, later.user).await.unwrap());
    assert_eq!(store::factor::get(tx, later.user).await.unwrap(), None);
    for session in [1, 2] {
        let enrolment = Enrolment { session, begun_at: session };
        store::factor::begin(tx, later.user, enrolment).await.unwrap();
        assert_eq!(store::factor::begun(tx, later.user).await.unwrap(), Some(enrolment));
    }
    store::factor::end_begun(tx, later.user).await.unwrap();
    assert_eq!(store::factor::begun(tx, later.user).await.unwrap(), None);
}

pub async fn recovery_code(tx: &mut Tx, _: Filled) {
    let user = users(tx, 1).await[0].id;
    for (selector, hash) in [("AAAA", "one"), ("BBBB", "two")] {
        store::recovery_code::insert(tx, user, selector, hash).await.unwrap();
    }
    assert_eq!(store::recovery_code::count(tx, user).await.unwrap(), 2);
    assert_eq!(store::recovery_code::hash(tx, user, "AAAA").await.unwrap().as_deref(), Some("one"));
    assert_eq!(store::recovery_code::hash(tx, user + 1_000, "AAAA").await.unwrap(), None);
    for (hash, taken) in [("two", false), ("one", true), ("one", false)] {
        assert_eq!(store::recovery_code::take(tx, user, "AAAA", hash).await.unwrap(), taken, "{hash}");
    }
    store::recovery_code::end_of_user(tx, user).await.unwrap();
    assert_eq!(store::recovery_code::count(tx, user).await.unwrap(), 0);
}

pub async fn challenge(tx: &mut Tx, _: Filled) {
    let user = users(tx, 1).await[0].id;
    let one = Challenge { user, password_at: 3, tries: 0, expires_at: 50 };
    for token in ["a", "b"] {
        store::challenge::insert(tx, one, token).await.unwrap();
    }
    store::challenge::tried(tx, "a").await.unwrap();
    assert_eq!(store::challenge::lock(tx, "a").await.unwrap(), Some(Challenge { tries: 1, ..one }));
    assert!(store::challenge::take(tx, "a").await.unwrap());
    assert!(!store::challenge::take(tx, "a").await.unwrap(), "a challenge works once");
    store::challenge::end_old(tx, 50).await.unwrap();
    assert_eq!(store::challenge::lock(tx, "b").await.unwrap(), Some(one));
    store::challenge::end_old(tx, 51).await.unwrap();
    assert_eq!(store::challenge::lock(tx, "b").await.unwrap(), None);
    store::challenge::insert(tx, one, "c").await.unwrap();
    store::challenge::end_of_user(tx, user).await.unwrap();
    assert_eq!(store::challenge::lock(tx, "c").await.unwrap(), None);
}

pub async fn sponsor(tx: &mut Tx, _: Filled) {
    let user = users(tx, 1).await[0].id;
    let by = |principal, deed, at| Sponsor { principal, deed, at };
    let added = by(Principal::CommandLine, SponsorDeed::Added, 1);
    let reset = by(Principal::User(7), SponsorDeed::TotpReset, 3);
    for sponsor in [added, by(Principal::User(7), SponsorDeed::Promoted, 2), reset] {
        store::sponsor::record(tx, user, sponsor).await.unwrap();
    }
    assert_eq!(store::sponsor::of_user(tx, user).await.unwrap(), [added, reset], "the latest of each");
    let of_users = store::sponsor::of_users(tx, vec![user, user + 1_000]).await.unwrap();
    assert!(of_users.len() == 2 && of_users.contains(&(user, added)) && of_users.contains(&(user, reset)));
    assert_eq!(store::sponsor::of_user(tx, user + 1_000).await.unwrap(), []);
}
