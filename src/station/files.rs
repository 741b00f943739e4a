//! The files of a session's user, which the session opens with its own rights and hands over.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::line::{Line, Received, ToSession, ToStation};
use crate::exchange::{Draft, Files, Keep, There};

/// What a station wants done with a file.
#[derive(Debug, Serialize, Deserialize)]
pub enum FileAsk {
    /// What is there?
    Look(PathBuf),
    /// The path without links.
    Real(PathBuf),
    /// Open it for reading.
    Open(PathBuf),
    /// Begin a file in this folder.
    Draft(PathBuf),
    /// Give a draft its name.
    Keep {
        /// The draft's number.
        draft: u64,
        /// Its path.
        to: PathBuf,
        /// Whether it may replace a file.
        replace: bool,
    },
    /// Forget a draft.
    Discard(u64),
    /// Make a folder.
    MakeFolder(PathBuf),
    /// Remove a file.
    Remove(PathBuf),
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize)]
pub enum FileAnswer {
    /// This is there.
    Found(Sort),
    /// This is the path.
    Path(PathBuf),
    /// The file comes beside this.
    Opened,
    /// The draft of this number comes beside this.
    Begun(u64),
    /// It is done.
    Done,
    /// It can't be done.
    Failed {
        /// The system's number of the error.
        number: Option<i32>,
        /// Its words.
        words: String,
    },
}

/// What there is at a path, on the wire.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Sort {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// Something else.
    Other,
}

impl FileAnswer {
    fn failed(error: &io::Error) -> Self {
        Self::Failed {
            number: error.raw_os_error(),
            words: error.to_string(),
        }
    }

    fn into_result(self) -> io::Result<Self> {
        match self {
            Self::Failed {
                number: Some(number),
                ..
            } => Err(io::Error::from_raw_os_error(number)),
            Self::Failed { words, .. } => Err(io::Error::other(words)),
            answer => Ok(answer),
        }
    }
}

/// The files at the other end of a line. Nobody else may read from the line meanwhile.
pub struct AwayFiles(Arc<Line>);

impl AwayFiles {
    /// The files of whoever is at the line's other end.
    #[must_use]
    pub fn new(line: Arc<Line>) -> Self {
        Self(line)
    }
}

fn ask(line: &Line, what: FileAsk) -> io::Result<FileAnswer> {
    line.say(&ToSession::File(what))?;
    match line.receive()? {
        Some(Received::Message(ToStation::File(answer))) => answer.into_result(),
        Some(_) => Err(confused()),
        None => Err(io::ErrorKind::ConnectionAborted.into()),
    }
}

fn confused() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "an unexpected answer")
}

impl Files for AwayFiles {
    fn look(&self, path: &Path) -> io::Result<There> {
        match ask(&self.0, FileAsk::Look(path.to_owned()))? {
            FileAnswer::Found(Sort::File) => Ok(There::File),
            FileAnswer::Found(Sort::Folder) => Ok(There::Folder),
            FileAnswer::Found(Sort::Other) => Ok(There::Other),
            _ => Err(confused()),
        }
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        match ask(&self.0, FileAsk::Real(path.to_owned()))? {
            FileAnswer::Path(path) => Ok(path),
            _ => Err(confused()),
        }
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        match ask(&self.0, FileAsk::Open(path.to_owned()))? {
            FileAnswer::Opened => self.0.take_file(),
            _ => Err(confused()),
        }
    }

    fn draft(&self, folder: &Path) -> io::Result<Draft> {
        match ask(&self.0, FileAsk::Draft(folder.to_owned()))? {
            FileAnswer::Begun(number) => {
                let keeper = Away {
                    line: Arc::clone(&self.0),
                    number,
                    kept: false,
                };
                Ok(Draft::new(self.0.take_file()?, Box::new(keeper)))
            }
            _ => Err(confused()),
        }
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        ask(&self.0, FileAsk::MakeFolder(path.to_owned())).map(drop)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        ask(&self.0, FileAsk::Remove(path.to_owned())).map(drop)
    }
}

/// Names a draft at the other end.
struct Away {
    line: Arc<Line>,
    number: u64,
    kept: bool,
}

impl Keep for Away {
    fn keep(mut self: Box<Self>, to: &Path, replace: bool) -> io::Result<()> {
        self.kept = true;
        let keep = FileAsk::Keep {
            draft: self.number,
            to: to.to_owned(),
            replace,
        };
        ask(&self.line, keep).map(drop)
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        if !self.kept {
            let _ = ask(&self.line, FileAsk::Discard(self.number));
        }
    }
}

/// The session's side: does what is asked with the files that it was given. Drafts that are left over go with it.
pub struct Hands {
    files: Arc<dyn Files>,
    drafts: Mutex<HashMap<u64, Draft>>,
}

impl Hands {
    /// Hands that hold these files.
    #[must_use]
    pub fn new(files: Arc<dyn Files>) -> Self {
        Self {
            files,
            drafts: Mutex::default(),
        }
    }

    /// Does what is asked and answers over the line.
    ///
    /// # Errors
    /// When the line is broken.
    pub fn serve(&self, asked: FileAsk, line: &Line) -> io::Result<()> {
        let mut drafts = self.drafts.lock().unwrap_or_else(PoisonError::into_inner);
        let plain = |result: io::Result<FileAnswer>| {
            let answer = result.unwrap_or_else(|error| FileAnswer::failed(&error));
            line.say(&ToStation::File(answer))
        };
        let done = |result: io::Result<()>| plain(result.map(|()| FileAnswer::Done));
        match asked {
            FileAsk::Look(path) => plain(self.files.look(&path).map(|there| {
                FileAnswer::Found(match there {
                    There::File => Sort::File,
                    There::Folder => Sort::Folder,
                    There::Other => Sort::Other,
                })
            })),
            FileAsk::Real(path) => plain(self.files.real(&path).map(FileAnswer::Path)),
            FileAsk::Open(path) => match self.files.open(&path) {
                Ok(file) => line.say_with(&ToStation::File(FileAnswer::Opened), &file),
                Err(error) => plain(Err(error)),
            },
            FileAsk::Draft(folder) => match self.files.draft(&folder) {
                Ok(draft) => {
                    let number = drafts.keys().max().map_or(1, |last| last + 1);
                    let begun = ToStation::File(FileAnswer::Begun(number));
                    line.say_with(&begun, draft.file())?;
                    drafts.insert(number, draft);
                    Ok(())
                }
                Err(error) => plain(Err(error)),
            },
            FileAsk::Keep { draft, to, replace } => done(
                drafts
                    .remove(&draft)
                    .ok_or_else(|| io::ErrorKind::NotFound.into())
                    .and_then(|draft| draft.keep(&to, replace)),
            ),
            FileAsk::Discard(draft) => {
                drafts.remove(&draft);
                done(Ok(()))
            }
            FileAsk::MakeFolder(path) => done(self.files.make_folder(&path)),
            FileAsk::Remove(path) => done(self.files.remove(&path)),
        }
    }
}
