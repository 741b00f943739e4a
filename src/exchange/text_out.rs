//! Writing CSV files: whole or not at all.

use super::file_error::{Fault, FileError};
use super::guard::guard;
use super::location::{Draft, Location, There};
use super::text_in::{ERROR_COLUMN, column_name};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

/// A CSV file being written: UTF-8, LF, quotes where needed. It appears at its path on [`finish`](Self::finish), complete, and until
/// then a file that was there stays; dropped before, it leaves nothing.
pub struct Out {
    at: Location,
    file: BufWriter<Draft>,
    cells: usize,
    /// Whether the row so far is one empty cell, which must not become an empty line.
    blank: bool,
    rows: u64,
}

impl std::fmt::Debug for Out {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.at.fmt(f)
    }
}

impl Out {
    /// Begins a file with this header, in a folder that exists.
    ///
    /// # Errors
    /// When the folder cannot be written to, or something other than a file is there.
    pub fn create(at: impl Into<Location>, header: &[&str]) -> Result<Self, FileError> {
        let at = at.into();
        let mut out = Self::begin(&at).map_err(|fault| FileError::new(at.path(), fault))?;
        for name in header {
            out.plain_cell(name)?;
        }
        out.end_row()?;
        out.rows = 0;
        Ok(out)
    }

    fn begin(at: &Location) -> Result<Self, Fault> {
        // A link keeps pointing where it does; what it points to is replaced.
        let at = at.resolved();
        if at.look().is_ok_and(|there| there != There::File) {
            return Err(Fault::NotAFile);
        }
        let draft = at.draft().map_err(Fault::Write)?;
        Ok(Self {
            at,
            file: BufWriter::with_capacity(64 * 1024, draft),
            cells: 0,
            blank: false,
            rows: 0,
        })
    }

    /// Writes a cell of free text, guarded when a spreadsheet would take it for a formula.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn text_cell(&mut self, cell: &str) -> Result<(), FileError> {
        self.plain_cell(&guard(cell))
    }

    /// Writes a cell that the program made (numbers, dates, codes), without guard.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn plain_cell(&mut self, cell: &str) -> Result<(), FileError> {
        self.put(cell).map_err(|e| self.failed(e))
    }

    fn put(&mut self, cell: &str) -> io::Result<()> {
        if self.cells > 0 {
            self.file.write_all(b",")?;
        }
        self.blank = self.cells == 0 && cell.is_empty();
        self.cells += 1;
        if cell.contains([',', '"', '\n', '\r']) {
            write!(self.file, "\"{}\"", cell.replace('"', "\"\""))
        } else {
            self.file.write_all(cell.as_bytes())
        }
    }

    /// Ends the row.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn end_row(&mut self) -> Result<(), FileError> {
        let end: &[u8] = if self.blank { b"\"\"\n" } else { b"\n" };
        self.cells = 0;
        self.blank = false;
        self.rows += 1;
        self.file.write_all(end).map_err(|e| self.failed(e))
    }

    /// Puts the complete file in its place, safe against a power cut; gives the number of rows below the header.
    ///
    /// # Errors
    /// When the disk does not take it; a file that was there is then as before.
    pub fn finish(mut self) -> Result<u64, FileError> {
        self.file.flush().map_err(|e| self.failed(e))?;
        let (at, rows) = (self.at, self.rows);
        let (draft, _) = self.file.into_parts();
        let kept = draft.keep(at.path(), true);
        kept.map_err(|e| FileError::new(at.path(), Fault::Write(e)))?;
        Ok(rows)
    }

    fn failed(&self, cause: io::Error) -> FileError {
        FileError::new(self.at.path(), Fault::Write(cause))
    }
}

/// The rows of an import that were refused: the columns of the import and `error`. The file is made at the first such row and replaces
/// one of an earlier import.
pub struct Rejects {
    at: Location,
    header: Vec<String>,
    /// Columns of the import.
    width: usize,
    /// Where the error goes: the column of that name, if the import is itself a rejects file, else after the last.
    error_at: usize,
    out: Option<Out>,
}

impl Rejects {
    /// Rejects of a file with this header, to be written to a place.
    #[must_use]
    pub fn new(at: impl Into<Location>, header: &[&str]) -> Self {
        let mut header: Vec<String> = header.iter().map(|&name| name.to_owned()).collect();
        let error_at = header
            .iter()
            .position(|name| column_name(name) == ERROR_COLUMN);
        let width = header.len();
        if error_at.is_none() {
            header.push(ERROR_COLUMN.to_owned());
        }
        Self {
            at: at.into(),
            header,
            width,
            error_at: error_at.unwrap_or(width),
            out: None,
        }
    }

    /// Adds a row with its cells as they stood in the import (`raw()` of the row), and why it was refused.
    ///
    /// # Errors
    /// When the rejects file cannot be written.
    pub fn add<'a>(
        &mut self,
        cells: impl IntoIterator<Item = &'a str>,
        error: &str,
    ) -> Result<(), FileError> {
        let mut row: Vec<&str> = cells.into_iter().collect();
        // A row cut short is filled up, so that the error stands under its name; cells too many stand behind it.
        if row.len() < self.width {
            row.resize(self.width, "");
        }
        let out = match &mut self.out {
            Some(out) => out,
            none => {
                let header: Vec<&str> = self.header.iter().map(String::as_str).collect();
                none.insert(Out::create(self.at.clone(), &header)?)
            }
        };
        let reused = self.error_at < self.width;
        let (before, after) = row.split_at(self.error_at.min(row.len()));
        for cell in before {
            out.plain_cell(cell)?;
        }
        out.text_cell(error)?;
        for cell in after.iter().skip(usize::from(reused)) {
            out.plain_cell(cell)?;
        }
        out.end_row()
    }

    /// Completes the file and gives the number of its rows. Without any, a rejects file of an earlier import is removed; a file at the
    /// path that is no rejects file stays.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn finish(self) -> Result<u64, FileError> {
        if let Some(out) = self.out {
            return out.finish();
        }
        if is_rejects(&self.at) {
            let removed = self.at.remove();
            removed.map_err(|e| FileError::new(self.at.path(), Fault::Write(e)))?;
        }
        Ok(0)
    }
}

/// Whether the first line of a file names an `error` column.
fn is_rejects(at: &Location) -> bool {
    if !at.look().is_ok_and(|there| there == There::File) {
        return false;
    }
    let mut line = String::new();
    let read = at
        .open()
        .map(|file| BufReader::new(file.take(64 * 1024)).read_line(&mut line));
    matches!(read, Ok(Ok(_)))
        && line
            .split(',')
            .any(|name| column_name(name) == ERROR_COLUMN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lang::Lang;
    use crate::exchange::text_in::{Row, open};
    use proptest::prelude::*;
    use std::fs;
    use std::path::Path;

    fn names_in(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_with_quotes_only_where_needed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        fs::write(&path, "old").unwrap();
        let mut out = Out::create(&path, &["code", "note"]).unwrap();
        out.plain_cell("-1.5").unwrap();
        out.text_cell("=a, \"b\"\n").unwrap();
        out.end_row().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(out.finish().unwrap(), 1);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "code,note\n-1.5,\"'=a, \"\"b\"\"\n\"\n");
        assert_eq!(names_in(dir.path()), ["a.csv"]);
    }

    #[test]
    fn an_abandoned_file_leaves_the_old_one_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        fs::write(&path, "old").unwrap();
        drop(Out::create(&path, &["code"]).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names_in(dir.path()), ["a.csv"]);
    }

    #[test]
    fn what_cannot_be_written_says_so_in_both_languages() {
        let dir = tempfile::tempdir().unwrap();
        let error = Out::create(&dir.path().join("no/a.csv"), &["code"]).unwrap_err();
        assert!(error.say(Lang::Zh).contains("没有这个文件夹"));
        assert!(error.say(Lang::En).contains("no such folder"));
        let error = Out::create(dir.path(), &["code"]).unwrap_err();
        assert!(error.say(Lang::En).contains("not a regular file"));
        let full = Fault::Write(io::ErrorKind::StorageFull.into());
        let error = FileError::new(Path::new("/x/\u{1b}[2Ja.csv"), full);
        assert!(error.say(Lang::Zh).contains("磁盘空间不够"));
        assert!(
            error
                .say(Lang::En)
                .starts_with("/x/\\u{1b}[2Ja.csv: the disk is full")
        );
    }

    #[test]
    fn rejects_have_the_columns_of_the_import_and_the_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("r.csv");
        let mut rejects = Rejects::new(&path, &["Code", "note"]);
        assert!(!path.exists());
        rejects.add(["V1", " x "], "bad, very").unwrap();
        rejects.add(["V2"], "short").unwrap();
        rejects.add(["V3", "a", "b"], "long").unwrap();
        assert_eq!(rejects.finish().unwrap(), 3);
        let text = fs::read_to_string(&path).unwrap();
        let wanted = "Code,note,error\nV1, x ,\"bad, very\"\nV2,,short\nV3,a,long,b\n";
        assert_eq!(text, wanted);
    }

    #[test]
    fn rejects_of_a_rejects_file_reuse_its_error_column() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("r.csv");
        let mut rejects = Rejects::new(&path, &["code", "ERROR", "note"]);
        rejects.add(["V1", "old", "x"], "new").unwrap();
        rejects.finish().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "code,ERROR,note\nV1,new,x\n");
    }

    #[test]
    fn without_rejects_only_an_old_rejects_file_goes_away() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("r.csv");
        fs::write(&path, "code,error\nV1,bad\n").unwrap();
        assert_eq!(Rejects::new(&path, &["code"]).finish().unwrap(), 0);
        assert!(!path.exists());
        assert_eq!(Rejects::new(&path, &["code"]).finish().unwrap(), 0);
        fs::write(&path, "my letter").unwrap();
        Rejects::new(&path, &["code"]).finish().unwrap();
        assert!(path.exists());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_written_is_read_again(
            rows in prop::collection::vec(("[a-z0-9]{1,3}", "[a'=+@,\"\r\n\t 王-]{0,8}", any::<String>()), 0..8)
        ) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("a.csv");
            let kept = |cell: &str| cell.trim_matches(|c: char| c == '\u{FEFF}' || c == '\0' || c.is_whitespace()).replace('\0', "");
            let rows: Vec<[String; 3]> = rows.iter().map(|(a, b, c)| [a.clone(), kept(b), kept(c)]).collect();
            let mut out = Out::create(&path, &["x", "y", "z"]).unwrap();
            for row in &rows {
                for cell in row {
                    out.text_cell(cell).unwrap();
                }
                out.end_row().unwrap();
            }
            out.finish().unwrap();
            let read: Vec<Row> = open(&path, &["x", "y", "z"]).unwrap().map(Result::unwrap).collect();
            let cells = |row: &Row| ["x", "y", "z"].map(|name| row.get(name).unwrap().to_owned());
            prop_assert_eq!(read.iter().map(cells).collect::<Vec<_>>(), rows);
        }
    }
}
