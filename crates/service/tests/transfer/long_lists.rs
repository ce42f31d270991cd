//! Lists of many thousand rows that no index sorts: however little time a request has, its pages are those of a full
//! scan, and single transfers do not wait for them.

use crate::bulk::{FIRST, ROWS, make_accounts, make_batches, make_transfers};
use crate::world::{A1, B1, World, actor, request};
use domain::account::AccountStatus;
use domain::account_ref::GivenAccount;
use domain::batch::{BatchState, BatchType};
use service::account::{self, AccountFilter, AccountQuery, AccountSort};
use service::batch::list::BatchQuery;
use service::listing::{Counting, Order, PageRequest, Total};
use service::place::{NextPage, SearchPlace};
use service::transfer::{self, TransferQuery, TransferSort};
use service::{BatchFilter, BatchSort, Service, batch};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The pages of a list that are read, from its beginning.
const PAGES: usize = 2;
/// The rows of a page.
const LIMIT: i64 = 40;

/// A page of any list: its keys, its total, where the next one begins, and how far a search came.
struct Shown {
    keys: Vec<i64>,
    total: Option<Total>,
    next: Option<NextPage>,
    searched_until: Option<i64>,
}

/// A list that is read page by page.
trait LongList: std::fmt::Debug + Clone {
    async fn page(&self, service: &Service) -> Shown;
    fn begin(&mut self, slice: PageRequest, resumed: Option<SearchPlace>, counting: Counting);
    fn order(&self) -> Order;
}

impl LongList for AccountQuery {
    async fn page(&self, service: &Service) -> Shown {
        let page = account::search(service, self).await.unwrap();
        let keys = page.accounts.iter().map(|(_, account)| account.id.0).collect();
        Shown { keys, total: page.total, next: page.next, searched_until: page.searched_until }
    }

    fn begin(&mut self, slice: PageRequest, resumed: Option<SearchPlace>, counting: Counting) {
        (self.slice, self.resumed, self.counting) = (slice, resumed, counting);
    }

    fn order(&self) -> Order {
        self.slice.order
    }
}

impl LongList for BatchQuery {
    async fn page(&self, service: &Service) -> Shown {
        let page = batch::search(service, self).await.unwrap();
        let keys = page.batches.iter().map(|described| described.batch.id.0).collect();
        Shown { keys, total: page.total, next: page.next, searched_until: page.searched_until }
    }

    fn begin(&mut self, slice: PageRequest, resumed: Option<SearchPlace>, counting: Counting) {
        (self.slice, self.resumed, self.counting) = (slice, resumed, counting);
    }

    fn order(&self) -> Order {
        self.sort.order()
    }
}

impl LongList for TransferQuery {
    async fn page(&self, service: &Service) -> Shown {
        let page = transfer::list(service, self).await.unwrap();
        let keys = page.transfers.iter().map(|detail| detail.transfer.number.0).collect();
        Shown { keys, total: page.total, next: page.next, searched_until: page.searched_until }
    }

    fn begin(&mut self, slice: PageRequest, resumed: Option<SearchPlace>, counting: Counting) {
        (self.slice, self.resumed, self.counting) = (slice, resumed, counting);
    }

    fn order(&self) -> Order {
        self.slice.order
    }
}

/// The first pages of a list as a full scan returns them.
async fn expected(world: &World, list: &impl LongList, rows: i64) -> (Vec<i64>, i64) {
    let mut whole = list.clone();
    let slice = PageRequest { order: list.order(), limit: rows, ..PageRequest::default() };
    whole.begin(slice, None, Counting::Whole);
    let page = whole.page(&world.service).await;
    (page.keys, page.total.unwrap().rows)
}

/// Reads the first rows of a list; returns how many requests had no time to find any.
async fn read(service: &Service, list: &impl LongList, limit: i64) -> (Vec<i64>, usize) {
    let (mut found, mut unfinished) = (Vec::new(), 0);
    let (mut after, mut resumed) = (None, None);
    let wanted = PAGES * usize::try_from(limit).unwrap();
    while found.len() < wanted {
        let mut query = list.clone();
        let slice = PageRequest { order: list.order(), after, limit, ..PageRequest::default() };
        query.begin(slice.clone(), resumed, Counting::No);
        let page = query.page(service).await;
        found.extend(page.keys);
        (after, resumed) = match page.next {
            None => break,
            // A page that was searched along the keys has what was found in time.
            Some(NextPage::After(row)) => (Some(row), None),
            Some(NextPage::Search(place)) => {
                assert!(page.searched_until.is_some() && place.found.len() <= 256, "{place:?}");
                // As in a cursor.
                let text = NextPage::Search(place.clone()).text();
                assert_eq!(NextPage::read(&text), Some(NextPage::Search(place.clone())));
                unfinished += 1;
                (slice.after, Some(place))
            }
        };
    }
    found.truncate(wanted);
    (found, unfinished)
}

/// Compares the first pages with those of a full scan.
async fn check(world: &World, list: &impl LongList) {
    let expected = expected(world, list, LIMIT * i64::try_from(PAGES).unwrap()).await;
    check_with(world, list, expected).await;
}

/// Compares the first pages with the keys that they should have, of so many in all.
async fn check_with(world: &World, list: &impl LongList, (expected, rows): (Vec<i64>, i64)) {
    let limit = LIMIT;
    for (budget, is_patient) in [(3_600, true), (0, false)] {
        let service = Service::clone(&world.service).searching_for(Duration::from_secs(budget));
        let (found, unfinished) = read(&service, list, limit).await;
        assert!(found == expected, "{budget} s {list:?}: {found:?}, not {expected:?}");
        assert!(!is_patient || unfinished == 0, "{list:?}: {unfinished}");
        // By number: the total is counted up to a bound.
        let mut second = list.clone();
        let slice = PageRequest { order: list.order(), offset: limit, limit, ..PageRequest::default() };
        second.begin(slice, None, Counting::Bounded);
        let page = second.page(&service).await;
        let total = page.total.unwrap();
        assert!(total.rows <= rows.min(10_000), "{list:?}: {total:?}");
        if is_patient {
            assert_eq!((total.rows, total.is_least), (rows.min(10_000), rows > 10_000), "{list:?}");
            let from = usize::try_from(limit).unwrap().min(expected.len());
            let until = (2 * from).min(expected.len());
            assert_eq!(page.keys, expected[from..until], "{list:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_in_any_order_are_found_within_any_budget() {
    let world = World::new().await;
    make_accounts(&world);
    let all = AccountFilter::default;
    for filter in [
        all(),
        AccountFilter { status: Some(AccountStatus::Frozen), ..all() },
        AccountFilter { text: Some("l-77".to_owned()), balance_min: Some(500), ..all() },
        AccountFilter { email: Some("user_a@example.com".to_owned()), ..all() },
        AccountFilter { uid: Some("nobody".to_owned()), ..all() },
    ] {
        for sort in [AccountSort::Id, AccountSort::Number, AccountSort::Balance, AccountSort::OpenedAt] {
            for order in [Order::Ascending, Order::Descending] {
                let (filter, slice) = (filter.clone(), PageRequest { order, ..PageRequest::default() });
                check(&world, &AccountQuery { filter, sort, slice, ..AccountQuery::default() }).await;
            }
        }
    }
}

/// No index is walked so far.
#[tokio::test(flavor = "multi_thread")]
async fn pages_by_number_far_down_the_list_of_accounts_are_those_of_a_full_scan() {
    let world = World::new().await;
    make_accounts(&world);
    for sort in [AccountSort::Id, AccountSort::Number, AccountSort::Balance] {
        for offset in [10_000, 10_001, 15_000, 200_000] {
            let page = async |counting| {
                let slice = PageRequest { offset, limit: LIMIT, ..PageRequest::default() };
                let list = AccountQuery { sort, slice, counting, ..AccountQuery::default() };
                let service = Service::clone(&world.service).searching_for(Duration::from_secs(3_600));
                list.page(&service).await
            };
            let (expected, found) = (page(Counting::Whole).await, page(Counting::Bounded).await);
            assert_eq!(found.keys, expected.keys, "{sort:?} {offset}");
            assert_eq!(found.next.is_some(), expected.next.is_some(), "{sort:?} {offset}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_in_any_order_are_found_within_any_budget() {
    let world = World::new().await;
    make_batches(&world);
    let all = BatchFilter::default;
    let (paused, many) = (BatchState::Paused.number(), BatchType::ManyToMany.number());
    for (filter, condition) in [
        (all(), "1 = 1".to_owned()),
        (BatchFilter { states: vec![BatchState::Paused], ..all() }, format!("state = {paused}")),
        (
            BatchFilter { states: vec![BatchState::Paused, BatchState::Processing], ..all() },
            format!("state = {paused}"),
        ),
        (
            BatchFilter { text: Some("Y 99".to_owned()), kind: Some(BatchType::ManyToMany), ..all() },
            format!("name LIKE '%y 99%' AND kind = {many}"),
        ),
        (
            BatchFilter { from: Some(1_010_000), until: Some(1_010_100), ..all() },
            "created_at >= 1010000 AND created_at < 1010100".to_owned(),
        ),
    ] {
        for (sort, order) in [
            (BatchSort::Newest, "id DESC"),
            (BatchSort::Oldest, "id"),
            (BatchSort::Name, "name, id DESC"),
            (BatchSort::NameBackwards, "name DESC, id DESC"),
            (BatchSort::Smallest, "total_amount, id DESC"),
            (BatchSort::Largest, "total_amount DESC, id DESC"),
        ] {
            let from = format!("FROM batch WHERE ready = 1 AND {condition}");
            let rows = LIMIT * i64::try_from(PAGES).unwrap();
            let keys = world.numbers(&format!("SELECT id {from} ORDER BY {order} LIMIT {rows}"));
            let expected = (keys, world.number(&format!("SELECT COUNT(*) {from}")));
            let list = BatchQuery { filter: filter.clone(), sort, ..BatchQuery::default() };
            check_with(&world, &list, expected).await;
        }
    }
}

fn by_amount(order: Order) -> TransferQuery {
    let slice = PageRequest { order, ..PageRequest::default() };
    TransferQuery { sort: TransferSort::Amount, slice, ..TransferQuery::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_by_amount_are_found_within_any_budget() {
    let world = World::new().await;
    make_transfers(&world);
    for order in [Order::Ascending, Order::Descending] {
        for query in [
            by_amount(order),
            TransferQuery { text: Some("RARE".to_owned()), ..by_amount(order) },
            TransferQuery { text: Some("rare".to_owned()), completed: Some(true), ..by_amount(order) },
            TransferQuery { completed: Some(false), ..by_amount(order) },
            TransferQuery { account: Some(GivenAccount::from(B1)), ..by_amount(order) },
            TransferQuery { account: Some(GivenAccount::from(A1)), ..by_amount(order) },
        ] {
            check(&world, &query).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_with_little_time_goes_on_over_many_requests() {
    let world = World::new().await;
    make_transfers(&world);
    let service = Service::clone(&world.service).searching_for(Duration::ZERO);
    let rare = TransferQuery { text: Some("rare".to_owned()), ..by_amount(Order::Descending) };
    let (found, unfinished) = read(&service, &rare, LIMIT).await;
    // A cell of ten thousand numbers a request.
    assert!(found.len() == 5 && unfinished >= 10, "{unfinished} {found:?}");
    // What is booked meanwhile does not shift the rest of the list.
    let mut query = by_amount(Order::Ascending);
    query.slice.limit = 5;
    let first = query.page(&service).await;
    let Some(NextPage::Search(place)) = first.next else { panic!("it had the time") };
    for _ in 0..3 {
        assert_eq!(world.code(B1, A1, "0.01").await, None);
    }
    let (expected, _) = expected(&world, &by_amount(Order::Ascending), 100).await;
    query.resumed = Some(place);
    let (mut found, old) = (Vec::new(), |key: &i64| (FIRST..FIRST + ROWS).contains(key));
    while found.is_empty() {
        let page = query.page(&service).await;
        found.extend(page.keys);
        match page.next {
            Some(NextPage::Search(place)) => query.resumed = Some(place),
            _ => break,
        }
    }
    let expected: Vec<i64> = expected.into_iter().filter(old).take(5).collect();
    assert_eq!(found.into_iter().filter(old).collect::<Vec<_>>(), expected);
}

/// Fifty callers read such lists one after the other for as long as transfers are made.
#[tokio::test(flavor = "multi_thread")]
async fn single_transfers_do_not_wait_for_fifty_such_lists() {
    let world = World::new().await;
    make_transfers(&world);
    make_accounts(&world);
    make_batches(&world);
    let is_over = Arc::new(AtomicBool::new(false));
    let searches: Vec<_> = (0..50)
        .map(|place| {
            let (service, is_over) = (world.service.clone(), Arc::clone(&is_over));
            tokio::spawn(async move {
                let mut pages = 0;
                while !is_over.load(Ordering::Acquire) {
                    let slice = PageRequest { limit: LIMIT, ..PageRequest::default() };
                    let counting = Counting::Bounded;
                    let done = match place % 3 {
                        0 => {
                            let sort = AccountSort::Balance;
                            let query = AccountQuery { sort, slice, counting, ..AccountQuery::default() };
                            account::search(&service, &query).await.map(drop)
                        }
                        1 => {
                            let sort = BatchSort::Name;
                            let query = BatchQuery { sort, slice, counting, ..BatchQuery::default() };
                            batch::search(&service, &query).await.map(drop)
                        }
                        _ => {
                            let text = Some("nowhere".to_owned());
                            let query =
                                TransferQuery { text, slice, counting, ..by_amount(Order::Ascending) };
                            transfer::list(&service, &query).await.map(drop)
                        }
                    };
                    // So many wait for the few readers that some are told to come again.
                    pages += usize::from(done.is_ok());
                }
                pages
            })
        })
        .collect();
    let mut slowest = Duration::ZERO;
    for _ in 0..20 {
        let began = std::time::Instant::now();
        let outcome = transfer::create(&world.service, &actor(), &request(B1, A1, "0.01")).await.unwrap();
        assert_eq!(outcome.outcome.code, None);
        slowest = slowest.max(began.elapsed());
    }
    is_over.store(true, Ordering::Release);
    let mut pages = 0;
    for search in searches {
        pages += search.await.unwrap();
    }
    println!("slowest of 20 transfers beside 50 lists: {slowest:?}; {pages} pages meanwhile");
}
