//! Process statistics from the operating system.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// How often the anonymous memory is sampled; the system keeps no peak of it.
const SAMPLE: Duration = Duration::from_millis(20);

/// Watches the process's memory during one phase.
#[derive(Debug)]
pub struct MemoryWatch {
    ended: Arc<AtomicBool>,
    anonymous: Arc<AtomicU64>,
}

/// The most memory in a phase, in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct PeakMemory {
    /// Resident: everything, including pages of mapped files, which the system can take back.
    pub resident: u64,
    /// What the process has allocated.
    pub anonymous: u64,
}

impl PeakMemory {
    /// The larger of each.
    pub fn max(self, other: Self) -> Self {
        Self { resident: self.resident.max(other.resident), anonymous: self.anonymous.max(other.anonymous) }
    }
}

impl MemoryWatch {
    /// Begins a phase.
    pub fn begin() -> Self {
        // Not permitted everywhere; the peak then covers the whole process, which is only stricter.
        drop(std::fs::write("/proc/self/clear_refs", "5"));
        let (ended, anonymous) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let watch = Self { ended: Arc::clone(&ended), anonymous: Arc::clone(&anonymous) };
        std::thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                anonymous.fetch_max(status("RssAnon:"), Ordering::Relaxed);
                std::thread::sleep(SAMPLE);
            }
        });
        watch
    }

    /// The most so far in this phase.
    pub fn peak(&self) -> PeakMemory {
        let anonymous = self.anonymous.fetch_max(status("RssAnon:"), Ordering::Relaxed);
        PeakMemory { resident: status("VmHWM:"), anonymous: anonymous.max(status("RssAnon:")) }
    }
}

impl Drop for MemoryWatch {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

/// A line of the process's status, in bytes; 0 where there is none.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|text| text.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// CPU seconds used by this process so far, user and system.
pub fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// The number of processors that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}
