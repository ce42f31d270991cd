//! A member's Patroni configuration and its REST answers.

use serde_json::Value as Json;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(2);

/// A member's name, ports and folders.
pub struct Place<'a> {
    pub name: &'a str,
    pub sql_port: u16,
    pub rest_port: u16,
    pub etcd_port: u16,
    pub data: &'a Path,
    pub programs: &'a Path,
}

/// The member's configuration. `ttl` is the minimum that Patroni accepts. `synchronous_mode_strict` is off,
/// the default: with no standby left the leader continues alone, and only the leader itself may then be
/// promoted. `primary_start_timeout` is 0: Patroni replaces a crashed leader instead of waiting for it.
pub fn configuration(place: &Place) -> String {
    let Place { name, sql_port, rest_port, etcd_port, data, programs } = place;
    let (data, programs) = (data.display(), programs.display());
    format!(
        "\
scope: sluice
name: {name}
restapi: {{listen: '127.0.0.1:{rest_port}', connect_address: '127.0.0.1:{rest_port}'}}
etcd3: {{host: '127.0.0.1:{etcd_port}'}}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 5
    maximum_lag_on_failover: 1048576
    primary_start_timeout: 0
    synchronous_mode: true
    synchronous_mode_strict: false
    postgresql:
      use_pg_rewind: true
      use_slots: true
      parameters:
        hot_standby: 'on'
        wal_log_hints: 'on'
        wal_level: replica
        max_connections: 100
        max_wal_senders: 10
        wal_keep_size: 512MB
  initdb: [{{auth: trust}}, {{encoding: UTF8}}, {{locale: C}}]
postgresql:
  listen: '127.0.0.1:{sql_port}'
  connect_address: '127.0.0.1:{sql_port}'
  data_dir: '{data}'
  bin_dir: '{programs}'
  pgpass: '{data}.pgpass'
  authentication:
    superuser: {{username: sluice, password: none}}
    replication: {{username: replicator, password: none}}
  pg_hba:
    - host all all 127.0.0.1/32 trust
    - host replication all 127.0.0.1/32 trust
  parameters: {{unix_socket_directories: '', shared_buffers: 128MB}}
"
    )
}

/// The cluster as a member sees it; None if it does not answer.
pub fn cluster(rest_port: u16) -> Option<Json> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, rest_port));
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT).ok()?;
    stream.set_read_timeout(Some(TIMEOUT)).ok()?;
    stream.write_all(b"GET /cluster HTTP/1.0\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    serde_json::from_str(text.split_once("\r\n\r\n")?.1).ok()
}

/// The leader's name in an answer of [`cluster`].
pub fn leader(cluster: &Json) -> Option<&str> {
    members(cluster).find(|member| is(member, "role", &["leader"]) && is(member, "state", &["running"]))?["name"]
        .as_str()
}

/// Whether there are a leader, a synchronous standby, and `count` members of which all but the leader stream.
pub fn is_whole(cluster: &Json, count: usize) -> bool {
    let following = members(cluster).filter(|member| is(member, "state", &["streaming"])).count();
    let sync = members(cluster).any(|member| is(member, "role", &["sync_standby", "quorum_standby"]));
    leader(cluster).is_some() && sync && following + 1 == count
}

fn members(cluster: &Json) -> impl Iterator<Item = &Json> {
    cluster["members"].as_array().into_iter().flatten()
}

fn is(member: &Json, key: &str, values: &[&str]) -> bool {
    member[key].as_str().is_some_and(|value| values.contains(&value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_cluster_is_whole_when_all_standbys_stream_and_one_is_synchronous() {
        let member =
            |name: &str, role: &str, state: &str| json!({"name": name, "role": role, "state": state});
        let leads = member("m1", "leader", "running");
        let sync = member("m2", "sync_standby", "streaming");
        for (members, whole) in [
            (vec![leads.clone(), sync.clone(), member("m3", "replica", "streaming")], true),
            (vec![leads.clone(), sync.clone(), member("m3", "replica", "starting")], false),
            (vec![leads.clone(), member("m2", "replica", "streaming")], false),
            (vec![leads.clone(), sync.clone()], false),
            (vec![sync], false),
        ] {
            assert_eq!(is_whole(&json!({"members": members}), 3), whole, "{members:?}");
        }
        assert_eq!(leader(&json!({"members": [leads]})), Some("m1"));
        assert_eq!(leader(&json!({})), None);
    }
}
