//! How fast results are written, in each form: `cargo run --release -p formats --example export_speed -- 200000`.
//!
//! The aims on one core: 200,000 rows per second as CSV, 60,000 as XLSX.

use domain::code::Language;
use formats::export::cell::{Day, Moment, Money};
use formats::export::columns::result::{RESULTS, ResultRow};
use formats::export::options::{ExportForm, ExportOptions};
use formats::export::writer::ExportWriter;
use std::io::Result;
use std::time::Instant;

fn main() -> Result<()> {
    let rows = std::env::args().nth(1).and_then(|rows| rows.parse().ok()).unwrap_or(200_000);
    for form in ExportForm::ALL {
        let began = Instant::now();
        let bytes = export(form, rows)?;
        let seconds = began.elapsed().as_secs_f64();
        let rate = f64::from(rows) / seconds;
        println!("{}: {rows} rows, {bytes} bytes, {seconds:.2} s, {rate:.0} rows/s", form.name());
    }
    Ok(())
}

/// Writes results, and returns their size.
fn export(form: ExportForm, rows: u32) -> Result<u64> {
    let options = ExportOptions { form, language: Language::Chinese, ..ExportOptions::default() };
    let mut writer = ExportWriter::new(&RESULTS, &options, std::io::sink())?;
    for number in 1..=rows {
        let (target, id) = (format!("ACC-{number:07}"), format!("PAY-2026-05-{number}"));
        let number = i64::from(number);
        let money = |minor: i64| Money { minor: minor.into(), scale: 2, currency: "USD" };
        let row = ResultRow {
            line: Some(number + 1),
            item: number,
            source: "MAIN-0001",
            target: &target,
            amount: money(number * 37 % 1_000_000).into(),
            currency: "USD",
            fee: money(25).into(),
            status: "completed",
            memo: "五月工资",
            reference: "Payroll May",
            external_id: &id,
            transfer: Some(number),
            paid_at: Some(Moment(1_780_218_753_000_000 + number)),
            value_date: Some(Day(20_604)),
            ..ResultRow::default()
        };
        writer.row(&row.cells())?;
    }
    Ok(writer.finish()?.1.whole.map_or(0, |whole| whole.bytes))
}
