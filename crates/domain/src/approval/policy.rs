//! The approval policy of a currency: its bands, its canonical text, and whether it is weaker than another.

use super::assignment::{Missing, missing};
use super::level::{APPROVING, Approver, Level};
use crate::access::Role;
use crate::code::Code;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// The most bands of a policy.
const BANDS_MAX: usize = 20;
/// The most levels of a band.
const LEVELS_MAX: usize = 10;
/// The most people of a level.
const COUNT_MAX: u8 = 20;
/// The most users that a level names.
const USERS_MAX: usize = 100;
/// The longest validity of an approval, in hours: a year.
const VALID_H_MAX: i64 = 8_760;

/// The levels that amounts from a lower bound upwards need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The smallest amount, in minor units.
    pub from: i64,
    /// The levels; each asks for different people.
    pub levels: Vec<Level>,
}

/// The approvals that batches in a currency need. Amounts below the lowest band need none; as shipped there is no
/// band.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalPolicy {
    /// The bands, the lowest first.
    pub bands: Vec<Band>,
    /// How many hours an approved batch may wait for its first execution; 0: any time.
    pub valid_hours: i64,
}

/// Whether batches can be approved under a policy by the active people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyReach {
    /// A band that nobody's batch could pass: its lower bound, and what it lacks.
    pub unreachable: Option<(i64, Vec<Missing>)>,
    /// People whose own batches would find no approvers in some band, although other people's would.
    pub unreachable_for: Vec<i64>,
}

impl ApprovalPolicy {
    /// The policy as shipped.
    pub const NONE: Self = Self { bands: Vec::new(), valid_hours: 72 };

    /// The policy with its bands, roles and users in order.
    #[must_use]
    pub fn ordered(mut self) -> Self {
        self.bands.sort_by_key(|band| band.from);
        for level in self.bands.iter_mut().flat_map(|band| &mut band.levels) {
            level.roles.sort_unstable();
            level.roles.dedup();
            level.users.sort_unstable();
            level.users.dedup();
        }
        self
    }

    /// Refuses an [ordered](Self::ordered) policy that contradicts itself or is out of bounds.
    pub fn check(&self) -> Result<(), Refusal> {
        if !(0..=VALID_H_MAX).contains(&self.valid_hours) {
            return wrong(
                &format!("validHours: 0 to {VALID_H_MAX}"),
                &format!("validHours 须为0至{VALID_H_MAX}"),
            );
        }
        if self.bands.len() > BANDS_MAX {
            return wrong(&format!("at most {BANDS_MAX} bands"), &format!("最多{BANDS_MAX}个金额档"));
        }
        if self.bands.iter().any(|band| band.from < 0) {
            return wrong("a band begins below zero", "金额档的起点不得为负");
        }
        if self.bands.windows(2).any(|two| matches!(two, [one, next] if one.from == next.from)) {
            return wrong("two bands begin at the same amount", "两个金额档的起点相同");
        }
        self.bands.iter().try_for_each(Band::check)
    }

    /// The levels that an amount needs.
    #[must_use]
    pub fn levels_for(&self, amount: i128) -> &[Level] {
        let reached = self.bands.iter().rfind(|band| i128::from(band.from) <= amount);
        reached.map_or(&[], |band| &band.levels)
    }

    /// The smallest amount that needs an approval.
    #[must_use]
    pub fn lowest(&self) -> Option<i64> {
        self.bands.first().map(|band| band.from)
    }

    /// Whether some batch could be approved by fewer or other people under this policy than under the one before,
    /// or stay approved for longer. When in doubt it could.
    #[must_use]
    pub fn loosens(&self, before: &Self) -> bool {
        let forever = |hours: i64| if hours == 0 { i64::MAX } else { hours };
        let is_longer = !before.bands.is_empty() && forever(self.valid_hours) > forever(before.valid_hours);
        let bounds = self.bands.iter().chain(&before.bands).map(|band| i128::from(band.from));
        let is_weaker = |amount: i128| !covers(self.levels_for(amount), before.levels_for(amount));
        is_longer || bounds.into_iter().any(is_weaker)
    }

    /// Whether everybody's batches can be approved by these people, the active ones.
    #[must_use]
    pub fn reach(&self, people: &[Approver]) -> PolicyReach {
        let makers: Vec<&Approver> = people.iter().filter(|person| person.role != Role::Auditor).collect();
        let mut reach = PolicyReach::default();
        for band in &self.bands {
            let lacking = missing(&band.levels, people);
            let others = |maker: i64| -> Vec<Approver> {
                people.iter().copied().filter(|person| person.user != maker).collect()
            };
            let is_stuck = |maker: &&&Approver| !missing(&band.levels, &others(maker.user)).is_empty();
            let stuck: Vec<i64> = makers.iter().filter(is_stuck).map(|maker| maker.user).collect();
            if !lacking.is_empty() || stuck.len() == makers.len() {
                let first = makers.first().map(|maker| missing(&band.levels, &others(maker.user)));
                let lacking = if lacking.is_empty() { first.unwrap_or_default() } else { lacking };
                reach.unreachable.get_or_insert((band.from, lacking));
            }
            reach.unreachable_for.extend(stuck);
        }
        reach.unreachable_for.sort_unstable();
        reach.unreachable_for.dedup();
        reach
    }

    /// The users that levels name.
    pub fn users(&self) -> impl Iterator<Item = i64> + '_ {
        self.bands.iter().flat_map(|band| &band.levels).flat_map(|level| level.users.iter().copied())
    }

    /// The policy as it is stored.
    #[must_use]
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Self::canonical`] wrote.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl Band {
    fn check(&self) -> Result<(), Refusal> {
        if self.levels.is_empty() || self.levels.len() > LEVELS_MAX {
            return wrong(
                &format!("a band has 1 to {LEVELS_MAX} levels"),
                &format!("每个金额档须有1至{LEVELS_MAX}级审批"),
            );
        }
        self.levels.iter().try_for_each(Level::check)
    }
}

impl Level {
    fn check(&self) -> Result<(), Refusal> {
        if !(1..=COUNT_MAX).contains(&self.count) {
            return wrong(
                &format!("a level asks for 1 to {COUNT_MAX} people"),
                &format!("每级审批须为1至{COUNT_MAX}人"),
            );
        }
        if let Some(role) = self.roles.iter().find(|role| !APPROVING.contains(role)) {
            let name = role.name();
            return wrong(&format!("the role {name} may not approve"), &format!("角色 {name} 无审批权限"));
        }
        if self.users.len() > USERS_MAX {
            return wrong(
                &format!("a level names at most {USERS_MAX} users"),
                &format!("每级审批最多指定{USERS_MAX}名用户"),
            );
        }
        if self.roles.is_empty() && !self.users.is_empty() && self.users.len() < usize::from(self.count) {
            return wrong("a level asks for more people than it names", "审批人数多于指定的用户数");
        }
        Ok(())
    }
}

/// Whether people who fill the first levels always fill the others too: each place there has a place here, of its
/// own, that admits nobody else.
fn covers(levels: &[Level], before: &[Level]) -> bool {
    let places = |levels: &[Level]| -> Vec<Level> {
        let of = |level: &Level| vec![Level { count: 1, ..level.clone() }; usize::from(level.count)];
        levels.iter().flat_map(of).collect()
    };
    let (here, there) = (places(levels), places(before));
    let mut taken = vec![None; here.len()];
    (0..there.len()).all(|place| find_cover(place, &there, &here, &mut taken, &mut Vec::new()))
}

/// An augmenting path from a place of the policy before to a place of the new one.
fn find_cover(
    place: usize,
    there: &[Level],
    here: &[Level],
    taken: &mut Vec<Option<usize>>,
    tried: &mut Vec<usize>,
) -> bool {
    let Some(asked) = there.get(place) else { return false };
    for (candidate, level) in here.iter().enumerate() {
        if tried.contains(&candidate) || !level.is_within(asked) {
            continue;
        }
        tried.push(candidate);
        let holder = taken.get(candidate).copied().flatten();
        if holder.is_none_or(|holder| find_cover(holder, there, here, taken, tried)) {
            if let Some(taken) = taken.get_mut(candidate) {
                *taken = Some(place);
            }
            return true;
        }
    }
    false
}

fn wrong(english: &str, chinese: &str) -> Result<(), Refusal> {
    Err(Refusal::bilingual(Code::ApprovalPolicyInvalid, english, chinese))
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
