//! The use cases that run on request: one function per verb, one file per noun.
//!
//! A verb is a function of its noun's module: `batch::pause(&service, &actor, ..)`. Where a verb has a file of
//! its own (`batch/cancel.rs`), the noun's `mod.rs` exports it again; the files of this crate name the file
//! itself (`batch::cancel::cancel`), so that they form no circle. The part of a verb that works inside its
//! transaction has its name with the suffix `_in`, unless a better one says more.
//!
//! A verb opens one transaction, applies the domain's rules, writes its rows and an audit row, and commits;
//! or it passes a request to the ledger's door. It never moves money itself and never waits for a batch to
//! run: it writes rows, and the engine acts on them.

pub mod account;
mod account_cache;
mod account_default;
mod account_export;
pub mod account_import;
mod account_list;
pub mod account_totp;
mod answer;
pub mod api_key;
pub mod approval;
pub mod approval_policy;
pub mod asset;
pub mod audit;
mod audited_ids;
pub mod batch;
pub mod batch_template;
pub mod challenge;
mod code_guess;
pub mod consent;
pub mod date;
pub mod error;
pub mod factor;
pub mod file;
pub mod file_template;
pub mod fx;
pub mod fx_policy;
pub mod holder;
pub mod holder_group;
pub mod identity;
pub mod invitation;
pub mod listing;
pub mod login;
mod login_failure;
pub mod mail;
pub mod mail_address;
pub mod node;
pub mod notice;
pub mod once;
pub mod operation_log;
mod password;
pub mod payee;
pub mod place;
pub mod policy;
pub mod posting_view;
pub mod proving_session;
mod ranked;
pub mod reminder;
pub mod seal;
pub mod search;
mod secret;
pub mod session;
pub mod set_up;
pub mod setting;
mod signed_in;
pub mod statement;
pub mod statistics;
pub mod statistics_export;
mod steady;
pub mod system_account;
pub mod task;
pub mod transfer;
pub mod upload;
pub mod user;
pub mod vault;
mod voucher;
pub mod webhook;
mod write;

pub use answer::kept::Answer;
pub use domain::principal::{Author, Principal};
pub use error::{Error, Refusal};
pub use ledger::request::OperationKey;
pub use secret::{Secret, nonce, request_id};
pub use store::StoreError;
pub use store::audit::Actor;
pub use store::batch::{Batch, BatchFilter, BatchSort};
pub use store::batch_history::Event;
pub use store::mark::Behind;

use account_cache::AccountCache;
use domain::code::Code;
use domain::text::Name;
use domain::upload::FileLimits;
use domain::visible::shown;
use domain::webhook::address::WebhookNetworks;
use files::Files;
use ledger::{Clock, Door};
use std::sync::Arc;
use std::time::Duration;
use store::Store;

/// Everything a verb needs.
#[derive(Debug, Clone)]
pub struct Service {
    // Private to this crate: a caller of requests cannot go around them. The engine has its own.
    pub(crate) store: Store,
    pub(crate) door: Door,
    clock: Arc<dyn Clock>,
    /// The idempotency key of the request that this service serves, if it has one.
    pub(crate) operation: Option<Arc<OperationKey>>,
    /// What the request proves of its person.
    pub(crate) proof: factor::Proven,
    pub(crate) turns: factor::Turns,
    /// How long a person who was added, promoted or reset approves nothing.
    pub(crate) approver_cooling: Duration,
    pub(crate) passwords: password::Passwords,
    pub(crate) steady: steady::MonotonicTime,
    /// The accounts that this process has looked up.
    pub(crate) accounts: Arc<AccountCache>,
    /// The time budget of a list search.
    pub(crate) search_budget: Duration,
    pub(crate) scan_permits: search::ScanPermits,
    /// What encrypts the secrets that are stored.
    pub(crate) vault: vault::Vault,
    /// The codes of the accounts that this request debits.
    pub(crate) consent: Arc<consent::Consent>,
    code_turns: Arc<tokio::sync::Mutex<()>>,
    /// This request's turn to try codes, held until its last transaction.
    _code_turn: Option<consent::CodeTurn>,
    pub(crate) none_bound: Arc<account_totp::NoneBound>,
    /// The networks that webhooks may reach although they are not public.
    pub(crate) webhook_networks: Arc<WebhookNetworks>,
    /// Where files are stored, if they are.
    pub(crate) files: Option<Files>,
    /// How much may be stored.
    pub(crate) file_limits: FileLimits,
}

impl Service {
    /// A service over a store and its door.
    #[must_use]
    pub fn new(store: Store, door: Door, clock: Arc<dyn Clock>) -> Self {
        let (passwords, steady) = Default::default();
        // With a database file, search threads yield to money by their priority instead.
        let scan_permits = search::ScanPermits::beside((!store.is_sole_writer()).then(|| door.clone()));
        Self {
            store,
            door,
            clock,
            operation: None,
            proof: factor::Proven::default(),
            turns: factor::Turns::default(),
            approver_cooling: factor::COOLING_SHIPPED,
            passwords,
            steady,
            accounts: Arc::default(),
            search_budget: search::BUDGET,
            scan_permits,
            vault: vault::Vault::default(),
            consent: Arc::default(),
            code_turns: Arc::default(),
            _code_turn: None,
            none_bound: Arc::default(),
            webhook_networks: Arc::default(),
            files: None,
            file_limits: FileLimits::SHIPPED,
        }
    }

    /// This service with another time budget for list searches.
    #[must_use]
    pub fn searching_for(self, search_budget: Duration) -> Self {
        Self { search_budget, ..self }
    }

    /// This service with the master key; without one, what needs it is refused.
    #[must_use]
    pub fn with_vault(self, vault: vault::Vault) -> Self {
        Self { vault, ..self }
    }

    /// This service with networks that webhooks may reach although they are not public: those of the configuration
    /// file.
    #[must_use]
    pub fn with_webhook_networks(self, networks: WebhookNetworks) -> Self {
        Self { webhook_networks: Arc::new(networks), ..self }
    }

    /// The networks that webhooks may reach although they are not public.
    #[must_use]
    pub fn webhook_networks(&self) -> &WebhookNetworks {
        &self.webhook_networks
    }

    /// This service with a place where files are stored, up to these limits; without one, what needs it is refused.
    #[must_use]
    pub fn with_files(self, files: Files, file_limits: FileLimits) -> Self {
        Self { files: Some(files), file_limits, ..self }
    }

    /// Where files are stored.
    #[must_use]
    pub const fn files(&self) -> Option<&Files> {
        self.files.as_ref()
    }

    /// What encrypts the stored secrets.
    #[must_use]
    pub const fn vault(&self) -> &vault::Vault {
        &self.vault
    }

    /// What a list search requested now may use.
    pub(crate) fn search_limits(&self) -> search::SearchLimits<'_> {
        let budget = search::Budget::from_now(self.search_budget);
        search::SearchLimits { budget, permits: &self.scan_permits }
    }

    /// Microseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// The current time for expiry checks.
    pub(crate) fn steady_now(&self) -> i64 {
        self.steady.now(self.clock.as_ref())
    }
}

/// A name as stored: 1 to 255 visible characters on one line, trimmed.
pub(crate) fn visible(text: &str) -> Result<String, Error> {
    Name::parse(text).map(String::from).map_err(|_| Error::refused(Code::NameInvalid, shown(text.trim())))
}
