//! The master key: from the environment, or from a file that only its owner can read.
//!
//! `SLUICE_MASTER_KEY` and `SLUICE_FORMER_MASTER_KEY` are secrets and therefore no settings: no command shows them.

use crate::exit::Failure;
use crate::say::{Say, say};
use domain::code::Language;
use service::vault::{MasterKey, Vault};
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The variables that hold the keys themselves.
pub(crate) const VARIABLES: [&str; 2] = ["SLUICE_MASTER_KEY", "SLUICE_FORMER_MASTER_KEY"];
/// The variable that holds the password of the user at the mail server; it is no setting either.
pub(crate) const SMTP_PASSWORD: &str = "SLUICE_SMTP_PASSWORD";
/// More than a key and a line break.
const BYTES_MAX: u64 = 1_024;

const MASTER_KEY: Say = say("the master key", "主密钥");
const NO_KEY: Say = say(
    "a master key is exactly 64 hexadecimal digits; make one with `sluice key new-master FILE`",
    "主密钥须为64位十六进制数字；可用 `sluice key new-master FILE` 生成",
);
const OPEN: Say = say(
    "only its owner may have access to it: run chmod 600 on it",
    "只允许文件所有者访问：请对其执行 chmod 600",
);
const STRANGE: Say = say("it must belong to the user who runs sluice", "该文件须属于运行 sluice 的用户");
const NO_FILE: Say = say("it must be a regular file", "须为普通文件");
const ALONE: Say =
    say("a former master key needs the current one beside it", "提供旧主密钥时，须同时提供当前主密钥");

/// Where the keys are, apart from the environment.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyFiles {
    /// The file with the current key.
    pub current: Option<PathBuf>,
    /// The file with the key that it replaces.
    pub former: Option<PathBuf>,
}

/// The vault of this process; without a key it refuses whatever needs one.
pub(crate) fn vault(files: &KeyFiles, language: Language) -> Result<Vault, Failure> {
    let [current, former] = VARIABLES;
    let current = key(current, files.current.as_deref(), language)?;
    let former = key(former, files.former.as_deref(), language)?;
    match (current, former) {
        (Some(current), former) => Ok(Vault::new(current, former)),
        (None, None) => Ok(Vault::default()),
        (None, Some(_)) => Err(Failure::Settings(vec![ALONE.to(language).to_owned()])),
    }
}

/// A key from a variable, which comes first, or a file.
fn key(variable: &str, file: Option<&Path>, language: Language) -> Result<Option<MasterKey>, Failure> {
    let text = std::env::var(variable).ok().filter(|text| !text.is_empty()).map(Zeroizing::new);
    let (text, place) = match (text, file) {
        (Some(text), _) => (text, variable.to_owned()),
        (None, Some(path)) => (secret_file(path, MASTER_KEY, language)?, path.display().to_string()),
        (None, None) => return Ok(None),
    };
    let key = MasterKey::from_hex(text.trim_end());
    key.map(Some).ok_or_else(|| wrong((MASTER_KEY, &place), NO_KEY, language))
}

/// Reads a file with a secret, checking what was opened and not what its name pointed to before.
pub(crate) fn secret_file(path: &Path, name: Say, language: Language) -> Result<Zeroizing<String>, Failure> {
    let failed = |error| Failure::File { path: path.to_owned(), error };
    let file = File::open(path).map_err(failed)?;
    let meta = file.metadata().map_err(failed)?;
    let place = path.display().to_string();
    if !meta.is_file() {
        return Err(wrong((name, &place), NO_FILE, language));
    }
    if meta.mode() & 0o177 != 0 {
        return Err(wrong((name, &place), OPEN, language));
    }
    if meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(wrong((name, &place), STRANGE, language));
    }
    let mut text = Zeroizing::new(String::new());
    file.take(BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

/// Writes a new key to a new file that only its owner can read; an existing file is left as it is.
pub(crate) fn make(path: &Path) -> Result<MasterKey, Failure> {
    let failed = |error| Failure::File { path: path.to_owned(), error };
    let text = MasterKey::draw()?;
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    let unread = || failed(std::io::ErrorKind::InvalidData.into());
    MasterKey::from_hex(&text).ok_or_else(unread)
}

/// An unusable secret: its name, where it is and what is wrong, never the secret.
fn wrong((name, place): (Say, &str), what: Say, language: Language) -> Failure {
    let (name, what) = (name.to(language), what.to(language));
    Failure::Settings(vec![say!(language, "{name} in {place}: {what}", "{place} 中的{name}：{what}")])
}
