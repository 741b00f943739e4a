//! Sessions over a real OpenSSH server on the loopback, as `docs/install.md` sets them up.
//!
//! It makes system users, so it needs root, and it needs sshd: `.ci/run` installs that and runs
//! `cargo test --locked --test ssh -- --ignored`.

#[path = "place/terminal.rs"]
mod terminal;

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use terminal::Console;

const GROUP: &str = "mdtest-users";
/// Two brokers of one street, a broker of another, and one without a role.
const LI: &str = "mdtest-li";
const WANG: &str = "mdtest-wang";
const SUN: &str = "mdtest-sun";
const ZHAO: &str = "mdtest-zhao";
/// The demonstration's street, and another.
const ANZHEN: &str = "110105008";
const JIANWAI: &str = "110105001";

/// A machine that several people share: its users, its sshd and its station. They go with it.
struct Machine {
    folder: tempfile::TempDir,
    port: u16,
    served: Vec<Child>,
}

fn tool(program: &str, args: &[&str]) -> Output {
    let output = Command::new(program).args(args).output();
    output.unwrap_or_else(|error| panic!("{program}: {error}"))
}

fn must(program: &str, args: &[&str]) {
    let output = tool(program, args);
    assert!(output.status.success(), "{program} {args:?}: {output:?}");
}

impl Machine {
    fn set_up() -> Self {
        assert!(
            rustix::process::geteuid().is_root() && Path::new("/usr/sbin/sshd").exists(),
            "this test needs root and /usr/sbin/sshd (Debian: openssh-server)"
        );
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut machine = Self {
            folder,
            port,
            served: Vec::new(),
        };
        // Users reach the program, and not the store.
        fs::set_permissions(machine.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::copy(env!("CARGO_BIN_EXE_matchdesk"), machine.path("matchdesk")).unwrap();
        Self::make_users();
        machine.start_station();
        machine.start_sshd();
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn make_users() {
        must("groupadd", &["-f", GROUP]);
        for user in [LI, WANG, SUN, ZHAO] {
            let _ = tool("userdel", &[user]);
            // No password fits, and yet the account is not locked.
            let args = ["-M", "-N", "-g", GROUP, "-s", "/bin/sh", "-p", "*", user];
            must("useradd", &args);
        }
    }

    fn start_station(&mut self) {
        let store = self.text("store.redb");
        must(
            &self.text("matchdesk"),
            &["demo", "--no-console", "--quiet", "--store", &store],
        );
        let mode = fs::metadata(&store).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let station = Command::new(self.path("matchdesk"))
            .args(["station", "--group", GROUP, "--store", &store])
            .env("MATCHDESK_SOCKET", self.path("matchdesk.sock"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        self.served.push(station);
        until("the station serves", || {
            UnixStream::connect(self.path("matchdesk.sock")).is_ok()
        });
        for (user, street) in [(LI, ANZHEN), (WANG, ANZHEN), (SUN, JIANWAI)] {
            let given = self.run(&["grant", user, "broker", "--streets", street]);
            assert!(given.status.success(), "{given:?}");
        }
    }

    /// The administrator's command line.
    fn run(&self, args: &[&str]) -> Output {
        Command::new(self.path("matchdesk"))
            .args(args)
            .args(["--lang", "en"])
            .env("MATCHDESK_SOCKET", self.path("matchdesk.sock"))
            .output()
            .unwrap()
    }

    fn start_sshd(&mut self) {
        for name in ["host", "key"] {
            let path = self.text(name);
            must(
                "ssh-keygen",
                &["-q", "-t", "ed25519", "-N", "", "-f", &path],
            );
        }
        let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/install/matchdesk.sshd.conf");
        let block = fs::read_to_string(guide)
            .unwrap()
            .replace("/usr/bin/matchdesk", &self.text("matchdesk"))
            .replace(
                "/run/matchdesk/matchdesk.sock",
                &self.text("matchdesk.sock"),
            )
            .replace("matchdesk-users", GROUP);
        let (port, host, key) = (self.port, self.text("host"), self.text("key.pub"));
        let config = format!(
            "ListenAddress 127.0.0.1:{port}\nHostKey {host}\nAuthorizedKeysFile {key}\nPidFile none\nUsePAM no\n\
            StrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nMaxStartups 50\n{block}"
        );
        fs::write(self.path("sshd.conf"), config).unwrap();
        fs::create_dir_all("/run/sshd").unwrap();
        let log = fs::File::create(self.path("sshd.log")).unwrap();
        let sshd = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f", &self.text("sshd.conf")])
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.served.push(sshd);
        until("sshd listens", || {
            TcpStream::connect(("127.0.0.1", self.port)).is_ok()
        });
    }

    fn ssh_args(&self, user: &str) -> Vec<String> {
        let port = self.port.to_string();
        let key = self.text("key");
        let to = format!("{user}@127.0.0.1");
        let fixed = [
            "-F",
            "none",
            "-tt",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "LogLevel=ERROR",
            "-o",
            "IdentitiesOnly=yes",
            "-p",
            &port,
            "-i",
            &key,
            &to,
        ];
        fixed.map(str::to_owned).to_vec()
    }

    /// Logs in; what opens is the console.
    fn log_in(&self, user: &str) -> Console {
        let mut command = CommandBuilder::new("ssh");
        command.args(self.ssh_args(user));
        command.env("TERM", "xterm-256color");
        Console::run(command)
    }

    /// The processes of a user.
    fn processes(user: &str) -> Vec<i32> {
        let found = tool("ps", &["-o", "pid=", "-u", user]);
        let text = String::from_utf8(found.stdout).unwrap();
        text.split_whitespace()
            .filter_map(|pid| pid.parse().ok())
            .collect()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        for child in &mut self.served {
            let _ = child.kill();
            let _ = child.wait();
        }
        for user in [LI, WANG, SUN, ZHAO] {
            let _ = tool("pkill", &["-KILL", "-u", user]);
            let _ = tool("userdel", &[user]);
        }
        let _ = tool("groupdel", &[GROUP]);
    }
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(30), "not so: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What a queue says of itself on its frame: how many needs there are.
const ALL: &str = "120 to match";
const ONE_LESS: &str = "119 to match";

#[test]
#[ignore = "needs root and sshd; .ci/run runs it"]
fn two_brokers_a_stranger_and_a_line_that_is_cut() {
    let machine = Machine::set_up();
    two_brokers_at_one_queue(&machine);
    a_line_that_is_cut_in_the_middle_of_a_form(&machine);
    who_has_no_role_or_another_street(&machine);
    what_the_journal_says(&machine);
}

/// One confirms, and the other sees it.
fn two_brokers_at_one_queue(machine: &Machine) {
    let began = Instant::now();
    let mut li = machine.log_in(LI);
    li.sees(ALL);
    println!("from ssh to the queue: {} ms", began.elapsed().as_millis());
    let mut wang = machine.log_in(WANG);
    wang.sees(ALL);
    li.press_until("c", "Confirm match");
    let began = Instant::now();
    li.press_until("y", "Confirmed:");
    let confirmed = began.elapsed();
    wang.sees(ONE_LESS);
    println!(
        "confirmed after {} ms, on the other's screen after {} ms",
        confirmed.as_millis(),
        began.elapsed().as_millis()
    );
    // She was at the same need, and is told who has it.
    wang.sees(LI);
    li.press("q");
    wang.press("q");
    assert_eq!((li.ended(), wang.ended()), (0, 0));
}

/// The connection is cut from either side: nothing of the session is left, and the draft is offered at the next login.
fn a_line_that_is_cut_in_the_middle_of_a_form(machine: &Machine) {
    let mut wang = machine.log_in(WANG);
    wang.sees(ONE_LESS);
    wang.press_until("1", "Supply");
    wang.press_until("n", "New");
    wang.press_until("\t孟半路", "孟半路");
    wang.signal(rustix::process::Signal::KILL);
    until("nothing of the session is left", || {
        Machine::processes(WANG).is_empty()
    });

    let mut wang = machine.log_in(WANG);
    wang.sees("Unfinished");
    wang.press_until("\r", "*name");
    wang.press_until("又写", "孟半路又写");
    // The server's side of the connection dies.
    for pid in Machine::processes(WANG) {
        let line = tool("ps", &["-o", "args=", "-p", &pid.to_string()]);
        if String::from_utf8_lossy(&line.stdout).contains("sshd") {
            must("kill", &["-KILL", &pid.to_string()]);
        }
    }
    until("nothing of the session is left", || {
        Machine::processes(WANG).is_empty()
    });
    assert_ne!(wang.ended(), 0);

    let mut wang = machine.log_in(WANG);
    wang.sees("Unfinished");
    wang.press_until("\r", "*name");
    wang.sees("孟半路又写");
    wang.press_until("\x1b", "Discard it?");
    wang.press("y");
    wang.sees(ONE_LESS);
    wang.press("q");
    assert_eq!(wang.ended(), 0);
}

fn who_has_no_role_or_another_street(machine: &Machine) {
    let mut zhao = machine.log_in(ZHAO);
    zhao.sees("has no role at this station");
    assert_eq!(zhao.ended(), 4);

    let mut sun = machine.log_in(SUN);
    sun.sees("0 to match");
    sun.press("q");
    assert_eq!(sun.ended(), 0);

    // A console that is open ends with the role, and says so where the terminal is as it was.
    let mut sun = machine.log_in(SUN);
    sun.sees("0 to match");
    let taken = machine.run(&["revoke", SUN, "broker"]);
    assert!(taken.status.success(), "{taken:?}");
    sun.sees("has no role at this station");
    assert_eq!(sun.ended(), 4);

    // Without the console, too: the line that sshd is given is not run.
    let mut args = machine.ssh_args(ZHAO);
    args.push("cat /etc/shadow".to_owned());
    let output = Command::new("ssh")
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(!out.contains("root:"), "{out}");
}

fn what_the_journal_says(machine: &Machine) {
    let log = machine.run(&["log", "--who", LI]);
    let log = String::from_utf8(log.stdout).unwrap();
    assert!(log.contains(&format!("{LI} confirmed ")), "{log}");
    let log = machine.run(&["log", "--who", ZHAO]);
    let log = String::from_utf8(log.stdout).unwrap();
    assert!(log.contains(&format!("{ZHAO} was denied")), "{log}");
    let verified = machine.run(&["verify"]);
    assert!(verified.status.success(), "{verified:?}");
}
