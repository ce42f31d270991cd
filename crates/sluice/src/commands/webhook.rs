//! `webhook`: where events are sent to, and the deliveries.

use crate::exit::{Exit, Failure};
use crate::list::PageArgs;
use crate::out::{Column, left, note, or_empty, right, time};
use crate::say::{Say, say};
use crate::session::{Access, Session};
use crate::terminal::one_line;
use crate::word::Word;
use clap::{Args, Subcommand};
use domain::code::Code;
use domain::id::WebhookId;
use domain::noun::{Noun, NounId};
use domain::visible::shown;
use domain::webhook::delivery::DeliveryState;
use serde_json::{Value, json};
use service::Error;
use service::webhook::{self, Delivery, DeliveryQuery, MadeWebhook, NewWebhook, Webhook, WebhookChange};

/// Arguments of `webhook`.
#[derive(Debug, Args)]
pub(crate) struct WebhookArgs {
    #[command(subcommand)]
    pub verb: WebhookVerb,
}

/// What to do with webhooks.
#[derive(Debug, Subcommand)]
pub(crate) enum WebhookVerb {
    /// Add a webhook; its secret is shown only once
    #[command(after_help = "How a receiver verifies messages: docs/guide/webhooks.md\n\nExample:\n  \
                            sluice webhook add https://example.org/hooks/payments --event batch.finished \
                            --event batch.items_failed")]
    Add {
        /// Where to send events: https, on port 443 or 8443
        url: String,
        /// Event type to send; repeat for each
        #[arg(long = "event", required = true, value_name = "EVENT")]
        events: Vec<String>,
        /// What it is for
        #[arg(long, default_value = "")]
        description: String,
    },
    /// List webhooks
    #[command(after_help = "Example:\n  sluice webhook list")]
    List,
    /// Show a webhook
    #[command(after_help = "Example:\n  sluice webhook show hook_1")]
    Show {
        /// Webhook id, such as hook_1 or 1
        id: String,
    },
    /// Change a webhook; omitted options stay unchanged
    #[command(after_help = "Example:\n  sluice webhook change hook_1 --event batch.finished --enable")]
    Change(WebhookChangeArgs),
    /// Remove a webhook; events that wait for it are dropped
    #[command(after_help = "Example:\n  sluice webhook remove hook_1")]
    Remove {
        /// Webhook id, such as hook_1 or 1
        id: String,
    },
    /// Give a webhook a new secret; for 24 hours messages are signed with both
    #[command(after_help = "Example:\n  sluice webhook rotate hook_1")]
    Rotate {
        /// Webhook id, such as hook_1 or 1
        id: String,
    },
    /// Send a test event to a webhook; a running server or worker delivers it
    #[command(after_help = "Example:\n  sluice webhook test hook_1\n  sluice webhook deliveries hook_1")]
    Test {
        /// Webhook id, such as hook_1 or 1
        id: String,
    },
    /// List deliveries to a webhook, newest first
    #[command(after_help = "Example:\n  sluice webhook deliveries hook_1 --state dead")]
    Deliveries {
        /// Webhook id, such as hook_1 or 1
        id: String,
        /// Only in this state: waiting, delivered, dead or dropped
        #[arg(long, value_parser = state)]
        state: Option<DeliveryState>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Send an event again, whether it was delivered or not
    #[command(after_help = "Example:\n  sluice webhook replay hook_1 31")]
    Replay {
        /// Webhook id, such as hook_1 or 1
        id: String,
        /// Number of the delivery, as `webhook deliveries` shows it
        delivery: i64,
    },
}

/// Arguments of `webhook change`.
#[derive(Debug, Args)]
pub(crate) struct WebhookChangeArgs {
    /// Webhook id, such as hook_1 or 1
    pub id: String,
    /// New URL, also for events that wait already
    #[arg(long)]
    pub url: Option<String>,
    /// New event types; repeat for each
    #[arg(long = "event", value_name = "EVENT")]
    pub events: Vec<String>,
    /// What it is for
    #[arg(long)]
    pub description: Option<String>,
    /// Send events
    #[arg(long, conflicts_with = "disable")]
    pub enable: bool,
    /// Send no events; those that wait are kept
    #[arg(long)]
    pub disable: bool,
}

impl WebhookChangeArgs {
    fn change(&self) -> WebhookChange {
        WebhookChange {
            url: self.url.clone(),
            events: (!self.events.is_empty()).then(|| self.events.clone()),
            description: self.description.clone(),
            is_enabled: (self.enable || self.disable).then_some(self.enable),
        }
    }
}

fn state(text: &str) -> Result<DeliveryState, Say> {
    let wanted = say(
        "must be waiting, delivered, dead or dropped",
        "须为 waiting（等待中）、delivered（已送达）、dead（已放弃）或 dropped（已取消）",
    );
    DeliveryState::from_name(text).ok_or(wanted)
}

/// How the command opens the ledger.
pub(crate) const fn access(args: &WebhookArgs) -> Access {
    match args.verb {
        WebhookVerb::List | WebhookVerb::Show { .. } | WebhookVerb::Deliveries { .. } => Access::Read,
        WebhookVerb::Add { .. }
        | WebhookVerb::Change(_)
        | WebhookVerb::Remove { .. }
        | WebhookVerb::Rotate { .. }
        | WebhookVerb::Test { .. }
        | WebhookVerb::Replay { .. } => Access::Write,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &WebhookArgs) -> Result<Exit, Failure> {
    let (service, actor) = (&session.service, &session.actor);
    match &args.verb {
        WebhookVerb::Add { url, events, description } => {
            let (url, events, description) = (url.clone(), events.clone(), description.clone());
            let made = webhook::add(service, actor, &NewWebhook { url, events, description }).await?;
            show_made(session, made)?;
        }
        WebhookVerb::List => list(session, &webhook::list(service).await?)?,
        WebhookVerb::Show { id } => show(session, &webhook::show(service, read(id)?).await?)?,
        WebhookVerb::Change(args) => {
            show(session, &webhook::change(service, actor, read(&args.id)?, &args.change()).await?)?;
        }
        WebhookVerb::Remove { id } => {
            let removed = webhook::remove(service, actor, read(id)?).await?;
            say_done(session, &removed, say("The webhook was removed", "回调已删除"))?;
        }
        WebhookVerb::Rotate { id } => show_made(session, webhook::rotate(service, actor, read(id)?).await?)?,
        WebhookVerb::Test { id } => {
            let tested = webhook::test(service, actor, read(id)?).await?;
            say_done(session, &tested, say("A test event was queued", "测试事件已加入队列"))?;
        }
        WebhookVerb::Deliveries { id, state, page } => deliveries(session, read(id)?, *state, page).await?,
        WebhookVerb::Replay { id, delivery } => {
            let replayed = webhook::replay(service, actor, read(id)?, *delivery).await?;
            say_done(session, &replayed, say("The event will be sent again", "该事件将重新发送"))?;
        }
    }
    Ok(Exit::Success)
}

fn read(id: &str) -> Result<WebhookId, Failure> {
    WebhookId::from_text(id).map_err(|_| Error::refused(Code::WebhookNotFound, shown(id)).into())
}

fn say_done(session: &Session, webhook: &Webhook, done: Say) -> Result<(), Failure> {
    session.out.answer(to_json(webhook), || done.to(session.language).to_owned())
}

fn show(session: &Session, webhook: &Webhook) -> Result<(), Failure> {
    session.out.answer(to_json(webhook), || session.out.fields(&fields(session, webhook)))
}

/// Prints a webhook with its secret.
fn show_made(session: &Session, made: MadeWebhook) -> Result<(), Failure> {
    let mut json = to_json(&made.webhook);
    if let Some(fields) = json.as_object_mut() {
        fields.insert("secret".to_owned(), json!(made.secret));
    }
    if !session.out.json {
        note(say("notice: the secret is shown only once", "注意：密钥只显示这一次").to(session.language));
    }
    session.out.answer(json, || {
        let mut shown = fields(session, &made.webhook);
        shown.push((say("secret", "密钥"), made.secret.unwrap_or_default()));
        session.out.fields(&shown)
    })
}

fn fields(session: &Session, webhook: &Webhook) -> Vec<(Say, String)> {
    vec![
        (say("id", "编号"), webhook.id.tagged()),
        (say("url", "网址"), webhook.url.clone()),
        (say("events", "事件"), webhook.events.clone()),
        (say("description", "说明"), webhook.description.clone()),
        (say("sends", "发送"), is_sending(webhook).to(session.language).to_owned()),
        (say("former secret until", "旧密钥有效至"), or_empty(webhook.former_until.map(time).as_deref())),
        (say("added", "添加时间"), time(webhook.created_at)),
    ]
}

const fn is_sending(webhook: &Webhook) -> Say {
    if webhook.is_enabled { say("yes", "是") } else { say("no", "否") }
}

fn list(session: &Session, webhooks: &[Webhook]) -> Result<(), Failure> {
    let header = [
        left("id", "编号"),
        left("url", "网址"),
        left("events", "事件"),
        left("description", "说明"),
        left("sends", "发送"),
    ];
    let row = |webhook: &Webhook| {
        let sends = is_sending(webhook).to(session.language).to_owned();
        let (url, events) = (webhook.url.clone(), webhook.events.clone());
        vec![webhook.id.tagged(), url, events, webhook.description.clone(), sends]
    };
    let json = json!({ "webhooks": webhooks.iter().map(to_json).collect::<Vec<_>>() });
    session.out.answer(json, || session.out.table(&header, webhooks.iter().map(row)))
}

const DELIVERY_COLUMNS: [Column; 8] = [
    right("id", "编号"),
    left("event", "事件编号"),
    left("type", "类型"),
    left("at", "时间"),
    left("state", "状态"),
    right("attempts", "尝试次数"),
    left("next attempt", "下次尝试"),
    left("failure", "失败原因"),
];

async fn deliveries(
    session: &Session,
    webhook: WebhookId,
    state: Option<DeliveryState>,
    page: &PageArgs,
) -> Result<(), Failure> {
    let before = page.id()?.unwrap_or(i64::MAX);
    let query = DeliveryQuery { webhook, state, before, limit: page.one_more() };
    let mut found = webhook::deliveries(&session.service, query).await?;
    let next = page.cut(&mut found, |delivery| delivery.id);
    let json = json!({ "deliveries": found.iter().map(delivery_json).collect::<Vec<_>>(), "next": next });
    session.out.answer(json, || {
        let row = |delivery: &Delivery| {
            let failure = delivery.failure.map(|failure| failure.word(session.language));
            vec![
                delivery.id.to_string(),
                Noun::Event.write(delivery.event),
                delivery.kind.name().to_owned(),
                time(delivery.at),
                delivery.state.word(session.language).to_owned(),
                delivery.attempts.to_string(),
                or_empty(delivery.due_at.map(time).as_deref()),
                or_empty(failure),
            ]
        };
        let table = session.out.table(&DELIVERY_COLUMNS, found.iter().map(row));
        match &next {
            None => table,
            Some(next) => {
                let next = one_line(next);
                say!(
                    session.language,
                    "{table}\nnext page: --after {next}",
                    "{table}\n下一页：--after {next}"
                )
            }
        }
    })
}

fn to_json(webhook: &Webhook) -> Value {
    let events: Vec<&str> = webhook.events.split_whitespace().collect();
    json!({ "id": webhook.id.tagged(), "url": webhook.url, "events": events, "description": webhook.description,
            "enabled": webhook.is_enabled, "former_until": webhook.former_until.map(time),
            "created_by": webhook.created_by.name, "created_at": time(webhook.created_at) })
}

fn delivery_json(delivery: &Delivery) -> Value {
    json!({ "id": delivery.id, "event": Noun::Event.write(delivery.event), "type": delivery.kind.name(),
            "at": time(delivery.at), "batch": delivery.batch.map(NounId::tagged), "state": delivery.state.name(),
            "attempts": delivery.attempts, "due_at": delivery.due_at.map(time),
            "tried_at": delivery.tried_at.map(time), "ended_at": delivery.ended_at.map(time),
            "status": delivery.status, "failure": delivery.failure.map(|failure| failure.name()) })
}
