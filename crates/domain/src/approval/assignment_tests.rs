//! Assignments against a reference that tries every way to place the people.

use super::*;
use crate::access::Role;
use crate::table::check;
use proptest::prelude::*;

/// The most places that can be filled: the best of all ways.
fn most(levels: &[Level], people: &[Approver]) -> usize {
    let Some((first, others)) = people.split_first() else { return 0 };
    let mut best = most(levels, others);
    for (place, level) in levels.iter().enumerate() {
        if level.count > 0 && level.admits(*first) {
            let mut rest = levels.to_vec();
            rest[place].count -= 1;
            // A level without roles and users stays open to anybody when places are taken from it.
            best = best.max(1 + most(&rest, others));
        }
    }
    best
}

fn a_person() -> impl Strategy<Value = Approver> {
    (1..7_i64, prop::sample::select(Role::ALL.to_vec())).prop_map(|(user, role)| Approver { user, role })
}

/// People with different ids.
fn people() -> impl Strategy<Value = Vec<Approver>> {
    prop::collection::vec(a_person(), 0..6).prop_map(|mut people| {
        people.sort_by_key(|person| person.user);
        people.dedup_by_key(|person| person.user);
        people
    })
}

pub(in crate::approval) fn a_level() -> impl Strategy<Value = Level> {
    let roles = prop::sample::subsequence(super::super::APPROVING.to_vec(), 0..=2);
    let users = prop::sample::subsequence(vec![1, 2, 3, 4], 0..=2);
    (1..3_u8, roles, users).prop_map(|(count, roles, users)| Level { count, roles, users })
}

fn levels() -> impl Strategy<Value = Vec<Level>> {
    prop::collection::vec(a_level(), 0..4)
}

proptest! {
    #[test]
    fn an_assignment_fills_as_many_places_as_any_could(levels in levels(), people in people()) {
        let assignment = assign(&levels, &people);
        prop_assert_eq!(assignment.filled(), most(&levels, &people));
        let asked: usize = levels.iter().map(|level| usize::from(level.count)).sum();
        prop_assert_eq!(assignment.is_complete(), most(&levels, &people) == asked);
        let open: usize = assignment.open.iter().sum();
        prop_assert_eq!(open + assignment.filled(), asked);
    }

    #[test]
    fn everybody_fills_at_most_one_place_of_a_level_that_admits_them(levels in levels(), people in people()) {
        let assignment = assign(&levels, &people);
        for (place, level) in levels.iter().enumerate() {
            let here: Vec<_> = people.iter().zip(&assignment.places).filter(|(_, at)| **at == Some(place)).collect();
            prop_assert!(here.len() + assignment.open[place] == usize::from(level.count));
            prop_assert!(here.iter().all(|(person, _)| level.admits(**person)));
        }
    }

    #[test]
    fn a_person_helps_exactly_if_more_places_can_be_filled(levels in levels(), people in people()) {
        let (given, candidates) = people.split_at(people.len() / 2);
        for candidate in candidates {
            let with: Vec<_> = given.iter().copied().chain([*candidate]).collect();
            let helps = helpful(&levels, given, candidates).contains(candidate);
            prop_assert_eq!(helps, most(&levels, &with) > most(&levels, given));
        }
    }
}

/// `count role…|user…` per level, separated by commas.
fn read(text: &str) -> Vec<Level> {
    let level = |text: &str| {
        let mut words = text.split_whitespace();
        let mut level = Level::of_anybody(words.next().unwrap().parse().unwrap());
        for word in words {
            match Role::from_name(word) {
                Some(role) => level.roles.push(role),
                None => level.users.push(word.parse().unwrap()),
            }
        }
        level
    };
    text.split(',').map(level).collect()
}

fn persons(text: &str) -> Vec<Approver> {
    let person = |word: &str| {
        let (user, role) = word.split_once(':').unwrap();
        Approver { user: user.parse().unwrap(), role: Role::from_name(role).unwrap() }
    };
    text.split_whitespace().map(person).collect()
}

#[test]
fn approvals_fill_levels_whatever_their_order() {
    // Levels; approvals in order; which level each fills, and how many places each level still has.
    check(
        &[
            ("1 = ", " | 1"),
            ("1 = 1:operator", "- | 1"),
            ("1 = 1:auditor", "- | 1"),
            ("1 = 1:finance", "0 | 0"),
            ("2 = 1:finance", "0 | 1"),
            ("2 = 1:finance 2:admin", "0 0 | 0"),
            ("1 = 1:finance 2:admin", "0 - | 0"),
            ("1 admin = 1:finance", "- | 1"),
            ("1 admin = 1:finance 2:admin", "- 0 | 0"),
            ("1,1 admin = 2:admin 1:finance", "1 0 | 0 0"),
            ("1,1 admin = 1:finance 2:admin", "0 1 | 0 0"),
            ("1 finance,1 finance = 1:finance", "0 - | 0 1"),
            ("1 1 2,1 1 = 1:finance 2:finance", "1 0 | 0 0"),
            ("2 1 2 3,1 3 = 3:finance 1:finance 2:finance", "1 0 0 | 0 0"),
            ("1 finance 9 = 9:admin", "0 | 0"),
            ("1 finance 9 = 8:admin", "- | 1"),
        ],
        |row| {
            let (levels, people) = row.split_once('=').unwrap();
            let (levels, people) = (read(levels), persons(people));
            let assignment = assign(&levels, &people);
            let mut places: Vec<_> = assignment
                .places
                .iter()
                .map(|place| place.map_or_else(|| "-".to_owned(), |place| place.to_string()))
                .collect();
            // One person cannot fill two levels: the row shows that the second stays open.
            if people.len() == 1 && levels.len() == 2 {
                places.push("-".to_owned());
            }
            let open: Vec<_> = assignment.open.iter().map(ToString::to_string).collect();
            format!("{} | {}", places.join(" "), open.join(" "))
        },
    );
}
