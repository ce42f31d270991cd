//! What sends e-mails: a mail server, or for development a folder that they are written to.

use lettre::message::Mailbox;
use lettre::message::header::{ContentType, MIME_VERSION_1_0};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use service::Secret;
use service::mail::Letter;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one step of the conversation with a mail server may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long the whole of it may take.
const WHOLE: Duration = Duration::from_secs(60);

/// How the connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// By TLS from the start.
    Wrapped,
    /// By TLS once the server was asked for it; without it nothing is sent.
    StartTls,
    /// Not at all.
    Plain,
}

/// A mail server.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    /// Its host.
    pub host: String,
    /// Its port; none: the usual one.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub tls: SmtpTls,
    /// The user and the password, if it asks for them.
    pub login: Option<(String, Secret)>,
}

/// Sends e-mails. Clones share everything.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    Folder(PathBuf),
}

/// Why an e-mail was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unsent {
    /// What happened, without what the e-mail says.
    pub why: String,
    /// Whether it will never be accepted.
    pub is_final: bool,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if matches!(self.way, Way::Smtp(_)) { "smtp" } else { "folder" };
        f.debug_struct("Mailer").field("way", &way).finish_non_exhaustive()
    }
}

impl Mailer {
    /// Sends through a mail server, from an address (`Sluice <pay@example.com>`).
    ///
    /// # Errors
    ///
    /// What is wrong with the address or the server's name.
    pub fn smtp(from: &str, server: SmtpServer) -> Result<Self, String> {
        let SmtpServer { host, port, tls, login } = server;
        let builder = match tls {
            SmtpTls::Wrapped => AsyncSmtpTransport::<Tokio1Executor>::relay(&host),
            SmtpTls::StartTls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&host),
            SmtpTls::Plain => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.as_str())),
        };
        let mut builder = builder.map_err(|error| error.to_string())?.timeout(Some(PATIENCE));
        if let Some(port) = port {
            builder = builder.port(port);
        }
        if let Some((user, password)) = login {
            builder = builder.credentials(Credentials::new(user, password.expose().to_owned()));
        }
        Ok(Self { from: mailbox(from)?, way: Way::Smtp(Box::new(builder.build())) })
    }

    /// Writes each e-mail to a file in a folder.
    ///
    /// # Errors
    ///
    /// What is wrong with the address.
    pub fn folder(from: &str, folder: &Path) -> Result<Self, String> {
        Ok(Self { from: mailbox(from)?, way: Way::Folder(folder.to_owned()) })
    }

    /// Sends an e-mail. One that is sent again has the same message id, so that a mail program shows it once.
    pub(crate) async fn send(&self, letter: &Letter) -> Result<(), Unsent> {
        let message = self.message(letter).map_err(|why| Unsent { why, is_final: true })?;
        match &self.way {
            Way::Smtp(transport) => match tokio::time::timeout(WHOLE, transport.send(message)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(Unsent { is_final: error.is_permanent(), why: error.to_string() }),
                Err(_) => Err(Unsent { is_final: false, why: "the mail server did not answer".to_owned() }),
            },
            Way::Folder(folder) => {
                let name = format!("notice-{}-{}.eml", letter.mail.event, letter.mail.user);
                write(folder.clone(), name, message.formatted()).await
            }
        }
    }

    fn message(&self, letter: &Letter) -> Result<Message, String> {
        let to: Address = letter.to.parse().map_err(|_| "the address is not one of e-mail".to_owned())?;
        let id = format!("<notice-{}-{}@{}>", letter.mail.event, letter.mail.user, self.from.email.domain());
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.as_str())
            .message_id(Some(id))
            // Without it, strict programs show an encoded text as it is.
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body.clone());
        message.map_err(|error| error.to_string())
    }
}

fn mailbox(from: &str) -> Result<Mailbox, String> {
    from.parse().map_err(|_| format!("{from} is not an address such as Sluice <pay@example.com>"))
}

/// Writes a file as a whole or not at all.
async fn write(folder: PathBuf, name: String, bytes: Vec<u8>) -> Result<(), Unsent> {
    let written = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&folder)?;
        let (part, whole) = (folder.join(format!("{name}.part")), folder.join(name));
        std::fs::write(&part, bytes)?;
        std::fs::rename(part, whole)
    });
    let unsent = |why: String| Unsent { why, is_final: false };
    match written.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(unsent(error.to_string())),
        Err(error) => Err(unsent(error.to_string())),
    }
}
