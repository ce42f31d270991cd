//! The protocol: socket.io as document 000's client speaks it. Who may connect, and what a client may say.

use crate::app::App;
use crate::edge::security::Event;
use crate::guard;
use crate::language;
use crate::problem::Problem;
use crate::who::ClientAddress;
use axum::Router;
use domain::access::Operation;
use domain::code::{Code, Language};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::identity::Identity;
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// Where the sockets are; clients write it with the slash.
const PATH: &str = "/socket.io";
const PATH_USUAL: &str = "/socket.io/";
/// What a room is called: this, and the batch's id.
const ROOM: &str = "batch_transfer_";
/// The longest name of a room.
const ROOM_MAX: usize = 40;
/// The longest message of a client, and of a polling answer.
const PAYLOAD_MAX: u32 = 16 * 1024;
/// Messages that wait for a client; one that lets more wait is dropped.
const WAITING_MAX: usize = 64;
/// How often a client has to show that it lives, and how long it may take for it.
const PING: Duration = Duration::from_secs(10);
/// How long a connection may stay without saying who it is.
const NAMELESS: Duration = Duration::from_secs(5);

/// Puts the sockets' path beside the routes.
pub(super) fn beside(router: Router, app: &App) -> Router {
    // A polling request is answered by a ping at the latest: before the server gives it up.
    let ping = PING.min(app.options.request_timeout / 2);
    let payload = usize::try_from(PAYLOAD_MAX).unwrap_or(usize::MAX);
    let (service, io) = SocketIo::builder()
        .max_payload(u64::from(PAYLOAD_MAX))
        .ws_max_message_size(payload)
        .ws_max_frame_size(payload)
        .max_buffer_size(WAITING_MAX)
        .ping_interval(ping)
        .ping_timeout(PING)
        .connect_timeout(NAMELESS)
        .build_svc();
    let app = app.clone();
    let hub = app.hub.clone();
    // A client is listened to from before it is told that it is connected: what it says next is not lost.
    let admit = async move |socket: SocketRef, TryData(auth): TryData<Auth>| {
        let by = if matches!(&auth, Ok(Auth { token: Some(_) })) { "key" } else { "session" };
        let admitted = admit(&app, &socket, auth.ok()).await;
        let identity = admitted.inspect_err(|code| note(&app, &socket, *code, by, "connect"))?;
        enter(&app, &socket, identity);
        Ok::<_, Code>(())
    };
    io.ns("/", connected.with(admit));
    hub.attach(io);
    router.route_service(PATH, service.clone()).route_service(PATH_USUAL, service)
}

/// Everything was done before.
async fn connected(_: SocketRef) {}

/// What a client may say of itself: `io(url, { auth: { token: "sluice_…" } })`.
#[derive(Debug, Deserialize)]
struct Auth {
    token: Option<String>,
}

/// Who sent the handshake; a refusal reaches the client as `connect_error`, with the code as its message.
async fn admit(app: &App, socket: &SocketRef, auth: Option<Auth>) -> Result<Identity, Code> {
    let address = address(socket);
    let token = auth.and_then(|auth| auth.token);
    let identity = match token {
        Some(token) => app.service.identify_key(&token, address).await.map(Some).map_err(Problem::from),
        None => guard::identify(app, &socket.req_parts().headers, address).await,
    };
    let identity = identity.map_err(|problem| problem.code)?.ok_or(Code::AuthRequired)?;
    app.limits.of_identity(&identity.owner()).map_err(|problem| problem.code)?;
    if !app.hub.has_room() {
        return Err(Code::ServerBusy);
    }
    Ok(identity)
}

/// A refusal over a socket is a security event as it would be over a request.
fn note(app: &App, socket: &SocketRef, code: Code, by: &'static str, event: &str) {
    let caller = socket.extensions.get::<Identity>().map(|identity| identity.owner());
    app.security.note(&Event {
        code,
        status: code.http(),
        address: address(socket),
        caller: caller.as_deref(),
        by,
        operation: Operation::BatchProgress.name(),
        method: event,
        path: PATH,
        request: "",
    });
}

fn address(socket: &SocketRef) -> IpAddr {
    let given = socket.req_parts().extensions.get::<ClientAddress>();
    given.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.0)
}

/// Takes a socket in whose client is known, and listens to it.
fn enter(app: &App, socket: &SocketRef, identity: Identity) {
    socket.extensions.insert(identity.clone());
    let (joining, hub) = (app.clone(), app.hub.clone());
    socket.on("join_room", async move |socket: SocketRef, TryData(room): TryData<Value>, ack: AckSender| {
        let room = room.unwrap_or_default();
        let joined = join(&joining, &socket, &room).await;
        if let Err(problem) = &joined {
            note(&joining, &socket, problem.code, "none", "join_room");
        }
        answer(&socket, ack, &room, joined);
    });
    let leaving = hub.clone();
    socket.on("leave_room", async move |socket: SocketRef, TryData(room): TryData<Value>, ack: AckSender| {
        let room = room.unwrap_or_default();
        let left = batch(&room).map(|batch| leaving.leave_room(socket.id, batch));
        answer(&socket, ack, &room, left.ok_or_else(|| Code::BatchNotFound.into()));
    });
    let gone = hub.clone();
    socket.on_disconnect(async move |socket: SocketRef| gone.leave(socket.id));
    hub.enter(socket.clone(), identity);
}

/// Takes a socket into a room, if its client may see the batch.
async fn join(app: &App, socket: &SocketRef, room: &Value) -> Result<(), Problem> {
    let identity = socket.extensions.get::<Identity>().ok_or(Code::AuthRequired)?;
    app.limits.of_identity(&identity.owner())?;
    Operation::BatchProgress.allow(identity.asker())?;
    let batch = batch(room).ok_or(Code::BatchNotFound)?;
    if !app.hub.reserve(socket.id, batch) {
        return Err(Code::RateLimited.into());
    }
    match app.service.batch_progress_of(&batch.to_string()).await {
        Ok(progress) => {
            app.hub.join(socket, &progress);
            Ok(())
        }
        Err(error) => {
            app.hub.leave_room(socket.id, batch);
            Err(error.into())
        }
    }
}

/// The batch of a room.
fn batch(room: &Value) -> Option<i64> {
    let name = room.as_str().filter(|name| name.len() <= ROOM_MAX)?;
    let digits = name.strip_prefix(ROOM)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// Why a room is not joined.
#[derive(Debug, Serialize)]
struct RoomError {
    room: String,
    code: &'static str,
    message: &'static str,
}

/// Acknowledges, and tells a refusal besides to those who ask for no acknowledgement.
fn answer(socket: &SocketRef, ack: AckSender, room: &Value, result: Result<(), Problem>) {
    let told = match result {
        Ok(()) => ack.send(&serde_json::json!({ "success": true })),
        Err(problem) => {
            let error = RoomError {
                room: room.as_str().unwrap_or_default().chars().take(ROOM_MAX).collect(),
                code: problem.code.name(),
                message: problem.code.message(language(socket)),
            };
            let both = serde_json::json!({ "success": false, "error": &error });
            socket.emit("room_error", &error).and_then(|()| ack.send(&both))
        }
    };
    if let Err(error) = told {
        tracing::debug!(%error, "a client was not answered");
    }
}

fn language(socket: &SocketRef) -> Language {
    language::of(&socket.req_parts().headers, Language::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_a_batch_and_nothing_else() {
        let batch = |name: &str| batch(&Value::from(name));
        assert_eq!(batch("batch_transfer_42"), Some(42));
        let long = format!("{ROOM}{}", "0".repeat(40));
        for wrong in [
            "",
            "batch_transfer_",
            "batch_transfer_-1",
            "batch_transfer_4x",
            "42",
            "batch_transfer_+1",
            &long,
        ] {
            assert_eq!(batch(wrong), None, "{wrong}");
        }
        assert_eq!(super::batch(&serde_json::json!({ "room": 1 })), None);
    }
}
