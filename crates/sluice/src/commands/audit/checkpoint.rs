//! `audit key` and `audit checkpoint`: what the ledger is, signed, in a file outside it.

use crate::exit::{Exit, Failure};
use crate::globals::Globals;
use crate::say::{Say, say};
use crate::secret_file;
use crate::session::Session;
use domain::code::{Code, Language};
use domain::refusal::Refusal;
use serde_json::json;
use service::Error;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use upkeep::checkpoint::{Checkpoint, SigningKey};

/// Writes a new signing key to a new file.
pub(crate) fn new_key(globals: &Globals, file: &Path) -> Result<Exit, Failure> {
    let text = SigningKey::draw()?;
    let key = parsed(&text)?.public();
    secret_file::write(file, &text)?;
    let path = file.display().to_string();
    globals.out().answer(json!({ "file": path, "public_key": key }), || {
        say!(
            globals.language(),
            "Wrote the signing key to {path}. Its public key is {key}: note it where nobody can change it.\n\
             Next: `sluice audit checkpoint --key {path} --to FILE`",
            "已将签名密钥写入 {path}。公钥为 {key}：请记录在他人无法更改之处。\n\
             下一步：`sluice audit checkpoint --key {path} --to FILE`"
        )
    })?;
    Ok(Exit::Success)
}

/// Signs the ledger's last commit.
pub(super) async fn make(session: &Session, key: &Path, to: &Path) -> Result<Exit, Failure> {
    if let Some(behind) = &session.behind {
        // It would vouch for a ledger that lost commits.
        return Err(service::StoreError::Behind(behind.clone()).into());
    }
    let language = session.language;
    let place = key.display().to_string();
    let text = secret_file::read(key, |what| unusable(&place, what, language))?;
    let made = Checkpoint::make(&session.store, &parsed(text.trim_end())?, session.service.now()).await?;
    let failed = |error| Failure::File { path: to.to_owned(), error };
    let mut file = File::options().write(true).create_new(true).open(to).map_err(failed)?;
    file.write_all(made.text()?.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    let (path, commit, public) = (to.display().to_string(), made.commit_number, &made.public_key);
    let json = json!({
        "to": path, "ledger": made.ledger, "commit_number": commit, "chain": made.chain, "public_key": public,
    });
    session.out.answer(json, || {
        say!(
            language,
            "{path} is a signed checkpoint of commit {commit}. Keep it where nobody who can write to the ledger can \
             change it.\nNext: `sluice verify --checkpoint {path} --public-key {public}`",
            "{path} 为第 {commit} 次提交的已签名检查点。请保存在能写入账本者无法更改之处。\n\
             下一步：`sluice verify --checkpoint {path} --public-key {public}`"
        )
    })?;
    Ok(Exit::Success)
}

fn parsed(text: &str) -> Result<SigningKey, Failure> {
    let invalid = || Failure::Service(Error::Refused(Refusal::of(Code::SigningKeyInvalid)));
    SigningKey::from_hex(text).ok_or_else(invalid)
}

/// A key file that must not be used: where it is and what is wrong, never the key.
fn unusable(place: &str, what: Say, language: Language) -> Failure {
    let what = what.to(language);
    Failure::Usage(say!(language, "the signing key in {place}: {what}", "{place} 中的签名密钥：{what}"))
}
