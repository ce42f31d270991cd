//! Runs the scripts that follow the code in the source documents against a test server.

use super::batches::people;
use super::client::folder;
use crate::world::{World, world};
use service::account_import::AccountImport;
use service::{account, fx};
use std::io::Cursor;
use std::process::{Command, Output};

/// Whether the server has an operation; the scripts need more of the API than live progress.
fn has(operation: &str) -> bool {
    http_api::document().to_string().contains(&format!("\"{operation}\""))
}

async fn run(world: &World, script: &str, environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new("node");
    command.arg(script).current_dir(folder()).env("URL", &world.url).env("API_KEY", &world.key);
    command.envs(environment.iter().copied());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn check(output: &Output) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
}

#[tokio::test]
async fn document_000_works_as_written() {
    if !has("createBatchTransfer") {
        return;
    }
    let world = world().await;
    people(&world.service, 2_000).await;
    check(&run(&world, "document-000.mjs", &[("COUNT", "2000")]).await);
    world.stop().await;
}

#[tokio::test]
async fn document_001_works_as_written() {
    if !has("createAccountTransfer") {
        return;
    }
    let world = world().await;
    let accounts = "number,holder,uid,currency,opening\nA0,Payee,P,USD,\nFX-USD,Trader,T,USD,1000.00\n\
                    FX-CNY,Trader,T,CNY,\n";
    account::import(&world.service, &world.actor, Cursor::new(accounts), AccountImport::default())
        .await
        .unwrap();
    // A request's rate must be near the stored one.
    fx::set(&world.service, &world.actor, "USD", "CNY", "7.1234", "test").await.unwrap();
    check(&run(&world, "document-001.mjs", &[]).await);
    world.stop().await;
}
