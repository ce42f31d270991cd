//! `user`: who may sign in, and as what.

use crate::exit::{Exit, Failure};
use crate::out::{fields, note, or_empty, printable, table, time};
use crate::session::{Access, Session};
use clap::{Args, Subcommand, ValueEnum};
use domain::access::Role;
use serde_json::{Value, json};
use service::Secret;
use service::user::{Added, NewUser, User, UserChange};
use std::io::Read;

/// Bytes of a password that are read at most; the longest good one is shorter.
const PASSWORD_BYTES: u64 = 4_096;

/// Arguments of `user`.
#[derive(Debug, Args)]
pub(crate) struct UserArgs {
    #[command(subcommand)]
    pub verb: UserVerb,
}

/// What to do with users.
#[derive(Debug, Subcommand)]
pub(crate) enum UserVerb {
    /// Add a user; prints a one-time token by which the person sets a password
    #[command(after_help = "Example:\n  sluice user add fang.wang --name \"Fang Wang\" --role operator\n  \
                            sluice user add admin --name Administrator --role admin --password-stdin < password")]
    Add {
        /// What the person signs in with
        login: String,
        /// What people call the person
        #[arg(long)]
        name: String,
        /// What the person may do
        #[arg(long)]
        role: RoleArg,
        /// Read the person's password from standard input instead of printing a token
        #[arg(long)]
        password_stdin: bool,
    },
    /// List users
    #[command(after_help = "Example:\n  sluice user list --limit 20")]
    List {
        /// Begin after this id
        #[arg(long, default_value_t = 0, value_name = "ID")]
        after: i64,
        /// At most so many
        #[arg(long, default_value_t = 100, value_name = "N")]
        limit: i64,
    },
    /// Let a user not sign in any more; ends the user's sessions
    #[command(after_help = "Example:\n  sluice user disable fang.wang")]
    Disable {
        /// The user's login
        login: String,
    },
    /// Let a disabled user sign in again
    #[command(after_help = "Example:\n  sluice user enable fang.wang")]
    Enable {
        /// The user's login
        login: String,
    },
    /// Give a user another role; ends the user's sessions
    #[command(after_help = "Example:\n  sluice user role fang.wang finance")]
    Role {
        /// The user's login
        login: String,
        /// What the person may do
        role: RoleArg,
    },
    /// Take a user's password away, end the sessions, and print a one-time token for a new password
    #[command(after_help = "Example:\n  sluice user reset fang.wang")]
    Reset {
        /// The user's login
        login: String,
    },
}

/// A role.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum RoleArg {
    /// Prepares: imports, drafts, submits, cancels own batches that have not begun
    Operator,
    /// Also moves money, and checks what others prepared
    Finance,
    /// May do what finance may, and keeps people, policies, keys and settings
    Admin,
    /// Reads everything and changes nothing
    Auditor,
}

impl RoleArg {
    const fn role(self) -> Role {
        match self {
            Self::Operator => Role::Operator,
            Self::Finance => Role::Finance,
            Self::Admin => Role::Admin,
            Self::Auditor => Role::Auditor,
        }
    }
}

/// How it opens the ledger.
pub(crate) const fn access(args: &UserArgs) -> Access {
    match args.verb {
        UserVerb::List { .. } => Access::Read,
        _ => Access::Write,
    }
}

/// Runs it.
pub(crate) async fn run(session: &Session, args: &UserArgs) -> Result<Exit, Failure> {
    let change = |role, disabled| UserChange { name: None, role, disabled };
    match &args.verb {
        UserVerb::Add { login, name, role, password_stdin } => {
            let new = NewUser { login: login.clone(), name: name.clone(), role: role.role() };
            if *password_stdin {
                add_with_password(session, &new).await?;
            } else {
                invited(session, session.service.user_add(&session.actor, &new).await?)?;
            }
        }
        UserVerb::List { after, limit } => list(session, *after, *limit).await?,
        UserVerb::Disable { login } => changed(session, login, change(None, Some(true))).await?,
        UserVerb::Enable { login } => changed(session, login, change(None, Some(false))).await?,
        UserVerb::Role { login, role } => changed(session, login, change(Some(role.role()), None)).await?,
        UserVerb::Reset { login } => {
            let user = session.service.user_named(login).await?;
            invited(session, session.service.user_reset(&session.actor, user.id).await?)?;
        }
    }
    Ok(Exit::Success)
}

/// The password is looked at before there is a user.
async fn add_with_password(session: &Session, new: &NewUser) -> Result<(), Failure> {
    let password = password_from_stdin()?;
    session.service.password_check(&new.login, &new.name, &password).await?;
    let added = session.service.user_add(&session.actor, new).await?;
    let token = added.token().ok_or_else(|| Failure::Usage("no token".to_owned()))?;
    let user = session.service.invitation_accept(token, &password, &session.actor.origin).await?;
    session.out.answer(to_json(&user), || format!("user {} is added and can sign in", user.login))
}

/// A first line, without its end.
fn password_from_stdin() -> Result<Secret, Failure> {
    let failed = |error| Failure::File { path: "standard input".into(), error };
    let mut text = String::new();
    std::io::stdin().lock().take(PASSWORD_BYTES).read_to_string(&mut text).map_err(failed)?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Secret::new(line.strip_suffix('\r').unwrap_or(line)))
}

fn invited(session: &Session, added: Added) -> Result<(), Failure> {
    let token = added.token().map(|token| token.expose().to_owned());
    let expires = time(added.invited.expires_at);
    let mut json = to_json(&added.user);
    if let Some(fields) = json.as_object_mut() {
        fields.insert("invitation_token".to_owned(), json!(token));
        fields.insert("invitation_expires_at".to_owned(), json!(expires));
    }
    if !session.out.json {
        note("notice: the token is shown this once; whoever has it sets the user's password");
    }
    session.out.answer(json, || {
        fields(&[
            ("user", added.user.login.clone()),
            ("role", added.user.role.name().to_owned()),
            ("token", token.unwrap_or_default()),
            ("expires", expires),
        ])
    })
}

async fn changed(session: &Session, login: &str, change: UserChange) -> Result<(), Failure> {
    let user = session.service.user_named(login).await?;
    let user = session.service.user_change(&session.actor, user.id, &change).await?;
    let text = || format!("user {} is {}, role {}", printable(&user.login), status(&user), user.role.name());
    session.out.answer(to_json(&user), text)
}

async fn list(session: &Session, after: i64, limit: i64) -> Result<(), Failure> {
    let users = session.service.user_list(after, limit.clamp(1, 10_000)).await?;
    let row = |user: &User| {
        let (role, status) = (user.role.name().to_owned(), status(user).to_owned());
        let disabled = or_empty(user.disabled_at.map(time).as_deref());
        vec![user.id.to_string(), user.login.clone(), user.name.clone(), role, status, disabled]
    };
    let json = json!({ "users": users.iter().map(to_json).collect::<Vec<_>>() });
    let header = [">id", "login", "name", "role", "status", "disabled"];
    session.out.answer(json, || table(&header, users.iter().map(row)))
}

const fn status(user: &User) -> &'static str {
    match (user.disabled_at, user.password_at) {
        (Some(_), _) => "disabled",
        (None, None) => "invited",
        (None, Some(_)) => "active",
    }
}

fn to_json(user: &User) -> Value {
    json!({ "id": user.id, "login": user.login, "name": user.name, "role": user.role.name(),
            "status": status(user), "disabled_at": user.disabled_at.map(time), "created_by": user.created_by.name,
            "created_at": time(user.created_at) })
}
