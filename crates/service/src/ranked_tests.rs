//! Searches over known rows, interrupted after every so many keys.

use super::*;
use std::collections::BTreeSet;

const STEP: i64 = 1_000;

/// The rows of a request among those with keys from `first` to `last`, as a store returns them.
fn rows(
    all: &[CursorKey],
    ranking: Ranking,
    slice: &PageRequest,
    (first, last): (i64, i64),
) -> Vec<CursorKey> {
    let is_after = |row: &&CursorKey| {
        slice.after.as_ref().is_none_or(|after| ranking.compare(row, after) == Ordering::Greater)
    };
    let is_meant = |row: &&CursorKey| slice.among.is_empty() || slice.among.contains(&row.key);
    let is_inside = |row: &&CursorKey| (first..=last).contains(&row.key);
    let found = all.iter().filter(is_inside).filter(is_meant).filter(is_after);
    let mut found: Vec<CursorKey> = found.cloned().collect();
    found.sort_unstable_by(|a, b| ranking.compare(a, b));
    found.truncate(count(slice.limit));
    found
}

/// One request: the page, or the key that it reached.
fn step(all: &[CursorKey], ranked: &mut Ranked, end: i64, mut windows: usize) -> Result<RankedResult, i64> {
    let ranking = ranked.ranking;
    if let Some(carried) = ranked.carried() {
        assert!(carried.among.len() <= CARRY_MAX);
        ranked.add(rows(all, ranking, &carried, (1, end)));
    }
    loop {
        let at = ranked.place().at;
        if at >= end {
            match ranked.pass() {
                Some(result) => return Ok(result),
                None => continue,
            }
        }
        if windows == 0 {
            return Err(at);
        }
        windows -= 1;
        let window = (at + 1, (at + STEP).min(end));
        let slice = ranked.slice();
        ranked.add(rows(all, ranking, &slice, window));
        ranked.reach(window.1, None);
    }
}

/// A page, searched `steps` windows at a time; returns how often it was interrupted as well.
fn page(all: &[CursorKey], ranking: Ranking, slice: &PageRequest, steps: usize) -> (RankedResult, usize) {
    let (mut resumed, mut rounds) = (None, 0);
    let end = i64::try_from(all.len()).unwrap();
    loop {
        let mut ranked = Ranked::new(slice, resumed.as_ref(), ranking, end);
        let unfinished = match step(all, &mut ranked, end, steps) {
            Ok(known) => return (known, rounds),
            Err(at) => ranked.unfinished(at),
        };
        assert_eq!(unfinished.keys, [0_i64; 0]);
        let Some(NextPage::Search(place)) = unfinished.next else { panic!("no place") };
        (resumed, rounds) = (Some(place), rounds + 1);
    }
}

fn list(rows: i64) -> Vec<CursorKey> {
    // Values repeat, so that ties matter.
    (1..=rows).map(|key| CursorKey { value: (key * 7_919 % 997).into(), key }).collect()
}

#[test]
fn however_often_a_search_is_interrupted_its_pages_are_those_of_the_sorted_list() {
    let (up, down) = (Order::Ascending, Order::Descending);
    for ranking in [Ranking::of(up), Ranking::of(down), Ranking { values: up, ties: down }] {
        for (length, limit, steps) in [(0, 10, 1), (5_000, 200, 1), (5_000, 200, 3), (5_000, 200, 99)] {
            let all = list(length);
            let mut sorted = all.clone();
            sorted.sort_unstable_by(|a, b| ranking.compare(a, b));
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let slice = PageRequest { order: ranking.values, after, limit, ..PageRequest::default() };
                let (page, _) = page(&all, ranking, &slice, steps);
                found.extend(page.keys);
                let Some(NextPage::After(row)) = page.next else { break };
                after = Some(row);
            }
            let expected: Vec<i64> = sorted.iter().map(|row| row.key).collect();
            assert!(found == expected, "{ranking:?} {length} {limit} {steps}: {} rows", found.len());
        }
    }
}

#[test]
fn a_page_far_down_a_list_takes_several_passes_and_misses_nothing() {
    let (all, ranking) = (list(50_000), Ranking::of(Order::Ascending));
    let mut sorted = all.clone();
    sorted.sort_unstable_by(|a, b| ranking.compare(a, b));
    for (offset, limit, steps, is_interrupted) in [
        (0, 10, 10, true),
        (200, 100, 20, true),
        (1_000, 10, 49, true),
        (45_000, 200, 1_000_000, false),
        (49_990, 200, 1_000_000, false),
        (60_000, 200, 1_000_000, false),
    ] {
        let slice = PageRequest { offset, limit, ..PageRequest::default() };
        let (found, rounds) = page(&all, ranking, &slice, steps);
        let name = format!("{offset} {limit} {steps}");
        assert_eq!(rounds > 0, is_interrupted, "{name}");
        let expected: Vec<i64> = sorted.iter().skip(count(offset)).map(|row| row.key).collect();
        let shown = found.keys.len();
        // A page may be short where a cursor carries no more rows, but the next one begins after it.
        assert!(shown == count(limit).min(expected.len()) || found.next.is_some(), "{name}: {shown}");
        assert!(shown > 0 || expected.is_empty(), "{name}");
        assert_eq!(found.keys, expected.get(..shown).unwrap(), "{name}");
        let last = found.keys.last().copied();
        let next = found.next.as_ref().map(|next| next.row().unwrap().key);
        assert_eq!(next, last.filter(|_| expected.len() > shown), "{name}");
    }
}

#[test]
fn only_rows_ahead_of_the_last_one_matter_to_a_full_page() {
    let row = |value: i64, key| CursorKey { value: value.into(), key };
    let slice = PageRequest { order: Order::Descending, limit: 1, ..PageRequest::default() };
    let mut ranked = Ranked::new(&slice, None, Ranking::of(Order::Descending), 100);
    ranked.add(vec![row(9, 1)]);
    assert!(ranked.can_gain(&row(0, 0)), "the page is not full");
    ranked.add(vec![row(9, 1), row(7, 3)]);
    for (place, gains) in [((8, 1), true), ((7, 4), true), ((7, 3), false), ((7, 2), false), ((6, 9), false)]
    {
        assert_eq!(ranked.can_gain(&row(place.0, place.1)), gains, "{place:?}");
    }
}

#[test]
fn texts_are_ranked_like_numbers() {
    let names = ["b", "a", "ä", "a", "你"];
    let keys = 1_i64..;
    let all: Vec<CursorKey> =
        names.iter().zip(keys).map(|(name, key)| CursorKey { value: (*name).into(), key }).collect();
    let ranking = Ranking { values: Order::Ascending, ties: Order::Descending };
    let slice = PageRequest { limit: 10, ..PageRequest::default() };
    let found = page(&all, ranking, &slice, 9).0.keys;
    assert_eq!(found, [4, 2, 1, 3, 5]);
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), names.len());
}

/// Reads a list to its end; between two requests, some of its rows change.
fn read_while_changing(
    all: &mut [CursorKey],
    ranking: Ranking,
    (limit, steps): (i64, usize),
    change: impl Fn(&mut [CursorKey]),
) -> Vec<i64> {
    let (mut found, mut after, mut resumed) = (Vec::new(), None, None);
    let end = i64::try_from(all.len()).unwrap();
    loop {
        let slice =
            PageRequest { order: ranking.values, after: after.clone(), limit, ..PageRequest::default() };
        let mut ranked = Ranked::new(&slice, resumed.as_ref(), ranking, end);
        let result = step(all, &mut ranked, end, steps).unwrap_or_else(|at| ranked.unfinished(at));
        found.extend(result.keys);
        match result.next {
            None => return found,
            Some(NextPage::After(row)) => (after, resumed) = (Some(row), None),
            Some(NextPage::Search(place)) => {
                resumed =
                    NextPage::read(&NextPage::Search(place.clone()).text()).and_then(|next| match next {
                        NextPage::Search(place) => Some(place),
                        NextPage::After(_) => None,
                    });
                assert_eq!(resumed, Some(place));
            }
        }
        change(all);
    }
}

#[test]
fn rows_that_change_between_two_requests_hide_no_others() {
    for (ranking, to) in [
        (Ranking::of(Order::Ascending), i64::MAX),
        (Ranking::of(Order::Descending), i64::MIN),
        (Ranking::of(Order::Ascending), 500),
    ] {
        for (limit, steps) in [(50, 1), (200, 2), (1_000, 2)] {
            let mut all = list(3_000);
            let sorted = |all: &[CursorKey]| {
                let mut rows = all.to_vec();
                rows.sort_unstable_by(|a, b| ranking.compare(a, b));
                rows
            };
            // Every second row of the first ones goes elsewhere, again and again.
            let moving: BTreeSet<i64> = sorted(&all).iter().step_by(2).take(700).map(|row| row.key).collect();
            let unchanged: Vec<i64> =
                sorted(&all).iter().map(|row| row.key).filter(|key| !moving.contains(key)).collect();
            let found = read_while_changing(&mut all, ranking, (limit, steps), |all| {
                let next = all.iter_mut().filter(|row| moving.contains(&row.key) && row.value != to.into());
                next.take(50).for_each(|row| row.value = to.into());
            });
            let found: Vec<i64> = found.into_iter().filter(|key| !moving.contains(key)).collect();
            assert!(found == unchanged, "{ranking:?} {limit} {steps}: {} rows", found.len());
        }
    }
}
