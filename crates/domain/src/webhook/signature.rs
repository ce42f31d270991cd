//! Signatures as Standard Webhooks 1.0.0 has them: HMAC-SHA-256 over `id.timestamp.body`, in base64 after `v1,`.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What a secret begins with when it is shown.
pub const PREFIX: &str = "whsec_";
/// The bytes of a secret.
pub const SECRET_BYTES: usize = 32;

/// The secret of a webhook. It is wiped from memory when it is dropped, and no `Debug` shows it.
#[derive(Clone)]
pub struct SigningSecret(Zeroizing<Vec<u8>>);

impl SigningSecret {
    /// A secret of these bytes, drawn at random or read from the vault.
    #[must_use]
    pub const fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes, to be encrypted and stored.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret as it is shown once, and as the libraries of receivers take it.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", BASE64.encode(&self.0))
    }

    /// The signature of a message, for the header `webhook-signature`. `at` is the header `webhook-timestamp`, in
    /// seconds.
    #[must_use]
    pub fn sign(&self, id: &str, at: i64, body: &str) -> String {
        let mut mac = self.mac();
        mac.update(id.as_bytes());
        mac.update(format!(".{at}.").as_bytes());
        mac.update(body.as_bytes());
        format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()))
    }

    /// A keyed hash. HMAC takes a key of up to a block as it is, filled up with zeros.
    fn mac(&self) -> Hmac<Sha256> {
        let mut block = Zeroizing::new([0_u8; 64]);
        for (place, byte) in block.iter_mut().zip(self.0.iter()) {
            *place = *byte;
        }
        Hmac::new(&(*block).into())
    }
}

impl std::fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningSecret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SigningSecret {
        let bytes = BASE64.decode(text.strip_prefix(PREFIX).unwrap().as_bytes()).unwrap();
        SigningSecret::new(Zeroizing::new(bytes))
    }

    /// The example of the Standard Webhooks libraries.
    #[test]
    fn the_signature_is_that_of_the_published_example() {
        let secret = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(secret.text(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }

    #[test]
    fn a56_id_time_body_and_secret_are_all_signed() {
        let one = SigningSecret::new(Zeroizing::new(vec![1; SECRET_BYTES]));
        let other = SigningSecret::new(Zeroizing::new(vec![2; SECRET_BYTES]));
        let signed = one.sign("evt_1", 7, "{}");
        assert_eq!(one.sign("evt_1", 7, "{}"), signed);
        for different in [
            one.sign("evt_2", 7, "{}"),
            one.sign("evt_1", 8, "{}"),
            one.sign("evt_1", 7, "{ }"),
            other.sign("evt_1", 7, "{}"),
        ] {
            assert_ne!(different, signed);
        }
        assert_eq!(format!("{one:?}"), "SigningSecret");
    }
}
