//! Converting there and back gains nothing where results are rounded down; and what `half_up` can cost, in
//! the figures that `docs/guide/rates.md` gives.

use super::*;
use crate::amount::Amount;
use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};

/// A currency: its decimals, and what one minor unit is worth in a unit common to all currencies.
#[derive(Debug, Clone, Copy)]
struct Currency {
    scale: u8,
    value: i128,
}

impl Currency {
    fn major(self) -> i128 {
        self.value * 10_i128.pow(self.scale.into())
    }

    /// The rate to another currency, less a spread in parts per million, truncated to 14 decimals: the
    /// product of the rates around any cycle is at most one.
    fn rate(self, other: Self, spread: i128) -> Option<Rate> {
        let fair = self.major() * 10_i128.pow(14) / other.major();
        Rate::new(Decimal::from_i128_with_scale(fair * (1_000_000 - spread) / 1_000_000, 14)).ok()
    }
}

/// A leg: converts a number of equal parts of what is held from one currency to another.
#[derive(Debug, Clone)]
struct Leg {
    from: prop::sample::Index,
    to: prop::sample::Index,
    spread: i128,
    part: prop::sample::Index,
    parts: prop::sample::Index,
}

fn currency() -> impl Strategy<Value = Currency> {
    (0..=8_u8, 1..=10_000_i128).prop_map(|(scale, value)| Currency { scale, value })
}

fn leg() -> impl Strategy<Value = Leg> {
    let spread = prop_oneof![Just(0), 0..=20_000_i128, 0..1_000_000_i128];
    (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        spread,
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
    )
        .prop_map(|(from, to, spread, part, parts)| Leg { from, to, spread, part, parts })
}

fn policy(rounding: Rounding, minimum: i64) -> FxPolicy {
    FxPolicy { rounding, minimum, ..FxPolicy::SHIPPED }
}

/// The result of one conversion between currencies with two decimals.
fn convert_cents(source: i64, rate: &str, policy: &FxPolicy) -> i64 {
    convert(Amount::new(source).unwrap(), 2, 2, &Rate::parse(rate).unwrap(), policy).unwrap().target.minor()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_chain_of_conversions_gains_when_rounded_down(
        currencies in prop::collection::vec(currency(), 2..5), start in 1..=1_000_000_000_i64,
        legs in prop::collection::vec(leg(), 1..=40), minimum in prop_oneof![Just(0), Just(100), 0..=1_000_000_000_i64],
    ) {
        let policy = policy(Rounding::Down, minimum);
        let mut held = vec![0; currencies.len()];
        held[0] = start;
        for leg in legs {
            let (from, to) = (leg.from.index(held.len()), leg.to.index(held.len()));
            let Some(rate) = currencies[from].rate(currencies[to], leg.spread) else { continue };
            let Ok(all) = usize::try_from(held[from]) else { continue };
            if from == to || all == 0 {
                continue;
            }
            let part = leg.part.index(all) + 1;
            let parts = i64::try_from(leg.parts.index(all / part) + 1).unwrap();
            let part = i64::try_from(part).unwrap();
            let (source, scales) = (Amount::new(part).unwrap(), (currencies[from].scale, currencies[to].scale));
            let Ok(done) = convert(source, scales.0, scales.1, &rate, &policy) else { continue };
            let Some(received) = done.target.minor().checked_mul(parts) else { continue };
            held[from] -= part * parts;
            held[to] += received;
            let worth: i128 = held.iter().zip(&currencies).map(|(held, one)| i128::from(*held) * one.value).sum();
            prop_assert!(worth <= i128::from(start) * currencies[0].value, "{held:?}");
            prop_assert!(held[0] <= start);
        }
    }

    #[test]
    fn half_up_adds_at_most_half_a_unit_and_so_at_most_half_a_unit_per_minimum(
        source in 1..=1_000_000_000_i64, rate in 1..=10_000_000_i64, scale in 0..=6_u32, minimum in 1..=1_000_000_i64,
    ) {
        let rate = Rate::new(Decimal::new(rate, scale)).unwrap();
        let source = Amount::new(source).unwrap();
        let done = convert(source, 2, 2, &rate, &policy(Rounding::HalfUp, minimum)).unwrap();
        let more = -done.residual;
        let exact = Decimal::from(done.target.minor()) - more;
        prop_assert!(more <= Decimal::new(5, 1));
        prop_assert!(more * Decimal::from(2 * minimum) <= exact, "{more} of {exact}");
    }

    #[test]
    fn half_up_as_shipped_cannot_be_pumped_when_a_round_trip_costs_one_percent(
        rate in 1..=10_000_000_i64, scale in 0..=6_u32, there in 1..=100_000_i64, back in 1..=100_000_i64,
    ) {
        let rate = Decimal::new(rate, scale);
        let inverse = (Decimal::new(99, 2) / rate).round_dp_with_strategy(18, RoundingStrategy::ToZero);
        prop_assume!(inverse > Decimal::ZERO);
        let given = |part: i64, rate: Decimal| {
            let (source, rate) = (Amount::new(part).unwrap(), Rate::new(rate).unwrap());
            convert(source, 2, 2, &rate, &FxPolicy::SHIPPED).map_or(0, |done| i128::from(done.target.minor()))
        };
        // Holds for any number of parts of either size.
        prop_assert!(given(there, rate) * given(back, inverse) <= i128::from(there) * i128::from(back));
    }
}

/// What remains of `parts` parts of `part` cents each, converted one by one and back in one go; none if the
/// ledger refuses the parts because they would round to zero.
fn there_and_back(parts: i64, part: i64, rates: (&str, &str), policy: &FxPolicy) -> Option<i64> {
    let there = convert_cents(part, rates.0, policy);
    (there > 0).then(|| convert_cents(parts * there, rates.1, policy))
}

#[test]
fn a_round_trip_of_a_thousand_cents_gains_nothing_as_shipped() {
    let rates = ("0.52", "1.92");
    let off = policy(Rounding::HalfUp, 0);
    assert_eq!(there_and_back(1_000, 1, rates, &off), Some(1_920), "without a minimum it can be pumped");
    assert_eq!(there_and_back(1_000, 1, rates, &FxPolicy::SHIPPED), None, "one cent rounds to zero");
    assert_eq!(there_and_back(1, 1_000, rates, &FxPolicy::SHIPPED), Some(998));
    // Parts that yield less than the minimum never gain, whatever their size.
    for part in 2..=192 {
        let back = there_and_back(1_000, part, rates, &FxPolicy::SHIPPED).unwrap();
        assert!(back < 1_000 * part, "{part}: {back}");
    }
}

/// The part of at most `most` cents that gains most when converted, and what it becomes.
fn best_part(rate: &str, policy: &FxPolicy, most: i64) -> (i64, i64) {
    let parts = (1..=most).map(|part| (part, convert_cents(part, rate, policy)));
    parts.reduce(|best, new| if new.1 * best.0 > best.1 * new.0 { new } else { best }).unwrap()
}

/// rate, inverse, rounding, minimum | best part there, best part back, gain of a round trip in parts per
/// million
#[test]
fn the_cost_of_half_up_is_what_the_guide_says() {
    let table = "0.52 1.92 half_up 0 | 1 -> 1, 1 -> 2, 1000000
        0.52 1.92 half_up 100 | 201 -> 105, 56 -> 108, 7462
        0.52 1.92 half_up 1000 | 1926 -> 1002, 531 -> 1020, -652
        0.52 1.92 down 0 | 25 -> 13, 25 -> 48, -1600
        0.5 2 half_up 100 | 201 -> 101, 1 -> 2, 4975
        0.5 2 half_up 1000 | 2001 -> 1001, 1 -> 2, 499
        0.5 2 half_up 10000 | 20001 -> 10001, 1 -> 2, 49
        0.5 2 down 0 | 2 -> 1, 1 -> 2, 0
        0.9137 1.0892 half_up 100 | 110 -> 101, 96 -> 105, 4261
        0.9137 1.0892 half_up 1000 | 1095 -> 1001, 925 -> 1008, -3818
        0.9137 1.0892 down 0 | 730 -> 667, 796 -> 867, -4804
        0.9 1.1 half_up 100 | 115 -> 104, 95 -> 105, -458";
    for line in table.lines().map(str::trim) {
        let (input, expected) = line.split_once(" | ").unwrap();
        let cells: Vec<&str> = input.split(' ').collect();
        let policy = policy(Rounding::from_name(cells[2]).unwrap(), cells[3].parse().unwrap());
        let most = 10 * policy.minimum.max(100);
        let (there, back) = (best_part(cells[0], &policy, most), best_part(cells[1], &policy, most));
        let gain = there.1 * back.1 * 1_000_000 / (there.0 * back.0) - 1_000_000;
        let got = format!("{} -> {}, {} -> {}, {gain}", there.0, there.1, back.0, back.1);
        assert_eq!(got, expected, "{line}");
    }
}
