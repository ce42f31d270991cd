//! Currencies, holders, accounts and their balances.

use super::{Filled, length, some};
use crate::fill::{draft, fill, posting_id};
use crate::world::{run, tester, world};
use domain::account::AccountStatus;
use domain::holder_group::HolderGroupRef;
use domain::id::{AccountId, AssetId, HolderGroupId, HolderId, TransferId};
use domain::item::ItemState;
use store::account::PayeeKey;
use store::account_list::{AccountFilter, AccountSort};
use store::account_totp::{AccountTotp, BoundAccount, Unpaid};
use store::holder_default::HolderDefault;
use store::holder_group::{HolderGroup, InGroup};
use store::item::Item;
use store::listing::{PageRequest, Window};
use store::{Script, Tx};

fn names(rows: i64, of: fn(i64) -> String) -> Vec<String> {
    (1..=rows + 1).map(of).collect()
}

pub async fn asset(tx: &mut Tx, _: Filled) {
    let assets = store::asset::all(tx).await.unwrap();
    let codes: Vec<_> = assets.iter().map(|a| (a.id.0, a.code.as_str(), a.scale)).collect();
    assert_eq!(codes, [(1, "USD", 2), (2, "EUR", 2)]);
}

pub async fn holder(tx: &mut Tx, Filled { rows, .. }: Filled) {
    assert_eq!(length(&store::holder::search(tx, None, None, some(1_000)).await.unwrap()), rows);
    assert_eq!(store::holder::count(tx, Some("H1@example"), None).await.unwrap(), 1);
    assert_eq!(store::holder::ids(tx).await.unwrap(), (1, rows));
    let first = store::holder::get(tx, HolderId(1)).await.unwrap().unwrap();
    let seen = (first.name.as_str(), first.email.as_deref(), first.uid.as_deref(), first.created_at);
    assert_eq!(seen, ("持有人 1", Some("h1@example.com"), None, 1));
    assert_eq!(store::holder::lock(tx, HolderId(1)).await.unwrap().as_ref(), Some(&first));
    let emails = names(rows, |k| format!("h{k}@example.com"));
    assert_eq!(length(&store::holder::by_email(tx, emails).await.unwrap()), rows);
    let uids = names(rows, |k| format!("U{k}"));
    assert_eq!(length(&store::holder::by_uid(tx, uids).await.unwrap()), rows / 2);
    assert_eq!(store::holder::by_name(tx, vec!["持有人 1".to_owned()]).await.unwrap(), []);
    let changed = store::holder::Holder { name: "王".to_owned(), email: None, ..first };
    store::holder::change(tx, &changed).await.unwrap();
    assert_eq!(store::holder::by_name(tx, vec!["王".to_owned()]).await.unwrap(), [changed]);
}

pub fn new_group() -> HolderGroup {
    HolderGroup {
        id: HolderGroupId(0),
        name: "Sales  London".to_owned(),
        description: "销售".to_owned(),
        members: 0,
        created_by: tester(),
        created_at: 9,
    }
}

pub async fn holder_group(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let new = new_group();
    let mut group = new.clone();
    group.id = store::holder_group::insert(tx, &new).await.unwrap();
    let by_name = |name: &str| HolderGroupRef::Name(name.to_owned());
    let found = store::holder_group::get(tx, &by_name("sales london")).await.unwrap();
    assert_eq!(found.as_ref(), Some(&group));
    let holders: Vec<_> = (1..=rows + 1).map(HolderId).collect();
    assert_eq!(length(&store::holder_group::known(tx, &holders).await.unwrap()), rows);
    let members = &holders[..holders.len() - 1];
    for (new, of) in [(1, &members[..1]), (rows.cast_unsigned() - 1, members), (0, members)] {
        assert_eq!(store::holder_group::join(tx, group.id, of).await.unwrap(), new);
    }
    group.members = rows;
    assert_eq!(store::holder_group::lock(tx, &group.id.into()).await.unwrap().as_ref(), Some(&group));
    let of = |is_small: bool| Some(InGroup { group: group.id, is_small });
    for is_small in [true, false] {
        assert_eq!(store::holder::count(tx, None, of(is_small)).await.unwrap(), rows);
        assert_eq!(length(&store::holder::search(tx, None, of(is_small), some(1_000)).await.unwrap()), rows);
        let of_group = AccountFilter { group: of(is_small), ..AccountFilter::default() };
        assert_eq!(store::account_list::count(tx, &of_group, None).await.unwrap(), rows);
    }
    let accounts = store::holder_group::accounts(tx, group.id, AssetId(1)).await.unwrap();
    assert_eq!(accounts.iter().map(|(holder, _)| *holder).collect::<Vec<_>>(), members);
    assert_eq!(accounts[0].1, Some((AccountId(1), "N1".to_owned())));
    let none = store::holder_group::accounts(tx, group.id, AssetId(2)).await.unwrap();
    assert!(none.iter().all(|(_, account)| account.is_none()));
    let among = store::holder_group::members_among(tx, group.id, &holders[1..]).await.unwrap();
    assert_eq!(length(&among), rows - 1);
    let listed = async |tx: &mut Tx, text: Option<&str>, holder: Option<HolderId>| {
        let all = store::holder_group::list(tx, text, holder, some(10)).await.unwrap();
        all.into_iter().map(|group| group.name).collect::<Vec<_>>()
    };
    assert_eq!(listed(tx, None, None).await, ["Sales  London"]);
    assert_eq!(listed(tx, Some("LOND"), None).await, ["Sales  London"]);
    assert_eq!(listed(tx, Some("Paris"), None).await, [""; 0]);
    assert_eq!(listed(tx, None, Some(HolderId(1))).await, ["Sales  London"]);
    assert_eq!(store::holder_group::leave(tx, group.id, &holders[..1]).await.unwrap(), 1);
    assert_eq!(listed(tx, None, Some(HolderId(1))).await, [""; 0]);
    group.members = rows - 1;
    group.name = "Verkauf".to_owned();
    group.description = String::new();
    store::holder_group::change(tx, &group).await.unwrap();
    assert_eq!(store::holder_group::get(tx, &by_name("VERKAUF")).await.unwrap().as_ref(), Some(&group));
    assert_eq!(store::holder_group::lock(tx, &by_name("sales london")).await.unwrap(), None);
    store::holder_group::remove(tx, group.id).await.unwrap();
    assert_eq!(store::holder_group::get(tx, &group.id.into()).await.unwrap(), None);
    let of_none = Some(InGroup { group: group.id, is_small: true });
    assert_eq!(store::holder::count(tx, None, of_none).await.unwrap(), 0);
}

pub async fn account(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let likes = store::account::look_alikes(tx, vec![domain::script::skeleton("Nl")]).await.unwrap();
    assert_eq!(likes.iter().map(|(_, number)| number.as_str()).collect::<Vec<_>>(), ["N1"]);
    let numbers = names(rows, |k| format!("N{k}"));
    let found = store::account::by_numbers(tx, numbers.clone()).await.unwrap();
    assert_eq!(length(&found), rows + 1);
    let account = store::account::by_number(tx, "N1").await.unwrap().unwrap();
    let seen = (account.balance, account.head, account.holder, account.is_default, account.opened_at);
    assert_eq!(seen, (5, Some(posting_id(1).0), Some(HolderId(1)), true, 1));
    let owner = (account.holder_name.as_deref(), account.email.as_deref(), account.uid.as_deref());
    assert_eq!(owner, (Some("持有人 1"), Some("h1@example.com"), None));
    assert_eq!(store::account::by_id(tx, AccountId(1)).await.unwrap(), Some(account.clone()));
    assert_eq!(store::account::by_ids(tx, vec![1]).await.unwrap(), std::slice::from_ref(&account));
    let owners = store::account::owners(tx, vec![1, rows + 1]).await.unwrap();
    let named: Vec<_> = owners.iter().map(|(id, _, holder)| (*id, holder.as_deref())).collect();
    assert_eq!(named, [(1, Some("持有人 1")), (rows + 1, None)]);
    let system = store::account::system(tx).await.unwrap();
    assert_eq!(system.iter().map(|a| (a.id.0, a.stripe)).collect::<Vec<_>>(), [(rows + 1, 0), (rows + 2, 1)]);
    let resolved = store::account::resolve(tx, PayeeKey::Number, numbers).await.unwrap();
    assert!(resolved.iter().all(|(_, found)| !found.is_default && found.asset == AssetId(1)));
    assert_eq!(length(&resolved), rows + 1);
    let emails = names(rows, |k| format!("h{k}@example.com"));
    let uids = names(rows, |k| format!("U{k}"));
    for (key, names, expected) in [(PayeeKey::Email, emails, rows), (PayeeKey::Uid, uids, rows / 2)] {
        let resolved = store::account::resolve(tx, key, names).await.unwrap();
        assert!(resolved.iter().all(|(_, found)| found.is_default && found.status == AccountStatus::Active));
        assert_eq!(length(&resolved), expected);
    }
    assert_eq!(store::account::numbers(tx, vec![1]).await.unwrap(), [(1, "N1".to_owned())]);
    let identity = store::account::identities(tx, vec![1, 9_999]).await.unwrap();
    assert_eq!(
        identity.iter().map(|one| (one.number.as_str(), one.holder)).collect::<Vec<_>>(),
        [("N1", Some(HolderId(1)))]
    );
}

pub async fn account_totp(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let (one, automatic) = (AccountId(1), true);
    assert_eq!(store::account_totp::get(tx, one).await.unwrap(), None);
    assert!(!store::account_totp::confirm(tx, one, automatic, 5).await.unwrap(), "nothing to confirm");
    assert!(store::account_totp::begin(tx, one, 3).await.unwrap());
    assert!(store::account_totp::begin(tx, one, 4).await.unwrap(), "an unconfirmed one is replaced");
    assert!(!store::account_totp::any(tx).await.unwrap(), "not bound before it is confirmed");
    assert_eq!(store::account_totp::among(tx, vec![1]).await.unwrap(), []);
    assert!(!store::account::by_id(tx, one).await.unwrap().unwrap().is_totp_bound);
    assert!(store::account_totp::confirm(tx, one, automatic, 5).await.unwrap());
    assert!(!store::account_totp::begin(tx, one, 6).await.unwrap(), "a bound one stays");
    let factor = AccountTotp { account: one, automatic, begun_at: 4, confirmed_at: Some(5) };
    assert_eq!(store::account_totp::get(tx, one).await.unwrap(), Some(factor));
    assert!(store::account_totp::any(tx).await.unwrap());
    assert!(store::account::by_id(tx, one).await.unwrap().unwrap().is_totp_bound);
    let bound = BoundAccount { id: one, number: "N1".to_owned(), automatic };
    let all = (1..=rows + 1).collect();
    assert_eq!(store::account_totp::among(tx, all).await.unwrap(), std::slice::from_ref(&bound));
    payers(tx, AccountId(rows + 1)).await;
    assert!(store::account_totp::delete(tx, one).await.unwrap());
    assert!(!store::account_totp::delete(tx, one).await.unwrap());
}

/// The payers of a batch by the states of its items.
async fn payers(tx: &mut Tx, payer: AccountId) {
    let batch = draft(tx, AssetId(1)).await.unwrap();
    for items in [Unpaid::Pending, Unpaid::Failed, Unpaid::Untried] {
        assert_eq!(store::account_totp::payers(tx, batch, items).await.unwrap(), [], "{items:?}");
    }
    assert!(store::account_totp::begin(tx, payer, 6).await.unwrap());
    assert!(store::account_totp::confirm(tx, payer, true, 7).await.unwrap());
    let number = store::account::by_id(tx, payer).await.unwrap().unwrap().number;
    let bound = &BoundAccount { id: payer, number, automatic: true };
    let item = Item {
        number: TransferId(1_000),
        line: 1_000,
        source: payer,
        target: AccountId(1),
        amount: 5,
        state: ItemState::Pending,
        code: None,
        memo: None,
        reference: None,
        external_id: None,
    };
    store::item::insert(tx, batch, &[item]).await.unwrap();
    for (state, code, expected) in [
        (2, "NULL", [true, false, false]),
        (5, "22", [false, true, false]),
        (5, "100", [false, true, true]),
        (5, "101", [false, true, true]),
        (7, "NULL", [false; 3]),
    ] {
        let change = format!("UPDATE item SET state = {state}, code = {code} WHERE batch = {batch}");
        tx.fetch_text(change, vec![]).await.unwrap();
        for (items, expected) in [Unpaid::Pending, Unpaid::Failed, Unpaid::Untried].into_iter().zip(expected)
        {
            let found = store::account_totp::payers(tx, batch, items).await.unwrap();
            assert_eq!(found.first(), expected.then_some(bound), "{items:?} {state} {code}");
            assert!(found.len() < 2);
        }
    }
}

pub async fn account_list(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let all = AccountFilter::default();
    let customers = store::account_list::page(tx, &all, AccountSort::Id, some(1_000)).await.unwrap();
    assert_eq!(length(&customers), rows);
    assert_eq!(store::account_list::count(tx, &all, None).await.unwrap(), rows);
    let with_system = AccountFilter { with_system: true, ..AccountFilter::default() };
    let ids = store::account_list::page_of_ids(tx, &with_system, some(1_000)).await.unwrap();
    assert_eq!(ids, (1..=rows + 2).collect::<Vec<_>>());
    assert_eq!(store::account_list::ids(tx).await.unwrap(), (1, rows + 2));
    for (first, last, expected) in [(1, 1, vec![1]), (rows + 3, i64::MAX, vec![])] {
        let window = Window { first, last };
        let count = store::account_list::count_within(tx, &all, window, 9).await.unwrap();
        assert_eq!(count, length(&expected));
        for sort in [AccountSort::Number, AccountSort::Balance, AccountSort::OpenedAt] {
            let slice = PageRequest { window: Some(window), among: vec![1, 2], ..some(9) };
            let ranks = store::account_list::ranks(tx, &all, sort, slice).await.unwrap();
            let ids: Vec<i64> = ranks.iter().map(|row| row.key).collect();
            assert_eq!(ids, expected, "{sort:?}");
            let views = store::account::by_ids(tx, ids).await.unwrap();
            assert_eq!(ranks, views.iter().map(|view| sort.place(view)).collect::<Vec<_>>(), "{sort:?}");
        }
    }
    let opened = store::account::by_id(tx, AccountId(1)).await.unwrap().unwrap().opened_at;
    assert_eq!(store::account_list::opened_at(tx, AccountId(1)).await.unwrap(), Some(opened));
    assert_eq!(store::account_list::opened_at(tx, AccountId(0)).await.unwrap(), None);
}

pub async fn balance(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let balances = store::balance::read(tx, (1..=rows + 2).collect()).await.unwrap();
    assert_eq!(balances.iter().map(|account| account.balance).sum::<i64>(), 0);
    assert_eq!((balances[0].holder, balances[0].head), (Some(HolderId(1)), Some(posting_id(1))));
    assert_eq!(store::balance::lock(tx, vec![1]).await.unwrap(), balances[..1]);
    store::balance::set_status(tx, AccountId(1), AccountStatus::Frozen).await.unwrap();
    assert_eq!(store::account::by_id(tx, AccountId(1)).await.unwrap().unwrap().status, AccountStatus::Frozen);
    assert_eq!(store::balance::read(tx, vec![1]).await.unwrap()[0].status, AccountStatus::Frozen);
    // In the order of the ids, each as often as it is asked for; an unknown one is omitted.
    let read = store::balance::read(tx, vec![2, 9_999, 1, 1]).await.unwrap();
    assert_eq!(read.iter().map(|account| account.id.0).collect::<Vec<_>>(), [2, 1, 1]);
    // Close together: those between them come too. Far apart: only they.
    let around = async |tx: &mut Tx, ids: &[i64]| {
        let read = store::balance::read_around(tx, ids).await.unwrap();
        read.into_iter().map(|account| account.id.0).collect::<Vec<_>>()
    };
    assert!(around(tx, &[]).await.is_empty());
    assert_eq!(around(tx, &[1, 3]).await, [1, 2, 3]);
    assert_eq!(around(tx, &[1, 9_999]).await, [1]);
    assert_eq!(
        store::balance::read_around(tx, &[1, 2]).await.unwrap(),
        store::balance::read(tx, vec![1, 2]).await.unwrap()
    );
    // The ledger's own accounts have no overdraft, since they have no lower bound.
    let own = store::account::by_id(tx, AccountId(rows + 1)).await.unwrap().unwrap();
    assert_eq!((own.overdraft, own.balance), (0, -5 * rows));
}

pub async fn holder_default(tx: &mut Tx, _: Filled) {
    let (holder, asset) = (HolderId(1), AssetId(1));
    assert_eq!(store::holder_default::get(tx, holder, asset).await.unwrap(), Some(AccountId(1)));
    // The first one stays the default.
    let again = HolderDefault { holder, asset, account: AccountId(1) };
    store::holder_default::add(tx, vec![again]).await.unwrap();
    store::holder_default::set(tx, again).await.unwrap();
    assert_eq!(store::holder_default::other(tx, holder, asset, AccountId(1)).await.unwrap(), None);
    store::holder_default::clear(tx, holder, asset).await.unwrap();
    assert_eq!(store::holder_default::get(tx, holder, asset).await.unwrap(), None);
}

#[tokio::test]
async fn what_was_spent_is_written_only_for_accounts_that_spent() {
    let world = world().await;
    let mut tx = world.store.write().await.unwrap();
    fill(&mut tx, 3).await.unwrap();
    run(&mut tx, "UPDATE balance SET day = 1, day_out = 2, month = 3, month_out = 4").await.unwrap();
    let mut accounts = store::balance::lock(&mut tx, vec![1, 2, 3]).await.unwrap();
    for account in &mut accounts {
        account.balance += 10;
        account.day = account.day.add(5, 6);
        account.month = account.month.add(7, 8);
    }
    // The order does not matter.
    accounts.reverse();
    let mut script = Script::new();
    store::balance::write_later(&mut script, accounts.iter().filter(|account| account.id.0 != 2));
    store::balance::write_spent_later(&mut script, accounts.iter().filter(|account| account.id.0 == 2));
    tx.run(script).await.unwrap();
    let stored = store::balance::read(&mut tx, vec![1, 2, 3]).await.unwrap();
    let seen: Vec<_> =
        stored.iter().map(|a| (a.balance, a.day.key, a.day.out, a.month.key, a.month.out)).collect();
    assert_eq!(seen, [(15, 1, 2, 3, 4), (15, 5, 6, 7, 8), (15, 1, 2, 3, 4)]);
}

#[tokio::test]
async fn a_search_in_the_account_list_matches_special_characters_literally() {
    let world = world().await;
    let mut tx = world.store.write().await.unwrap();
    fill(&mut tx, 1).await.unwrap();
    for (id, number) in [(11, "a%b"), (12, "a_b"), (13, "a\\b"), (14, "A!B"), (15, "aXb")] {
        let text = format!(
            "INSERT INTO account (id, number, holder, asset, kind, status, opened_at)
             VALUES ({id}, '{number}', 1, 1, 1, 1, 1)"
        );
        run(&mut tx, &text).await.unwrap();
        let columns = "account, balance, overdraft, held, day, day_out, month, month_out";
        let text = format!("INSERT INTO balance ({columns}) VALUES ({id}, 0, 0, 0, 0, 0, 0, 0)");
        run(&mut tx, &text).await.unwrap();
    }
    for (part, found) in [
        ("a%b", vec![11]),
        ("A_B", vec![12]),
        ("a\\b", vec![13]),
        ("\\", vec![13]),
        ("a!b", vec![14]),
        ("!", vec![14]),
        ("xB", vec![15]),
        ("h1@EXAMPLE", vec![1, 11, 12, 13, 14, 15]),
    ] {
        let filter = AccountFilter { text: Some(part.to_owned()), ..AccountFilter::default() };
        let page = store::account_list::page(&mut tx, &filter, AccountSort::Id, some(99)).await.unwrap();
        let ids: Vec<_> = page.iter().map(|a| a.id.0).collect();
        assert_eq!(ids, found, "{part}");
    }
}
