//! Identifiers. All of them are `i64` and stay below 2^53, so that a browser can represent them exactly.

/// The largest id: 2^53 - 1.
pub const ID_MAX: i64 = (1 << 53) - 1;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// A currency or token that accounts can be denominated in.
    AssetId;
    /// An owner of accounts.
    HolderId;
    /// One account: one currency, one balance.
    AccountId;
    /// A batch of transfers.
    BatchId;
    /// A transfer's id, which is also the id of the batch item it settles. They share one number space, so
    /// the transfer table's primary key ensures that an item is settled once.
    TransferId;
    /// A person who signs in.
    UserId;
    /// An API key.
    KeyId;
    /// An uploaded or generated file.
    FileId;
    /// A background task.
    TaskId;
    /// An outgoing webhook.
    WebhookId;
    /// A posting's id: `chunk x 2^19 + position in the chunk`. It increases within each account; gaps are
    /// legal.
    PostingId;
}

/// The most postings in one chunk: three for each item, with exchange and fee, and room for single transfers.
pub const CHUNK_PLACES: i64 = 1 << 19;

impl PostingId {
    /// The first id of a chunk.
    #[must_use]
    pub const fn first_of_chunk(chunk: i64) -> Self {
        Self(chunk * CHUNK_PLACES)
    }

    /// The chunk that wrote this posting.
    #[must_use]
    pub const fn chunk(self) -> i64 {
        self.0 / CHUNK_PLACES
    }
}
