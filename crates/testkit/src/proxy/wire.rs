//! As much of PostgreSQL's protocol (version 3) as is needed to recognise a commit and its answer. No IO:
//! bytes in, positions in them out, however the stream was split. Only a message's header is buffered, so a
//! large message is passed on as it arrives.
//!
//! Answers are matched to requests by counting: a query, a sync and a function call are each answered by one
//! `ReadyForQuery`, and so is the startup.

use std::collections::HashSet;

/// A message's type and length.
const HEAD: usize = 5;
/// How much of a message is examined. A commit, including its statement name, is shorter.
const LOOK: usize = 256;

/// How a connection starts; this message has no type.
#[derive(Debug, PartialEq, Eq)]
pub enum Start {
    /// The client asks for TLS or GSS; the answer is one byte.
    Encryption,
    /// A startup or a cancellation, with this many bytes to come.
    Message { left: usize },
    /// Not this protocol.
    Unknown,
}

impl Start {
    /// Length and code.
    pub const HEAD: usize = 8;
    /// The server accepts no longer ones.
    const MAX: usize = 10_000;
    const TLS: u32 = 80_877_103;
    const GSS: u32 = 80_877_104;

    pub fn of(head: &[u8]) -> Self {
        match (number(head), head.get(4..).map(number)) {
            (8, Some(Self::TLS | Self::GSS)) => Self::Encryption,
            (length, Some(_)) => match (length as usize).checked_sub(Self::HEAD) {
                Some(left) if left <= Self::MAX => Self::Message { left },
                _ => Self::Unknown,
            },
            _ => Self::Unknown,
        }
    }
}

/// What comes next in the client's bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// This many bytes contain no commit; what follows is not known yet.
    Bytes(usize),
    /// A request that commits is at this position; its answer ends with the `ReadyForQuery` of that number.
    /// The next scan, from there, skips it.
    Commit { at: usize, answer: u64 },
}

/// The client's messages after its startup.
#[derive(Debug)]
pub struct Requests {
    /// How much of the current message is left.
    left: usize,
    /// How many answers the messages so far ask for.
    asked: u64,
    /// Syncs since the last execute. If that turns out to be a COPY, the server has skipped them.
    syncs: u64,
    /// Names of prepared statements that commit, and of portals bound to them.
    statements: HashSet<Vec<u8>>,
    portals: HashSet<Vec<u8>>,
    last: Option<u64>,
}

impl Default for Requests {
    fn default() -> Self {
        let names = HashSet::new;
        Self { left: 0, asked: 1, syncs: 0, statements: names(), portals: names(), last: None }
    }
}

impl Requests {
    /// Scans bytes that begin where the last scan ended.
    pub fn scan(&mut self, bytes: &[u8]) -> Found {
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let step = self.left.min(rest.len());
            at += step;
            self.left -= step;
            let rest = rest.get(step..).unwrap_or_default();
            if self.left > 0 || self.ended() {
                return Found::Bytes(at);
            }
            let Some((kind, length)) = head(rest) else { return Found::Bytes(at) };
            let look = if b"QPBEC".contains(&kind) { length.min(HEAD + LOOK) } else { HEAD };
            let Some(body) = rest.get(HEAD..look) else { return Found::Bytes(at) };
            self.left = length;
            if let Some(answer) = self.request(kind, body, length == look) {
                return Found::Commit { at, answer };
            }
        }
    }

    /// No request after the one with this answer is passed on.
    pub fn last_is(&mut self, answer: u64) {
        self.last = Some(answer);
    }

    /// Whether the last request has been passed on.
    pub fn ended(&self) -> bool {
        self.left == 0 && self.last.is_some_and(|last| self.asked >= last)
    }

    /// Processes a message; if it commits, returns the number of its answer.
    fn request(&mut self, kind: u8, body: &[u8], whole: bool) -> Option<u64> {
        let (first, rest) = text(body);
        match kind {
            b'Q' => {
                self.asked += 1;
                self.syncs = 0;
                return (whole && commits(first)).then_some(self.asked);
            }
            b'S' => {
                self.asked += 1;
                self.syncs += 1;
            }
            b'F' => self.asked += 1,
            // Data, end and failure of a COPY. Until it ends, the server skips a sync.
            b'd' | b'c' | b'f' => self.asked -= std::mem::take(&mut self.syncs),
            b'P' => put(&mut self.statements, first, whole && commits(text(rest).0)),
            b'B' => {
                let commits = self.statements.contains(text(rest).0);
                put(&mut self.portals, first, commits);
            }
            b'C' => match body.split_first() {
                Some((b'S', name)) => put(&mut self.statements, text(name).0, false),
                Some((b'P', name)) => put(&mut self.portals, text(name).0, false),
                _ => {}
            },
            b'E' => {
                self.syncs = 0;
                // The sync that follows is what gets answered.
                return self.portals.contains(first).then_some(self.asked + 1);
            }
            _ => {}
        }
        None
    }
}

/// The result of scanning the server's bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Scanned {
    /// This many bytes are processed.
    pub read: usize,
    /// This many of them are for the client.
    pub passed: usize,
    /// The withheld answer has ended.
    pub ended: bool,
}

/// The server's messages.
#[derive(Debug, Default)]
pub struct Answers {
    left: usize,
    ready: bool,
    answered: u64,
    kept: bool,
}

impl Answers {
    /// Scans bytes that begin where the last scan ended. `cut` is the number of the answer to withhold, or 0.
    pub fn scan(&mut self, bytes: &[u8], cut: u64) -> Scanned {
        let (mut read, mut passed) = (0, 0);
        loop {
            let rest = bytes.get(read..).unwrap_or_default();
            let step = self.left.min(rest.len());
            read += step;
            self.left -= step;
            if !self.kept {
                passed = read;
            }
            if self.left > 0 {
                return Scanned { read, passed, ended: false };
            }
            self.answered += u64::from(std::mem::take(&mut self.ready));
            if cut > 0 && self.answered >= cut {
                return Scanned { read, passed, ended: true };
            }
            let Some((kind, length)) = rest.get(step..).and_then(head) else {
                return Scanned { read, passed, ended: false };
            };
            self.left = length;
            self.ready = kind == b'Z';
            self.kept = cut > 0 && self.answered + 1 >= cut;
        }
    }

    /// Whether what arrives now is withheld from the client.
    pub fn kept(&self) -> bool {
        self.kept
    }
}

/// A message's type and total length. For an impossible length, only the header is taken, so that the server
/// receives it and refuses it.
fn head(bytes: &[u8]) -> Option<(u8, usize)> {
    let (kind, length) = bytes.get(..HEAD)?.split_first()?;
    Some((*kind, HEAD.max(number(length) as usize + 1)))
}

fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

/// A text up to its zero byte, and what follows.
fn text(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    (bytes.get(..end).unwrap_or_default(), bytes.get(end + 1..).unwrap_or_default())
}

fn commits(sql: &[u8]) -> bool {
    let sql = sql.trim_ascii();
    sql.strip_suffix(b";").unwrap_or(sql).trim_ascii().eq_ignore_ascii_case(b"commit")
}

fn put(names: &mut HashSet<Vec<u8>>, name: &[u8], commits: bool) {
    if commits {
        names.insert(name.to_vec());
    } else {
        names.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[kind][..], &length, body].concat()
    }

    /// Feeds the bytes in two pieces: the commits' positions and answers, and how many bytes pass.
    fn commits_in(bytes: &[u8], cut_at: usize) -> (Vec<(usize, u64)>, usize) {
        let (mut requests, mut found, mut waiting, mut passed) = (Requests::default(), vec![], vec![], 0);
        for piece in [&bytes[..cut_at], &bytes[cut_at..]] {
            waiting.extend_from_slice(piece);
            loop {
                let (count, more) = match requests.scan(&waiting) {
                    Found::Bytes(count) => (count, false),
                    Found::Commit { at, answer } => {
                        found.push((passed + at, answer));
                        (at, true)
                    }
                };
                passed += count;
                waiting.drain(..count);
                if !more {
                    break;
                }
            }
        }
        (found, passed)
    }

    #[test]
    fn a_commit_is_recognised_wherever_the_stream_is_split() {
        let large = [b"INSERT INTO t VALUES ('commit".as_slice(), &[b'x'; 400], b"');commit\0"].concat();
        let bind = [b"p\0s1\0".as_slice(), &[0; 6]].concat();
        let stream: Vec<(u8, &[u8], Option<u64>)> = vec![
            (b'Q', b"BEGIN\0", None),
            (b'Q', &large, None),
            (b'Q', b" Commit ; \0", Some(4)),
            (b'Q', b"COMMIT AND CHAIN\0", None),
            (b'P', b"s1\0COMMIT\0\0\0", None),
            (b'S', b"", None),
            (b'B', &bind, None),
            (b'E', b"p\0\0\0\0\0", Some(7)),
            (b'S', b"", None),
            (b'C', b"Ss1\0", None),
            (b'B', &bind, None),
            (b'E', b"p\0\0\0\0\0", None),
            (b'S', b"", None),
            // A COPY: the sync before its data is not answered.
            (b'E', b"\0\0\0\0\0", None),
            (b'S', b"", None),
            (b'd', &large, None),
            (b'd', b"Q\0\0\0\x0bCOMMIT\0", None),
            (b'c', b"", None),
            (b'S', b"", None),
            (b'Q', b"COMMIT\0", Some(10)),
            (b'S', b"", None),
            // A COPY sent as a query: the sync before it is an ordinary one.
            (b'Q', b"COPY t FROM STDIN\0", None),
            (b'd', b"1\n", None),
            (b'f', b"enough\0", None),
            (b'Q', b"COMMIT\0", Some(13)),
            (b'X', b"", None),
        ];
        let (mut bytes, mut expected) = (vec![], vec![]);
        for (kind, body, answer) in stream {
            expected.extend(answer.map(|answer| (bytes.len(), answer)));
            bytes.extend(message(kind, body));
        }
        for cut_at in 0..=bytes.len() {
            assert_eq!(commits_in(&bytes, cut_at), (expected.clone(), bytes.len()), "cut at {cut_at}");
        }
    }

    #[test]
    fn nothing_is_passed_on_after_the_last_request() {
        let execute =
            [message(b'B', b"\0s\0\0\0\0\0\0\0"), message(b'E', b"\0\0\0\0\0"), message(b'S', b"")].concat();
        let bytes = [message(b'P', b"s\0commit\0\0\0"), execute, message(b'Q', b"SELECT 1\0")].concat();
        let mut requests = Requests::default();
        let Found::Commit { at, answer: 2 } = requests.scan(&bytes) else { panic!("no commit") };
        requests.last_is(2);
        let rest = bytes.len() - at - message(b'Q', b"SELECT 1\0").len();
        assert_eq!(requests.scan(&bytes[at..]), Found::Bytes(rest));
        assert!(requests.ended());
    }

    #[test]
    fn one_answer_is_withheld_and_those_before_it_are_not() {
        let earlier = [message(b'S', b"a\0b\0"), message(b'Z', b"I"), message(b'Z', b"T")].concat();
        let kept = [message(b'C', b"COMMIT\0"), message(b'Z', b"I")].concat();
        let bytes = [earlier.clone(), kept].concat();
        for cut_at in 0..=bytes.len() {
            let (mut answers, mut waiting, mut passed, mut ends) = (Answers::default(), vec![], vec![], 0);
            for piece in [&bytes[..cut_at], &bytes[cut_at..]] {
                waiting.extend_from_slice(piece);
                let scanned = answers.scan(&waiting, 3);
                passed.extend(waiting.drain(..scanned.read).take(scanned.passed));
                ends += usize::from(scanned.ended);
                if ends > 0 {
                    break;
                }
            }
            assert_eq!((passed, ends), (earlier.clone(), 1), "cut at {cut_at}");
        }
        let mut answers = Answers::default();
        let all = Scanned { read: bytes.len(), passed: bytes.len(), ended: false };
        assert_eq!(answers.scan(&bytes, 0), all);
    }

    #[test]
    fn a_connection_starts_with_a_message_without_a_type() {
        let start = |length: u32, code: u32| Start::of(&[length.to_be_bytes(), code.to_be_bytes()].concat());
        for (length, code, expected) in [
            (8, Start::TLS, Start::Encryption),
            (8, Start::GSS, Start::Encryption),
            (41, 196_608, Start::Message { left: 33 }),
            (16, 80_877_102, Start::Message { left: 8 }),
            (4, 196_608, Start::Unknown),
            (u32::MAX, 196_608, Start::Unknown),
        ] {
            assert_eq!(start(length, code), expected);
        }
    }
}
