//! System users of the test's own. They go with it.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use nix::unistd::{Group, User};

/// All their names begin so.
const PREFIX: &str = "mdssh-";
/// Those who may knock at the station.
pub const GROUP: &str = "mdssh-users";
/// Whose the store is.
pub const STATION: &str = "mdssh-station";
/// Members of the group: two brokers of a street, one of another, a supervisor, and one without a role.
pub const MEMBERS: [&str; 5] = [
    "mdssh-li",
    "mdssh-wang",
    "mdssh-sun",
    "mdssh-chen",
    "mdssh-zhao",
];
/// Somebody who is not in the group.
pub const OUTSIDER: &str = "mdssh-he";

/// The accounts, for one test at a time on the whole machine.
pub struct Accounts {
    _turn: File,
}

impl Accounts {
    /// Makes them anew, with homes in a folder.
    pub fn make(homes: &Path) -> Self {
        let turn = File::create(std::env::temp_dir().join("mdssh.lock")).unwrap();
        turn.lock().unwrap();
        let accounts = Self { _turn: turn };
        // What a test that was killed has left.
        remove();
        does("groupadd", &[GROUP]);
        for name in everybody() {
            let home = homes.join(name);
            let home = home.to_str().unwrap();
            // "*": no password fits, and the account is not locked.
            let made = ["--no-create-home", "--user-group", "--password", "*"];
            let shell = ["--shell", "/bin/sh", "--home-dir", home, name];
            does("useradd", &[&made[..], &shell[..]].concat());
            if MEMBERS.contains(&name) {
                does("usermod", &["-aG", GROUP, name]);
            }
        }
        accounts
    }
}

impl Drop for Accounts {
    fn drop(&mut self) {
        remove();
    }
}

fn everybody() -> impl Iterator<Item = &'static str> {
    MEMBERS.into_iter().chain([STATION, OUTSIDER])
}

/// What runs as them ends with them.
fn remove() {
    for name in everybody() {
        let Some(user) = user_if_there(name) else {
            continue;
        };
        for process in processes() {
            if process.uid == user.uid.as_raw() {
                process.kill(rustix::process::Signal::KILL);
            }
        }
        let _ = Command::new("userdel").arg(name).output();
    }
    let _ = Command::new("groupdel").arg(GROUP).output();
}

fn does(program: &str, args: &[&str]) {
    let output = Command::new(program).args(args).output().unwrap();
    assert!(output.status.success(), "{program} {args:?}: {output:?}");
}

fn user_if_there(name: &str) -> Option<User> {
    assert!(name.starts_with(PREFIX));
    User::from_name(name).unwrap()
}

pub fn user(name: &str) -> User {
    user_if_there(name).unwrap()
}

pub fn group() -> Group {
    Group::from_name(GROUP).unwrap().unwrap()
}

/// A process of this machine.
#[derive(Debug)]
pub struct Process {
    pub pid: i32,
    pub parent: i32,
    pub uid: u32,
    pub name: String,
}

impl Process {
    /// A process that has gone meanwhile is as good as killed.
    pub fn kill(&self, signal: rustix::process::Signal) {
        if let Some(pid) = rustix::process::Pid::from_raw(self.pid) {
            let _ = rustix::process::kill_process(pid, signal);
        }
    }

    fn read(folder: &Path) -> Option<Self> {
        let pid = folder.file_name()?.to_str()?.parse().ok()?;
        let status = std::fs::read_to_string(folder.join("status")).ok()?;
        let value = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key))?;
            line.split_whitespace().next()
        };
        if value("State:")? == "Z" {
            return None;
        }
        Some(Self {
            pid,
            parent: value("PPid:")?.parse().ok()?,
            uid: value("Uid:")?.parse().ok()?,
            name: value("Name:")?.to_owned(),
        })
    }
}

/// Those of this moment. One that has ended and that nobody has asked about yet is none.
pub fn processes() -> Vec<Process> {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    all.filter_map(|entry| Process::read(&entry.path()))
        .collect()
}

/// What runs as somebody: the daemon's part for them, and what that started.
pub fn processes_of(name: &str) -> Vec<Process> {
    let uid = user(name).uid.as_raw();
    let mut own = processes();
    own.retain(|process| process.uid == uid);
    own
}

/// The sessions of matchdesk that somebody has.
pub fn sessions_of(name: &str) -> Vec<Process> {
    let mut own = processes_of(name);
    own.retain(|process| process.name == "matchdesk");
    own
}

/// The daemon's process for somebody's one session, which runs as the user.
pub fn daemon_of(name: &str) -> Process {
    let mut above = sessions_of(name).remove(0);
    while !above.name.starts_with("sshd") {
        let mut own = processes_of(name);
        own.retain(|process| process.pid == above.parent);
        above = own.remove(0);
    }
    above
}

/// The processor time that a process has used, in seconds.
pub fn seconds_used(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name in brackets may hold spaces; what follows begins with the third field.
    let rest = stat.rsplit_once(") ").unwrap().1;
    let ticks = |field: usize| -> f64 { rest.split(' ').nth(field - 3).unwrap().parse().unwrap() };
    (ticks(14) + ticks(15)) / 100.0
}
