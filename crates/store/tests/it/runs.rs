//! Lists of a batch's items in every state, whatever runs and own states they have: compared with a model, with
//! few runs (read stretch by stretch) and with many (each item looked up).

use crate::fill::fill;
use crate::world::{World, run, world};
use domain::code::Code;
use domain::id::{BatchId, TransferId};
use domain::item::ItemState;
use std::collections::BTreeMap;
use store::batch_origin::Part;
use store::item::{ItemFilter, Page};
use testkit::draw::{Random, number};

/// What is expected of a number: its batch and the state that counts.
type Model = BTreeMap<i64, (i64, ItemState)>;

/// A batch in which items of another lie: 400 numbers from 1,000 on.
const FIRST: i64 = 1_000;
const COUNT: i64 = 400;

fn batch(id: i64) -> String {
    format!(
        "INSERT INTO batch (id, day, day_number, name, kind, mode, state, intent, ready, asset, first_number,
           last_number, refused_count, total_count, total_amount, success_count, success_amount, failed_count,
           failed_amount, skipped_count, fee_amount, created_by, created_at)
         VALUES ({id}, 1, {id}, 'n', 1, 1, 2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'x', 0)"
    )
}

/// Draws items in all states: with `grain`, so many in a row have the same.
async fn ledger(random: &mut Random, grain: u64) -> (World, Model) {
    let world = world().await;
    let mut tx = world.store.write().await.unwrap();
    fill(&mut tx, 3).await.unwrap();
    tx.commit().await.unwrap();
    world.write(&[&batch(7), &batch(8)]).await.unwrap();
    let (mut model, mut runs) = (Model::new(), Vec::new());
    let mut tx = world.store.write().await.unwrap();
    for extent in [(FIRST, FIRST + COUNT), (90_000, 90_000 + COUNT / 4)] {
        for owner in [7, 8] {
            let text = format!("INSERT INTO item_extent VALUES ({owner}, {}, {})", extent.0, extent.1);
            run(&mut tx, &text).await.unwrap();
        }
        let (mut next, mut owner, mut own, mut covered) = (0, 7, ItemState::Pending, false);
        for number in extent.0..=extent.1 {
            if number >= next {
                next = number + 1 + i64::try_from(random.below(grain)).unwrap();
                owner = if random.below(4) == 0 { 8 } else { 7 };
                own = ItemState::ALL[usize::try_from(random.below(6)).unwrap()];
                covered = own == ItemState::Pending && random.below(3) > 0;
                if random.below(3) == 0 {
                    (own, covered) = (ItemState::Pending, true);
                }
                if covered {
                    runs.push((number, number - 1, owner));
                }
            }
            if covered {
                runs.last_mut().unwrap().1 = number;
                let text = format!(
                    "INSERT INTO transfer VALUES ({number}, 2, 1, NULL, 1, 2, 5, 0, 1, 1, 0, 0, NULL)"
                );
                run(&mut tx, &text).await.unwrap();
            }
            let code = if own == ItemState::Failed {
                Code::SourceFrozen.number().to_string()
            } else {
                "NULL".into()
            };
            let text = format!(
                "INSERT INTO item (number, batch, line, source, target, amount, state, code)
                 VALUES ({number}, {owner}, {number}, 1, 2, 5, {}, {code})",
                own.number()
            );
            run(&mut tx, &text).await.unwrap();
            model.insert(number, (owner, if covered { ItemState::Completed } else { own }));
        }
    }
    for (first, last, owner) in &runs {
        run(&mut tx, &format!("INSERT INTO item_run VALUES ({first}, {last}, {owner}, 1)")).await.unwrap();
    }
    tx.commit().await.unwrap();
    (world, model)
}

/// The numbers of a batch's items in some states (none: all), in a range.
fn expected(model: &Model, states: &[ItemState], after: i64, last: i64) -> Vec<i64> {
    let fits = |(number, (owner, state)): (&i64, &(i64, ItemState))| {
        let is_listed = *owner == 7 && (states.is_empty() || states.contains(state));
        (is_listed && *number > after && *number <= last).then_some(*number)
    };
    model.iter().filter_map(fits).collect()
}

#[tokio::test]
async fn items_are_listed_in_the_states_that_follow_from_their_runs() {
    let seed = number("SLUICE_SEED", 38);
    // Long stretches, short ones, and more runs than are told apart.
    for grain in [60, 8, 1] {
        let mut random = Random(seed + grain);
        let (world, model) = ledger(&mut random, grain).await;
        for round in 0..60 {
            let what = format!("seed {seed} grain {grain} round {round}");
            let states: Vec<_> = ItemState::ALL.into_iter().filter(|_| random.below(3) == 0).collect();
            let drawn = |random: &mut Random, below: u64| i64::try_from(random.below(below)).unwrap();
            let (after, last) = match random.below(3) {
                0 => (i64::MIN, i64::MAX),
                1 => (FIRST + drawn(&mut random, 400), 90_000 + drawn(&mut random, 100)),
                _ => (FIRST + drawn(&mut random, 200), FIRST + 200 + drawn(&mut random, 200)),
            };
            let (limit, offset) =
                (1 + drawn(&mut random, 80), drawn(&mut random, 3) * drawn(&mut random, 60));
            check(&world, &model, &states, (after, last), (limit, offset), &what).await;
        }
        everything_else(&world, &model, grain).await;
    }
}

async fn check(
    world: &World,
    model: &Model,
    states: &[ItemState],
    (after, last): (i64, i64),
    (limit, offset): (i64, i64),
    what: &str,
) {
    let all = expected(model, states, after, last);
    let what = format!("{what}: {states:?} after {after} to {last}, {offset} + {limit}");
    let mut tx = world.store.read().await.unwrap();
    let states = states.to_vec();
    let filter = ItemFilter { batch: BatchId(7), after, last, states, codes: vec![] };
    assert_eq!(
        store::item::count(&mut tx, &filter).await.unwrap(),
        i64::try_from(all.len()).unwrap(),
        "{what}"
    );
    let items = store::item::list(&mut tx, &filter, limit, offset).await.unwrap();
    let numbers: Vec<_> = items.iter().map(|item| item.number.0).collect();
    let (skip, take) = (usize::try_from(offset).unwrap(), usize::try_from(limit).unwrap());
    assert_eq!(numbers, all.into_iter().skip(skip).take(take).collect::<Vec<_>>(), "{what}");
    assert!(items.iter().all(|item| model[&item.number.0].1 == item.state), "{what}");
    let page = Page { batch: BatchId(7), after, last, limit };
    for state in filter.states.iter().copied().map(Some).chain([None]) {
        let items = store::item::page(&mut tx, page, state, None).await.unwrap();
        let numbers: Vec<_> = items.iter().map(|item| item.number.0).collect();
        let all = expected(model, &Vec::from_iter(state), after, last);
        assert_eq!(numbers, all.into_iter().take(take).collect::<Vec<_>>(), "{what}: {state:?}");
        assert!(items.iter().all(|item| model[&item.number.0].1 == item.state), "{what}: {state:?}");
    }
}

/// Reads by number, and sums over all items.
async fn everything_else(world: &World, model: &Model, grain: u64) {
    let mut tx = world.store.read().await.unwrap();
    let numbers: Vec<i64> = model.keys().copied().collect();
    let states = store::item::states(&mut tx, numbers.clone()).await.unwrap();
    let told: Model = states.into_iter().map(|(number, owner, state)| (number, (owner, state))).collect();
    assert_eq!(&told, model, "{grain}");
    for item in store::item::by_numbers(&mut tx, numbers).await.unwrap() {
        assert_eq!(item.state, model[&item.number.0].1, "{grain}: {item:?}");
    }
    for number in [FIRST, FIRST + 17, FIRST + 222] {
        let (owner, state) = model[&number];
        let by_number = store::item::get(&mut tx, BatchId(owner), number).await.unwrap();
        let by_line = store::item::by_line(&mut tx, BatchId(owner), number).await.unwrap();
        assert_eq!(by_number, by_line);
        assert_eq!(by_line.map(|item| (item.number, item.state)), Some((TransferId(number), state)));
    }
    for (part, states) in [
        (Part::All, &[][..]),
        (Part::Failed, &[ItemState::Failed]),
        (Part::Unpaid, &[ItemState::Pending, ItemState::Failed]),
    ] {
        let count = i64::try_from(expected(model, states, i64::MIN, i64::MAX).len()).unwrap();
        let size = store::batch_origin::size(&mut tx, BatchId(7), part).await.unwrap();
        assert_eq!(size, (count, 5 * count), "{part:?}");
    }
}
