//! The master key: from the environment, or from a file that only its owner can read.
//!
//! `SLUICE_MASTER_KEY` and `SLUICE_FORMER_MASTER_KEY` are secrets and therefore no settings: no command shows them.

use crate::exit::Failure;
use crate::say::{Say, say};
use domain::code::Language;
use service::vault::{MasterKey, Vault};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The variables that hold the keys themselves.
pub(crate) const VARIABLES: [&str; 2] = ["SLUICE_MASTER_KEY", "SLUICE_FORMER_MASTER_KEY"];
/// The variable that holds the password of the user at the mail server; it is no setting either.
pub(crate) const SMTP_PASSWORD: &str = "SLUICE_SMTP_PASSWORD";

const MASTER_KEY: Say = say("the master key", "主密钥");
const NO_KEY: Say = say(
    "a master key is exactly 64 hexadecimal digits; make one with `sluice key new-master FILE`",
    "主密钥须为64位十六进制数字；可用 `sluice key new-master FILE` 生成",
);
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

/// Reads a file with a secret of a name.
pub(crate) fn secret_file(path: &Path, name: Say, language: Language) -> Result<Zeroizing<String>, Failure> {
    let place = path.display().to_string();
    crate::secret_file::read(path, |what| wrong((name, &place), what, language))
}

/// Writes a new key to a new file that only its owner can read; an existing file is left as it is.
pub(crate) fn make(path: &Path) -> Result<MasterKey, Failure> {
    let text = MasterKey::draw()?;
    crate::secret_file::write(path, &text)?;
    let unread = || Failure::File { path: path.to_owned(), error: std::io::ErrorKind::InvalidData.into() };
    MasterKey::from_hex(&text).ok_or_else(unread)
}

/// An unusable secret: its name, where it is and what is wrong, never the secret.
fn wrong((name, place): (Say, &str), what: Say, language: Language) -> Failure {
    let (name, what) = (name.to(language), what.to(language));
    Failure::Settings(vec![say!(language, "{name} in {place}: {what}", "{place} 中的{name}：{what}")])
}
