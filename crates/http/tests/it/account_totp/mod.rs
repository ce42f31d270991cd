//! Second factors of accounts, by verb: binding, paying with codes, and guessing codes.

mod app;
mod bind;
mod guess;
mod pay;
