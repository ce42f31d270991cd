//! A server's triggers are those of the list.

use crate::world::server;
use std::collections::BTreeMap;
use store::image::IMAGED;
use testkit::postgres::query_text;

#[tokio::test]
async fn the_schema_keeps_images_of_the_tables_of_the_list() {
    let world = server().await;
    let text = "SELECT c.relname, string_agg(a.attname, ', ' ORDER BY k.place)
                FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                CROSS JOIN LATERAL unnest(CAST(t.tgattr AS SMALLINT[])) WITH ORDINALITY AS k (number, place)
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
                WHERE t.tgname = 'image_changed' GROUP BY c.relname";
    let value = |value: &Option<String>| value.clone().unwrap();
    let rows = query_text(&world.place.text, text);
    let found: BTreeMap<_, _> = rows.iter().map(|row| (value(&row[0]), value(&row[1]))).collect();
    let listed: BTreeMap<_, _> =
        IMAGED.iter().map(|of| (of.table.to_owned(), of.columns.join(", "))).collect();
    assert_eq!(found, listed);
    for name in ["image_new", "image_gone"] {
        let text = format!("SELECT COUNT(*) FROM pg_trigger WHERE tgname = '{name}'");
        assert_eq!(query_text(&world.place.text, &text), [[Some(IMAGED.len().to_string())]], "{name}");
    }
}

#[tokio::test]
async fn both_engines_keep_the_same_images() {
    let world = server().await;
    let other = store::Store::memory().await.unwrap();
    let mut digests = Vec::new();
    for store in [&world.store, &other] {
        let mut tx = store.write().await.unwrap();
        store::setting::set(&mut tx, "é|张", "7\n").await.unwrap();
        let asset = store::asset::add(&mut tx, "USD", 2, 1).await.unwrap();
        store::policy::ship(&mut tx, asset, &domain::policy::Policy::shipped(2)).await.unwrap();
        store::setting::delete(&mut tx, "é|张").await.unwrap();
        store::head::advance(&mut tx).await.unwrap();
        let images = store::image::after(&mut tx, (0, 0), 99).await.unwrap();
        let pending = store::image::pending(&mut tx, 9).await.unwrap();
        tx.commit().await.unwrap();
        let images: Vec<String> = images.iter().map(|one| format!("{:?}", one.unwrap())).collect();
        assert!(images.len() >= 4 && pending.is_empty(), "{images:?} {pending:?}");
        digests.push(images);
    }
    assert_eq!(digests[0], digests[1]);
}
