//! One client's connection: two byte streams, and the points where a rule intervenes.

use super::state::{Rule, State, count, until};
use super::wire::{Answers, Found, Requests, Start};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::watch;

const CHUNK: usize = 64 << 10;

/// Serves a client until one side disconnects or a rule closes it. A socket error counts as a disconnect.
pub async fn run(client: TcpStream, target: SocketAddr, state: watch::Sender<State>, closings: u64) {
    tokio::select! {
        biased;
        () = until(&state, |state| state.closings > closings) => count(&state, |state| &mut state.refused),
        _ = relay(client, target, &state) => {}
    }
}

async fn relay(mut client: TcpStream, target: SocketAddr, state: &watch::Sender<State>) -> io::Result<()> {
    // Small messages must not be delayed to be coalesced.
    client.set_nodelay(true)?;
    let Some(startup) = startup(&mut client).await? else { return Ok(()) };
    released(state).await;
    let mut server = TcpStream::connect(target).await?;
    server.set_nodelay(true)?;
    server.write_all(&startup).await?;

    // The number of the answer withheld from the client, or 0.
    let cut = AtomicU64::new(0);
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let requests = requests(from_client, to_server, state, &cut);
    let answers = answers(from_server, to_client, state, &cut);
    tokio::pin!(answers);
    tokio::select! {
        ended = &mut answers => ended,
        ended = requests => match ended? {
            End::Cut => Ok(()),
            End::Gone => answers.await,
        },
    }
}

/// The client's first message. Encryption is declined here; the client then continues without it.
async fn startup(client: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    loop {
        let mut bytes = vec![0; Start::HEAD];
        if client.read_exact(&mut bytes).await.is_err() {
            return Ok(None);
        }
        match Start::of(&bytes) {
            Start::Encryption => client.write_all(b"N").await?,
            Start::Message { left } => {
                bytes.resize(Start::HEAD + left, 0);
                let body = bytes.get_mut(Start::HEAD..).unwrap_or_default();
                client.read_exact(body).await?;
                return Ok(Some(bytes));
            }
            Start::Unknown => return Ok(None),
        }
    }
}

/// Waits while bytes are held.
async fn released(state: &watch::Sender<State>) {
    until(state, |state| state.rule != Rule::Hold).await;
}

/// The rule for a commit that has arrived: a cut applies to one commit only.
fn take_cut(state: &watch::Sender<State>) -> Rule {
    let mut rule = Rule::Pass;
    state.send_if_modified(|state| {
        rule = state.rule;
        let cuts = matches!(rule, Rule::CutBeforeCommit | Rule::CutAfterCommit);
        if cuts {
            state.rule = Rule::Pass;
        }
        state.cuts_before += u64::from(rule == Rule::CutBeforeCommit);
        cuts
    });
    rule
}

/// Why no more requests go to the server.
enum End {
    /// The connection ends now.
    Cut,
    /// Answers may still arrive.
    Gone,
}

async fn requests(
    mut client: ReadHalf<'_>,
    mut server: WriteHalf<'_>,
    state: &watch::Sender<State>,
    cut: &AtomicU64,
) -> io::Result<End> {
    let mut requests = Requests::default();
    let mut waiting = Vec::with_capacity(CHUNK);
    loop {
        released(state).await;
        match requests.scan(&waiting) {
            Found::Commit { at, answer } => {
                pass(&mut server, &mut waiting, at).await?;
                released(state).await;
                match take_cut(state) {
                    Rule::CutBeforeCommit => return Ok(End::Cut),
                    Rule::CutAfterCommit => {
                        // Before the bytes are sent: the answers' side must see it in time.
                        cut.store(answer, Ordering::SeqCst);
                        requests.last_is(answer);
                    }
                    Rule::Pass | Rule::Refuse | Rule::Hold => {}
                }
            }
            Found::Bytes(count) => {
                pass(&mut server, &mut waiting, count).await?;
                if requests.ended() {
                    return Ok(End::Gone);
                }
                if client.read_buf(&mut waiting).await? == 0 {
                    server.write_all(&waiting).await?;
                    server.shutdown().await?;
                    return Ok(End::Gone);
                }
            }
        }
    }
}

async fn answers(
    mut server: ReadHalf<'_>,
    mut client: WriteHalf<'_>,
    state: &watch::Sender<State>,
    cut: &AtomicU64,
) -> io::Result<()> {
    let mut answers = Answers::default();
    let mut waiting = Vec::with_capacity(CHUNK);
    loop {
        if server.read_buf(&mut waiting).await? == 0 {
            return if answers.kept() { Ok(()) } else { client.write_all(&waiting).await };
        }
        released(state).await;
        let cut = cut.load(Ordering::SeqCst);
        let scanned = answers.scan(&waiting, cut);
        client.write_all(waiting.get(..scanned.passed).unwrap_or_default()).await?;
        waiting.drain(..scanned.read);
        if scanned.ended {
            count(state, |state| &mut state.cuts_after);
            return Ok(());
        }
    }
}

/// Forwards the first bytes and removes them.
async fn pass(to: &mut WriteHalf<'_>, waiting: &mut Vec<u8>, count: usize) -> io::Result<()> {
    to.write_all(waiting.get(..count).unwrap_or_default()).await?;
    waiting.drain(..count);
    Ok(())
}
