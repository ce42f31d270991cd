//! How a value is stored. A form names every field and every enum word by a literal: the noun's identifiers
//! may change, the stored names may not. A noun that gains a field or a variant does not compile until its
//! form covers it.

use domain::id::{AccountId, AssetId, BatchId, HolderId, TaskId, WebhookId};

/// Converts a value to its form and back.
pub trait Form<T> {
    fn of(value: T) -> Self;
    fn back(self) -> T;
}

impl<T, F: Form<T>> Form<Option<T>> for Option<F> {
    fn of(value: Option<T>) -> Self {
        value.map(F::of)
    }

    fn back(self) -> Option<T> {
        self.map(F::back)
    }
}

impl<T, F: Form<T>> Form<Vec<T>> for Vec<F> {
    fn of(values: Vec<T>) -> Self {
        values.into_iter().map(F::of).collect()
    }

    fn back(self) -> Vec<T> {
        self.into_iter().map(F::back).collect()
    }
}

macro_rules! kept_as_they_are {
    ($($type:ty)*) => {$(
        impl Form<$type> for $type {
            fn of(value: $type) -> Self {
                value
            }

            fn back(self) -> $type {
                self
            }
        }
    )*};
}

kept_as_they_are! { () bool u8 u64 i64 String }

macro_rules! kept_as_numbers {
    ($($id:ident)*) => {$(
        impl Form<$id> for i64 {
            fn of(value: $id) -> Self {
                value.0
            }

            fn back(self) -> $id {
                $id(self)
            }
        }
    )*};
}

kept_as_numbers! { AccountId AssetId BatchId HolderId TaskId WebhookId }

/// A struct's form. `of T` pairs it with a noun, or with the parts of a tuple; `without field` omits a field
/// that is never stored; with neither it is the form of an earlier version. Every field must be present, even
/// one that may be null, and no others.
macro_rules! form {
    ($form:ident { $($name:literal $field:ident: $type:ty,)* }) => {
        #[derive(Debug, Clone, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $form {
            // By default a missing field that may be null would be read as null.
            $(#[serde(rename = $name, deserialize_with = "::serde::Deserialize::deserialize")] $field: $type,)*
        }
    };
    ($form:ident of ($($part:ty),+) { $($name:literal $field:ident: $type:ty,)* }) => {
        $crate::answer::form::form! { $form { $($name $field: $type,)* } }

        impl $crate::answer::form::Form<($($part),+)> for $form {
            fn of(($($field),*): ($($part),+)) -> Self {
                Self { $($field: $crate::answer::form::Form::of($field),)* }
            }

            fn back(self) -> ($($part),+) {
                ($($crate::answer::form::Form::back(self.$field)),*)
            }
        }
    };
    ($form:ident of $noun:ident $(without $never:ident)? { $($name:literal $field:ident: $type:ty,)* }) => {
        $crate::answer::form::form! { $form { $($name $field: $type,)* } }

        impl $crate::answer::form::Form<$noun> for $form {
            fn of(value: $noun) -> Self {
                let $noun { $($field,)* $($never: _,)? } = value;
                Self { $($field: $crate::answer::form::Form::of($field),)* }
            }

            fn back(self) -> $noun {
                $noun { $($field: $crate::answer::form::Form::back(self.$field),)* $($never: None,)? }
            }
        }
    };
}
pub(super) use form;

/// The words of an enum.
macro_rules! words {
    ($form:ident of $noun:ident { $($word:literal $variant:ident,)* }) => {
        #[derive(Debug, Clone, Copy, ::serde::Serialize, ::serde::Deserialize)]
        pub enum $form {
            $(#[serde(rename = $word)] $variant,)*
        }

        impl $crate::answer::form::Form<$noun> for $form {
            fn of(value: $noun) -> Self {
                match value {
                    $($noun::$variant => Self::$variant,)*
                }
            }

            fn back(self) -> $noun {
                match self {
                    $(Self::$variant => $noun::$variant,)*
                }
            }
        }

        #[cfg(test)]
        impl $form {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
        }
    };
}
pub(super) use words;
