//! How e-mails are sent: by a mail server, into a folder, or, as shipped, not at all.
//!
//! `SLUICE_SMTP_PASSWORD` is a secret and therefore no setting: no command shows it.

use crate::exit::Failure;
use crate::key_ring::{SMTP_PASSWORD, secret_file};
use crate::say::{Say, say};
use crate::settings::{Settings, SmtpProtection};
use domain::code::Language;
use engine::{Mailer, SmtpServer, SmtpTls};
use service::Secret;
use std::path::PathBuf;

const PASSWORD: Say = say("the password of smtp_user", "smtp_user 的密码");
const NO_PASSWORD: Say = say(
    "smtp_user needs a password: set smtp_password_file, or SLUICE_SMTP_PASSWORD",
    "smtp_user 须有密码：请设置 smtp_password_file 或 SLUICE_SMTP_PASSWORD",
);

/// The settings of e-mails.
#[derive(Debug, Clone)]
pub(crate) struct MailSettings {
    from: Option<String>,
    folder: Option<PathBuf>,
    host: Option<String>,
    port: Option<u16>,
    tls: SmtpProtection,
    user: Option<String>,
    password_file: Option<PathBuf>,
}

impl MailSettings {
    /// From the settings, which satisfy their rules.
    pub(crate) fn of(settings: &Settings) -> Self {
        Self {
            from: settings.mail_from.clone(),
            folder: settings.mail_dir.clone(),
            host: settings.smtp_host.clone(),
            port: settings.smtp_port,
            tls: settings.smtp_tls,
            user: settings.smtp_user.clone(),
            password_file: settings.smtp_password_file.clone(),
        }
    }

    /// What sends e-mails; none if nothing is set.
    pub(crate) fn mailer(&self, language: Language) -> Result<Option<Mailer>, Failure> {
        let Some(from) = &self.from else { return Ok(None) };
        let mailer = match (&self.folder, &self.host) {
            (Some(folder), _) => Mailer::folder(from, folder),
            (None, Some(host)) => Mailer::smtp(from, self.server(host, language)?),
            (None, None) => return Ok(None),
        };
        mailer.map(Some).map_err(|why| Failure::Settings(vec![format!("`mail_from`: {why}")]))
    }

    fn server(&self, host: &str, language: Language) -> Result<SmtpServer, Failure> {
        let tls = match self.tls {
            SmtpProtection::Tls => SmtpTls::Wrapped,
            SmtpProtection::Starttls => SmtpTls::StartTls,
            SmtpProtection::None => SmtpTls::Plain,
        };
        let login = match &self.user {
            Some(user) => Some((user.clone(), self.password(language)?)),
            None => None,
        };
        Ok(SmtpServer { host: host.to_owned(), port: self.port, tls, login })
    }

    /// The password, from the variable, which comes first, or the file.
    fn password(&self, language: Language) -> Result<Secret, Failure> {
        if let Some(text) = std::env::var(SMTP_PASSWORD).ok().filter(|text| !text.is_empty()) {
            return Ok(Secret::new(text));
        }
        let missing = || Failure::Settings(vec![NO_PASSWORD.to(language).to_owned()]);
        let path = self.password_file.as_deref().ok_or_else(missing)?;
        let text = secret_file(path, PASSWORD, language)?;
        Ok(Secret::new(text.trim_end().to_owned()))
    }
}
