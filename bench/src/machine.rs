//! Process statistics from the operating system.

/// The peak resident set size so far, in bytes.
pub fn peak_rss_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|text| text.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// Resets the peak resident set size, so that each phase has its own.
pub fn reset_peak_rss() {
    // Not permitted everywhere; the peak then covers the whole process, which is only stricter.
    drop(std::fs::write("/proc/self/clear_refs", "5"));
}

/// CPU seconds used by this process so far, user and system.
pub fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}
