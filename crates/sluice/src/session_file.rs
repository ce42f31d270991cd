//! The file in which `sluice login` keeps the tokens of the person's sessions, one for each ledger. Only its owner can
//! read it; a process that reads it is signed in as that person.

use crate::exit::Failure;
use crate::say::say;
use service::Secret;
use std::collections::BTreeMap;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The permissions of group and others.
const OTHERS: u32 = 0o077;

/// The tokens by ledger: a directory, or the address of a database.
type Tokens = BTreeMap<String, Secret>;

/// A session file.
#[derive(Debug)]
pub(crate) struct SessionFile(PathBuf);

impl SessionFile {
    /// The file of the operating system's user: in `XDG_STATE_HOME`, or in `.local/state` of the home directory.
    pub(crate) fn of_user() -> Result<Self, Failure> {
        let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state = folder("XDG_STATE_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/state")));
        let missing = || Failure::System {
            what: say(
                "No place for the session: neither XDG_STATE_HOME nor HOME is set",
                "无法保存会话：未设置 XDG_STATE_HOME 和 HOME",
            ),
            error: std::io::Error::from(ErrorKind::NotFound),
        };
        Ok(Self(state.ok_or_else(missing)?.join("sluice").join("sessions.json")))
    }

    /// The token for a ledger, if there is one.
    pub(crate) fn token(&self, ledger: &str) -> Result<Option<Secret>, Failure> {
        Ok(self.tokens()?.remove(ledger))
    }

    /// Keeps a ledger's token; without one, forgets it.
    pub(crate) fn set(&self, ledger: &str, token: Option<Secret>) -> Result<(), Failure> {
        let mut tokens = self.tokens()?;
        match token {
            Some(token) => tokens.insert(ledger.to_owned(), token),
            None => tokens.remove(ledger),
        };
        self.write(&tokens).map_err(|error| self.failed(error))
    }

    fn tokens(&self) -> Result<Tokens, Failure> {
        let text = match std::fs::read_to_string(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Tokens::new()),
            Err(error) => return Err(self.failed(error)),
        };
        let meta = self.0.metadata().map_err(|error| self.failed(error))?;
        if meta.mode() & OTHERS != 0 {
            let what = say(
                "Users other than its owner can read the session file; run chmod 600 on it",
                "会话文件可被其他用户读取；请对其执行 chmod 600",
            );
            let path = std::io::Error::new(ErrorKind::PermissionDenied, self.0.display().to_string());
            return Err(Failure::System { what, error: path });
        }
        serde_json::from_str(&text).map_err(|error| self.failed(error.into()))
    }

    /// Replaces the file: another process sees either the former one or the new one.
    fn write(&self, tokens: &Tokens) -> std::io::Result<()> {
        if let Some(folder) = self.0.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let part = self.0.with_extension(format!("{}.part", std::process::id()));
        let written =
            write_new(&part, &serde_json::to_string(tokens)?).and_then(|()| std::fs::rename(&part, &self.0));
        if written.is_err() {
            drop(std::fs::remove_file(&part));
        }
        written
    }

    fn failed(&self, error: std::io::Error) -> Failure {
        Failure::File { path: self.0.clone(), error }
    }
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn each_ledger_has_its_own_token_in_a_file_that_only_its_owner_can_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = SessionFile(folder.path().join("new").join("sessions.json"));
        let token = |ledger: &str| file.token(ledger).unwrap().map(|token| token.expose().to_owned());
        assert_eq!(token("/a"), None);
        for (ledger, text) in [("/a", "one"), ("/b", "two"), ("/a", "three")] {
            file.set(ledger, Some(Secret::new(text))).unwrap();
        }
        assert_eq!((token("/a").as_deref(), token("/b").as_deref()), (Some("three"), Some("two")));
        assert_eq!(file.0.metadata().unwrap().mode() & 0o777, 0o600);
        assert_eq!(file.0.parent().unwrap().metadata().unwrap().mode() & 0o777, 0o700);
        file.set("/a", None).unwrap();
        assert_eq!((token("/a"), token("/b").as_deref()), (None, Some("two")));
        std::fs::set_permissions(&file.0, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(file.token("/b").is_err(), "others can read it");
    }
}
