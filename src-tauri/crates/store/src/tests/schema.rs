//! `schema.sql` tells the whole schema in one place. It is never run; this
//! compares it with what the migrations make. With `KITH_WRITE_SCHEMA` set,
//! it is written instead.

use std::path::Path;

use super::Fixture;
use crate::Profile;

async fn tables(connection: &mut sqlx::SqliteConnection) -> String {
    let parts: Vec<String> = sqlx::query_scalar(
        "SELECT sql || ';'
         FROM sqlite_schema
         WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx%'
           AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
         ORDER BY rowid",
    )
    .fetch_all(connection)
    .await
    .expect("the schema");
    parts.join("\n\n")
}

#[tokio::test]
async fn the_documented_schema_is_the_real_one() {
    let fixture = Fixture::new().await;
    let profile = Profile::open(&fixture.folder.path().join("profile.db"))
        .await
        .expect("a registry");
    let real = format!(
        "-- The whole schema as it is now. Documentation: it is never run, and a test\n\
         -- compares it with what the migrations make.\n\n\
         -- ==== one account (account-*.db) ====\n\n{}\n\n\
         -- ==== one profile (profile.db) ====\n\n{}\n",
        tables(&mut fixture.store.reader().await.expect("a reader")).await,
        tables(&mut profile.reader().await.expect("a reader")).await,
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.sql");
    if std::env::var_os("KITH_WRITE_SCHEMA").is_some() {
        std::fs::write(&path, &real).expect("written");
    }
    let told = std::fs::read_to_string(&path).expect("schema.sql");
    assert!(
        told == real,
        "schema.sql is stale: run this test with KITH_WRITE_SCHEMA=1"
    );
}

#[tokio::test]
async fn every_column_is_strict_and_every_table_known() {
    let fixture = Fixture::new().await;
    let loose: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx%'",
    )
    .fetch_all(&mut *fixture.store.reader().await.expect("a reader"))
    .await
    .expect("the tables");
    assert!(loose.is_empty(), "tables without STRICT: {loose:?}");
}
