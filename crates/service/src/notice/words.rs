//! What a notice says: a title without names and amounts, which is also an e-mail's subject, and the details.

use domain::batch::BatchState;
use domain::code::Language;
use domain::event::EventKind;
use domain::task::TaskState;
use jiff::Timestamp;
use serde_json::{Map, Value};
use store::outbox::OutboxRow;

/// A notice in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeWords {
    /// What happened, without names and amounts.
    pub title: String,
    /// The details, a line each; may be empty.
    pub text: String,
}

/// What an event says in a language. `batch` is the number of its batch.
#[must_use]
pub fn said(event: &OutboxRow, batch: Option<&str>, language: Language) -> NoticeWords {
    let detail: Map<String, Value> = serde_json::from_str(&event.detail).unwrap_or_default();
    let title = title(event.kind, batch.unwrap_or("-"), &detail, language);
    let lines = LABELS.iter().filter_map(|(name, english, chinese)| {
        let value = shown(name, detail.get(*name)?)?;
        Some(match language {
            Language::English => format!("{english}: {value}"),
            Language::Chinese => format!("{chinese}：{value}"),
        })
    });
    NoticeWords { title, text: lines.collect::<Vec<_>>().join("\n") }
}

/// The details that are shown, in this order: their names, in English, in Chinese.
const LABELS: &[(&str, &str, &str)] = &[
    ("text", "Reminder", "提醒内容"),
    ("asked_by", "Asked for by", "提醒人"),
    ("login", "User", "用户"),
    ("raised_from", "Role before", "原角色"),
    ("role", "Role", "角色"),
    ("currency", "Currency", "币种"),
    ("version", "Version", "版本"),
    ("due_at", "In force from", "生效时间"),
    ("set_by", "Set by", "设置人"),
    ("new_network", "Network", "网络"),
    ("agent", "Program", "客户端"),
    ("items", "Items", "笔数"),
    ("completed", "Completed", "成功"),
    ("failed", "Failed", "失败"),
    ("skipped", "Skipped", "跳过"),
    ("waiting", "Waiting", "待处理"),
    ("valid_hours", "Valid for hours", "有效小时数"),
    ("note", "Note", "备注"),
    ("task_type", "Task", "任务"),
    ("records", "Records", "记录数"),
    ("file", "File", "文件"),
    ("error_code", "Reason", "原因"),
    ("by", "By", "操作人"),
];

fn shown(name: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if name == "due_at" => {
            Some(Timestamp::from_microsecond(number.as_i64()?).ok()?.to_string())
        }
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn title(kind: EventKind, batch: &str, detail: &Map<String, Value>, language: Language) -> String {
    let (english, chinese) = match kind {
        EventKind::BatchFinished => of_end(detail),
        EventKind::PolicyLoosened => of_policy(detail),
        EventKind::TaskFinished => of_task(detail),
        EventKind::ReminderDue if batch != "-" => ("Reminder about {batch}", "关于 {batch} 的提醒"),
        kind => of_kind(kind),
    };
    let template = match language {
        Language::English => english,
        Language::Chinese => chinese,
    };
    template.replace("{batch}", batch)
}

/// The title of a kind, in English and Chinese.
const fn of_kind(kind: EventKind) -> (&'static str, &'static str) {
    match kind {
        EventKind::BatchSubmitted => ("{batch} was submitted", "{batch} 已提交"),
        EventKind::BatchRecalled => ("The submission of {batch} was taken back", "{batch} 的提交已撤回"),
        EventKind::BatchApproved => ("{batch} was approved", "{batch} 已审批通过"),
        EventKind::BatchRejected => ("{batch} was rejected", "{batch} 已被拒绝"),
        EventKind::BatchApprovalExpired => ("The approvals of {batch} have expired", "{batch} 的审批已过期"),
        EventKind::BatchStarted => ("{batch} has started", "{batch} 已开始执行"),
        EventKind::BatchPaused => ("{batch} is paused", "{batch} 已暂停"),
        EventKind::BatchFinished => ("{batch} has ended", "{batch} 已结束"),
        EventKind::BatchItemsFailed => ("{batch} has failed items", "{batch} 有失败的明细"),
        EventKind::FactorReset => ("A second factor was reset", "有用户的双重验证被重置"),
        EventKind::PasswordReset => ("A password was reset", "有用户的密码被重置"),
        EventKind::RoleRaised => ("A user's role was raised", "有用户的角色被提升"),
        EventKind::PolicyLoosened => ("An approval policy is loosened", "审批策略放宽"),
        EventKind::SignedInElsewhere => ("Your user signed in from a new network", "您的账号从新的网络登录"),
        EventKind::ReminderDue => ("Reminder", "提醒"),
        EventKind::WebhookTest => ("A webhook is being tested", "正在测试 Webhook"),
        EventKind::UserAdded => ("A user was added", "新增了用户"),
        EventKind::FactorEnrolled => ("A second factor was set up", "有用户绑定了双重验证"),
        EventKind::FactorRemoved => ("A second factor was removed", "有用户解绑了双重验证"),
        EventKind::PasswordChanged => ("Your password was changed", "您的密码已修改"),
        EventKind::TaskFinished => ("A task has ended", "任务已结束"),
    }
}

/// The title of a batch's end, by the state it ended in.
fn of_end(detail: &Map<String, Value>) -> (&'static str, &'static str) {
    match detail.get("state").and_then(Value::as_str).and_then(BatchState::from_name) {
        Some(BatchState::Completed) => ("{batch} is completed", "{batch} 已全部完成"),
        Some(BatchState::PartiallyCompleted) => ("{batch} is partially completed", "{batch} 部分完成"),
        Some(BatchState::Failed) => ("{batch} has failed", "{batch} 执行失败"),
        Some(BatchState::Cancelled) => ("{batch} was cancelled", "{batch} 已取消"),
        _ => of_kind(EventKind::BatchFinished),
    }
}

/// The title of a loosened policy, by how far the change has come.
fn of_policy(detail: &Map<String, Value>) -> (&'static str, &'static str) {
    match detail.get("stage").and_then(Value::as_str) {
        Some("set") => ("A change loosens an approval policy and waits", "一项放宽审批策略的变更待生效"),
        Some("confirmed") => ("A loosened approval policy was confirmed", "放宽审批策略的变更已确认"),
        _ => ("A loosened approval policy is in force", "放宽的审批策略已生效"),
    }
}

/// The title of a task's end, by the state it ended in.
fn of_task(detail: &Map<String, Value>) -> (&'static str, &'static str) {
    match detail.get("state").and_then(Value::as_str).and_then(TaskState::from_name) {
        Some(TaskState::Completed) => ("A task is completed", "任务已完成"),
        Some(TaskState::Failed) => ("A task has failed", "任务失败"),
        Some(TaskState::Cancelled) => ("A task was cancelled", "任务已取消"),
        _ => of_kind(EventKind::TaskFinished),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::event::EventAudience;
    use domain::id::BatchId;
    use serde_json::json;

    fn event(kind: EventKind, detail: &Value) -> OutboxRow {
        OutboxRow {
            id: 1,
            at: 0,
            kind,
            batch: Some(BatchId(1)),
            subject: "batch".to_owned(),
            subject_id: Some(1),
            detail: detail.to_string(),
            audience: EventAudience::Batch,
        }
    }

    /// The words of `KIND DETAIL` in both languages, title and text.
    fn words(text: &str) -> String {
        let (kind, detail) = text.split_once(' ').unwrap();
        let event = event(EventKind::from_name(kind).unwrap(), &serde_json::from_str(detail).unwrap());
        let one = |language| {
            let NoticeWords { title, text } = said(&event, Some("batch-20260310-001"), language);
            format!("{title} | {}", text.replace('\n', ", "))
        };
        format!("{} || {}", one(Language::English), one(Language::Chinese))
    }

    #[test]
    fn a_notice_says_what_happened_and_then_the_details() {
        for (event, expected) in [
            (
                r#"batch.finished {"state": "completed", "completed": 2, "failed": 0, "by": "system"}"#,
                "batch-20260310-001 is completed | Completed: 2, Failed: 0, By: system || \
                     batch-20260310-001 已全部完成 | 成功：2, 失败：0, 操作人：system",
            ),
            (
                r#"user.role_raised {"login": "mei", "role": "finance", "raised_from": "operator", "by": "lin"}"#,
                "A user's role was raised | User: mei, Role before: operator, Role: finance, By: lin || \
                     有用户的角色被提升 | 用户：mei, 原角色：operator, 角色：finance, 操作人：lin",
            ),
            (
                r#"approval_policy.loosened {"stage": "set", "currency": "USD", "due_at": 1773144000000000}"#,
                "A change loosens an approval policy and waits | Currency: USD, \
                     In force from: 2026-03-10T12:00:00Z || \
                     一项放宽审批策略的变更待生效 | 币种：USD, 生效时间：2026-03-10T12:00:00Z",
            ),
            (
                r#"reminder.due {"text": "before noon"}"#,
                "Reminder about batch-20260310-001 | Reminder: before noon || \
                     关于 batch-20260310-001 的提醒 | 提醒内容：before noon",
            ),
        ] {
            assert_eq!(words(event), expected);
        }
    }

    #[test]
    fn no_title_contains_a_detail() {
        let secret = json!({
            "login": "CANARY", "by": "CANARY", "note": "CANARY", "text": "CANARY", "set_by": "CANARY",
            "agent": "CANARY", "amount": "CANARY",
        });
        for kind in EventKind::ALL {
            for language in [Language::English, Language::Chinese] {
                let NoticeWords { title, .. } = said(&event(kind, &secret), Some("batch-1"), language);
                assert!(!title.contains("CANARY") && !title.contains('{'), "{}: {title}", kind.name());
                assert_eq!(title.is_ascii(), language == Language::English, "{}: {title}", kind.name());
            }
        }
    }
}
