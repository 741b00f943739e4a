//! Why an import or an export did not come to its end.

use super::file_error::FileError;
use super::report::FileReport;
use crate::desk::DeskError;
use crate::domain::lang::counted;
use crate::domain::printable::printable;
use crate::domain::{Lang, Said};
use crate::say;

/// Why files could not be taken in or written.
#[derive(Debug)]
pub enum ExchangeError {
    /// A file can't be read or written.
    File(FileError),
    /// What was asked for can't be done; nothing has changed.
    Refused(Said),
    /// The desk or its store can't do its part.
    Desk(DeskError),
    /// Whoever asked does not want it any more.
    Interrupted,
    /// An import stopped on its way.
    Stopped {
        /// Why.
        cause: Box<ExchangeError>,
        /// The files, or the part of one, that had been taken before.
        before: Vec<FileReport>,
    },
}

impl From<FileError> for ExchangeError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl From<DeskError> for ExchangeError {
    fn from(error: DeskError) -> Self {
        Self::Desk(error)
    }
}

impl ExchangeError {
    /// Whether the store is to blame (exit status 5) and not what was asked for or given (exit status 1).
    #[must_use]
    pub fn is_store(&self) -> bool {
        match self {
            Self::Desk(DeskError::Store(_)) => true,
            Self::Stopped { cause, .. } => cause.is_store(),
            Self::File(_)
            | Self::Refused(_)
            | Self::Interrupted
            | Self::Desk(DeskError::Refused(_)) => false,
        }
    }

    /// What had been taken before it stopped.
    #[must_use]
    pub fn before(&self) -> &[FileReport] {
        match self {
            Self::Stopped { before, .. } => before,
            _ => &[],
        }
    }

    /// What happened and what to do; safe to show on a terminal.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::File(error) => error.say(lang),
            Self::Refused(said) => printable(said.get(lang)),
            Self::Desk(error) => printable(error.said().get(lang)),
            Self::Interrupted => say!(lang, zh: "已中断。", en: "interrupted"),
            Self::Stopped { cause, before } => {
                let (cause, taken) = (cause.say(lang), say_taken(before, lang));
                format!("{cause}{taken}")
            }
        }
    }

    /// This error, with what had been taken before it.
    pub(super) fn after(self, mut before: Vec<FileReport>) -> Self {
        match self {
            Self::Stopped {
                cause,
                before: last,
            } => {
                before.extend(last);
                Self::Stopped { cause, before }
            }
            cause if before.is_empty() => cause,
            cause => Self::Stopped {
                cause: Box::new(cause),
                before,
            },
        }
    }
}

fn say_taken(before: &[FileReport], lang: Lang) -> String {
    if before.iter().any(|report| report.dry_run) {
        return say!(lang, zh: "（试运行，什么也没有写入。）", en: " (A dry run: nothing was written.)");
    }
    let files: Vec<String> = before.iter().map(|report| say_file(report, lang)).collect();
    match lang {
        Lang::Zh => format!(
            "\n此前已导入：{}。改好后再导入一次即可，已导入的记录不会重复。",
            files.join("、")
        ),
        Lang::En => format!(
            "\nTaken before that: {}. Mend it and import again; what is in already is not entered twice.",
            files.join(", ")
        ),
    }
}

fn say_file(report: &FileReport, lang: Lang) -> String {
    let name = report
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let (name, taken) = (printable(&name), report.taken());
    let rows = counted(taken, "row", "rows");
    say!(lang, zh: "{name}（{taken} 行）", en: "{name} ({rows})")
}
