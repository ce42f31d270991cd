//! Writes an export.

use super::cell::Cell;
use super::csv::CsvFile;
use super::file::{FileWriter, Plan};
use super::json_lines::JsonLinesFile;
use super::manifest::{FileManifest, Manifest, Sums, WholeFile};
use super::options::{ExportForm, ExportOptions};
use super::output::Output;
use super::table::ExportTable;
use super::xlsx::XlsxFile;
use std::fmt::{Debug, Formatter};
use std::io::{Result, Write};
use std::sync::Arc;

/// The manifest's name in a zip.
const MANIFEST: &str = "manifest.json";

/// An export being written: rows in, bytes out. What was written without [`ExportWriter::finish`] is no export: the
/// caller writes it aside.
pub struct ExportWriter<W> {
    plan: Arc<Plan>,
    output: Output<W>,
    file: Box<dyn FileWriter>,
    name: String,
    rows: u64,
    sums: Sums,
    total: Sums,
    files: Vec<FileManifest>,
}

impl<W> Debug for ExportWriter<W> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExportWriter")
            .field("file", &self.name)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl<W: Write + Send> ExportWriter<W> {
    /// Begins an export.
    pub fn new(table: &ExportTable, options: &ExportOptions, to: W) -> Result<Self> {
        let plan = Arc::new(Plan { table: table.clone(), options: options.clone() });
        let mut output = Output::new(to, options.rows_per_file.is_some());
        let name = name_of(&plan, 1);
        output.begin(&name)?;
        Ok(Self {
            file: begun(&plan)?,
            plan,
            output,
            name,
            rows: 0,
            sums: Sums::default(),
            total: Sums::default(),
            files: Vec::new(),
        })
    }

    /// Adds a row; its cells are in the order of the table's columns.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        if self.plan.options.rows_per_file.is_some_and(|most| self.rows >= most.get()) {
            self.next_file()?;
        }
        self.file.row(cells, &mut self.output)?;
        self.sums.add(&self.plan.table, cells);
        self.rows += 1;
        Ok(())
    }

    /// Ends the export.
    pub fn finish(mut self) -> Result<(W, Manifest)> {
        self.file.finish(&mut self.output)?;
        let last = self.output.end();
        self.total.add_all(&self.sums);
        self.files.push(described(&self.plan, self.name, self.rows, &self.sums, &last));
        let options = &self.plan.options;
        let mut manifest = Manifest {
            table: self.plan.table.name,
            form: options.form.name(),
            time_zone: options.zone.iana_name().unwrap_or("UTC").to_owned(),
            made_at: options.made_at,
            rows: self.files.iter().map(|file| file.rows).sum(),
            sums: self.total.columns(&self.plan.table),
            files: self.files,
            whole: None,
        };
        let text = serde_json::to_vec_pretty(&manifest)?;
        let (to, whole) = self.output.finish(MANIFEST, &text, last)?;
        manifest.whole = Some(whole);
        Ok((to, manifest))
    }

    fn next_file(&mut self) -> Result<()> {
        let next = begun(&self.plan)?;
        std::mem::replace(&mut self.file, next).finish(&mut self.output)?;
        let ended = self.output.end();
        let sums = std::mem::take(&mut self.sums);
        self.total.add_all(&sums);
        let rows = std::mem::take(&mut self.rows);
        let name = name_of(&self.plan, self.files.len() + 2);
        self.output.begin(&name)?;
        let name = std::mem::replace(&mut self.name, name);
        self.files.push(described(&self.plan, name, rows, &sums, &ended));
        Ok(())
    }
}

fn begun(plan: &Arc<Plan>) -> Result<Box<dyn FileWriter>> {
    Ok(match plan.options.form {
        ExportForm::Csv => Box::new(CsvFile::new(Arc::clone(plan))),
        ExportForm::Xlsx => Box::new(XlsxFile::new(Arc::clone(plan))?),
        ExportForm::JsonLines => Box::new(JsonLinesFile::new(plan)?),
    })
}

/// The name of a file, by its number from 1.
fn name_of(plan: &Plan, number: usize) -> String {
    let (name, form) = (plan.table.name, plan.options.form.name());
    match plan.options.rows_per_file {
        None => format!("{name}.{form}"),
        Some(_) => format!("{name}-{number:04}.{form}"),
    }
}

fn described(plan: &Plan, name: String, rows: u64, sums: &Sums, file: &WholeFile) -> FileManifest {
    FileManifest {
        name,
        rows,
        bytes: file.bytes,
        sha256: file.sha256.clone(),
        sums: sums.columns(&plan.table),
    }
}
