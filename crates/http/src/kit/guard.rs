//! Authentication and authorization in front of each operation.

use crate::app::App;
use crate::kit::cookie;
use crate::kit::operation::{COMMON, Groups, contains};
use crate::kit::problem::{Problem, Refused};
use crate::kit::who::{ClientAddress, Who};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::access::{Asker, Operation};
use domain::code::Code;
use service::factor::Renewed;
use service::identity::{self, Identity};
use std::net::{IpAddr, Ipv4Addr};

/// The guard of a route.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    pub app: App,
    pub operation: Operation,
    /// Every code that the API description lists for the operation.
    pub documented: Groups,
}

/// A response extension with its operation, for the outer layers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OperationOf(pub Operation);

/// A response extension with the authenticated caller: a user or a key.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub String);

pub(crate) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let address =
        request.extensions().get().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |a: &ClientAddress| a.0);
    let identified = identify(&guard.app, request.headers(), address).await;
    let caller = identified.as_ref().ok().and_then(Option::as_ref).map(|identity| Caller(identity.owner()));
    let admitted = identified.and_then(|identity| admit(&guard, request, identity, address));
    let mut response = match admitted {
        Ok(request) => renewing(&guard, request, next).await,
        Err(problem) => problem.into_response(),
    };
    if let Some(Refused(code)) = response.extensions().get().copied() {
        let is_known = contains(guard.documented, code) || contains(COMMON, code);
        if !is_known {
            tracing::error!(operation = guard.operation.name(), code = code.name(), "undocumented code");
        }
        debug_assert!(
            is_known,
            "{} returns {}, which its API description does not list",
            guard.operation.name(),
            code
        );
    }
    response.extensions_mut().insert(OperationOf(guard.operation));
    if let Some(caller) = caller {
        response.extensions_mut().insert(caller);
    }
    response
}

/// Runs the operation, and sets the new token of a session in which a code was accepted.
async fn renewing(guard: &Guard, request: Request, next: Next) -> Response {
    let renewed = request.extensions().get().map(|who: &Who| who.renewed.clone());
    let mut response = in_turn(guard, request, next).await;
    if let Some(token) = renewed.as_ref().and_then(Renewed::token) {
        response.headers_mut().extend(cookie::set(&guard.app, token));
    }
    response
}

/// Runs the operation. If it reads a list, it first waits for the caller's turn (see [`crate::kit::edge::turns`]).
async fn in_turn(guard: &Guard, request: Request, next: Next) -> Response {
    let who: Option<&Who> = request.extensions().get();
    let turn = match who.filter(|_| guard.operation.reads_list()) {
        Some(who) => guard.app.turns.take(&who.identity.owner()).await.map(Some),
        None => Ok(None),
    };
    match turn {
        Ok(turn) => {
            let response = next.run(request).await;
            drop(turn);
            response
        }
        Err(problem) => problem.into_response(),
    }
}

fn admit(
    guard: &Guard,
    mut request: Request,
    identity: Option<Identity>,
    address: IpAddr,
) -> Result<Request, Problem> {
    let asker = identity.as_ref().map_or(Asker::Anonymous, Identity::asker);
    let is_local =
        guard.operation == Operation::Metrics && may_scrape(&guard.app, request.headers(), address);
    match guard.operation.admit(asker) {
        Ok(reach) => {
            if let Some(identity) = identity {
                guard.app.limits.of_identity(&identity.owner())?;
                request.extensions_mut().insert(Who { identity, reach, renewed: Renewed::default() });
            }
            Ok(request)
        }
        Err(_) if is_local => Ok(request),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Whether metrics may be read from this address without authentication. A request forwarded by an
/// unconfigured proxy has the proxy's address, so its real origin is unknown.
fn may_scrape(app: &App, headers: &HeaderMap, address: IpAddr) -> bool {
    let options = &app.options;
    let is_forwarded = ["x-forwarded-for", "forwarded"].iter().any(|name| headers.contains_key(*name));
    (!is_forwarded || !options.trusted_proxies.is_empty())
        && options.metrics_from.iter().any(|network| network.contains(&address))
}

/// Identifies the caller by API key, otherwise by session. An invalid key is refused even where none is
/// required, so that the client finds out immediately.
pub(crate) async fn identify(
    app: &App,
    headers: &HeaderMap,
    address: IpAddr,
) -> Result<Option<Identity>, Problem> {
    if let Some(token) = bearer(headers)? {
        return Ok(Some(identity::of_key(&app.service, token, address).await?));
    }
    cookie::identify(app, headers, address).await
}

fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (first, more) = (all.next(), all.next());
    let Some(value) = first else { return Ok(None) };
    let invalid = || Problem::from(Code::AuthRequired);
    if more.is_some() {
        return Err(invalid());
    }
    let text = value.to_str().map_err(|_| invalid())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(invalid)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(Some(token.trim())) } else { Err(invalid()) }
}
