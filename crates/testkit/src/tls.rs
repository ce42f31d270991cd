//! TLS of HTTP clients in tests.

/// Has the HTTP clients of this process do TLS by ring, as the program does at its start. Without it a client cannot be
/// made, not even one that never uses TLS.
pub fn use_ring() {
    // An error: it was chosen before.
    drop(rustls::crypto::ring::default_provider().install_default());
}
