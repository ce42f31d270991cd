//! The person who signed in with `sluice login`, to act with that person's rights. The command line itself has the
//! disk and acts as an administrator, but approves nothing.

use crate::data_dir::DataDir;
use crate::exit::Failure;
use crate::session::Session;
use crate::session_file::SessionFile;
use domain::code::Code;
use service::factor::{Proof, Renewed};
use service::identity::Who;
use service::{Error, Secret, Service, session};
use std::net::{IpAddr, Ipv4Addr};
use store::audit::Actor;

/// A person with a session.
#[derive(Debug)]
pub(crate) struct Person {
    /// The use cases, with what the request proves of the person.
    pub service: Service,
    /// The person, for the audit log.
    pub actor: Actor,
    /// The user's id.
    pub user: i64,
    /// The session's id.
    pub session: i64,
    renewed: Renewed,
}

impl Session {
    /// The session file of the operating system's user.
    pub(crate) fn session_file(&self) -> Result<SessionFile, Failure> {
        SessionFile::of_user()
    }

    /// The ledger's name in the session file.
    pub(crate) fn place(&self) -> String {
        match &self.data {
            Some(DataDir(folder)) => {
                folder.canonicalize().unwrap_or_else(|_| folder.clone()).display().to_string()
            }
            None => self.store.shown(),
        }
    }

    /// The person who signed in on this ledger, for a request with a one-time code, if it has one. Refused if nobody
    /// did, or if the session has ended.
    pub(crate) async fn person(&self, code: Option<Secret>) -> Result<Person, Failure> {
        let nobody = || Failure::Service(Error::from(Code::AuthRequired));
        let token = self.session_file()?.token(&self.place())?.ok_or_else(nobody)?;
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let found = session::identify(&self.service, &token, address, self.life).await?.ok_or_else(nobody)?;
        let Who::Person { user, session, .. } = found.who else { return Err(nobody()) };
        let renewed = Renewed::default();
        let proof = Proof { session: found.proving_session(), code, renewed: renewed.clone() };
        let service = self.service.clone().with_proof(proof);
        let actor = Actor { origin: "cli".to_owned(), ..found.actor };
        Ok(Person { service, actor, user, session, renewed })
    }

    /// Keeps the session's new token, if the person's code was accepted.
    pub(crate) fn keep(&self, person: &Person) -> Result<(), Failure> {
        match person.renewed.token() {
            Some(token) => self.session_file()?.set(&self.place(), Some(token.clone())),
            None => Ok(()),
        }
    }
}
