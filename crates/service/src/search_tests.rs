//! Searches over known lists of keys.

use super::*;

/// Searches for multiples of `every` among keys from 1 to `highest`, page after page, resuming where it
/// stopped.
async fn all(order: Order, highest: i64, every: i64, budget: Duration, limit: i64) -> (Vec<i64>, usize) {
    let (permits, mut after, mut found, mut rounds) = (ScanPermits::beside(None), None, Vec::new(), 0);
    loop {
        rounds += 1;
        let slice = PageRequest { order, after, limit, ..PageRequest::default() };
        let limits = SearchLimits { budget: Budget::from_now(budget), permits: &permits };
        let mut search = Search::new(&slice, Counting::No, SearchScope::whole((1, highest)), limits);
        while let Some(scan) = search.next().await {
            let WindowScan { window, limit: most, .. } = scan;
            let mut keys: Vec<i64> = (window.first..=window.last).filter(|key| key % every == 0).collect();
            if order == Order::Descending {
                keys.reverse();
            }
            keys.truncate(count(most));
            search.found(scan, keys);
        }
        let result = search.result();
        assert!(length(&result.keys) <= limit);
        found.extend(result.keys);
        if result.next.is_none() {
            return (found, rounds);
        }
        after = result.next;
    }
}

#[tokio::test]
async fn however_often_a_search_is_interrupted_every_row_is_found_once_and_in_order() {
    let (never, long) = (Duration::ZERO, Duration::from_secs(3_600));
    for (highest, every) in [(0, 1), (1, 1), (9_999, 7), (10_000, 10_000), (10_001, 10_001), (95_000, 700)] {
        let mut expected: Vec<i64> = (1..=highest).filter(|key| key % every == 0).collect();
        for order in [Order::Ascending, Order::Descending] {
            for wanted in [1, 10, 1_000_000] {
                let name = format!("{highest} {every} {order:?} {wanted}");
                let (found, rounds) = all(order, highest, every, never, wanted).await;
                assert_eq!(found, expected, "{name}");
                let windows = usize::try_from(highest / FIRST).unwrap();
                assert!(wanted < 1_000_000 || rounds >= windows, "{name}: one window per round");
                let found = all(order, highest, every, long, wanted).await.0;
                assert_eq!(found, expected, "{name}");
            }
            expected.reverse();
        }
    }
}

/// Rows are multiples of 7 or of 1,000. The former lie only in the ranges, which are scanned; the latter are
/// known, even where they lie in the ranges.
#[tokio::test]
async fn known_rows_and_scanned_rows_form_one_list() {
    let ranges = [(1, 30), (5_000, 5_010), (40_000, 95_000), (200_001, 200_001), (300_000, 300_700)];
    let range = |(first, last)| Window { first, last };
    let is_in = |key: i64| ranges.iter().any(|(first, last)| (*first..=*last).contains(&key));
    let is_found = |key: &i64| key % 7 == 0 && is_in(*key);
    let mut expected: Vec<i64> = (1..=400_000).filter(|key| is_found(key) || key % 1_000 == 0).collect();
    for order in [Order::Ascending, Order::Descending] {
        for (budget, limit) in [(0, 10), (0, 100_000), (3_600, 33), (3_600, 100_000)] {
            let (permits, mut after, mut found) = (ScanPermits::beside(None), None::<CursorKey>, Vec::new());
            loop {
                let key = after.as_ref().map(|place: &CursorKey| place.key);
                let is_behind = |known: &i64| key.is_none_or(|key| in_order(order, key, *known));
                let mut known: Vec<i64> = (1..=400).map(|key| key * 1_000).filter(is_behind).collect();
                let slice = PageRequest { order, after, limit, ..PageRequest::default() };
                if order == Order::Descending {
                    known.reverse();
                }
                known.truncate(count(wanted(&slice, Counting::No)));
                let scope = SearchScope { ranges: ranges.iter().copied().map(range).collect(), known };
                let budget = Budget::from_now(Duration::from_secs(budget));
                let limits = SearchLimits { budget, permits: &permits };
                let mut search = Search::new(&slice, Counting::No, scope, limits);
                while let Some(scan) = search.next().await {
                    let mut keys: Vec<i64> =
                        (scan.window.first..=scan.window.last).filter(is_found).collect();
                    if order == Order::Descending {
                        keys.reverse();
                    }
                    keys.truncate(count(scan.limit));
                    search.found(scan, keys);
                }
                let result = search.result();
                found.extend(result.keys);
                let Some(next) = result.next else { break };
                after = Some(next);
            }
            assert!(found == expected, "{order:?} {budget} {limit}: {} rows", found.len());
        }
        expected.reverse();
    }
}

fn in_order(order: Order, before: i64, key: i64) -> bool {
    if order == Order::Ascending { before < key } else { before > key }
}

#[tokio::test]
async fn a_count_says_whether_there_may_be_more() {
    for (offset, limit, highest, budget, expected) in [
        (0, 10, 5, 1, (5, 5, false, None, None)),
        (0, 10, 50, 1, (10, 50, false, Some(41), None)),
        (20, 10, 25, 1, (5, 25, false, None, None)),
        (30, 10, 25, 1, (0, 25, false, None, None)),
        (0, 10, 20_000, 1, (10, COUNT_MAX, true, Some(19_991), None)),
        // Only every hundredth row, and no time for more than one window.
        (0, 1_000, 3_000_000, 0, (20, 20, true, Some(2_998_001), Some(2_998_001))),
    ] {
        let every = if budget == 0 { 100 } else { 1 };
        let slice = PageRequest { order: Order::Descending, offset, limit, ..PageRequest::default() };
        let budget = Budget::from_now(Duration::from_secs(budget * 3_600));
        let permits = ScanPermits::beside(None);
        let limits = SearchLimits { budget, permits: &permits };
        let mut search = Search::new(&slice, Counting::Bounded, SearchScope::whole((1, highest)), limits);
        while let Some(scan) = search.next().await {
            let WindowScan { window, limit: most, .. } = scan;
            let keys = (window.first..=window.last).rev().filter(|key| key % every == 0);
            let keys = keys.take(count(most)).collect();
            search.found(scan, keys);
        }
        let SearchResult { keys, total, next, until } = search.result();
        let total = total.unwrap();
        let shown = (keys.len(), total.rows, total.is_least, next.map(|place| place.key), until);
        assert_eq!(shown, expected, "{offset} {limit} {highest}");
    }
}

#[test]
fn a_search_that_waited_long_has_a_part_of_its_budget() {
    let (now, second) = (Instant::now(), Duration::from_secs(1_000));
    let waited =
        |waited: u32| Budget { asked: now.checked_sub(second * waited / 100).unwrap(), whole: second };
    let left = |budget: Budget| budget.end().unwrap().duration_since(now).as_secs();
    for (percent, expected) in [(0, 1_000), (50, 500), (89, 110), (95, 100), (5_000, 100)] {
        // The clock keeps running meanwhile.
        assert!((expected..expected + 50).contains(&left(waited(percent))), "{percent} %");
    }
    assert_eq!(Budget::from_now(Duration::MAX).end(), None);
}

#[test]
fn windows_grow_while_scans_are_quick() {
    let ms = Duration::from_millis;
    for (size, took, next) in [
        (FIRST, ms(1), 4 * FIRST),
        (40_000, ms(30), 40_000),
        (4 * FIRST, ms(900), FIRST),
        (LARGEST, ms(0), LARGEST),
    ] {
        assert_eq!(next_size(size, took), next, "{size} {took:?}");
    }
}
