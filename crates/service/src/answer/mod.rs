//! What a request was answered, as it is kept under its idempotency key: for ever, so for every later version of
//! this program. A kept text says what it is, in which version of its form, and what was answered:
//!
//! ```json
//! {"kind":"holder.1","answer":{"id":1,"name":"Ann","email":null,"uid":"U1","created_at":1}}
//! ```
//!
//! Whatever else is read, for example an answer of another verb, a version from the future or a text that lacks a
//! field, is `ANSWER_UNREADABLE`: the request was carried out, and nobody can say any more what was answered.
//!
//! **To add an answer** for a verb: its form in the file of its noun, a line in `answers!` below, and examples in
//! `tests/fixtures/answers/KIND.1.json`. Without the line the verb does not compile, without the file the tests do not.
//!
//! **To change one**, add a version; what was kept stays as it is. Say that holders are kept differently:
//!
//! 1. Today's form becomes the old one: `HolderForm of Holder { … }` is `Holder1Form { … }` from now on.
//! 2. The new `HolderForm of Holder` stands beside it, with a `From<Holder1Form>` that says what old answers mean.
//! 3. The line is `Holder => "holder.2" Holder2(HolderForm), "holder.1" Holder1(Holder1Form);`.
//! 4. `holder.2.json` has examples of it. `holder.1.json` is not touched.
//!
//! A form that stands in others (a batch in what was prepared) is part of each of them: all of their versions rise.
//! A new word of an enum is no new version; `words.json` names it. Until the first release a version may still be
//! changed together with its examples.

mod account;
mod api_key;
mod asset;
mod author;
mod batch;
mod described;
mod form;
mod fx;
mod holder;
mod refused;
mod user;

use self::account::AccountForm;
use self::api_key::{ApiKeyForm, ApiKeyMadeForm};
use self::asset::{AssetForm, PolicyForm};
use self::batch::{BatchCountedForm, BatchForm};
use self::described::{AddedForm, DescribedForm, PreparedForm, RepricedForm};
use self::form::Form;
use self::fx::{FxRateForm, FxRulesForm};
use self::holder::HolderForm;
use self::refused::RefusedForm;
use self::user::{UserAddedForm, UserForm};
use crate::api_key::{ApiKey, Made};
use crate::batch::reprice::Repriced;
use crate::batch::submit::Prepared;
use crate::batch::{Described, edit};
use crate::fx::FxRate;
use crate::fx_policy::FxRules;
use crate::holder::Holder;
use crate::policy::PolicyOf;
use crate::user::User;
use crate::{Error, Refusal};
use domain::asset::Asset;
use domain::code::Code;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use store::StoreError;
use store::account::AccountView;
use store::batch::Batch;

/// What a verb may answer: there is a form in which it is kept.
#[diagnostic::on_unimplemented(
    message = "an answer `{Self}` cannot be kept",
    note = "it needs a form; see service/src/answer/mod.rs"
)]
pub trait Answer: Clone {
    /// As it is kept from now on.
    fn keep(self) -> Kept;

    /// What was kept, in today's form or an earlier one.
    fn again(kept: Kept) -> Result<Self, Error>;
}

/// Each line: a verb's answer, its form of today, and the earlier ones.
macro_rules! answers {
    ($($answer:ty => $kind:literal $variant:ident($form:ty)
        $(, $former:literal $former_variant:ident($former_form:ty))*;)*) => {
        /// All that can be kept.
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "answer", deny_unknown_fields)]
        pub enum Kept {
            #[serde(rename = "refused.1")]
            Refused1(RefusedForm),
            $(
                #[serde(rename = $kind)]
                $variant($form),
                $(#[serde(rename = $former)] $former_variant($former_form),)*
            )*
        }

        impl Kept {
            const fn kind(&self) -> &'static str {
                match self {
                    Self::Refused1(_) => "refused.1",
                    $(Self::$variant(_) => $kind, $(Self::$former_variant(_) => $former,)*)*
                }
            }
        }

        $(impl Answer for $answer {
            fn keep(self) -> Kept {
                Kept::$variant(Form::of(self))
            }

            fn again(kept: Kept) -> Result<Self, Error> {
                match kept {
                    Kept::$variant(form) => Ok(form.back()),
                    $(Kept::$former_variant(former) => Ok(<$form>::from(former).back()),)*
                    other => Err(unreadable(&format!("{} instead of {}", other.kind(), $kind))),
                }
            }
        })*

        #[cfg(test)]
        impl Kept {
            /// Every kind with its examples: a kind without a file does not compile.
            const EXAMPLES: &[(&str, &str)] = &[
                ("refused.1", examples!("refused.1")),
                $(($kind, examples!($kind)), $(($former, examples!($former)),)*)*
            ];

            /// What the verb of this kind makes of an answer, kept once more.
            fn read_as(self, kind: &str) -> Result<Self, Error> {
                match kind {
                    "refused.1" => match self.answer::<Infallible>() {
                        Err(Error::Refused(refusal)) if refusal.code != Code::AnswerUnreadable => Ok(refusal.into()),
                        Err(error) => Err(error),
                    },
                    $($kind $(| $former)* => self.answer::<$answer>().map(Answer::keep),)*
                    other => panic!("no such kind: {other}"),
                }
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
    Asset => "asset.1" Asset1(AssetForm);
    Batch => "batch.1" Batch1(BatchForm);
    (Batch, i64) => "batch_counted.1" BatchCounted1(BatchCountedForm);
    edit::Added => "batch_added.1" BatchAdded1(AddedForm);
    Described => "batch_described.1" BatchDescribed1(DescribedForm);
    Prepared => "batch_prepared.1" BatchPrepared1(PreparedForm);
    Repriced => "batch_repriced.1" BatchRepriced1(RepricedForm);
    FxRate => "fx_rate.1" FxRate1(FxRateForm);
    FxRules => "fx_rules.1" FxRules1(FxRulesForm);
    Holder => "holder.1" Holder1(HolderForm);
    PolicyOf => "policy.1" Policy1(PolicyForm);
    User => "user.1" User1(UserForm);
    crate::user::Added => "user_added.1" UserAdded1(UserAddedForm);
}

/// Of a verb that has nothing but refusals kept here: what became a transfer is kept by the door.
impl Answer for Infallible {
    fn keep(self) -> Kept {
        match self {}
    }

    fn again(kept: Kept) -> Result<Self, Error> {
        Err(unreadable(&format!("{} instead of a refusal", kept.kind())))
    }
}

impl Kept {
    /// Of what [`Self::text`] made.
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|error| unreadable(&error))
    }

    pub(crate) fn text(&self) -> Result<String, Error> {
        serde_json::to_string(self)
            .map_err(|error| StoreError::Corrupt(format!("an answer cannot be kept: {error}")).into())
    }

    /// The first answer again.
    pub(crate) fn answer<T: Answer>(self) -> Result<T, Error> {
        match self {
            Self::Refused1(form) => Err(Error::Refused(form.back()?)),
            kept => T::again(kept),
        }
    }
}

impl From<Refusal> for Kept {
    fn from(refusal: Refusal) -> Self {
        Self::Refused1(RefusedForm::of(refusal))
    }
}

fn unreadable(why: &dyn std::fmt::Display) -> Error {
    tracing::error!(%why, "a kept answer cannot be given again");
    Code::AnswerUnreadable.into()
}

#[cfg(test)]
mod tests;
