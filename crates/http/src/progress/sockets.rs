//! The protocol: Socket.IO as document 000's client speaks it. Who may connect, and what a client may send.

use crate::app::App;
use crate::kit::edge::security::Event;
use crate::kit::guard;
use crate::kit::language;
use crate::kit::problem::Problem;
use crate::kit::who::ClientAddress;
use axum::Router;
use domain::access::Operation;
use domain::code::{Code, Language};
use domain::id::{BatchId, TaskId};
use domain::noun::plain_id;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::batch;
use service::identity::{self, Identity};
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// The sockets' path; clients request it with the trailing slash.
const PATH: &str = "/socket.io";
const PATH_USUAL: &str = "/socket.io/";
/// The prefix of a room's name, followed by the batch's id.
const ROOM: &str = "batch_transfer_";
/// The prefix of the name of a task's room.
const ROOM_TASK: &str = "batch_task_";
/// The name of a person's own room, for what only this person is told.
const ROOM_OWN: &str = "user";
/// The maximum length of a room's name.
const ROOM_MAX: usize = 40;
/// The maximum size of a client's message and of a polling response, in bytes.
const PAYLOAD_MAX: u32 = 16 * 1024;
/// The maximum number of queued messages per client; a client that falls further behind is dropped.
const WAITING_MAX: usize = 64;
/// The ping interval and the ping timeout.
const PING: Duration = Duration::from_secs(10);
/// How long a connection may stay unauthenticated.
const NAMELESS: Duration = Duration::from_secs(5);

/// Adds the sockets' path to the router.
pub(super) fn beside(router: Router, app: &App) -> Router {
    // A polling request is answered by a ping at the latest, before the request timeout.
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
    // Handlers are registered before the client is told that it is connected, so no message of it is lost.
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

/// Nothing is left to do: `admit` has done it all.
async fn connected(_: SocketRef) {}

/// A client's credentials: `io(url, { auth: { token: "sluice_…" } })`.
#[derive(Debug, Deserialize)]
struct Auth {
    token: Option<String>,
}

/// Authenticates the handshake; a refusal reaches the client as `connect_error`, with the code as its
/// message.
async fn admit(app: &App, socket: &SocketRef, auth: Option<Auth>) -> Result<Identity, Code> {
    let address = address(socket);
    let token = auth.and_then(|auth| auth.token);
    let identity = match token {
        Some(token) => identity::of_key(&app.service, &token, address).await.map(Some).map_err(Problem::from),
        None => guard::identify(app, &socket.req_parts().headers, address).await,
    };
    let identity = identity.map_err(|problem| problem.code)?.ok_or(Code::AuthRequired)?;
    app.limits.of_identity(&identity.owner()).map_err(|problem| problem.code)?;
    if !app.hub.has_room() {
        return Err(Code::ServerBusy);
    }
    Ok(identity)
}

/// Logs a refusal over a socket as a security event, as for a request.
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

/// Adds an authenticated socket and registers its event handlers.
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
    let (leaving, tasks) = (hub.clone(), app.task_rooms.clone());
    socket.on("leave_room", async move |socket: SocketRef, TryData(room): TryData<Value>, ack: AckSender| {
        let room = room.unwrap_or_default();
        let left = match room.as_str() {
            Some(ROOM_OWN) => {
                leaving.set_own_room(socket.id, false);
                Some(())
            }
            _ if task(&room).is_some() => task(&room).map(|id| tasks.leave(socket.id, id)),
            _ => batch(&room).map(|batch| leaving.leave_room(socket.id, batch)),
        };
        answer(&socket, ack, &room, left.ok_or_else(|| Code::BatchNotFound.into()));
    });
    let gone = hub.clone();
    socket.on_disconnect(async move |socket: SocketRef| gone.leave(socket.id));
    hub.enter(socket.clone(), identity);
}

/// Adds a socket to its person's own room, or to a batch's room if its client may see the batch.
async fn join(app: &App, socket: &SocketRef, room: &Value) -> Result<(), Problem> {
    let identity = socket.extensions.get::<Identity>().ok_or(Code::AuthRequired)?;
    app.limits.of_identity(&identity.owner())?;
    if room.as_str() == Some(ROOM_OWN) {
        Operation::NoticeList.allow(identity.asker())?;
        app.hub.set_own_room(socket.id, true);
        return Ok(());
    }
    if let Some(id) = task(room) {
        let by = identity.actor.author.principal;
        service::task::show(&app.service, by, identity.asker(), id).await?;
        return if app.task_rooms.join(socket, id) { Ok(()) } else { Err(Code::RateLimited.into()) };
    }
    Operation::BatchProgress.allow(identity.asker())?;
    let batch = batch(room).ok_or(Code::BatchNotFound)?;
    if !app.hub.reserve(socket.id, batch) {
        return Err(Code::RateLimited.into());
    }
    match batch::progress(&app.service, BatchId(batch).into()).await {
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

/// The task in a room's name: its bare number.
fn task(room: &Value) -> Option<TaskId> {
    let name = room.as_str().filter(|name| name.len() <= ROOM_MAX)?;
    plain_id(name.strip_prefix(ROOM_TASK)?).map(TaskId)
}

/// The batch id in a room's name.
fn batch(room: &Value) -> Option<i64> {
    let name = room.as_str().filter(|name| name.len() <= ROOM_MAX)?;
    let digits = name.strip_prefix(ROOM)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// Why joining or leaving a room was refused.
#[derive(Debug, Serialize)]
struct RoomError {
    room: String,
    code: &'static str,
    message: &'static str,
}

/// Sends the acknowledgement. A refusal is also emitted as `room_error`, for clients that request no
/// acknowledgement.
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
        tracing::debug!(%error, "could not answer a client");
    }
}

fn language(socket: &SocketRef) -> Language {
    language::of(&socket.req_parts().headers, Language::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_name_is_a_batch_and_nothing_else() {
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
        assert_eq!(task(&Value::from("batch_task_12")), Some(TaskId(12)));
        for wrong in ["batch_task_", "batch_task_task_12", "batch_task_012", "batch_task_-1", "task_12"] {
            assert_eq!(task(&Value::from(wrong)), None, "{wrong}");
        }
        assert_eq!(super::batch(&serde_json::json!({ "room": 1 })), None);
    }
}
