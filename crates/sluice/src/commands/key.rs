//! `key`: API keys, by which programs come in.

use crate::exit::{Exit, Failure};
use crate::out::{fields, note, or_empty, printable, table, time};
use crate::session::{Access, Session};
use clap::{Args, Subcommand};
use domain::code::Code;
use serde_json::{Value, json};
use service::Error;
use service::api_key::{ApiKey, NewApiKey};

/// Arguments of `key`.
#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    pub verb: KeyVerb,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyVerb {
    /// Make a key; its secret is printed this once
    #[command(after_help = "Scopes: read, accounts:write, batches:write, batches:execute, transfers:write, \
                            rates:write, audit:read, metrics:read\n\nExample:\n  \
                            sluice key add payroll --scope read --scope batches:write --address 203.0.113.0/24 \
                            --expires 2027-01-31T00:00:00Z")]
    Add {
        /// What people call it; unique
        name: String,
        /// What it may do; give it once a scope
        #[arg(long = "scope", required = true, value_name = "SCOPE")]
        scopes: Vec<String>,
        /// An address or network that it may come from; give it once for each, or never for any
        #[arg(long = "address", value_name = "ADDRESS")]
        addresses: Vec<String>,
        /// Until when it holds; without it: for ever
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
    },
    /// List keys, revoked ones too
    #[command(after_help = "Example:\n  sluice key list --limit 20")]
    List {
        /// Begin after this id
        #[arg(long, default_value_t = 0, value_name = "ID")]
        after: i64,
        /// At most so many
        #[arg(long, default_value_t = 100, value_name = "N")]
        limit: i64,
    },
    /// Revoke a key: from now on nobody comes in by it
    #[command(after_help = "Example:\n  sluice key revoke payroll")]
    Revoke {
        /// The key's name
        name: String,
    },
}

/// How it opens the ledger.
pub(crate) const fn access(args: &KeyArgs) -> Access {
    match args.verb {
        KeyVerb::List { .. } => Access::Read,
        KeyVerb::Add { .. } | KeyVerb::Revoke { .. } => Access::Write,
    }
}

/// Runs it.
pub(crate) async fn run(session: &Session, args: &KeyArgs) -> Result<Exit, Failure> {
    match &args.verb {
        KeyVerb::Add { name, scopes, addresses, expires } => {
            let expires_at = expires.as_deref().map(micros).transpose()?;
            let (name, scopes, addresses) = (name.clone(), scopes.clone(), addresses.clone());
            add(session, &NewApiKey { name, scopes, addresses, expires_at }).await?;
        }
        KeyVerb::List { after, limit } => list(session, *after, *limit).await?,
        KeyVerb::Revoke { name } => {
            let id = session.service.api_key_named(name).await?.id;
            let key = session.service.api_key_revoke(&session.actor, id).await?;
            session.out.answer(to_json(&key), || format!("key {} is revoked", printable(&key.name)))?;
        }
    }
    Ok(Exit::Success)
}

async fn add(session: &Session, new: &NewApiKey) -> Result<(), Failure> {
    let made = session.service.api_key_add(&session.actor, new).await?;
    let mut json = to_json(&made.key);
    if let Some(fields) = json.as_object_mut() {
        fields.insert("secret".to_owned(), json!(made.secret));
    }
    if !session.out.json {
        note("notice: the secret is shown this once");
    }
    session.out.answer(json, || {
        fields(&[
            ("key", made.key.name.clone()),
            ("scopes", made.key.scopes.clone()),
            ("addresses", made.key.addresses.clone()),
            ("expires", or_empty(made.key.expires_at.map(time).as_deref())),
            ("secret", made.secret.unwrap_or_default()),
        ])
    })
}

async fn list(session: &Session, after: i64, limit: i64) -> Result<(), Failure> {
    let keys = session.service.api_key_list(after, limit.clamp(1, 10_000)).await?;
    let row = |key: &ApiKey| {
        let at = |time_at: Option<i64>| or_empty(time_at.map(time).as_deref());
        let (expires, revoked) = (at(key.expires_at), at(key.revoked_at));
        let (hint, scopes) = (format!("{}…", key.hint), key.scopes.clone());
        vec![key.id.to_string(), key.name.clone(), hint, scopes, key.addresses.clone(), expires, revoked]
    };
    let json = json!({ "keys": keys.iter().map(to_json).collect::<Vec<_>>() });
    let header = [">id", "name", "begins", "scopes", "addresses", "expires", "revoked"];
    session.out.answer(json, || table(&header, keys.iter().map(row)))
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
