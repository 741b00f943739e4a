//! What can be wrong with a whole file, and how to mend it.

use crate::domain::lang::Lang;
use crate::domain::printable::printable;
use crate::say;
use std::io;
use std::path::{Path, PathBuf};

/// A file that cannot be read or written, as opposed to a row of it.
#[derive(Debug)]
pub struct FileError {
    path: PathBuf,
    fault: Fault,
}

/// What is wrong with a file. Offsets count bytes from 0, lines and columns from 1.
#[derive(Debug)]
pub enum Fault {
    /// The operating system refused while reading.
    Read(io::Error),
    /// The operating system refused while writing.
    Write(io::Error),
    /// A folder, pipe or device.
    NotAFile,
    /// UTF-16.
    Utf16,
    /// A zero byte, which no text has.
    Binary {
        /// Where.
        offset: u64,
        /// On which line.
        line: u64,
    },
    /// UTF-8 with damaged bytes.
    DamagedUtf8 {
        /// Where the first is.
        offset: u64,
        /// On which line.
        line: u64,
    },
    /// Neither UTF-8 nor GBK.
    Encoding {
        /// What it looks like.
        guess: &'static str,
        /// The first byte that is not UTF-8.
        offset: u64,
        /// On which line.
        line: u64,
    },
    /// Nothing in it.
    Empty,
    /// The first row names no column that is known.
    NoHeader {
        /// The first row, shortened.
        found: String,
        /// The columns that there may be.
        known: String,
    },
    /// A column name that stands in the header twice.
    Duplicate {
        /// The name.
        column: String,
        /// Its first place.
        first: usize,
        /// Its second place.
        second: usize,
    },
    /// A quote opened on this line is not closed within any sensible length.
    OpenQuote {
        /// On which line.
        line: u64,
    },
}

impl FileError {
    /// `fault` in the file at `path`.
    #[must_use]
    pub fn new(path: &Path, fault: Fault) -> Self {
        Self {
            path: path.to_owned(),
            fault,
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is wrong with it.
    #[must_use]
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// What is wrong, where, and how to mend it; safe to show on a terminal.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let path = printable(&self.path.display().to_string());
        let what = self.fault.say(lang);
        say!(lang, zh: "{path}：{what}", en: "{path}: {what}")
    }
}

impl Fault {
    fn say(&self, lang: Lang) -> String {
        match self {
            Self::Read(cause) => say_read(cause, lang),
            Self::Write(cause) => say_write(cause, lang),
            Self::NotAFile => {
                say!(lang, zh: "不是普通文件（是文件夹、管道或设备）。请给出一个文件的路径。",
                en: "not a regular file (a folder, pipe or device). Give the path of a file.")
            }
            Self::Empty => say!(lang, zh: "文件是空的。第一行应是列名，以下每行一条记录。",
                en: "the file is empty. Its first line must name the columns, and each line after it is one record."),
            Self::NoHeader { found, known } => {
                let (found, known) = (printable(found), printable(known));
                say!(lang, zh: "第 1 行没有认得的列名（读到“{found}”）。请在最上面加一行列名，可用的有：{known}。",
                    en: "line 1 names no known column (it reads “{found}”). Put a line of column names on top; there may be: {known}.")
            }
            Self::Duplicate {
                column,
                first,
                second,
            } => {
                let column = printable(column);
                say!(lang, zh: "第 1 行的列名“{column}”出现了两次（第 {first} 列和第 {second} 列）。请删去或改名其中一列。",
                    en: "line 1 names the column “{column}” twice (columns {first} and {second}). Remove or rename one of them.")
            }
            Self::OpenQuote { line } => {
                say!(lang, zh: "第 {line} 行的引号（\"）没有闭合。请在这一行补上引号，或删去多余的引号。",
                en: "the quote (\") opened on line {line} is never closed. Close it on that line, or remove it.")
            }
            _ => self.say_encoding(lang),
        }
    }

    fn say_encoding(&self, lang: Lang) -> String {
        match self {
            Self::Utf16 => {
                say!(lang, zh: "不是可读的文本文件：从第 0 字节（第 1 行）起是 UTF-16 编码。请在表格软件里另存为“CSV UTF-8”。",
                en: "not a text file that can be read: it is UTF-16 from byte 0 (line 1). Save it as “CSV UTF-8” in the spreadsheet.")
            }
            Self::Binary { offset, line } => {
                say!(lang, zh: "不是文本文件：第 {offset} 字节（第 {line} 行）是零字节。如果是表格文件，请另存为“CSV UTF-8”再导入。",
                en: "not a text file: byte {offset} (line {line}) is zero. If it is a spreadsheet, save it as “CSV UTF-8” and import that.")
            }
            Self::DamagedUtf8 { offset, line } => {
                say!(lang, zh: "UTF-8 编码在第 {offset} 字节（第 {line} 行）处损坏，文件可能不完整。请重新导出或复制一次。",
                en: "the UTF-8 is damaged at byte {offset} (line {line}); the file may be incomplete. Export or copy it again.")
            }
            Self::Encoding {
                guess,
                offset,
                line,
            } => {
                say!(lang, zh: "既不是 UTF-8 也不是 GBK 编码（从第 {offset} 字节，即第 {line} 行起；看起来像 {guess}）。请另存为“CSV UTF-8”。",
                en: "neither UTF-8 nor GBK (from byte {offset}, line {line}, on; it looks like {guess}). Save it as “CSV UTF-8”.")
            }
            _ => String::new(),
        }
    }
}

fn say_read(cause: &io::Error, lang: Lang) -> String {
    match cause.kind() {
        io::ErrorKind::NotFound => {
            say!(lang, zh: "没有这个文件。请检查路径和文件名。", en: "there is no such file. Check the path and the name.")
        }
        io::ErrorKind::PermissionDenied => {
            say!(lang, zh: "没有读取权限。请让文件的主人允许您读取，或把它复制到自己的文件夹。",
            en: "you may not read it. Ask its owner for permission, or copy it into a folder of your own.")
        }
        _ => {
            let cause = printable(&cause.to_string());
            say!(lang, zh: "读不出来（{cause}）。请把文件复制到本机硬盘后再试。", en: "it cannot be read ({cause}). Copy it to a local disk and try again.")
        }
    }
}

fn say_write(cause: &io::Error, lang: Lang) -> String {
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            say!(lang, zh: "磁盘空间不够，没有写成，原有文件没有改动。请腾出空间或换一个位置。",
            en: "the disk is full; nothing was written and a file that was there is as before. Free some space or choose another place.")
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            say!(lang, zh: "所在的磁盘是只读的，没有写成。请换一个位置。",
            en: "its disk is read-only; nothing was written. Choose another place.")
        }
        io::ErrorKind::PermissionDenied => {
            say!(lang, zh: "所在的文件夹不让写入，没有写成。请换一个文件夹，或请管理员开放权限。",
            en: "its folder may not be written to; nothing was written. Choose another folder, or ask for permission.")
        }
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            say!(lang, zh: "没有这个文件夹，没有写成。请先建好文件夹，或检查路径。",
            en: "there is no such folder; nothing was written. Make the folder first, or check the path.")
        }
        _ => {
            let cause = printable(&cause.to_string());
            say!(lang, zh: "没有写成（{cause}），原有文件没有改动。请换一个位置再试。",
                en: "it could not be written ({cause}); a file that was there is as before. Try another place.")
        }
    }
}
