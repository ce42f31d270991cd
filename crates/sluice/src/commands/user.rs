//! `user`: the users who may sign in, and their roles.

use crate::exit::{Exit, Failure};
use crate::list::{Page, PageArgs};
use crate::out::{left, note, or_empty, right, time};
use crate::prompt::secret_from_stdin;
use crate::say::{Say, say};
use crate::session::{Access, Session};
use crate::terminal::one_line;
use crate::word::Word;
use clap::{Args, Subcommand, ValueEnum};
use domain::access::Role;
use domain::code::{Code, Language};
use domain::fact::Action;
use serde_json::{Value, json};
use service::factor::FactorStanding;
use service::user::{self, InvitedUser, NewUser, User, UserChange};
use service::{Error, factor, invitation};

/// Arguments of `user`.
#[derive(Debug, Args)]
pub(crate) struct UserArgs {
    #[command(subcommand)]
    pub verb: UserVerb,
}

/// What to do with users.
#[derive(Debug, Subcommand)]
pub(crate) enum UserVerb {
    /// Add a user; prints a one-time token for setting the password
    #[command(after_help = "Example:\n  sluice user add fang.wang --name \"Fang Wang\" --role operator\n  \
                            sluice user add admin --name Administrator --role admin --password-stdin < password")]
    Add {
        /// Login of the user
        login: String,
        /// Name of the user
        #[arg(long)]
        name: String,
        /// Role of the user
        #[arg(long)]
        role: RoleArg,
        /// Read the password from standard input instead of printing a token
        #[arg(long)]
        password_stdin: bool,
    },
    /// List users
    #[command(after_help = "Example:\n  sluice user list --limit 20")]
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Stop a user from signing in, and end the user's sessions
    #[command(after_help = "Example:\n  sluice user disable fang.wang")]
    Disable {
        /// Login of the user
        login: String,
    },
    /// Let a disabled user sign in again
    #[command(after_help = "Example:\n  sluice user enable fang.wang")]
    Enable {
        /// Login of the user
        login: String,
    },
    /// Give a user another role, and end the user's sessions
    #[command(after_help = "Example:\n  sluice user role fang.wang finance")]
    Role {
        /// Login of the user
        login: String,
        /// Role of the user
        role: RoleArg,
    },
    /// Remove a user's password, end the user's sessions, and print a one-time token for a new password
    #[command(after_help = "Example:\n  sluice user reset fang.wang")]
    Reset {
        /// Login of the user
        login: String,
    },
    /// Show or reset a user's second factor
    Totp {
        #[command(subcommand)]
        verb: UserTotpVerb,
    },
}

/// What to do with a user's second factor.
#[derive(Debug, Subcommand)]
pub(crate) enum UserTotpVerb {
    /// Show whether a user has a second factor, and from when on the user approves; never its secret
    #[command(after_help = "Example:\n  sluice user totp show fang.wang")]
    Show {
        /// Login of the user
        login: String,
    },
    /// Remove the second factor of a user who lost the device, and end the user's sessions
    #[command(after_help = "The user approves nothing until the cooling-off ends.\n\nExample:\n  \
                            sluice user totp reset fang.wang")]
    Reset {
        /// Login of the user
        login: String,
    },
}

/// A role.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum RoleArg {
    /// Prepares batches: imports, drafts, submits; cancels own batches that have not begun
    Operator,
    /// Also moves money, and checks what others have prepared
    Finance,
    /// Everything finance may do; also manages users, policies, keys and settings
    Admin,
    /// Reads everything, changes nothing
    Auditor,
}

impl RoleArg {
    pub(crate) const fn role(self) -> Role {
        match self {
            Self::Operator => Role::Operator,
            Self::Finance => Role::Finance,
            Self::Admin => Role::Admin,
            Self::Auditor => Role::Auditor,
        }
    }
}

/// How the command opens the ledger.
pub(crate) const fn access(args: &UserArgs) -> Access {
    match args.verb {
        UserVerb::List { .. } | UserVerb::Totp { verb: UserTotpVerb::Show { .. } } => Access::Read,
        _ => Access::Write,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &UserArgs) -> Result<Exit, Failure> {
    let change = |role, disabled| UserChange { name: None, role, disabled };
    match &args.verb {
        UserVerb::Add { login, name, role, password_stdin } => {
            let new = NewUser { login: login.clone(), name: name.clone(), role: role.role() };
            if *password_stdin {
                add_with_password(session, &new).await?;
            } else {
                invited(session, user::add(&session.service, &session.actor, &new).await?)?;
            }
        }
        UserVerb::List { page } => list(session, page).await?,
        UserVerb::Disable { login } => changed(session, login, change(None, Some(true))).await?,
        UserVerb::Enable { login } => changed(session, login, change(None, Some(false))).await?,
        UserVerb::Role { login, role } => changed(session, login, change(Some(role.role()), None)).await?,
        UserVerb::Reset { login } => {
            let user = user::named(&session.service, &session.actor, Action::UserReset, login).await?;
            invited(session, user::reset(&session.service, &session.actor, user.id).await?)?;
        }
        UserVerb::Totp { verb: UserTotpVerb::Show { login } } => show_totp(session, login).await?,
        UserVerb::Totp { verb: UserTotpVerb::Reset { login } } => reset_totp(session, login).await?,
    }
    Ok(Exit::Success)
}

/// Checks the password before creating the user.
async fn add_with_password(session: &Session, new: &NewUser) -> Result<(), Failure> {
    let password = secret_from_stdin()?;
    user::check_password(&session.service, &new.login, &new.name, &password).await?;
    let added = user::add(&session.service, &session.actor, new).await?;
    let missing = || Failure::Service(Error::from(Code::InvitationInvalid));
    let token = added.token().ok_or_else(missing)?;
    let user = invitation::accept(&session.service, token, &password, &session.actor.origin).await?;
    let login = one_line(&user.login);
    let text = || {
        say!(session.language, "User {login} was added and can sign in", "已添加用户 {login}，现在即可登录")
    };
    session.out.answer(to_json(&user), text)
}

async fn show_totp(session: &Session, login: &str) -> Result<(), Failure> {
    let user = user::by_login(&session.service, login).await?;
    // No session of the user is at hand.
    let FactorStanding { since, approves_from, .. } = factor::standing(&session.service, &user, 0).await?;
    let state = factor_state(since.is_some());
    let approver = approves_from.filter(|_| matches!(user.role, Role::Finance | Role::Admin));
    let json = json!({ "login": user.login, "totp": state.to(Language::English), "since": since.map(time) });
    session.out.answer(json, || {
        session.out.fields(&[
            (say("login", "登录名"), one_line(&user.login)),
            (say("second factor", "双重验证"), state.to(session.language).to_owned()),
            (say("since", "启用时间"), or_empty(since.map(time).as_deref())),
            (say("approves from", "可审批起始时间"), or_empty(approver.map(time).as_deref())),
        ])
    })
}

/// Whether a user has a second factor; scripts read the English word.
const fn factor_state(has_factor: bool) -> Say {
    if has_factor { say("active", "已启用") } else { say("none", "未启用") }
}

async fn reset_totp(session: &Session, login: &str) -> Result<(), Failure> {
    let user = user::named(&session.service, &session.actor, Action::UserTotpReset, login).await?;
    let user = factor::reset(&session.service, &session.actor, user.id).await?;
    let login = one_line(&user.login);
    let text = || {
        say!(
            session.language,
            "User {login} signs in with the password alone until a new second factor is set up",
            "用户 {login} 的双重验证已重置，重新启用前仅凭密码登录"
        )
    };
    session.out.answer(to_json(&user), text)
}

fn invited(session: &Session, added: InvitedUser) -> Result<(), Failure> {
    let token = added.token().map(|token| token.expose().to_owned());
    let expires = time(added.invited.expires_at);
    let mut json = to_json(&added.user);
    if let Some(fields) = json.as_object_mut() {
        fields.insert("invitation_token".to_owned(), json!(token));
        fields.insert("invitation_expires_at".to_owned(), json!(expires));
    }
    if !session.out.json {
        let text = say(
            "notice: the token is shown only once; anyone who has it can set the user's password, with \
             `POST /api/v1/auth/invitation`",
            "注意：令牌只显示这一次；持有令牌的任何人都可通过 `POST /api/v1/auth/invitation` 设置该用户的密码",
        );
        note(text.to(session.language));
    }
    session.out.answer(json, || {
        session.out.fields(&[
            (say("login", "登录名"), added.user.login.clone()),
            (say("role", "角色"), added.user.role.word(session.language).to_owned()),
            (say("token", "令牌"), token.unwrap_or_default()),
            (say("expires", "到期时间"), expires),
        ])
    })
}

async fn changed(session: &Session, login: &str, change: UserChange) -> Result<(), Failure> {
    let user = user::named(&session.service, &session.actor, Action::UserChange, login).await?;
    let user = user::change(&session.service, &session.actor, user.id, &change).await?;
    let language = session.language;
    let (login, status, role) = (one_line(&user.login), status(&user).to(language), user.role.word(language));
    let text =
        || say!(language, "User {login} is {status}, role {role}", "用户 {login}：{status}，角色：{role}");
    session.out.answer(to_json(&user), text)
}

async fn list(session: &Session, page: &PageArgs) -> Result<(), Failure> {
    let after = page.id()?.unwrap_or(0);
    let mut users = user::list(&session.service, after, page.one_more()).await?;
    let next = page.cut(&mut users, |user| user.id);
    let total = user::count(&session.service).await?;
    let factors = factor::since(&session.service, &users).await?;
    let row = |user: &User| {
        let role = user.role.word(session.language).to_owned();
        let status = status(user).to(session.language).to_owned();
        let disabled = or_empty(user.disabled_at.map(time).as_deref());
        let has_factor = factors.iter().any(|(owner, _)| *owner == user.id);
        let factor = factor_state(has_factor).to(session.language).to_owned();
        vec![user.id.to_string(), user.login.clone(), user.name.clone(), role, status, factor, disabled]
    };
    let header = [
        right("id", "编号"),
        left("login", "登录名"),
        left("name", "姓名"),
        left("role", "角色"),
        left("status", "状态"),
        left("second factor", "双重验证"),
        left("disabled", "停用时间"),
    ];
    let page = Page { rows: users.iter().map(to_json).collect(), total, next };
    page.answer(session.out, "users", || session.out.table(&header, users.iter().map(row)))
}

/// The status of a user; scripts read the English word.
const fn status(user: &User) -> Say {
    match (user.disabled_at, user.password_at) {
        (Some(_), _) => say("disabled", "已停用"),
        (None, None) => say("invited", "已邀请"),
        (None, Some(_)) => say("active", "正常"),
    }
}

fn to_json(user: &User) -> Value {
    let status = status(user).to(Language::English);
    json!({ "id": user.id, "login": user.login, "name": user.name, "role": user.role.name(),
            "status": status, "disabled_at": user.disabled_at.map(time), "created_by": user.created_by.name,
            "created_at": time(user.created_at) })
}
