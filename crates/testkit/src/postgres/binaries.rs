//! Where PostgreSQL's programs are, and as which user they run.
//!
//! To add a search location, add a line in [`Binaries::find`].

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const FOLDER_VARIABLE: &str = "SLUICE_PG_BIN";
const DEBIAN: &str = "/usr/lib/postgresql";
/// The user that Debian's package creates for the server.
const USER: &str = "postgres";

const MISSING: &str = "PostgreSQL is not installed: neither /usr/lib/postgresql/*/bin nor \
                       `pg_config --bindir` has `initdb` and `postgres`. Install it (Debian, Ubuntu: \
                       `apt-get install postgresql`), or set SLUICE_PG_BIN to the folder of its programs";

/// The programs of one version.
#[derive(Debug)]
pub struct Binaries {
    folder: PathBuf,
    owner: Option<ServerUser>,
    has_setpriv: bool,
}

/// The user and group the server runs as when started by root, because it refuses to run as root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerUser {
    pub user: u32,
    pub group: u32,
}

impl Binaries {
    pub fn find() -> Result<Self, String> {
        let folder = match std::env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty()) {
            Some(folder) => {
                let folder = PathBuf::from(folder);
                let wrong =
                    format!("{FOLDER_VARIABLE}={}: `initdb` and `postgres` are not there", folder.display());
                Some(folder).filter(|folder| complete(folder)).ok_or(wrong)?
            }
            None => newest(Path::new(DEBIAN)).or_else(configured).ok_or(MISSING)?,
        };
        let has_setpriv = answer("setpriv", &["--pdeathsig", "QUIT", "true"]).is_some();
        let owner =
            if rustix::process::geteuid().is_root() { Some(ServerUser::find(has_setpriv)?) } else { None };
        Ok(Self { folder, owner, has_setpriv })
    }

    /// The required owner of the server's files, if not the current user.
    pub fn owner(&self) -> Option<ServerUser> {
        self.owner
    }

    /// A program, run as a user it accepts. Where the system supports it, the program gets SIGQUIT when the
    /// thread that started it ends, so that a killed test leaves no server behind.
    pub fn command(&self, program: &str) -> Command {
        let program = self.folder.join(program);
        if !self.has_setpriv {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        if let Some(ServerUser { user, group }) = self.owner {
            command.args([format!("--reuid={user}"), format!("--regid={group}")]).arg("--clear-groups");
        }
        command.args(["--pdeathsig", "QUIT", "--"]).arg(program);
        command
    }
}

impl ServerUser {
    fn find(has_setpriv: bool) -> Result<Self, String> {
        let id = |what: &str| answer("id", &[what, USER]).and_then(|text| text.trim().parse().ok());
        match (id("-u"), id("-g")) {
            _ if !has_setpriv => {
                Err("PostgreSQL does not run as root, and `setpriv` (util-linux) is missing".to_owned())
            }
            (Some(user), Some(group)) => Ok(Self { user, group }),
            _ => Err(format!("PostgreSQL does not run as root, and there is no user `{USER}` to run it as")),
        }
    }
}

fn complete(folder: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|program| folder.join(program).is_file())
}

/// The programs of the highest version in a folder of versions.
fn newest(versions: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(versions).ok()?.flatten();
    let version = |name: &OsStr| name.to_str().and_then(|name| name.parse::<u32>().ok());
    let numbered = entries.filter_map(|entry| Some((version(&entry.file_name())?, entry.path().join("bin"))));
    numbered.filter(|(_, folder)| complete(folder)).max().map(|(_, folder)| folder)
}

fn configured() -> Option<PathBuf> {
    let folder = PathBuf::from(answer("pg_config", &["--bindir"])?.trim());
    Some(folder).filter(|folder| complete(folder))
}

/// A program's output, if it exists and succeeds.
fn answer(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_complete_version_is_used() {
        let folder = tempfile::tempdir().unwrap();
        for (version, programs) in [
            ("9", &["initdb", "postgres"][..]),
            ("15", &["initdb", "postgres"]),
            ("17", &["postgres"]),
            ("common", &["initdb", "postgres"]),
        ] {
            let bin = folder.path().join(version).join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            for program in programs {
                std::fs::write(bin.join(program), "").unwrap();
            }
        }
        assert_eq!(newest(folder.path()), Some(folder.path().join("15").join("bin")));
        assert_eq!(newest(&folder.path().join("none")), None);
    }
}
