//! A shared machine as docs/install.md sets it up: the station under its own account, a socket for a group, and sshd
//! with the guide's own lines.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate, TimeDelta, Utc};

use super::accounts::{self, Accounts, MEMBERS, OUTSIDER, STATION, processes};

/// Far longer than anything takes on a machine that does much else.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A process that ends with the test.
pub struct Kept(Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The machine. What goes first stands first.
pub struct Machine {
    sshd: Kept,
    station: Kept,
    pub port: u16,
    _accounts: Accounts,
    folder: tempfile::TempDir,
}

/// Waits until something is so; gives how long that took.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "not so: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
    began.elapsed()
}

impl Machine {
    pub fn start() -> Self {
        assert!(
            nix::unistd::Uid::effective().is_root() && Path::new(SSHD).exists(),
            "this needs root and {SSHD} (Debian's package openssh-server)"
        );
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        open_to_all(folder.path());
        let accounts = Accounts::make(&at("home"));
        for name in ["home", "keys", "bin", "run"] {
            fs::create_dir(at(name)).unwrap();
            open_to_all(&at(name));
        }
        // The build's own folder may be closed to others.
        fs::copy(env!("CARGO_BIN_EXE_matchdesk"), at("bin/matchdesk")).unwrap();
        open_to_all(&at("bin/matchdesk"));
        make_store(folder.path());
        let station = Kept(serve(folder.path()));
        key(&at("host"));
        for name in MEMBERS {
            let home = at("home").join(name);
            fs::create_dir(&home).unwrap();
            let user = accounts::user(name);
            chown(&home, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
            key(&at(name));
            fs::copy(at(&format!("{name}.pub")), at("keys").join(name)).unwrap();
        }
        let (sshd, port) = listen(folder.path());
        let machine = Self {
            sshd,
            station,
            port,
            _accounts: accounts,
            folder,
        };
        machine.give_roles();
        machine
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn give_roles(&self) {
        let grant = |args: &[&str]| {
            let output = self.local(STATION, &[&["grant"], args].concat());
            assert!(output.status.success(), "{output:?}");
        };
        grant(&["mdssh-li", "broker", "--streets", "s1"]);
        grant(&["mdssh-wang", "broker", "--streets", "s1"]);
        grant(&["mdssh-sun", "broker", "--streets", "s2"]);
        grant(&["mdssh-chen", "supervisor"]);
    }

    /// A command that somebody runs at the machine itself.
    pub fn local(&self, name: &str, args: &[&str]) -> Output {
        let mut command = as_user(name, &self.path("bin/matchdesk"));
        command.env("MATCHDESK_SOCKET", self.path("run/matchdesk.sock"));
        command.args(args).output().unwrap()
    }

    /// The ssh of somebody, without the host and what to run.
    pub fn ssh(&self, name: &str) -> Vec<String> {
        let identity = self.path(name);
        let known = format!("UserKnownHostsFile={}", self.path("known").display());
        let port = self.port.to_string();
        let identity = identity.to_str().unwrap();
        let user = ["-l", name];
        let plain = ["-F", "none", "-p", &port, "-i", identity];
        let mut args: Vec<String> = [&plain[..], &user[..]]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect();
        for option in [
            "IdentitiesOnly=yes",
            "BatchMode=yes",
            "StrictHostKeyChecking=yes",
            "ConnectTimeout=30",
            "LogLevel=ERROR",
            "SendEnv=LANG",
            &known,
        ] {
            args.extend(["-o".to_owned(), option.to_owned()]);
        }
        args
    }

    /// Somebody's `ssh station COMMAND`, from a script.
    pub fn script(&self, name: &str, command: &str) -> Output {
        let mut ssh = Command::new("ssh");
        ssh.env("LANG", "en_US.UTF-8").args(self.ssh(name));
        ssh.args(["127.0.0.1", command]).stdin(Stdio::null());
        ssh.output().unwrap()
    }

    /// A command of root's on a store.
    pub fn roots(&self, args: &[&str], store: &Path) -> Output {
        let mut command = Command::new(self.path("bin/matchdesk"));
        command.env("MATCHDESK_LANG", "en").args(args);
        command.arg("--store").arg(store).output().unwrap()
    }

    /// A store of root's and one of somebody else's in a folder that is open to all, and that user's station on their
    /// own store, listening at the name of a socket in the folder.
    pub fn false_station(&self, name: &str, folder: &str, socket: &str) -> Kept {
        let folder = self.path(folder);
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        for store in ["mine.redb", "theirs.redb"] {
            let made = self.roots(&["demo", "--no-console", "--quiet"], &folder.join(store));
            assert!(made.status.success(), "{made:?}");
        }
        let uid = accounts::user(name).uid.as_raw();
        chown(folder.join("theirs.redb"), Some(uid), None).unwrap();
        let socket = folder.join(socket);
        let station = as_user(name, &self.path("bin/matchdesk"))
            .args(["station", "--store"])
            .arg(folder.join("theirs.redb"))
            .env("MATCHDESK_SOCKET", &socket)
            .stdout(Stdio::null())
            .spawn();
        let station = Kept(station.unwrap());
        until("the false station serves", || {
            UnixStream::connect(&socket).is_ok()
        });
        station
    }

    /// The processor time of the station over a second.
    pub fn station_works(&self) -> f64 {
        let pid = self.station.0.id();
        let before = accounts::seconds_used(pid);
        std::thread::sleep(Duration::from_secs(1));
        accounts::seconds_used(pid) - before
    }
}

impl Drop for Machine {
    /// A daemon's children do not go with it; those that are not the users' are found by their parent.
    fn drop(&mut self) {
        if std::thread::panicking() {
            for name in ["sshd.log", "station.log"] {
                let said = fs::read_to_string(self.path(name)).unwrap_or_default();
                eprintln!("{name}:\n{said}");
            }
        }
        let daemon = i32::try_from(self.sshd.0.id()).unwrap_or_default();
        for process in processes() {
            if process.parent == daemon {
                process.kill(rustix::process::Signal::KILL);
            }
        }
    }
}

const SSHD: &str = "/usr/sbin/sshd";

fn open_to_all(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn as_user(name: &str, program: &Path) -> Command {
    let user = accounts::user(name);
    let groups = nix::unistd::getgrouplist(&std::ffi::CString::new(name).unwrap(), user.gid);
    assert!(
        name == OUTSIDER || name == STATION || groups.unwrap().contains(&accounts::group().gid)
    );
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("MATCHDESK_LANG", "en")
        .current_dir("/")
        .uid(user.uid.as_raw())
        .gid(user.gid.as_raw());
    command
}

/// The first day of the visits: the clock of a shared station is the machine's.
fn day() -> NaiveDate {
    let here = Utc::now() + TimeDelta::hours(8);
    here.date_naive() + Days::new(3)
}

/// A store that only the station's account may read, made by that account.
fn make_store(folder: &Path) {
    let files = folder.join("files");
    fs::create_dir(&files).unwrap();
    let write = |name: &str, text: String| fs::write(files.join(name), text).unwrap();
    let day = day();
    write(
        "streets.csv",
        "code,name_zh,name_en,lon,lat\ns1,安贞街道,Anzhen,116.40,39.97\ns2,奥运村街道,Aoyuncun,116.39,40.00\n".into(),
    );
    write(
        "categories.csv",
        "code,name_zh,name_en\nbarber,上门理发,Haircut at home\n".into(),
    );
    write(
        "suppliers.csv",
        "code,kind,name,street,skills,availability,status\nV1,person,王建国,s1,barber:3,daily 08:00-20:00,active\n\
         V2,person,刘芳,s1,barber:1,daily 08:00-20:00,active\n"
            .into(),
    );
    write(
        "residents.csv",
        "code,name,street\nR1,李德福,s1\nR2,王淑珍,s1\nR3,赵玉兰,s2\n".into(),
    );
    write(
        "needs.csv",
        format!(
            "code,resident,category,start,minutes,urgency\nN1,R1,barber,{day}T09:00,60,high\n\
             N2,R2,barber,{day}T09:30,60,normal\nN3,R3,barber,{day}T15:00,60,urgent\n"
        ),
    );
    let own = folder.join("store");
    fs::create_dir(&own).unwrap();
    fs::set_permissions(&own, fs::Permissions::from_mode(0o700)).unwrap();
    let user = accounts::user(STATION);
    chown(&own, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
    let made = as_user(STATION, &folder.join("bin/matchdesk"))
        .args(["import", "all"])
        .arg(&files)
        .arg("--store")
        .arg(own.join("store.redb"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let mode = fs::metadata(own.join("store.redb")).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
}

/// Opens the socket and starts the station on it, as the service's units say.
fn serve(folder: &Path) -> Child {
    let path = folder.join("run/matchdesk.sock");
    let listener = UnixListener::bind(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o660)).unwrap();
    let (user, group) = (accounts::user(STATION), accounts::group());
    chown(&path, Some(user.uid.as_raw()), Some(group.gid.as_raw())).unwrap();
    let moved = "LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" \"$@\" 3<&0 </dev/null";
    let said = fs::File::create(folder.join("station.log")).unwrap();
    as_user(STATION, Path::new("/bin/sh"))
        .args(["-c", moved])
        .arg(folder.join("bin/matchdesk"))
        .args(["station", "--store"])
        .arg(folder.join("store/store.redb"))
        .stdin(OwnedFd::from(listener))
        .stdout(said.try_clone().unwrap())
        .stderr(said)
        .spawn()
        .unwrap()
}

/// A key without a passphrase.
fn key(at: &Path) {
    let made = Command::new("ssh-keygen")
        .args([
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-C",
            "matchdesk test",
            "-f",
        ])
        .arg(at)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
}

/// The guide's lines for sshd, with this machine's places in them.
fn guides_lines(folder: &Path) -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/install/matchdesk.sshd.conf");
    let mut lines = fs::read_to_string(guide).unwrap();
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    for (there, here) in [
        (
            "Match Group matchdesk-users\n",
            format!("Match Group {}\n", accounts::GROUP),
        ),
        (
            "ForceCommand /usr/bin/matchdesk ",
            format!("ForceCommand {} ", at("bin/matchdesk")),
        ),
        (
            "=/run/matchdesk/matchdesk.sock\n",
            format!("={}\n", at("run/matchdesk.sock")),
        ),
        // A line that dropped is noticed sooner.
        (
            "ClientAliveInterval 15\n",
            "ClientAliveInterval 3\n".to_owned(),
        ),
    ] {
        assert_eq!(lines.matches(there).count(), 1, "{there}");
        lines = lines.replace(there, &here);
    }
    lines
}

/// Starts sshd on a port that is free.
fn listen(folder: &Path) -> (Kept, u16) {
    let at = |name: &str| folder.join(name).display().to_string();
    // Where sshd puts its helper; the package makes it when the service starts.
    fs::create_dir_all("/run/sshd").unwrap();
    for _ in 0..5 {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nPidFile none\nAuthorizedKeysFile {}/%u\n\
             UsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
             AcceptEnv LANG LC_*\nPrintMotd no\n{}",
            at("host"),
            at("keys"),
            guides_lines(folder)
        );
        fs::write(folder.join("sshd_config"), config).unwrap();
        let sshd = || {
            let mut command = Command::new(SSHD);
            command.args(["-f", &at("sshd_config")]);
            command
        };
        let checked = sshd().arg("-t").output().unwrap();
        assert!(checked.status.success(), "{checked:?}");
        let host = fs::read_to_string(folder.join("host.pub")).unwrap();
        fs::write(folder.join("known"), format!("[127.0.0.1]:{port} {host}")).unwrap();
        let said = fs::File::create(folder.join("sshd.log")).unwrap();
        let mut command = sshd();
        command.args(["-D", "-e"]).stdin(Stdio::null()).stderr(said);
        let mut child = Kept(command.spawn().unwrap());
        let mut ended = false;
        until("sshd listens or has ended", || {
            ended = child.0.try_wait().unwrap().is_some();
            ended || TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        // Ended: somebody else was faster at the port.
        if !ended {
            return (child, port);
        }
    }
    panic!("{}", fs::read_to_string(folder.join("sshd.log")).unwrap());
}
