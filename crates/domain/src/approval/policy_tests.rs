//! Bands, weaker policies, and who could approve under a policy.

use super::*;
use crate::approval::assign;
use crate::table::check;
use proptest::prelude::*;

fn band(from: i64, levels: Vec<Level>) -> Band {
    Band { from, levels }
}

fn policy(bands: &[Band]) -> ApprovalPolicy {
    ApprovalPolicy { bands: bands.to_vec(), valid_hours: 72 }
}

fn of_roles(count: u8, roles: &[Role]) -> Level {
    Level { roles: roles.to_vec(), ..Level::of_anybody(count) }
}

#[test]
fn an_amount_falls_into_the_highest_band_that_it_reaches() {
    let policy = policy(&[band(100, vec![Level::of_anybody(1)]), band(1_000, vec![Level::of_anybody(2)])]);
    check(
        &[("0", "0"), ("99", "0"), ("100", "1"), ("999", "1"), ("1000", "2"), ("99999999999999999999", "2")],
        |amount| crate::approval::needed(policy.levels_for(amount.parse().unwrap())).to_string(),
    );
    assert_eq!((policy.lowest(), ApprovalPolicy::NONE.lowest()), (Some(100), None));
}

#[test]
fn a_policy_reads_back_from_its_canonical_text() {
    let unordered = policy(&[
        band(1_000, vec![Level { users: vec![9, 3, 9], ..of_roles(2, &[Role::Admin, Role::Finance]) }]),
        band(0, vec![Level::of_anybody(1)]),
    ]);
    let policy = unordered.ordered();
    let text = r#"{"bands":[{"from":0,"levels":[{"count":1}]},{"from":1000,"levels":[{"count":2,"roles":["finance","admin"],"users":[3,9]}]}],"valid_hours":72}"#;
    assert_eq!(policy.canonical(), text);
    assert_eq!(ApprovalPolicy::read(text).unwrap(), policy);
}

#[test]
fn a_policy_that_contradicts_itself_is_refused() {
    let one = Level::of_anybody(1);
    let named = |count, users: &[i64]| Level { users: users.to_vec(), ..Level::of_anybody(count) };
    for (policy, expected) in [
        (policy(&[]), "ok"),
        (policy(&[band(0, vec![one.clone()])]), "ok"),
        (policy(&[band(0, vec![named(2, &[1, 2])])]), "ok"),
        (policy(&[band(0, vec![named(3, &[1, 2])])]), "a level asks for more people than it names"),
        (policy(&[band(-1, vec![one.clone()])]), "a band begins below zero"),
        (policy(&[band(0, vec![])]), "a band has 1 to 10 levels"),
        (policy(&[band(0, vec![Level::of_anybody(0)])]), "a level asks for 1 to 20 people"),
        (policy(&[band(0, vec![of_roles(1, &[Role::Operator])])]), "the role operator may not approve"),
        (
            policy(&[band(5, vec![one.clone()]), band(5, vec![one.clone()])]),
            "two bands begin at the same amount",
        ),
        (ApprovalPolicy { valid_hours: -1, ..policy(&[]) }, "validHours: 0 to 8760"),
    ] {
        let said = policy.check().map_or_else(|refusal| refusal.detail.unwrap(), |()| "ok".to_owned());
        assert_eq!(said, expected);
    }
}

#[test]
fn only_a_weaker_policy_loosens() {
    let (any, admin) = (Level::of_anybody(1), of_roles(1, &[Role::Admin]));
    let both = of_roles(1, &[Role::Finance, Role::Admin]);
    let named = |users: &[i64]| Level { users: users.to_vec(), ..Level::of_anybody(1) };
    let from = |from: i64, levels: Vec<Level>| policy(&[band(from, levels)]);
    let hours = |valid_hours: i64| ApprovalPolicy { valid_hours, ..from(100, vec![any.clone()]) };
    for (name, before, after, expected) in [
        ("the same", from(100, vec![any.clone()]), from(100, vec![any.clone()]), false),
        ("first policy", policy(&[]), from(100, vec![any.clone()]), false),
        ("all taken away", from(100, vec![any.clone()]), policy(&[]), true),
        ("higher bound", from(100, vec![any.clone()]), from(101, vec![any.clone()]), true),
        ("lower bound", from(100, vec![any.clone()]), from(99, vec![any.clone()]), false),
        ("one more", from(100, vec![any.clone()]), from(100, vec![Level::of_anybody(2)]), false),
        ("one less", from(100, vec![Level::of_anybody(2)]), from(100, vec![any.clone()]), true),
        ("of a role", from(100, vec![any.clone()]), from(100, vec![admin.clone()]), false),
        ("of any role", from(100, vec![admin.clone()]), from(100, vec![any.clone()]), true),
        ("both roles are anybody", from(100, vec![both.clone()]), from(100, vec![any.clone()]), false),
        ("anybody is both roles", from(100, vec![any.clone()]), from(100, vec![both]), false),
        ("of a user", from(100, vec![admin.clone()]), from(100, vec![named(&[3])]), true),
        ("of fewer users", from(100, vec![named(&[3, 4])]), from(100, vec![named(&[4])]), false),
        ("of more users", from(100, vec![named(&[3])]), from(100, vec![named(&[3, 4])]), true),
        ("another level", from(100, vec![any.clone()]), from(100, vec![any.clone(), admin.clone()]), false),
        (
            "levels in another order",
            from(100, vec![admin.clone(), any.clone()]),
            from(100, vec![any.clone(), admin.clone()]),
            false,
        ),
        ("valid for longer", hours(24), hours(25), true),
        ("valid for less", hours(24), hours(23), false),
        ("valid at any time", hours(24), hours(0), true),
        ("no longer at any time", hours(0), hours(24), false),
    ] {
        assert_eq!(after.loosens(&before), expected, "{name}");
    }
}

#[test]
fn a_policy_that_nobody_could_pass_is_told_from_one_that_some_people_could_not() {
    use Role::{Admin, Auditor, Finance, Operator};
    let people = |roles: &[Role]| -> Vec<Approver> {
        (1..).zip(roles).map(|(user, role)| Approver { user, role: *role }).collect()
    };
    let asked = |level: Level| policy(&[band(100, vec![level])]);
    let any = |count| asked(Level::of_anybody(count));
    for (name, policy, roles, unreachable, unreachable_for) in [
        ("nobody at all", any(1), &[][..], true, &[][..]),
        ("alone", any(1), &[Admin], true, &[1]),
        ("with an auditor", any(1), &[Admin, Auditor], true, &[1]),
        ("with an operator", any(1), &[Admin, Operator], false, &[1]),
        ("two", any(1), &[Admin, Finance], false, &[]),
        ("two of two", any(2), &[Admin, Finance], true, &[1, 2]),
        ("two of two and an operator", any(2), &[Admin, Finance, Operator], false, &[1, 2]),
        ("two of three", any(2), &[Admin, Finance, Finance], false, &[]),
        ("one of a role", asked(of_roles(1, &[Admin])), &[Admin, Finance], false, &[1]),
        ("none of a role", asked(of_roles(1, &[Admin])), &[Finance, Finance, Operator], true, &[1, 2, 3]),
    ] {
        let reach = policy.reach(&people(roles));
        assert_eq!(reach.unreachable.is_some(), unreachable, "{name}");
        assert_eq!(reach.unreachable_for, unreachable_for, "{name}");
    }
}

proptest! {
    #[test]
    fn people_who_pass_a_policy_that_does_not_loosen_would_have_passed_the_one_before(
        before in prop::collection::vec(crate::approval::assignment::tests::a_level(), 0..3),
        after in prop::collection::vec(crate::approval::assignment::tests::a_level(), 0..3),
        roles in prop::collection::vec(prop::sample::select(crate::approval::APPROVING.to_vec()), 6),
        bounds in (0..3_i64, 0..3_i64),
        amount in 0..4_i128,
    ) {
        let (before, after) = (policy(&[band(bounds.0, before)]), policy(&[band(bounds.1, after)]));
        if !after.loosens(&before) {
            let people: Vec<Approver> = (1..).zip(roles).map(|(user, role)| Approver { user, role }).collect();
            for picked in 0..64_usize {
                let some: Vec<_> = (0..6).filter(|bit| picked >> bit & 1 == 1).map(|at| people[at]).collect();
                let passes = |policy: &ApprovalPolicy| assign(policy.levels_for(amount), &some).is_complete();
                prop_assert!(passes(&before) || !passes(&after));
            }
        }
    }
}
