//! The two texts of each migration produce the same schema on a file and on a server.

use crate::fill::fill;
use crate::fill_people::fill_people;
use crate::world::{World, all, on, only, run};
use std::collections::BTreeSet;
use store::StoreError;
use store::value::Row;
use testkit::place::Engine;

/// One line per fact.
type Facts = BTreeSet<String>;

const FILE_COLUMNS: &str = r#"
    SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk FROM sqlite_schema t
      JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"#;
const FILE_INDEXES: &str = r#"
    SELECT t.name, i."unique", i.origin, i.partial, s.sql, i.name,
           (SELECT group_concat(c.name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) c)
      FROM sqlite_schema t JOIN pragma_index_list(t.name) i
      LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = i.name
      WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND i.origin <> 'pk'"#;
const FILE_REFERENCES: &str = r#"
    SELECT t.name, f."from", f."table", COALESCE(f."to", 'id') FROM sqlite_schema t
      JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'"#;

const SERVER_COLUMNS: &str = "
    SELECT CAST(c.table_name AS TEXT), CAST(c.column_name AS TEXT), CAST(c.data_type AS TEXT),
           CASE WHEN c.is_nullable = 'NO' THEN 1 ELSE 0 END, CAST(c.column_default AS TEXT),
           COALESCE((SELECT CAST(k.place AS BIGINT) FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k (number, place)
              WHERE i.indisprimary AND i.indrelid = CAST(CAST(c.table_name AS TEXT) AS regclass)
                AND k.number = c.ordinal_position), 0)
      FROM information_schema.columns c
      JOIN information_schema.tables t ON t.table_name = c.table_name AND t.table_schema = c.table_schema
      WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'";
const SERVER_INDEXES: &str = "
    SELECT CAST(t.relname AS TEXT), CASE WHEN i.indisunique THEN 1 ELSE 0 END,
           CASE WHEN EXISTS (SELECT 1 FROM pg_constraint o WHERE o.conindid = i.indexrelid) THEN 'u' ELSE 'c' END,
           CASE WHEN i.indpred IS NULL THEN 0 ELSE 1 END,
           'WHERE ' || pg_get_expr(i.indpred, i.indrelid), CAST(x.relname AS TEXT),
           (SELECT string_agg(CAST(a.attname AS TEXT), ',' ORDER BY k.place)
              FROM unnest(i.indkey) WITH ORDINALITY k (number, place)
              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number)
      FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
      JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = 'public' AND NOT i.indisprimary";
const SERVER_REFERENCES: &str = "
    SELECT CAST(t.relname AS TEXT), CAST(a.attname AS TEXT), CAST(r.relname AS TEXT), CAST(b.attname AS TEXT)
      FROM pg_constraint o JOIN pg_class t ON t.oid = o.conrelid JOIN pg_class r ON r.oid = o.confrelid
      JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = o.conkey[1]
      JOIN pg_attribute b ON b.attrelid = o.confrelid AND b.attnum = o.confkey[1]
      WHERE o.contype = 'f'";

fn column(row: Row<'_>) -> Result<String, StoreError> {
    let class = match row.text(2)?.as_str() {
        "INTEGER" | "bigint" => "number",
        "TEXT" | "text" => "text",
        "BLOB" | "bytea" => "bytes",
        other => panic!("a column of {other}"),
    };
    // A server shows the type of a default.
    let default = row.opt_text(4)?.map(|text| text.split("::").next().unwrap_or_default().to_owned());
    let null = if row.i64(3)? == 1 { "required" } else { "optional" };
    let (table, name, key) = (row.text(0)?, row.text(1)?, row.i64(5)?);
    Ok(format!("column {table}.{name} {class} {null} default {default:?} key {key}"))
}

fn index(row: Row<'_>) -> Result<String, StoreError> {
    let kind = if row.i64(1)? == 1 { "unique" } else { "index" };
    // A constraint's index has a name that only a server keeps.
    let name = if row.text(2)? == "u" { String::new() } else { row.text(5)? };
    let condition = if row.i64(3)? == 1 { row.text(4)? } else { String::new() };
    let condition =
        condition.split_once("WHERE ").map_or("", |(_, condition)| condition).replace(['(', ')'], "");
    // A server keeps a list of values as an array.
    let condition = condition.replace("= ANY ARRAY[", "IN ").replace("::bigint", "").replace(']', "");
    Ok(format!("{kind} {name} on {} ({}) where {condition}", row.text(0)?, row.text(6)?))
}

fn reference(row: Row<'_>) -> Result<String, StoreError> {
    Ok(format!("{}.{} references {}.{}", row.text(0)?, row.text(1)?, row.text(2)?, row.text(3)?))
}

async fn facts(world: &World) -> Facts {
    let mut tx = world.store.read().await.unwrap();
    let (columns, indexes, references) = match world.place.engine {
        Engine::Server => (SERVER_COLUMNS, SERVER_INDEXES, SERVER_REFERENCES),
        Engine::File | Engine::Memory => (FILE_COLUMNS, FILE_INDEXES, FILE_REFERENCES),
    };
    let versions = " AND t.NAME <> 'refinery_schema_history'";
    let versions =
        versions.replace("NAME", if world.place.engine == Engine::Server { "table_name" } else { "name" });
    let mut facts = all(&mut tx, &format!("{columns}{versions}"), column).await;
    let indexes = all(&mut tx, indexes, index).await;
    facts.extend(indexes.into_iter().filter(|index| !index.contains("refinery")));
    facts.extend(all(&mut tx, references, reference).await);
    facts.into_iter().collect()
}

/// In one run of the three: it opens both itself.
mod on_file {
    use super::*;

    #[tokio::test]
    async fn the_schemas_agree() {
        let (file, server) = (on(only(Engine::File)).await, on(Engine::Server).await);
        let (ours, theirs) = (facts(&file).await, facts(&server).await);
        let only = |one: &Facts, other: &Facts| one.difference(other).cloned().collect::<Vec<_>>();
        assert_eq!((only(&ours, &theirs), only(&theirs, &ours)), (vec![], vec![]), "file only, server only");
        let tables: BTreeSet<&str> = ours
            .iter()
            .filter_map(|fact| fact.strip_prefix("column ")?.split_once('.').map(|(table, _)| table))
            .collect();
        assert!(tables.len() > 20 && ours.len() > 150, "{tables:?}");
        let (ours, theirs) = (reactions(&file, &ours).await, reactions(&server, &ours).await);
        assert_eq!((only(&ours, &theirs), only(&theirs, &ours)), (vec![], vec![]), "file only, server only");
    }
}

/// The result of each attempt to change or delete existing rows: allowed, or refused by which kind of rule
/// and, if the rule is our own, with which message.
async fn reactions(world: &World, facts: &Facts) -> Facts {
    let mut tx = world.store.write().await.unwrap();
    fill(&mut tx, 3).await.unwrap();
    fill_people(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let columns: Vec<(&str, &str)> = facts
        .iter()
        .filter_map(|fact| fact.strip_prefix("column ")?.split(' ').next()?.split_once('.'))
        .collect();
    let mut tables: Vec<&str> = columns.iter().map(|(table, _)| *table).collect();
    tables.dedup();
    let changes = columns.iter().map(|(table, column)| format!("UPDATE {table} SET {column} = {column}"));
    let deletions = tables.iter().map(|table| format!("DELETE FROM {table}"));
    let mut reactions = Facts::new();
    // For a file, the connection that writes has a table of this name to itself.
    for table in tables.iter().filter(|table| **table != "pending_image") {
        assert!(world.count(table).await > 0, "{table} is empty");
    }
    for text in changes.chain(deletions) {
        let mut tx = world.store.write().await.unwrap();
        let reaction = match run(&mut tx, &text).await {
            Ok(()) => "let".to_owned(),
            Err(StoreError::Constraint(said)) if said.to_lowercase().contains("foreign key") => {
                "referred to".to_owned()
            }
            Err(error) => format!("{error:?}"),
        };
        reactions.insert(format!("{text}: {reaction}"));
    }
    reactions
}
