//! The rows of an item and of a failed attempt.

use crate::record::record;
use domain::code::Code;
use domain::id::{AccountId, TransferId};
use domain::item::ItemState;

record! {
    /// An item as it is stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Item {
        /// Its number, and the number of the transfer that settles it.
        pub number: TransferId,
        /// Its line in the file, or its position in the request, from 1.
        pub line: i64,
        /// The payer.
        pub source: AccountId,
        /// The payee.
        pub target: AccountId,
        /// Minor units.
        pub amount: i64,
        /// Its state.
        pub state: ItemState,
        /// Why it failed.
        pub code: Option<Code>,
        /// The memo.
        pub memo: Option<String>,
        /// The payer's own reference.
        pub reference: Option<String>,
    }
    plus {
        /// Its id in the client's system. Stored separately ([`crate::external_id`]): `None` if the item was read
        /// but its id was not filled in.
        pub external_id: Option<String>,
    }
}

record! {
    /// What a run needs of a pending item.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct DueItem {
        /// Its number, and the number of the transfer that settles it.
        pub number: TransferId,
        /// The payer.
        pub source: AccountId,
        /// The payee.
        pub target: AccountId,
        /// Minor units.
        pub amount: i64,
    }
}

record! {
    /// A failed attempt.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Failure {
        /// The item.
        pub item: TransferId,
        /// Why.
        pub code: Code,
        /// The amount it tried to move.
        pub amount: i64,
        /// The chunk that decided it.
        pub chunk: i64,
    }
}
