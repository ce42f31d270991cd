//! Reads lists page by page, however little time a request has, and compares them with a full scan.

use crate::world::World;
use service::account::{self, AccountQuery};
use service::batch::list::BatchQuery;
use service::listing::{Counting, Order, PageRequest, Total};
use service::place::{NextPage, SearchPlace};
use service::transfer::{self, TransferQuery};
use service::{Service, batch};
use std::time::Duration;

/// The pages of a list that are read, from its beginning.
pub const PAGES: usize = 3;
/// The rows of a page.
pub const LIMIT: i64 = 40;

/// A page of any list: its keys, its total, where the next one begins, and how far a search came.
pub struct Shown {
    pub keys: Vec<i64>,
    pub total: Option<Total>,
    pub next: Option<NextPage>,
    pub searched_until: Option<i64>,
}

/// A list that is read page by page.
pub trait LongList: std::fmt::Debug + Clone {
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
pub async fn read(service: &Service, list: &impl LongList, limit: i64) -> (Vec<i64>, usize) {
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
pub async fn check(world: &World, list: &impl LongList) {
    let expected = expected(world, list, LIMIT * i64::try_from(PAGES).unwrap()).await;
    check_with(world, list, expected).await;
}

/// Compares the first pages with the keys that they should have, of so many in all.
pub async fn check_with(world: &World, list: &impl LongList, (expected, rows): (Vec<i64>, i64)) {
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
