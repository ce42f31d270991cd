//! All SQL of Sluice, written once, one file per noun.
//!
//! The seam is [`Store`] and [`Tx`]. Values are i64, text, blob or null; statements are `$n` texts in the
//! subset that SQLite and PostgreSQL share; time and ids are arguments; bulk calls carry whole columns.
//! Statements that do not need each other's answers are run together, as a [`script`]. Nothing above this
//! crate knows which engine is below.
//!
//! To add a noun, add its table in a migration, its file here with the record, the statements and one function
//! per verb, its statements to the file's `CATALOGUE`, and the file's line to [`catalogue`].

pub mod account;
pub mod account_list;
pub mod account_totp;
pub mod api_key;
pub mod approval;
pub mod approval_policy;
pub mod approval_round;
pub mod asset;
mod at_hand;
pub mod audit;
mod backup;
pub mod balance;
pub mod balance_owner;
pub mod batch;
pub mod batch_editor;
pub mod batch_history;
pub mod batch_origin;
pub mod batch_rate;
pub mod batch_template;
pub mod batch_voucher;
pub mod bulk;
pub mod chain;
pub mod challenge;
pub mod change;
pub mod chunk;
pub mod commit_link;
pub mod copy;
pub mod counter;
pub mod crash;
pub mod day_sum;
pub mod error;
pub mod external_id;
pub mod factor;
pub mod failure_count;
pub mod fx;
pub mod fx_policy;
mod guard;
pub mod head;
pub mod history;
pub mod holder;
pub mod holder_default;
pub mod holder_group;
mod hops;
pub mod image;
pub mod import_problem;
pub mod invitation;
pub mod item;
pub mod item_contact;
pub mod item_extent;
pub mod item_mark;
pub mod item_page;
pub mod item_removal;
pub mod item_run;
pub mod lease;
pub mod listing;
pub mod login_failure;
pub mod mail;
pub mod mail_address;
pub mod mark;
mod migration;
#[cfg(test)]
mod migration_tests;
pub mod named_lock;
pub mod node;
pub mod notice;
pub mod operation;
pub mod outbox;
#[cfg(test)]
mod plans;
pub mod policy;
mod postgres;
pub mod posting;
pub mod recent_payment;
mod record;
pub mod recovery_code;
pub mod refused_row;
pub mod reminder;
pub mod script;
pub mod sealed_secret;
pub mod seen_network;
pub mod session;
pub mod setting;
pub mod similar;
pub mod soundness;
pub mod sponsor;
mod sql;
mod sqlite;
pub mod statistics;
mod store;
pub mod strays;
pub mod task;
pub mod timing;
pub mod totp;
pub mod transfer;
pub mod transfer_list;
mod tx;
pub mod upload;
pub mod user;
pub mod value;
pub mod verify;
pub mod voucher;
pub mod webhook;
pub mod webhook_delivery;
pub mod written_chunk;

pub use at_hand::AtHand;
pub use error::StoreError;
pub use migration::{Schema, version as schema_version};
pub use script::Script;
pub use store::{Store, Wakes, is_server};
pub use tx::Tx;

/// Every fixed statement, for the test that prepares them all.
#[must_use]
pub fn catalogue() -> Vec<&'static bulk::Sql> {
    named_statements().iter().map(|named| named.sql).collect()
}

/// Every fixed statement with its name.
fn named_statements() -> Vec<bulk::Named> {
    [ledger_statements(), access_statements()].concat()
}

/// The statements about money, batches and the nodes that execute them.
fn ledger_statements() -> Vec<bulk::Named> {
    [
        account::CATALOGUE,
        account_list::CATALOGUE,
        approval::CATALOGUE,
        approval_policy::CATALOGUE,
        approval_round::CATALOGUE,
        asset::CATALOGUE,
        balance::CATALOGUE,
        balance_owner::CATALOGUE,
        batch::CATALOGUE,
        batch_editor::CATALOGUE,
        batch_history::CATALOGUE,
        batch_origin::CATALOGUE,
        batch_rate::CATALOGUE,
        batch_template::CATALOGUE,
        batch_voucher::CATALOGUE,
        change::CATALOGUE,
        chunk::CATALOGUE,
        commit_link::CATALOGUE,
        counter::CATALOGUE,
        day_sum::CATALOGUE,
        external_id::CATALOGUE,
        fx::CATALOGUE,
        fx_policy::CATALOGUE,
        head::CATALOGUE,
        history::CATALOGUE,
        holder::CATALOGUE,
        holder_default::CATALOGUE,
        holder_group::CATALOGUE,
        image::CATALOGUE,
        import_problem::CATALOGUE,
        item::CATALOGUE,
        item_contact::CATALOGUE,
        item_extent::CATALOGUE,
        item_mark::CATALOGUE,
        item_page::CATALOGUE,
        item_run::CATALOGUE,
        lease::CATALOGUE,
        mark::CATALOGUE,
        named_lock::CATALOGUE,
        node::CATALOGUE,
        operation::CATALOGUE,
        policy::CATALOGUE,
        posting::CATALOGUE,
        refused_row::CATALOGUE,
        similar::CATALOGUE,
        statistics::CATALOGUE,
        strays::CATALOGUE,
        transfer::CATALOGUE,
        transfer_list::CATALOGUE,
        verify::CATALOGUE,
        voucher::CATALOGUE,
        written_chunk::CATALOGUE,
    ]
    .concat()
}

/// The statements about people, programs, their secrets, and what they did.
fn access_statements() -> Vec<bulk::Named> {
    [
        account_totp::CATALOGUE,
        api_key::CATALOGUE,
        audit::CATALOGUE,
        challenge::CATALOGUE,
        factor::CATALOGUE,
        failure_count::CATALOGUE,
        invitation::CATALOGUE,
        login_failure::CATALOGUE,
        mail::CATALOGUE,
        mail_address::CATALOGUE,
        notice::CATALOGUE,
        outbox::CATALOGUE,
        recovery_code::CATALOGUE,
        reminder::CATALOGUE,
        sealed_secret::CATALOGUE,
        seen_network::CATALOGUE,
        session::CATALOGUE,
        setting::CATALOGUE,
        sponsor::CATALOGUE,
        task::CATALOGUE,
        totp::CATALOGUE,
        upload::CATALOGUE,
        user::CATALOGUE,
        webhook::CATALOGUE,
        webhook_delivery::CATALOGUE,
    ]
    .concat()
}
