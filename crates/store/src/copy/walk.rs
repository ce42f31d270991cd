//! Moves copied batches from draft to their state: one legal transition after another, as the schema demands.

use crate::bulk::Update;
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::Column;
use domain::batch::BatchState;

static MOVE: Update = Update { table: "batch", key: "id", columns: &["state"], and: "" };

/// Moves drafts to their states; the columns are ids and states.
pub(super) async fn to_their_states(tx: &mut Tx, columns: Vec<Column>) -> Result<(), StoreError> {
    let [Column::OptI64(ids), Column::OptI64(states)] = columns.as_slice() else {
        return Err(StoreError::Corrupt("batches without a state".to_owned()));
    };
    let paths: Vec<_> = ids
        .iter()
        .zip(states)
        .filter_map(|(id, state)| Some(((*id)?, (*state)?)))
        .map(|(id, state)| Ok((id, path(state)?)))
        .collect::<Result<_, StoreError>>()?;
    for depth in 0.. {
        let next = |(id, path): &(i64, Vec<BatchState>)| Some((*id, path.get(depth)?.number()));
        let (ids, states): (Vec<i64>, Vec<i64>) = paths.iter().filter_map(next).unzip();
        if ids.is_empty() {
            break;
        }
        let batches = u64::try_from(ids.len());
        let moved = tx.update(&MOVE, vec![Column::I64(ids), Column::I64(states)]).await?;
        if batches != Ok(moved) {
            return Err(StoreError::Corrupt("a batch was not copied before its state".to_owned()));
        }
    }
    Ok(())
}

/// The shortest legal path from draft to a state.
fn path(number: i64) -> Result<Vec<BatchState>, StoreError> {
    let unknown = || StoreError::Corrupt(format!("a draft cannot reach batch state {number}"));
    let to = BatchState::from_number(number).ok_or_else(unknown)?;
    let mut paths = vec![Vec::new()];
    for _ in BatchState::ALL {
        let end = |path: &Vec<BatchState>| path.last().copied().unwrap_or(BatchState::Draft);
        if let Some(found) = paths.iter().position(|path| end(path) == to) {
            return Ok(paths.swap_remove(found));
        }
        paths = paths.iter().flat_map(|path| longer(path, end(path))).collect();
    }
    Err(unknown())
}

fn longer(path: &[BatchState], end: BatchState) -> impl Iterator<Item = Vec<BatchState>> {
    let next = BatchState::ALL.iter().filter(move |state| end.may_become(**state));
    next.map(move |state| [path, &[*state]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_reachable_by_legal_transitions() {
        for state in BatchState::ALL {
            let path = path(state.number()).unwrap();
            let mut at = BatchState::Draft;
            for next in path {
                assert!(at.may_become(next), "{at:?} -> {next:?}");
                at = next;
            }
            assert_eq!(at, state);
        }
        assert!(path(99).is_err());
    }
}
