//! Sending webhooks over the network. One connection a message, made here and by no library that could use a proxy,
//! follow a redirect or look a name up again.

mod connect;
mod send;

pub(crate) use send::Sender;

#[cfg(test)]
mod tests;
