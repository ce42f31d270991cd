//! One of everything that the store can write, with a chosen number of rows.

use crate::world::tester;
use domain::access::Role;
use domain::account::{AccountKind, Window};
use domain::approval::{ApprovalAction, RoundCause};
use domain::batch::{BatchMode, BatchState, BatchTally, BatchType, ContactType};
use domain::change::{Change, ChangeKind};
use domain::code::Code;
use domain::fx::{FxPolicy, Rounding};
use domain::id::{AccountId, AssetId, BatchId, HolderId, PostingId, TransferId};
use domain::item::ItemState;
use domain::policy::Policy;
use domain::posting::{Posting, PostingKind, opened};
use domain::similar::Printed;
use domain::transfer::TransferKind;
use domain::work::Work;
use std::iter;
use store::account::NewAccount;
use store::approval::Approval;
use store::approval_policy::ApprovalPolicyVersion;
use store::approval_round::ApprovalRound;
use store::audit::{Actor, Audit};
use store::batch::{Filled, NewBatch};
use store::batch_history::Event;
use store::batch_origin::Part;
use store::batch_rate::KeptRate;
use store::change::{ChangeCount, ChangeReport};
use store::fx::FxRate;
use store::fx_policy::PairPolicy;
use store::holder::Holder;
use store::holder_default::HolderDefault;
use store::import_problem::ImportProblem;
use store::item::{Failure, Item};
use store::item_page::ItemPage;
use store::node::Node;
use store::operation::Operation;
use store::refused_row::RefusedRow;
use store::transfer::{Exchange, Transfer};
use store::user::User;
use store::written_chunk::{Span, WrittenChunk};
use store::{Script, StoreError, Tx};

/// The value date of everything.
pub const DAY: i64 = 20_000;
/// The posting of the `k`-th transfer: all are in chunk 1.
pub const fn posting_id(k: i64) -> PostingId {
    PostingId(PostingId::first_of_chunk(1).0 + k)
}

/// Every table gets a row, and those of a chunk or a file get `rows` rows: customer accounts `1` to `rows`,
/// each paid 5 by the world account. Returns the batch: its first item completed, the others failed.
pub async fn fill(tx: &mut Tx, rows: i64) -> Result<BatchId, StoreError> {
    let asset: AssetId = store::asset::add(tx, "USD", 2, 1).await?;
    let other: AssetId = store::asset::add(tx, "EUR", 2, 1).await?;
    store::policy::ship(tx, asset, &Policy::shipped(2)).await?;
    let rounding = Rounding::Down;
    let policy = FxPolicy { tolerance_ppm: 1, rounding, minimum: 2, max_age_h: 3 };
    store::fx_policy::set(tx, &PairPolicy { source: asset, target: other, policy }).await?;
    let rate = FxRate { source: asset, target: other, rate: "0.9".into(), origin: "test".into(), at: 1 };
    store::fx::add(tx, &rate).await?;
    store::setting::set(tx, "language", "zh").await?;
    accounts(tx, asset, rows).await?;
    chunk(tx, asset, rows).await?;
    let batch = batch(tx, asset, rows).await?;
    let node = Node { name: "node-1".into(), stripe: 1, is_worker: true, expires_at: 5 };
    store::node::join(tx, &node, 1).await?;
    store::lease::take(tx, Work::run(batch), "node-1", 0).await?;
    store::history::advance(tx, 1).await?;
    Ok(batch)
}

fn holder(id: i64) -> Holder {
    let (email, uid) = (Some(format!("h{id}@example.com")), (id % 2 == 0).then(|| format!("U{id}")));
    Holder { id: HolderId(id), name: format!("持有人 {id}"), email, uid, created_at: 1 }
}

async fn accounts(tx: &mut Tx, asset: AssetId, rows: i64) -> Result<(), StoreError> {
    let holders: Vec<_> = (1..=rows).map(holder).collect();
    store::holder::insert(tx, &holders).await?;
    let customer = |id| (id, Some(HolderId(id)), AccountKind::Customer, 0);
    let system = [(rows + 1, None, AccountKind::World, 0), (rows + 2, None, AccountKind::World, 1)];
    let all: Vec<_> = (1..=rows).map(customer).chain(system).collect();
    let new = |&(id, holder, kind, stripe): &(i64, Option<HolderId>, AccountKind, i64)| NewAccount {
        id: AccountId(id),
        number: format!("N{id}"),
        holder,
        asset,
        kind,
        stripe,
        opened_at: 1,
    };
    store::account::insert(tx, &all.iter().map(new).collect::<Vec<_>>()).await?;
    let default = |id| HolderDefault { holder: HolderId(id), asset, account: AccountId(id) };
    store::holder_default::add(tx, (1..=rows).map(default).collect()).await?;
    let balances = all.iter().map(|&(id, holder, kind, _)| opened(AccountId(id), asset, holder, kind));
    store::balance::insert(tx, &balances.collect::<Vec<_>>()).await
}

async fn chunk(tx: &mut Tx, asset: AssetId, rows: i64) -> Result<(), StoreError> {
    transfers(tx, asset, rows).await?;
    postings(tx, rows).await?;
    let operation = |k| Operation { id: format!("op-{k:06}"), fingerprint: format!("{k:x}"), transfer: k };
    store::operation::reserve(tx, &(1..=rows).map(operation).collect::<Vec<_>>(), 1).await?;
    let audit = |k| Audit {
        actor: Actor { author: tester(), origin: "test".to_owned() },
        action: "transfer.create",
        subject: "transfer",
        subject_id: (k > 1).then_some(k),
        result: "ok",
        detail: "{}".to_owned(),
        digest: (k % 2 == 0).then(|| "ab".repeat(32)),
    };
    let mut script = Script::new();
    let chunk = WrittenChunk { number: 1, postings: rows, span: Span::NONE, digest: "cd".repeat(32) };
    let head = store::head::advance_chunk_later(&mut script, (1..=rows).map(audit).collect(), &chunk, 1);
    let head = tx.run(script).await?.take(head)?;
    head.allowed(tx).await.map(|_| ())
}

/// Completed ones, and a refused one.
async fn transfers(tx: &mut Tx, asset: AssetId, rows: i64) -> Result<(), StoreError> {
    let transfer = |k: i64| Transfer {
        number: TransferId(k),
        kind: TransferKind::Deposit,
        code: None,
        source: AccountId(rows + 1),
        target: AccountId(k),
        amount: 5,
        fee: 0,
        first_posting: Some(posting_id(k)),
        posting_count: 1,
        value_date: DAY,
        created_at: 1,
        memo: (k % 2 == 0).then(|| format!("memo {k}")),
    };
    let refused = Transfer {
        number: TransferId(rows + 1),
        code: Some(Code::InsufficientBalance),
        first_posting: None,
        posting_count: 0,
        ..transfer(1)
    };
    let transfers: Vec<_> = (1..=rows).map(transfer).chain([refused]).collect();
    let mut script = Script::new();
    store::transfer::insert_later(&mut script, &transfers);
    let exchange = |k| {
        let (rate, rate_source, residual) = ("1.5".to_owned(), "test".to_owned(), "0".to_owned());
        (TransferId(k), Exchange { target_amount: 7, rate, rate_source, rate_at: 1, rounding: 1, residual })
    };
    store::transfer::insert_exchanges_later(&mut script, &(1..=rows).map(exchange).collect::<Vec<_>>());
    store::day_sum::add_later(&mut script, &transfers, |_| Some(asset), 0);
    tx.run(script).await.map(|_| ())
}

/// And the balances that follow from them.
async fn postings(tx: &mut Tx, rows: i64) -> Result<(), StoreError> {
    let world = AccountId(rows + 1);
    let posting = |k: i64| Posting {
        id: posting_id(k),
        transfer: TransferId(k),
        kind: PostingKind::Transfer,
        debit: world,
        credit: AccountId(k),
        amount: 5,
        debit_after: -5 * k,
        credit_after: 5,
        debit_prev: (k > 1).then(|| posting_id(k - 1)),
        credit_prev: None,
    };
    let postings: Vec<_> = (1..=rows).map(posting).collect();
    let mut script = Script::new();
    store::posting::insert_later(&mut script, &postings, vec![DAY; postings.len()], 1);
    let accounts = store::balance::lock_later(&mut script, (1..=rows + 1).collect());
    let mut accounts = accounts.take(&mut tx.run(script).await?)?;
    for account in &mut accounts {
        let is_world = account.id == world;
        account.balance = if is_world { -5 * rows } else { 5 };
        account.head = Some(posting_id(if is_world { rows } else { account.id.0 }));
        account.day = Window { key: DAY, out: 0 };
    }
    let mut script = Script::new();
    store::balance::write_spent_later(&mut script, accounts.iter());
    tx.run(script).await.map(|_| ())
}

/// A draft without items.
pub async fn draft(tx: &mut Tx, asset: AssetId) -> Result<BatchId, StoreError> {
    let new = NewBatch {
        day: 20_260_310,
        name: "工资".to_owned(),
        kind: BatchType::OneToMany,
        mode: BatchMode::Continue,
        asset,
        account: Some(AccountId(1)),
        convert: false,
        allow_repeat: true,
        follows_rates: false,
        remarks: None,
        created_by: tester(),
        created_at: 1,
    };
    store::batch::create(tx, &new).await
}

/// Submitted, with its first item completed and the others failed.
async fn batch(tx: &mut Tx, asset: AssetId, rows: i64) -> Result<BatchId, StoreError> {
    let id = draft(tx, asset).await?;
    items(tx, id, rows).await?;
    refused_rows(tx, id, rows).await?;
    let rate = FxRate { source: asset, target: asset, rate: "1.5".into(), origin: "test".into(), at: 1 };
    store::batch_rate::keep(tx, &KeptRate { batch: id, rate, kept_at: 2 }).await?;
    assert_eq!(store::batch_origin::link(tx, id, Part::Unpaid, (id, 1)).await?, rows as u64);
    approved(tx, id, rows).await?;
    submit(tx, id, rows).await?;
    outcomes(tx, asset, id, rows).await?;
    let prints: Vec<_> =
        (1..=rows).map(|k| Printed { print: u64::MAX - k.unsigned_abs(), item: k }).collect();
    let made = store::batch::get(tx, id).await?.unwrap();
    store::similar::write(tx, &made, &prints, 2).await?;
    changes(tx, id, rows).await?;
    let mut script = Script::new();
    store::voucher::insert_later(&mut script, vec![(TransferId(1), "[]".to_owned())]);
    tx.run(script).await?;
    store::operation::keep(tx, "op-000001", "{}").await?;
    Ok(id)
}

/// A policy in force and one that waits, and a round with one approval by the first of two users.
async fn approved(tx: &mut Tx, batch: BatchId, rows: i64) -> Result<(), StoreError> {
    let policy = ApprovalPolicyVersion {
        asset: AssetId(1),
        version: 1,
        content: "{}".into(),
        lowest: Some(100),
        set_by: tester(),
        set_at: 1,
        due_at: 1,
        in_force_at: Some(1),
        confirmed_by: None,
    };
    store::approval_policy::insert(tx, &policy).await?;
    let waiting = ApprovalPolicyVersion { version: 2, lowest: None, due_at: 9, in_force_at: None, ..policy };
    store::approval_policy::insert(tx, &waiting).await?;
    let round = ApprovalRound {
        batch,
        round: 1,
        levels: "[]".into(),
        needed: 1,
        valid_hours: 72,
        policy_version: 1,
        content_hash: "h".into(),
        day: 20_260_310,
        asset: AssetId(1),
        account: Some(AccountId(1)),
        amount: 5 * rows,
        same_day: 7,
        maker: "command_line".into(),
        cause: RoundCause::Submitted,
        opened_at: 2,
    };
    store::approval_round::open(tx, &round).await?;
    let principal = tester().principal;
    store::batch_editor::add(tx, batch, principal, &[], 1).await?;
    let user = User {
        id: 0,
        login: "check-1".into(),
        name: "Check".into(),
        role: Role::Finance,
        password_at: None,
        disabled_at: None,
        created_by: tester(),
        created_at: 1,
    };
    let user = store::user::insert(tx, &user).await?;
    let approval = Approval {
        batch,
        round: 1,
        user,
        role: Role::Finance,
        action: ApprovalAction::Approve,
        content_hash: "h".into(),
        note: None,
        factor: "totp".into(),
        at: 3,
        login: "check-1".into(),
    };
    store::approval::insert(tx, &approval).await
}

/// A change report: every row's payee is new, and one is a changed account.
async fn changes(tx: &mut Tx, batch: BatchId, rows: i64) -> Result<(), StoreError> {
    let new = |k| Change::of(ChangeKind::PayeeNew, AccountId(k), (0, 5)).since(k, 2 * k);
    let changed = Change {
        account_before: Some(AccountId(2)),
        ..Change::of(ChangeKind::AccountChanged, AccountId(1), (4, 5))
    };
    let listed: Vec<Change> = std::iter::once(changed).chain((1..=rows).map(new)).collect();
    let count = |kind, found| ChangeCount { kind, found, listed: found, amount: 5 * found };
    let report = ChangeReport {
        batch,
        submitted_at: 2,
        made_at: 3,
        base: Some(batch),
        recent_since: 1,
        counts: vec![count(ChangeKind::AccountChanged, 1), count(ChangeKind::PayeeNew, rows)],
    };
    store::change::write(tx, &report, &listed).await
}

async fn items(tx: &mut Tx, batch: BatchId, rows: i64) -> Result<(), StoreError> {
    let item = |k: i64| Item {
        number: TransferId(k),
        line: k + 1,
        source: AccountId(rows + 1),
        target: AccountId(k),
        amount: 5,
        state: ItemState::Pending,
        code: None,
        memo: Some("三月".to_owned()),
        reference: None,
        external_id: None,
    };
    store::item::insert(tx, batch, &(1..=rows).map(item).collect::<Vec<_>>()).await?;
    let page = ItemPage { first_number: 1, last_number: rows, digest: "ab".repeat(32) };
    store::item_page::add(tx, batch, &page).await?;
    let contact = |k| (TransferId(k), ContactType::Email, format!("{k}@example.com"));
    store::item_contact::insert(tx, &(1..=rows).map(contact).collect::<Vec<_>>()).await
}

async fn refused_rows(tx: &mut Tx, batch: BatchId, rows: i64) -> Result<(), StoreError> {
    let problem = |k| ImportProblem {
        row: 1_000_000 + k,
        suggestion: (k == 1).then(|| "acct_8".to_owned()),
        line: k,
        column: (k > 1).then(|| "amount".to_owned()),
        code: Code::AmountFormat,
        value: "x".to_owned(),
    };
    let refused = |k| RefusedRow {
        id: 1_000_000 + k,
        batch,
        line: k,
        content: (k > 1).then(|| "{}".to_owned()),
        settled_at: None,
        item: None,
    };
    store::refused_row::insert(tx, &(1..=rows).map(refused).collect::<Vec<_>>()).await?;
    store::import_problem::insert(tx, batch, &(1..=rows).map(problem).collect::<Vec<_>>()).await
}

async fn submit(tx: &mut Tx, batch: BatchId, rows: i64) -> Result<(), StoreError> {
    store::batch::set_extent(tx, batch, 1, rows).await?;
    let filled = Filled {
        file_hash: Some("cd".repeat(32)),
        first_number: 1,
        last_number: rows,
        refused_count: 0,
        total_count: rows,
        total_amount: 5 * rows,
    };
    assert_eq!(store::batch::fill(tx, batch, &filled).await?, 1);
    assert_eq!(store::batch::submit(tx, batch, &"ef".repeat(32), 2).await?, 1);
    let event = Event {
        item: None,
        state: BatchState::Pending,
        event: "submitted".to_owned(),
        detail: None,
        actor: tester(),
        at: 2,
    };
    store::batch_history::insert(tx, batch, event).await
}

/// Every item failed at first; the first one was then paid.
async fn outcomes(tx: &mut Tx, asset: AssetId, batch: BatchId, rows: i64) -> Result<(), StoreError> {
    let failed: Vec<_> = (2..=rows).map(|k| (TransferId(k), Some(Code::SourceFrozen))).collect();
    assert_eq!(
        store::item::set_states(tx, batch, &failed, (ItemState::Failed, 3)).await?,
        failed.len() as u64
    );
    let failure = |k| Failure { item: TransferId(k), code: Code::SourceFrozen, amount: 5, chunk: 1 };
    let failures: Vec<_> = (1..=rows).map(failure).collect();
    let mut script = Script::new();
    store::item::insert_failures_later(&mut script, batch, &failures, 3);
    store::failure_count::add_later(&mut script, iter::once((asset, failures.as_slice())), 3, 0);
    store::item_run::insert_later(&mut script, batch, 1, &[(1, 1)]);
    tx.run(script).await?;
    let tally = BatchTally {
        total_count: rows,
        total_amount: 5 * rows,
        success_count: 1,
        success_amount: 5,
        failed_count: rows - 1,
        failed_amount: 5 * (rows - 1),
        ..BatchTally::default()
    };
    store::batch::set_tally(tx, batch, &tally).await?;
    let ids: Vec<_> = (1..=rows).map(|k| (k, format!("EXT-{k}"))).collect();
    assert_eq!(store::external_id::claim(tx, batch, &ids).await?, ids.len() as u64);
    Ok(())
}
