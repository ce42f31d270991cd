//! Files of every kind, in and out: workbooks, JSON lines, other encodings and delimiters, and declared number styles.

use crate::support::{Answer, Ledger, answer, stop};
use calamine::{Data, Reader, Xlsx};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::Stdio;

/// A workbook; each sheet has a name and rows. Texts that are numbers become number cells.
fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (row, cells) in (0..).zip(*rows) {
            for (column, cell) in (0..).zip(*cells) {
                match cell.parse::<f64>() {
                    Ok(number) => sheet.write_number(row, column, number).unwrap(),
                    Err(_) => sheet.write_string(row, column, *cell).unwrap(),
                };
            }
        }
    }
    book.save_to_buffer().unwrap()
}

fn utf_16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Imports a file of any bytes from ACME as a draft.
fn import(ledger: &Ledger, name: &str, content: &[u8], more: &[&str]) -> Answer {
    let path = ledger.file(name, content);
    let path = path.to_str().unwrap();
    let args =
        ["batch", "import", path, "--type", "one_to_many", "--account", "ACME", "--name", "T", "--draft"];
    ledger.run(&[&args, more].concat())
}

/// Kind, encoding, delimiter and sheet.
fn form(answer: &Answer) -> String {
    let file = &answer.json["file"];
    let word = |name: &str| file[name].as_str().unwrap_or("-").to_owned();
    ["kind", "encoding", "delimiter", "sheet"].map(word).join(" ")
}

#[test]
fn the_same_rows_are_taken_from_every_kind_of_file() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(2);
    let csv = "账号,金额,备注\nP1,12.30,五月工资，含加班补贴\nP2,0.07,五月工资，基本部分\n";
    // The same in GB18030.
    let gbk = b"\xd5\xcb\xba\xc5,\xbd\xf0\xb6\xee,\xb1\xb8\xd7\xa2\nP1,12.30,\xce\xe5\xd4\xc2\xb9\xa4\xd7\xca\nP2,0.07,\xce\xe5\xd4\xc2\xb9\xa4\xd7\xca\n";
    let lines =
        "{\"account\":\"P1\",\"amount\":\"12.30\",\"memo\":\"May\"}\n{\"account\":\"P2\",\"amount\":0.07}\n";
    let book = workbook(&[(
        "Pay",
        &[&["Payroll of May"], &["account", "amount"], &["P1", "12.3"], &["P2", "0.07"]],
    )]);
    let table: &[(&str, Vec<u8>, &[&str], &str)] = &[
        ("pay.csv", csv.into(), &[], "csv utf-8 comma -"),
        ("pay.tsv", csv.replace(',', "\t").into(), &[], "csv utf-8 tab -"),
        ("semicolon.csv", format!("sep=;\n{}", csv.replace(',', ";")).into(), &[], "csv utf-8 semicolon -"),
        ("pipe.txt", csv.replace(',', "|").into(), &["--delimiter", "pipe"], "csv utf-8 pipe -"),
        ("gbk.csv", gbk.to_vec(), &[], "csv gb18030 comma -"),
        ("gbk.csv", gbk.to_vec(), &["--encoding", "GBK"], "csv gb18030 comma -"),
        ("utf16.csv", utf_16(csv), &[], "csv utf-16le comma -"),
        ("pay.jsonl", lines.into(), &[], "jsonl utf-8 - -"),
        ("pay.xlsx", book.clone(), &[], "xlsx - - Pay"),
        // A name says nothing about the kind.
        ("book.csv", book, &["--sheet", "1"], "xlsx - - Pay"),
    ];
    for (name, content, options, expected) in table {
        let answer = import(&ledger, name, content, options);
        let taken = (answer.exit, &answer.json["taken"], &answer.json["taken_amount"]);
        assert_eq!(taken, (0, &json!(2), &json!("12.37")), "{name}: {answer:?}");
        assert_eq!(form(&answer), *expected, "{name}");
    }
    ledger.verified();
}

#[test]
fn what_a_person_should_know_about_a_file_is_in_the_answer() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(2);
    let rows: &[&[&str]] = &[&["Payroll of May"], &["account", "amount"], &["P1", "1"]];
    let answer = import(&ledger, "pay.xlsx", &workbook(&[("Pay", rows)]), &[]);
    let remark = &answer.json["file"]["remarks"][0];
    assert_eq!((&remark["line"], &remark["code"]), (&json!(1), &json!("ROWS_ABOVE_HEADER")), "{answer:?}");
    let path = ledger.file("again.xlsx", &workbook(&[("Pay", rows)]));
    let args = ["batch", "import", path.to_str().unwrap(), "--type", "one_to_many", "--account", "ACME"];
    let args = [&args[..], &["--name", "T", "--draft"]].concat();
    let text = ledger.text(&args);
    assert!(text.contains("Read as XLSX, sheet \"Pay\""), "{text}");
    assert!(text.contains("Line 1: \"Payroll of May\"") && text.contains("ROWS_ABOVE_HEADER"), "{text}");
    let text = ledger.text(&[&["--lang", "zh"], &args[..]].concat());
    assert!(text.contains("读取方式：XLSX，工作表 \"Pay\""), "{text}");
}

#[test]
fn a_sheet_is_chosen_by_name_or_number_and_never_guessed() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(2);
    let first: &[&[&str]] = &[&["account", "amount"], &["P1", "1"]];
    let second: &[&[&str]] = &[&["account", "amount"], &["P2", "2.5"]];
    let book = workbook(&[("May", first), ("June", second)]);
    for (options, expected) in [
        (&[][..], Err("SHEET_UNDECIDED")),
        (&["--sheet", "July"], Err("SHEET_NOT_FOUND")),
        (&["--sheet", "3"], Err("SHEET_NOT_FOUND")),
        (&["--sheet", "May"], Ok("1.00")),
        (&["--sheet", "2"], Ok("2.50")),
    ] {
        let answer = import(&ledger, "pay.xlsx", &book, options);
        match expected {
            Ok(amount) => assert_eq!(answer.json["taken_amount"], amount, "{options:?} {answer:?}"),
            Err(code) => {
                assert_eq!((answer.exit, &answer.json["error"]["code"]), (1, &json!(code)), "{options:?}");
            }
        }
    }
}

#[test]
fn amounts_are_read_in_the_declared_style_and_in_no_other() {
    let ledger = Ledger::funded("10000.00");
    ledger.payees(3);
    let european = "account;amount\nP1;1.250,50 €\nP2;7\n";
    let style = ["--decimal", "comma", "--group", "dot", "--sign", "€"];
    let answer = import(&ledger, "a.csv", european.as_bytes(), &style);
    assert_eq!((answer.exit, &answer.json["taken_amount"]), (0, &json!("1257.50")), "{answer:?}");
    let answer = import(&ledger, "b.csv", european.as_bytes(), &[]);
    assert_eq!((answer.exit, &answer.json["refused"]), (1, &json!(1)), "{answer:?}");
    let answer = import(&ledger, "c.csv", b"account,amount\nP1,1250.50\n", &style);
    assert_eq!(answer.json["problems"][0]["code"], "AMOUNT_STYLE", "{answer:?}");
    for wrong in [
        &["--decimal", "point"][..],
        &["--group", "colon"],
        &["--decimal", "comma", "--group", "comma"],
        &["--group", "dot"],
        &["--sign", "1"],
        &["--encoding", "ebcdic"],
        &["--delimiter", "colon"],
        &["--map", "colour=Red"],
    ] {
        assert_eq!(import(&ledger, "d.csv", european.as_bytes(), wrong).exit, 64, "{wrong:?}");
    }
}

#[test]
fn excels_damage_is_named_and_nothing_is_taken() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(2);
    for (cell, code) in [("1.23E+15", "DIGITS_LOST"), ("#REF!", "CELL_ERROR")] {
        let file = format!("account,amount\n{cell},1.00\nP1,1.00\n");
        let answer = import(&ledger, "pay.csv", file.as_bytes(), &[]);
        assert_eq!((answer.exit, &answer.json["taken"]), (1, &json!(0)), "{cell}");
        let problem = &answer.json["problems"][0];
        assert_eq!((&problem["column"], &problem["code"]), (&json!("account"), &json!(code)), "{cell}");
    }
}

#[test]
fn a_workbook_comes_by_standard_input_too() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(2);
    let rows: &[&[&str]] = &[&["account", "amount"], &["P1", "1"]];
    let path = ledger.file("pay.xlsx", &workbook(&[("Pay", rows)]));
    let mut command = ledger.command();
    command.args(["--json", "batch", "import", "-", "--type", "one_to_many", "--account", "ACME"]);
    command.args(["--name", "T"]).stdin(Stdio::from(File::open(path).unwrap()));
    let answer = answer(&command.output().unwrap());
    assert_eq!((answer.exit, &answer.json["taken"]), (0, &json!(1)), "{answer:?}");
}

#[test]
fn accounts_are_opened_from_every_kind_of_file() {
    let ledger = Ledger::funded("100.00");
    let open = |name: &str, content: &[u8], more: &[&str]| {
        let path = ledger.file(name, content);
        ledger.run(&[&["account", "import", path.to_str().unwrap()], more].concat())
    };
    let rows: &[&[&str]] = &[&["number", "Employee", "ccy", "opening"], &["W1", "Ann", "USD", "5.25"]];
    let book = workbook(&[("Staff", rows), ("Notes", &[&["x"]])]);
    let undecided = open("staff.xlsx", &book, &[]);
    assert_eq!((undecided.exit, &undecided.json["error"]["code"]), (1, &json!("SHEET_UNDECIDED")));
    let unmapped = open("staff.xlsx", &book, &["--sheet", "Staff"]);
    assert_eq!(unmapped.json["error"]["code"], "COLUMN_MISSING", "{unmapped:?}");
    let opened = open("staff.xlsx", &book, &["--sheet", "Staff", "--map", "holder=Employee"]);
    assert_eq!((opened.exit, &opened.json["opened"], &opened.json["paid"]), (0, &json!(1), &json!(1)));
    assert_eq!(form(&opened), "xlsx - - Staff");
    assert_eq!(ledger.balance("W1"), "5.25");
    let lines = "{\"number\":\"J1\",\"holder\":\"Bo\",\"currency\":\"USD\"}\n";
    assert_eq!(open("staff.jsonl", lines.as_bytes(), &[]).json["opened"], 1);
    let text = "number;holder;currency;opening;hired at\nS1;Cy;USD;1,50;x\n";
    let undecided = open("staff.csv", text.as_bytes(), &[]);
    assert_eq!(undecided.json["error"]["code"], "COLUMN_UNDECIDED", "{undecided:?}");
    let opened = open("staff.csv", text.as_bytes(), &["--decimal", "comma", "--ignore-column", "Hired at"]);
    assert_eq!((opened.exit, &opened.json["file"]["delimiter"]), (0, &json!("semicolon")), "{opened:?}");
    assert_eq!(ledger.balance("S1"), "1.50");
    ledger.verified();
}

/// The rows of the first sheet of a workbook, as texts.
fn rows_of(path: &Path) -> Vec<Vec<String>> {
    let mut book: Xlsx<BufReader<File>> = calamine::open_workbook(path).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

#[test]
fn a_result_is_written_in_every_form_and_each_is_known_again() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(3);
    let imported = ledger.import("account,amount,memo\nP1,1.20,=1+1\nP2,3.00,x\nP3,0.50,\n", &[]);
    let id = imported.json["batch_id"].as_str().unwrap().to_owned();
    ledger.ok(&["batch", "run", &id]);
    let aside = ["status", "paid_at", "value_date"].map(|column| ["--ignore-column", column]);
    for (name, form) in [("r.csv", "csv"), ("r.xlsx", "xlsx"), ("r.jsonl", "jsonl"), ("r.txt", "csv")] {
        let out = ledger.path().join(name);
        let written = ledger.ok(&["batch", "export", &id, "--out", out.to_str().unwrap()]);
        let manifest = &written.json["manifest"];
        assert_eq!((&manifest["form"], &manifest["rows"]), (&json!(form), &json!(3)), "{name}");
        let sum = json!([{ "column": "amount", "currency": "USD", "sum": "4.70" }]);
        assert_eq!(manifest["sums"].as_array().unwrap()[..1], sum.as_array().unwrap()[..], "{name}");
        let args = ["batch", "import", out.to_str().unwrap(), "--type", "one_to_many", "--account", "ACME"];
        let args = [&args[..], &["--name", "Again"], &aside.concat()].concat();
        let again = ledger.run(&args);
        assert_eq!((again.exit, &again.json["error"]["code"]), (1, &json!("BATCH_SIMILAR")), "{name}");
    }
    let rows = rows_of(&ledger.path().join("r.xlsx"));
    let header: Vec<&str> = rows[0].iter().map(String::as_str).collect();
    let amount = header.iter().position(|name| *name == "amount").unwrap();
    let memo = header.iter().position(|name| *name == "memo").unwrap();
    let cells: Vec<(&str, &str)> =
        rows[1..].iter().map(|row| (row[amount].as_str(), row[memo].as_str())).collect();
    assert_eq!(cells, [("1.2", "=1+1"), ("3", "x"), ("0.5", "")]);
    let out = ledger.path().join("parts.zip");
    let split = ["batch", "export", &id, "--rows-per-file", "2", "--format", "jsonl", "--out"];
    let written = ledger.ok(&[&split[..], &[out.to_str().unwrap()]].concat());
    let files: Vec<&Value> = written.json["manifest"]["files"].as_array().unwrap().iter().collect();
    assert_eq!(files.len(), 2, "{written:?}");
    assert_eq!((&files[0]["name"], &files[1]["rows"]), (&json!("results-0001.jsonl"), &json!(1)));
    assert!(std::fs::read(out).unwrap().starts_with(b"PK"));
}

#[test]
fn refused_rows_are_corrected_in_a_workbook_and_taken_once() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(3);
    let refused = ledger.path().join("refused.xlsx");
    let out = refused.to_str().unwrap();
    let imported =
        ledger.import("account,amount\nP1,1.00\nP2,x\nP9,2.50\n", &["--partial", "--refused", out]);
    let id = imported.json["batch_id"].as_str().unwrap().to_owned();
    let mut rows = rows_of(&refused);
    assert_eq!((rows.len(), rows[0][0].as_str()), (3, "sluice_row"), "{rows:?}");
    for row in &mut rows {
        for cell in row {
            match cell.as_str() {
                "x" => "3.25".clone_into(cell),
                "P9" => "P3".clone_into(cell),
                _ => {}
            }
        }
    }
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let corrected = ledger.file("corrected.xlsx", &workbook(&[("Sheet1", &rows)]));
    let into = ["batch", "import", corrected.to_str().unwrap(), "--into", &id];
    let first = ledger.run(&into);
    assert_eq!(
        (first.exit, &first.json["taken"], &first.json["taken_amount"]),
        (0, &json!(2), &json!("5.75"))
    );
    for _ in 0..2 {
        let again = ledger.run(&into);
        assert_eq!((again.exit, &again.json["taken"]), (1, &json!(0)), "{again:?}");
        assert_eq!(again.json["problems"][0]["code"], "ROW_ALREADY_TAKEN", "{again:?}");
    }
    let lines = ledger.path().join("refused.jsonl");
    let written = ledger.ok(&["batch", "problems", &id, "--out", lines.to_str().unwrap()]);
    assert_eq!(written.json["rows"], 0);
    assert_eq!(ledger.ok(&["batch", "run", &id]).json["success_amount"], "6.75");
    ledger.verified();
}

#[test]
fn accounts_statements_and_transfers_are_written_as_tables() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(2);
    ledger.ok(&["transfer", "--from", "ACME", "--to", "P1", "--amount", "1.20", "--memo", "=1+1"]);
    ledger.run(&["transfer", "--from", "ACME", "--to", "P2", "--amount", "900.00"]);
    for (name, args, header, rows, sum) in [
        ("a.csv", &["account", "export"][..], "id,number,holder,", 3, "100.00"),
        ("a.csv", &["account", "export", "--text", "P1"], "id,number,holder,", 1, "1.20"),
        ("s.csv", &["account", "export-statement", "ACME"], "account,entry,", 2, "98.80"),
        (
            "s.csv",
            &["account", "export-statement", "ACME", "--direction", "out"],
            "account,entry,",
            1,
            "-1.20",
        ),
        ("t.csv", &["transfer", "export"], "transfer,kind,status,", 3, "1001.20"),
        (
            "s.csv",
            &["stats", "export", "--from", "2000-01-01", "--to", "2999-12-31"],
            "date,account,currency,",
            1,
            "1.20",
        ),
        ("t.csv", &["transfer", "export", "--status", "failed"], "transfer,kind,status,", 1, "900.00"),
    ] {
        let out = ledger.path().join(name);
        let written = ledger.ok(&[args, &["--out", out.to_str().unwrap()]].concat()).json;
        let manifest = &written["manifest"];
        assert_eq!((&written["rows"], &manifest["sums"][0]["sum"]), (&json!(rows), &json!(sum)), "{args:?}");
        let text = std::fs::read_to_string(&out).unwrap();
        assert!(text.starts_with(&format!("\u{feff}{header}")), "{args:?}: {text}");
        assert_eq!(text.lines().count(), rows + 1, "{args:?}: {text}");
    }
    let book = ledger.path().join("t.xlsx");
    ledger.ok(&["transfer", "export", "--account", "P1", "--out", book.to_str().unwrap()]);
    let rows = rows_of(&book);
    assert_eq!((rows.len(), rows[1].contains(&"=1+1".to_owned())), (2, true), "{rows:?}");
    let printed = ledger.command().args(["transfer", "export", "--format", "jsonl"]).output().unwrap();
    assert_eq!(String::from_utf8(printed.stdout).unwrap().lines().count(), 3);
    ledger.refused(&["transfer", "export", "--account", "NONE"], 1, "ACCOUNT_NOT_FOUND");
}

#[test]
fn the_audit_log_is_written_as_a_table() {
    let ledger = Ledger::funded("100.00");
    let write = |name: &str, more: &[&str]| {
        let out = ledger.path().join(name);
        let args = [&["audit", "export", "--out", out.to_str().unwrap()], more].concat();
        let rows = ledger.ok(&args).json["rows"].as_u64().unwrap();
        (usize::try_from(rows).unwrap(), out)
    };
    let (count, book) = write("audit.xlsx", &[]);
    let rows = rows_of(&book);
    assert_eq!((rows.len(), rows[0][..3].join(",")), (count + 1, "id,at,actor".to_owned()));
    let (same, text) = write("audit.txt", &["--format", "csv"]);
    let text = std::fs::read_to_string(text).unwrap();
    assert_eq!((same, text.starts_with("\u{feff}id,at,actor,")), (count, true));
    // Without a form that is named, the lines are those of the API.
    let (same, lines) = write("audit.jsonl", &[]);
    let lines = std::fs::read_to_string(lines).unwrap();
    assert_eq!((same, lines.lines().count()), (count, count));
    assert!(lines.contains("\"actorKind\":\"command_line\""), "{lines}");
}

#[test]
fn an_uploaded_file_is_written_with_its_outcomes_and_its_columns_are_used_again() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(2);
    let text = "Account,Net sum,Status\nP1,1.50,x\nP2,2.00,y\n";
    let file = ledger.file("pay.csv", text.as_bytes());
    ledger.ok(&["file", "upload", file.to_str().unwrap()]);
    // Committed as the API does it; no command starts a task.
    ledger.commit(
        r#"INSERT INTO task (kind, state, input, upload, place, processed, steps, takes, created_by, created_by_kind,
             created_at)
           SELECT 1, 1, '{"task_type":"import_batch","file_id":"file_1","options":{"account":"ACME","name":"x",
             "draft":true,"mapping":{"amount":"Net sum"},"ignore":["Status"]}}', id, place, 0, '[]', 0, 'tester', 2, 1
           FROM upload"#,
    );
    let mut worker = ledger.command().arg("work").spawn().unwrap();
    let ended = ledger.text(&["task", "watch", "1"]);
    stop(&worker);
    worker.wait().unwrap();
    let out = ledger.path().join("original.csv");
    let number = ledger.ok(&["batch", "list"]).json["batches"][0]["batch_id"].as_str().unwrap().to_owned();
    ledger.ok(&["batch", "export", &number, "--original", "--out", out.to_str().unwrap()]);
    let written = std::fs::read_to_string(&out).unwrap();
    let expected = "\u{feff}Account,Net sum,Status,status 2,code,reason,transfer,more_fields\n\
                    P1,1.50,x,pending,,,,\nP2,2.00,y,pending,,,,\n";
    assert_eq!(written, expected, "{ended}");

    let next = text.replace("1.50", "1.75");
    let refused = import(&ledger, "next.csv", next.as_bytes(), &[]);
    assert_eq!(refused.exit, 1, "{refused:?}");
    assert!(refused.stderr.contains("--map \"amount=Net sum\" --ignore-column \"Status\""), "{refused:?}");
    let taken = import(&ledger, "next.csv", next.as_bytes(), &["--remembered"]);
    assert_eq!((taken.exit, &taken.json["taken_amount"]), (0, &json!("3.75")), "{taken:?}");
    // A batch of the command line was made of no uploaded file.
    let made = taken.json["batch_id"].as_str().unwrap();
    ledger.refused(
        &["batch", "export", made, "--original", "--out", out.to_str().unwrap()],
        1,
        "ORIGINAL_MISSING",
    );
}
