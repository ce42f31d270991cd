//! `approval list` and `approval show`.

use super::level::NamedUsers;
use crate::exit::{Exit, Failure};
use crate::out::{left, or_empty, right, time};
use crate::say::say;
use crate::session::{Session, major};
use crate::terminal::one_line;
use crate::word::Word;
use clap::{Args, ValueEnum};
use domain::approval::ApprovalAction;
use domain::asset::Asset;
use domain::batch::BatchState;
use domain::batch_ref::BatchRef;
use domain::code::Language;
use domain::principal::SponsorDeed;
use serde_json::{Value, json};
use service::approval::{
    self, Approval, ApprovalStanding, ApproverSponsor, LevelStanding, LoosenedPolicy, QueuePart, Queued,
};
use service::batch::Described;
use store::batch::Batch;

/// Arguments of `approval list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Which batches
    #[arg(long, value_enum, default_value_t = WhichApprovals::All)]
    pub which: WhichApprovals,
    /// Batches to show
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=1_000))]
    pub limit: i64,
}

/// Which batches to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhichApprovals {
    /// Those that wait for the person who signed in
    Mine,
    /// Those that the person who signed in decided about
    Decided,
    /// All that wait
    All,
}

impl WhichApprovals {
    const fn part(self) -> QueuePart {
        match self {
            Self::Mine => QueuePart::Mine,
            Self::Decided => QueuePart::Decided,
            Self::All => QueuePart::All,
        }
    }
}

/// `approval list`.
pub(crate) async fn list(session: &Session, args: &ListArgs) -> Result<Exit, Failure> {
    let page = (args.limit, 0);
    let found = if args.which == WhichApprovals::All {
        approval::queue(&session.service, &session.actor, args.which.part(), page).await?
    } else {
        let person = session.person(None).await?;
        approval::queue(&person.service, &person.actor, args.which.part(), page).await?
    };
    let rows: Vec<Value> = found.batches.iter().map(row).collect();
    let json = json!({ "batches": rows, "total": found.total });
    session.out.answer(json, || table(session, &found.batches))?;
    Ok(Exit::Success)
}

fn row(queued: &Queued) -> Value {
    let (batch, asset) = (&queued.batch.batch, &queued.batch.asset);
    json!({
        "batch_id": batch.number(), "name": batch.name, "currency": asset.code,
        "total_recipients": batch.tally.total_count, "total_amount": major(batch.tally.total_amount, asset),
        "status": batch.state.name(), "created_by": batch.created_by.name,
        "waiting_since": time(queued.since), "content_hash": queued.content_hash,
        "needed": queued.needed, "given": queued.given,
    })
}

fn table(session: &Session, batches: &[Queued]) -> String {
    let header = [
        left("batch", "批次"),
        left("name", "名称"),
        right("items", "笔数"),
        right("amount", "金额"),
        left("currency", "币种"),
        left("created by", "制单人"),
        left("waiting since", "等待审批起"),
        right("approvals", "审批"),
    ];
    let row = |queued: &Queued| {
        let (batch, asset) = (&queued.batch.batch, &queued.batch.asset);
        vec![
            batch.number(),
            one_line(&batch.name),
            batch.tally.total_count.to_string(),
            major(batch.tally.total_amount, asset),
            asset.code.clone(),
            one_line(&batch.created_by.name),
            time(queued.since),
            format!("{}/{}", queued.given, queued.needed),
        ]
    };
    session.out.table(&header, batches.iter().map(row))
}

/// `approval show`.
pub(crate) async fn run(session: &Session, batch: BatchRef) -> Result<Exit, Failure> {
    let (Described { batch, asset, .. }, standing) = approval::of_batch(&session.service, batch).await?;
    let named = standing.levels.iter().flat_map(|one| one.level.users.iter().copied());
    let users = NamedUsers::of(session, named).await?;
    let levels: Vec<_> = standing.levels.iter().map(|one| level_json(one, &users)).collect();
    let decisions: Vec<_> = standing.decisions.iter().map(|one| decision_json(one, &standing)).collect();
    let json = json!({
        "batch_id": batch.number(), "id": batch.id.0, "status": batch.state.name(),
        "needed": standing.needed, "given": standing.given, "content_hash": standing.content_hash,
        "same_day": major(standing.same_day, &asset),
        "valid_hours": standing.valid_hours, "expires_at": standing.expires_at.map(time),
        "may_approve": standing.may_approve.iter().map(|user| &user.login).collect::<Vec<_>>(),
        "levels": levels, "decisions": decisions, "loosened": standing.loosened.as_ref().map(loosened_json),
    });
    session.out.answer(json, || text(session, (&batch, &asset), &standing, &users))?;
    Ok(Exit::Success)
}

fn level_json(standing: &LevelStanding, users: &NamedUsers) -> Value {
    json!({ "level": users.level(&standing.level), "given": standing.given, "open": standing.open })
}

fn loosened_json(loosened: &LoosenedPolicy) -> Value {
    json!({ "version": loosened.version, "set_by": loosened.set_by, "set_at": time(loosened.set_at),
            "confirmed_by": loosened.confirmed_by })
}

fn decision_json(approval: &Approval, standing: &ApprovalStanding) -> Value {
    let touching = standing.sponsors.iter().filter(|sponsor| sponsor.touches(approval));
    let sponsor =
        |one: &ApproverSponsor| json!({ "deed": one.deed.name(), "by": one.by, "at": time(one.at) });
    json!({
        "action": approval.action.name(), "approver": approval.login, "role": approval.role.name(),
        "note": approval.note, "content_hash": approval.content_hash, "decided_at": time(approval.at),
        "counts": approval.round == standing.round, "sponsors": touching.map(sponsor).collect::<Vec<_>>(),
    })
}

fn text(
    session: &Session,
    (batch, asset): (&Batch, &Asset),
    standing: &ApprovalStanding,
    users: &NamedUsers,
) -> String {
    let logins: Vec<String> = standing.may_approve.iter().map(|user| one_line(&user.login)).collect();
    let level = |one: &LevelStanding| match one.given.as_slice() {
        [] => users.level(&one.level),
        given => format!("{} ({})", users.level(&one.level), given.join(",")),
    };
    let levels: Vec<String> = standing.levels.iter().map(level).collect();
    let (number, tally) = (batch.number(), &batch.tally);
    let money = |minor: i64| format!("{} {}", major(minor, asset), asset.code);
    let same_day = (standing.same_day > 0).then(|| money(standing.same_day));
    let fields = session.out.fields(&[
        (say("batch", "批次"), number.clone()),
        (say("name", "名称"), batch.name.clone()),
        (say("items", "笔数"), tally.total_count.to_string()),
        (say("amount", "金额"), money(tally.total_amount)),
        (say("submitted before that day", "当日此前已提交"), or_empty(same_day.as_deref())),
        (say("created by", "制单人"), batch.created_by.name.clone()),
        (say("status", "状态"), batch.state.word(session.language).to_owned()),
        (say("approvals", "审批"), format!("{}/{}", standing.given, standing.needed)),
        (say("levels", "审批级别"), levels.join(" + ")),
        (say("may approve", "可审批人"), logins.join(", ")),
        (say("content", "内容摘要"), or_empty(standing.content_hash.as_deref())),
        (say("valid until", "有效期至"), or_empty(standing.expires_at.map(time).as_deref())),
    ]);
    let decisions = (!standing.decisions.is_empty()).then(|| decisions(session, standing));
    let next = (batch.state == BatchState::Pending && standing.needed > standing.given).then(|| {
        say!(
            session.language,
            "Next: `sluice batch changes {number}`, then `sluice approval approve {number}` or \
             `sluice approval reject {number}`",
            "下一步：`sluice batch changes {number}`，然后 `sluice approval approve {number}` 或 \
             `sluice approval reject {number}`"
        )
    });
    let influences = influences(standing, session.language);
    let parts = [Some(fields), decisions].into_iter().flatten().chain(influences).chain(next);
    parts.collect::<Vec<_>>().join("\n")
}

/// What others did lately that the approvals rest on, a line for each.
fn influences(standing: &ApprovalStanding, language: Language) -> Vec<String> {
    let loosened = standing.loosened.as_ref().map(|loosened| {
        let (by, at) = (one_line(&loosened.set_by), time(loosened.set_at));
        match loosened.confirmed_by.as_deref().map(one_line) {
            Some(second) => say!(
                language,
                "Note: {by} loosened the approval policy at {at}; {second} confirmed it",
                "注意：{by} 于 {at} 放宽了审批策略，由 {second} 确认"
            ),
            None => say!(
                language,
                "Note: {by} loosened the approval policy at {at}; it took effect when it was due",
                "注意：{by} 于 {at} 放宽了审批策略，等待期后自动生效"
            ),
        }
    });
    let touched = |one: &Approval| -> Vec<String> {
        let touching = standing.sponsors.iter().filter(|sponsor| sponsor.touches(one));
        touching.map(|sponsor| influence(sponsor, &one_line(&one.login), language)).collect()
    };
    loosened.into_iter().chain(standing.decisions.iter().flat_map(touched)).collect()
}

fn influence(sponsor: &ApproverSponsor, who: &str, language: Language) -> String {
    let (by, at) = (one_line(&sponsor.by), time(sponsor.at));
    match sponsor.deed {
        SponsorDeed::Added => {
            say!(language, "Note: {by} added {who} at {at}", "注意：{by} 于 {at} 添加了用户 {who}")
        }
        SponsorDeed::Promoted => {
            say!(
                language,
                "Note: {by} raised the role of {who} at {at}",
                "注意：{by} 于 {at} 提升了 {who} 的角色"
            )
        }
        SponsorDeed::PasswordReset => {
            say!(
                language,
                "Note: {by} reset the password of {who} at {at}",
                "注意：{by} 于 {at} 重置了 {who} 的密码"
            )
        }
        SponsorDeed::TotpReset => say!(
            language,
            "Note: {by} reset the second factor of {who} at {at}",
            "注意：{by} 于 {at} 重置了 {who} 的双重验证"
        ),
    }
}

/// All decisions; those of earlier rounds no longer count.
fn decisions(session: &Session, standing: &ApprovalStanding) -> String {
    let language = session.language;
    let header = [
        left("decision", "审批结果"),
        left("approver", "审批人"),
        left("role", "角色"),
        left("at", "时间"),
        left("counts", "有效"),
        left("note", "备注"),
    ];
    let row = |one: &Approval| {
        let word = match one.action {
            ApprovalAction::Approve => say("approved", "通过"),
            ApprovalAction::Reject => say("rejected", "拒绝"),
        };
        let counts = if one.round == standing.round { say("yes", "是") } else { say("no", "否") };
        vec![
            word.to(language).to_owned(),
            one_line(&one.login),
            one.role.word(language).to_owned(),
            time(one.at),
            counts.to(language).to_owned(),
            or_empty(one.note.as_deref()),
        ]
    };
    session.out.table(&header, standing.decisions.iter().map(row))
}
