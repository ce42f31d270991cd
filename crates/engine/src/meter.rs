//! The engine's metrics. The names are documented in `docs/guide/operations.md`.

use domain::webhook::delivery::DeliveryState;
use metrics::{counter, gauge};

/// A change of a batch's lease.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lease {
    /// This process now runs the batch.
    Taken,
    /// Another node took it over.
    Lost,
    /// This process is stopping and leaves the batch to others.
    HandedOver,
    /// The run ended or was paused.
    GivenBack,
}

/// Counts a lease change.
pub(crate) fn lease(change: Lease) {
    let change = match change {
        Lease::Taken => "taken",
        Lease::Lost => "lost",
        Lease::HandedOver => "handed_over",
        Lease::GivenBack => "given_back",
    };
    counter!("sluice_lease_changes_total", "change" => change).increment(1);
}

/// Sets the number of batches this process is running.
pub(crate) fn running(batches: usize) {
    gauge!("sluice_batches_running").set(u32::try_from(batches).unwrap_or(u32::MAX));
}

/// Counts a failed run.
pub(crate) fn broke_off() {
    counter!("sluice_runs_broken_off_total").increment(1);
}

/// Creates a duty's series at zero: one that first appears with an event would show no increase.
pub(crate) fn duty_begins(duty: &'static str) {
    counter!("sluice_duty_failures_total", "duty" => duty).increment(0);
}

/// Counts a failed turn of a duty.
pub(crate) fn duty_failed(duty: &'static str) {
    counter!("sluice_duty_failures_total", "duty" => duty).increment(1);
}

/// Counts a panic of a duty or a run.
pub(crate) fn panicked(task: &'static str) {
    counter!("sluice_panics_total", "task" => task).increment(1);
}

/// Sets the history's lag in postings.
pub(crate) fn history_lag(postings: i64) {
    gauge!("sluice_history_lag_postings").set(u32::try_from(postings).unwrap_or(u32::MAX));
}

/// Counts an attempt to deliver an event, by the state of the delivery after it.
pub(crate) fn webhook_attempt(state: DeliveryState) {
    let result = match state {
        DeliveryState::Delivered => "delivered",
        DeliveryState::Waiting => "failed",
        DeliveryState::Dead | DeliveryState::Dropped => "dead",
    };
    counter!("sluice_webhook_attempts_total", "result" => result).increment(1);
}

/// Sets how many deliveries wait, and for how long the oldest has, in seconds.
pub(crate) fn webhooks_waiting(count: i64, oldest_s: i64) {
    let shown = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    gauge!("sluice_webhook_waiting").set(shown(count));
    gauge!("sluice_webhook_oldest_waiting_seconds").set(shown(oldest_s));
}
