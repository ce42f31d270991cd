//! `bench`: benchmarks the ledger on this machine, in separate files.

use crate::exit::{Exit, Failure};
use crate::globals::Globals;
use crate::out::{left, note, right};
use crate::say::say;
use bench::{BenchOptions, RoundSpeed, Shape, Step};
use clap::Args;
use domain::code::Language;
use serde_json::Value;
use std::path::PathBuf;

/// Arguments of `bench`.
#[derive(Debug, Args)]
#[command(
    after_help = "Needs about 2 GB of disk for 5 rounds of a million items. The data directory is not \
                  touched.\nWith --database, databases named sluice_bench_* are created on that server and \
                  dropped afterwards.\n\n\
                  Example:\n  sluice bench --items 1000000 --rounds 5 --json"
)]
pub(crate) struct BenchArgs {
    /// Items per batch
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    pub items: u64,
    /// Batches to run one after another in the same file
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub rounds: u32,
    /// Directory for the files, which are removed at the end
    #[arg(long, default_value = "target/bench", value_name = "DIR")]
    pub dir: PathBuf,
}

/// Runs both shapes and prints their figures next to the floor.
pub(crate) async fn run(globals: &Globals, args: &BenchArgs) -> Result<Exit, Failure> {
    let what = say("Cannot locate this program", "无法定位本程序");
    let options = BenchOptions {
        items: args.items,
        rounds: args.rounds,
        chunk_items: globals.chunk_items,
        dir: args.dir.clone(),
        database: globals.database.clone(),
        program: std::env::current_exe().map_err(|error| Failure::System { what, error })?,
    };
    let report = bench::run(&options, |step| note(&step_text(step, globals.language()))).await?;
    let out = globals.out();
    let text = || {
        let shapes = report.get("shapes").and_then(Value::as_array).cloned().unwrap_or_default();
        let cell = |shape: &Value, key: &str| match shape.get(key) {
            Some(Value::String(name)) if name == Shape::Random.name() => shown(Shape::Random, out.language),
            Some(Value::String(_)) => shown(Shape::OneToMany, out.language),
            None | Some(Value::Null) => String::new(),
            Some(number) => number.to_string(),
        };
        let columns = [
            ("shape", left("shape", "形态")),
            ("items_per_s", right("items/s", "每秒笔数")),
            ("floor_items_per_s", right("floor items/s", "下限每秒笔数")),
            ("bytes_per_item", right("bytes/item", "每笔字节")),
            ("log_bytes_per_item", right("log bytes/item", "每笔日志字节")),
            ("peak_rss_bytes", right("peak memory", "内存峰值")),
            ("cpu_s", right("CPU s", "处理器秒数")),
            ("last_to_first", right("last/first", "末轮比首轮")),
            ("verify_s", right("verify s", "核对秒数")),
        ];
        let rows = shapes.iter().map(|shape| columns.iter().map(|(key, _)| cell(shape, key)).collect());
        out.table(&columns.map(|(_, column)| column), rows)
    };
    out.answer(report.clone(), text)?;
    Ok(Exit::Success)
}

fn shown(shape: Shape, language: Language) -> String {
    let word = match shape {
        Shape::OneToMany => say("one_to_many", "一对多"),
        Shape::Random => say("random", "随机"),
    };
    word.to(language).to_owned()
}

fn step_text(step: Step, language: Language) -> String {
    let shape = |shape: Shape| shown(shape, language);
    match step {
        Step::Opened { shape: of, accounts, seconds } => {
            let of = shape(of);
            say!(
                language,
                "{of}: opened {accounts} accounts in {seconds:.1} s",
                "{of}：开立 {accounts} 个账户，用时 {seconds:.1} 秒"
            )
        }
        Step::Round(speed) => round(&speed, &shape(speed.shape), language),
        Step::Floor { shape: of, items_per_s: floor, verify_s: verify } => {
            let of = shape(of);
            say!(
                language,
                "{of} floor: {floor:.0} items/s; verify {verify:.1} s",
                "{of} 下限：每秒 {floor:.0} 笔；核对 {verify:.1} 秒"
            )
        }
        Step::TwoNodes { items_per_s: together } => say!(
            language,
            "two nodes, two batches from two sources: {together:.0} items/s in total",
            "两个节点执行两个源账户的两个批次：合计每秒 {together:.0} 笔"
        ),
    }
}

fn round(speed: &RoundSpeed, of: &str, language: Language) -> String {
    let RoundSpeed { number, import_rows_per_s: import, items_per_s: run, history_s: history, .. } = *speed;
    let (bytes, log) = (speed.bytes_per_item, speed.log_bytes_per_item);
    say!(
        language,
        "{of} round {number}: import {import:.0} rows/s, run {run:.0} items/s, history {history:.2} s, \
         {bytes:.0} bytes/item, {log:.0} log bytes/item",
        "{of} 第 {number} 轮：导入每秒 {import:.0} 行，执行每秒 {run:.0} 笔，历史 {history:.2} 秒，\
         每笔 {bytes:.0} 字节，每笔日志 {log:.0} 字节"
    )
}
