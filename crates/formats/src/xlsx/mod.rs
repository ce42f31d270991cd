//! Workbooks: one sheet of an XLSX file as records of text.
//!
//! A workbook is checked before anything of it is unpacked (`directory`), what is unpacked is counted (`part`), and
//! its XML has no DTD and no long piece (`xml`). The sheet is surveyed once from end to end (`survey`) before its
//! first row is returned, so a damaged file is refused as a whole. Only texts shared between cells are kept in memory
//! (`strings`); rows are read one at a time (`sheet`). Links to other files are never followed.
//!
//! Why this is not `calamine`: ADR 54. To support another cell type, see `cell`.

mod cell;
mod directory;
mod moment;
mod number;
mod part;
mod sheet;
mod strings;
mod styles;
mod survey;
mod text;
mod workbook;
mod xml;

pub(crate) use cell::name_of;
pub(crate) use sheet::{Otherwise, XlsxSheet};
pub use workbook::SheetInfo;
