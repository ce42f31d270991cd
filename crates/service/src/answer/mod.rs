//! Stored answers: a request's answer is stored under its idempotency key permanently, so every later version
//! of this program must read it. A stored text names its kind and the version of its form, and holds the
//! answer:
//!
//! ```json
//! {"kind":"holder.1","answer":{"id":1,"name":"Ann","email":null,"uid":"U1","created_at":1}}
//! ```
//!
//! Any other text, for example another verb's answer, a future version or a text with a missing field, is
//! `ANSWER_UNREADABLE`: the request was carried out, but its answer can no longer be reproduced.
//!
//! **To add an answer** for a verb, add its form to its noun's file, a line to `answers!` below, and examples
//! to `tests/fixtures/answers/KIND.1.json`. Without the line the verb does not compile; without the file the
//! tests do not.
//!
//! **To change one**, add a version; stored answers stay as they are. For example, to store holders
//! differently:
//!
//! 1. Rename the current form: `HolderForm of Holder { … }` becomes `Holder1Form { … }`.
//! 2. Add the new `HolderForm of Holder`, and a `From<Holder1Form>` that says what old answers mean.
//! 3. The line becomes `Holder => "holder.2" Holder2(HolderForm), "holder.1" Holder1(Holder1Form);`.
//! 4. Add examples in `holder.2.json`. Do not touch `holder.1.json`.
//!
//! A form nested in others (a batch in a prepared batch) is part of each of them: all of their versions
//! increase. A new enum word needs no new version; add it to `words.json`. Until the first release a version
//! may still be changed together with its examples.

mod account;
mod api_key;
mod approval;
mod asset;
mod author;
mod batch;
mod described;
mod form;
mod fx;
mod holder;
pub(crate) mod kept;
mod refused;
mod user;
mod webhook;

use self::account::AccountForm;
use self::api_key::{ApiKeyForm, ApiKeyMadeForm};
use self::approval::{ApprovalPolicyForm, DecidedForm};
use self::asset::{AssetForm, PolicyForm};
use self::batch::{BatchCountedForm, BatchForm};
use self::described::{AddedForm, DescribedForm, PreparedForm, RepricedForm};
use self::form::Form;
use self::fx::{FxRateForm, FxRulesForm};
use self::holder::HolderForm;
use self::kept::{Answer, Kept, unreadable};
use self::refused::RefusedForm;
use self::user::{UserAddedForm, UserForm};
use self::webhook::{WebhookForm, WebhookMadeForm};
use crate::Error;
use crate::api_key::{ApiKey, Made};
use crate::approval::decide::DecidedBatch;
use crate::approval_policy::ApprovalPolicyOf;
use crate::batch::described::Described;
use crate::batch::edit;
use crate::batch::reprice::Repriced;
use crate::batch::submit::PreparedBatch;
use crate::fx::FxRate;
use crate::fx_policy::FxRules;
use crate::holder::Holder;
use crate::policy::PolicyOf;
use crate::user::User;
use crate::webhook::{MadeWebhook, Webhook};
use domain::asset::Asset;
use domain::id::TaskId;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use store::account::AccountView;
use store::batch::Batch;

/// Each line: a verb's answer, its current form, and the earlier ones.
macro_rules! answers {
    ($($answer:ty => $kind:literal $variant:ident($form:ty)
        $(, $former:literal $former_variant:ident($former_form:ty))*;)*) => {
        /// Every answer that can be stored.
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "answer", deny_unknown_fields)]
        enum Stored {
            #[serde(rename = "refused.1")]
            Refused1(RefusedForm),
            $(
                #[serde(rename = $kind)]
                $variant($form),
                $(#[serde(rename = $former)] $former_variant($former_form),)*
            )*
        }

        impl Stored {
            const fn kind(&self) -> &'static str {
                match self {
                    Self::Refused1(_) => "refused.1",
                    $(Self::$variant(_) => $kind, $(Self::$former_variant(_) => $former,)*)*
                }
            }
        }

        $(impl Answer for $answer {
            fn keep(self) -> Result<Kept, Error> {
                Kept::of(&Stored::$variant(Form::of(self)))
            }

            fn again(kept: &str) -> Result<Self, Error> {
                match Stored::read(kept)? {
                    Stored::Refused1(form) => Err(Error::Refused(form.back()?)),
                    Stored::$variant(form) => Ok(form.back()),
                    $(Stored::$former_variant(former) => Ok(<$form>::from(former).back()),)*
                    other => Err(unreadable(&format!("{} instead of {}", other.kind(), $kind))),
                }
            }
        })*

        #[cfg(test)]
        impl Stored {
            /// Every kind with its examples: a kind without a file does not compile.
            const EXAMPLES: &[(&str, &str)] = &[
                ("refused.1", examples!("refused.1")),
                $(($kind, examples!($kind)), $(($former, examples!($former)),)*)*
            ];
        }

        /// Reads an answer as the verb of this kind does, and stores the result again.
        #[cfg(test)]
        fn read_as(text: &str, kind: &str) -> Result<Kept, Error> {
            let kept = Kept::Text(text.to_owned());
            match kind {
                "refused.1" => match kept.answer::<Infallible>() {
                    Err(Error::Refused(refusal)) if refusal.code != domain::code::Code::AnswerUnreadable => Ok(Kept::Refused(refusal)),
                    Err(error) => Err(error),
                },
                $($kind $(| $former)* => kept.answer::<$answer>()?.keep(),)*
                other => panic!("no such kind: {other}"),
            }
        }
    };
}

#[cfg(test)]
macro_rules! examples {
    ($kind:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/answers/", $kind, ".json"))
    };
}

answers! {
    () => "nothing.1" Nothing1(());
    u64 => "count.1" Count1(u64);
    AccountView => "account.1" Account1(AccountForm);
    ApiKey => "api_key.1" ApiKey1(ApiKeyForm);
    Made => "api_key_made.1" ApiKeyMade1(ApiKeyMadeForm);
    ApprovalPolicyOf => "approval_policy.1" ApprovalPolicy1(ApprovalPolicyForm);
    Asset => "asset.1" Asset1(AssetForm);
    Batch => "batch.1" Batch1(BatchForm);
    (Batch, i64) => "batch_counted.1" BatchCounted1(BatchCountedForm);
    edit::AddedItems => "batch_added.1" BatchAdded1(AddedForm);
    DecidedBatch => "batch_decided.1" BatchDecided1(DecidedForm);
    Vec<DecidedBatch> => "batches_decided.1" BatchesDecided1(Vec<DecidedForm>);
    Described => "batch_described.1" BatchDescribed1(DescribedForm);
    PreparedBatch => "batch_prepared.1" BatchPrepared1(PreparedForm);
    Repriced => "batch_repriced.1" BatchRepriced1(RepricedForm);
    FxRate => "fx_rate.1" FxRate1(FxRateForm);
    FxRules => "fx_rules.1" FxRules1(FxRulesForm);
    Holder => "holder.1" Holder1(HolderForm);
    PolicyOf => "policy.1" Policy1(PolicyForm);
    TaskId => "task.1" Task1(i64);
    User => "user.1" User1(UserForm);
    crate::user::InvitedUser => "user_added.1" UserAdded1(UserAddedForm);
    Webhook => "webhook.1" Webhook1(WebhookForm);
    MadeWebhook => "webhook_made.1" WebhookMade1(WebhookMadeForm);
}

/// For a verb that stores only refusals here: the door stores the outcome of transfers.
impl Answer for Infallible {
    fn keep(self) -> Result<Kept, Error> {
        match self {}
    }

    fn again(kept: &str) -> Result<Self, Error> {
        match Stored::read(kept)? {
            Stored::Refused1(form) => Err(Error::Refused(form.back()?)),
            other => Err(unreadable(&format!("{} instead of a refusal", other.kind()))),
        }
    }
}

impl Stored {
    fn read(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|error| unreadable(&error))
    }
}

#[cfg(test)]
mod tests;
