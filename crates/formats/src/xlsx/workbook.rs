//! The parts of a workbook and its list of sheets.

use std::io::{Read, Seek};

use domain::code::Code;
use quick_xml::events::{BytesStart, Event};

use super::directory::{self, Entry, damaged};
use super::part::Part;
use super::strings::Strings;
use super::styles::Styles;
use super::xml::{Xml, attribute, is_set};
use crate::problem::Problem;
use crate::read_error::ReadError;

/// The most sheets that are listed.
const SHEETS_MAX: usize = 1_000;

/// The most relations that a part has.
const RELATIONS_MAX: usize = 10_000;

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetInfo {
    /// Its name.
    pub name: String,
    /// Whether it is hidden.
    pub is_hidden: bool,
}

/// The parts of other kinds of archives, by their names.
const OTHERS: &[(&str, &str)] =
    &[("word/", "DOCX"), ("ppt/", "PPTX"), ("xl/workbook.bin", "XLSB"), ("content.xml", "ODS")];

/// A workbook whose list of sheets was read.
pub(super) struct Workbook<R> {
    read: R,
    entries: Vec<Entry>,
    /// The sheets, with the names of their parts.
    pub(super) sheets: Vec<(SheetInfo, String)>,
    /// Whether days are counted from 1904.
    pub(super) is_1904: bool,
    strings: Option<String>,
    styles: Option<String>,
}

impl<R: Read + Seek> Workbook<R> {
    /// Checks the archive and reads the list of sheets.
    pub(super) fn open(mut read: R) -> Result<Self, ReadError> {
        let entries = directory::read(&mut read)?;
        let mut workbook =
            Self { read, entries, sheets: Vec::new(), is_1904: false, strings: None, styles: None };
        let root = workbook.relations("_rels/.rels")?;
        let main = root.iter().find(|relation| relation.kind == "officeDocument");
        let main =
            main.map_or_else(|| "xl/workbook.xml".to_owned(), |relation| resolve("", &relation.target));
        if workbook.entry(&main).is_none() || workbook.entry("xl/workbook.bin").is_some() {
            return Err(workbook.unsupported().into());
        }
        workbook.list(&main)?;
        Ok(workbook)
    }

    fn unsupported(&self) -> Problem {
        let has = |part: &str| self.entries.iter().any(|entry| entry.name.starts_with(part));
        let kind = OTHERS.iter().find(|(part, _)| has(part)).map_or("ZIP", |(_, kind)| kind);
        Problem::of_row(1, Code::FileUnsupported, kind)
    }

    fn list(&mut self, main: &str) -> Result<(), ReadError> {
        let (folder, name) = main.rsplit_once('/').unwrap_or(("", main));
        let relations = self.relations(&join(folder, &format!("_rels/{name}.rels")))?;
        let target = |kind: &str| relations.iter().find(|relation| relation.kind == kind);
        let part = |kind| target(kind).map(|relation| resolve(folder, &relation.target));
        (self.strings, self.styles) = (part("sharedStrings"), part("styles"));
        let Some(mut xml) = self.xml(main)? else { return Err(self.unsupported().into()) };
        let (mut sheets, mut is_1904) = (Vec::new(), false);
        loop {
            match xml.next()? {
                Event::Start(start) | Event::Empty(start) => match start.local_name().as_ref() {
                    "workbookPr" => is_1904 = is_set(&start, "date1904"),
                    "sheet" if sheets.len() < SHEETS_MAX => {
                        sheets.extend(worksheet(&start, folder, &relations));
                    }
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
        drop(xml);
        (self.sheets, self.is_1904) = (sheets, is_1904);
        Ok(())
    }

    /// The relations of a part; none if it has none. Targets outside of the workbook are left out.
    fn relations(&mut self, name: &str) -> Result<Vec<Relation>, ReadError> {
        let Some(mut xml) = self.xml(name)? else { return Ok(Vec::new()) };
        let mut relations = Vec::new();
        loop {
            match xml.next()? {
                Event::Start(start) | Event::Empty(start) if relations.len() < RELATIONS_MAX => {
                    relations.extend(Relation::of(&start));
                }
                Event::Eof => return Ok(relations),
                _ => {}
            }
        }
    }

    fn entry(&self, name: &str) -> Option<Entry> {
        self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name)).cloned()
    }

    /// A part as XML; none if there is no such part.
    pub(super) fn xml(&mut self, name: &str) -> Result<Option<Xml<&mut R>>, ReadError> {
        let Some(entry) = self.entry(name) else { return Ok(None) };
        Ok(Some(Xml::new(Part::open(&mut self.read, &entry)?)))
    }

    /// The styles of the cells.
    pub(super) fn styles(&mut self) -> Result<Styles, ReadError> {
        let Some(name) = self.styles.clone() else { return Ok(Styles::default()) };
        self.xml(&name)?.map_or_else(|| Ok(Styles::default()), Styles::read)
    }

    /// The texts that cells share.
    pub(super) fn strings(&mut self) -> Result<Strings, ReadError> {
        let Some(name) = self.strings.clone() else { return Ok(Strings::default()) };
        self.xml(&name)?.map_or_else(|| Ok(Strings::default()), Strings::read)
    }

    /// Gives the file up for one part of it.
    pub(super) fn into_xml(self, name: &str) -> Result<Xml<R>, ReadError> {
        let entry = self.entry(name).ok_or_else(|| damaged("sheet"))?;
        Ok(Xml::new(Part::open(self.read, &entry)?))
    }
}

/// A relation of a part to another.
struct Relation {
    id: String,
    /// The last word of its type.
    kind: String,
    target: String,
}

impl Relation {
    fn of(start: &BytesStart<'_>) -> Option<Self> {
        if start.local_name().as_ref() != "Relationship" {
            return None;
        }
        let is_outside = attribute(start, "TargetMode").is_some_and(|mode| mode == "External");
        let (id, kind, target) =
            (attribute(start, "Id")?, attribute(start, "Type")?, attribute(start, "Target")?);
        let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
        (!is_outside).then_some(Self { id, kind, target })
    }
}

/// A sheet and its part; none for charts and macros.
fn worksheet(start: &BytesStart<'_>, folder: &str, relations: &[Relation]) -> Option<(SheetInfo, String)> {
    // `r:id`, beside `sheetId`.
    let id = attribute(start, "id")?;
    let relation = relations.iter().find(|relation| relation.id == id && relation.kind == "worksheet")?;
    let is_hidden = attribute(start, "state").is_some_and(|state| state != "visible");
    Some((SheetInfo { name: attribute(start, "name")?, is_hidden }, resolve(folder, &relation.target)))
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The name of a part that a relation of a part in this folder leads to.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}
