//! What became of a file, and how far it has come.

use std::path::{Path, PathBuf};

use super::file_error::FileError;
use super::text_in::BadRow;
use crate::desk::Rejected;
use crate::domain::{Kind, Lang, Said};
use crate::say;

/// How many refused rows and how many warnings a report holds; all of them are counted, and the refused ones are in the rejects file.
pub const KEPT: usize = 1000;

/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Whose file.
    pub kind: Kind,
    /// Rows read or written so far.
    pub rows: u64,
    /// Of `total`: bytes read when importing, records written when exporting.
    pub done: u64,
    /// The whole of it.
    pub total: u64,
}

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The column; empty when the whole row can't be read.
    pub column: String,
    /// The value in it; empty when there is none, or when it must not be repeated.
    pub value: String,
    /// What is wrong and how to mend it.
    pub said: Said,
}

impl Rejection {
    pub(super) fn of_row(rejected: &Rejected) -> Self {
        let problem = &rejected.problem;
        Self {
            line: rejected.line,
            column: problem.column.to_owned(),
            value: problem.value.clone(),
            said: problem.said.clone(),
        }
    }

    pub(super) fn of_bad(bad: &BadRow) -> Self {
        Self {
            line: bad.line,
            column: String::new(),
            value: String::new(),
            said: Said {
                zh: bad.say(Lang::Zh),
                en: bad.say(Lang::En),
            },
        }
    }

    /// Column, value and reason, as in the `error` column of a rejects file; not yet safe for a terminal.
    #[must_use]
    pub fn reason(&self, lang: Lang) -> String {
        let (column, value, reason) = (&self.column, &self.value, self.said.get(lang));
        match (column.is_empty(), value.is_empty()) {
            (true, _) => reason.to_owned(),
            (false, true) => format!("{column}: {reason}"),
            (false, false) => format!("{column} \"{value}\": {reason}"),
        }
    }

    /// The line and the reason.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let (line, reason) = (self.line, self.reason(lang));
        if self.column.is_empty() {
            return reason;
        }
        say!(lang, zh: "第 {line} 行：{reason}", en: "line {line}: {reason}")
    }
}

/// What became of a file that was imported, or would become of it.
#[derive(Debug)]
pub struct FileReport {
    /// What it holds.
    pub kind: Kind,
    /// Where it lies.
    pub path: PathBuf,
    /// Whether nothing was written because only a rehearsal was asked for.
    pub dry_run: bool,
    /// `UTF-8` or `GBK`.
    pub encoding: &'static str,
    /// Rows below the header, without empty ones.
    pub rows: u64,
    /// New records.
    pub added: u64,
    /// Records that became different.
    pub changed: u64,
    /// Rows that say what is known already.
    pub unchanged: u64,
    /// The first [`KEPT`] rows that were not taken, in the order of lines.
    pub rejected: Vec<Rejection>,
    /// How many rows were not taken.
    pub rejected_count: u64,
    /// The first [`KEPT`] rows, by line, that were taken though they look odd.
    pub warnings: Vec<(u64, Said)>,
    /// How many look odd.
    pub warning_count: u64,
    /// Columns that were skipped because nobody knows them.
    pub unknown_columns: Vec<String>,
    /// The rejects file, when there is one.
    pub rejects_path: Option<PathBuf>,
    /// Why there is none though rows were refused.
    pub rejects_error: Option<FileError>,
}

impl FileReport {
    pub(super) fn new(kind: Kind, path: &Path, dry_run: bool) -> Self {
        Self {
            kind,
            path: path.to_owned(),
            dry_run,
            encoding: "UTF-8",
            rows: 0,
            added: 0,
            changed: 0,
            unchanged: 0,
            rejected: Vec::new(),
            rejected_count: 0,
            warnings: Vec::new(),
            warning_count: 0,
            unknown_columns: Vec::new(),
            rejects_path: None,
            rejects_error: None,
        }
    }

    /// How many rows were taken, whether they changed anything or not.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.added + self.changed + self.unchanged
    }

    pub(super) fn reject(&mut self, rejection: Rejection) {
        self.rejected_count += 1;
        if self.rejected.len() < KEPT {
            self.rejected.push(rejection);
        }
    }

    pub(super) fn warn(&mut self, warnings: Vec<(u64, Said)>) {
        self.warning_count += u64::try_from(warnings.len()).unwrap_or_default();
        let room = KEPT.saturating_sub(self.warnings.len());
        self.warnings.extend(warnings.into_iter().take(room));
    }
}
