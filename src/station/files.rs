//! The files of a session's user, which the session opens with its own rights and hands over.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::line::{Line, Received, ToSession, ToStation};
use super::offered::Offered;
use crate::exchange::{Draft, Files, Keep, OwnFiles, There};

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

/// The session's side: does what is asked with its own files, as far as they were offered. Drafts that are left over go
/// with it.
#[derive(Default)]
pub struct Hands {
    offered: Offered,
    drafts: Mutex<HashMap<u64, Draft>>,
}

impl Hands {
    /// Hands that work with what is offered and nothing else.
    pub fn with(offered: Offered) -> Self {
        Self {
            offered,
            drafts: Mutex::default(),
        }
    }

    fn may(&self, asked: &FileAsk) -> bool {
        match asked {
            FileAsk::Look(path)
            | FileAsk::Open(path)
            | FileAsk::MakeFolder(path)
            | FileAsk::Remove(path)
            | FileAsk::Keep { to: path, .. } => self.offered.has(path),
            FileAsk::Real(path) | FileAsk::Draft(path) => self.offered.leads_in(path),
            FileAsk::Discard(_) => true,
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
        if !self.may(&asked) {
            let words = "the command line does not name it";
            return plain(Err(io::Error::new(io::ErrorKind::PermissionDenied, words)));
        }
        match asked {
            FileAsk::Look(path) => plain(OwnFiles.look(&path).map(|there| {
                FileAnswer::Found(match there {
                    There::File => Sort::File,
                    There::Folder => Sort::Folder,
                    There::Other => Sort::Other,
                })
            })),
            FileAsk::Real(path) => plain(OwnFiles.real(&path).map(FileAnswer::Path)),
            FileAsk::Open(path) => match OwnFiles.open(&path) {
                Ok(file) => line.say_with(&ToStation::File(FileAnswer::Opened), &file),
                Err(error) => plain(Err(error)),
            },
            FileAsk::Draft(folder) => match OwnFiles.draft(&folder) {
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
            FileAsk::MakeFolder(path) => done(OwnFiles.make_folder(&path)),
            FileAsk::Remove(path) => done(OwnFiles.remove(&path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    use super::*;

    /// What a session that offers `named` answers.
    fn answers(named: &[PathBuf], asked: FileAsk) -> FileAnswer {
        let (here, there) = UnixStream::pair().unwrap();
        let hands = Hands::with(Offered::of(named.to_vec()));
        hands.serve(asked, &Line::of_session(here)).unwrap();
        let station = Line::of_station(there, Duration::from_secs(5)).unwrap();
        match station.receive().unwrap() {
            Some(Received::Message(ToStation::File(answer))) => answer,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_what_was_offered_is_opened_begun_replaced_made_or_removed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("mine.csv"), "mine").unwrap();
        fs::create_dir(at("else")).unwrap();
        fs::write(at("else/other.csv"), "other").unwrap();
        let named = [at("mine.csv")];
        for asked in [
            FileAsk::Look(at("else/other.csv")),
            FileAsk::Real(at("else/other.csv")),
            FileAsk::Open(at("else/other.csv")),
            FileAsk::Draft(at("else")),
            FileAsk::MakeFolder(at("new")),
            FileAsk::Remove(at("else/other.csv")),
            FileAsk::Keep {
                draft: 1,
                to: at("else/other.csv"),
                replace: true,
            },
        ] {
            let shown = format!("{asked:?}");
            match answers(&named, asked) {
                FileAnswer::Failed { words, .. } => assert!(words.contains("name"), "{words}"),
                other => panic!("{shown}: {other:?}"),
            }
        }
        assert_eq!(fs::read_to_string(at("else/other.csv")).unwrap(), "other");
        assert!(!at("new").exists());
        let opened = answers(&named, FileAsk::Open(at("mine.csv")));
        assert!(matches!(opened, FileAnswer::Opened), "{opened:?}");
        let begun = answers(&named, FileAsk::Draft(folder.path().to_owned()));
        assert!(matches!(begun, FileAnswer::Begun(_)), "{begun:?}");
        let removed = answers(&named, FileAsk::Remove(at("mine.csv")));
        assert!(matches!(removed, FileAnswer::Done), "{removed:?}");
        let console = answers(&[], FileAsk::Open(at("mine.csv")));
        assert!(matches!(console, FileAnswer::Failed { .. }), "{console:?}");
    }
}
