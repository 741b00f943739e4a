//! The socket of a store: where it is, and how it is opened.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use nix::unistd::Group;

/// The socket that belongs to a store: beside it, under its name.
#[must_use]
pub fn socket_of(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".sock");
    PathBuf::from(name)
}

/// Who may knock at a station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// Only the store's owner.
    Own,
    /// Every user of the machine; the roles decide what each may do.
    Everyone,
    /// The members of a group.
    Group(String),
}

impl Door {
    fn mode(&self) -> u32 {
        match self {
            Self::Own => 0o600,
            Self::Group(_) => 0o660,
            Self::Everyone => 0o666,
        }
    }
}

/// A socket's address holds about 100 bytes; through its folder's open file a longer path is a short one.
struct Short {
    path: PathBuf,
    _folder: Option<File>,
}

const LONGEST: usize = 100;

fn short(path: &Path) -> io::Result<Short> {
    if path.as_os_str().len() <= LONGEST {
        return Ok(Short {
            path: path.to_owned(),
            _folder: None,
        });
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = File::open(folder)?;
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let path = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd())).join(name);
    Ok(Short {
        path,
        _folder: Some(folder),
    })
}

/// Knocks at a station.
pub(super) fn connect(path: &Path) -> io::Result<UnixStream> {
    UnixStream::connect(short(path)?.path)
}

/// A listening socket, which goes with it.
pub(super) struct Listening {
    pub listener: UnixListener,
    path: PathBuf,
    identity: (u64, u64),
}

impl Listening {
    /// Listens at a path. Whoever holds the store may take the place of a socket that a dead station left.
    pub fn at(path: &Path, door: &Door) -> io::Result<Self> {
        if fs::symlink_metadata(path).is_ok() {
            fs::remove_file(path)?;
        }
        // Bound under another name, so that it can be connected to only once its mode is right.
        let mut draft = path.as_os_str().to_owned();
        draft.push(".new");
        let draft = PathBuf::from(draft);
        let _ = fs::remove_file(&draft);
        let listener = UnixListener::bind(short(&draft)?.path)?;
        let ready = (|| {
            if let Door::Group(name) = door {
                let group = Group::from_name(name)?
                    .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, name.clone()))?;
                std::os::unix::fs::chown(&draft, None, Some(group.gid.as_raw()))?;
            }
            fs::set_permissions(&draft, Permissions::from_mode(door.mode()))?;
            fs::rename(&draft, path)
        })();
        if let Err(error) = ready {
            let _ = fs::remove_file(&draft);
            return Err(error);
        }
        let found = fs::symlink_metadata(path)?;
        Ok(Self {
            listener,
            path: path.to_owned(),
            identity: (found.dev(), found.ino()),
        })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let is_own = |found: fs::Metadata| (found.dev(), found.ino()) == self.identity;
        if fs::symlink_metadata(&self.path).is_ok_and(is_own) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_any_length_can_be_listened_at() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("x".repeat(120));
        fs::create_dir(&deep).unwrap();
        let path = socket_of(&deep.join("store.redb"));
        let listening = Listening::at(&path, &Door::Own).unwrap();
        connect(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().mode() & 0o777;
        assert_eq!(mode, 0o600);
        drop(listening);
        assert!(!path.exists());
    }

    #[test]
    fn a_socket_left_by_a_dead_station_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.sock");
        drop(UnixListener::bind(&path).unwrap());
        assert!(connect(&path).is_err());
        let _listening = Listening::at(&path, &Door::Everyone).unwrap();
        connect(&path).unwrap();
    }

    #[test]
    fn a_group_that_does_not_exist_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.sock");
        let door = Door::Group("no-such-group-here".to_owned());
        assert!(Listening::at(&path, &door).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
