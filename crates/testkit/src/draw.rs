//! Seeded randomness and settings for tests: a small generator that a seed replays, and numbers from the
//! environment.

/// A small generator (splitmix64), so that a seed replays a run.
#[derive(Debug)]
pub struct Random(pub u64);

impl Random {
    /// The next number below `n`, which is above zero.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

/// A number from the environment, such as `SLUICE_SEED`, or the default.
#[must_use]
pub fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
