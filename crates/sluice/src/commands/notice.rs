//! `notice`: what the person who signed in is told, reminders, and where the person receives e-mails.

use crate::exit::{Exit, Failure};
use crate::out::{left, time};
use crate::say::{Say, say};
use crate::session::{Access, Session};
use crate::settings::Lang;
use crate::terminal::one_line;
use clap::{Args, Subcommand};
use domain::code::{Code, Language};
use domain::noun::Noun;
use jiff::Timestamp;
use serde_json::{Value, json};
use service::batch::read_ref;
use service::notice::{self, Notice, NoticePage};
use service::reminder::{self, NewReminder};
use service::{Error, mail_address};

/// Arguments of `notice`.
#[derive(Debug, Args)]
pub(crate) struct NoticeArgs {
    #[command(subcommand)]
    pub verb: NoticeVerb,
}

/// What to do with notices. All of it is for the person who signed in with `sluice login`.
#[derive(Debug, Subcommand)]
pub(crate) enum NoticeVerb {
    /// List your notices, newest first
    #[command(after_help = "Example:\n  sluice notice list --unread")]
    List(NoticeListArgs),
    /// Mark a notice as read, or all of them
    #[command(after_help = "Example:\n  sluice notice read note_12\n  sluice notice read --all")]
    Read {
        /// The notice's id
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        id: Option<String>,
        /// All notices
        #[arg(long)]
        all: bool,
    },
    /// Have a notice made at a time, for you or for the approvers of a batch
    #[command(
        after_help = "Example:\n  sluice notice remind --at 2026-05-31T09:00:00Z --text \"check the rates\"\n  \
                            sluice notice remind --batch batch-20260531-001 --approvers"
    )]
    Remind(RemindArgs),
    /// Show or set where you receive e-mails
    #[command(
        after_help = "Example:\n  sluice notice address\n  sluice notice address lin@example.com --language zh\n  \
                            sluice notice address --none"
    )]
    Address(AddressArgs),
}

/// Arguments of `notice list`.
#[derive(Debug, Args)]
pub(crate) struct NoticeListArgs {
    /// Only those that you have not read
    #[arg(long)]
    pub unread: bool,
    /// Notices to show
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=1_000))]
    pub limit: i64,
}

/// Arguments of `notice remind`.
#[derive(Debug, Args)]
pub(crate) struct RemindArgs {
    /// When, such as 2026-05-31T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub at: Option<i64>,
    /// The batch that it is about
    #[arg(long, value_name = "BATCH")]
    pub batch: Option<String>,
    /// Remind those who may approve the batch instead of yourself
    #[arg(long, requires = "batch")]
    pub approvers: bool,
    /// What it says
    #[arg(long, default_value = "", hide_default_value = true)]
    pub text: String,
}

/// Arguments of `notice address`.
#[derive(Debug, Args)]
pub(crate) struct AddressArgs {
    /// The address
    #[arg(conflicts_with = "none")]
    pub email: Option<String>,
    /// The language of your e-mails
    #[arg(long, requires = "email", value_name = "LANG")]
    pub language: Option<Lang>,
    /// Receive no e-mails
    #[arg(long)]
    pub none: bool,
}

impl AddressArgs {
    /// Whether the address is set or removed.
    pub(crate) const fn is_change(&self) -> bool {
        self.none || self.email.is_some()
    }
}

fn moment(text: &str) -> Result<i64, Say> {
    let read: Result<Timestamp, _> = text.parse();
    read.map(Timestamp::as_microsecond).map_err(|_| {
        say("must be a time such as 2026-05-31T09:00:00Z", "须为时间，例如 2026-05-31T09:00:00Z")
    })
}

/// How the command opens the ledger.
pub(crate) const fn access(_: &NoticeArgs) -> Access {
    // Also to read: that a session was used is recorded.
    Access::Write
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &NoticeArgs) -> Result<Exit, Failure> {
    match &args.verb {
        NoticeVerb::List(args) => list(session, args).await,
        NoticeVerb::Read { id: Some(id), .. } => read(session, id).await,
        NoticeVerb::Read { id: None, .. } => read_all(session).await,
        NoticeVerb::Remind(args) => remind(session, args).await,
        NoticeVerb::Address(args) => address(session, args).await,
    }
}

async fn list(session: &Session, args: &NoticeListArgs) -> Result<Exit, Failure> {
    let person = session.person(None).await?;
    let page = notice::list(&person.service, person.user, args.unread, (args.limit, 0)).await?;
    let rows: Vec<Value> = page.notices.iter().map(|one| row(one, session.language)).collect();
    let json = json!({ "notices": rows, "total": page.total, "unread": page.unread });
    session.out.answer(json, || table(session, &page))?;
    Ok(Exit::Success)
}

fn row(one: &Notice, language: Language) -> Value {
    let words = notice::said(&one.event, one.batch.as_deref(), language);
    let detail: Value = serde_json::from_str(&one.event.detail).unwrap_or_default();
    json!({
        "id": Noun::Note.write(one.event.id), "type": one.event.kind.name(), "at": time(one.event.at),
        "title": words.title, "text": words.text, "batch_id": one.batch, "read_at": one.read_at.map(time),
        "details": detail,
    })
}

fn table(session: &Session, page: &NoticePage) -> String {
    let header = [
        left("id", "编号"),
        left("time", "时间"),
        left("notice", "通知"),
        left("details", "详情"),
        left("read", "已读"),
    ];
    let cells = |one: &Notice| {
        let words = notice::said(&one.event, one.batch.as_deref(), session.language);
        vec![
            Noun::Note.write(one.event.id),
            time(one.event.at),
            one_line(&words.title),
            one_line(&words.text.replace('\n', "; ")),
            one.read_at.map(time).unwrap_or_default(),
        ]
    };
    session.out.table(&header, page.notices.iter().map(cells))
}

async fn read(session: &Session, id: &str) -> Result<Exit, Failure> {
    let number = Noun::Note.read_or_bare(id).map_err(|_| Error::refused(Code::NoticeNotFound, id))?;
    let person = session.person(None).await?;
    let unread = notice::read(&person.service, &person.actor, person.user, number).await?;
    said_unread(session, unread)
}

async fn read_all(session: &Session) -> Result<Exit, Failure> {
    let person = session.person(None).await?;
    notice::read_all(&person.service, &person.actor, person.user).await?;
    said_unread(session, notice::unread(&person.service, person.user).await?)
}

fn said_unread(session: &Session, unread: i64) -> Result<Exit, Failure> {
    session.out.answer(json!({ "unread": unread }), || {
        say!(
            session.language,
            "read; {unread} unread notices are left",
            "已标为已读；还有 {unread} 条未读通知"
        )
    })?;
    Ok(Exit::Success)
}

async fn remind(session: &Session, args: &RemindArgs) -> Result<Exit, Failure> {
    let batch = args.batch.as_deref().map(read_ref).transpose()?;
    let person = session.person(None).await?;
    let for_whom = (!args.approvers).then_some(person.user);
    let new = NewReminder { due_at: args.at, batch, person: for_whom, text: args.text.clone() };
    let added = reminder::add(&person.service, &person.actor, &new).await?;
    let due_at = time(added.due_at);
    let json = json!({ "id": added.id, "due_at": due_at, "approvers": args.approvers });
    session
        .out
        .answer(json, || say!(session.language, "a reminder is due at {due_at}", "提醒将于 {due_at} 发出"))?;
    Ok(Exit::Success)
}

async fn address(session: &Session, args: &AddressArgs) -> Result<Exit, Failure> {
    let person = session.person(None).await?;
    let address = if args.is_change() {
        let language = args.language.map_or(session.language, Lang::language);
        let new = args.email.as_deref().map(|email| (email, language));
        mail_address::set(&person.service, &person.actor, person.user, new).await?
    } else {
        mail_address::get(&person.service, person.user).await?
    };
    let language = address.as_ref().map(|address| match address.language {
        Language::English => "en",
        Language::Chinese => "zh",
    });
    let email = address.as_ref().map(|address| address.email.clone());
    session.out.answer(json!({ "email": email, "language": language }), || match &email {
        Some(email) => {
            say!(session.language, "e-mails are sent to {email}", "邮件将发送至 {email}")
        }
        None => say("no e-mails are sent", "不发送邮件").to(session.language).to_owned(),
    })?;
    Ok(Exit::Success)
}
