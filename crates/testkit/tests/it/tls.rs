//! HTTP clients of tests.

#[test]
fn a_choice_of_tls_may_be_repeated() {
    testkit::use_ring();
    testkit::use_ring();
    assert!(rustls::crypto::CryptoProvider::get_default().is_some());
}
