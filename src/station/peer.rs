//! Who is at the other end of a socket, as the kernel says.

use std::io;
use std::os::unix::net::UnixStream;

use nix::unistd::{Gid, Group, Uid, User};
use rustix::net::sockopt::socket_peercred;

/// The system user at the other end of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The number.
    pub uid: u32,
    /// The name; the number in words when the system knows no name.
    pub name: String,
    /// The names of the groups that the user is in.
    pub groups: Vec<String>,
}

impl Peer {
    /// Who connected.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn of(stream: &UnixStream) -> io::Result<Self> {
        let found = socket_peercred(stream)?;
        Ok(Self::named(found.uid.as_raw(), found.gid.as_raw()))
    }

    /// This process's own user.
    #[must_use]
    pub fn own() -> Self {
        Self::named(Uid::current().as_raw(), Gid::current().as_raw())
    }

    fn named(uid: u32, gid: u32) -> Self {
        let name = name_of(uid);
        Self {
            uid,
            groups: groups_of(&name, gid),
            name,
        }
    }
}

/// The user whose process listens at the other end of a line that was connected; that is the service manager's when it
/// opened the socket.
pub(super) fn listener_of(stream: &UnixStream) -> io::Result<u32> {
    Ok(socket_peercred(stream)?.uid.as_raw())
}

/// The name of a user; the number in words when the system knows no name.
pub(super) fn name_of(uid: u32) -> String {
    let user = User::from_uid(Uid::from_raw(uid)).ok().flatten();
    user.map_or_else(|| format!("uid-{uid}"), |user| user.name)
}

/// Whether a listener is to be believed: it is root's, one's own, or that of whoever owns the store or the named socket.
pub(super) fn is_believed(listener: u32, owner: Option<u32>) -> bool {
    listener == 0 || listener == Uid::effective().as_raw() || Some(listener) == owner
}

/// Whether this machine knows a user, or with `@` before it a group.
#[must_use]
pub fn is_known_holder(holder: &str) -> bool {
    match holder.strip_prefix('@') {
        Some(group) => Group::from_name(group).is_ok_and(|found| found.is_some()),
        None => User::from_name(holder).is_ok_and(|found| found.is_some()),
    }
}

/// The groups of a user: those of the system's registry, and the one that the process runs in.
fn groups_of(name: &str, gid: u32) -> Vec<String> {
    let gid = Gid::from_raw(gid);
    let listed = std::ffi::CString::new(name)
        .ok()
        .and_then(|name| nix::unistd::getgrouplist(&name, gid).ok())
        .unwrap_or_else(|| vec![gid]);
    let mut names: Vec<String> = listed
        .into_iter()
        .filter_map(|gid| Group::from_gid(gid).ok().flatten())
        .map(|group| group.name)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_names_the_caller() {
        let (one, _other) = UnixStream::pair().unwrap();
        let peer = Peer::of(&one).unwrap();
        assert_eq!(peer.uid, Uid::current().as_raw());
        assert_eq!(peer, Peer::own());
        assert_eq!(listener_of(&one).unwrap(), Uid::effective().as_raw());
    }

    #[test]
    fn root_oneself_and_the_owner_are_believed_and_nobody_else() {
        let own = Uid::effective().as_raw();
        let (owner, other) = (own + 1, own + 2);
        for (listener, owner, is) in [
            (0, None, true),
            (own, None, true),
            (owner, Some(owner), true),
            (other, Some(owner), false),
            (other, None, false),
        ] {
            assert_eq!(is_believed(listener, owner), is, "{listener} {owner:?}");
        }
    }
}
