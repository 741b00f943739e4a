//! Reading a CSV file as rows of named columns, whatever encoding and line ends a spreadsheet gave it.

use super::decode::{self, CHUNK, Decoding};
use super::file_error::{Fault, FileError};
use super::guard::unguard;
use super::location::{Location, There};
use crate::domain::lang::Lang;
use crate::domain::printable::{half_width, printable};
use crate::say;
use csv::StringRecord;
use encoding_rs::Encoding;
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

/// The column that a rejects file has beside those of its source.
pub const ERROR_COLUMN: &str = "error";

/// The rows of a file, read as they are asked for.
pub struct Rows {
    path: PathBuf,
    reader: csv::Reader<Decoding<File>>,
    header: StringRecord,
    columns: Arc<Columns>,
    unknown: Vec<String>,
    encoding: &'static str,
    length: u64,
    ended: bool,
}

/// Where the known columns are in a file.
#[derive(Debug)]
struct Columns {
    /// How many columns the file has, known or not.
    width: usize,
    places: Vec<(&'static str, usize)>,
}

/// A row with as many cells as the header.
#[derive(Clone, Debug)]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u64,
    cells: StringRecord,
    columns: Arc<Columns>,
}

/// A row that cannot be read; the others can.
#[derive(Clone, Debug)]
pub struct BadRow {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// What is wrong.
    pub fault: RowFault,
    cells: StringRecord,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFault {
    /// It has more or fewer cells than the header has columns.
    Width {
        /// Columns of the header.
        wanted: usize,
        /// Cells of the row.
        found: usize,
    },
    /// A quote is open at the end of the file, which so became one row from here on.
    OpenQuote,
}

/// Why there is no row.
#[derive(Debug)]
pub enum Trouble {
    /// This row is bad.
    Row(BadRow),
    /// The file cannot be read any further.
    File(FileError),
}

/// Opens a CSV file, which may have the columns `known`. Reads it once to see its encoding, and then as it is asked for
/// rows; it is never in memory as a whole.
///
/// # Errors
/// When it cannot be read, is not text in UTF-8 or GBK, or has no usable header.
pub fn open(at: impl Into<Location>, known: &[&'static str]) -> Result<Rows, FileError> {
    let at = at.into();
    open_in_chunks(&at, known, CHUNK).map_err(|fault| FileError::new(at.path(), fault))
}

fn open_in_chunks(at: &Location, known: &[&'static str], chunk: usize) -> Result<Rows, Fault> {
    // Looked at before opening: opening a pipe that nobody writes to would wait for ever.
    if at.look().map_err(Fault::Read)? != There::File {
        return Err(Fault::NotAFile);
    }
    let mut file = at.open().map_err(Fault::Read)?;
    let encoding = encoding_of(&mut file)?;
    file.seek(SeekFrom::Start(0)).map_err(Fault::Read)?;
    let length = file.metadata().map_err(Fault::Read)?.len();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(Decoding::new(file, encoding, chunk));
    let mut header = StringRecord::new();
    let any = reader.read_record(&mut header);
    let line = reader.get_mut().next_start();
    if !any.map_err(|e| fault_of(e, line))? {
        return Err(Fault::Empty);
    }
    if reader.get_ref().ended_in_quotes() {
        return Err(Fault::OpenQuote { line });
    }
    let (columns, unknown) = columns_of(&header, known)?;
    Ok(Rows {
        path: at.path().to_owned(),
        reader,
        header,
        columns: Arc::new(columns),
        unknown,
        encoding: if encoding == encoding_rs::UTF_8 {
            "UTF-8"
        } else {
            "GBK"
        },
        length,
        ended: false,
    })
}

fn encoding_of(file: &mut File) -> Result<&'static Encoding, Fault> {
    if decode::is_utf8(&mut *file)? {
        return Ok(encoding_rs::UTF_8);
    }
    file.seek(SeekFrom::Start(0)).map_err(Fault::Read)?;
    decode::detect(file)
}

impl Rows {
    /// The header's cells as they stand in the file, for a rejects file of the same columns.
    #[must_use]
    pub fn header(&self) -> Vec<&str> {
        self.header.iter().collect()
    }

    /// The names of columns that are skipped because nobody knows them; not the `error` column of a rejects file.
    #[must_use]
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Whether the file has the column.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.columns.place(column).is_some()
    }

    /// The encoding that was found: `UTF-8` or `GBK`.
    #[must_use]
    pub fn encoding(&self) -> &'static str {
        self.encoding
    }

    /// The file's size in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// How many of its bytes have been read.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.reader.get_ref().taken()
    }

    fn read(&mut self) -> Option<Result<Row, Trouble>> {
        loop {
            let mut cells = StringRecord::new();
            let any = self.reader.read_record(&mut cells);
            let any = any.map_err(|e| {
                let line = self.reader.get_mut().next_start();
                FileError::new(&self.path, fault_of(e, line))
            });
            match any {
                Err(error) => return Some(Err(Trouble::File(error))),
                Ok(false) => return None,
                Ok(true) => {}
            }
            let line = self.reader.get_mut().next_start();
            let open = self.reader.get_ref().ended_in_quotes();
            // Spreadsheets leave rows of empty cells behind.
            if open || cells.iter().any(|cell| !trim(cell).is_empty()) {
                return Some(self.judge(line, cells, open).map_err(Trouble::Row));
            }
        }
    }

    fn judge(&self, line: u64, cells: StringRecord, open: bool) -> Result<Row, BadRow> {
        let (wanted, found) = (self.columns.width, cells.len());
        let fault = if open {
            RowFault::OpenQuote
        } else if wanted != found {
            RowFault::Width { wanted, found }
        } else {
            let columns = Arc::clone(&self.columns);
            return Ok(Row {
                line,
                cells,
                columns,
            });
        };
        Err(BadRow { line, fault, cells })
    }
}

impl Iterator for Rows {
    type Item = Result<Row, Trouble>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.read();
        self.ended = !matches!(next, Some(Ok(_) | Err(Trouble::Row(_))));
        next
    }
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows")
            .field("path", &self.path)
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

impl Row {
    /// The cell in `column` without surrounding white space and the spreadsheet guard: `None` when the file has no such column,
    /// `Some("")` when the cell is empty.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<&str> {
        let place = self.columns.place(column)?;
        self.cells.get(place).map(|cell| unguard(trim(cell)))
    }

    /// The known columns with their cells, as [`get`](Self::get) gives them.
    pub fn known(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.columns.places.iter().map(|&(name, place)| {
            let cell = self.cells.get(place).unwrap_or_default();
            (name, unguard(trim(cell)))
        })
    }

    /// All cells as they stand in the file.
    pub fn raw(&self) -> impl Iterator<Item = &str> {
        self.cells.iter()
    }
}

impl BadRow {
    /// All cells as they stand in the file.
    pub fn raw(&self) -> impl Iterator<Item = &str> {
        self.cells.iter()
    }

    /// What is wrong, on which line, and how to mend it; begins with the line, the caller names the file.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let line = self.line;
        match self.fault {
            RowFault::Width { wanted, found } => say!(lang,
                zh: "第 {line} 行有 {found} 格，列名有 {wanted} 个。请检查这一行是否缺格、多了逗号，或者文件没有存完整。",
                en: "line {line} has {found} cells, but the header names {wanted} columns. Look for a missing cell, a comma too many, or a file cut short."),
            RowFault::OpenQuote => {
                let begin = printable(&self.cells.as_slice().chars().take(20).collect::<String>());
                say!(lang,
                    zh: "第 {line} 行（“{begin}…”）有引号（\"）没有闭合，从这里到文件末尾都没有导入。请补上引号；如果文件没有存完整，请重新导出。",
                    en: "line {line} (“{begin}…”) opens a quote (\") that is never closed, so nothing from there to the end was read. Close it; if the file was cut short, export it again.")
            }
        }
    }
}

impl Columns {
    fn place(&self, column: &str) -> Option<usize> {
        let found = self.places.iter().find(|(name, _)| *name == column);
        found.map(|&(_, place)| place)
    }
}

/// A cell without surrounding white space (the full-width space too) and a byte order mark in front.
fn trim(cell: &str) -> &str {
    cell.trim_start_matches(|c: char| c == '\u{FEFF}' || c.is_whitespace())
        .trim_end()
}

/// A column's name as it is compared.
pub(super) fn column_name(cell: &str) -> String {
    let half: String = trim(cell).chars().map(half_width).collect();
    half.trim().to_lowercase()
}

fn columns_of(
    header: &StringRecord,
    known: &[&'static str],
) -> Result<(Columns, Vec<String>), Fault> {
    let names: Vec<String> = header.iter().map(column_name).collect();
    let mut places = Vec::new();
    let mut unknown = Vec::new();
    for (place, name) in names.iter().enumerate() {
        if name.is_empty() {
            continue;
        }
        if let Some(first) = names.iter().take(place).position(|other| other == name) {
            return Err(Fault::Duplicate {
                column: name.clone(),
                first: first + 1,
                second: place + 1,
            });
        }
        match known.iter().find(|known| **known == name.as_str()) {
            Some(&known) => places.push((known, place)),
            None if name == ERROR_COLUMN => {}
            None => unknown.push(name.clone()),
        }
    }
    if places.is_empty() {
        let found: String = names.join(",").chars().take(60).collect();
        let known = known.join(", ");
        return Err(Fault::NoHeader { found, known });
    }
    let width = names.len();
    Ok((Columns { width, places }, unknown))
}

fn fault_of(error: csv::Error, line: u64) -> Fault {
    match error.into_kind() {
        csv::ErrorKind::Io(e) if e.kind() == std::io::ErrorKind::InvalidData => {
            Fault::OpenQuote { line }
        }
        csv::ErrorKind::Io(e) => Fault::Read(e),
        other => Fault::Read(std::io::Error::other(format!("{other:?}"))),
    }
}

#[cfg(test)]
mod tests;
