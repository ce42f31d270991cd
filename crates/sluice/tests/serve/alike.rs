//! What the command line and the API answer about the same ledger: both call the same verbs.

use crate::server::{Ledger, Server};
use reqwest::Client;
use serde_json::{Value as Json, json};

/// Transfers that are refused: payer, payee, cents.
const REFUSED: &[(&str, &str, i64)] = &[
    ("A0", "A1", 999_999_999),
    ("A0", "A0", 100),
    ("A0", "A2", 100),
    ("A2", "A0", 100),
    ("NONE", "A1", 100),
    ("A0", "NONE", 100),
    ("acct_999", "A1", 100),
    ("A0", "hold_1", 100),
    ("A0", "A1", 0),
];

/// Both answers of one read, each reduced to what both interfaces show.
struct Read {
    command: &'static [&'static str],
    path: &'static str,
    command_rows: fn(&Json) -> Vec<Json>,
    api_rows: fn(&Json) -> Vec<Json>,
}

const READS: &[Read] = &[
    Read {
        command: &["account", "list"],
        path: "/api/v2/accounts?pageSize=100",
        command_rows: |json| {
            rows(&json["accounts"], |row| {
                json!([
                    row["number"],
                    row["status"],
                    row["holder"],
                    row["uid"],
                    cents(&row["balance"]),
                    row["is_default"]
                ])
            })
        },
        api_rows: |json| {
            rows(&json["data"], |row| {
                let holder = &row["holder"];
                json!([
                    row["number"],
                    row["status"],
                    holder["name"],
                    holder["uid"],
                    row["balanceCents"],
                    row["isDefault"]
                ])
            })
        },
    },
    Read {
        command: &["holder", "list", "--text", "older"],
        path: "/api/v2/holders?pageSize=100&text=older",
        command_rows: |json| {
            rows(&json["holders"], |row| json!([row["id"], row["name"], row["uid"], row["email"]]))
        },
        api_rows: |json| {
            rows(&json["data"], |row| json!([bare(&row["id"]), row["name"], row["uid"], row["email"]]))
        },
    },
    Read {
        command: &["transfer", "list"],
        path: "/api/v2/account-transfers?pageSize=100",
        command_rows: |json| {
            rows(&json["transfers"], |row| {
                let fee = row["fee"].as_str().map_or(json!(0), |_| cents(&row["fee"]));
                json!([
                    row["transfer_id"],
                    row["source"],
                    row["target"],
                    cents(&row["amount"]),
                    fee,
                    row["code"],
                    row["memo"]
                ])
            })
        },
        api_rows: |json| {
            rows(&json["data"], |row| {
                let (from, to) = (&row["fromAccountNumber"], &row["toAccountNumber"]);
                json!([
                    bare(&row["id"]),
                    from,
                    to,
                    row["fromAmountCents"],
                    row["feeCents"],
                    row["errorCode"],
                    row["memo"]
                ])
            })
        },
    },
    Read {
        command: &["show-transfer", "LAST"],
        path: "/api/v2/account-transfers/LAST",
        command_rows: |json| {
            vec![json!([
                json["transfer_id"],
                json["source"],
                json["target"],
                cents(&json["amount"]),
                json["date"],
                json["memo"]
            ])]
        },
        api_rows: |json| {
            let row = &json["data"];
            let (from, to) = (&row["fromAccountNumber"], &row["toAccountNumber"]);
            vec![json!([
                bare(&row["id"]),
                from,
                to,
                row["fromAmountCents"],
                row["transferDate"],
                row["memo"]
            ])]
        },
    },
    Read {
        command: &["account", "statement", "A0"],
        path: "/api/v2/accounts/A0/transactions?pageSize=100",
        command_rows: |json| {
            rows(&json["entries"], |row| {
                json!([
                    row["transfer"],
                    cents(&row["balance_after"]),
                    row["account"],
                    row["date"],
                    row["memo"]
                ])
            })
        },
        api_rows: |json| {
            rows(&json["data"], |row| {
                let (id, other) = (bare(&row["flowId"]), &row["otherAccountNumber"]);
                json!([id, row["balanceAfterCents"], other, row["transactionDate"], row["memo"]])
            })
        },
    },
    Read {
        command: &["stats", "--from", "2000-01-01", "--to", "2999-12-31"],
        path: "/api/v2/statistics?from=2000-01-01&to=2999-12-31",
        command_rows: |json| {
            rows(&json["currencies"], |row| {
                json!([
                    row["currency"],
                    row["count"],
                    row["success_count"],
                    cents(&row["amount"]),
                    cents(&row["fee"])
                ])
            })
        },
        api_rows: |json| {
            rows(&json["data"]["totals"], |row| {
                json!([
                    row["currency"],
                    row["count"],
                    row["successCount"],
                    row["amountCents"],
                    row["feeCents"]
                ])
            })
        },
    },
    Read {
        command: &["batch", "list"],
        path: "/api/batch-transfers?pageSize=100",
        command_rows: |json| {
            rows(&json["batches"], |row| {
                json!([
                    row["id"],
                    row["batch_id"],
                    row["status"],
                    row["total_count"],
                    row["success_count"],
                    row["failed_count"]
                ])
            })
        },
        api_rows: |json| {
            rows(&json["data"]["batchTransfers"], |row| {
                let (id, number) = (&row["id"], &row["batchNumber"]);
                json!([id, number, row["state"], row["totalCount"], row["successCount"], row["failedCount"]])
            })
        },
    },
    Read {
        command: &["batch", "history", "1"],
        path: "/api/batch-transfers/1/history?pageSize=100",
        command_rows: |json| {
            rows(&json["events"], |row| json!([row["event"], row["status"], row["item"], row["actor"]]))
        },
        api_rows: |json| {
            rows(&json["data"], |row| json!([row["event"], row["state"], row["relationId"], row["operator"]]))
        },
    },
];

fn rows(list: &Json, row: impl Fn(&Json) -> Json) -> Vec<Json> {
    list.as_array().unwrap_or_else(|| panic!("no list: {list}")).iter().map(row).collect()
}

/// Minor units of an amount with two decimals.
fn cents(amount: &Json) -> Json {
    let text = amount.as_str().unwrap_or_else(|| panic!("no amount: {amount}")).replace(['.', ','], "");
    json!(text.parse::<i64>().unwrap())
}

/// The number of a tagged id such as `xfer_9`.
fn bare(id: &Json) -> Json {
    let (_, number) = id.as_str().and_then(|id| id.split_once('_')).unwrap_or_else(|| panic!("no id: {id}"));
    json!(number.parse::<i64>().unwrap())
}

/// A ledger with deposits, transfers, refused ones, a frozen account and a batch that has ended.
fn ledger() -> Ledger {
    let ledger = Ledger::with_accounts(3);
    ledger.ok(&["deposit", "--account", "A0", "--amount", "5.00", "--memo", "cash"]);
    ledger.ok(&["withdraw", "--account", "A1", "--amount", "1.25"]);
    let file = ledger.file("batch.csv", "source,account,amount\nA0,A1,0.01\nA1,A2,2.00\nA2,A0,5000.00\n");
    let import = ["batch", "import", &file, "--type", "many_to_many", "--currency", "USD", "--name", "May"];
    let batch = ledger.ok(&import)["batch_id"].as_str().unwrap().to_owned();
    drop(ledger.command(&["batch", "run", &batch]).output().unwrap());
    ledger.ok(&["transfer", "--from", "A0", "--to", "A1", "--amount", "2.50", "--memo", "rent 房租"]);
    ledger.ok(&["account", "freeze", "A2"]);
    ledger
}

async fn get(server: &Server, key: &str, path: &str) -> Json {
    let url = format!("{}{path}", server.url);
    let answer = Client::new().get(url).bearer_auth(key).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn the_command_line_and_the_api_show_the_same() {
    let ledger = ledger();
    let key = ledger.key();
    let server = ledger.serve(&["--no-worker"]);
    let newest = ledger.ok(&["transfer", "list", "--limit", "1"])["transfers"][0]["transfer_id"].to_string();
    for Read { command, path, command_rows, api_rows } in READS {
        let command: Vec<&str> =
            command.iter().map(|arg| if *arg == "LAST" { &newest } else { *arg }).collect();
        let by_command = command_rows(&ledger.ok(&command));
        let by_api = api_rows(&get(&server, &key, &path.replace("LAST", &newest)).await);
        assert!(!by_command.is_empty(), "{command:?}");
        let sorted = |mut rows: Vec<Json>| {
            rows.sort_by_key(Json::to_string);
            rows
        };
        assert_eq!(sorted(by_command), sorted(by_api), "{command:?} and {path}");
    }
}

#[tokio::test]
async fn the_command_line_and_the_api_refuse_a_transfer_for_the_same_reason() {
    let ledger = ledger();
    let key = ledger.key();
    let by_command: Vec<Json> = REFUSED
        .iter()
        .map(|(from, to, cents)| {
            let amount = format!("{}.{:02}", cents / 100, cents % 100);
            let args = ["transfer", "--from", from, "--to", to, "--amount", &amount];
            let output = ledger.command(&args).output().unwrap();
            let said: Json = serde_json::from_slice(&output.stdout).unwrap();
            let code = if said["code"].is_null() { &said["error"]["code"] } else { &said["code"] };
            json!([from, to, cents, code])
        })
        .collect();
    let server = ledger.serve(&["--no-worker"]);
    let url = format!("{}/api/v2/account-transfers", server.url);
    let mut by_api = Vec::new();
    for (from, to, cents) in REFUSED {
        let body = json!({ "fromAccountId": from, "toAccountId": to, "fromAmountCents": cents });
        let sent = Client::new().post(&url).bearer_auth(&key).json(&body).send().await.unwrap();
        let said: Json = sent.json().await.unwrap();
        by_api.push(json!([from, to, cents, said["error"]["code"]]));
    }
    assert!(by_command.iter().all(|row| row[3].is_string()), "{by_command:?}");
    assert_eq!(by_command, by_api);
}
