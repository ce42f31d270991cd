//! The process that writes to a data directory, as named in its lock file.

use crate::call::Call;
use crate::say::say;
use domain::code::Language;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Maximum bytes read of a lock file.
const BYTES_MAX: u64 = 4_096;

/// The process that holds the lock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LockHolder {
    pid: Option<u32>,
    url: Option<String>,
}

/// Records this process as the single writer.
pub(crate) fn record(file: &File) -> std::io::Result<()> {
    file.set_len(0)?;
    write(file, &format!("{}\n", std::process::id()))
}

/// Adds the address of the server.
pub(crate) fn announce(file: &File, url: &str) -> std::io::Result<()> {
    // Overwrites in place with the same first line, so that the file names the writer at every moment.
    write(file, &format!("{}\n{url}\n", std::process::id()))
}

fn write(mut file: &File, text: &str) -> std::io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())
}

impl LockHolder {
    /// The holder of this file's lock; unknown if the file does not name it.
    pub(crate) fn read(file: &mut File) -> Self {
        let mut text = String::new();
        match file.take(BYTES_MAX).read_to_string(&mut text) {
            Ok(_) => Self::of(&text),
            Err(_) => Self::default(),
        }
    }

    fn of(text: &str) -> Self {
        let mut lines = text.lines();
        let pid = lines.next().and_then(|line| line.trim().parse().ok());
        let url = lines.next().filter(|url| pid.is_some() && url.starts_with("http"));
        Self { pid, url: url.map(ToOwned::to_owned) }
    }

    /// For scripts.
    pub(crate) fn to_json(&self) -> Value {
        json!({ "pid": self.pid, "url": self.url })
    }

    /// Which process is writing, and what to do about it.
    pub(crate) fn busy(&self, directory: &Path, call: Option<&Call>, language: Language) -> String {
        let (directory, who) = (directory.display(), self.who(language));
        let Some(url) = &self.url else {
            return say!(
                language,
                "{who} is writing to {directory}. Wait for it to end or stop it (Ctrl-C there pauses its \
                 batch), then try again. Read-only commands still work",
                "{who}正在写入 {directory}。请等待其结束或将其停止（在其终端按 Ctrl-C 会暂停批次），\
                 然后重试。只读命令仍可使用"
            );
        };
        let instead = match call {
            Some(call) => {
                let call = call.shown(url);
                say!(
                    language,
                    "Use the API call {call} instead (see {url}/api/docs), or stop the server and try again",
                    "可改用接口 {call}（见 {url}/api/docs），或停止服务器后重试"
                )
            }
            None => say!(
                language,
                "The API has no equivalent of this command: stop the server and try again",
                "接口没有与此命令对应的操作：请停止服务器后重试"
            ),
        };
        say!(
            language,
            "A server is running on {directory}: {who} at {url}. {instead}. Read-only commands still work",
            "服务器正在使用 {directory}：{who}，地址 {url}。{instead}。只读命令仍可使用"
        )
    }

    fn who(&self, language: Language) -> String {
        match self.pid {
            Some(pid) => say!(language, "Process {pid}", "进程 {pid} "),
            None => say!(language, "Another process", "另一进程"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_file_names_its_holder_or_nobody() {
        let cases = [
            ("", None, None),
            ("12\n", Some(12), None),
            ("12\nhttp://127.0.0.1:8080\n", Some(12), Some("http://127.0.0.1:8080")),
            ("12\nnonsense\n", Some(12), None),
            ("nonsense\nhttp://127.0.0.1:8080\n", None, None),
        ];
        for (text, pid, url) in cases {
            assert_eq!(LockHolder::of(text), LockHolder { pid, url: url.map(ToOwned::to_owned) }, "{text:?}");
        }
    }
}
