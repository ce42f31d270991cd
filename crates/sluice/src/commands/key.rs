//! `key`: API keys, which authenticate programs, and the master key, which encrypts stored secrets.

use crate::exit::{Exit, Failure};
use crate::globals::Globals;
use crate::key_ring;
use crate::list::{Page, PageArgs};
use crate::out::{left, note, or_empty, right, time};
use crate::say::say;
use crate::session::{Access, Session};
use crate::terminal::one_line;
use clap::{Args, Subcommand};
use domain::code::Code;
use domain::fact::Action;
use engine::Rotation;
use serde_json::{Value, json};
use service::Error;
use service::api_key::{self, ApiKey, Made, NewApiKey};
use std::path::{Path, PathBuf};

/// Arguments of `key`.
#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    pub verb: KeyVerb,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyVerb {
    /// Create a key; its secret is shown only once
    #[command(after_help = "Scopes: read, accounts:write, batches:write, batches:execute, transfers:write, \
                            rates:write, audit:read, metrics:read\n\nExample:\n  \
                            sluice key add payroll --scope read --scope batches:write --address 203.0.113.0/24 \
                            --expires 2027-01-31T00:00:00Z")]
    Add {
        /// Name of the key; must be unique
        name: String,
        /// What the key may do; repeat for each scope
        #[arg(long = "scope", required = true, value_name = "SCOPE")]
        scopes: Vec<String>,
        /// Address or network that the key may be used from; repeat for each [default: any]
        #[arg(long = "address", value_name = "ADDRESS")]
        addresses: Vec<String>,
        /// Time at which the key expires [default: never]
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
    },
    /// List keys, including revoked ones
    #[command(after_help = "Example:\n  sluice key list --limit 20")]
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Revoke a key: it stops working at once
    #[command(after_help = "Example:\n  sluice key revoke payroll")]
    Revoke {
        /// Name of the key
        name: String,
    },
    /// With NAME, give an API key a new secret; without, encrypt the stored secrets under a new master key
    #[command(
        after_help = "With NAME: the secret is shown only once; the previous one stays valid for 24 hours.\n\
                            Without NAME: needs the new master key (master_key_file or SLUICE_MASTER_KEY) and the one \
                            it replaces (former_master_key_file or SLUICE_FORMER_MASTER_KEY). Servers with both keys \
                            do the same by themselves. It can be stopped at any point and run again; see \
                            docs/guide/accounts-2fa.md.\n\n\
                            Example:\n  sluice key rotate payroll\n  sluice key rotate"
    )]
    Rotate {
        /// Name of the API key
        name: Option<String>,
    },
    /// Write a new master key to a new file that only its owner can read
    #[command(
        after_help = "Keep a copy apart from the database and its backups: without the key the stored secrets \
                            cannot be read.\n\nExample:\n  sluice key new-master /etc/sluice/master.key"
    )]
    NewMaster {
        /// File to create
        file: PathBuf,
    },
}

/// How the command opens the ledger.
pub(crate) const fn access(args: &KeyArgs) -> Access {
    match args.verb {
        KeyVerb::List { .. } => Access::Read,
        // It has no ledger to open.
        KeyVerb::NewMaster { .. } => Access::Read,
        KeyVerb::Rotate { name: None } => Access::Import,
        KeyVerb::Add { .. } | KeyVerb::Revoke { .. } | KeyVerb::Rotate { .. } => Access::Write,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &KeyArgs) -> Result<Exit, Failure> {
    match &args.verb {
        KeyVerb::Add { name, scopes, addresses, expires } => {
            let expires_at = expires.as_deref().map(micros).transpose()?;
            let (name, scopes, addresses) = (name.clone(), scopes.clone(), addresses.clone());
            add(session, &NewApiKey { name, scopes, addresses, expires_at }).await?;
        }
        KeyVerb::List { page } => list(session, page).await?,
        KeyVerb::Rotate { name: Some(name) } => rotate(session, name).await?,
        KeyVerb::Rotate { name: None } => return rotate_master(session).await,
        // Handled in `main`.
        KeyVerb::NewMaster { .. } => {}
        KeyVerb::Revoke { name } => {
            let id = id(session, Action::KeyRevoke, name).await?;
            let key = api_key::revoke(&session.service, &session.actor, id).await?;
            let name = one_line(&key.name);
            let text = || say!(session.language, "Key {name} is revoked", "密钥 {name} 已吊销");
            session.out.answer(to_json(&key), text)?;
        }
    }
    Ok(Exit::Success)
}

async fn add(session: &Session, new: &NewApiKey) -> Result<(), Failure> {
    show_made(session, api_key::add(&session.service, &session.actor, new).await?)
}

async fn id(session: &Session, action: Action, name: &str) -> Result<i64, Failure> {
    Ok(api_key::named(&session.service, &session.actor, action, name).await?.id)
}

async fn rotate(session: &Session, name: &str) -> Result<(), Failure> {
    let id = id(session, Action::KeyRotate, name).await?;
    show_made(session, api_key::rotate(&session.service, &session.actor, id).await?)
}

/// Encrypts the stored secrets under the current master key.
async fn rotate_master(session: &Session) -> Result<Exit, Failure> {
    let key = session.service.vault().key_id()?;
    let Rotation { done, unreadable } = session.engine().rotate(&session.actor).await?;
    let json = json!({ "key": key, "rotated": done, "unreadable": unreadable });
    session.out.answer(json, || {
        let unread = match unreadable {
            0 => String::new(),
            _ => say!(
                session.language,
                "\n{unreadable} could not be decrypted and were left as they are",
                "\n{unreadable} 项无法解密，保持原样"
            ),
        };
        say!(
            session.language,
            "{done} secrets were encrypted again; all readable ones are under the master key {key}. The former key \
             can be removed once every process was restarted with the new one{unread}",
            "已重新加密 {done} 项机密；所有可读取的机密均由主密钥 {key} 加密。所有进程以新主密钥重启后，\
             可移除旧主密钥{unread}"
        )
    })?;
    Ok(if unreadable == 0 { Exit::Success } else { Exit::Partial })
}

/// Writes a new master key to a file.
pub(crate) fn new_master(globals: &Globals, file: &Path) -> Result<Exit, Failure> {
    let key = key_ring::make(file)?.id();
    let path = file.display().to_string();
    globals.out().answer(json!({ "file": path, "key": key }), || {
        say!(
            globals.language(),
            "Wrote the master key {key} to {path}. Keep a copy apart from the database and its backups.\n\
             Next: set `master_key_file = \"{path}\"` and restart; if it replaces another key, set \
             `former_master_key_file` to the file of that one",
            "已将主密钥 {key} 写入 {path}。请将副本与数据库及其备份分开保存。\n\
             下一步：设置 `master_key_file = \"{path}\"` 并重启；若替换原有主密钥，还须将 \
             `former_master_key_file` 设为原密钥文件"
        )
    })?;
    Ok(Exit::Success)
}

/// Prints the key with its secret.
fn show_made(session: &Session, made: Made) -> Result<(), Failure> {
    let mut json = to_json(&made.key);
    if let Some(fields) = json.as_object_mut() {
        fields.insert("secret".to_owned(), json!(made.secret));
    }
    if !session.out.json {
        let text = say("notice: the secret is shown only once", "注意：密钥只显示这一次");
        note(text.to(session.language));
    }
    session.out.answer(json, || {
        session.out.fields(&[
            (say("name", "名称"), made.key.name.clone()),
            (say("scopes", "权限范围"), made.key.scopes.clone()),
            (say("addresses", "来源地址"), made.key.addresses.clone()),
            (say("expires", "到期时间"), or_empty(made.key.expires_at.map(time).as_deref())),
            (say("secret", "密钥"), made.secret.unwrap_or_default()),
        ])
    })
}

async fn list(session: &Session, page: &PageArgs) -> Result<(), Failure> {
    let after = page.id()?.unwrap_or(0);
    let mut keys = api_key::list(&session.service, after, page.one_more()).await?;
    let next = page.cut(&mut keys, |key| key.id);
    let total = api_key::count(&session.service).await?;
    let row = |key: &ApiKey| {
        let at = |time_at: Option<i64>| or_empty(time_at.map(time).as_deref());
        let (expires, revoked) = (at(key.expires_at), at(key.revoked_at));
        let (hint, scopes) = (format!("{}…", key.hint), key.scopes.clone());
        vec![key.id.to_string(), key.name.clone(), hint, scopes, key.addresses.clone(), expires, revoked]
    };
    let header = [
        right("id", "编号"),
        left("name", "名称"),
        left("begins with", "开头"),
        left("scopes", "权限范围"),
        left("addresses", "来源地址"),
        left("expires", "到期时间"),
        left("revoked", "吊销时间"),
    ];
    let page = Page { rows: keys.iter().map(to_json).collect(), total, next };
    page.answer(session.out, "keys", || session.out.table(&header, keys.iter().map(row)))
}

fn micros(text: &str) -> Result<i64, Failure> {
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    let wrong = |_| Failure::Service(Error::refused(Code::TimeInvalid, text));
    Ok(parsed.map_err(wrong)?.as_microsecond())
}

fn to_json(key: &ApiKey) -> Value {
    let words = |text: &str| text.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>();
    json!({ "id": key.id, "name": key.name, "hint": key.hint, "scopes": words(&key.scopes),
            "addresses": words(&key.addresses), "created_by": key.created_by.name, "created_at": time(key.created_at),
            "expires_at": key.expires_at.map(time), "revoked_at": key.revoked_at.map(time) })
}
