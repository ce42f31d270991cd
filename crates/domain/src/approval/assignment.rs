//! Who fills which level. Nobody fills two places, and a person who could fill several levels never keeps
//! somebody else from filling one: the assignment fills as many places as any could. It depends on nothing but
//! the order of the levels and of the people.

use super::level::{Approver, Level};

/// Which level each person fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// For each person, in the given order: the index of the level; none if no place is left.
    pub places: Vec<Option<usize>>,
    /// For each level: how many places are not filled.
    pub open: Vec<usize>,
}

/// A level that people cannot fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The level's index.
    pub level: usize,
    /// How many people it lacks.
    pub count: usize,
}

impl Assignment {
    /// Whether every level is filled.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.open.iter().all(|open| *open == 0)
    }

    /// How many places are filled.
    #[must_use]
    pub fn filled(&self) -> usize {
        self.places.iter().flatten().count()
    }
}

/// Assigns people to levels.
#[must_use]
pub fn assign(levels: &[Level], people: &[Approver]) -> Assignment {
    let mut seats = Seats { levels, people, seated: vec![Vec::new(); levels.len()] };
    for person in 0..people.len() {
        seats.seat(person, &mut Vec::new());
    }
    let place = |person: usize| seats.seated.iter().position(|seated| seated.contains(&person));
    let open = |(level, seated): (&Level, &Vec<usize>)| usize::from(level.count).saturating_sub(seated.len());
    Assignment {
        places: (0..people.len()).map(place).collect(),
        open: levels.iter().zip(&seats.seated).map(open).collect(),
    }
}

/// The levels that these people cannot fill.
#[must_use]
pub fn missing(levels: &[Level], people: &[Approver]) -> Vec<Missing> {
    let open = assign(levels, people).open.into_iter().enumerate();
    open.filter(|(_, count)| *count > 0).map(|(level, count)| Missing { level, count }).collect()
}

/// Those of the candidates whose approval would fill a place that is open after the approvals given so far.
#[must_use]
pub fn helpful(levels: &[Level], given: &[Approver], candidates: &[Approver]) -> Vec<Approver> {
    let filled = assign(levels, given).filled();
    let helps = |candidate: &Approver| {
        let with: Vec<Approver> = given.iter().copied().chain([*candidate]).collect();
        assign(levels, &with).filled() > filled
    };
    candidates.iter().copied().filter(helps).collect()
}

/// The places of levels while they are being filled.
struct Seats<'a> {
    levels: &'a [Level],
    people: &'a [Approver],
    /// For each level, the indexes of the people in its places.
    seated: Vec<Vec<usize>>,
}

impl Seats<'_> {
    /// Gives a person a place, moving others to other levels if that makes room (an augmenting path). `tried` are
    /// the levels that this search has looked at.
    fn seat(&mut self, person: usize, tried: &mut Vec<usize>) -> bool {
        let (levels, people) = (self.levels, self.people);
        let Some(approver) = people.get(person) else { return false };
        for (place, level) in levels.iter().enumerate() {
            if tried.contains(&place) || !level.admits(*approver) {
                continue;
            }
            tried.push(place);
            if self.take(place, level, person, tried) {
                return true;
            }
        }
        false
    }

    /// Takes a free place of a level, or the place of somebody who can move to another level.
    fn take(&mut self, place: usize, level: &Level, person: usize, tried: &mut Vec<usize>) -> bool {
        let seated = self.seated.get(place).cloned().unwrap_or_default();
        let is_full = seated.len() >= usize::from(level.count);
        let moved = if is_full { seated.iter().position(|other| self.seat(*other, tried)) } else { None };
        if is_full && moved.is_none() {
            return false;
        }
        if let Some(seats) = self.seated.get_mut(place) {
            match moved.and_then(|seat| seats.get_mut(seat)) {
                Some(seat) => *seat = person,
                None => seats.push(person),
            }
        }
        true
    }
}

#[cfg(test)]
#[path = "assignment_tests.rs"]
pub(super) mod tests;
