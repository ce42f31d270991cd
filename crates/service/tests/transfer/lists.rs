//! Lists of transfers: a search through account histories and chunk summaries finds the same as a full scan.

use crate::world::{A1, A2, B1, World, request, set};
use domain::account_ref::GivenAccount;
use service::listing::Counting;
use service::place::NextPage;
use service::transfer::{self, TransferDetail, TransferQuery, TransferRequest, TransferSort};
use store::listing::{Order, PageRequest};

const DAYS: [&str; 4] = ["2026-02-27", "2026-03-01", "2026-03-09", "2026-03-10"];

/// Transfers between three accounts on four days, one in five of them refused.
async fn some(world: &World, rounds: usize) {
    for round in 0..rounds {
        let (from, to) = [(A1, B1), (A2, B1), (A1, A2), (B1, A1)][round % 4];
        let amount = ["999999.00", "1.00", "3.00", "1.00", "2.00"][round % 5];
        let memo = set(if round % 3 == 0 { "rent" } else { "other" });
        let new =
            TransferRequest { memo, date: set(DAYS[round * 7 % DAYS.len()]), ..request(from, to, amount) };
        world.ask(&new).await;
    }
}

async fn numbers(world: &World, query: &TransferQuery) -> Vec<i64> {
    let page = transfer::list(&world.service, query).await.unwrap();
    page.transfers.iter().map(|found| found.transfer.number.0).collect()
}

async fn check(world: &World, query: &TransferQuery, name: &str) {
    // A list with a whole count is read by a full scan.
    let whole = TransferQuery { counting: Counting::Whole, ..query.clone() };
    let expected = numbers(world, &whole).await;
    for (limit, budget) in [(1_000, 3_600), (7, 3_600), (7, 0)] {
        let hurried =
            service::Service::clone(&world.service).searching_for(std::time::Duration::from_secs(budget));
        let (mut found, mut after, mut resumed) = (Vec::new(), None, None);
        loop {
            let slice = PageRequest { after, limit, ..query.slice.clone() };
            let page =
                transfer::list(&hurried, &TransferQuery { slice, resumed, ..query.clone() }).await.unwrap();
            found.extend(page.transfers.iter().map(|found| found.transfer.number.0));
            (after, resumed) = match page.next {
                None => break,
                Some(NextPage::After(row)) => (Some(row), None),
                Some(NextPage::Search(place)) => (None, Some(place)),
            };
        }
        assert_eq!(found, expected, "{name} {limit} {budget}");
    }
}

/// Every combination of conditions and orders.
fn queries() -> Vec<TransferQuery> {
    let mut queries = Vec::new();
    let day = |place: Option<usize>| place.map(|place| DAYS[place].to_owned());
    for order in [Order::Ascending, Order::Descending] {
        for account in [None, Some(A1), Some(B1)] {
            for completed in [None, Some(true), Some(false)] {
                for (from, to) in [(None, None), (Some(1), None), (None, Some(2)), (Some(1), Some(2))] {
                    for (text, sort) in [
                        (None, TransferSort::Number),
                        (Some("rent"), TransferSort::Number),
                        (None, TransferSort::ValueDate),
                        (None, TransferSort::Amount),
                    ] {
                        queries.push(TransferQuery {
                            account: account.map(GivenAccount::from),
                            completed,
                            from: day(from),
                            to: day(to),
                            text: text.map(str::to_owned),
                            sort,
                            slice: PageRequest { order, limit: 1_000, ..PageRequest::default() },
                            ..TransferQuery::default()
                        });
                    }
                }
            }
        }
    }
    queries
}

/// What a ledger knows about its transfers besides the transfers themselves.
const STATES: [&str; 4] = ["no history", "all history", "some history", "chunks of earlier versions"];

/// At the small scale, a third of the queries in each state: another third in the next, so that three states see all.
async fn check_all(world: &World, state: usize) {
    let is_small = std::env::var("SLUICE_SCALE").is_ok_and(|scale| scale == "small");
    for (place, query) in queries().iter().enumerate() {
        if !is_small || place % 3 == state % 3 {
            check(world, query, &format!("{} {query:?}", STATES[state])).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_what_a_full_scan_finds() {
    let world = World::with_limits().await;
    some(&world, 30).await;
    check_all(&world, 0).await;
    engine::history::catch_up(&world.store, &world.door).await.unwrap();
    check_all(&world, 1).await;
    some(&world, 20).await;
    check_all(&world, 2).await;
    // Chunks written by earlier versions have no summary, so each of them may hold anything.
    world.run("UPDATE chunk SET first_transfer = 0, last_transfer = 0, refused = 0").unwrap();
    world.run("UPDATE chunk SET first_date = 0, last_date = 0").unwrap();
    check_all(&world, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_by_number_of_a_sorted_list_is_counted_like_any_other() {
    let world = World::with_limits().await;
    some(&world, 30).await;
    for sort in [TransferSort::Number, TransferSort::ValueDate, TransferSort::Amount] {
        for completed in [None, Some(true), Some(false)] {
            let slice = PageRequest { order: Order::Descending, limit: 1_000, ..PageRequest::default() };
            let all =
                TransferQuery { sort, completed, slice, counting: Counting::Whole, ..Default::default() };
            let expected = transfer::list(&world.service, &all).await.unwrap();
            let slice = PageRequest { offset: 3, limit: 2, ..all.slice.clone() };
            let part = TransferQuery { slice, counting: Counting::Bounded, ..all };
            let page = transfer::list(&world.service, &part).await.unwrap();
            let numbers = |rows: &[TransferDetail]| -> Vec<i64> {
                rows.iter().map(|row| row.transfer.number.0).collect()
            };
            assert_eq!(page.total, expected.total, "{sort:?} {completed:?}");
            assert_eq!(
                numbers(&page.transfers),
                numbers(&expected.transfers[3..5]),
                "{sort:?} {completed:?}"
            );
        }
    }
}
