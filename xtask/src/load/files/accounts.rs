//! The accounts beside the payees.

/// Who pays the batches.
pub const PAYER: &str = "PAY";
/// Who pays the single transfers.
pub const SENDER: &str = "SENDER";
/// Who receives them.
pub const RECEIVER: &str = "RECEIVER";
