//! Encryption: a certificate is always verified, against the public authorities or those in a file.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use store::{Schema, Store, StoreError};
use testkit::postgres::Postgres;

fn certificate(names: &[&str]) -> (String, String) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    (cert.pem(), signing_key.serialize_pem())
}

fn server(names: &[&str]) -> (Postgres, String) {
    let (certificate, key) = certificate(names);
    let settings = [("ssl", "on"), ("ssl_cert_file", "tls.crt"), ("ssl_key_file", "tls.key")];
    let server = Postgres::start_with_files(&settings, &[("tls.crt", &certificate), ("tls.key", &key)]);
    (server, certificate)
}

#[tokio::test]
async fn a_server_with_a_trusted_certificate_is_accepted() {
    let (server, certificate) = server(&["localhost", "127.0.0.1"]);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let roots = file("roots.pem", &certificate);
    let url = server.database();
    let by_name = url.replace("127.0.0.1", "localhost");
    for url in [
        format!("{url}?sslmode=verify-full&sslrootcert={roots}"),
        format!("{by_name}?sslmode=verify-full&sslrootcert={roots}"),
        format!("{by_name}?sslrootcert={roots}&sslmode=require"),
    ] {
        let store = Store::at(&url, Schema::Migrate).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let text =
            "SELECT CASE WHEN ssl THEN version ELSE 'none' END FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        let rows = tx.fetch_text(text.to_owned(), vec![]).await.unwrap();
        assert!(rows.first().unwrap().text(0).unwrap().starts_with("TLSv1."));
    }
    // Another root, the public ones, an empty file, and no file.
    let other = file("other.pem", &self::certificate(&["localhost"]).0);
    let empty = file("empty.pem", "");
    for (options, word) in [
        (format!("sslmode=verify-full&sslrootcert={other}"), "certificate"),
        ("sslmode=verify-full".to_owned(), "certificate"),
        ("sslmode=require".to_owned(), "certificate"),
        (format!("sslmode=verify-full&sslrootcert={empty}"), "empty.pem"),
        (format!("sslmode=verify-full&sslrootcert={}/none.pem", folder.path().display()), "none.pem"),
    ] {
        let error = Store::at(&format!("{by_name}?{options}"), Schema::Migrate).await.unwrap_err();
        let StoreError::Unavailable(why) = &error else { panic!("{options}: {error:?}") };
        assert!(why.contains(word), "{options}: {why}");
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let (server, certificate) = server(&["db.example.com"]);
    let roots = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(roots.path(), certificate).unwrap();
    for mode in ["verify-full", "verify-ca", "require"] {
        let url = format!("{}?sslmode={mode}&sslrootcert={}", server.database(), roots.path().display());
        let error = Store::at(&url, Schema::Migrate).await.unwrap_err();
        assert!(
            matches!(&error, StoreError::Unavailable(why) if why.contains("certificate")),
            "{mode}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_server_without_encryption_is_refused_where_it_is_required() {
    let server = Postgres::shared();
    let url = format!("{}?sslmode=require", server.database());
    let error = Store::at(&url, Schema::Migrate).await.unwrap_err();
    assert!(matches!(&error, StoreError::Unavailable(why) if why.contains("TLS")), "{error:?}");
}
