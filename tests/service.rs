//! The station as a service of the system: the socket that is handed over, what the service manager is told, and the
//! install guide with its files.

mod place;

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use matchdesk::station::socket_of;
use place::{Place, words};

/// A station that was started as a service manager does it, and what it tells.
struct Service {
    child: Child,
    told: UnixDatagram,
}

/// Starts `matchdesk ARGS` with a descriptor handed over as the first of `count`.
fn start(place: &Place, args: &[&str], handed: OwnedFd, count: usize) -> Service {
    let path = place.path("notify");
    let _ = fs::remove_file(&path);
    let told = UnixDatagram::bind(&path).unwrap();
    told.set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    // The descriptor comes as standard input and is moved to where a service manager puts it.
    let moved = format!("LISTEN_FDS={count} LISTEN_PID=$$ exec \"$0\" \"$@\" 3<&0 4<&0 </dev/null");
    let child = Command::new("sh")
        .args(["-c", &moved, env!("CARGO_BIN_EXE_matchdesk")])
        .args(args)
        .env_clear()
        .env("MATCHDESK_STORE", place.store())
        .env("MATCHDESK_LANG", "en")
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "300000")
        .stdin(handed)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    Service { child, told }
}

impl Service {
    /// Reads what it tells until this is among it.
    fn tells(&self, what: &str) {
        let mut heard = String::new();
        let mut bytes = [0; 4096];
        while !heard.lines().any(|line| line == what) {
            let count = self.told.recv(&mut bytes).unwrap_or_else(|error| {
                panic!("{what} is not told ({error}), but {heard}");
            });
            heard.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        }
    }

    fn end(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "it stays");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn socket(place: &Place) -> (PathBuf, UnixListener) {
    let path = place.path("matchdesk.sock");
    let listener = UnixListener::bind(&path).unwrap();
    (path, listener)
}

fn copy(listener: &UnixListener) -> OwnedFd {
    listener.try_clone().unwrap().into()
}

/// A command of a user of the machine, whose environment names the socket.
fn ask(place: &Place, socket: &Path, args: &[&str]) -> Command {
    let mut command = place.command(args);
    command
        .env("MATCHDESK_SOCKET", socket)
        .env("MATCHDESK_STORE", place.path("none.redb"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[test]
fn a_station_serves_on_a_socket_that_it_was_handed_and_leaves_it_in_its_place() {
    let place = Place::new();
    let (path, listener) = socket(&place);
    for _ in 0..2 {
        // Somebody knocks before there is a station.
        let early = ask(&place, &path, &["queue", "--json"]).spawn().unwrap();
        let mut service = start(&place, &["station", "--idle", "1"], copy(&listener), 1);
        service.tells("READY=1");
        let early = early.wait_with_output().unwrap();
        assert!(early.status.success(), "{}", words(&early));
        let later = ask(&place, &path, &["queue", "--json"]).output().unwrap();
        assert_eq!(later.stdout, early.stdout);
        assert!(!socket_of(&place.store()).exists());
        service.tells("STOPPING=1");
        assert!(service.end().success());
        assert!(path.exists());
    }
}

#[test]
fn a_service_manager_hears_that_the_station_lives_how_many_it_serves_and_that_it_stops() {
    let place = Place::new();
    let (path, listener) = socket(&place);
    let mut service = start(&place, &["station"], copy(&listener), 1);
    service.tells("STATUS=Opening the store");
    service.tells("READY=1");
    service.tells("WATCHDOG=1");
    let knocks = UnixStream::connect(&path).unwrap();
    service.tells("STATUS=Sessions: 1");
    drop(knocks);
    service.tells("STATUS=Sessions: 0");
    let pid = rustix::process::Pid::from_child(&service.child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    service.tells("STOPPING=1");
    assert!(service.end().success());
    assert!(path.exists());
}

#[test]
fn sessions_wait_while_the_station_is_replaced() {
    let place = Place::new();
    let (path, listener) = socket(&place);
    let mut service = start(&place, &["station"], copy(&listener), 1);
    service.tells("READY=1");
    let first = ask(&place, &path, &["queue", "--json"]).output().unwrap();
    service.child.kill().unwrap();
    service.end();
    let waiting = ask(&place, &path, &["queue", "--json"]).spawn().unwrap();
    let _next = start(&place, &["station"], copy(&listener), 1);
    let answer = waiting.wait_with_output().unwrap();
    assert_eq!(answer.stdout, first.stdout, "{}", words(&answer));
}

#[test]
fn what_is_handed_over_and_is_no_socket_of_a_station_is_said() {
    let place = Place::new();
    let refused = |args: &[&str], handed: OwnedFd, count: usize| -> (Option<i32>, String) {
        let mut service = start(&place, args, handed, count);
        let status = service.end().code();
        let said = std::io::read_to_string(service.child.stderr.take().unwrap()).unwrap();
        (status, said)
    };
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let (connected, _other) = UnixStream::pair().unwrap();
    let file = fs::File::open(place.store()).unwrap();
    let handed: [OwnedFd; 4] = [
        tcp.into(),
        connected.into(),
        UnixDatagram::unbound().unwrap().into(),
        file.into(),
    ];
    for handed in handed {
        let (status, said) = refused(&["station"], handed, 1);
        assert_eq!(status, Some(5), "{said}");
        assert!(said.contains("no listening Unix stream socket"), "{said}");
    }
    let (_path, listener) = socket(&place);
    let (status, said) = refused(&["station"], copy(&listener), 2);
    assert_eq!(status, Some(5), "{said}");
    assert!(said.contains("2 sockets"), "{said}");
    let (status, said) = refused(&["station", "--own"], copy(&listener), 1);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("--group"), "{said}");
}

#[test]
fn a_session_of_a_named_station_starts_none_and_says_who_can_help() {
    let place = Place::new();
    let path = place.path("nobody.sock");
    let refused = |status: i32, word: &str| {
        let answer = ask(&place, &path, &["queue"]).output().unwrap();
        assert_eq!(answer.status.code(), Some(status), "{}", words(&answer));
        let said = words(&answer);
        assert!(
            said.contains(word) && said.contains("nobody.sock"),
            "{said}"
        );
        let left: Vec<_> = fs::read_dir(place.path("")).unwrap().collect();
        assert!(left.iter().flatten().all(|entry| {
            let name = entry.file_name();
            name == "store.redb" || name == "nobody.sock"
        }));
    };
    refused(5, "MATCHDESK_SOCKET");
    drop(UnixListener::bind(&path).unwrap());
    refused(5, "administrator");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn guide() -> String {
    fs::read_to_string(root().join("docs/install.md")).unwrap()
}

fn part(name: &str) -> String {
    fs::read_to_string(root().join("docs/install").join(name)).unwrap()
}

/// The settings of a unit, by `Section.Key`.
fn unit(name: &str) -> BTreeMap<String, Vec<String>> {
    let mut settings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut section = String::new();
    for line in part(name).lines().map(str::trim) {
        if let Some(title) = line.strip_prefix('[') {
            title.trim_end_matches(']').clone_into(&mut section);
        } else if !line.is_empty() && !line.starts_with('#') {
            let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{line}"));
            let values = settings.entry(format!("{section}.{key}")).or_default();
            values.push(value.to_owned());
        }
    }
    settings
}

const UNITS: [&str; 4] = [
    "matchdesk.socket",
    "matchdesk.service",
    "matchdesk-backup.service",
    "matchdesk-backup.timer",
];

#[test]
fn the_units_are_as_the_guide_says() {
    let (socket, service) = (unit("matchdesk.socket"), unit("matchdesk.service"));
    let one = |unit: &BTreeMap<String, Vec<String>>, key: &str| -> String {
        let values = unit.get(key).unwrap_or_else(|| panic!("{key} is missing"));
        assert_eq!(values.len(), 1, "{key}");
        values[0].clone()
    };
    let path = one(&socket, "Socket.ListenStream");
    assert_eq!(one(&socket, "Socket.SocketMode"), "0660");
    let (account, group) = (
        one(&service, "Service.User"),
        one(&socket, "Socket.SocketGroup"),
    );
    let people = part("matchdesk.sysusers");
    assert!(people.contains(&format!("u {account} ")), "{people}");
    assert!(people.contains(&format!("g {group} ")), "{people}");
    assert!(guide().contains(&format!("usermod -aG {group} ")));
    for line in [
        format!("`{path}`, mode 0660"),
        format!("group `{group}`"),
        "`/var/lib/matchdesk/store.redb`, mode 0600 in a folder of mode 0700".to_owned(),
    ] {
        assert!(guide().contains(&line), "{line}");
    }
    for name in [
        "matchdesk.profile.sh",
        "matchdesk.sshd.conf",
        "matchdesk-backup.service",
    ] {
        assert!(
            part(name).contains(&format!("MATCHDESK_SOCKET={path}")),
            "{name}"
        );
    }
    let folders = part("matchdesk.tmpfiles");
    for folder in [
        "d /run/matchdesk 0755 root root".to_owned(),
        format!("d /var/lib/matchdesk 0700 {account} {account}"),
    ] {
        assert!(folders.contains(&folder), "{folders}");
    }
    assert_eq!(one(&service, "Service.Type"), "notify");
    assert_eq!(one(&service, "Service.UMask"), "0077");
    // With it the kernel calls every user nobody.
    assert!(!service.contains_key("Service.PrivateUsers"));
    // Every file is installed by the guide.
    for entry in fs::read_dir(root().join("docs/install")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            guide().contains(&format!("docs/install/{name} ")),
            "{name} is not installed"
        );
    }
}

#[test]
fn systemd_takes_the_units_where_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    for name in UNITS {
        let here = part(name).replace("/usr/bin/matchdesk", env!("CARGO_BIN_EXE_matchdesk"));
        fs::write(folder.path().join(name), here).unwrap();
    }
    let verified = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .args(UNITS.map(|name| folder.path().join(name)))
        .output();
    let Ok(verified) = verified else {
        eprintln!("there is no systemd-analyze here: only the keys were checked");
        return;
    };
    let said = words(&verified);
    let of_ours: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("matchdesk"))
        .collect();
    assert!(of_ours.is_empty(), "{said}");
}

#[test]
fn the_service_starts_as_its_unit_says() {
    let place = Place::new();
    fs::set_permissions(place.store(), fs::Permissions::from_mode(0o600)).unwrap();
    let (path, listener) = socket(&place);
    let store = place.store();
    let line = unit("matchdesk.service")["Service.ExecStart"][0].clone();
    let (program, args) = line.split_once(' ').unwrap();
    assert_eq!(program, "/usr/bin/matchdesk");
    let args = args.replace("/var/lib/matchdesk/store.redb", store.to_str().unwrap());
    let args: Vec<&str> = args.split(' ').collect();
    let service = start(&place, &args, copy(&listener), 1);
    service.tells("READY=1");
    let answer = ask(&place, &path, &["queue", "--json"]).output().unwrap();
    assert!(answer.status.success(), "{}", words(&answer));
    // And the nightly copy, through the station.
    for line in &unit("matchdesk-backup.service")["Service.ExecStart"] {
        let script = line
            .strip_prefix("/bin/sh -c '")
            .and_then(|rest| rest.strip_suffix('\''))
            .unwrap()
            .replace("%%", "%")
            .replace("/usr/bin/matchdesk", env!("CARGO_BIN_EXE_matchdesk"))
            .replace("/var/backups/matchdesk", place.path("").to_str().unwrap());
        let done = Command::new("/bin/sh")
            .args(["-c", &script])
            .env("MATCHDESK_SOCKET", &path)
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", words(&done));
    }
    let made: Vec<String> = fs::read_dir(place.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("20"))
        .collect();
    assert_eq!(made.len(), 2, "{made:?}");
    let is_heads = |name: &&String| {
        Path::new(name)
            .extension()
            .is_some_and(|end| end == "heads")
    };
    let heads = made.iter().find(is_heads).unwrap();
    let heads = place.path(heads);
    let proven = ask(
        &place,
        &path,
        &["verify", "--since-head", heads.to_str().unwrap()],
    )
    .output()
    .unwrap();
    assert!(proven.status.success(), "{}", words(&proven));
}

/// The command lines of matchdesk in the guide's blocks and units, without what stands before the program.
fn command_lines() -> Vec<String> {
    let text = guide();
    let mut lines: Vec<String> = text
        .split("```")
        .skip(1)
        .step_by(2)
        .flat_map(str::lines)
        .filter_map(|line| {
            let line = line.split('#').next()?.trim();
            let after = if line.starts_with("sudo ") {
                line.split_once(" matchdesk matchdesk ")
                    .or_else(|| line.split_once(".sock matchdesk "))?
                    .1
            } else {
                line.strip_prefix("matchdesk ")?
            };
            Some(after.to_owned())
        })
        .collect();
    lines.extend(
        text.split("`matchdesk ")
            .skip(1)
            .filter_map(|rest| rest.split('`').next())
            .map(str::to_owned),
    );
    lines
}

#[test]
fn every_command_of_the_guide_is_understood() {
    let place = Place::new();
    let lines = command_lines();
    assert!(lines.len() >= 8, "{lines:?}");
    let run = |args: &[&str]| -> Output {
        ask(&place, &place.path("nobody.sock"), args)
            .output()
            .unwrap()
    };
    for line in lines {
        let away = line
            .replace("/var/", &format!("{}/var/", place.path("").display()))
            .replace("/run/", &format!("{}/run/", place.path("").display()));
        let args: Vec<&str> = away.split(' ').collect();
        let answer = run(&args);
        assert_ne!(
            answer.status.code(),
            Some(2),
            "matchdesk {line}: {}",
            words(&answer)
        );
        assert!(answer.status.code().is_some());
    }
}
