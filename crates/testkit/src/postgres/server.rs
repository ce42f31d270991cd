//! One server process and its data directory, both removed when it is dropped. If the test is killed, the
//! server still stops, but its directory (`sluice-postgres-*` in `/dev/shm` or the temporary folder) remains.
//!
//! [`SETTINGS`] apply to every test's server. What makes a commit durable (`fsync`, `full_page_writes`,
//! `synchronous_commit`) keeps its default, because that is what the tests are about. The files are in memory where there
//! is room for them ([`MEMORY`]): a killed server finds them there as it would on a disk, and databases, which are a few
//! hundred files each, are made and dropped without the work of a file system on a disk.

use super::binaries::{Binaries, ServerUser};
use super::sql;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{File, OpenOptions, Permissions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SETTINGS: &[(&str, &str)] = &[
    ("listen_addresses", "127.0.0.1"),
    ("unix_socket_directories", ""),
    ("shared_buffers", "128MB"),
    ("max_connections", "300"),
    ("max_wal_size", "2GB"),
];

/// Below the ephemeral ports that a system uses for outgoing connections: the port must still be free at a
/// restart.
const PORTS: std::ops::Range<u16> = 15_000..32_000;
/// How many ports are tried when another process takes one first.
const ATTEMPTS: usize = 5;

const START: Duration = Duration::from_secs(30);
/// A folder whose files are in memory, and how many bytes must be free in it.
const MEMORY: (&str, u64) = ("/dev/shm", 8 << 30);

/// How long each way of stopping may take before a harsher one follows.
const STOP: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub struct Server {
    binaries: Binaries,
    folder: TempDir,
    /// Where its folder is, and that of a standby.
    place: PathBuf,
    /// The data directory as the server reports it.
    data: PathBuf,
    settings: Vec<(String, String)>,
    port: u16,
    child: Option<Child>,
}

/// Why a started process is not a usable server.
enum Failure {
    PortTaken,
    Other(String),
}

impl Server {
    /// In memory where there is room, else on the disk. Adds files to the data directory before the first start; only the
    /// owner may read them.
    pub fn start(settings: &[(&str, &str)], files: &[(&str, &str)]) -> Result<Self, String> {
        Self::start_in(&in_memory().unwrap_or_else(std::env::temp_dir), settings, files)
    }

    /// With its files in a place of the caller's choice.
    pub fn start_in(place: &Path, settings: &[(&str, &str)], files: &[(&str, &str)]) -> Result<Self, String> {
        let settings = SETTINGS.iter().chain(settings);
        let settings = settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut server = Self::nowhere(place, settings)?;
        server.make_cluster()?;
        files.iter().try_for_each(|(name, text)| server.write(name, text).map_err(|e| e.to_string()))?;
        server.launch_somewhere()?;
        Ok(server)
    }

    /// A copy of this server that replicates from it for as long as it runs.
    pub fn standby(&self) -> Result<Self, String> {
        let mut standby = Self::nowhere(&self.place, self.settings.clone())?;
        let mut command = standby.command("pg_basebackup");
        command.args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--dbname"]).arg(self.url());
        standby.make("pg_basebackup", command.arg("--pgdata").arg(&standby.data))?;
        standby.launch_somewhere()?;
        Ok(standby)
    }

    /// A folder without a cluster.
    fn nowhere(place: &Path, settings: Vec<(String, String)>) -> Result<Self, String> {
        let binaries = Binaries::find()?;
        let folder = tempfile::Builder::new()
            .prefix("sluice-postgres-")
            .tempdir_in(place)
            .map_err(|error| error.to_string())?;
        let path = folder.path().canonicalize().map_err(|error| error.to_string())?;
        if let Some(ServerUser { user, group }) = binaries.owner() {
            std::os::unix::fs::chown(&path, Some(user), Some(group)).map_err(|error| error.to_string())?;
        }
        let (place, data) = (place.to_owned(), path.join("data"));
        Ok(Self { binaries, folder, place, data, settings, port: 0, child: None })
    }

    fn launch_somewhere(&mut self) -> Result<(), String> {
        for _ in 0..ATTEMPTS {
            self.port = free_port()?;
            match self.launch() {
                Ok(()) => return Ok(()),
                Err(Failure::PortTaken) => {}
                Err(Failure::Other(reason)) => return Err(reason),
            }
        }
        Err(format!("PostgreSQL found no free port in {ATTEMPTS} attempts"))
    }

    pub fn url(&self) -> String {
        format!("postgres://sluice@127.0.0.1:{}/postgres", self.port)
    }

    pub fn crash(&mut self) {
        self.stop(&[Signal::QUIT, Signal::KILL]);
    }

    pub fn restart(&mut self) -> Result<(), String> {
        if self.child.is_some() {
            return Err("PostgreSQL is running: crash it before restarting it".to_owned());
        }
        self.launch().map_err(|failure| match failure {
            Failure::PortTaken => format!("port {} was taken while PostgreSQL was down", self.port),
            Failure::Other(reason) => reason,
        })
    }

    fn make_cluster(&self) -> Result<(), String> {
        let mut command = self.command("initdb");
        command.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--username=sluice"]);
        command.arg("--pgdata").arg(&self.data);
        self.make("initdb", &mut command)
    }

    /// Creates the data directory with a program.
    fn make(&self, name: &str, command: &mut Command) -> Result<(), String> {
        let output = command.output().map_err(|error| format!("{name} did not start: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{name} in {} failed ({}): {said}", self.data.display(), output.status))
    }

    fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.data.join(name);
        std::fs::write(&path, text)?;
        std::fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        let Some(ServerUser { user, group }) = self.binaries.owner() else { return Ok(()) };
        std::os::unix::fs::chown(&path, Some(user), Some(group))
    }

    /// A program, run in a folder that it may read, with messages in English.
    fn command(&self, program: &str) -> Command {
        let mut command = self.binaries.command(program);
        command.current_dir(self.folder.path()).env("LC_ALL", "C").stdin(Stdio::null());
        command
    }

    /// Starts the process and waits until it is usable.
    fn launch(&mut self) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::Other(format!("PostgreSQL did not start: {error}"));
        let path = self.folder.path().join("log");
        let log = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
        let begin = log.metadata().map_err(failed)?.len();
        let mut command = self.command("postgres");
        command.arg("-D").arg(&self.data).args(["-c", &format!("port={}", self.port)]);
        for (name, value) in &self.settings {
            command.args(["-c", &format!("{name}={value}")]);
        }
        // A separate process group: Ctrl-C goes to the test, which then stops the server.
        command.process_group(0).stdout(log.try_clone().map_err(failed)?).stderr(log);
        let mut child = spawn_kept(command).map_err(failed)?;
        let ended = self.wait_for_answer(&mut child);
        self.child = Some(child);
        let Err(reason) = ended else { return Ok(()) };
        self.stop(&[Signal::QUIT, Signal::KILL]);
        let log = tail(&path, begin).unwrap_or_else(|error| error.to_string());
        if log.contains("could not bind") {
            return Err(Failure::PortTaken);
        }
        Err(Failure::Other(format!("PostgreSQL did not start: {reason}. The end of its log:\n{log}")))
    }

    /// Waits until the server answers and reports our data directory: another server may be listening on the
    /// port.
    fn wait_for_answer(&self, child: &mut Child) -> Result<(), String> {
        let data = self.data.display().to_string();
        let (begin, mut last) = (Instant::now(), String::new());
        while begin.elapsed() < START {
            if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
                return Err(format!("it ended ({status})"));
            }
            match sql::within(Duration::from_secs(5), &self.url(), "SHOW data_directory") {
                Ok(rows) if rows.iter().flatten().flatten().any(|shown| *shown == data) => return Ok(()),
                Ok(rows) => last = format!("another server answers: {rows:?}"),
                Err(reason) => last = reason,
            }
            std::thread::sleep(PAUSE);
        }
        Err(format!("no answer within {START:?} ({last})"))
    }

    /// Sends the signals one after another, each only if the previous one had no effect, and waits for the
    /// end.
    fn stop(&mut self, signals: &[Signal]) {
        let Some(mut child) = self.child.take() else { return };
        for signal in signals {
            if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                // It may have ended already; then there is no process to signal, and the wait notices.
                let _ = kill_process(pid, *signal);
            }
            if ended_within(&mut child, STOP).is_some() {
                return;
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop(&[Signal::INT, Signal::QUIT, Signal::KILL]);
    }
}

fn ended_within(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let begin = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            _ if begin.elapsed() > limit => return None,
            _ => std::thread::sleep(PAUSE),
        }
    }
}

/// The folder in memory, if it has room.
fn in_memory() -> Option<PathBuf> {
    let (folder, room) = MEMORY;
    let has = rustix::fs::statvfs(folder).ok()?;
    (has.f_bavail.saturating_mul(has.f_frsize) >= room).then(|| PathBuf::from(folder))
}

fn free_port() -> Result<u16, String> {
    let random = RandomState::new();
    let draw =
        |n: u16| PORTS.start + u16::try_from(random.hash_one(n) % PORTS.len() as u64).unwrap_or_default();
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    (0..200).map(draw).find(free).ok_or_else(|| format!("no port of {PORTS:?} is free"))
}

/// The end of a file, at most back to `begin`.
fn tail(path: &Path, begin: u64) -> io::Result<String> {
    let mut file = File::open(path)?;
    let begin = begin.max(file.metadata()?.len().saturating_sub(4_000));
    file.seek(SeekFrom::Start(begin))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

type Order = (Command, mpsc::Sender<io::Result<Child>>);

/// Starts a process from a thread that lives as long as this process. The parent-death signal fires when the
/// thread that started the process ends, and a test's thread ends before a shared server does.
fn spawn_kept(command: Command) -> io::Result<Child> {
    static KEEPER: OnceLock<mpsc::Sender<Order>> = OnceLock::new();
    let keeper = KEEPER.get_or_init(|| {
        let (sender, orders) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, reply) in orders {
                drop(reply.send(command.spawn()));
            }
        });
        sender
    });
    let (reply, answer) = mpsc::channel();
    let gone = || io::Error::other("the thread that starts processes has ended");
    keeper.send((command, reply)).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())?
}
