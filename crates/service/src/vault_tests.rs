//! What the vault opens and what it refuses.

use super::*;

const ONE: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER: &str = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn key(text: &str) -> MasterKey {
    MasterKey::from_hex(text).unwrap()
}

fn opened(vault: &Vault, row: &str, sealed: &[u8]) -> Result<Vec<u8>, Code> {
    vault.open(row, sealed).map(|plain| plain.to_vec()).map_err(|error| error.code().unwrap())
}

#[test]
fn a_key_is_exactly_sixty_four_hexadecimal_digits() {
    assert!(MasterKey::from_hex(&ONE.to_uppercase()).is_some());
    let nearly = ["", "00", &ONE[1..], &format!("{ONE}0"), &format!("{ONE} "), &format!("{}g", &ONE[1..])];
    for wrong in nearly {
        assert!(MasterKey::from_hex(wrong).is_none(), "{wrong:?}");
    }
    let drawn = MasterKey::draw().unwrap();
    assert_ne!(key(&drawn).id(), key(&MasterKey::draw().unwrap()).id());
}

#[test]
fn attack_61_a_secret_that_is_moved_to_another_row_does_not_decrypt() {
    let vault = Vault::new(key(ONE), None);
    let sealed = vault.seal("account:18", b"secret").unwrap();
    assert_eq!(opened(&vault, "account:18", &sealed), Ok(b"secret".to_vec()));
    for other in ["account:1", "account:8", "user:18", "", "account:18 "] {
        assert_eq!(opened(&vault, other, &sealed), Err(Code::SecretUnreadable), "{other}");
    }
}

#[test]
fn a_secret_that_was_cut_off_or_altered_anywhere_does_not_decrypt() {
    let vault = Vault::new(key(ONE), None);
    let sealed = vault.seal("user:7", b"secret").unwrap();
    for length in 0..sealed.len() {
        assert_eq!(opened(&vault, "user:7", &sealed[..length]), Err(Code::SecretUnreadable), "{length}");
    }
    for place in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[place] ^= 1;
        let in_key = (1..=KEY_ID_BYTES).contains(&place);
        let expected = if in_key { Code::MasterKeyWrong } else { Code::SecretUnreadable };
        assert_eq!(opened(&vault, "user:7", &altered), Err(expected), "{place}");
    }
}

#[test]
fn a_missing_and_a_wrong_master_key_are_told_apart() {
    let sealed = Vault::new(key(ONE), None).seal("user:7", b"secret").unwrap();
    assert_eq!(opened(&Vault::default(), "user:7", &sealed), Err(Code::MasterKeyMissing));
    assert_eq!(Vault::default().seal("user:7", b"s").unwrap_err().code(), Some(Code::MasterKeyMissing));
    assert_eq!(opened(&Vault::new(key(OTHER), None), "user:7", &sealed), Err(Code::MasterKeyWrong));
}

#[test]
fn a_former_key_is_read_and_never_written() {
    let (old, both) = (Vault::new(key(ONE), None), Vault::new(key(OTHER), Some(key(ONE))));
    let sealed = old.seal("user:7", b"secret").unwrap();
    assert_eq!(opened(&both, "user:7", &sealed), Ok(b"secret".to_vec()));
    let again = both.seal("user:7", b"secret").unwrap();
    assert_eq!(opened(&Vault::new(key(OTHER), None), "user:7", &again), Ok(b"secret".to_vec()));
    assert_eq!(opened(&old, "user:7", &again), Err(Code::MasterKeyWrong));
}

#[test]
fn a_ciphertext_never_repeats_and_neither_key_nor_text_is_shown() {
    let vault = Vault::new(key(ONE), None);
    let sealed = vault.seal("user:7", b"plainly visible").unwrap();
    assert_ne!(sealed, vault.seal("user:7", b"plainly visible").unwrap());
    assert!(!sealed.windows(7).any(|part| part == b"plainly"));
    let shown = format!("{vault:?}");
    assert!(!shown.contains("00010203") && shown.contains(&key(ONE).id()), "{shown}");
}
