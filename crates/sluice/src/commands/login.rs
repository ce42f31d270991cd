//! `login` and `logout`: acting as a person instead of as the command line. Only a person approves.

use crate::exit::{Exit, Failure};
use crate::out::time;
use crate::prompt;
use crate::say::say;
use crate::session::Session;
use crate::terminal::one_line;
use crate::word::Word;
use clap::Args;
use domain::code::Code;
use serde_json::json;
use service::Error;
use service::challenge::{self, Challenged};
use service::login::{self, SignIn, SignedIn};
use service::session::Client;
use std::net::{IpAddr, Ipv4Addr};

/// Arguments of `login`.
#[derive(Debug, Args)]
#[command(
    after_help = "The password and, for a user with a second factor, the code are asked for at the terminal, or read \
                        as two lines from standard input.\n\nExample:\n  sluice login fang.wang\n  sluice login fang.wang \
                        < password-and-code"
)]
pub(crate) struct LoginArgs {
    /// Login of the user
    login: String,
}

/// Arguments of `logout`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sluice logout")]
pub(crate) struct LogoutArgs {}

/// Signs a person in and keeps the session's token.
pub(crate) async fn login(session: &Session, args: &LoginArgs) -> Result<Exit, Failure> {
    let language = session.language;
    let file = session.session_file()?;
    let password = prompt::secret(say("Password", "密码"), language)?;
    let (service, life) = (&session.service, session.life);
    let client = client();
    let SignedIn { user, session: begun, token } =
        match login::sign_in(service, &args.login, &password, &client, life).await? {
            SignIn::Complete(signed_in) => *signed_in,
            SignIn::Challenged(Challenged { token, .. }) => {
                let missing = || Error::from(Code::FactorRequired);
                let code =
                    prompt::code(say("Authenticator or recovery code", "动态验证码或恢复码"), language)?
                        .ok_or_else(missing)?;
                challenge::sign_in(service, &token, &code, &client, life).await?
            }
        };
    file.set(&session.place(), Some(token))?;
    let json =
        json!({ "login": user.login, "role": user.role.name(), "signed_in_at": time(begun.created_at) });
    let (login, role) = (one_line(&user.login), user.role.word(language));
    session.out.answer(json, || {
        say!(language, "Signed in as {login}, role {role}", "已登录：{login}，角色：{role}")
    })?;
    Ok(Exit::Success)
}

/// Ends the session and forgets its token.
pub(crate) async fn logout(session: &Session, _: &LogoutArgs) -> Result<Exit, Failure> {
    let person = session.person(None).await?;
    login::sign_out(&person.service, &person.actor, person.user, person.session).await?;
    session.session_file()?.set(&session.place(), None)?;
    let login = one_line(&person.actor.author.name);
    let json = json!({ "login": person.actor.author.name });
    session.out.answer(json, || say!(session.language, "Signed out {login}", "已退出登录：{login}"))?;
    Ok(Exit::Success)
}

/// This process, as the list of sessions shows it.
fn client() -> Client {
    let agent = concat!("sluice/", env!("CARGO_PKG_VERSION"), " (command line)").to_owned();
    Client { address: IpAddr::V4(Ipv4Addr::LOCALHOST), agent }
}
