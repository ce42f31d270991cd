//! etcd and three members, each a Patroni with its PostgreSQL. Dropping the cluster ends all of them.

use super::patroni::{self, Place};
use super::programs::Programs;
use super::wait::wait;
use crate::error::{Error, Result};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{File, OpenOptions};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use tempfile::TempDir;
use testkit::postgres::try_query;

const MEMBERS: usize = 3;

pub struct Cluster {
    programs: Programs,
    members: Vec<Member>,
    etcd: Option<Child>,
    logs: PathBuf,
    folder: TempDir,
}

struct Member {
    name: String,
    sql_port: u16,
    rest_port: u16,
    data: PathBuf,
    patroni: Option<Child>,
}

impl Cluster {
    /// Returns once there are a leader, a synchronous standby, a third member and the database `sluice`.
    pub fn start(programs: Programs, logs: &Path) -> Result<Self> {
        let made = tempfile::Builder::new().prefix("sluice-failover-").tempdir();
        let folder = made.map_err(|error| Error::File(std::env::temp_dir(), error))?;
        programs.give(folder.path())?;
        let ports = free_ports(2 * MEMBERS + 2)?;
        let [etcd_port, peer_port, member_ports @ ..] = ports.as_slice() else {
            return Err(Error::Failover("no free ports".to_owned()));
        };
        let member = |(k, ports): (usize, &[u16])| match ports {
            [sql_port, rest_port] => {
                let name = format!("m{}", k + 1);
                let data = folder.path().join(&name);
                Some(Member { name, sql_port: *sql_port, rest_port: *rest_port, data, patroni: None })
            }
            _ => None,
        };
        let members: Vec<Member> = member_ports.chunks(2).enumerate().filter_map(member).collect();
        let mut cluster = Self { programs, members, etcd: None, logs: logs.to_owned(), folder };
        cluster.start_etcd(*etcd_port, *peer_port)?;
        for place in 0..MEMBERS {
            cluster.write_configuration(place, *etcd_port)?;
            cluster.restart(place)?;
        }
        cluster.wait_until_whole()?;
        let (leader, _) = cluster.leader()?;
        cluster.query_at(leader, "postgres", "CREATE DATABASE sluice TEMPLATE template0")?;
        let shown: Vec<_> = cluster.members.iter().map(|m| format!("{} at {}", m.name, m.sql_port)).collect();
        println!("etcd at {etcd_port}; {}; {} leads", shown.join(", "), cluster.leader()?.1);
        Ok(cluster)
    }

    /// The ledger's URL, listing all hosts.
    pub fn url(&self) -> String {
        let hosts: Vec<_> = self.members.iter().map(|m| format!("127.0.0.1:{}", m.sql_port)).collect();
        format!("postgres://sluice@{}/sluice", hosts.join(","))
    }

    /// The current leader, according to the running members.
    pub fn leader(&self) -> Result<(usize, String)> {
        let living = self.members.iter().filter(|member| member.patroni.is_some());
        let named = living.filter_map(|member| {
            let cluster = patroni::cluster(member.rest_port)?;
            let name = patroni::leader(&cluster)?;
            let place = self.members.iter().position(|member| member.name == name)?;
            Some((place, name.to_owned()))
        });
        named.into_iter().next().ok_or_else(|| Error::Failover("there is no leader".to_owned()))
    }

    /// Kills a member as a power failure would: Patroni, the postmaster and every server process.
    pub fn kill(&mut self, place: usize) -> Result<()> {
        let Some(member) = self.members.get_mut(place) else { return Ok(()) };
        let server = member.postmaster();
        if let Some(mut patroni) = member.patroni.take() {
            drop(patroni.kill());
            drop(patroni.wait());
        }
        let server = server.ok_or_else(|| Error::Failover(format!("{} has no server", member.name)))?;
        end_server(server);
        Ok(())
    }

    /// Starts a member's Patroni, which starts its server.
    pub fn restart(&mut self, place: usize) -> Result<()> {
        let Some(member) = self.members.get_mut(place) else { return Ok(()) };
        let mut command = self.programs.command(&self.programs.patroni);
        command.arg(member.data.with_extension("yml"));
        let log = self.logs.join(format!("{}.log", member.name));
        member.patroni = Some(spawn(command, &log, self.folder.path(), "patroni")?);
        Ok(())
    }

    /// Waits for a leader, a synchronous standby and a third streaming member, confirmed by the leader
    /// itself.
    pub fn wait_until_whole(&self) -> Result<()> {
        const STREAMS: &str = "SELECT CAST(COUNT(*) AS TEXT), CAST(SUM(CAST(sync_state IN ('sync', 'quorum') AS INT)) \
                               AS TEXT) FROM pg_stat_replication WHERE state = 'streaming'";
        let wanted = [Some("2".to_owned()), Some("1".to_owned())];
        wait("a leader with two streaming standbys", || {
            let (leader, _) = self.leader().ok()?;
            let known = patroni::cluster(self.members.get(leader)?.rest_port)?;
            let rows = self.query_at(leader, "postgres", STREAMS).ok()?;
            (patroni::is_whole(&known, MEMBERS) && rows.first()?.as_slice() == wanted).then_some(())
        })
    }

    fn query_at(&self, place: usize, database: &str, sql: &str) -> Result<testkit::postgres::Rows> {
        let port = self.members.get(place).map_or(0, |member| member.sql_port);
        try_query(&format!("postgres://sluice@127.0.0.1:{port}/{database}"), sql).map_err(Error::Postgres)
    }

    fn start_etcd(&mut self, port: u16, peer_port: u16) -> Result<()> {
        let (url, peer) = (format!("http://127.0.0.1:{port}"), format!("http://127.0.0.1:{peer_port}"));
        let mut command = self.programs.command(&self.programs.etcd);
        command.arg("--data-dir").arg(self.folder.path().join("etcd")).args(["--name", "e1"]);
        command.args(["--listen-client-urls", &url, "--advertise-client-urls", &url]);
        command.args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer]);
        command.args(["--initial-cluster", &format!("e1={peer}")]);
        let log = self.logs.join("etcd.log");
        self.etcd = Some(spawn(command, &log, self.folder.path(), "etcd")?);
        Ok(())
    }

    fn write_configuration(&self, place: usize, etcd_port: u16) -> Result<()> {
        let Some(Member { name, sql_port, rest_port, data, .. }) = self.members.get(place) else {
            return Ok(());
        };
        let programs = &self.programs.postgres;
        let (sql_port, rest_port) = (*sql_port, *rest_port);
        let text = patroni::configuration(&Place { name, sql_port, rest_port, etcd_port, data, programs });
        let path = data.with_extension("yml");
        std::fs::write(&path, text).map_err(|error| Error::File(path, error))?;
        let log = self.logs.join(format!("{name}.log"));
        File::create(&log).map(drop).map_err(|error| Error::File(log, error))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for place in 0..self.members.len() {
            // A member that was killed has no server.
            drop(self.kill(place));
        }
        if let Some(mut etcd) = self.etcd.take() {
            drop(etcd.kill());
            drop(etcd.wait());
        }
    }
}

impl Member {
    /// The postmaster's process id, if it is running.
    fn postmaster(&self) -> Option<i32> {
        let text = std::fs::read_to_string(self.data.join("postmaster.pid")).ok()?;
        let pid: i32 = text.lines().next()?.trim().parse().ok()?;
        // After a kill the file remains; its process id may belong to another process by now.
        let folder = std::fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
        (folder == self.data.canonicalize().ok()?).then_some(pid)
    }
}

/// Sends SIGKILL to the postmaster first, so that it cannot fork, then to its children.
fn end_server(postmaster: i32) {
    let children = children(postmaster);
    for pid in std::iter::once(postmaster).chain(children) {
        if let Some(pid) = Pid::from_raw(pid) {
            // It may have ended by itself.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

fn children(parent: i32) -> Vec<i32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let is_child = |pid: &i32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name, in parentheses, may contain anything; state and parent follow it.
        let parent_of =
            stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse::<i32>().ok());
        parent_of == Some(parent)
    };
    numbers.filter(is_child).collect()
}

/// Starts a process whose output goes to a log file.
fn spawn(mut command: Command, log: &Path, folder: &Path, what: &str) -> Result<Child> {
    let failed = |error| Error::File(log.to_owned(), error);
    let file = OpenOptions::new().create(true).append(true).open(log).map_err(failed)?;
    command.stdout(file.try_clone().map_err(failed)?).stderr(file).current_dir(folder);
    command.spawn().map_err(|error| Error::Start(what.to_owned(), error))
}

/// Distinct ports that are free now, below the range used for outgoing connections.
fn free_ports(count: usize) -> Result<Vec<u16>> {
    let begin = 15_000 + u16::try_from(std::process::id() % 15_000).unwrap_or_default();
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let ports: Vec<u16> = (begin..32_000).filter(free).take(count).collect();
    if ports.len() == count { Ok(ports) } else { Err(Error::Failover("no free ports".to_owned())) }
}
