//! Approvals: policies, rounds, decisions, and who made a batch.

use super::Filled;
use domain::approval::{ApprovalAction, RoundCause};
use domain::id::{AssetId, BatchId};
use domain::principal::Principal;
use store::Tx;
use store::approval_round::ApprovalRound;
use store::batch_editor::Editor;

pub async fn approval(tx: &mut Tx, Filled { batch, .. }: Filled) {
    let all = store::approval::of_batch(tx, batch).await.unwrap();
    let seen: Vec<_> = all.iter().map(|one| (one.round, one.login.as_str(), one.action, one.at)).collect();
    assert_eq!(seen, [(1, "check-1", ApprovalAction::Approve, 3)]);
    let user = all[0].user;
    assert_eq!(store::approval::of_user(tx, user, 5, 0).await.unwrap(), all);
    assert_eq!(store::approval::of_user(tx, user, 5, 1).await.unwrap(), []);
    assert_eq!(store::approval::count_of_user(tx, user).await.unwrap(), 1);
    assert_eq!(store::approval::of_many(tx, vec![batch.0, batch.0 + 1]).await.unwrap(), all);
}

pub async fn approval_policy(tx: &mut Tx, _: Filled) {
    let dollar = AssetId(1);
    let version = |row: Option<store::approval_policy::ApprovalPolicyVersion>| row.map(|row| row.version);
    assert_eq!(version(store::approval_policy::in_force(tx, dollar).await.unwrap()), Some(1));
    assert_eq!(version(store::approval_policy::newest(tx, dollar).await.unwrap()), Some(2));
    assert_eq!(version(store::approval_policy::newest(tx, AssetId(2)).await.unwrap()), None);
    for (number, expected) in [(1, Some(1)), (2, Some(2)), (3, None)] {
        assert_eq!(version(store::approval_policy::get(tx, dollar, number).await.unwrap()), expected);
    }
    assert_eq!(store::approval_policy::lowest(tx).await.unwrap(), [(dollar, 100)]);
    assert!(store::policy::book(tx).await.unwrap().needs_approval(dollar, 100));
    assert_eq!(store::approval_policy::due(tx, 8).await.unwrap(), []);
    let due = store::approval_policy::due(tx, 9).await.unwrap();
    assert_eq!(due.iter().map(|row| row.version).collect::<Vec<_>>(), [2]);
    let before = store::head::policy_version(tx).await.unwrap();
    assert!(store::approval_policy::force(tx, (dollar, 2), Some(1), 9).await.unwrap());
    assert!(!store::approval_policy::force(tx, (dollar, 2), None, 10).await.unwrap());
    assert!(store::head::policy_version(tx).await.unwrap() > before);
    let now = store::approval_policy::in_force(tx, dollar).await.unwrap().unwrap();
    assert_eq!((now.version, now.in_force_at, now.confirmed_by), (2, Some(9), Some(1)));
    assert_eq!(store::approval_policy::lowest(tx).await.unwrap(), []);
}

pub async fn approval_round(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let round = store::approval_round::last(tx, batch).await.unwrap().unwrap();
    assert_eq!((round.round, round.needed, round.amount, round.same_day), (1, 1, 5 * rows, 7));
    assert_eq!(store::approval_round::last(tx, BatchId(batch.0 + 1)).await.unwrap(), None);
    assert_eq!(store::approval_round::same_day(tx, &round).await.unwrap(), [0_i64; 0], "without itself");
    let of_another = ApprovalRound { batch: BatchId(batch.0 + 1), ..round.clone() };
    assert_eq!(store::approval_round::same_day(tx, &of_another).await.unwrap(), [5 * rows]);
    let elsewhere = ApprovalRound { account: None, ..of_another };
    assert_eq!(store::approval_round::same_day(tx, &elsewhere).await.unwrap(), [0_i64; 0]);
    assert_eq!(store::approval_round::waiting(tx).await.unwrap(), std::slice::from_ref(&round));
    let next = ApprovalRound { round: 2, cause: RoundCause::Withdrawn, ..round };
    store::approval_round::open(tx, &next).await.unwrap();
    assert_eq!(store::approval_round::last(tx, batch).await.unwrap(), Some(next));
}

pub async fn batch_editor(tx: &mut Tx, Filled { batch, .. }: Filled) {
    store::batch_editor::add(tx, batch, Principal::User(1), &[1], 5).await.unwrap();
    store::batch_editor::add(tx, batch, Principal::User(1), &[1], 6).await.unwrap();
    let mut editors = store::batch_editor::of_many(tx, vec![batch.0]).await.unwrap();
    editors.sort_by_key(|editor| editor.person);
    let seen: Vec<_> =
        editors.iter().map(|editor| (Editor::principal(editor), editor.person, editor.at)).collect();
    assert_eq!(seen, [(Some(Principal::User(1)), 0, 1), (Some(Principal::User(1)), 1, 5)]);
    assert_eq!(store::batch_editor::behind_key(tx, 1).await.unwrap(), [0_i64; 0]);
}
