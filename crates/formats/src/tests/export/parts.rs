//! Numbered files in one zip, and the manifest.

use super::{money, options, results, shown, text, workbook, written};
use crate::export::cell::Cell;
use crate::export::columns::result::RESULTS;
use crate::export::manifest::Manifest;
use crate::export::options::{ExportForm, ExportOptions};
use crate::export::table::{CellKind, ExportColumn, ExportTable};
use data_encoding::HEXLOWER;
use domain::code::Language;
use sha2::{Digest, Sha256};
use std::io::{Cursor, Read};
use std::num::NonZeroU64;

fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

fn unpacked(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let count = zip.len();
    let file = |index| {
        let mut file = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        (file.name().unwrap().into_owned(), bytes)
    };
    (0..count).map(file).collect()
}

fn amounts() -> ExportTable {
    let columns = vec![
        ExportColumn::new("amount", "金额", CellKind::Amount, 10),
        ExportColumn::new("balance", "余额", CellKind::Balance, 10),
    ];
    ExportTable { name: "amounts", chinese: "金额", columns: columns.into() }
}

/// Rows in two currencies: 1 to 5.
fn rows<'a>() -> Vec<Vec<Cell<'a>>> {
    let row = |number: i64| {
        let (scale, currency) = if number % 2 == 0 { (0, "JPY") } else { (2, "USD") };
        vec![money(number, scale, currency), money(number, scale, currency)]
    };
    (1..=5).map(row).collect()
}

fn sums(manifest: &[crate::export::manifest::ColumnSum]) -> String {
    let shown: Vec<String> =
        manifest.iter().map(|sum| format!("{} {} {}", sum.column, sum.sum, sum.currency)).collect();
    shown.join(", ")
}

#[test]
fn a_single_file_has_a_manifest_with_its_hash() {
    for form in ExportForm::ALL {
        let (bytes, manifest) = written(&amounts(), &options(form, Language::English), rows());
        let whole = manifest.whole.as_ref().unwrap();
        assert_eq!((whole.bytes, &whole.sha256), (u64::try_from(bytes.len()).unwrap(), &sha256(&bytes)));
        let [file] = manifest.files.as_slice() else { panic!("{manifest:?}") };
        assert_eq!((file.bytes, &file.sha256, file.rows), (whole.bytes, &whole.sha256, 5));
        assert_eq!(file.name, format!("amounts.{}", form.name()));
        // Balances are not summed.
        assert_eq!(sums(&manifest.sums), "amount 6 JPY, amount 0.09 USD");
    }
}

#[test]
fn files_of_so_many_rows_are_numbered_and_end_with_the_manifest() {
    for (form, each) in [(ExportForm::Csv, 2), (ExportForm::JsonLines, 2), (ExportForm::Xlsx, 2)] {
        let options = ExportOptions {
            rows_per_file: NonZeroU64::new(each),
            made_at: 1_780_218_753_000_000,
            ..options(form, Language::English)
        };
        let (bytes, manifest) = written(&amounts(), &options, rows());
        assert_eq!(manifest.whole.as_ref().unwrap().sha256, sha256(&bytes));
        let files = unpacked(&bytes);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        let numbered = |number| format!("amounts-000{number}.{}", form.name());
        assert_eq!(names, [&numbered(1), &numbered(2), &numbered(3), "manifest.json"]);
        for (file, (name, bytes)) in manifest.files.iter().zip(&files) {
            assert_eq!((&file.name, &file.sha256), (name, &sha256(bytes)));
            assert_eq!(file.bytes, u64::try_from(bytes.len()).unwrap());
        }
        let of_files: Vec<String> =
            manifest.files.iter().map(|file| format!("{}: {}", file.rows, sums(&file.sums))).collect();
        assert_eq!(
            of_files,
            ["2: amount 2 JPY, amount 0.01 USD", "2: amount 4 JPY, amount 0.03 USD", "1: amount 0.05 USD"]
        );
        assert_eq!((manifest.rows, sums(&manifest.sums).as_str()), (5, "amount 6 JPY, amount 0.09 USD"));
        // The zip has the same manifest, without the zip's own hash.
        let without = Manifest { whole: None, ..manifest };
        assert_eq!(text(files[3].1.clone()), serde_json::to_string_pretty(&without).unwrap());
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&files[3].1).unwrap()["made_at"],
            1_780_218_753_000_000_i64
        );
    }
}

#[test]
fn each_file_stands_alone() {
    let options =
        |form| ExportOptions { rows_per_file: NonZeroU64::new(2), ..options(form, Language::Chinese) };
    let files = unpacked(&written(&amounts(), &options(ExportForm::Csv), rows()).0);
    assert_eq!(text(files[2].1.clone()), "\u{feff}金额,余额\n0.05,0.05\n");
    let files = unpacked(&written(&amounts(), &options(ExportForm::Xlsx), rows()).0);
    let sheet = shown(&mut workbook(files[1].1.clone()), "金额");
    assert_eq!(sheet, "\"金额\" | \"余额\"\n0.03 | 0.03\n4 | 4");
}

#[test]
fn an_export_without_rows_is_one_file_with_the_header() {
    let with = |rows_per_file| ExportOptions { rows_per_file, ..options(ExportForm::Csv, Language::English) };
    let (bytes, manifest) = written(&amounts(), &with(None), []);
    assert_eq!((text(bytes).as_str(), manifest.rows), ("\u{feff}amount,balance\n", 0));
    let (bytes, manifest) = written(&amounts(), &with(NonZeroU64::new(2)), []);
    let names: Vec<String> = unpacked(&bytes).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["amounts-0001.csv", "manifest.json"]);
    assert_eq!((manifest.files.len(), manifest.rows, manifest.sums.len()), (1, 0, 0));
}

#[test]
fn a_full_last_file_is_not_followed_by_an_empty_one() {
    let options =
        ExportOptions { rows_per_file: NonZeroU64::new(3), ..options(ExportForm::Csv, Language::English) };
    assert_eq!(written(&RESULTS, &options, results()).1.files.len(), 1);
}

#[test]
fn memory_does_not_grow_with_the_rows() {
    /// Counts what it is given at once.
    struct Most(usize);
    impl std::io::Write for Most {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self.0.max(bytes.len());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    for (form, rows_per_file) in [
        (ExportForm::Csv, None),
        (ExportForm::JsonLines, None),
        (ExportForm::Xlsx, None),
        (ExportForm::Csv, NonZeroU64::new(4_000)),
        (ExportForm::Xlsx, NonZeroU64::new(4_000)),
    ] {
        let options = ExportOptions { rows_per_file, ..options(form, Language::English) };
        let mut writer = crate::export::writer::ExportWriter::new(&RESULTS, &options, Most(0)).unwrap();
        for _ in 0..4_000 {
            for row in results() {
                writer.row(&row).unwrap();
            }
        }
        let (most, manifest) = writer.finish().unwrap();
        assert_eq!(manifest.rows, 12_000);
        assert!(most.0 < 160 * 1024, "{form:?}: {}", most.0);
    }
}
