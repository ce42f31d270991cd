//! Opening, freezing, unfreezing and closing accounts.

use super::input::AccountInput;
use super::view::AccountView;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::{Input, Nothing};
use crate::kit::once::Once;
use crate::kit::operation::Groups;
use crate::kit::plain::PlainText;
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::who::Who;
use crate::v2::holder::HolderInput;
use domain::access::Operation as O;
use domain::account::AccountStatus;
use domain::code::Code;
use domain::code::groups::{ACCOUNT_REFERENCE, HOLDER_DETAILS};
use domain::id::HolderId;
use domain::noun::NounId;
use domain::visible::shown;
use serde::Deserialize;
use service::account::{self, AccountView as Stored, OpenAccount};
use service::{Service, asset};
use utoipa::ToSchema;
use utoipa_axum::routes;

const OPEN: &[Code] = &[
    Code::NameReserved,
    Code::ControlCharacter,
    Code::NumberSpaces,
    Code::NumberConfusable,
    Code::AccountExists,
    Code::AssetUnknown,
    Code::HolderNotNamed,
    Code::HolderDiffers,
    Code::HolderConflict,
];
/// Freezing, unfreezing, closing and choosing the default.
const CHANGE: Groups = &[
    ACCOUNT_REFERENCE,
    &[
        Code::TextTooLong,
        Code::AccountNotFound,
        Code::AccountState,
        Code::AccountNotEmpty,
        Code::SystemAccount,
        Code::DefaultNeeded,
    ],
];

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(O::AccountOpen, routes!(open), &[HOLDER_DETAILS, OPEN])
        .add(O::AccountFreeze, routes!(freeze), CHANGE)
        .add(O::AccountUnfreeze, routes!(unfreeze), CHANGE)
        .add(O::AccountClose, routes!(close), CHANGE)
        .add(O::AccountMakeDefault, routes!(make_default), CHANGE)
}

const OPENED: Message = Message { english: "The account was opened", chinese: "账户已开立" };
const FROZEN: Message = Message { english: "The account was frozen", chinese: "账户已冻结" };
const THAWED: Message = Message { english: "The account was unfrozen", chinese: "账户已解冻" };
const DEFAULT: Message = Message {
    english: "The account is now its holder's default",
    chinese: "该账户已设为持有人的默认账户",
};
const CLOSED: Message = Message { english: "The account was closed", chinese: "账户已关闭" };

/// An account to open. Its holder is identified either by id or by details.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct AccountOpenInput {
    /// The account's number, as people will write it; unique.
    #[schema(value_type = String, example = "ACC-A1-001", min_length = 1, max_length = 255)]
    number: PlainText,
    /// The account's currency. It is enabled implicitly if its decimals are known.
    #[schema(example = "USD", min_length = 3, max_length = 12)]
    currency: String,
    /// The holder's details. The holder is looked up by uid, e-mail address or name, and added if not found.
    holder: Option<HolderInput>,
    /// The holder's id.
    #[schema(example = json!(null), pattern = "^(hold_)?[1-9][0-9]{0,15}$")]
    holder_id: Option<String>,
    /// Confirms a number that looks like another account's (`NUMBER_CONFUSABLE`).
    #[serde(default)]
    #[schema(example = false)]
    confusable: bool,
}

impl Input for AccountOpenInput {}

impl AccountOpenInput {
    /// The holder, by details or by id.
    fn owner(&self) -> Result<(service::holder::NewHolder, Option<HolderId>), service::Error> {
        match (&self.holder, &self.holder_id) {
            (Some(holder), None) => Ok((holder.clone().into(), None)),
            (None, Some(id)) => match HolderId::from_text(id) {
                Ok(id) => Ok((service::holder::NewHolder::default(), Some(id))),
                Err(_) => Err(service::Error::refused(Code::HolderNotFound, shown(id))),
            },
            _ => Err(Code::HolderNotNamed.into()),
        }
    }
}

/// The reason for a change.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountReasonInput {
    /// The reason, for the audit log.
    #[schema(example = "Asked for by the holder", max_length = 500)]
    reason: Option<String>,
}

impl Input for AccountReasonInput {
    fn empty() -> Option<Self> {
        Some(Self::default())
    }
}

/// Opens an account.
#[utoipa::path(post, path = "/api/v2/accounts", operation_id = "openAccount", tag = "accounts",
    request_body = AccountOpenInput,
    responses((status = 200, description = "The account.", body = Envelope<AccountView>)))]
pub(crate) async fn open(who: Who, once: Once<AccountOpenInput>) -> Result<Answer<AccountView>, Problem> {
    let (new, service) = (&once.body, &once.service);
    let opened = match new.owner() {
        Ok((holder, holder_id)) => {
            let (number, currency, confusable) = (new.number.0.clone(), new.currency.clone(), new.confusable);
            let open = OpenAccount { number, holder, holder_id, currency, confusable };
            account::open(service, who.actor(), &open).await
        }
        Err(error) => Err(error),
    };
    let account = once.settle(opened).await?;
    show(service, account, OPENED).await
}

/// A stored answer holds only the account; its currency never changes, so it is read again.
pub(super) async fn show(
    service: &Service,
    account: Stored,
    message: Message,
) -> Result<Answer<AccountView>, Problem> {
    let asset = asset::list(service).await?.into_iter().find(|asset| asset.id == account.asset);
    Ok(Answer::saying(message, AccountView::of(asset.ok_or(Code::ServerFault)?, account)))
}

async fn change(
    who: &Who,
    id: &Segment,
    once: &Once<AccountReasonInput>,
    status: AccountStatus,
    message: Message,
) -> Result<Answer<AccountView>, Problem> {
    let reason = once.body.reason.as_deref().unwrap_or_default();
    let id = AccountInput::read(&id.0)?;
    let changed = account::set_status(&once.service, who.actor(), &id.0, status, reason).await;
    show(&once.service, once.settle(changed).await?, message).await
}

/// Freezes an account: it can neither pay nor be paid until it is unfrozen.
#[utoipa::path(post, path = "/api/v2/accounts/{id}/freeze", operation_id = "freezeAccount", tag = "accounts",
    params(("id" = String, Path, description = "The account's id, such as `acct_17`, or its number", example = "acct_17")),
    request_body = Option<AccountReasonInput>,
    responses((status = 200, description = "The account.", body = Envelope<AccountView>)))]
pub(crate) async fn freeze(
    who: Who,
    id: Segment,
    once: Once<AccountReasonInput>,
) -> Result<Answer<AccountView>, Problem> {
    change(&who, &id, &once, AccountStatus::Frozen, FROZEN).await
}

/// Unfreezes an account.
#[utoipa::path(post, path = "/api/v2/accounts/{id}/unfreeze", operation_id = "unfreezeAccount", tag = "accounts",
    params(("id" = String, Path, description = "The account's id, such as `acct_17`, or its number", example = "acct_17")),
    request_body = Option<AccountReasonInput>,
    responses((status = 200, description = "The account.", body = Envelope<AccountView>)))]
pub(crate) async fn unfreeze(
    who: Who,
    id: Segment,
    once: Once<AccountReasonInput>,
) -> Result<Answer<AccountView>, Problem> {
    change(&who, &id, &once, AccountStatus::Active, THAWED).await
}

/// Closes an account permanently. Its balance must be zero.
#[utoipa::path(post, path = "/api/v2/accounts/{id}/close", operation_id = "closeAccount", tag = "accounts",
    params(("id" = String, Path, description = "The account's id, such as `acct_17`, or its number", example = "acct_17")),
    request_body = Option<AccountReasonInput>,
    responses((status = 200, description = "The account.", body = Envelope<AccountView>)))]
pub(crate) async fn close(
    who: Who,
    id: Segment,
    once: Once<AccountReasonInput>,
) -> Result<Answer<AccountView>, Problem> {
    change(&who, &id, &once, AccountStatus::Closed, CLOSED).await
}

/// Makes an account its holder's default in its currency, so that payments by e-mail address or uid go to it.
#[utoipa::path(post, path = "/api/v2/accounts/{id}/make-default", operation_id = "makeDefaultAccount", tag = "accounts",
    params(("id" = String, Path, description = "The account's id, such as `acct_17`, or its number", example = "acct_17")),
    responses((status = 200, description = "The account.", body = Envelope<AccountView>)))]
pub(crate) async fn make_default(
    who: Who,
    id: Segment,
    once: Once<Nothing>,
) -> Result<Answer<AccountView>, Problem> {
    let id = AccountInput::read(&id.0)?;
    let made = account::make_default(&once.service, who.actor(), &id.0).await;
    show(&once.service, once.settle(made).await?, DEFAULT).await
}
