//! `bench`: benchmarks the ledger on this machine, in separate files.

mod table;

use self::table::shown;
use crate::exit::{Exit, Failure};
use crate::globals::Globals;
use crate::out::note;
use crate::say::{Say, say};
use bench::{BenchOptions, RoundSpeed, Shape, Step, WindowSpeed};
use clap::Args;
use domain::code::Language;
use std::path::PathBuf;

/// Arguments of `bench`.
#[derive(Debug, Args)]
#[command(
    after_help = "Needs about 3 GB of disk for a million items. The data directory is not touched.\nWith \
                  --database, databases named sluice_bench_* are created on that server and dropped \
                  afterwards.\nWhat the figures mean: docs/guide/performance.md\n\n\
                  Shapes: one_to_many, random, many_to_one, failures, fx, ten_one_to_many, ten_random, import, \
                  singles, singles_beside_batch, report, two_nodes\n\n\
                  Example:\n  sluice bench --items 1000000 --rounds 5 --json\n  \
                  sluice bench --shapes one_to_many,random --rounds 1"
)]
pub(crate) struct BenchArgs {
    /// Items per batch; everything else is scaled by them
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    pub items: u64,
    /// Batches to run one after another in the same file, and windows of single transfers
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub rounds: u32,
    /// Only these shapes, separated by commas [default: all]
    #[arg(long, value_delimiter = ',', value_name = "NAMES", value_parser = shape)]
    pub shapes: Vec<Shape>,
    /// Directory for the files, which are removed at the end
    #[arg(long, default_value = "target/bench", value_name = "DIR")]
    pub dir: PathBuf,
}

fn shape(name: &str) -> Result<Shape, Say> {
    Shape::parse(name).ok_or(say(
        "unknown shape; `sluice bench --help` lists them",
        "未知形态；`sluice bench --help` 列出全部形态",
    ))
}

/// Runs the shapes and prints their figures next to the floor.
pub(crate) async fn run(globals: &Globals, args: &BenchArgs) -> Result<Exit, Failure> {
    let what = say("Cannot locate this program", "无法定位本程序");
    let options = BenchOptions {
        items: args.items,
        rounds: args.rounds,
        chunk_items: globals.chunk_items,
        shapes: args.shapes.clone(),
        dir: args.dir.clone(),
        database: globals.database.clone(),
        program: std::env::current_exe().map_err(|error| Failure::System { what, error })?,
    };
    let report = bench::run(&options, |step| note(&step_text(step, globals.language()))).await?;
    let out = globals.out();
    out.answer(report.clone(), || table::text(out, &report))?;
    Ok(Exit::Success)
}

fn step_text(step: Step, language: Language) -> String {
    let shown = |shape: Shape| shown(shape, language);
    match step {
        Step::Opened { shape, accounts, seconds } => {
            let of = shown(shape);
            say!(
                language,
                "{of}: opened {accounts} accounts in {seconds:.1} s",
                "{of}：开立 {accounts} 个账户，用时 {seconds:.1} 秒"
            )
        }
        Step::Round(speed) => round(&speed, shown(speed.shape), language),
        Step::Imported { number, rows_per_s: speed } => {
            let of = shown(Shape::Import);
            say!(
                language,
                "{of}, round {number}: {speed:.0} rows/s",
                "{of} 第 {number} 轮：每秒 {speed:.0} 行"
            )
        }
        Step::Window(speed) => window(&speed, shown(speed.shape), language),
        Step::Reported { day_ms: day, month_ms: month } => {
            say!(
                language,
                "report of a day {day:.1} ms, of a month {month:.1} ms",
                "日报 {day:.1} 毫秒，月报 {month:.1} 毫秒"
            )
        }
        Step::Floor { shape, items_per_s: floor, verify_s: verify } => {
            let of = shown(shape);
            say!(
                language,
                "{of}: floor {floor:.0} items/s, verify {verify:.1} s",
                "{of}：下限每秒 {floor:.0} 笔，核对 {verify:.1} 秒"
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
    let bytes = speed.bytes_per_item;
    say!(
        language,
        "{of}, round {number}: import {import:.0} rows/s, run {run:.0} items/s, history {history:.2} s, \
         {bytes:.0} bytes/item",
        "{of} 第 {number} 轮：导入每秒 {import:.0} 行，执行每秒 {run:.0} 笔，历史 {history:.2} 秒，每笔 {bytes:.0} 字节"
    )
}

fn window(speed: &WindowSpeed, of: &str, language: Language) -> String {
    let WindowSpeed { number, requests_per_s: speed, p99_ms: p99, longest_ms: longest, .. } = *speed;
    say!(
        language,
        "{of}, window {number}: {speed:.0}/s, 99 % within {p99:.1} ms, longest {longest:.1} ms",
        "{of} 第 {number} 窗口：每秒 {speed:.0} 笔，99 % 不超过 {p99:.1} 毫秒，最长 {longest:.1} 毫秒"
    )
}
