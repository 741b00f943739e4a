//! Places of files: here, or with whoever asks from another process.
//!
//! The station reads and writes the files of a session with the rights of the session's user: the session opens them
//! and hands them over. So everything here goes through [`Files`], and nothing above opens a path by itself.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempPath;

/// What there is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum There {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A pipe, a device, a socket.
    Other,
}

/// Somebody's files.
pub trait Files: Send + Sync {
    /// What there is at a path, links followed.
    ///
    /// # Errors
    /// When there is nothing, or it may not be seen.
    fn look(&self, path: &Path) -> io::Result<There>;

    /// The path without links and detours.
    ///
    /// # Errors
    /// When there is nothing, or it may not be seen.
    fn real(&self, path: &Path) -> io::Result<PathBuf>;

    /// Opens a file for reading.
    ///
    /// # Errors
    /// When there is none, or it may not be read.
    fn open(&self, path: &Path) -> io::Result<File>;

    /// Begins a file in a folder; it has no name yet.
    ///
    /// # Errors
    /// When the folder can't be written to.
    fn draft(&self, folder: &Path) -> io::Result<Draft>;

    /// Makes a folder and those above it.
    ///
    /// # Errors
    /// When it can't be made.
    fn make_folder(&self, path: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// When it can't be removed.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// Gives a draft its name.
pub trait Keep: Send {
    /// Puts the draft at a path, in place of a file there only with `replace`, safe against a power cut.
    ///
    /// # Errors
    /// When it can't be put there.
    fn keep(self: Box<Self>, to: &Path, replace: bool) -> io::Result<()>;
}

/// A file on its way; dropped before it is kept, it leaves nothing.
pub struct Draft {
    file: File,
    keeper: Box<dyn Keep>,
}

impl Draft {
    /// A draft in an open file.
    #[must_use]
    pub fn new(file: File, keeper: Box<dyn Keep>) -> Self {
        Self { file, keeper }
    }

    /// The file, to be written to.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Makes what was written durable and gives it its name.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn keep(self, to: &Path, replace: bool) -> io::Result<()> {
        self.file.sync_all()?;
        self.keeper.keep(to, replace)
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The files of this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnFiles;

impl Files for OwnFiles {
    fn look(&self, path: &Path) -> io::Result<There> {
        let found = fs::metadata(path)?;
        Ok(if found.is_file() {
            There::File
        } else if found.is_dir() {
            There::Folder
        } else {
            There::Other
        })
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        File::open(path)
    }

    fn draft(&self, folder: &Path) -> io::Result<Draft> {
        let (file, path) = tempfile::Builder::new()
            .prefix(".matchdesk-")
            .tempfile_in(folder)?
            .into_parts();
        Ok(Draft::new(file, Box::new(Own(path))))
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

struct Own(TempPath);

impl Keep for Own {
    fn keep(self: Box<Self>, to: &Path, replace: bool) -> io::Result<()> {
        if replace {
            self.0.persist(to).map_err(|error| error.error)?;
        } else {
            self.0.persist_noclobber(to).map_err(|error| error.error)?;
        }
        File::open(folder_of(to))?.sync_all()
    }
}

/// A path and whose files it is among.
#[derive(Clone)]
pub struct Location {
    files: Arc<dyn Files>,
    path: PathBuf,
}

impl Location {
    /// A path among somebody's files.
    #[must_use]
    pub fn new(files: Arc<dyn Files>, path: PathBuf) -> Self {
        Self { files, path }
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The same files at another path.
    #[must_use]
    pub fn at(&self, path: PathBuf) -> Self {
        Self {
            files: Arc::clone(&self.files),
            path,
        }
    }

    /// What there is, links followed.
    ///
    /// # Errors
    /// When there is nothing, or it may not be seen.
    pub fn look(&self) -> io::Result<There> {
        self.files.look(&self.path)
    }

    /// Opens the file for reading.
    ///
    /// # Errors
    /// When there is none, or it may not be read.
    pub fn open(&self) -> io::Result<File> {
        self.files.open(&self.path)
    }

    /// Begins a file that will come to lie here.
    ///
    /// # Errors
    /// When the folder can't be written to.
    pub fn draft(&self) -> io::Result<Draft> {
        self.files.draft(folder_of(&self.path))
    }

    /// Makes this folder and those above it.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn make_folder(&self) -> io::Result<()> {
        self.files.make_folder(&self.path)
    }

    /// Removes the file.
    ///
    /// # Errors
    /// When it can't be removed.
    pub fn remove(&self) -> io::Result<()> {
        self.files.remove(&self.path)
    }

    /// Where links lead: here, when nothing is here yet.
    #[must_use]
    pub fn resolved(&self) -> Self {
        self.files
            .real(&self.path)
            .map_or_else(|_| self.clone(), |path| self.at(path))
    }

    /// Whether two paths name one file, which need not be there yet.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let real = |of: &Self| {
            of.files.real(&of.path).ok().or_else(|| {
                let folder = of.files.real(folder_of(&of.path)).ok()?;
                Some(folder.join(of.path.file_name()?))
            })
        };
        real(self).is_some_and(|one| Some(one) == real(other))
    }
}

impl<P: AsRef<Path> + ?Sized> From<&P> for Location {
    fn from(path: &P) -> Self {
        Self::new(Arc::new(OwnFiles), path.as_ref().to_owned())
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.fmt(f)
    }
}

/// The folder of a path.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_is_known_by_all_its_names() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        fs::write(&path, "code\n").unwrap();
        let at = |path: &Path| Location::from(path);
        assert!(at(&path).is_same(&at(&dir.path().join(".").join("a.csv"))));
        assert!(!at(&path).is_same(&at(&dir.path().join("b.csv"))));
    }

    #[test]
    fn a_draft_that_is_not_kept_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let at = Location::from(&dir.path().join("a.csv"));
        let mut draft = at.draft().unwrap();
        draft.write_all(b"half").unwrap();
        drop(draft);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
