//! The caller, as handlers see it; the guard has authenticated it.

use crate::kit::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::access::Reach;
use domain::code::Code;
use service::factor::{Proof, Renewed};
use service::identity::Identity;
use service::{Actor, Secret, Service};
use std::net::IpAddr;

/// The caller, and which objects it may access.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub identity: Identity,
    pub reach: Reach,
    /// The new token of the caller's session, once a code was accepted in it.
    pub renewed: Renewed,
}

impl Who {
    pub(crate) const fn actor(&self) -> &Actor {
        &self.identity.actor
    }

    /// The use cases for this request, which proves its session, and its person's factor if it has a code.
    pub(crate) fn proving(&self, service: &Service, code: Option<&Secret>) -> Service {
        let session = self.identity.proving_session();
        let proof = Proof { session, code: code.cloned(), renewed: self.renewed.clone() };
        service.clone().with_proof(proof)
    }
}

impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Code::AuthRequired.into())
    }
}

/// The client's address: the peer's, or the one a trusted proxy reports.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientAddress(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().copied().ok_or_else(|| Code::ServerFault.into())
    }
}
