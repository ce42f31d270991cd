//! A probe of the disk: how long a bare write of four kilobytes takes to become durable, measured beside the
//! ledger. No commit can be faster than that.

use crate::figures::at_share;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The pause between two writes: the probe must not load the disk that it measures.
const PAUSE: Duration = Duration::from_millis(10);
const PAGE: [u8; 4096] = [0x5A; 4096];

/// A running probe.
#[derive(Debug)]
pub(crate) struct Probe {
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<std::io::Result<Vec<f64>>>>,
    path: PathBuf,
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        drop(std::fs::remove_file(&self.path));
    }
}

/// What the probe has seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Probed {
    pub count: usize,
    pub p50_ms: f64,
    pub longest_ms: f64,
}

impl Probe {
    /// Starts in a folder.
    pub(crate) fn start(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let (path, ended) = (folder.join("bench-probe"), Arc::new(AtomicBool::new(false)));
        let mut file = std::fs::File::create(&path)?;
        // The first write allocates the page; the others only overwrite it, as commits do with a log.
        file.write_all(&PAGE)?;
        file.sync_all()?;
        let is_ended = Arc::clone(&ended);
        let thread = std::thread::Builder::new().name("disk-probe".to_owned()).spawn(move || {
            let mut times = Vec::new();
            // At least once, so that a short window has a floor.
            loop {
                file.seek(SeekFrom::Start(0))?;
                file.write_all(&PAGE)?;
                let begun = Instant::now();
                file.sync_data()?;
                times.push(begun.elapsed().as_secs_f64() * 1e3);
                if is_ended.load(Ordering::Relaxed) {
                    return Ok(times);
                }
                std::thread::sleep(PAUSE);
            }
        })?;
        Ok(Self { ended, thread: Some(thread), path })
    }

    /// Ends the probe.
    pub(crate) fn end(mut self) -> std::io::Result<Probed> {
        self.ended.store(true, Ordering::Relaxed);
        let joined = self.thread.take().map(JoinHandle::join);
        let ended = || std::io::Error::other("the probe panicked");
        let mut times = joined.ok_or_else(ended)?.map_err(|_| ended())??;
        times.sort_unstable_by(f64::total_cmp);
        Ok(Probed { count: times.len(), p50_ms: at_share(&times, 0.5), longest_ms: at_share(&times, 1.0) })
    }
}
