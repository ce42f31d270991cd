//! Splitting money over the items of a batch. The shares always add up to exactly the total.
//!
//! A share may be zero when there are more items than minor units; whether zero may move is decided when it
//! is posted. To add a way of splitting, write a function that returns one [`Amount`] per item, in item
//! order.

use std::cmp::Reverse;

use crate::amount::Amount;
use crate::code::Code;

/// The same amount for every item.
pub fn fixed(amount: Amount, parts: usize) -> Result<Vec<Amount>, Code> {
    if parts == 0 { Err(Code::BatchEmpty) } else { Ok(vec![amount; parts]) }
}

/// Splits the total into equal shares. The first items get one minor unit of the remainder each.
pub fn equal(total: Amount, parts: usize) -> Result<Vec<Amount>, Code> {
    let count = i64::try_from(parts).map_err(|_| Code::AmountTooLarge)?;
    let share = total.minor().checked_div(count).ok_or(Code::BatchEmpty)?;
    let extra = total.minor().checked_rem(count).ok_or(Code::BatchEmpty)?;
    (0..count).map(|place| Amount::new(share + i64::from(place < extra))).collect()
}

/// Splits the total in proportion to the weights. Shares are rounded down; the rest goes, one minor unit
/// each, to the largest remainders, and among equal remainders to the first.
pub fn ratio(total: Amount, weights: &[u64]) -> Result<Vec<Amount>, Code> {
    if weights.is_empty() {
        return Err(Code::BatchEmpty);
    }
    let sum: u128 = weights.iter().copied().map(u128::from).sum();
    let money = u128::try_from(total.minor()).map_err(|_| Code::AmountNotPositive)?;
    let mut shares = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    for (place, weight) in weights.iter().enumerate() {
        let product = money * u128::from(*weight);
        let share = product.checked_div(sum).ok_or(Code::AmountNotPositive)?;
        shares.push(i64::try_from(share).map_err(|_| Code::AmountTooLarge)?);
        remainders.push((Reverse(product - share * sum), place));
    }
    give_left(&mut shares, remainders, total);
    shares.into_iter().map(Amount::new).collect()
}

fn give_left(shares: &mut [i64], mut remainders: Vec<(Reverse<u128>, usize)>, total: Amount) {
    let left = total.minor() - shares.iter().sum::<i64>();
    remainders.sort_unstable();
    for ((_, place), _) in remainders.into_iter().zip(0..left) {
        if let Some(share) = shares.get_mut(place) {
            *share += 1;
        }
    }
}

/// The total of individually given amounts, as an `i128` because the sum of many may not fit an `i64`.
pub fn custom(amounts: &[Amount]) -> Result<i128, Code> {
    if amounts.is_empty() {
        return Err(Code::BatchEmpty);
    }
    amounts
        .iter()
        .try_fold(0_i128, |sum, a| sum.checked_add(i128::from(a.minor())))
        .ok_or(Code::AmountTooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::AMOUNT_MAX;
    use proptest::prelude::*;

    fn amount(minor: i64) -> Amount {
        Amount::new(minor).unwrap()
    }

    fn shown(shares: Result<Vec<Amount>, Code>) -> String {
        match shares {
            Ok(shares) => shares.iter().map(|a| a.minor().to_string()).collect::<Vec<_>>().join(" "),
            Err(code) => code.to_string(),
        }
    }

    #[test]
    fn an_equal_split_gives_the_remainder_to_the_first_items() {
        assert_eq!(shown(equal(amount(100), 3)), "34 33 33");
        assert_eq!(shown(equal(amount(101), 3)), "34 34 33");
        assert_eq!(shown(equal(amount(2), 3)), "1 1 0");
        assert_eq!(shown(equal(amount(2), 0)), "BATCH_EMPTY");
        assert_eq!(shown(fixed(amount(7), 2)), "7 7");
        assert_eq!(shown(fixed(amount(7), 0)), "BATCH_EMPTY");
    }

    #[test]
    fn a_ratio_split_gives_the_rest_to_the_largest_remainders() {
        assert_eq!(shown(ratio(amount(100), &[1, 1, 1])), "34 33 33");
        assert_eq!(shown(ratio(amount(10), &[1, 2, 4])), "1 3 6");
        assert_eq!(shown(ratio(amount(1), &[0, 5, 5])), "0 1 0");
        assert_eq!(shown(ratio(amount(AMOUNT_MAX), &[u64::MAX])), AMOUNT_MAX.to_string());
        assert_eq!(shown(ratio(amount(1), &[0, 0])), "AMOUNT_NOT_POSITIVE");
        assert_eq!(shown(ratio(amount(1), &[])), "BATCH_EMPTY");
    }

    #[test]
    fn custom_amounts_may_sum_beyond_an_i64() {
        assert_eq!(custom(&[amount(AMOUNT_MAX); 1_000]), Ok(i128::from(AMOUNT_MAX) * 1_000));
        assert_eq!(custom(&[]), Err(Code::BatchEmpty));
    }

    proptest! {
        #[test]
        fn equal_shares_sum_to_the_total_and_differ_by_at_most_one(minor in 0..=AMOUNT_MAX, parts in 1_usize..500) {
            let shares = equal(amount(minor), parts).unwrap();
            prop_assert_eq!(custom(&shares), Ok(i128::from(minor)));
            prop_assert!(shares[0].minor() - shares[parts - 1].minor() <= 1);
            prop_assert!(shares.is_sorted_by(|a, b| a >= b));
        }

        #[test]
        fn ratio_shares_sum_to_the_total_and_stay_within_one_unit(
            minor in 0..=AMOUNT_MAX,
            weights in prop::collection::vec(prop_oneof![Just(0), 1..9_u64, any::<u64>()], 1..50),
        ) {
            prop_assume!(weights.iter().any(|w| *w > 0));
            let shares = ratio(amount(minor), &weights).unwrap();
            prop_assert_eq!(custom(&shares), Ok(i128::from(minor)));
            let sum: u128 = weights.iter().copied().map(u128::from).sum();
            for (share, weight) in shares.iter().zip(&weights) {
                let floor = u128::try_from(minor).unwrap() * u128::from(*weight) / sum;
                let extra = u128::try_from(share.minor()).unwrap() - floor;
                prop_assert!(extra <= u128::from(*weight > 0));
            }
        }
    }
}
