//! The files that are read: accounts, payments in an order drawn by a seed, and workbooks that have to be refused.

use super::accounts::{PAYER, RECEIVER, SENDER};
use crate::error::{Error, Result};
use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::Path;
use testkit::draw::Random;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Where the payers' balances come from; more than all payments together.
const BALANCE: &str = "500000000.00";
/// Different memos, as of a payroll.
const MEMOS: u32 = 1_000;

/// A workbook that is being written.
pub type Book = ZipWriter<BufWriter<File>>;

fn create(path: &Path, write: impl FnOnce(BufWriter<File>) -> io::Result<()>) -> Result<()> {
    let written = File::create(path).and_then(|file| write(BufWriter::new(file)));
    written.map_err(|error| Error::File(path.to_owned(), error))
}

/// Accounts: those that pay and the probe's, and so many payees.
pub fn accounts(path: &Path, payees: u32) -> Result<()> {
    create(path, |mut file| {
        writeln!(file, "number,holder,uid,currency,opening_balance")?;
        for number in [PAYER, SENDER, RECEIVER] {
            writeln!(file, "{number},Company,C-{number},USD,{BALANCE}")?;
        }
        for k in 0..payees {
            writeln!(file, "{},Payee {k},U{k:07},USD,", payee(k))?;
        }
        file.flush()
    })
}

fn payee(k: u32) -> String {
    format!("E{k:07}")
}

/// Every number below `rows` once, in an order that the seed decides.
fn shuffled(rows: u32, seed: u64) -> Vec<u32> {
    let (mut order, mut random): (Vec<u32>, _) = ((0..rows).collect(), Random(seed));
    for last in (1..order.len()).rev() {
        let bound = u64::try_from(last).unwrap_or(u64::MAX).saturating_add(1);
        order.swap(last, usize::try_from(random.below(bound)).unwrap_or(0));
    }
    order
}

/// 0.01 to 9.99: no two files of different `shift` have the same payments.
fn amount(k: u32, shift: u32) -> String {
    let cents = (k.wrapping_mul(37).wrapping_add(shift)) % 999 + 1;
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Payments with memo and reference, one to each of so many payees, as CSV.
pub fn payments(path: &Path, rows: u32, seed: u64) -> Result<()> {
    create(path, |mut file| {
        writeln!(file, "account,amount,memo,reference")?;
        for k in shuffled(rows, seed) {
            writeln!(file, "{},{},Payroll team {},REF-2026-{k:07}", payee(k), amount(k, 0), k % MEMOS)?;
        }
        file.flush()
    })
}

/// The same kind of payments as XLSX, with shared texts as Excel writes them.
pub fn sheet(path: &Path, rows: u32, seed: u64) -> Result<()> {
    let order = shuffled(rows, seed);
    let texts = |zip: &mut Book| {
        write!(zip, "<sst>")?;
        for k in 0..rows {
            write!(zip, "<si><t>{}</t></si><si><t>REF-2026-{k:07}</t></si>", payee(k))?;
        }
        (0..MEMOS).try_for_each(|memo| write!(zip, "<si><t>Payroll team {memo}</t></si>"))?;
        write!(zip, "</sst>")
    };
    book(path, texts, |zip| {
        write!(zip, "<worksheet><sheetData><row r=\"1\">")?;
        for (column, name) in ["A", "B", "C", "D"].iter().zip(["account", "amount", "memo", "reference"]) {
            write!(zip, "<c r=\"{column}1\" t=\"str\"><v>{name}</v></c>")?;
        }
        write!(zip, "</row>")?;
        for (row, k) in (2_u32..).zip(order) {
            let (account, reference, memo) = (k * 2, k * 2 + 1, rows * 2 + k % MEMOS);
            let text = |column, place| format!("<c r=\"{column}{row}\" t=\"s\"><v>{place}</v></c>");
            let cells = [text("A", account), text("C", memo), text("D", reference)];
            let [account, memo, reference] = &cells;
            let amount = amount(k, 1);
            write!(
                zip,
                "<row r=\"{row}\">{account}<c r=\"B{row}\"><v>{amount}</v></c>{memo}{reference}</row>"
            )?;
        }
        write!(zip, "</sheetData></worksheet>")
    })
}

/// A workbook of one sheet.
pub fn book(
    path: &Path,
    texts: impl FnOnce(&mut Book) -> io::Result<()>,
    sheet: impl FnOnce(&mut Book) -> io::Result<()>,
) -> Result<()> {
    const WORKBOOK: &str =
        r#"<workbook xmlns:r="r"><sheets><sheet name="Pay" sheetId="1" r:id="s1"/></sheets></workbook>"#;
    const RELATIONS: &str = r#"<Relationships><Relationship Id="s1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="s2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
    let part = |zip: &mut Book, name: &str| start(zip, name, CompressionMethod::Deflated);
    create(path, |file| {
        let mut zip = ZipWriter::new(file);
        part(&mut zip, "xl/workbook.xml")?;
        zip.write_all(WORKBOOK.as_bytes())?;
        part(&mut zip, "xl/_rels/workbook.xml.rels")?;
        zip.write_all(RELATIONS.as_bytes())?;
        part(&mut zip, "xl/sharedStrings.xml")?;
        texts(&mut zip)?;
        part(&mut zip, "xl/worksheets/sheet1.xml")?;
        sheet(&mut zip)?;
        zip.finish().map_err(io::Error::other)?.flush()
    })
}

fn start<W: Write + Seek>(zip: &mut ZipWriter<W>, name: &str, method: CompressionMethod) -> io::Result<()> {
    let options = SimpleFileOptions::default().compression_method(method);
    zip.start_file(name, options).map_err(io::Error::other)
}

/// An archive of so many empty parts.
pub fn many_parts(path: &Path, parts: u32) -> Result<()> {
    create(path, |file| {
        let mut zip = ZipWriter::new(file);
        (0..parts).try_for_each(|part| start(&mut zip, &part.to_string(), CompressionMethod::Stored))?;
        zip.finish().map_err(io::Error::other)?.flush()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_the_order_and_no_row_is_lost() {
        let order = shuffled(1_000, 7);
        assert_eq!(order, shuffled(1_000, 7));
        assert_ne!(order, shuffled(1_000, 8));
        let mut sorted = order;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..1_000).collect::<Vec<u32>>());
    }

    #[test]
    fn amounts_are_above_zero_and_differ_between_the_files() {
        for k in 0..2_000 {
            assert_ne!(amount(k, 0), amount(k, 1));
            assert_ne!(amount(k, 0), "0.00");
        }
    }
}
