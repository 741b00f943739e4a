//! A store to be served, for the tests of stations.

#![allow(dead_code, reason = "each file of tests takes what it needs")]

pub mod pool;

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use matchdesk::station::{Line, PROTOCOL, RELEASE, Received, ToSession, ToStation, socket_of};
use serde_json::{Value, json};

/// The moment of the story.
pub const NOW: &str = "2026-11-23T08:00";

/// A store of the story's people; its station goes with it.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// The people of the story.
    pub fn new() -> Self {
        Self::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/story"))
    }

    /// A pool.
    pub fn with(pool: &pool::Pool) -> Self {
        let files = tempfile::tempdir().unwrap();
        pool.write(files.path());
        Self::of(files.path())
    }

    /// What the files of a folder hold.
    pub fn of(files: &Path) -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let output = place.run(&["import", "all", files.to_str().unwrap(), "--quiet"]);
        assert!(output.status.success(), "{}", words(&output));
        // A shared station takes a clock that stands still on such a store only.
        let mut mark = place.command(&["settings", "--trial", "yes", "--quiet"]);
        let output = mark.env("MATCHDESK_IDLE", "0").output().unwrap();
        assert!(output.status.success(), "{}", words(&output));
        // Its socket goes first, and the store is free when its process has ended.
        until("the station that marked it has left", || {
            !socket_of(&place.store()).exists() && matchdesk::store::open(&place.store()).is_ok()
        });
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn store(&self) -> PathBuf {
        self.path("store.redb")
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_matchdesk"));
        command
            .env_clear()
            .env("MATCHDESK_STORE", self.store())
            .env("MATCHDESK_NOW", NOW)
            .env("MATCHDESK_IDLE", "30")
            .args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub fn json(&self, args: &[&str]) -> Value {
        let output = self.run(args);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", words(&output)))
    }

    pub fn knock(&self) -> UnixStream {
        UnixStream::connect(socket_of(&self.store())).unwrap()
    }

    /// Has a command done over a line of its own; gives the exit status, what was answered, and what was said beside it.
    pub fn ask(&self, args: &[&str], request: Option<&str>) -> std::io::Result<Answer> {
        self.ask_at(Some(NOW), args, request)
    }

    /// The same, while the rules' clock stands at a moment, or goes as the machine's does.
    pub fn ask_at(
        &self,
        now: Option<&str>,
        args: &[&str],
        request: Option<&str>,
    ) -> std::io::Result<Answer> {
        let line = [&["matchdesk"], args].concat();
        let call = json!({
            "args": line,
            "lang": "en", "json": args.contains(&"--json"), "quiet": false, "now": now, "meter": null,
            "request": request, "console": null,
        });
        let line = Line::of_session(UnixStream::connect(socket_of(&self.store()))?);
        line.say(&hello(PROTOCOL, &call))?;
        let mut answer = Answer::default();
        loop {
            match line.receive()? {
                Some(Received::Out(bytes)) => answer.out.extend(bytes),
                Some(Received::Err(bytes)) => answer.err.extend(bytes),
                Some(Received::Message(ToSession::Exit { status })) => {
                    answer.status = status;
                    return Ok(answer);
                }
                Some(Received::Message(ToSession::Welcome)) => {}
                other => return Err(std::io::Error::other(format!("{other:?}"))),
            }
        }
    }

    /// The process that serves.
    pub fn station(&self) -> rustix::process::Pid {
        rustix::net::sockopt::socket_peercred(self.knock())
            .unwrap()
            .pid
    }

    pub fn kill(&self) {
        let station = self.station();
        rustix::process::kill_process(station, rustix::process::Signal::KILL).unwrap();
        until("the station is dead", || {
            UnixStream::connect(socket_of(&self.store())).is_err()
        });
    }

    /// Kills the station in the middle of what it does, if there is one just now.
    pub fn kill_if_there(&self) -> bool {
        let peer = UnixStream::connect(socket_of(&self.store()))
            .ok()
            .and_then(|stream| rustix::net::sockopt::socket_peercred(stream).ok());
        peer.is_some_and(|peer| {
            rustix::process::kill_process(peer.pid, rustix::process::Signal::KILL).is_ok()
        })
    }

    pub fn need(&self) -> String {
        let queue = self.json(&["queue", "--json"]);
        queue["needs"][0]["need"].as_str().unwrap().to_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Ok(stream) = UnixStream::connect(socket_of(&self.store()))
            && let Ok(peer) = rustix::net::sockopt::socket_peercred(stream)
        {
            let _ = rustix::process::kill_process(peer.pid, rustix::process::Signal::TERM);
        }
    }
}

/// What a station answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub status: u8,
    pub out: Vec<u8>,
    pub err: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|_| panic!("{}", self.words()))
    }

    pub fn words(&self) -> String {
        let (out, err) = (&self.out, &self.err);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        format!("{}\n{}{}", self.status, text(out), text(err))
    }
}

pub fn words(output: &Output) -> String {
    format!(
        "{:?}\n{}{}",
        output.status.code(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(20), "not so: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub fn hello(protocol: u32, call: &Value) -> ToStation {
    ToStation::Hello {
        protocol,
        release: RELEASE.to_owned(),
        call: call.clone(),
    }
}
